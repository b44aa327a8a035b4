//! Directories as data.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;
use weighbridge::{Access, Context, Kind, Model};

use super::{assert_says, by, in_time};

/// What lies at a path.
#[derive(Clone)]
pub enum Item {
    File(Vec<u8>),
    Link(&'static str),
    Folder,
    Fifo,
}

/// Paths below a directory, and what lies there.
pub type Tree = Vec<(&'static str, Item)>;

/// One broken model: its tree, the path in it that is opened, and the error.
pub type Row = (&'static str, Tree, &'static str, Kind, &'static [&'static str]);

/// Makes the tree in a directory of its own; folders on the way to a file need no item.
pub fn plant(tree: &Tree) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, item) in tree {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match item {
            Item::File(bytes) => fs::write(&path, bytes).unwrap(),
            Item::Link(target) => symlink(target, &path).unwrap(),
            Item::Folder => fs::create_dir(&path).unwrap(),
            Item::Fifo => mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap(),
        }
    }
    root
}

/// A good file, or at least one that is there.
pub fn at(path: &'static str, bytes: impl AsRef<[u8]>) -> (&'static str, Item) {
    (path, Item::File(bytes.as_ref().to_vec()))
}

/// Opens every row, mapped and read; returns how many were refused in the right words.
pub fn refuse_all(rows: Vec<Row>) -> usize {
    let count = rows.len();
    for (name, tree, entry, kind, words) in rows {
        let root = plant(&tree);
        for access in [Access::Map, Access::Read] {
            let path = root.path().join(entry);
            let opened = in_time(name, move || open(&path, access));
            assert_says(name, &opened.expect_err(name), kind, words);
        }
    }
    count
}

fn open(path: &Path, access: Access) -> weighbridge::Result<Model> {
    Model::open(path, &by(access), &Context::new())
}
