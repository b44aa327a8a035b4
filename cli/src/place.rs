//! What a user names as a model: a path, or a model in the local Hugging Face cache. Nothing is ever fetched.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use weighbridge::{Error, Kind};

use crate::hub::{self, Address};

/// Looks up a variable of the environment.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// The path of the model that an argument names: an existing path, one that begins with `~`, or the snapshot of a model in
/// the cache.
pub fn resolve(model: &Path, env: Env<'_>) -> Result<PathBuf, Error> {
    if exists(model)? {
        return Ok(model.to_owned());
    }
    let path = match (expand_home(model, env)?, Address::parse(model)?) {
        (Some(path), _) => path,
        (None, Some(address)) => hub::find(&address, env).map_err(|error| match lies_in_folder(model) {
            true => nothing_at(model),
            false => error.with_path(model.to_string_lossy()),
        })?,
        (None, None) => model.to_owned(),
    };
    match (exists(&path)?, model.to_str().filter(|name| hub::has_model(name, env))) {
        (true, _) => Ok(path),
        (false, Some(name)) => Err(only_in_cache(name)),
        (false, None) => Err(nothing_at(&path)),
    }
}

/// Whether anything lies under a path. A link that leads nowhere does: opening it tells so. The name of a numbered set lies in its
/// directory.
fn exists(path: &Path) -> Result<bool, Error> {
    let place = folder_of_set(path).unwrap_or(path);
    let is_there = place.try_exists().map(|leads_to_something| leads_to_something || place.is_symlink());
    is_there.map_err(|error| {
        let circle = place.ancestors().find(|part| part.is_symlink() && part.try_exists().is_err());
        let message = match circle {
            Some(link) => format!("{link:?} is a link that leads in a circle, or through too many links: restore it"),
            None => error.to_string(),
        };
        Error::new(Kind::Io, message).with_path(path.to_string_lossy())
    })
}

/// The directory of what is named as a numbered set.
fn folder_of_set(path: &Path) -> Option<&Path> {
    let is_set = path.file_name()?.to_string_lossy().contains("-*-of-");
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    is_set.then_some(folder.unwrap_or(Path::new(".")))
}

fn only_in_cache(name: &str) -> Error {
    let message = format!(
        "there is no such file or directory, but the Hugging Face cache has a model of this name: name it as hf://{name}"
    );
    Error::new(Kind::NotFound, message).with_path(name)
}

fn nothing_at(path: &Path) -> Error {
    let is_url = ["http://", "https://"].iter().any(|scheme| path.to_string_lossy().starts_with(scheme));
    let dead = path.ancestors().skip(1).find(|folder| folder.is_symlink() && !folder.exists());
    let message = match (is_url, dead) {
        (true, _) => "nothing is downloaded: name a file, or a model in the local cache as hf://org/name".to_owned(),
        (false, Some(link)) => {
            let target = link.read_link().unwrap_or_default();
            format!("{:?} is a link to {target:?}, which is not there", link)
        }
        (false, None) => "there is no such file or directory".to_owned(),
    };
    Error::new(Kind::NotFound, message).with_path(path.to_string_lossy())
}

/// Whether a name could be that of a file in a folder that is there, or was.
fn lies_in_folder(model: &Path) -> bool {
    model.parent().is_some_and(|folder| folder != Path::new("") && (folder.exists() || folder.is_symlink()))
}

/// Reads an argument that is a path, which may begin with `~` where the shell leaves that alone.
pub fn parser() -> impl TypedValueParser<Value = PathBuf> {
    let expand = |path: &Path| expand_home(path, &|name| env::var_os(name)).map(|home| home.unwrap_or(path.to_owned()));
    PathBufValueParser::new().try_map(move |path| expand(&path))
}

/// A path that begins with `~`, below the home directory.
pub fn expand_home(path: &Path, env: Env<'_>) -> Result<Option<PathBuf>, Error> {
    let Ok(rest) = path.strip_prefix("~") else { return Ok(None) };
    let home = env("HOME").filter(|home| !home.is_empty());
    let home = home.ok_or_else(|| Error::invalid("HOME is not set").with_path(path.to_string_lossy()))?;
    Ok(Some(Path::new(&home).join(rest)))
}
