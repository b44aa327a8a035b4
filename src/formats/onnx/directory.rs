//! Which file of a directory is the model.

use crate::error::{Error, Result};
use crate::storage::{Listed, Location, Source};

const FILE: &str = ".onnx";

/// The name by which exporters write the one model of a directory.
const PLAIN: &str = "model.onnx";

pub(super) fn holds_a_model(listing: &[Listed]) -> bool {
    listing.iter().any(|file| file.name.ends_with(FILE))
}

/// The file that was asked for, or the one model of the directory.
pub(super) fn entry(location: &Location) -> Result<Source> {
    if let Some(source) = location.entry() {
        return Ok(source.clone());
    }
    let names = location.listing()?.iter().map(|file| file.name.as_str());
    let models: Vec<&str> = names.filter(|name| name.ends_with(FILE)).collect();
    match models[..] {
        _ if models.contains(&PLAIN) => location.open_entry(PLAIN),
        [only] => location.open_entry(only),
        _ => {
            let message = format!("the directory has several models ({}): name one of them", models.join(", "));
            Err(Error::invalid(message).path(location.path()))
        }
    }
}
