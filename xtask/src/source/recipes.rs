//! The recipes of package managers beside an archive, with the hashes of that archive, which those in `packaging` cannot have.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256, Sha512};

use super::super::{Outcome, ask, root};

/// The folder of the recipes, in the project and beside the archive.
const RECIPES: &str = "packaging";

/// Writes the recipes to a folder.
pub fn write(archive: &Path, folder: &Path) -> Outcome {
    let bytes = fs::read(archive).map_err(|e| format!("{}: {e}", archive.display()))?;
    let hashes = [("@SHA256@", hex(&Sha256::digest(&bytes))), ("@SHA512@", hex(&Sha512::digest(&bytes)))];
    for name in ask(Command::new("git").args(["ls-files", "-z", "--", RECIPES]))?.split_terminator('\0') {
        let fill = |text: String| hashes.iter().fold(text, |text, (mark, hash)| text.replace(mark, hash));
        let place = folder.join(name);
        let written = fs::read_to_string(root()?.join(name)).map(fill).and_then(|text| {
            fs::create_dir_all(place.parent().unwrap_or(folder))?;
            fs::write(&place, text)
        });
        written.map_err(|e| format!("{name}: {e}"))?;
    }
    Ok(())
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
