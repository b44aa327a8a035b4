//! A small format for the tests of this library: it can say whatever a table of tensors can hold. No other program writes it, and
//! nobody should keep files in it.
//!
//! ```json
//! {"trial": 1, "files": ["a.bin"],
//!  "tensors": [{"name": "w", "dtype": "F32", "shape": [3, 2], "strides": [1, 3], "encoding": ["big", "neg"],
//!               "runs": [{"file": 0, "offset": 0, "len": 24, "start": [0, 0], "shape": [3, 2]}],
//!               "quantization": {"axis": 0, "block": 32, "scales": [0.5, 2], "zero_points": "w.zeros"}}],
//!  "claims": [{"file": "a.bin", "offset": 0, "len": 24, "algorithm": "crc32c", "digest": "e3069283"}]}
//! ```
//!
//! `strides` make a tensor of one run a view; `start` and `shape` of its runs make it one in pieces. `"bug": true` is a bug of the
//! library: the reader panics.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::detect::{Clues, Confidence};
use super::{Claim, Claimed, DescribedBy, Format, Parsed, Reading, WeightFile};
use crate::digest::{Algorithm, Digest};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::quantization::{Parameters, Quantization, Scheme};
use crate::storage::Source;
use crate::tensor::{Encoding, Layout, Piece, Span, TableBuilder, View};

pub(super) const FORMAT: Format = Format {
    name: "trial",
    extensions: &["trial"],
    has_graphs: false,
    has_sets: false,
    names_files: true,
    probe,
    entrances: |_| Vec::new(),
    lacking: |_, _| Ok(BTreeMap::new()),
    index: None,
    read,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    #[serde(rename = "trial")]
    _version: u32,
    files: Vec<String>,
    tensors: Vec<Entry>,
    #[serde(default)]
    claims: Vec<StatedClaim>,
    #[serde(default)]
    bug: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    dtype: String,
    shape: Vec<u64>,
    #[serde(default)]
    encoding: Vec<String>,
    strides: Option<Vec<i64>>,
    runs: Vec<Run>,
    quantization: Option<StatedQuantization>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    file: u32,
    offset: u64,
    len: u64,
    #[serde(default)]
    start: Vec<i64>,
    #[serde(default)]
    shape: Vec<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedQuantization {
    axis: Option<usize>,
    block: Option<u64>,
    scales: Numbers<f64>,
    zero_points: Option<Numbers<i64>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Numbers<T> {
    Stated(Vec<T>),
    Tensor(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedClaim {
    file: String,
    offset: u64,
    len: u64,
    algorithm: String,
    digest: String,
}

fn probe(clues: &Clues<'_>) -> Confidence {
    if clues.head.starts_with(br#"{"trial""#) { Confidence::Sure } else { Confidence::No }
}

fn read(reading: &mut Reading<'_>) -> Result<Parsed> {
    let source = reading.location.entry().ok_or_else(|| super::holds_none(FORMAT.name))?.clone();
    let text = source.read(0, source.len())?;
    let description: Description =
        serde_json::from_slice(&text).map_err(|e| Error::format(e.to_string()).with_path(source.path()))?;
    assert!(!description.bug, "on purpose");
    let files = description.files.iter().map(|name| reading.location.open_sidecar(name));
    let files: Vec<Source> = files.collect::<Result<_>>()?;
    let mut table = TableBuilder::new(reading.budget.limits());
    for entry in &description.tensors {
        entry.add(&mut table).map_err(|e| e.with_path(source.path()).with_subject(&*entry.name))?;
    }
    let lengths = files.iter().map(Source::len).collect();
    let tensors = table.finish_file(&Layout::Within(lengths)).map_err(|e| e.with_path(source.path()))?;
    let described_by = DescribedBy::Description(0);
    let weight = |source| WeightFile { source, used: Vec::new(), base: None, described_by };
    Ok(Parsed {
        weights: files.into_iter().map(weight).collect(),
        descriptions: vec![Source::from_memory_in(source.context(), source.name(), text)],
        tensors,
        claims: description.claims.into_iter().map(StatedClaim::claim).collect::<Result<_>>()?,
        ..Parsed::new(FORMAT.name)
    })
}

impl Entry {
    fn add(&self, table: &mut TableBuilder) -> Result<()> {
        let dtype = DType::from_name(&self.dtype).ok_or_else(|| Error::format("an element type that is not known"))?;
        let span = |run: &Run| Span { file: run.file, offset: run.offset, len: run.len };
        match (&self.runs[..], &self.strides) {
            ([run], Some(strides)) => {
                let view = View { run: span(run), strides, encoding: self.encoding() };
                table.push_view(&self.name, dtype, &self.shape, view)?;
            }
            ([run], None) if run.start.is_empty() && self.encoding.is_empty() => {
                table.push(&self.name, dtype, &self.shape, span(run))?
            }
            (runs, _) => {
                let piece = |run| Piece { run: span(run), start: &run.start, shape: &run.shape };
                let pieces: Vec<Piece<'_>> = runs.iter().map(piece).collect();
                table.push_pieces(&self.name, dtype, &self.shape, &pieces, self.encoding())?;
            }
        }
        self.quantization.as_ref().map_or(Ok(()), |stated| table.quantize(stated.quantization()))
    }

    fn encoding(&self) -> Encoding {
        let has = |what: &str| self.encoding.iter().any(|word| word == what);
        let order = if has("big") { Encoding::BIG_ENDIAN } else { Encoding::PLAIN };
        order.with(has("conj"), has("neg"))
    }
}

impl StatedQuantization {
    fn quantization(&self) -> Quantization {
        let scheme = match (self.axis, self.block) {
            (Some(axis), Some(block)) => Scheme::Block { axis, block },
            (Some(axis), None) => Scheme::Axis { axis },
            (None, _) => Scheme::Tensor,
        };
        let scales = match &self.scales {
            Numbers::Stated(values) => Parameters::Floats(values.clone()),
            Numbers::Tensor(name) => Parameters::Tensor(name.clone()),
        };
        let zero_points = match &self.zero_points {
            None => Parameters::None,
            Some(Numbers::Stated(values)) => Parameters::Ints(values.clone()),
            Some(Numbers::Tensor(name)) => Parameters::Tensor(name.clone()),
        };
        Quantization::new(scheme, scales).with_zero_points(zero_points)
    }
}

impl StatedClaim {
    fn claim(self) -> Result<Claim> {
        let Self { file, offset, len, algorithm, digest } = self;
        let algorithms = [Algorithm::Blake3, Algorithm::Sha256, Algorithm::Sha1, Algorithm::Crc32, Algorithm::Crc32c];
        let algorithm = algorithms.into_iter().find(|known| known.name() == algorithm);
        let algorithm = algorithm.ok_or_else(|| Error::format("an algorithm that is not known"))?;
        let digest = Digest::parse(algorithm, &digest)?;
        Ok(Claim { of: Claimed::Run { file, offset, len }, algorithm, digest })
    }
}
