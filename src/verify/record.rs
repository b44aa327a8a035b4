//! `weighbridge.json`: sizes and digests of all files of a model, and of every tensor.
//!
//! ```json
//! {"weighbridge": 1,
//!  "files": {"model.safetensors": {"size": 81, "sha256": "…", "blake3": "…"}},
//!  "tensors": {"w": {"file": "model.safetensors", "dtype": "F32", "shape": [2], "blake3": "…", "blocks": ["…"]}}}
//! ```
//!
//! Element type and shape are part of what is promised: the same bytes mean something else under another shape.
//! `blocks` are the BLAKE3 chaining values of every 4 MiB of a tensor that has more than that; they
//! recombine to its digest, so a slice verifies by the blocks that cover it.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::claims::{Claims, FileClaim, TensorClaim};
use crate::digest::{Algorithm, Digest, block_count, combine};
use crate::dtype::DType;
use crate::error::{Error, Kind, Result};
use crate::json::{self, Object, UniqueMap};
use crate::limits::MAX_RANK;

/// The name of the file.
pub const FILE_NAME: &str = "weighbridge.json";

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Version {
    weighbridge: u32,
}

#[derive(Deserialize)]
struct Record {
    files: UniqueMap<Object<File>, 1_000_000>,
    tensors: UniqueMap<Object<Tensor>, 10_000_000>,
}

#[derive(Serialize)]
struct RecordRef<'a> {
    weighbridge: u32,
    files: BTreeMap<&'a str, File>,
    tensors: BTreeMap<&'a str, Tensor>,
}

#[derive(Serialize, Deserialize)]
struct File {
    size: u64,
    sha256: Option<Hex>,
    blake3: Option<Hex>,
}

#[derive(Serialize, Deserialize)]
struct Tensor {
    file: String,
    dtype: String,
    #[serde(deserialize_with = "json::list::<_, _, MAX_RANK>")]
    shape: Vec<i64>,
    blake3: Hex,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<Hex>,
}

struct Hex(Digest);

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json::Text(text) = Deserialize::deserialize(deserializer)?;
        Digest::from_hex(&text).map(Hex).map_err(|e| serde::de::Error::custom(e.message()))
    }
}

pub(super) fn probe(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

pub(super) fn read(bytes: &[u8]) -> Result<Claims> {
    let Object(Version { weighbridge: version }) = json::read(bytes, 0, PhantomData)?;
    if version != VERSION {
        let message = format!("this is version {version} of the manifest; this release reads version {VERSION}");
        return Err(Error::new(Kind::Unsupported, message));
    }
    let Object(Record { files, tensors }) = json::read(bytes, 0, PhantomData)?;
    let files = files.0.into_iter().map(|(name, Object(file))| Ok((name.clone(), file.claim(&name)?)));
    let tensors = tensors.0.into_iter().map(|(name, Object(tensor))| Ok((name.clone(), tensor.claim(&name)?)));
    Ok((files.collect::<Result<_>>()?, tensors.collect::<Result<_>>()?))
}

impl File {
    fn claim(self, name: &str) -> Result<FileClaim> {
        let digests = [(Algorithm::Sha256, self.sha256), (Algorithm::Blake3, self.blake3)];
        let digests = digests.into_iter().filter_map(|(algorithm, hex)| Some((algorithm, hex?.0)));
        let claim = FileClaim::new(Some(self.size), digests);
        if claim.fastest().is_none() {
            return Err(Error::format("the file has no digest: expected \"sha256\" or \"blake3\"").subject(name));
        }
        Ok(claim)
    }
}

impl Tensor {
    /// Checks that the blocks recombine to the digest: they have to be trusted one by one.
    fn claim(self, name: &str) -> Result<TensorClaim> {
        let blocks: Vec<Digest> = self.blocks.into_iter().map(|hex| hex.0).collect();
        if !blocks.is_empty() {
            let len = bytes_of(&self.dtype, &self.shape).filter(|len| block_count(*len) == blocks.len() as u64);
            let Some(len) = len else {
                let message = format!("{} blocks do not fit {} of shape {:?}", blocks.len(), self.dtype, self.shape);
                return Err(Error::format(message).subject(name));
            };
            if combine(&blocks, len) != self.blake3.0 {
                return Err(Error::format("the blocks do not recombine to the digest of the tensor").subject(name));
            }
        }
        let Self { file, dtype, shape, .. } = self;
        Ok(TensorClaim { file, dtype, shape, digest: self.blake3.0, blocks })
    }
}

fn bytes_of(dtype: &str, shape: &[i64]) -> Option<u64> {
    let elements = shape.iter().try_fold(1_u64, |product, dim| product.checked_mul(u64::try_from(*dim).ok()?))?;
    DType::from_name(dtype)?.bytes_of_padded(elements)
}

/// The manifest as text.
pub(crate) fn write(files: &BTreeMap<String, FileClaim>, tensors: &BTreeMap<String, TensorClaim>) -> Result<String> {
    let record = RecordRef {
        weighbridge: VERSION,
        files: files.iter().map(|(name, claim)| (&**name, File::of(claim))).collect(),
        tensors: tensors.iter().map(|(name, claim)| (&**name, Tensor::of(claim))).collect(),
    };
    let text = serde_json::to_string_pretty(&record);
    text.map(|text| text + "\n").map_err(|e| Error::new(Kind::Internal, format!("cannot write the manifest: {e}")))
}

impl File {
    fn of(claim: &FileClaim) -> Self {
        let hex = |algorithm| claim.digest(algorithm).map(Hex);
        Self { size: claim.size.unwrap_or_default(), sha256: hex(Algorithm::Sha256), blake3: hex(Algorithm::Blake3) }
    }
}

impl Tensor {
    fn of(claim: &TensorClaim) -> Self {
        Self {
            file: claim.file.clone(),
            dtype: claim.dtype.clone(),
            shape: claim.shape.clone(),
            blake3: Hex(claim.digest),
            blocks: claim.blocks.iter().copied().map(Hex).collect(),
        }
    }
}
