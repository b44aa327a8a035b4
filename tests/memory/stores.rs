//! Records that tools keep beside a model, of ten megabytes each.

use std::fs;
use std::path::Path;

use weighbridge::{Context, Limits, OpenOptions, Repository, Result};

use super::{MIB, SIZE, many};

/// The name of the case, the files, whether the directory opens, and the most memory in MiB.
pub type Row = (&'static str, Vec<(String, Vec<u8>)>, bool, usize);

/// Opens a directory that may take 48 MiB.
pub fn open(path: &Path) -> Result<Repository> {
    let limits = Limits { heap_bytes: 48 * MIB as u64, ..Limits::default() };
    Repository::open(path, &OpenOptions { limits, ..OpenOptions::default() }, &Context::new())
}

pub fn plant(root: &Path, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), bytes).unwrap();
    }
}

pub fn rows() -> Vec<Row> {
    let layout = |text: String| vec![("index.json".to_owned(), text.into()), ("blobs/sha256/0".to_owned(), Vec::new())];
    let list = |descriptors: String| layout(format!(r#"{{"manifests":[{descriptors}]}}"#));
    let annotated = |keys: String| list(format!(r#"{{"digest":"","size":0,"annotations":{{{keys}}}}}"#));
    let few = many(|_| format!(r#"{{"digest":"","size":0,"annotations":{{{}}}}}"#, keys(400)));
    vec![
        ("layout: annotations", annotated(keys(60_000)), true, 24),
        ("layout: annotations of many descriptors", list(few), true, 24),
        ("layout: digests", list(descriptors()), true, 48),
        ("layout: lists in lists", layout("[".repeat(SIZE)), true, 16),
        ("clone: small entries", clone(SIZE / 64, 1), true, 40),
        ("clone: names that begin like the one before", clone(SIZE / 64, 3_900), true, 60),
    ]
}

fn keys(count: usize) -> String {
    let keys: Vec<_> = (0..count).map(|number| format!(r#""{number:x}":"""#)).collect();
    keys.join(",")
}

fn descriptors() -> String {
    let list: Vec<_> = (0..65_536).map(|number| format!(r#"{{"digest":"sha256:{number:064x}","size":0}}"#)).collect();
    list.join(",")
}

/// A clone whose index, of version 4, has so many entries with names of this length.
fn clone(entries: usize, len: usize) -> Vec<(String, Vec<u8>)> {
    let object = format!(".git/lfs/objects/00/00/{}", "0".repeat(64));
    let mut index = [&b"DIRC"[..], &4_u32.to_be_bytes(), &(entries as u32).to_be_bytes()].concat();
    for number in 0..entries {
        index.extend([0; 62]);
        index.push(if number == 0 { 0 } else { 1 });
        if number == 0 {
            index.extend(vec![b'x'; len])
        } else {
            index.push(b'a' + (number % 26) as u8)
        }
        index.push(0);
    }
    index.extend([0; 20]);
    vec![(".git/index".to_owned(), index), (object, b"x".to_vec())]
}
