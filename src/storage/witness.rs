//! Ranges of files whose contents were used, and must not turn out to be others.

use std::sync::OnceLock;

use crate::digest::Digest;
use crate::error::{Error, Kind};

/// A range of a file, and BLAKE3 of what it held for the first who read it: to parse it, to build contents from it, or to check
/// the file. Everybody after that has to find the same.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Bytes from the start of the file.
    pub start: u64,
    /// Bytes.
    pub len: u64,
    digest: OnceLock<Digest>,
    is_header: bool,
}

impl Witness {
    /// A range that was parsed when the model was opened.
    pub(crate) fn of_header(start: u64, len: u64, digest: Digest) -> Self {
        Self { start, len, digest: digest.into(), is_header: true }
    }

    /// A range that contents will be built from.
    pub(crate) fn of_contents(start: u64, len: u64) -> Self {
        Self { start, len, digest: OnceLock::new(), is_header: false }
    }

    /// Compares the digest of the range with that of the first who read it, which this one may be. [`Kind::Changed`]: it is
    /// another one.
    pub(crate) fn compare(&self, digest: Digest) -> Result<(), Error> {
        if *self.digest.get_or_init(|| digest) == digest {
            return Ok(());
        }
        let message = match self.is_header {
            true => "its header is not the one that was parsed when the model was opened",
            false => "the bytes that contents of tensors are built from are not those that were read before",
        };
        Err(Error::new(Kind::Changed, message).with_offset(self.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reading_counts() {
        let (first, second) = (Digest::from([1; 32]), Digest::from([2; 32]));
        let contents = Witness::of_contents(7, 9);
        contents.compare(first).unwrap();
        contents.compare(first).unwrap();
        let error = contents.compare(second).unwrap_err();
        assert_eq!((error.kind(), error.site().offset), (Kind::Changed, Some(7)));
        assert!(Witness::of_header(0, 9, first).compare(second).unwrap_err().to_string().contains("its header"));
    }
}
