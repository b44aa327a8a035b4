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
    let old = fs::read(path);
    replace_file(path, text.as_bytes())?;
    let note = match old {
        Ok(old) if old != text.as_bytes() => ", which had other contents before",
        _ => "",
    };
    writeln!(out, "wrote {}{note}", Escaped(&path.to_string_lossy()))?;
    Ok(())
}
