//! The port for vcpkg, run with stand-ins for vcpkg's own functions: `vcpkg.cmake`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::common::{empty_folder, run};
use super::{consume, installed, quickly, source, without_registry};

const PORT: &str = "packaging/vcpkg/weighbridge";

#[test]
fn the_port_makes_a_package_that_cmake_finds() {
    // It waits for the first build, which is that of the same files.
    let Some(_) = installed() else { return };
    let source = source().unwrap();
    let work = empty_folder("recipes-vcpkg");
    let define = |name: &str, value: &Path| format!("-D{name}={}", value.display());
    let mut cmake = Command::new("cmake");
    cmake.arg(define("PORT_DIR", &source.recipes.join("vcpkg/weighbridge"))).arg(define("WORK", &work));
    cmake.arg(define("ARCHIVE_FILE", &source.archive)).arg(format!("-DEXTRA={}", quickly(source).join(";")));
    run(without_registry(cmake.args(["-P", "tests/recipes/vcpkg.cmake"])));

    let package = work.join("packages");
    consume("recipes-vcpkg-consumer", &package);
    let mut found: Vec<_> =
        fs::read_dir(package.join("share")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    found.sort();
    assert_eq!(found, ["weighbridge"]);
    let share = package.join("share/weighbridge");
    let copyright = fs::read_to_string(share.join("copyright")).unwrap();
    assert!(copyright.contains("Permission is hereby granted") && copyright.contains("blake3"));
    for name in ["usage", "weighbridge.cdx.json", "weighbridgeConfig.cmake", "weighbridgeConfigVersion.cmake"] {
        assert!(share.join(name).is_file(), "{name}");
    }
    assert!(!package.join("lib/cmake").exists() && package.join("lib/pkgconfig/weighbridge.pc").is_file());
}

/// The rules for manifests of ports: which fields there are, and how names, versions and expressions are written.
#[test]
fn the_manifest_follows_the_rules_of_vcpkg() {
    let text = fs::read_to_string(format!("{PORT}/vcpkg.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    const FIELDS: [&str; 8] =
        ["$schema", "name", "version", "description", "homepage", "license", "supports", "dependencies"];
    assert!(manifest.as_object().unwrap().keys().all(|key| FIELDS.contains(&&**key)), "{text}");
    let is_name = |value: &Value| {
        let name = value.as_str().unwrap();
        !name.is_empty()
            && name.split('-').all(|part| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
    };
    assert!(is_name(&manifest["name"]));
    for dependency in manifest["dependencies"].as_array().unwrap() {
        assert!(is_name(&dependency["name"]) && dependency["host"] == true, "{dependency}");
    }
    let supports = manifest["supports"].as_str().unwrap();
    assert!(supports.split(" | ").all(|system| ["linux", "freebsd"].contains(&system)), "{supports}");
}
