//! Elements of 8 bits and less that only mean something with a scale.

use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::subject::Subject;
use crate::dtype::DType;
use crate::finding::rules::WEIGHTS_SCALE;
use crate::tensor::Tensor;

/// Floats too narrow for the range of most weights. F8_E8M0 is missing: it is the type of scales.
const NARROW: &[DType] = &[
    DType::F8_E4M3,
    DType::F8_E5M2,
    DType::F8_E4M3FNUZ,
    DType::F8_E5M2FNUZ,
    DType::F6_E2M3,
    DType::F6_E3M2,
    DType::F4,
];

/// What writers append to the name of a tensor: `x.weight_scale`, `x.weight_scale_inv`, `x.weight.scales`.
const AFTER_NAME: &[&str] = &["_scale", "_scale_inv", "_scales", ".scale", ".scales"];

/// What writers put in the place of the last part of the name: `x.scales`, `x.scale_weight`.
const AFTER_MODULE: &[&str] = &[".scale", ".scales", ".scale_weight", ".weight_scale", ".weight_scale_inv"];

pub(in crate::check) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let is_bare = |tensor: &Tensor<'_>| NARROW.contains(&tensor.dtype) && !has_scale(subject, tensor.name);
    let bare = || subject.tensors.iter().filter(is_bare);
    let count = bare().count();
    if count == 0 {
        return;
    }
    collector.add(WEIGHTS_SCALE, Site::MODEL, || {
        let names = listed(bare(), |tensor| format!("{} {}", quoted(tensor.name), tensor.dtype));
        let count = counted(count, "tensor");
        advise(
            format!("{count} of 8 bits or less without a scale beside it: {names}"),
            "check that the weights were cast without a scale on purpose, or that it is kept elsewhere",
        )
    });
}

/// Whether a scale for the tensor of this name is there under a usual name.
fn has_scale(subject: &Subject<'_>, name: &str) -> bool {
    let is_there = |stem: &str, endings: &[&str]| {
        endings.iter().any(|ending| subject.tensors.find(&[stem, ending].concat()).is_some())
    };
    // No usual name is so long that it could not be made without memory.
    const LONGEST: usize = 16 << 10;
    if name.len() > LONGEST {
        return false;
    }
    is_there(name, AFTER_NAME) || name.rsplit_once('.').is_some_and(|(module, _)| is_there(module, AFTER_MODULE))
}
