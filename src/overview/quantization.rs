//! How weights are quantized, as the files beside them say.

use super::assets::Documents;
use super::brief;
use super::document::{at, first_text, whole};
use crate::error::Result;
use crate::memory;
use crate::metadata::{Datum, Map};

/// How the weights of a model are quantized.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Method {
    /// What its library calls the method: `gptq`, `awq`, `bitsandbytes`, `compressed-tensors`, `fp8`, `mxfp4`, `mlx`, …; for
    /// graphs the name of the format.
    pub method: String,
    /// Bits of each weight. Where layers differ, those of most of them, or those that the file states for all others.
    pub bits: Option<u64>,
    /// Weights that share a scale.
    pub group_size: Option<u64>,
    /// What says so: a file and the keys in it (`config.json: quantization_config`), or `tensors`, or `graph`.
    pub source: String,
}

/// What a file says of the quantization.
pub(super) struct Stated<'a> {
    config: Datum<'a>,
    method: &'a str,
    place: &'static Place,
    /// Bits of a weight, as far as it says something of all.
    bits: Option<u64>,
    /// Layers that are quantized alike.
    groups: Vec<Group>,
}

/// Where a file may say it.
struct Place {
    file: &'static str,
    keys: &'static [&'static str],
    /// The method of the library that alone writes such a file; empty if several do.
    method: &'static str,
}

const QUANTO: &str = "quanto_qmap.json";

const fn place(file: &'static str, keys: &'static [&'static str], method: &'static str) -> Place {
    Place { file, keys, method }
}

const PLACES: &[Place] = &[
    place("config.json", &["quantization_config"], ""),
    place("config.json", &["text_config", "quantization_config"], ""),
    place("config.json", &["compression_config"], "compressed-tensors"),
    place("config.json", &["quantization"], "mlx"),
    place("quantize_config.json", &[], "gptq"),
    place("quant_config.json", &[], "awq"),
    place("hf_quant_config.json", &["quantization"], "modelopt"),
    place(QUANTO, &[], "quanto"),
];

/// Keys that only one library writes, for files that do not name the method.
const METHODS: &[(&str, &str)] = &[
    ("load_in_4bit", "bitsandbytes"),
    ("load_in_8bit", "bitsandbytes"),
    ("config_groups", "compressed-tensors"),
    ("quant_algo", "modelopt"),
];

/// Methods of one width, which their files do not repeat.
const BITS_OF_METHODS: &[(&str, u64)] = &[("bitnet", 2), ("eetq", 8), ("fbgemm_fp8", 8), ("fp8", 8), ("mxfp4", 4)];

/// Where the bits of a weight are a number.
const BITS: &[&[&str]] = &[&["bits"], &["w_bit"], &["nbits"], &["quant_config", "weight_quant_params", "nbits"]];

/// Where they are a part of a word: `int4`, `NVFP4`, `W4A16_AWQ`, `Int8DynamicActivationInt4WeightConfig`.
const WORDS: &[&[&str]] = &[
    &["quant_type", "default", "_data", "weight_dtype", "_data"],
    &["quant_type", "default", "_type"],
    &["quant_type"],
    &["quant_algo"],
    &["weights"],
    &["global_quant_config", "weight", "dtype"],
];

const GROUP_SIZES: &[&[&str]] = &[
    &["group_size"],
    &["q_group_size"],
    &["quant_config", "weight_quant_params", "group_size"],
    &["quant_type", "default", "_data", "group_size"],
    &["quant_type", "default", "_data", "granularity", "_data", "group_size"],
    &["global_quant_config", "weight", "group_size"],
];

impl<'a> Stated<'a> {
    /// What the first file says that names a method.
    pub(super) fn of(documents: &'a Documents) -> Result<Option<Self>> {
        let found = PLACES.iter().find_map(|place| {
            let config = documents.at(place.file, place.keys)?;
            let map = as_map(config).filter(|map| !map.is_empty())?;
            let named = at(config, &["quant_method"]).and_then(first_text);
            let shown = || METHODS.iter().find(|(key, _)| map.find(key).is_some()).map(|(_, method)| *method);
            let method = named.or_else(shown).unwrap_or(place.method);
            // Quanto lists the modules: the first stands for all.
            let config = if place.file == QUANTO { map.get(0).map_or(config, |(_, first)| first) } else { config };
            (!method.is_empty()).then_some((config, method, place))
        });
        let of_found = |(config, method, place)| {
            let groups = groups(config)?;
            let bits = bits(config, method).or_else(|| groups.first().map(|group| group.bits));
            Ok(Self { config, method, place, bits, groups })
        };
        found.map(of_found).transpose()
    }

    /// The file.
    pub(super) fn file(&self) -> &'static str {
        self.place.file
    }

    pub(super) fn method(&self) -> Result<Method> {
        let Place { file, keys, .. } = self.place;
        let source = if keys.is_empty() { (*file).to_owned() } else { format!("{file}: {}", keys.join(".")) };
        let group_size = number(self.config, GROUP_SIZES).or_else(|| self.groups.first()?.size);
        Ok(Method { method: brief(self.method)?, bits: self.bits, group_size, source })
    }

    /// Bits of the weights of one module: those that the file states for it alone (MLX), those of the group whose scales are as
    /// many as the module has (compressed-tensors), or else those of all.
    pub(super) fn bits_of(&self, module: &str, packed: &Packed) -> Option<u64> {
        let of_module = at(self.config, &[module, "bits"]).and_then(whole).filter(is_width);
        let of_group = || self.groups.iter().find(|group| group.fits(packed)).map(|group| group.bits);
        of_module.or_else(of_group).or(self.bits)
    }
}

