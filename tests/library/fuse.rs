//! A real file system of the kind that cannot be mapped: FUSE with direct I/O, as mergerfs and rclone mount. Where the machine does not
//! let a test mount one, `mapping.rs` and the unit tests of `storage` stand for it with files that cannot be mapped either.
//!
//! The same file system answers for fs-verity: since Linux 6.10 the kernel passes the question for the digest of a file's tree on.

#![cfg(all(target_os = "linux", not(weighbridge_portable)))]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    IoctlFlags, LockOwner, MountOption, OpenFlags, ReplyAttr, ReplyData, ReplyDirectory, ReplyEntry, ReplyIoctl,
    ReplyOpen, Request,
};
use weighbridge::check::{CheckOptions, check};
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::verify::{Line, Memo, Outcome, Recognised, Report, Subject};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target};

const GOLDEN: &str = "tests/golden/tiny-llama";

/// How long the kernel may keep what it was told.
const KEPT: Duration = Duration::from_secs(60);

/// Names and contents.
type Files = Vec<(String, Vec<u8>)>;

/// One folder of files in memory. The first inode is that of the folder, the others follow in order.
#[derive(Clone)]
struct Folder {
    files: Arc<Mutex<Files>>,
    /// Whether it tells digests of trees over the files.
    has_trees: bool,
}

