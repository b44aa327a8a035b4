//! The bill of materials: whether it is one, lists what is linked, and gets to those who install the library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::common::{empty_folder, run};
use super::{installed, python, xtask};

const FILE: &str = "weighbridge.cdx.json";

fn written() -> String {
    let folder = empty_folder(&format!("recipes-bom-{:?}", std::thread::current().id()));
    xtask("sbom", &folder);
    fs::read_to_string(folder.join(FILE)).unwrap()
}

fn components(text: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(text).unwrap()["components"].as_array().unwrap().clone()
}

/// `NAME vVERSION`, as `cargo tree` names a package.
fn title(component: &Value) -> String {
    format!("{} v{}", component["name"].as_str().unwrap(), component["version"].as_str().unwrap())
}

/// What cargo says of a build of the C library with its own features.
fn tree(edges: &str) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--package", "weighbridge-capi", "--target", "x86_64-unknown-linux-gnu"]);
    let listed = run(cargo.args(["--prefix", "none", "--edges", edges]));
    listed.lines().map(|line| line.split(" (").next().unwrap().to_owned()).collect()
}

#[test]
fn it_follows_the_schema() {
    let Some(python) = python() else { return };
    const VALIDATE: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
";
    let file = empty_folder("recipes-schema").join(FILE);
    let text = written();
    fs::write(&file, &text).unwrap();
    run(Command::new(&python).args(["-c", VALIDATE]).arg(&file));
    fs::write(&file, text.replace("SHA-256", "SHA-257")).unwrap();
    assert!(!Command::new(&python).args(["-c", VALIDATE]).arg(&file).output().unwrap().status.success());
}

#[test]
fn its_required_components_are_what_is_linked() {
    let components = components(&written());
    let of = |scope: &str| components.iter().filter(|one| one["scope"] == *scope).map(title).collect::<BTreeSet<_>>();
    let (linked, all) = (tree("normal,no-proc-macro"), tree("normal,build"));
    assert_eq!(of("required"), linked);
    assert_eq!(of("excluded"), all.difference(&linked).cloned().collect());
    assert!(linked.iter().any(|title| title.starts_with("libloading v")), "{linked:?}");
    assert!(!all.iter().any(|title| title.starts_with("cudarc v") || title.starts_with("cbindgen v")), "{all:?}");
}

#[test]
fn it_has_the_hashes_of_the_lock_file() {
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    for component in components(&written()) {
        let (name, version) = (component["name"].as_str().unwrap(), component["version"].as_str().unwrap());
        let own = name.starts_with("weighbridge");
        assert_eq!(own, component["hashes"].is_null(), "{name}");
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \"{version}\"\n")).unwrap();
        let entry = rest.split("\n\n").next().unwrap();
        let hash = component["hashes"][0]["content"].as_str().unwrap_or_default();
        assert!(own || entry.contains(&format!("checksum = \"{hash}\"")), "{name}: {hash}");
    }
}

#[test]
fn its_graph_leads_from_the_release_to_every_component() {
    let bom: Value = serde_json::from_str(&written()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let edges = bom["dependencies"].as_array().unwrap().iter();
    let edges = edges.map(|one| (text(&one["ref"]), one["dependsOn"].as_array().unwrap().iter().map(text).collect()));
    let edges: BTreeMap<String, Vec<String>> = edges.collect();
    let mut reached = BTreeSet::new();
    let mut next = vec![text(&bom["metadata"]["component"]["bom-ref"])];
    while let Some(reference) = next.pop() {
        if reached.insert(reference.clone()) {
            next.extend(edges[&reference].iter().cloned());
        }
    }
    let release = bom["metadata"]["component"]["bom-ref"].clone();
    let components = bom["components"].as_array().unwrap().iter().map(|one| &one["bom-ref"]);
    assert_eq!(reached, components.chain([&release]).map(text).collect());
}

#[test]
fn it_is_installed_from_the_source_archive() {
    let Some(prefix) = installed() else { return };
    assert_eq!(fs::read_to_string(prefix.join("share/doc/weighbridge").join(FILE)).unwrap(), written());
}
