//! The source archive as a part of other projects, which CMake builds with them.

use std::path::Path;
use std::process::Command;

use super::common::{configure, empty_folder, run, tools};
use super::{counts, installed, quickly, source, without_registry};

/// Builds a project that has the library inside, and runs its programs.
fn build(name: &str, project: &str, arguments: &[String]) {
    let build = empty_folder(name);
    run(configure(Path::new(project), &build).args(quickly(source().unwrap())).args(arguments));
    run(without_registry(Command::new("cmake").arg("--build").arg(&build)));
    counts(&build.join("count_c"));
    counts(&build.join("count_cpp"));
}

#[test]
fn a_project_fetches_the_archive() {
    // It waits for the first build, which is that of the same files.
    let (Some(_), Some(source)) = (installed(), source()) else { return };
    if !tools(&["sha256sum"]) {
        return;
    }
    let hash = run(Command::new("sha256sum").arg(&source.archive));
    let url = format!("-DARCHIVE_URL=file://{}", source.archive.display());
    let hash = format!("-DARCHIVE_SHA256={}", hash.split(' ').next().unwrap());
    build("recipes-fetched", "tests/recipes/inside", &[url, hash]);
}

#[test]
fn a_project_has_the_unpacked_archive_as_a_subdirectory() {
    let (Some(_), Some(source)) = (installed(), source()) else { return };
    let folder = format!("-DWEIGHBRIDGE_SOURCE={}", source.folder.display());
    build("recipes-subdirectory", "tests/consumer", &[folder]);
}
