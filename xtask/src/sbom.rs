//! The bill of materials of the C library in CycloneDX: the crates that a build with the features of the release links, and those that
//! it only runs while it compiles. It has no time and no serial number, so that it is the same wherever it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cargo_lock::Lockfile;
use cargo_metadata::{Metadata, MetadataCommand, Package};
use serde_json::{Value, json};

use super::{Outcome, licenses, output, root, tree};

/// What the file is called, also in the source archive, where CMake finds it.
pub const FILE: &str = "weighbridge.cdx.json";

const LIBRARY: &str = "weighbridge-capi";

/// The edges of the tree that lead to what is linked, and to what is compiled. Procedural macros run when the code is compiled.
const LINKED: [&str; 2] = ["--edges", "normal,no-proc-macro"];
const COMPILED: [&str; 2] = ["--edges", "normal,build"];

/// Writes `weighbridge.cdx.json`.
pub fn write(args: &[String]) -> Outcome {
    let folder = output(args)?;
    let file = folder.join(FILE);
    let text = text()?;
    fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)).map_err(|e| format!("{}: {e}", file.display()))?;
    println!("{}", file.display());
    Ok(())
}

pub fn text() -> Result<String, String> {
    let options = ["--locked".to_owned(), format!("--filter-platform={}", licenses::PLATFORM)];
    let metadata = MetadataCommand::new().current_dir(root()?).other_options(options).exec();
    let metadata = metadata.map_err(|e| format!("cargo metadata: {e}"))?;
    let lock = Lockfile::load(root()?.join("Cargo.lock")).map_err(|e| format!("Cargo.lock: {e}"))?;
    let platform = ["--target", licenses::PLATFORM];
    let linked = tree::packages(&[LIBRARY], &[&LINKED[..], &platform].concat())?;
    let graph = tree::graph(&[LIBRARY], &[&COMPILED[..], &platform].concat())?;
    let packages = by_title(&metadata, graph.keys())?;
    let component = |(title, package): (&&String, &&Package)| component(package, linked.contains(*title), &lock);
    let components = packages.iter().map(component).collect::<Result<Vec<_>, _>>()?;
    let bom = bom(&components, &packages, &graph);
    serde_json::to_string_pretty(&bom).map(|text| text + "\n").map_err(|e| e.to_string())
}

/// The packages of the tree by what it calls them, `NAME vVERSION`.
fn by_title<'a>(
    metadata: &'a Metadata,
    titles: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<&'a String, &'a Package>, String> {
    let known: BTreeMap<_, _> =
        metadata.packages.iter().map(|package| (format!("{} v{}", package.name, package.version), package)).collect();
    let find = |title| Ok((title, *known.get(title).ok_or_else(|| format!("cargo has no metadata of {title}"))?));
    titles.map(find).collect()
}

fn bom(
    components: &[Value],
    packages: &BTreeMap<&String, &Package>,
    graph: &BTreeMap<String, BTreeSet<String>>,
) -> Value {
    let url = |title: &String| url(packages[title]);
    let edges = |(title, needed): (&String, &BTreeSet<String>)| json!({ "ref": url(title), "dependsOn": needed.iter().map(url).collect::<Vec<_>>() });
    let library = packages.values().find(|package| *package.name == LIBRARY).expect("the tree has its root");
    let release = format!("pkg:github/weighbridge/weighbridge@v{}", library.version);
    let mut dependencies = vec![json!({ "ref": release, "dependsOn": [self::url(library)] })];
    dependencies.extend(graph.iter().map(edges));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": release,
                "name": "weighbridge",
                "version": library.version.to_string(),
                "description": library.description,
                "licenses": [{ "expression": library.license }],
                "purl": release,
            },
            "properties": [
                { "name": "cdx:rustc:sbom:target:triple", "value": licenses::PLATFORM },
            ],
        },
        "components": components,
        "dependencies": dependencies,
    })
}

fn component(package: &Package, is_linked: bool, lock: &Lockfile) -> Result<Value, String> {
    let mut component = json!({
        "type": "library",
        "bom-ref": url(package),
        "name": package.name,
        "version": package.version.to_string(),
        "scope": if is_linked { "required" } else { "excluded" },
        "licenses": [{ "expression": licenses::expression(package)?.to_string() }],
        "purl": url(package),
    });
    if let Some(description) = &package.description {
        component["description"] = json!(description.trim());
    }
    if let Some(repository) = &package.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    let locked = lock.packages.iter().find(|one| one.name.as_str() == *package.name && one.version == package.version);
    if let Some(checksum) = locked.and_then(|locked| locked.checksum.as_ref()) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum.to_string() }]);
    }
    Ok(component)
}

/// The package URL. Packages of the release are in no registry, but in its repository.
fn url(package: &Package) -> String {
    let version = package.version.to_string().replace('+', "%2B");
    let url = format!("pkg:cargo/{}@{version}", package.name);
    match (&package.source, &package.repository) {
        (None, Some(repository)) => {
            format!("{url}?vcs_url=git%2B{}", repository.replace(':', "%3A").replace('/', "%2F"))
        }
        _ => url,
    }
}
