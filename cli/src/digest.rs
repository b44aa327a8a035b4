//! `weighbridge digest`

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use weighbridge::digest::{Algorithm, Digest};
use weighbridge::error::Escaped;
use weighbridge::verify::{CHECKSUMS_FILE_NAME, RECORD_FILE_NAME};
use weighbridge::write::{Manifests, replace_file};
use weighbridge::{Error, Finding, Kind, Policy, Survey};

use crate::answer::Answer;
use crate::args::Digest as Args;
use crate::console::Console;
use crate::destination::Destination;
use crate::failure::{Failure, cured, with_cure};
use crate::inputs::is_called_model;
use crate::json;
use crate::model::{Opened, verify};
use crate::output::wrote;
use crate::printing::STANDARD_OUTPUT;

/// Where the manifests go.
enum Place {
    /// Into the directory of the model, each under its own name, if it has one; that of a single file to standard output.
    Directory,
    /// One of them, into a file.
    File(PathBuf, Destination),
    /// One of them, to standard output.
    Output,
}

/// A manifest in its file.
#[derive(Serialize)]
struct Written {
    path: String,
    bytes: usize,
    sha256: String,
}

/// What is told of a manifest that is in no file.
#[derive(Serialize)]
struct Printed<'a> {
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<&'a str>,
}

pub fn run(args: &Args, console: &mut Console) -> Result<(), Failure> {
    check_name(args)?;
    let place = place(args)?;
    let policy = args.model.policy(Policy::None);
    let opened = open(args, policy, console)?;
    let (manifests, notes) = measure(&opened, policy, console)?;
    console.tell_notes(&notes);
    for error in manifests.left_out() {
        console.warn(&format!("warning: {}: left out of the manifest", cured(error.clone())));
    }
    let (written, printed) = match place {
        Place::Directory if is_directory(&opened) => (fill(console, args, &directory_of(&opened)?, &manifests)?, None),
        Place::File(path, file) => (vec![write(console, &path, file, &single(args, &manifests)?)?], None),
        Place::Directory | Place::Output => (Vec::new(), Some(single(args, &manifests)?)),
    };
    if console.is_human() {
        return Ok(print(console, args, printed.as_deref().unwrap_or_default())?);
    }
    let (head, list) = (Printed { manifest: printed.as_deref() }, Some(("written", written.iter())));
    console.answer(Answer { head: &head, list, notes: Some(notes.iter().collect()), failure: None })
}

/// Opens the model, the directory of several, or any other file.
fn open(args: &Args, policy: Policy, console: &mut Console) -> Result<Opened, Failure> {
    let failure = match args.model.open_whole(policy, console) {
        Err(failure) if failure.is_of_model() => failure,
        opened => return opened,
    };
    let path = args.model.path()?;
    // What is called a model has to be one: a manifest of what a download has left would pass for one of the whole.
    if is_called_model(&path) || !path.is_file() {
        return Err(failure);
    }
    let file = args.model.opening().open_file(&path, policy, console)?;
    Ok(Opened::Repository(Box::new(file), Survey::default()))
}

/// Whether the files of a directory were digested: those of an index, and of a numbered set, too.
fn is_directory(opened: &Opened) -> bool {
    match opened {
        Opened::Model(model) => model.is_directory(),
        Opened::Repository(repository, _) => repository.is_directory(),
    }
}

/// Where manifests belong: of a repository in the cache of Hugging Face the snapshot.
fn directory_of(opened: &Opened) -> Result<PathBuf, Failure> {
    let directory = match opened {
        Opened::Model(model) => model.directory(),
        Opened::Repository(repository, _) => repository.directory(),
    };
    directory.ok_or_else(|| Error::new(Kind::Internal, "a directory of the disk has no path").into())
}

/// Hashes everything, after it was checked if the policy asks for that.
fn measure(opened: &Opened, policy: Policy, console: &Console) -> Result<(Manifests, Vec<Finding>), Failure> {
    let progress = console.progress_bar("hashing");
    match opened {
        Opened::Model(model) => {
            verify(model, policy, console)?;
            Ok((Manifests::of_with(model, progress)?, model.notes().to_vec()))
        }
        Opened::Repository(repository, _) => {
            if policy != Policy::None {
                repository.verify()?.verdict(policy)?;
            }
            let manifests = Manifests::of_repository(repository, progress)?;
            match manifests.left_out() {
                // Of one file nothing else would be left.
                [why] if !repository.is_directory() => Err(why.clone().into()),
                _ => Ok((manifests, repository.notes().to_vec())),
            }
        }
    }
}

