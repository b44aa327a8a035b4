//! The index of a clone of which git-lfs keeps the files.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::Outcome;
use weighbridge::{Context, Kind, OpenOptions, Repository};

use super::manifest::{model, sha256};

/// When the files were written, by their time of modification: 2026-01-01.
const WRITTEN: Duration = Duration::from_secs(1_767_225_600);

/// A clone with two files that are as git-lfs keeps them, and one that is not; all were written at the same time.
struct Clone {
    folder: TempDir,
    index: PathBuf,
    /// What git calls the pointer to the contents of the files.
    pointer: [u8; 20],
}

thread_local! {
    static CLONE: Clone = Clone::new();
}

impl Clone {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (bytes, mut wrong) = (model(), model());
        let digest = sha256(&bytes);
        *wrong.last_mut().unwrap() ^= 1;
        let object = format!(".git/lfs/objects/{}/{}/{digest}", &digest[..2], &digest[2..4]);
        for (name, bytes) in
            [(&*object, &bytes), ("a.safetensors", &bytes), ("sub/b.safetensors", &bytes), ("wrong", &wrong)]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            File::options().write(true).open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH + WRITTEN).unwrap();
        }
        let pointer =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {}\n", bytes.len());
        Self { index: folder.path().join(".git/index"), pointer: name_of(pointer.as_bytes()), folder }
    }
}

/// What git calls contents.
fn name_of(bytes: &[u8]) -> [u8; 20] {
    let name = Digest::of(Algorithm::GitBlob, bytes).to_string();
    std::array::from_fn(|at| u8::from_str_radix(&name[2 * at..][..2], 16).unwrap())
}

/// Verifies the clone by an index, of which `data` is what stands before the checksum.
pub fn git_index(data: &[u8]) {
    CLONE.with(|clone| {
        fs::write(&clone.index, [data, &[0; 20]].concat()).unwrap();
        let repository = match Repository::open(clone.folder.path(), &OpenOptions::default(), &Context::new()) {
            Ok(repository) => repository,
            Err(e) => return assert_eq!(e.kind(), Kind::Limit, "{e}"),
        };
        let report = repository.verify().expect("a report, whatever it says");
        let matched = report.iter().filter(|line| line.outcome == Outcome::Match);
        let matched: Vec<_> = matched.map(|line| line.subject.name()).collect();
        assert!(matched.iter().all(|name| ["a.safetensors", "sub/b.safetensors"].contains(name)), "{matched:?}");
        let names_pointer = data.windows(clone.pointer.len()).any(|window| window == clone.pointer);
        assert!(matched.is_empty() || names_pointer, "it matched without a pointer");
    });
}
