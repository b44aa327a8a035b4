//! Tensors whose place in their file does not suit their elements.

use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::subject::Subject;
use crate::finding::rules::WEIGHTS_ALIGNMENT;
use crate::tensor::Tensor;

pub(in crate::check) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    // Files are mapped to addresses of whole pages: what is aligned in the file is aligned in memory.
    let offset = |tensor: &Tensor<'_>| subject.model.place(tensor).offset;
    let is_misaligned = |tensor: &Tensor<'_>| {
        tensor.byte_len() > 0 && offset(tensor).is_some_and(|offset| !offset.is_multiple_of(tensor.dtype.alignment()))
    };
    let misaligned = || subject.tensors.iter().filter(is_misaligned);
    let count = misaligned().count();
    if count == 0 {
        return;
    }
    collector.add(WEIGHTS_ALIGNMENT, Site::MODEL, || {
        let names = listed(misaligned(), |tensor| format!("{} {}", quoted(tensor.name), tensor.dtype));
        let count = counted(count, "tensor");
        advise(
            format!(
                "{count} not aligned to the element size in the file, so zero-copy pointers are misaligned: {names}"
            ),
            "load copies, which are aligned, or write the file again with a padded header",
        )
    });
}
