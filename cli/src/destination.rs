//! Where a command's output goes: standard output, or what `--output` names.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use weighbridge::Error;
use weighbridge::verify::RECORD_FILE_NAME;
use weighbridge::write::Draft;

use crate::failure::Failure;
use crate::model::resolve;
use crate::stdout::stdout;

/// Refuses to replace a file of a model.
///
/// Whatever is there already and lies in the directory of a model may be a part of it, but for its manifests.
pub fn check_target(file: &Path, models: &[&Path]) -> Result<(), Failure> {
    const MANIFESTS: [&str; 2] = [RECORD_FILE_NAME, "SHA256SUMS"];
    let is_manifest = file.file_name().is_some_and(|name| MANIFESTS.iter().any(|known| name == *known));
    let Ok(place) = file.canonicalize() else { return Ok(()) };
    let is_part_of = |model: &&Path| {
        let model = resolve(model).ok().and_then(|model| model.canonicalize().ok());
        model.is_some_and(|model| place == model || place.starts_with(model) && !is_manifest)
    };
    if place.is_file() && models.iter().any(is_part_of) {
        let message = "this may be a file of the model, which would be lost: name another file, or remove this one";
        return Err(Failure::of_user(Error::invalid(message).with_path(file.to_string_lossy())));
    }
    Ok(())
}

pub enum Destination {
    /// Standard output, a device or a pipe: what is written is gone.
    Stream(Box<dyn Write>),
    /// A file that appears when it is complete, and the bytes that have been written to it.
    File { draft: Draft, len: u64 },
}

impl Destination {
    pub fn standard() -> Self {
        Self::Stream(stdout())
    }

    /// A file is replaced, also one that a link leads to. A device or a pipe is written to, such as `/dev/stdout`.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path.metadata().map_or(true, |there| there.is_file()) {
            // Of a link that leads nowhere, the link itself is replaced.
            return Self::create(&path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        }
        let file = File::options().write(true).truncate(true).open(path);
        let file = file.map_err(|error| Failure::of_named(path, "write the output", &error))?;
        Ok(Self::Stream(Box::new(file)))
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
            Self::Stream(stream) => stream.write(bytes),
            Self::File { draft, len } => {
                draft.write_at(bytes, *len).map_err(io::Error::other)?;
                *len += bytes.len() as u64;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(stream) => stream.flush(),
            Self::File { .. } => Ok(()),
        }
    }
}
