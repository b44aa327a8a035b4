//! What a command reads, which its output must not replace.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use weighbridge::verify::{CHECKSUMS_FILE_NAME, RECORD_FILE_NAME};
use weighbridge::{Error, formats};

use crate::failure::Failure;
use crate::links::hops;
use crate::model::resolve;

/// What a command must not replace.
pub struct Inputs<'a> {
    /// What the user names as models. Whatever lies in the directory of one may be a part of it.
    pub models: Vec<&'a Path>,
    /// Manifests, lists and memos.
    pub files: Vec<&'a Path>,
    /// Whether the manifests in the directory of a model may be replaced.
    pub are_manifests_replaced: bool,
}

/// Refuses to replace a file that a model was found to have, by its name in the model's directory.
pub fn check_files<'a>(
    output: &Path,
    directory: &Path,
    mut names: impl Iterator<Item = &'a str>,
) -> Result<(), Failure> {
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    let is_place = |name: &str| directory.join(name).canonicalize().is_ok_and(|file| file == place);
    if names.any(is_place) { Err(would_be_lost(output)) } else { Ok(()) }
}

/// Where a file is, or will be.
fn place_of(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok().or_else(|| hops(file).next())
}

fn would_be_lost(output: &Path) -> Failure {
    let message =
        "this may be a file that the command reads, which would be lost: name another file, or remove this one";
    Failure::of_user(Error::invalid(message).with_path(output.to_string_lossy()))
}

impl Inputs<'_> {
    /// Refuses to replace one of them, or any file that is called like weights or holds anything but text: a model may name it.
    pub fn check(&self, output: &Path) -> Result<(), Failure> {
        // What is written to a terminal or a pipe replaces nothing.
        let is_stream = output.exists() && !output.is_file();
        let Some(place) = place_of(output).filter(|_| !is_stream) else { return Ok(()) };
        // A memo is made when there is something to remember, where the links in its place lead.
        let is_input = |file: &&Path| place_of(file).into_iter().chain(hops(file)).any(|file| file == place);
        let is_lost = self.files.iter().any(is_input) || place.is_file() && self.has(&place);
        if is_lost { Err(would_be_lost(output)) } else { Ok(()) }
    }

    fn has(&self, place: &Path) -> bool {
        let name = place.file_name().unwrap_or_default();
        let is_manifest = self.are_manifests_replaced && MANIFESTS.iter().any(|known| name == *known);
        let is_part_of = |model: &&Path| {
            let model = resolve(model).ok().and_then(|model| model.canonicalize().ok());
            model.is_some_and(|model| {
                place == model || place.starts_with(&model) && !is_manifest || has_link_to(&model, place, LINK_DEPTH)
            })
        };
        is_called_model(place)
            || is_binary(place)
            || !is_manifest && is_kept_by_a_tool(place)
            || self.models.iter().any(is_part_of)
    }
}

/// Whether a file has the ending of a format that is read here.
pub fn is_called_model(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    formats().flat_map(|format| format.extensions).any(|extension| name.ends_with(&format!(".{extension}")))
}

/// Whether a file begins with something that no command prints.
fn is_binary(place: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(place).and_then(|file| file.take(START_BYTES).read_to_end(&mut start));
    read.is_ok() && start.iter().any(|byte| byte.is_ascii_control() && !TEXT_CONTROLS.contains(byte))
}

/// Whether a file lies where a tool keeps what it knows of models: git, a cache or download of Hugging Face, a store of blobs.
fn is_kept_by_a_tool(place: &Path) -> bool {
    let is_own = |folder: &Path| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        name == ".git"
            || folder.ends_with(".cache/huggingface")
            || REPOSITORIES.iter().any(|kind| name.starts_with(kind))
    };
    let is_store = |folder: &Path| folder.join("blobs/sha256").is_dir() || has_all(folder, &["blobs", "manifests"]);
    place.ancestors().skip(1).any(|folder| is_own(folder) || is_store(folder))
}

fn has_all(folder: &Path, names: &[&str]) -> bool {
    names.iter().all(|name| folder.join(name).is_dir())
}

/// How the folders of repositories in a cache of Hugging Face begin.
const REPOSITORIES: [&str; 3] = ["models--", "datasets--", "spaces--"];

/// How much of a file tells whether it is text.
const START_BYTES: u64 = 4096;

/// The control characters of text, colours included.
const TEXT_CONTROLS: &[u8] = b"\t\n\r\x1b";

/// The folders in each other that are searched for links to a file: caches of models and clones have no more.
const LINK_DEPTH: usize = 8;

/// Whether a link in a directory or its folders leads to a file.
fn has_link_to(directory: &Path, place: &Path, depth: usize) -> bool {
    let entries = directory.read_dir().into_iter().flatten().flatten();
    let mut kinds = entries.filter_map(|entry| Some((entry.path(), entry.file_type().ok()?)));
    kinds.any(|(path, kind)| match kind {
        kind if kind.is_symlink() => path.canonicalize().is_ok_and(|path| path == place),
        kind if kind.is_dir() => depth > 0 && has_link_to(&path, place, depth - 1),
        _ => false,
    })
}

/// The names of manifests.
pub const MANIFESTS: [&str; 2] = [RECORD_FILE_NAME, CHECKSUMS_FILE_NAME];
