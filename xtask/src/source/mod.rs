//! The source archive of a release: what a build needs, with every crate, so that nothing is fetched. It is the same, byte for
//! byte, wherever it is made: sorted, without owners, and dated by the commit.

mod crates;
mod recipes;

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::{Compression, GzBuilder};

use super::{Outcome, ask, cargo, made, output, root, sbom};

/// Files and folders of the project that a build needs: CMake's, the packages, and what their manifests name.
const NEEDED: &[&str] = &[
    "CHANGELOG.md",
    "CMakeLists.txt",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "NOTICES.md",
    "README.md",
    "benches/ours.rs",
    "benches/steps.rs",
    "capi",
    "cli/Cargo.toml",
    "cli/src",
    "cmake",
    "docs",
    "include",
    "src",
    "tests/abi/weighbridge.symbols",
    "tests/features",
    "xtask",
];

/// The crates take the place of the registry.
const CONFIG: &str = "[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = \"vendor\"\n";

enum Content {
    /// A file of the disk.
    Copy(PathBuf),
    Text(String),
}

/// What the archive has, by the path in it.
type Files = BTreeMap<PathBuf, Content>;

/// Writes `weighbridge-VERSION.tar.gz`, and beside it the recipes that build it.
pub fn write(args: &[String]) -> Outcome {
    let folder = output(args)?;
    let name = format!("weighbridge-{}", version()?);
    let mut files = tracked()?;
    files.insert(".cargo/config.toml".into(), Content::Text(CONFIG.to_owned()));
    files.insert(sbom::FILE.into(), Content::Text(sbom::text()?));
    let crates = made("vendor")?;
    crates::add(&crates, &mut files)?;
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let archive = folder.join(format!("{name}.tar.gz"));
    pack(&files, &name, date()?, &archive).map_err(|e| format!("{}: {e}", archive.display()))?;
    recipes::write(&archive, &folder)?;
    fs::remove_dir_all(&crates).map_err(|e| format!("{}: {e}", crates.display()))?;
    println!("{}", archive.display());
    Ok(())
}

/// The version that all packages of the release share.
fn version() -> Result<String, String> {
    let id = ask(&mut cargo(&["pkgid", "--locked", "--package", "weighbridge"]))?;
    let version = id.trim().rsplit(['#', '@']).next().unwrap_or_default();
    Ok(version.to_owned())
}

/// Files that git does not know are of no release.
fn tracked() -> Result<Files, String> {
    let root = root()?;
    let listed = ask(Command::new("git").args(["ls-files", "-z", "--error-unmatch", "--"]).args(NEEDED))?;
    let names = listed.split_terminator('\0').map(PathBuf::from);
    Ok(names.map(|name| (name.clone(), Content::Copy(root.join(name)))).collect())
}

/// `SOURCE_DATE_EPOCH`, or when the last commit was made.
fn date() -> Result<u64, String> {
    let seconds =
        env::var("SOURCE_DATE_EPOCH").or_else(|_| ask(Command::new("git").args(["log", "-1", "--format=%ct"])))?;
    seconds.trim().parse().map_err(|e| format!("{seconds}: {e}"))
}

fn pack(files: &Files, folder: &str, date: u64, archive: &Path) -> io::Result<()> {
    // Without a name and a date of its own.
    let compressed = GzBuilder::new().write(File::create(archive)?, Compression::default());
    let mut tar = tar::Builder::new(compressed);
    for (name, content) in files {
        let (bytes, mode) = content.read()?;
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_mtime(date);
        tar.append_data(&mut header, Path::new(folder).join(name), &*bytes)?;
    }
    tar.into_inner()?.finish()?.sync_all()
}

impl Content {
    /// The bytes, and the permissions without what the umask of a checkout made of them.
    fn read(&self) -> io::Result<(Vec<u8>, u32)> {
        match self {
            Self::Text(text) => Ok((text.clone().into_bytes(), 0o644)),
            Self::Copy(path) => {
                let is_program = fs::metadata(path)?.permissions().mode() & 0o100 != 0;
                Ok((fs::read(path)?, if is_program { 0o755 } else { 0o644 }))
            }
        }
    }
}
