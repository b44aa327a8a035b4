//! Weights inside the model file that would be better off in files of their own.

use crate::check::collector::{Collector, Site, advise};
use crate::check::subject::Subject;
use crate::finding::rules::{SIZE_INLINE, SIZE_LIMIT};

/// What protobuf can hold in one message.
const PROTOBUF_LIMIT: u64 = 2 << 30;

/// Weights above this are better kept in files of their own: they can be mapped, shared and replaced.
const MUCH: u64 = 100_000_000;

const REMEDY: &str = "save the model with external data";

pub(super) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    // The file with the graphs is the first.
    let main_file = subject.model.files().next().map_or(0, |file| file.len());
    if main_file > PROTOBUF_LIMIT {
        collector.add(SIZE_LIMIT, Site::MODEL, || {
            let message =
                format!("the model file has {main_file} bytes: tools that use protobuf refuse more than 2 GiB");
            advise(message, REMEDY)
        });
        return;
    }
    let inline = inline(subject);
    if inline > MUCH {
        collector.add(SIZE_INLINE, Site::MODEL, || {
            advise(format!("{inline} bytes of weights are inside the model file"), REMEDY)
        });
    }
}

/// Bytes of the tensors in the model file.
fn inline(subject: &Subject<'_>) -> u64 {
    let tensors = subject.tensors.iter().filter(|tensor| subject.model.place(tensor).file == 0);
    // Tensors may overlap, and be more than their file.
    tensors.map(|tensor| tensor.byte_len()).fold(0, u64::saturating_add)
}
