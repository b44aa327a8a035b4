//! Weights that are there, but that the index does not name.

use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::subject::Subject;
use crate::finding::rules::WEIGHTS_UNINDEXED;
use crate::memory;

pub(in crate::check) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    check_tensors(subject, collector);
    check_files(subject, collector);
}

fn check_tensors(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let tensors = subject.model.unindexed();
    if tensors.is_empty() {
        return;
    }
    collector.add(WEIGHTS_UNINDEXED, Site::MODEL, || {
        let names = listed(tensors, |tensor| format!("{} in {}", quoted(&tensor.name), quoted(&tensor.file)));
        let count = counted(tensors.len(), "tensor");
        advise(
            format!("{count} in the weight files that the index does not name: {names}"),
            "they are never loaded: check that the index belongs to these files",
        )
    });
}

/// Files beside the model that end as its weight files do. Without an index nobody says which of them belong to it.
fn check_files(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let model = subject.model;
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    let Some(weights) = model.files().next().and_then(|file| ending(file.name())) else { return };
    let files = model.assets().iter().filter(|name| ending(name).as_ref() == Some(&weights));
    let Some(files) = collector.note(memory::collect(files, "the names of files")) else { return };
    if !model.has_index() || files.is_empty() {
        return;
    }
    collector.add(WEIGHTS_UNINDEXED, Site::MODEL, || {
        let names = listed(&files, |name| quoted(name).to_string());
        let count = counted(files.len(), "weight file");
        advise(
            format!("{count} beside the model that the index does not name: {names}"),
            "remove what is not part of the model, or check that the index is complete",
        )
    });
}
