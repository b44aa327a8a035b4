//! The library as those who package it build it: from the source archive, without a network, by each of the recipes in `packaging`.
//!
//! The archive is made, unpacked and built once. Whatever unpacks and builds it again has cargo work in the folder where it was unpacked
//! first, because cargo compiles crates anew that lie elsewhere.

mod archive;
mod bom;
mod cargo_c;
#[path = "../common/mod.rs"]
mod common;
mod conan;
mod homebrew;
mod inside;
mod vcpkg;
mod versions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::{configure, empty_folder, run, skip, tools};

const MODEL: &str = "tests/golden/tiny-llama";

/// What the release is called, in the names of files and folders.
const NAME: &str = concat!("weighbridge-", env!("CARGO_PKG_VERSION"));

struct Source {
    archive: PathBuf,
    /// Where it is unpacked.
    folder: PathBuf,
    /// Those of `packaging`, with the hashes of the archive.
    recipes: PathBuf,
    /// See [`cargo_there`].
    cargo: PathBuf,
}

/// The source archive. Without the tools, the test is skipped.
fn source() -> Option<&'static Source> {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    tools(&["git", "tar"]).then(|| SOURCE.get_or_init(make_source))
}

fn make_source() -> Source {
    let folder = empty_folder("recipes-source");
    let archive = make_archive(&folder);
    // With the time of now, because cargo does not look into files that are older than what it made of them in the last run.
    run(Command::new("tar").args(["--extract", "--touch", "--file"]).arg(&archive).arg("--directory").arg(&folder));
    let (recipes, folder) = (folder.join("packaging"), folder.join(NAME));
    Source { archive, cargo: cargo_there(&folder), folder, recipes }
}

fn make_archive(folder: &Path) -> PathBuf {
    xtask("source", folder);
    folder.join(format!("{NAME}.tar.gz"))
}

fn xtask(chore: &str, folder: &Path) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "xtask", "--target-dir"]).arg(target).args(["--", chore, "--output"]);
    run(cargo.arg(folder));
}

/// Python with the packages of `requirements.txt`. Without it, the test is skipped.
fn python() -> Option<PathBuf> {
    let python = Path::new("target/recipes-venv/bin/python");
    if !python.is_file() {
        skip("needs target/recipes-venv: cargo xtask recipes");
        return None;
    }
    Some(python.to_owned())
}

/// The folder where cargo builds what is in the archive.
fn cargo_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cargo-of-recipes")
}

/// How CMake is told to build quickly, in that folder: the shared library alone.
fn quickly(source: &Source) -> [String; 4] {
    let place = |name: &str, path: &Path| format!("-D{name}={}", path.display());
    [
        "-DWEIGHBRIDGE_PROFILE=quick".to_owned(),
        "-DWEIGHBRIDGE_STATIC=OFF".to_owned(),
        place("WEIGHBRIDGE_TARGET_DIR", &cargo_folder()),
        place("WEIGHBRIDGE_CARGO", &source.cargo),
    ]
}

/// A cargo that builds what was unpacked first, if that is what it is called for.
fn cargo_there(folder: &Path) -> PathBuf {
    let program = folder.with_file_name("cargo");
    let there = folder.display();
    let compare = |file: &str| format!("cmp {file} '{there}/{file}'\n");
    let files =
        ["Cargo.lock", "Cargo.toml", ".cargo/config.toml", "src/lib.rs", "capi/src/lib.rs"].map(compare).concat();
    fs::write(&program, format!("#!/bin/sh -e\n{files}cd '{there}'\nexec '{}' \"$@\"\n", env!("CARGO"))).unwrap();
    run(Command::new("chmod").arg("+x").arg(&program));
    program
}

/// Where the registry would be, cargo finds nothing, and may not ask the network.
fn without_registry(command: &mut Command) -> &mut Command {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipes-no-registry");
    command.env("CARGO_HOME", home).env("CARGO_NET_OFFLINE", "true")
}

/// The prefix into which CMake has installed what it built from the archive.
fn installed() -> Option<&'static Path> {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    let source = source()?;
    tools(&["cmake", "ninja", "cc", "c++"]).then(|| PREFIX.get_or_init(|| install(source)).as_path())
}

fn install(source: &Source) -> PathBuf {
    let folder = empty_folder("recipes-installed");
    let (build, prefix) = (folder.join("build"), folder.join("prefix"));
    let mut cmake = configure(&source.folder, &build);
    run(cmake
        .args(quickly(source))
        .arg("-DCMAKE_INSTALL_LIBDIR=lib")
        .arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display())));
    run(without_registry(Command::new("cmake").arg("--build").arg(&build)));
    run(Command::new("cmake").arg("--install").arg(&build));
    prefix
}

/// Builds the programs of `tests/consumer` with a library that CMake finds below this prefix.
fn consume(name: &str, prefix: &Path) {
    let build = empty_folder(name);
    run(configure(Path::new("tests/consumer"), &build).arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    run(Command::new("cmake").arg("--build").arg(&build));
    counts(&build.join("count_c"));
    counts(&build.join("count_cpp"));
}

/// The program sees as many tensors as the model's own tools do.
fn counts(program: &Path) {
    let expected = fs::read_to_string(format!("{MODEL}.expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let tensors = expected["tensors"].as_array().unwrap().len();
    assert_eq!(run(Command::new(program).arg(MODEL)), format!("{tensors} tensors\n"));
}
