//! The files of a model beside its weights.

use bytes::Bytes;

use super::Model;
use crate::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::load::Payload;
use crate::storage::Source;
use crate::verify::{FileClaim, Policy};

impl Model {
    /// The bytes of an asset, checked if a manifest covers it. They outlive the model.
    pub fn asset(&self, name: &str) -> Result<Bytes> {
        self.context().log_failure("asset", self.read_asset(name))
    }

    fn read_asset(&self, name: &str) -> Result<Bytes> {
        self.checked_asset(name, &self.asset_source(name)?)
    }

    /// The same of an asset of at most `most` bytes; [`Kind::Limit`] if it is longer.
    pub(crate) fn small_asset(&self, name: &str, most: u64) -> Result<Bytes> {
        let source = self.asset_source(name)?;
        if source.len() > most {
            let message = format!("it has {} bytes: expected at most {most}", source.len());
            return Err(Error::new(Kind::Limit, message).with_path(source.path()));
        }
        self.checked_asset(name, &source)
    }

    fn checked_asset(&self, name: &str, source: &Source) -> Result<Bytes> {
        let bytes = source.read(0, source.len())?;
        let Payload { manifests, policy, .. } = &*self.0.payload;
        for manifest in manifests {
            let claim = manifest.claim_of(name, *policy == Policy::Required).and_then(FileClaim::fastest);
            let Some((algorithm, expected)) = claim else { continue };
            let actual = Digest::of(algorithm, &bytes);
            if actual != expected {
                let message = format!("{} is {actual}; {} expects {expected}", algorithm.name(), manifest.source);
                return Err(Error::new(Kind::Mismatch, message).with_path(source.path()).with_subject(name));
            }
        }
        Ok(bytes)
    }

    /// The length of an asset in bytes.
    pub fn asset_len(&self, name: &str) -> Result<u64> {
        let listed = self.0.location.listed(name).and_then(|file| file.bytes);
        listed.map_or_else(|| self.asset_source(name).map(|source| source.len()), Ok)
    }

    fn asset_source(&self, name: &str) -> Result<Source> {
        if self.find_asset(name).is_none() {
            return Err(Error::new(Kind::NotFound, "the model has no such asset").with_subject(name));
        }
        self.0.location.open_asset(name)
    }
}