/// The manifest of which there is only one.
fn single(args: &Args, manifests: &Manifests) -> Result<String, Error> {
    if args.sha256sums { Ok(manifests.checksums()) } else { manifests.record() }
}

/// Writes the manifests into the directory of the model.
fn fill(console: &mut Console, args: &Args, directory: &Path, manifests: &Manifests) -> Result<Vec<Written>, Failure> {
    let mut written = vec![replace(console, &directory.join(RECORD_FILE_NAME), &manifests.record()?)?];
    if args.sha256sums {
        written.push(replace(console, &directory.join(CHECKSUMS_FILE_NAME), &manifests.checksums())?);
    }
    Ok(written)
}

fn print(out: &mut impl Write, args: &Args, text: &str) -> io::Result<()> {
    if args.sha256sums { print_checksums(out, text) } else { json::print_text(out, text) }
}

/// Programs get the names as they are. On a terminal they must not do anything.
fn print_checksums(out: &mut impl Write, text: &str) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        return out.write_all(text.as_bytes());
    }
    text.lines().try_for_each(|line| writeln!(out, "{}", Escaped(line)))
}

fn place(args: &Args) -> Result<Place, Failure> {
    match &args.output {
        Some(file) if *file != *STANDARD_OUTPUT => Ok(Place::File(file.clone(), Destination::open(file)?)),
        Some(_) => Ok(Place::Output),
        None => Ok(Place::Directory),
    }
}

/// Refuses to write one kind of manifest under the name of the other: whoever verifies the model would read it as that.
fn check_name(args: &Args) -> Result<(), Failure> {
    let (name, kind) = match args.sha256sums {
        true => (RECORD_FILE_NAME, "JSON: leave --sha256sums out, or name another file"),
        false => (CHECKSUMS_FILE_NAME, "a list: add --sha256sums, or name another file"),
    };
    match &args.output {
        Some(file) if file.file_name().is_some_and(|given| given == name) => {
            let message = format!("a file of this name has to be {kind}");
            Err(Failure::of_user(Error::invalid(message).with_path(file.to_string_lossy())))
        }
        _ => Ok(()),
    }
}

/// Writes a manifest into the model's directory, whatever lies in its place.
fn replace(console: &mut Console, path: &Path, text: &str) -> Result<Written, Failure> {
    let note = if is_other_file(path, text) { ", which had other contents before" } else { "" };
    replace_file(path, text.as_bytes()).map_err(explain)?;
    tell(console, path, text, note)
}

/// Writes a manifest to where the user wants it.
fn write(console: &mut Console, path: &Path, mut file: Destination, text: &str) -> Result<Written, Failure> {
    let written = file.write_all(text.as_bytes()).and_then(|()| file.commit(false));
    written.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => {
            Error::new(Kind::Io, format!("cannot write the manifest: {error}")).with_path(path.to_string_lossy())
        }
    })?;
    tell(console, path, text, "")
}

fn tell(console: &mut Console, path: &Path, text: &str, note: &str) -> Result<Written, Failure> {
    if console.is_human() {
        wrote(console, path, note)?;
    }
    let sha256 = Digest::of(Algorithm::Sha256, text.as_bytes()).to_string();
    Ok(Written { path: path.to_string_lossy().into_owned(), bytes: text.len(), sha256 })
}

/// The directory may be one that nobody may write to.
fn explain(error: Error) -> Failure {
    match error.kind() {
        Kind::Io => with_cure(&error, "write the manifest elsewhere with --output FILE").into(),
        _ => error.into(),
    }
}

/// Whether a file with other contents is there. It is read only if it is as long as the text: what lies there may be anything.
fn is_other_file(path: &Path, text: &str) -> bool {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_file() && there.len() == text.len() as u64 => {
            fs::read(path).is_ok_and(|old| old != text.as_bytes())
        }
        Ok(there) => there.is_file(),
        Err(_) => false,
    }
}