/// Bits of a weight, as far as a configuration says something of all.
fn bits(config: Datum<'_>, method: &str) -> Option<u64> {
    let of_word = || WORDS.iter().find_map(|keys| at(config, keys).and_then(first_text).and_then(bits_in));
    let of_flag = |flag, bits| matches!(at(config, &[flag]), Some(Datum::Bool(true))).then_some(bits);
    let of_method = || BITS_OF_METHODS.iter().find(|(known, _)| *known == method).map(|(_, bits)| *bits);
    number(config, BITS)
        .filter(is_width)
        .or_else(of_word)
        .or_else(|| of_flag("load_in_4bit", 4))
        .or_else(|| of_flag("load_in_8bit", 8))
        .or_else(of_method)
}

fn number(config: Datum<'_>, places: &[&[&str]]) -> Option<u64> {
    places.iter().find_map(|keys| at(config, keys).and_then(whole))
}

/// Layers that are quantized alike.
struct Group {
    bits: u64,
    /// Weights that share a scale; `None`: those of a row, or all.
    size: Option<u64>,
}

/// The groups of layers of a configuration. All packed tensors are compared with each.
fn groups(config: Datum<'_>) -> Result<Vec<Group>> {
    const MOST: usize = 100;
    let groups = at(config, &["config_groups"]).and_then(as_map);
    let groups = groups.into_iter().flat_map(|groups| groups.iter()).take(MOST);
    let groups = groups.filter_map(|(_, group)| {
        let number = |key| at(group, &["weights", key]).and_then(whole);
        Some(Group { bits: number("num_bits").filter(is_width)?, size: number("group_size") })
    });
    memory::collect(groups, "the groups of layers")
}

/// What shows of a tensor how it is packed.
pub(super) struct Packed {
    pub bytes: u64,
    pub rows: u64,
    pub scales: u64,
}

impl Group {
    fn fits(&self, packed: &Packed) -> bool {
        let weights = packed.bytes.saturating_mul(8) / self.bits;
        match self.size {
            Some(size) => packed.scales.checked_mul(size) == Some(weights),
            None => packed.scales == packed.rows || packed.scales == 1,
        }
    }
}

fn as_map(value: Datum<'_>) -> Option<Map<'_>> {
    if let Datum::Map(map) = value { Some(map) } else { None }
}

fn is_width(bits: &u64) -> bool {
    (1..=32).contains(bits)
}

/// The first number in a word; if it speaks of weights and of something else, the last one before `weight`.
fn bits_in(word: &str) -> Option<u64> {
    let end = word.find("Weight").or_else(|| word.find("weight"));
    let before = &word[..end.unwrap_or(word.len())];
    let mut found = before.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let digits = if end.is_some() { found.next_back() } else { found.next() };
    digits?.parse().ok().filter(is_width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_the_bits_of_weights() {
        for (word, bits) in [
            ("int4", Some(4)),
            ("qint2", Some(2)),
            ("fp8_e4m3", Some(8)),
            ("NVFP4", Some(4)),
            ("W4A16_AWQ", Some(4)),
            ("int8_dynamic_activation_int4_weight", Some(4)),
            ("Int8DynamicActivationInt4WeightConfig", Some(4)),
            ("Float8WeightOnlyConfig", Some(8)),
            ("IntxWeightOnlyConfig", None),
            ("weight8", None),
            ("4096", None),
            ("none", None),
            ("", None),
        ] {
            assert_eq!(bits_in(word), bits, "{word}");
        }
    }
}
