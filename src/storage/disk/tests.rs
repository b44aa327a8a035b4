//! The policy for files that a model names: the same on every system.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;
use crate::error::Kind;
use crate::storage::Location;

/// Snapshots of links, a directory of blobs, and a secret beside it.
fn cache() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let snapshot = temp.path().join("model/snapshots/rev1");
    let blobs = temp.path().join("model/blobs");
    fs::create_dir_all(snapshot.join("sub")).unwrap();
    fs::create_dir_all(&blobs).unwrap();
    fs::write(blobs.join("index"), "i").unwrap();
    fs::write(blobs.join("shard"), "s").unwrap();
    fs::write(temp.path().join("secret"), "x").unwrap();
    fs::write(snapshot.join("plain"), "p").unwrap();
    fs::write(snapshot.join("sub/a..b.bin"), "d").unwrap();
    symlink("../../blobs/index", snapshot.join("index.json")).unwrap();
    symlink("../../blobs/shard", snapshot.join("shard.bin")).unwrap();
    symlink("plain", snapshot.join("alias")).unwrap();
    symlink(snapshot.join("plain"), snapshot.join("absolute-alias")).unwrap();
    symlink("../../../secret", snapshot.join("escape")).unwrap();
    symlink("/etc/hostname", snapshot.join("escape-absolute")).unwrap();
    symlink("../../..", snapshot.join("up")).unwrap();
    symlink("loop", snapshot.join("loop")).unwrap();
    symlink("/proc/self/root/etc/hostname", snapshot.join("magic")).unwrap();
    (temp, snapshot)
}

/// Every way to a file; all must agree.
fn ways(directory: &Directory, name: &str) -> Vec<Result<File>> {
    vec![
        directory.open_file(name),
        // Where `openat2` is missing.
        #[cfg(all(target_os = "linux", not(weighbridge_portable)))]
        directory.open_carefully(name),
    ]
}

fn enter(directory: &Directory, name: &str) {
    let entry = directory.open_entry(name).unwrap();
    directory.admit(&entry, &directory.path().join(name));
}

