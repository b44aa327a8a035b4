//! Broken files, and what is said of each.
//!
//! Every table has one row for each case: its name, how the files are made, the kind of error, and words that the
//! message has to hold.

mod accepted;
mod directories;
mod external;
mod files;
mod indices;
mod limits;
mod manifests;
mod strangers;
mod structure;
mod trees;
mod trust;
mod unwritten;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use weighbridge::{Access, Context, Error, Kind, Model, OpenOptions, Result};

/// One broken file.
type Row = (&'static str, Vec<u8>, Kind, &'static [&'static str]);

/// Options that only say how bytes are reached.
fn by(access: Access) -> OpenOptions {
    OpenOptions { access, ..OpenOptions::default() }
}

/// Does something that must end. A hang would else be a test that says nothing.
fn in_time<T: Send + 'static>(what: &str, action: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(action()));
    receiver.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|e| panic!("{what}: {e}"))
}

/// The error has to be of this kind, to hold these words, and to be one short line that steers no terminal.
fn assert_says(name: &str, error: &Error, kind: Kind, words: &[&str]) {
    let message = error.to_string();
    assert_eq!(error.kind(), kind, "{name}: {message}");
    for word in words {
        assert!(message.contains(word), "{name}: expected \"{word}\" in: {message}");
    }
    assert!(!message.chars().any(char::is_control) && message.chars().count() < 2_000, "{name}: {message:?}");
}

/// A file is refused in the same words whichever way it is reached.
#[test]
fn broken_files_are_refused() {
    let rows: Vec<Row> = [files::rows(), structure::rows()].concat();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    let mut ran = 0;
    for (name, bytes, kind, words) in &rows {
        std::fs::write(&path, bytes).unwrap();
        for access in [Access::Map, Access::Read] {
            let error = Model::open(&path, &by(access), &Context::new()).expect_err(name);
            assert_says(name, &error, *kind, words);
            assert_says(name, &error, *kind, &["model.safetensors: "]);
        }
        let named = OpenOptions { format: Some("safetensors".to_owned()), ..OpenOptions::default() };
        for options in [named, OpenOptions::default()] {
            let opened: Result<Model> = Model::from_memory(bytes.clone().into(), &options, &Context::new());
            let error = opened.expect_err(name);
            if options.format.is_some() || error.kind() != Kind::Unsupported {
                assert_says(name, &error, *kind, words);
            }
        }
        ran += 1;
    }
    assert!(ran > 100, "{ran}");
}
