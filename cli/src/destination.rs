//! Where a command's output goes: standard output, or what `--output` names.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

use weighbridge::write::Draft;
use weighbridge::{Error, Kind};

use crate::failure::Failure;
use crate::links::hops;
use crate::stdout::stdout;

pub enum Destination {
    /// Standard output, a device or a pipe: what is written is gone.
    Stream { stream: Box<dyn Write>, path: Option<PathBuf> },
    /// A file that appears when it is complete, and the bytes that have been written to it.
    File { draft: Draft, len: u64 },
}

impl Destination {
    pub fn standard() -> Self {
        Self::Stream { stream: stdout(), path: None }
    }

    /// A file is replaced, also one that a link leads to. A device or a pipe is written to, and so is what is open already, such as
    /// `/dev/stdout`.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if let Some(number) = descriptor(path) {
            return Self::open_descriptor(number, path);
        }
        if path.metadata().map_or(true, |there| there.is_file()) {
            // Of a link that leads nowhere, the link itself is replaced.
            return Self::create(&path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        }
        let file = File::options().write(true).truncate(true).open(path);
        let file = file.map_err(|error| Failure::of_named(path, "write the output", &error))?;
        Ok(Self::Stream { stream: Box::new(file), path: Some(path.to_owned()) })
    }

    /// Opening its name again would write to the start of a file, over what others have written to the same descriptor.
    fn open_descriptor(number: u32, path: &Path) -> Result<Self, Failure> {
        let stream: Box<dyn Write> = match number {
            1 => stdout(),
            2 => Box::new(io::stderr()),
            _ => {
                let file = File::options().append(true).open(path);
                Box::new(file.map_err(|error| Failure::of_named(path, "write the output", &error))?)
            }
        };
        Ok(Self::Stream { stream, path: Some(path.to_owned()) })
    }

    fn create(path: &Path) -> Result<Self, Failure> {
        Draft::create(path).map(|draft| Self::File { draft, len: 0 }).map_err(Failure::of_writing)
    }

    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Puts a file in its place. After a failure one to which nothing was written is left out.
    pub fn commit(self, has_failed: bool) -> io::Result<()> {
        match self {
            Self::File { draft, len } if len > 0 || !has_failed => draft.commit().map_err(io::Error::other),
            _ => Ok(()),
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream { stream, path } => stream.write(bytes).map_err(|error| named(error, path.as_deref())),
            Self::File { draft, len } => {
                draft.write_at(bytes, *len).map_err(io::Error::other)?;
                *len += bytes.len() as u64;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream { stream, path } => stream.flush().map_err(|error| named(error, path.as_deref())),
            Self::File { .. } => Ok(()),
        }
    }
}

/// The descriptor of this process that a path stands for: `/dev/stdout`, `/dev/fd/1`, `/proc/self/fd/1`, or a link to one of them.
fn descriptor(path: &Path) -> Option<u32> {
    let own = Path::new("/proc").join(process::id().to_string()).join("fd");
    let folders = [Path::new("/dev/fd"), &own];
    let found = hops(path).find(|place| place.parent().is_some_and(|folder| folders.contains(&folder)))?;
    found.file_name()?.to_str()?.parse().ok()
}

/// An error of writing, with the name of what is written to if it has one.
fn named(error: io::Error, path: Option<&Path>) -> io::Error {
    let Some(path) = path else { return error };
    let message = format!("cannot write the output: {error}");
    io::Error::new(error.kind(), Error::new(Kind::Io, message).with_path(path.to_string_lossy()))
}