#[test]
fn files_beneath_the_model_open() {
    let (_temp, snapshot) = cache();
    let directory = Directory::open(&snapshot, &[]).unwrap();
    for name in ["plain", "sub/a..b.bin", "alias", "absolute-alias"] {
        for file in ways(&directory, name) {
            file.unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }
}

#[test]
fn links_out_of_the_model_are_refused() {
    let (_temp, snapshot) = cache();
    let directory = Directory::open(&snapshot, &[]).unwrap();
    enter(&directory, "index.json");
    for name in ["escape", "escape-absolute", "up/secret", "loop", "magic"] {
        for file in ways(&directory, name) {
            file.map(|_| name).unwrap_err();
        }
    }
}

#[test]
fn blobs_open_only_beside_the_entry() {
    let (_temp, snapshot) = cache();
    let directory = Directory::open(&snapshot, &[]).unwrap();
    for file in ways(&directory, "shard.bin") {
        assert_eq!(file.unwrap_err().kind(), Kind::Format);
    }
    enter(&directory, "index.json");
    for file in ways(&directory, "shard.bin") {
        file.unwrap();
    }
}

#[test]
fn what_is_missing_is_not_found() {
    let (_temp, snapshot) = cache();
    let directory = Directory::open(&snapshot, &[]).unwrap();
    for file in ways(&directory, "missing") {
        assert_eq!(file.unwrap_err().kind(), Kind::NotFound);
    }
}

/// Whoever may write the model's directory while it is open must not make other directories permitted.
#[test]
fn swapping_the_entry_afterwards_permits_nothing() {
    let (temp, snapshot) = cache();
    let directory = Directory::open(&snapshot, &[]).unwrap();
    enter(&directory, "index.json");
    let replace = |name: &str, target: PathBuf| {
        fs::remove_file(snapshot.join(name)).unwrap();
        symlink(target, snapshot.join(name)).unwrap();
    };
    replace("index.json", temp.path().join("anything"));
    fs::write(temp.path().join("anything"), "a").unwrap();
    replace("plain", temp.path().join("secret"));
    for name in ["plain", "index.json", "escape"] {
        for file in ways(&directory, name) {
            assert_eq!(file.map(|_| name).unwrap_err().kind(), Kind::Format);
        }
    }
    // Entering again does not help.
    enter(&directory, "index.json");
    for file in ways(&directory, "plain") {
        assert_eq!(file.unwrap_err().kind(), Kind::Format);
    }
    for file in ways(&directory, "shard.bin") {
        file.unwrap();
    }
}

/// The folder of blobs that was permitted is the one that counts, and not another that takes its path.
#[cfg(all(target_os = "linux", not(weighbridge_portable)))] // std cannot hold a directory open.
#[test]
fn a_root_that_is_swapped_is_still_the_one_that_was_permitted() {
    let (temp, snapshot) = cache();
    let directory = Directory::open(&snapshot, &[]).unwrap();
    enter(&directory, "index.json");
    let (blobs, home) = (temp.path().join("model/blobs"), temp.path().join("home"));
    fs::create_dir(&home).unwrap();
    fs::write(home.join("shard"), "x").unwrap();
    fs::rename(&blobs, temp.path().join("old")).unwrap();
    symlink(&home, &blobs).unwrap();
    for file in ways(&directory, "shard.bin") {
        assert_eq!(file.unwrap_err().kind(), Kind::Format);
    }
    fs::rename(&snapshot, temp.path().join("moved")).unwrap();
    for file in ways(&directory, "alias") {
        file.unwrap();
    }
}

fn open(path: &Path) -> Location {
    Location::open(path, Access::Map, &[], &Context::new()).unwrap()
}

#[test]
fn a_file_has_one_name_however_it_is_spelled() {
    let (_temp, snapshot) = cache();
    let location = open(&snapshot);
    let sources = ["plain", "./plain", ".//plain", "alias"].map(|name| location.open_sidecar(name).unwrap());
    assert_eq!(sources.each_ref().map(Source::name), ["plain", "plain", "plain", "alias"]);
    assert!(sources.iter().all(|source| source.is_same_file(&sources[0])));
    let other = location.open_asset("sub//a..b.bin").unwrap();
    assert_eq!(other.name(), "sub/a..b.bin");
    assert!(!other.is_same_file(&sources[0]));
    assert!(location.open_asset("alias").unwrap().is_same_file(&sources[0]));
}

#[test]
fn folders_are_listed_and_links_are_not_followed() {
    let (_temp, snapshot) = cache();
    fs::create_dir(snapshot.join(".cache")).unwrap();
    fs::write(snapshot.join(".cache/x"), "123").unwrap();
    symlink("../sub", snapshot.join("sub/back")).unwrap();
    let location = open(&snapshot);
    let top = location.tree().unwrap();
    assert_eq!(top.folders, [".cache", "sub"]);
    assert_eq!(top.find("plain").unwrap().bytes, Some(1));
    assert_eq!(top.find("up").unwrap().bytes, None, "a link to a folder");
    let all = location.walk("").unwrap();
    assert_eq!(all.find(".cache/x"), None, "hidden folders are not entered");
    assert_eq!(location.walk(".cache").unwrap().find(".cache/x").unwrap().bytes, Some(3));
    assert_eq!(all.find("sub/back").unwrap().bytes, None);
    assert_eq!(all.files.len(), top.files.len() + 2);
    assert_eq!(location.folder("sub").unwrap().files.len(), 2);
    assert_eq!(location.folder("no").unwrap_err().kind(), Kind::NotFound);
    assert_eq!(open(&snapshot.join("plain")).tree().unwrap(), top, "what lies beside the entry");
}

#[test]
fn a_folder_that_became_a_link_is_not_listed() {
    let (temp, snapshot) = cache();
    let location = open(&snapshot);
    assert_eq!(location.tree().unwrap().folders, ["sub"]);
    fs::rename(snapshot.join("sub"), snapshot.join("old")).unwrap();
    symlink(temp.path(), snapshot.join("sub")).unwrap();
    location.folder("sub").unwrap_err();
    location.folder("sub/model").unwrap_err();
}

#[test]
fn names_that_are_not_utf8_are_told() {
    let (_temp, snapshot) = cache();
    fs::write(snapshot.join(OsStr::from_bytes(b"w\xe9.bin")), "1").unwrap();
    let location = open(&snapshot);
    assert_eq!(location.odd_names().count(), 0, "nothing has been listed");
    assert_eq!(location.tree().unwrap().odd_names[0].shown, r"w\xe9.bin");
    assert_eq!(location.odd_names().count(), 1);
}

/// Nothing is mapped before somebody wants a pointer, and then it is mapped once.
#[test]
fn a_file_is_mapped_when_a_view_is_wanted() {
    let (_temp, snapshot) = cache();
    let path = snapshot.join("plain");
    let maps = || crate::storage::mmap::maps_of_files();
    let source = open(&path).entry().unwrap().clone();
    let before = maps();
    assert_eq!(&source.read(0, 1).unwrap()[..], b"p");
    assert!(source.can_view());
    assert_eq!((source.alignment_at(0), source.alignment_at(6)), (4096, 2));
    assert_eq!(maps(), before);
    let view = source.view(0, 1).unwrap().unwrap();
    assert_eq!(&view[..], b"p");
    assert_eq!(source.view(0, 1).unwrap().unwrap().as_ptr(), view.as_ptr());
    assert_eq!(source.alignment_at(0), 4096);
    assert_eq!((maps(), source.unmappable().is_none()), (before + 1, true));
    let read = Location::open(&path, Access::Read, &[], &Context::new()).unwrap().entry().unwrap().clone();
    assert!(!read.can_view() && read.view(0, 1).unwrap().is_none() && read.alignment_at(0) == 0);
}
