//! `weighbridge digest`

use std::fs;
use std::io::Write;
use std::path::Path;

use weighbridge::error::Escaped;
use weighbridge::verify::RECORD_FILE_NAME;
use weighbridge::write::{Manifests, replace_file};
use weighbridge::{OpenOptions, Policy};

use crate::args::{Digest, open};
use crate::failure::Failure;
use crate::notes::Notes;
use crate::output::progress_bar;

pub fn run(args: &Digest, out: &mut impl Write) -> Result<(), Failure> {
    let model = open(&args.path, &OpenOptions { policy: Policy::None, ..Default::default() }, Notes::Told)?;
    if !args.path.is_dir() {
        return Err(Failure::usage(format!("{}: expected the directory of a model", args.path.display())));
    }
    let manifests = Manifests::of_with(&model, progress_bar("hashing"))?;
    write(out, &args.path.join(RECORD_FILE_NAME), &manifests.record()?)?;
    if args.sha256sums {
        write(out, &args.path.join("SHA256SUMS"), &manifests.checksums())?;
    }
    Ok(())
}

fn write(out: &mut impl Write, path: &Path, text: &str) -> Result<(), Failure> {
    let note = if is_other_file(path, text) { ", which had other contents before" } else { "" };
    replace_file(path, text.as_bytes())?;
    writeln!(out, "wrote {}{note}", Escaped(&path.to_string_lossy()))?;
    Ok(())
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
