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
//! recombine to its digest, so a slice verifies by the blocks that cover it. Strings have none.
//!
//! How a tensor is stored is promised too. The digest is that of the stored run, and these members say how the elements
//! lie in it:
//!
//! | member | value | without it |
//! |---|---|---|
//! | `strides` | elements between neighbours in each dimension, outermost first | contiguous, row-major |
//! | `byte_order` | `"big"` or `"little"` | `"little"` |
//! | `conj` | whether each stored number is the conjugate of the element | `false` |
//! | `neg` | whether each stored number is the negative of the element | `false` |
//!
//! Records of earlier versions have none of them: what they list is plain. A tensor in pieces has no entry, because no single run
//! holds it: the digests of the files that hold its pieces, and of the file that describes it, cover it.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::digest::{Algorithm, Digest, block_count, combine};
use crate::dtype::DType;
use crate::error::{Error, Kind, Printable, Result};
use crate::json::{self, Object, UniqueMap};
use crate::limits::{MAX_RANK, MAX_RECORD_FILES, MAX_RECORD_TENSORS};
use crate::memory;
use crate::storage::normal_name;
use crate::tensor::{ByteOrder, Encoding, extent};
use crate::verify::claims::{Claims, FileClaim, FileClaims, TensorClaim};
use crate::verify::form::Form;

/// The name of the file.
pub const FILE_NAME: &str = "weighbridge.json";

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Version {
    weighbridge: u32,
}

#[derive(Deserialize)]
struct Record {
    weighbridge: u32,
    files: UniqueMap<Object<File>, MAX_RECORD_FILES>,
    tensors: UniqueMap<Object<Tensor>, MAX_RECORD_TENSORS>,
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
    #[serde(deserialize_with = "json::string")]
    file: String,
    #[serde(deserialize_with = "json::string")]
    dtype: String,
    #[serde(deserialize_with = "json::list::<_, _, MAX_RANK>")]
    shape: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "json::list::<_, _, MAX_RANK>")]
    strides: Vec<i64>,
    #[serde(default, skip_serializing_if = "Order::is_little")]
    byte_order: Order,
    #[serde(default, skip_serializing_if = "is_false")]
    conj: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    neg: bool,
    blake3: Hex,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "json::list::<_, _, { usize::MAX }>")]
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

#[derive(Default)]
struct Order(ByteOrder);

impl Order {
    fn is_little(&self) -> bool {
        self.0 == ByteOrder::Little
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.is_little() { "little" } else { "big" })
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json::Text(text) = Deserialize::deserialize(deserializer)?;
        match &*text {
            "little" => Ok(Self(ByteOrder::Little)),
            "big" => Ok(Self(ByteOrder::Big)),
            other => {
                let other = Printable(other);
                let message = format_args!("the byte order is \"{other}\"; expected \"big\" or \"little\"");
                Err(serde::de::Error::custom(message))
            }
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

pub(super) fn probe(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

pub(super) fn read(bytes: &[u8]) -> Result<Claims> {
    // Another version may have another form.
    let read = json::read(bytes, 0, PhantomData);
    let Object(Record { weighbridge, files, tensors }) = read.map_err(|e| version_of(bytes).err().unwrap_or(e))?;
    check_version(weighbridge)?;
    let mut claims = FileClaims::default();
    for (name, Object(file)) in files.0 {
        memory::check()?;
        let claim = file.claim(&name)?;
        claims.add(name, claim)?;
    }
    // Entry by entry: `collect` would make a list of all of them first.
    let mut of_tensors = BTreeMap::new();
    for (name, Object(tensor)) in tensors.0 {
        memory::check()?;
        let claim = tensor.claim(&name)?;
        of_tensors.insert(name, claim);
    }
    Ok((claims.by_name, of_tensors))
}

fn version_of(bytes: &[u8]) -> Result<()> {
    let Object(Version { weighbridge }) = json::read(bytes, 0, PhantomData)?;
    check_version(weighbridge)
}

fn check_version(version: u32) -> Result<()> {
    if version == VERSION {
        return Ok(());
    }
    let message = format!("this is version {version} of the manifest; this release reads version {VERSION}");
    Err(Error::new(Kind::Unsupported, message))
}

impl File {
    fn claim(self, name: &str) -> Result<FileClaim> {
        let digests = [(Algorithm::Sha256, self.sha256), (Algorithm::Blake3, self.blake3)];
        let digests = digests.into_iter().filter_map(|(algorithm, hex)| Some((algorithm, hex?.0)));
        let claim = FileClaim::new(Some(self.size), digests);
        if claim.fastest().is_none() {
            return Err(Error::format("the file has no digest: expected \"sha256\" or \"blake3\"").with_subject(name));
        }
        Ok(claim)
    }
}

impl Tensor {
    fn claim(self, name: &str) -> Result<TensorClaim> {
        let encoding = Encoding { order: self.byte_order.0, ..Encoding::PLAIN }.with(self.conj, self.neg);
        let form = Form { dtype: &self.dtype, shape: &self.shape, strides: &self.strides, encoding };
        check_strides(&form).map_err(|e| e.with_subject(name))?;
        let blocks: Vec<Digest> = self.blocks.into_iter().map(|hex| hex.0).collect();
        check_blocks(&form, &blocks, self.blake3.0).map_err(|e| e.with_subject(name))?;
        let Form { strides, encoding, .. } = form.normal();
        let strides = strides.to_vec();
        let Self { file, dtype, shape, .. } = self;
        let file = normal_name(&file).into_owned();
        Ok(TensorClaim { file, dtype, shape, strides, encoding, digest: self.blake3.0, blocks })
    }
}

fn check_strides(form: &Form<'_>) -> Result<()> {
    let Form { shape, strides, .. } = form;
    if !strides.is_empty() && strides.len() != shape.len() {
        let message = format!("{} strides are given for {} dimensions", strides.len(), shape.len());
        return Err(Error::format(message));
    }
    match strides.iter().find(|stride| **stride < 0) {
        Some(stride) => Err(Error::format(format!("the stride {stride} is negative: expected 0 or more elements"))),
        None => Ok(()),
    }
}

/// Checks that the blocks recombine to the digest: they have to be trusted one by one.
fn check_blocks(form: &Form<'_>, blocks: &[Digest], digest: Digest) -> Result<()> {
    if blocks.is_empty() {
        return Ok(());
    }
    let Some(len) = stored_len(form).filter(|len| block_count(*len) == blocks.len() as u64) else {
        return Err(Error::format(format!("{} blocks do not fit {form}", blocks.len())));
    };
    if combine(blocks, len) != digest {
        return Err(Error::format("the blocks do not recombine to the digest of the tensor"));
    }
    Ok(())
}

/// The bytes of the run that holds a tensor; `None` if its type is not known, its sizes overflow, or they do not say.
fn stored_len(form: &Form<'_>) -> Option<u64> {
    let Form { shape, strides, .. } = form.normal();
    let dtype = DType::from_name(form.dtype).filter(|dtype| *dtype != DType::STRING)?;
    let elements = shape.iter().try_fold(1_u64, |product, dim| product.checked_mul(u64::try_from(*dim).ok()?))?;
    if strides.is_empty() { dtype.bytes_of_padded(elements) } else { extent(shape, strides, dtype.bytes_of(1)?) }
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
            strides: claim.strides.clone(),
            byte_order: Order(claim.encoding.order),
            conj: claim.encoding.conj,
            neg: claim.encoding.neg,
            blake3: Hex(claim.digest),
            blocks: claim.blocks.iter().copied().map(Hex).collect(),
        }
    }
}
