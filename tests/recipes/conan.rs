//! The recipe for Conan, run by Conan, in a cache of its own and without a network.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::common::{empty_folder, run, tools};
use super::{installed, python, quickly, source, without_registry};

#[test]
fn conan_creates_the_package_and_tests_it() {
    // It waits for the first build, which is that of the same files.
    let (Some(_), Some(python)) = (installed(), python()) else { return };
    if !tools(&["sha256sum"]) {
        return;
    }
    let source = source().unwrap();
    let home = empty_folder("recipes-conan");
    offer(&source.archive, &home);
    let conan = |arguments: &[&str]| {
        let mut conan = Command::new(python.with_file_name("conan"));
        run(without_registry(conan.args(arguments)).env("CONAN_HOME", &home))
    };
    conan(&["profile", "detect"]);
    let variables: Vec<_> = quickly(source).iter().map(|variable| entry(variable)).collect();
    let variables = format!("tools.cmake.cmaketoolchain:extra_variables={{{}}}", variables.join(","));
    let recipe = source.recipes.join("conan");
    conan(&["create", recipe.to_str().unwrap(), "-c", "tools.cmake.cmaketoolchain:generator=Ninja", "-c", &variables]);
    let reference = format!("--requires=weighbridge/{}", env!("CARGO_PKG_VERSION"));
    let place = format!("--output-folder={}", home.display());
    conan(&["install", &reference, "--deployer=direct_deploy", &place]);
    let package = home.join("direct_deploy/weighbridge");
    for name in ["include/weighbridge.hpp", "lib/libweighbridge.so.0", "lib/cmake/weighbridge/weighbridgeConfig.cmake"]
    {
        assert!(package.join(name).is_file(), "{name} in {}", package.display());
    }
}

/// Puts the archive where Conan keeps what it has downloaded, under its hash.
fn offer(archive: &Path, home: &Path) {
    let downloads = home.join("downloads");
    fs::create_dir_all(downloads.join("s")).unwrap();
    let hash = run(Command::new("sha256sum").arg(archive));
    fs::copy(archive, downloads.join("s").join(hash.split(' ').next().unwrap())).unwrap();
    let configuration = format!("core.sources:download_cache={}\n", downloads.display());
    fs::write(home.join("global.conf"), configuration).unwrap();
}

/// `-DNAME=VALUE` as Conan writes it. CMakeLists.txt takes what is in the cache.
fn entry(variable: &str) -> String {
    let (name, value) = variable.strip_prefix("-D").unwrap().split_once('=').unwrap();
    format!("'{name}': {{'value': '{value}', 'cache': True, 'type': 'STRING', 'docstring': 'for the test'}}")
}
