//! What cargo-c reads of the manifest, which has to give the names that CMake gives. It is not run here: building it takes longer than all tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::common::run;
use super::installed;

fn package() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    let metadata = run(cargo.args(["metadata", "--locked", "--no-deps", "--format-version", "1"]));
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().find(|package| package["name"] == "weighbridge-capi").unwrap().clone()
}

#[test]
fn the_library_has_the_name_and_the_soname_of_cmake() {
    let package = package();
    assert_eq!(package["features"]["capi"], json!([]));
    let library = &package["metadata"]["capi"]["library"];
    assert_eq!(library["name"], "weighbridge");
    // The SONAME has the first part of the version alone, and it has to be that of the binary interface.
    assert_eq!(library["version_suffix_components"], 1);
    let version = library["version"].as_str().unwrap_or(package["version"].as_str().unwrap());
    let header = fs::read_to_string("include/weighbridge.h").unwrap();
    let major = version.split('.').next().unwrap();
    assert!(header.contains(&format!("\n#define WB_ABI_VERSION {major}\n")), "{version}");
    let flags = library["target"]["cfg(target_os = \"linux\")"]["rustflags"].as_str().unwrap();
    assert!(flags.contains("-z,nodelete"), "{flags}");
}

#[test]
fn pkg_config_is_told_what_cmake_tells_it() {
    let Some(prefix) = installed() else { return };
    let capi = &package()["metadata"]["capi"]["pkg_config"];
    let installed = fs::read_to_string(prefix.join("lib/pkgconfig/weighbridge.pc")).unwrap();
    assert_eq!(capi["filename"], "weighbridge");
    for (key, title) in [("name", "Name"), ("description", "Description")] {
        let line = format!("{title}: {}\n", capi[key].as_str().unwrap());
        assert!(installed.contains(&line), "{line}{installed}");
    }
}

#[test]
fn headers_and_data_lie_where_cmake_puts_them() {
    let Some(prefix) = installed() else { return };
    let capi = &package()["metadata"]["capi"];
    assert_eq!(capi["header"], json!({ "generation": false, "subdirectory": false }));
    assert_eq!(capi["install"]["include"]["asset"], json!([{ "from": "../include/**/*", "to": "" }]));
    assert!(Path::new("capi/../include/weighbridge.h").is_file() && prefix.join("include/weighbridge.h").is_file());
    let data = &capi["install"]["data"];
    let from = Path::new(data["asset"][0]["from"].as_str().unwrap());
    let to = Path::new(data["subdirectory"].as_str().unwrap()).join(from.file_name().unwrap());
    assert_eq!(fs::read(Path::new("capi").join(from)).unwrap(), fs::read(prefix.join("share").join(to)).unwrap());
}
