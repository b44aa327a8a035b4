//! Files of weights of which a large part was never written, or holds nothing but zeros, as interrupted downloads leave them.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use weighbridge::{Access, Context, Finding, Model, OpenOptions};

use super::by;
use super::external::onnx;
use crate::headers::{entry, file};

const LEN: usize = 1 << 20;
const SPARSE: &str = "model.file.sparse";

/// An offset, and the bytes there.
type Part<'a> = (u64, &'a [u8]);

/// The name, what is written after the header, and where the first hole begins that is told, with the bytes of all.
type Row<'a> = (&'static str, Vec<Part<'a>>, Option<(u64, u64)>);

/// Writes bytes at an offset of a file of so many bytes; the rest is never written.
fn write_part(path: &Path, len: u64, parts: &[Part<'_>]) {
    let mut file = File::create(path).unwrap();
    file.set_len(len).unwrap();
    for (offset, bytes) in parts {
        file.seek(SeekFrom::Start(*offset)).unwrap();
        file.write_all(bytes).unwrap();
    }
    file.sync_all().unwrap();
}

/// Whether the library is told of holes here. If not, the test says that it is skipped.
fn tells_holes(folder: &Path) -> bool {
    if cfg!(any(not(target_os = "linux"), weighbridge_portable)) {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        write_part(&folder.join("probe"), LEN as u64, &[]);
        if fs::metadata(folder.join("probe")).unwrap().blocks() == 0 {
            return true;
        }
    }
    crate::common::skip("needs a file system with holes");
    false
}

fn notes(path: &Path) -> Vec<Finding> {
    Model::open(path, &by(Access::Read), &Context::new()).unwrap().notes().to_vec()
}

fn header() -> Vec<u8> {
    file(format!("{{{}}}", entry("w", "U8", &format!("[{LEN}]"), &format!("[0,{LEN}]"))), 0)
}

#[test]
fn files_that_were_never_written_are_told() {
    let root = tempfile::tempdir().unwrap();
    if !tells_holes(root.path()) {
        return;
    }
    let path = root.path().join("model.safetensors");
    let len = (header().len() + LEN) as u64;
    let ones = vec![1; LEN];
    let rest = |from: usize| (from as u64, &ones[..len as usize - from]);
    let rows: [Row<'_>; 5] = [
        ("all after the header", vec![], Some((4096, len - 4096))),
        (
            "64 KiB in the middle",
            vec![(header().len() as u64, &ones[..200_000]), rest(270_336)],
            Some((200_704, 69_632)),
        ),
        ("two holes", vec![(131_072, &ones[..4096]), rest(262_144)], Some((4096, 262_144 - 8192))),
        ("a page", vec![rest(8192)], None),
        ("nothing", vec![(header().len() as u64, &ones[..])], None),
    ];
    for (name, parts, hole) in rows {
        write_part(&path, len, &[vec![(0, &header()[..])], parts].concat());
        let found = notes(&path);
        let told: Vec<_> = found.iter().map(|note| (note.rule, &*note.path)).collect();
        assert_eq!(told, hole.iter().map(|_| (SPARSE, "model.safetensors")).collect::<Vec<_>>(), "{name}: {found:?}");
        if let Some((first, bytes)) = hole {
            let words =
                format!("from byte {first} on, {bytes} of its {len} bytes were never written, and read as zeros");
            assert!(found[0].message.starts_with(&words), "{name}: {}", found[0]);
            assert!(found[0].message.contains("an interrupted download, unless the zeros are meant"), "{}", found[0]);
        }
    }
}

/// A descriptor that the caller may go on using is left where it is.
#[test]
fn the_position_of_a_given_descriptor_is_not_moved() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("model.safetensors");
    let len = (header().len() + LEN) as u64;
    write_part(&path, len, &[(0, &header())]);
    let mut file = File::open(&path).unwrap();
    file.seek(SeekFrom::Start(7)).unwrap();
    let given = file.try_clone().unwrap();
    let model = Model::from_descriptor(given, 0, Some(len), &OpenOptions::default(), &Context::new()).unwrap();
    assert!(model.notes().is_empty());
    assert!(cfg!(windows) || file.stream_position().unwrap() == 7);
}

#[test]
fn external_data_of_nothing_but_zeros_is_told_once() {
    let root = tempfile::tempdir().unwrap();
    let rules = |len: usize, parts: &[Part<'_>]| {
        fs::write(root.path().join("model.onnx"), onnx("w.bin", len)).unwrap();
        write_part(&root.path().join("w.bin"), len as u64, parts);
        let found = notes(&root.path().join("model.onnx"));
        assert!(found.iter().all(|note| note.path == "w.bin"), "{found:?}");
        found.into_iter().map(|note| (note.rule, note.message)).collect::<Vec<_>>()
    };
    let zeros = vec![0; LEN];
    let [(rule, message)] = &rules(LEN, &[(0, &zeros)])[..] else { panic!("zeros") };
    assert_eq!(*rule, "onnx.external.other");
    assert!(message.contains("it has nothing but zeros wherever it was looked at"), "{message}");
    for (len, parts) in [
        (LEN, [(0, &zeros[..]), (LEN as u64 / 4, &[1])]),
        (LEN, [(0, &zeros[..]), (LEN as u64 / 2, &[1])]),
        (LEN, [(0, &zeros[..]), (LEN as u64 / 4 * 3, &[1])]),
        (LEN, [(0, &zeros[..]), (LEN as u64 - 1, &[1])]),
        (60 << 10, [(0, &zeros[..60 << 10]), (0, &[])]),
    ] {
        assert!(rules(len, &parts).is_empty(), "{len}");
    }
    if tells_holes(root.path()) {
        assert_eq!(rules(LEN, &[]).iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), [SPARSE]);
    }
}
