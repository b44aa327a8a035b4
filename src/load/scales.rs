//! Tensors that hold the scales of others, by the names that quantizing tools give them.
//!
//! | tensor | its scale | written by |
//! |---|---|---|
//! | `a.weight` | `a.weight_scale_inv` | DeepSeek, Transformers (fine-grained FP8) |
//! | `a.weight` | `a.weight_scale` | compressed-tensors, ModelOpt, vLLM |
//! | `a.weight` | `a.scale_weight` | ComfyUI |
//! | `a.weight` | `a.SCB`, `a.weight.absmax` | bitsandbytes |
//! | `a.weight`, `a.qweight` | `a.scales` | MLX, GPTQ, AWQ |
//! | `a.weight_packed` | `a.weight_scale` | compressed-tensors |
//! | `a_blocks` | `a_scales` | gpt-oss (MXFP4) |

use super::options::CastRule;
use super::select::Selected;
use crate::dtype::DType;
use crate::error::{Error, Kind, Printable, Result};
use crate::finding::rules::CAST_WITHOUT_SCALE;
use crate::finding::{Finding, Notes};
use crate::quantization::Parameters;
use crate::steps;
use crate::tensor::{Tensor, TensorTable, matches};

/// What follows the name of a tensor in that of its scale.
const AFTER_NAME: &[&str] = &["_scale_inv", "_scale", "_scales", ".scale", ".absmax"];

/// What stands in place of the last component.
const IN_PLACE: &[&str] = &["weight_scale_inv", "weight_scale", "scale_weight", "scales", "scale", "SCB"];

/// Endings that are replaced.
const REPLACED: &[(&str, &str)] = &[("_blocks", "_scales"), ("_packed", "_scale")];

/// The types whose numbers mean little without a scale.
const NARROW: &[DType] = &[DType::F8_E4M3, DType::F8_E5M2, DType::F8_E4M3FNUZ, DType::F8_E5M2FNUZ];

/// The tensor that holds the scale of another one, if the model has such.
fn scale_of<'a>(tensors: &'a TensorTable, tensor: &Tensor<'a>) -> Option<&'a str> {
    if let Some(Parameters::Tensor(name)) = tensor.quantization.map(|quantization| &quantization.scales) {
        return Some(name);
    }
    let name = tensor.name;
    let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let after = AFTER_NAME.iter().map(|ending| format!("{name}{ending}"));
    let in_place = IN_PLACE.iter().filter(|_| !stem.is_empty()).map(|last| format!("{stem}.{last}"));
    let replaced = REPLACED.iter().filter_map(|(old, new)| Some(format!("{}{new}", name.strip_suffix(old)?)));
    let mut found = after.chain(in_place).chain(replaced).filter(|candidate| candidate != name);
    found.find_map(|candidate| tensors.find(&candidate)).and_then(|index| tensors.get(index)).map(|scale| scale.name)
}

/// Warns of tensors that are cast although their numbers have to be multiplied by a scale, which no cast does.
pub(super) fn unscaled_casts(tensors: &TensorTable, selection: &[Selected]) -> Result<Vec<Finding>> {
    let cast = selection.iter().filter_map(|one| {
        steps::rest();
        // A change of the byte order keeps the numbers.
        let (tensor, part) = (tensors.get(one.tensor)?, one.part.as_ref()?);
        (part.dtype != tensor.dtype).then_some(tensor)
    });
    let narrow = cast.filter(|tensor| NARROW.contains(&tensor.dtype) || tensor.quantization.is_some());
    let mut unscaled = narrow.filter_map(|tensor| Some((tensor.name, scale_of(tensors, &tensor)?)));
    let mut notes = Notes::default();
    if let Some((name, scale)) = unscaled.next() {
        let (name, scale, others) = (Printable(name), Printable(scale), others_with_scales(unscaled));
        let message = format!(
            "it is cast as it is stored, although \"{scale}\" holds its scale, by which its elements have to be multiplied{others}"
        );
        notes.add(CAST_WITHOUT_SCALE, name.to_string(), message);
    }
    notes.finish()
}

/// How many other tensors are cast so, with the names and the scales of the first; nothing if there are none.
fn others_with_scales<'a>(mut unscaled: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    /// As many as a message has room for, if the names are those of real models.
    const MOST: usize = 3;
    let named: Vec<_> = unscaled
        .by_ref()
        .take(MOST)
        .map(|(name, scale)| format!("\"{}\" by \"{}\"", Printable(name), Printable(scale)))
        .collect();
    let unnamed = unscaled.count();
    let more = if unnamed == 0 { String::new() } else { format!(", … {unnamed} more") };
    let named_all = named.join(", ");
    match named.len() + unnamed {
        0 => String::new(),
        1 => format!("; so is 1 more tensor: {named_all}"),
        others => format!("; so are {others} more tensors: {named_all}{more}"),
    }
}

/// As [`explain_packed`] for a rule of which no tensor is known yet: the first selected tensor counts that it is for and that has a
/// scale.
pub(super) fn explain_rule(error: Error, tensors: &TensorTable, indices: &[usize], rule: &CastRule) -> Error {
    let positions = matches(tensors, indices, &rule.pattern).unwrap_or_default();
    let matched = positions.into_iter().filter_map(|position| tensors.get(*indices.get(position)?));
    let mut packed = matched.filter(|tensor| Some(tensor.dtype) == rule.from && scale_of(tensors, tensor).is_some());
    match packed.next() {
        Some(tensor) => explain_packed(error, tensors, &tensor),
        None => error,
    }
}

/// Adds to the error for a cast that does not exist that the elements are not the numbers themselves.
pub(super) fn explain_packed(error: Error, tensors: &TensorTable, tensor: &Tensor<'_>) -> Error {
    match scale_of(tensors, tensor) {
        Some(scale) if error.kind() == Kind::Unsupported => {
            let message = format!(
                "{}: \"{}\" holds the scale of these elements, so they are no plain numbers",
                error.without_site(),
                Printable(scale)
            );
            Error::new(Kind::Unsupported, message).with_subject(tensor.name)
        }
        _ => error,
    }
}