impl Folder {
    fn attributes(&self, inode: INodeNo) -> Option<FileAttr> {
        let (kind, size) = match u64::from(inode) {
            1 => (FileType::Directory, 0),
            number => (FileType::RegularFile, self.file(number)?.len() as u64),
        };
        Some(FileAttr {
            ino: inode,
            size,
            blocks: size.div_ceil(512),
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm: if kind == FileType::Directory { 0o755 } else { 0o644 },
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }

    fn file(&self, number: u64) -> Option<Vec<u8>> {
        let files = self.files.lock().unwrap();
        let (_, bytes) = files.get(usize::try_from(number.checked_sub(2)?).ok()?)?;
        Some(bytes.clone())
    }

    fn names(&self) -> Vec<String> {
        self.files.lock().unwrap().iter().map(|(name, _)| name.clone()).collect()
    }

    fn flip_last_byte(&self, name: &str) {
        let mut files = self.files.lock().unwrap();
        let (_, bytes) = files.iter_mut().find(|(other, _)| other == name).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
    }
}

impl Filesystem for Folder {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let position = self.names().iter().position(|other| name == other.as_str());
        match position.and_then(|position| self.attributes(INodeNo(position as u64 + 2))) {
            Some(attributes) => reply.entry(&KEPT, &attributes, Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(inode) {
            Some(attributes) => reply.attr(&KEPT, &attributes),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // The kernel keeps no pages of such a file, so it cannot share them either.
        reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        inode: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let bytes = self.file(inode.into()).unwrap_or_default();
        let start = bytes.len().min(offset as usize);
        reply.data(&bytes[start..bytes.len().min(start + size as usize)]);
    }

    /// `FS_IOC_MEASURE_VERITY` is answered with `struct fsverity_digest`: the number of the hash function, the bytes of the digest, the
    /// digest. That of SHA-256 over the contents stands for that of a tree.
    fn ioctl(
        &self,
        _: &Request,
        inode: INodeNo,
        _: FileHandle,
        _: IoctlFlags,
        command: u32,
        _: &[u8],
        _: u32,
        reply: ReplyIoctl,
    ) {
        const MEASURE: u32 = 0xc004_6686;
        match self.file(inode.into()).filter(|_| self.has_trees && command == MEASURE) {
            Some(bytes) => {
                let digits = Digest::of(Algorithm::Sha256, &bytes).to_string();
                let digest = (0..64).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
                let head = [1_u16, 32].map(u16::to_ne_bytes).concat();
                reply.ioctl(0, &head.into_iter().chain(digest).collect::<Vec<_>>());
            }
            None => reply.error(Errno::ENOTTY),
        }
    }

    fn readdir(&self, _: &Request, _: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        for (position, name) in self.names().iter().enumerate().skip(offset as usize) {
            let number = position as u64;
            if reply.add(INodeNo(number + 2), number + 1, FileType::RegularFile, name) {
                break;
            }
        }
        reply.ok();
    }
}

/// Mounts the golden model; `None`, with the reason, where that is not allowed.
fn mount(place: &Path, has_trees: bool) -> Option<(BackgroundSession, Folder)> {
    let entries = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap());
    let files = entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
    let folder = Folder { files: Arc::new(Mutex::new(files.collect())), has_trees };
    let mut config = Config::default();
    config.mount_options = vec![MountOption::RO, MountOption::FSName("weighbridge-test".to_owned())];
    match fuser::spawn_mount(folder.clone(), place, &config) {
        Ok(session) => Some((session, folder)),
        Err(e) => {
            // No tool is missing that could be installed, and others of these tests stand for it.
            crate::common::say(&format!("skipped: FUSE file systems cannot be mounted here: {e}"));
            None
        }
    }
}

#[test]
fn what_cannot_be_mapped_is_read() {
    let place = tempfile::tempdir().unwrap();
    let Some((session, _)) = mount(place.path(), false) else { return };
    let plain = Model::open(GOLDEN, &OpenOptions::default(), &Context::new()).unwrap();
    for policy in [Policy::IfPresent, Policy::Required, Policy::None] {
        let options = OpenOptions { policy, ..OpenOptions::default() };
        let model = Model::open(place.path(), &options, &Context::new().with_threads(2)).unwrap();
        assert_eq!((model.tensors().len(), model.assets()), (plain.tensors().len(), plain.assets()));
        model.verify().unwrap().verdict(policy).unwrap();
        check(&model, &CheckOptions::default()).unwrap();
        Manifests::of(&model).unwrap();
        for index in 0..model.tensors().len() {
            assert_eq!(model.bytes(index).unwrap(), plain.bytes(index).unwrap());
        }
        let error = model.view(0).unwrap_err();
        assert_eq!((error.kind(), error.os_code()), (Kind::NotMapped, 19), "{error}");
        assert!(error.message().contains("read it instead"), "{error}");
        for target in [Target::Host, Target::View] {
            let placement = model.load(&PlanOptions { target, ..PlanOptions::default() }).unwrap();
            assert_eq!(placement.target(), Target::Host, "there is no view of it");
            for tensor in placement.iter() {
                let index = plain.tensors().find(tensor.name).unwrap();
                assert_eq!(tensor.bytes().unwrap(), &plain.bytes(index).unwrap()[..], "{}", tensor.name);
            }
        }
    }
    drop(session);
}

/// Files that were verified before, by their digests of fs-verity.
#[test]
fn a_file_with_a_tree_is_remembered_by_its_digest() {
    const SHARD: &str = "model-00002-of-00004.safetensors";
    let (place, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some((session, folder)) = mount(place.path(), true) else { return };
    if !asks_for_digests() {
        return crate::common::say(
            "skipped: this kernel does not ask FUSE file systems for digests of fs-verity (Linux 6.10 does)",
        );
    }
    let verify = || {
        let memo = Some(Memo::open(other.path().join("memo")).unwrap());
        let options = OpenOptions { memo, ..OpenOptions::default() };
        Model::open(place.path(), &options, &Context::new()).unwrap().verify().unwrap()
    };
    let files = |report: &Report, is_wanted: fn(&Line<'_>) -> bool| -> Vec<String> {
        let lines = report.iter().filter(|line| matches!(line.subject, Subject::File(_)) && is_wanted(line));
        lines.map(|line| line.subject.name().to_owned()).collect()
    };
    let is_remembered = |line: &Line<'_>| {
        line.evidence.and_then(|evidence| evidence.remembered).is_some_and(|by| by.by == Recognised::ByTree)
    };
    assert!(files(&verify(), is_remembered).is_empty());
    let again = verify();
    assert!(files(&again, is_remembered).contains(&SHARD.to_owned()), "{again:?}");
    assert!(files(&again, |line| line.outcome == Outcome::Mismatch).is_empty());
    // The time of the file is what it was, and its digest is another.
    folder.flip_last_byte(SHARD);
    let changed = verify();
    assert_eq!(files(&changed, |line| line.outcome == Outcome::Mismatch), [SHARD]);
    assert!(!files(&changed, is_remembered).contains(&SHARD.to_owned()));
    drop(session);
}

/// Whether the kernel passes the question for a digest on.
fn asks_for_digests() -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(['.', '-']).map_while(|number| number.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(6), Some(10))
}
