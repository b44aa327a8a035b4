//! Files of the host, none of whose functions is left in the middle.

use std::sync::Arc;

use bytes::Bytes;

use super::files::{HostEntry, HostFile, HostFiles};
use crate::error::Result;
use crate::steps::unpaced;

/// Calls the files of a host where an operation that is done in steps may not pause.
pub(crate) struct UnpacedFiles(pub(crate) Arc<dyn HostFiles>);

impl HostFiles for UnpacedFiles {
    fn open(&self, name: &str) -> Result<Box<dyn HostFile>> {
        let file = unpaced(|| self.0.open(name))?;
        Ok(Box::new(UnpacedFile(Some(file))))
    }

    fn list(&self, folder: &str) -> Result<Vec<HostEntry>> {
        unpaced(|| self.0.list(folder))
    }
}

/// There until it is dropped.
struct UnpacedFile(Option<Box<dyn HostFile>>);

impl UnpacedFile {
    fn ask<T>(&self, question: impl FnOnce(&dyn HostFile) -> T) -> Option<T> {
        self.0.as_deref().map(|file| unpaced(|| question(file)))
    }
}

impl HostFile for UnpacedFile {
    fn size(&self) -> Result<u64> {
        self.ask(|file| file.size()).unwrap_or(Ok(0))
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.ask(|file| file.read_at(offset, buffer)).unwrap_or(Ok(0))
    }

    fn identity(&self) -> Result<u64> {
        self.ask(|file| file.identity()).unwrap_or(Ok(0))
    }

    fn map(&self) -> Option<Bytes> {
        self.ask(|file| file.map())?
    }

    fn will_read(&self, offset: u64, len: u64) {
        self.ask(|file| file.will_read(offset, len));
    }

    fn preferred_read(&self) -> usize {
        self.ask(|file| file.preferred_read()).unwrap_or_default()
    }
}

impl Drop for UnpacedFile {
    fn drop(&mut self) {
        unpaced(|| drop(self.0.take()));
    }
}
