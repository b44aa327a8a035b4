//! A real file system of the kind that cannot be mapped: FUSE with direct I/O, as mergerfs and rclone mount. Where the machine does not
//! let a test mount one, `mapping.rs` and the unit tests of `storage` stand for it with files that cannot be mapped either.

#![cfg(target_os = "linux")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, MountOption, OpenFlags, ReplyAttr, ReplyData, ReplyDirectory, ReplyEntry, ReplyOpen, Request,
};
use weighbridge::check::{CheckOptions, check};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Target};

const GOLDEN: &str = "tests/golden/tiny-llama";

/// How long the kernel may keep what it was told.
const KEPT: Duration = Duration::from_secs(60);

/// One folder of files in memory. The first inode is that of the folder, the others follow in order.
struct Folder(Vec<(String, Vec<u8>)>);

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

    fn file(&self, number: u64) -> Option<&[u8]> {
        let (_, bytes) = self.0.get(usize::try_from(number.checked_sub(2)?).ok()?)?;
        Some(bytes)
    }
}

impl Filesystem for Folder {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let position = self.0.iter().position(|(other, _)| name == other.as_str());
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

    fn readdir(&self, _: &Request, _: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        for (position, (name, _)) in self.0.iter().enumerate().skip(offset as usize) {
            let number = position as u64;
            if reply.add(INodeNo(number + 2), number + 1, FileType::RegularFile, name) {
                break;
            }
        }
        reply.ok();
    }
}

/// Mounts the golden model; `None`, with the reason, where that is not allowed.
fn mount(place: &Path) -> Option<BackgroundSession> {
    let entries = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap());
    let files = entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
    let mut config = Config::default();
    config.mount_options = vec![MountOption::RO, MountOption::FSName("weighbridge-test".to_owned())];
    match fuser::spawn_mount(Folder(files.collect()), place, &config) {
        Ok(session) => Some(session),
        Err(e) => {
            // No tool is missing that could be installed, and others of these tests stand for it.
            common::say(&format!("skipped: FUSE file systems cannot be mounted here: {e}"));
            None
        }
    }
}

#[test]
fn what_cannot_be_mapped_is_read() {
    let place = tempfile::tempdir().unwrap();
    let Some(session) = mount(place.path()) else { return };
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
