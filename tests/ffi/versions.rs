//! Versions of a checkpoint, for hosts that change from one to another.

use std::fs;
use std::path::Path;

use weighbridge::write::Manifests;
use weighbridge::{Context, Model, OpenOptions};

use crate::GOLDEN;

/// A file of the checkpoint, whose last byte differs between versions.
const CHANGED: &str = "model-00002-of-00004.safetensors";

/// Writes a version of the checkpoint to a folder that is not there yet, with a manifest of digests. Its last byte is changed by
/// `difference`.
pub fn write_version(folder: &Path, difference: u8) {
    fs::create_dir(folder).unwrap();
    for file in fs::read_dir(format!("{GOLDEN}/tiny-llama")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_name().unwrap();
        if name != "SHA256SUMS" {
            fs::write(folder.join(name), fs::read(&file).unwrap()).unwrap();
        }
    }
    flip(folder, difference);
    let model = Model::open(folder, &OpenOptions::default(), &Context::new()).unwrap();
    fs::write(folder.join("weighbridge.json"), Manifests::of(&model).unwrap().record().unwrap()).unwrap();
}

/// Changes the last byte of a version.
pub fn flip(folder: &Path, difference: u8) {
    let path = folder.join(CHANGED);
    let mut contents = fs::read(&path).unwrap();
    *contents.last_mut().unwrap() ^= difference;
    fs::write(path, contents).unwrap();
}
