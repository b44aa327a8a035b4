//! The index of git, when it is broken, or says more than is read of it.

use std::fs;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::Outcome;
use weighbridge::{Context, Limits, OpenOptions, Policy, Repository};

use super::{FIRST, SECOND, Store, UNREADABLE, assert_note, assert_uncovered, file_count, load, replace};

const INDEX: &str = ".git/index";
const CLONES: [&str; 3] = ["git-lfs", "git-lfs-sparse", "git-lfs-compressed"];

/// With the checksum that belongs to it.
pub fn sealed(mut contents: Vec<u8>) -> Vec<u8> {
    let checksum = Digest::of(Algorithm::Sha1, &contents).to_string();
    let byte = |at: usize| u8::from_str_radix(&checksum[at..at + 2], 16).unwrap();
    contents.extend((0..checksum.len()).step_by(2).map(byte));
    contents
}

/// The bytes of an index before its checksum.
pub fn contents(index: &[u8]) -> &[u8] {
    &index[..index.len() - 20]
}

/// With this index nothing is covered, and the note has these words.
fn assert_unreadable(store: &Store, index: &[u8], words: &[&str]) {
    replace(&store.at(INDEX), index);
    let (report, notes) = store.verify();
    assert_note(&notes, UNREADABLE, INDEX, words);
    assert!(report.iter().all(|line| line.outcome == Outcome::Uncovered), "{words:?}");
}

/// With this index the open has one note.
fn assert_noted(store: &Store, index: &[u8]) {
    replace(&store.at(INDEX), index);
    assert_note(store.repository(Policy::IfPresent).unwrap().notes(), UNREADABLE, INDEX, &[]);
}

#[test]
fn an_index_that_was_cut_is_not_read() {
    for name in CLONES {
        let Some(store) = Store::unpack(name) else { return };
        let index = fs::read(store.at(INDEX)).unwrap();
        (0..index.len()).for_each(|len| assert_noted(&store, &index[..len]));
        // The tree of directories, an extension, follows the entries: without it the index is whole.
        let entries = index.windows(4).rposition(|name| name == b"TREE").unwrap();
        (0..entries).for_each(|len| assert_noted(&store, &sealed(index[..len].to_vec())));
        replace(&store.at(INDEX), sealed(index[..entries].to_vec()));
        assert_eq!(store.verify().1, []);
    }
}

#[test]
fn an_index_with_any_bit_flipped_is_not_read() {
    for name in CLONES {
        let Some(store) = Store::unpack(name) else { return };
        let index = fs::read(store.at(INDEX)).unwrap();
        for at in 0..index.len() {
            let mut flipped = index.clone();
            flipped[at] ^= 1 << (at % 8);
            assert_noted(&store, &flipped);
        }
    }
}

#[test]
fn an_index_of_another_kind_is_not_read() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let index = fs::read(store.at(INDEX)).unwrap();
    let put = |at: usize, bytes: &[u8]| {
        let mut changed = contents(&index).to_vec();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        sealed(changed)
    };
    let tree = index.windows(4).rposition(|name| name == b"TREE").unwrap();
    let rows = [
        ("version 1", put(7, &[1]), "version 1"),
        ("version 5", put(7, &[5]), "version 5"),
        ("another file", put(0, b"DIRE"), "\"DIRC\""),
        ("more entries than there are", put(8, &[255; 4]), "cut off"),
        ("an extension that must be understood", put(tree, b"tree"), "\"tree\""),
        ("an extension longer than the file", put(tree + 4, &[255; 4]), "cut off"),
        ("a checksum of something else", [contents(&index), &[7; 20]].concat(), "checksum"),
        ("no text", b"DIRC".to_vec(), "DIRC"),
        ("nothing", Vec::new(), "DIRC"),
    ];
    for (name, index, words) in &rows {
        assert_unreadable(&store, index, &[words]);
        load(&store.model(Policy::IfPresent).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// It says that directories are left out, as their entries do.
#[test]
fn an_index_that_tells_of_sparse_directories_is_read() {
    let Some(store) = Store::unpack("git-lfs-sparse") else { return };
    let mut index = fs::read(store.at(INDEX)).unwrap();
    index.truncate(index.len() - 20);
    index.extend(b"sdir\0\0\0\0");
    replace(&store.at(INDEX), sealed(index));
    assert_eq!(store.verify().1, []);
    load(&store.model(Policy::Required).unwrap()).unwrap();
}

/// Git leaves it out on request (`index.skipHash`).
#[test]
fn an_index_without_checksum_is_read() {
    for name in CLONES {
        let Some(store) = Store::unpack(name) else { return };
        let index = fs::read(store.at(INDEX)).unwrap();
        replace(&store.at(INDEX), [contents(&index), &[0; 20]].concat());
        assert_eq!(store.verify().1, []);
        load(&store.model(Policy::Required).unwrap()).unwrap();
    }
}

/// Its entries have no names, or are in another file.
#[test]
fn an_index_in_two_files_is_not_read() {
    let Some(store) = Store::unpack("git-lfs-split") else { return };
    let (report, notes) = store.verify();
    assert_note(&notes, UNREADABLE, INDEX, &["\"link\""]);
    assert_uncovered(&report, SECOND);
    assert_eq!(file_count(&report), 7);
    report.verdict(Policy::IfPresent).unwrap();
}

/// The index of a merge has a file up to three times, and none of them is what lies there.
#[test]
fn entries_of_a_merge_say_nothing() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let index = fs::read(store.at(INDEX)).unwrap();
    let name = index.windows(FIRST.len()).position(|name| name == FIRST.as_bytes()).unwrap();
    for stage in 1..=3 {
        let mut changed = contents(&index).to_vec();
        changed[name - 2] |= stage << 4;
        replace(&store.at(INDEX), sealed(changed));
        let (report, notes) = store.verify();
        assert_uncovered(&report, FIRST);
        assert_eq!(notes, []);
    }
}

/// In version 4 a name may begin as the one before does: a small index has names that fill the memory.
#[test]
fn names_that_share_their_beginning_count_as_long_as_they_are() {
    const NAMES: u32 = 10_000;
    let Some(store) = Store::unpack("git-lfs-compressed") else { return };
    let mut index = [&b"DIRC"[..], &4_u32.to_be_bytes(), &NAMES.to_be_bytes()].concat();
    for number in 0..NAMES {
        index.extend([0; 60]);
        index.extend([0x0f, 0xff]);
        match number {
            0 => index.extend([&[0][..], &[b'x'; 4_000]].concat()),
            _ => index.extend([&[4][..], format!("{number:04}").as_bytes()].concat()),
        }
        index.push(0);
    }
    replace(&store.at(INDEX), sealed(index));
    let open = |heap_bytes| {
        let limits = Limits { heap_bytes, ..Limits::default() };
        Repository::open(&store.root, &OpenOptions { limits, ..OpenOptions::default() }, &Context::new())
    };
    let passed_over = open(10 << 20).unwrap();
    assert_note(
        passed_over.notes(),
        UNREADABLE,
        INDEX,
        &["more than 10485760 bytes of structure, which is the limit of this open"],
    );
    assert_eq!(open(100 << 20).unwrap().notes(), []);
}
