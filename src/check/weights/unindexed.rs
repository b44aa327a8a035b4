//! Weights that are there, but that the index does not name.

use crate::check::collector::{Collector, Site, advise, quoted};
use crate::check::lists::{counted, listed};
use crate::check::subject::Subject;
use crate::error::Result;
use crate::finding::rules::WEIGHTS_UNINDEXED;
use crate::memory;

pub(in crate::check) fn check(subject: &Subject<'_>, collector: &mut Collector<'_>) {
    let Some(files) = collector.note(files(subject)) else { return };
    let found: Vec<String> = [tensors_text(subject), files_text(&files)].into_iter().flatten().collect();
    if !found.is_empty() {
        collector.add(WEIGHTS_UNINDEXED, Site::MODEL, || {
            advise(
                format!("the index does not name {}", found.join(", and ")),
                "none of this is ever loaded: check that the index belongs to these files and is complete",
            )
        });
    }
}

fn tensors_text(subject: &Subject<'_>) -> Option<String> {
    let tensors = subject.model.unindexed();
    let names = listed(tensors, |tensor| format!("{} in {}", quoted(&tensor.name), quoted(&tensor.file)));
    (!tensors.is_empty()).then(|| format!("{} of the weight files: {names}", counted(tensors.len(), "tensor")))
}

fn files_text(files: &[&String]) -> Option<String> {
    let names = listed(files, |name| quoted(name).to_string());
    (!files.is_empty()).then(|| format!("{} beside them: {names}", counted(files.len(), "weight file")))
}

/// Files beside the model that end as its weight files do. Without an index nobody says which of them belong to it.
fn files<'a>(subject: &Subject<'a>) -> Result<Vec<&'a String>> {
    let model = subject.model;
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    let weights = model.files().next().filter(|_| model.has_index()).and_then(|file| ending(file.name()));
    let files = model.assets().iter().filter(|name| weights.is_some() && ending(name) == weights);
    memory::collect(files, "the names of files")
}
