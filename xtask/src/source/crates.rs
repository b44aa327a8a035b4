//! The crates in the source archive. Cargo wants every package of the lock file, which would be hundreds of megabytes, most of it for
//! tests and for Windows. Of those that no build of the delivered packages compiles, the manifest is enough, beside an empty library;
//! so the lock file stays as it is, with the hash of every crate.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::{Outcome, ask, cargo, licenses, tree};
use super::{Content, Files};

/// Systems whose builds need not fetch anything. CMakeLists.txt knows ELF systems only; the others are for cargo by hand.
const PLATFORMS: &[&str] = &[
    licenses::PLATFORM,
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "i686-unknown-linux-gnu",
    "powerpc64le-unknown-linux-gnu",
    "riscv64gc-unknown-linux-gnu",
    "s390x-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "x86_64-unknown-freebsd",
    "x86_64-unknown-linux-musl",
];

/// What cargo compares the files of a crate with.
const CHECKSUMS: &str = ".cargo-checksum.json";

/// Adds the crates, in `vendor`. Their files are in this folder, which is empty.
pub fn add(folder: &Path, files: &mut Files) -> Outcome {
    let compiled = compiled()?;
    ask(cargo(&["vendor", "--locked", "--versioned-dirs"]).arg(folder))?;
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let place = Path::new("vendor").join(&name);
        if compiled.contains(&name) { whole(&path, &place, files)? } else { shell(&path, &place, files)? }
    }
    Ok(())
}

/// What builds compile on these systems, with any features: `NAME-VERSION`, as the folders are called.
fn compiled() -> Result<BTreeSet<String>, String> {
    let platforms = PLATFORMS.iter().flat_map(|platform| ["--target", platform]);
    let options: Vec<_> = ["--edges", "normal,build", "--all-features"].into_iter().chain(platforms).collect();
    let packages = tree::packages(&licenses::DELIVERED, &options)?;
    Ok(packages.iter().map(|package| package.replacen(" v", "-", 1)).collect())
}

fn whole(path: &Path, place: &Path, files: &mut Files) -> Outcome {
    for path in entries(path)? {
        let place = place.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            whole(&path, &place, files)?;
        } else {
            files.insert(place, Content::Copy(path));
        }
    }
    Ok(())
}

fn shell(path: &Path, place: &Path, files: &mut Files) -> Outcome {
    let checksums = path.join(CHECKSUMS);
    let read = fs::read_to_string(&checksums).map_err(|e| e.to_string());
    let read = read.and_then(|text| serde_json::from_str::<Value>(&text).map_err(|e| e.to_string()));
    let package = &read.map_err(|e| format!("{}: {e}", checksums.display()))?["package"];
    let emptied = json!({ "files": {}, "package": package }).to_string();
    files.insert(place.join(CHECKSUMS), Content::Text(emptied));
    files.insert(place.join("Cargo.toml"), Content::Copy(path.join("Cargo.toml")));
    files.insert(place.join("src/lib.rs"), Content::Text(String::new()));
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    entries.map(|entry| Ok(entry.map_err(|e| e.to_string())?.path())).collect()
}
