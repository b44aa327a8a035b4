//! Which file of a directory is the model.

use crate::error::Result;
use crate::formats::detect::Entrance;
use crate::formats::{Reading, holds_none, several_models, visible};
use crate::storage::{Listed, Source};

use crate::sort;

const FILE: &str = ".onnx";

/// The name by which exporters write the one model of a directory.
const PLAIN: &str = "model.onnx";

/// The models of a directory; the one that is preferred first.
pub(super) fn entrances(listing: &[Listed]) -> Vec<Entrance> {
    let mut models = models(listing);
    sort::sort_by_key(&mut models, |name| (*name != PLAIN, *name));
    models.into_iter().map(|name| Entrance { file: name.to_owned(), is_plain: name == PLAIN }).collect()
}

/// The file that was asked for, or the one model of the directory.
pub(super) fn entry(reading: &mut Reading<'_>) -> Result<Source> {
    let location = reading.location;
    if let Some(source) = location.entry() {
        return Ok(source.clone());
    }
    let models = models(location.listing()?);
    match models[..] {
        [] => Err(holds_none("onnx").with_path(location.path())),
        [only] => location.open_entry(only),
        _ if models.contains(&PLAIN) => {
            let left_out: Vec<_> = models.into_iter().filter(|name| *name != PLAIN).collect();
            reading.note_left_out(PLAIN, &left_out);
            location.open_entry(PLAIN)
        }
        _ => Err(several_models(&models).with_path(location.path())),
    }
}

fn models(listing: &[Listed]) -> Vec<&str> {
    visible(listing).filter(|name| name.ends_with(FILE)).collect()
}
