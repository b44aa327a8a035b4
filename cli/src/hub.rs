//! Models in the local cache of the Hugging Face tools, by their names on the hub. Nothing is ever fetched.
//!
//! A model `org/name` lies in the folder `models--org--name`: `refs` has a file with a commit for each branch and tag, and
//! `snapshots` a folder for each commit.

mod address;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use weighbridge::{Error, Kind};

pub use address::Address;
use address::is_plain;

use crate::place::{Env, expand_home};

/// The revision that is meant where none is named.
const DEFAULT_REVISION: &str = "main";

/// The snapshot of a model, or what the address names in it.
pub fn find(address: &Address<'_>, env: Env<'_>) -> Result<PathBuf, Error> {
    let file = if address.is_url { "" } else { "there is no such file or directory, and " };
    let fail = |what: String| Error::new(Kind::NotFound, format!("{file}the Hugging Face cache {what}"));
    let cache = cache(env).map_err(|error| fail(format!("cannot be found: {}", error.message())))?;
    let fail = |what: String| fail(format!("{} {what}", cache.display()));
    let model = cache.join(folder_name(address.name));
    if !model.is_dir() {
        return Err(fail(no_model(address.name, &cache)));
    }
    let (revision, path) = address.revision_and_path(&model.join("refs"));
    let snapshot = snapshot(&model, revision);
    let snapshot = snapshot.map_err(|several| fail(no_snapshot(address.name, &model, revision, &several)))?;
    Ok(if path.is_empty() { snapshot } else { snapshot.join(path) })
}

/// Whether the cache has a model of a name without an organization: the name of a file is more likely, so it has to be a URL.
pub fn has_model(name: &str, env: Env<'_>) -> bool {
    address::is_name(name) && cache(env).is_ok_and(|cache| cache.join(folder_name(name)).is_dir())
}

/// The folder of the cache, where the Hugging Face tools look for it.
fn cache(env: Env<'_>) -> Result<PathBuf, Error> {
    let folder = |variable| match env(variable).filter(|value| !value.is_empty()).map(PathBuf::from) {
        Some(value) => {
            let value = expand_variables(&value, env);
            Ok(Some(expand_home(&value, env)?.unwrap_or(value)))
        }
        None => Ok(None),
    };
    for variable in ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"] {
        if let Some(cache) = folder(variable)? {
            return Ok(cache);
        }
    }
    let home = match (folder("HF_HOME")?, folder("XDG_CACHE_HOME")?) {
        (Some(home), _) => home,
        (None, Some(caches)) => caches.join("huggingface"),
        (None, None) => expand_home(Path::new("~/.cache/huggingface"), env)?.unwrap_or_default(),
    };
    Ok(home.join("hub"))
}

/// A path with the values of the variables that it names, as in `$HOME` and `${HOME}`. Those that are not set stay as they are.
fn expand_variables(path: &Path, env: Env<'_>) -> PathBuf {
    let Some(text) = path.to_str() else { return path.to_owned() };
    let mut expanded = OsString::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        let in_braces = after.strip_prefix('{').and_then(|name| name.split_once('}'));
        let len = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let (name, behind) = in_braces.unwrap_or(after.split_at(len));
        expanded.push(before);
        match env(name).filter(|_| !name.is_empty()) {
            Some(value) => expanded.push(value),
            None => expanded.push(&rest[before.len()..rest.len() - behind.len()]),
        }
        rest = behind;
    }
    expanded.push(rest);
    expanded.into()
}

fn folder_name(model: &str) -> String {
    format!("models--{}", model.replace('/', "--"))
}

/// The folder of a revision; or the commits that could be meant, if it is not one.
fn snapshot(model: &Path, revision: Option<&str>) -> Result<PathBuf, Vec<String>> {
    let snapshots = model.join("snapshots");
    let commit = commit(&model.join("refs").join(revision.unwrap_or(DEFAULT_REVISION)));
    let mut commits = match (commit, revision) {
        (Some(commit), _) => vec![commit],
        (None, Some(revision)) => commits_named(&snapshots, revision),
        (None, None) => names(&snapshots),
    };
    commits.retain(|commit| snapshots.join(commit).is_dir());
    match &commits[..] {
        [commit] => Ok(snapshots.join(commit)),
        _ => Err(commits),
    }
}

/// The commit that a branch or a tag stands for.
fn commit(reference: &Path) -> Option<String> {
    const LONGEST: u64 = 256;
    // What is no file, such as a pipe, could be read without end.
    fs::metadata(reference).ok().filter(fs::Metadata::is_file)?;
    let mut text = String::new();
    File::open(reference).ok()?.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text.trim().to_owned()).filter(|commit| is_plain(commit))
}

/// The commit with this name, or those that begin with it if it is long enough.
fn commits_named(snapshots: &Path, name: &str) -> Vec<String> {
    const SHORTEST: usize = 7;
    let mut names = names(snapshots);
    let is_prefix = name.len() >= SHORTEST && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let prefix = name.to_ascii_lowercase();
    let is_there = names.iter().any(|known| known == name);
    names.retain(|known| if is_there { known == name } else { is_prefix && known.starts_with(&prefix) });
    names
}

fn no_model(name: &str, cache: &Path) -> String {
    let is_known = |folder: String| Some(folder.strip_prefix("models--")?.replace("--", "/"));
    let models: Vec<_> = names(cache).into_iter().filter_map(is_known).collect();
    format!("has no model {name}; it has {}: get it with hf download {name}", list(&models))
}

fn no_snapshot(name: &str, model: &Path, revision: Option<&str>, several: &[String]) -> String {
    if !several.is_empty() {
        return format!("has several such revisions of {name}; name one of them, as in {name}@{}", list(several));
    }
    let option = revision.map_or_else(String::new, |revision| format!(" --revision {revision}"));
    let revision = revision.unwrap_or(DEFAULT_REVISION);
    let revisions = list(&revisions(model));
    format!("has no revision {revision} of {name}; it has {revisions}: get it with hf download {name}{option}")
}

/// The branches and tags whose snapshots are there, and then all commits.
fn revisions(model: &Path) -> Vec<String> {
    const DEEPEST: usize = 8;
    let (refs, snapshots) = (model.join("refs"), model.join("snapshots"));
    let mut found = Vec::new();
    let mut ahead = names(&refs);
    while let Some(name) = ahead.pop() {
        let path = refs.join(&name);
        // No link to a folder is followed: it may lead back.
        let is_folder = path.symlink_metadata().is_ok_and(|there| there.is_dir());
        if is_folder && name.split('/').count() < DEEPEST {
            ahead.extend(names(&path).iter().map(|below| format!("{name}/{below}")));
        } else if commit(&path).is_some_and(|commit| snapshots.join(commit).is_dir()) {
            found.push(name);
        }
    }
    found.sort();
    found.extend(names(&snapshots));
    found
}

/// The names in a folder, sorted; of very many only some.
fn names(folder: &Path) -> Vec<String> {
    const MOST: usize = 10_000;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST);
    let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// Names with commas between them; of many the first.
fn list(names: &[String]) -> String {
    const MOST: usize = 20;
    match names {
        [] => "nothing".to_owned(),
        few if few.len() <= MOST => few.join(", "),
        many => format!("{}, …", many[..MOST].join(", ")),
    }
}

#[cfg(test)]
mod tests;
