//! The licences of what is linked into the C library and the command: whether they are permitted, and their notices.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cargo_metadata::{Metadata, MetadataCommand, Package};
use spdx::{Expression, LicenseItem};

use super::{Outcome, root, tree};

/// The packages that are delivered.
pub const DELIVERED: [&str; 2] = ["weighbridge-capi", "weighbridge-cli"];

/// The licences that permit what we do: link the code into programs under any licence, with its notice.
const PERMITTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What the notices are written for.
pub const PLATFORM: &str = "x86_64-unknown-linux-gnu";

const NOTICES: &str = "NOTICES.md";

/// Checks the licences, and that the notices are those of the packages that are linked now.
pub fn check() -> Outcome {
    let committed = fs::read_to_string(root()?.join(NOTICES)).unwrap_or_default();
    if committed == notices()? {
        return Ok(());
    }
    Err(format!("{NOTICES} is not what `cargo xtask licenses` writes: the linked packages have changed"))
}

/// Writes the notices anew.
pub fn write() -> Outcome {
    fs::write(root()?.join(NOTICES), notices()?).map_err(|e| format!("{NOTICES}: {e}"))
}

fn notices() -> Result<String, String> {
    let platform = format!("--filter-platform={PLATFORM}");
    let options = ["--locked", &platform].map(str::to_owned);
    let metadata = MetadataCommand::new().current_dir(root()?).other_options(options).exec();
    let metadata = metadata.map_err(|e| format!("cargo metadata: {e}"))?;
    let linked = linked(&metadata)?;
    linked.iter().try_for_each(|package| permit(package))?;
    text(&linked)
}

/// The packages of others that end up in what is delivered, sorted by name and version. Cargo's tree has the features of
/// a build, whereas its metadata has also those that only tests turn on.
fn linked(metadata: &Metadata) -> Result<Vec<&Package>, String> {
    // Procedural macros run when the code is compiled, and are not linked.
    let linked = tree::packages(&DELIVERED, &["--edges", "normal,no-proc-macro", "--target", PLATFORM])?;
    let is_linked = |package: &&Package| linked.contains(&format!("{} v{}", package.name, package.version));
    let mut packages: Vec<_> = metadata.packages.iter().filter(is_linked).filter(|one| one.source.is_some()).collect();
    packages.sort_by_key(|package| (package.name.clone(), package.version.clone()));
    Ok(packages)
}

fn permit(package: &Package) -> Outcome {
    let name = &package.name;
    let expression = expression(package)?;
    let is_permitted = |requirement: &spdx::LicenseReq| match &requirement.license {
        LicenseItem::Spdx { id, .. } => PERMITTED.contains(&id.name),
        LicenseItem::Other { .. } => false,
    };
    if expression.evaluate(is_permitted) {
        return Ok(());
    }
    Err(format!("{name} is under {expression}: expected one of {}", PERMITTED.join(", ")))
}

/// The licences that a package states, as SPDX writes them: some state "MIT/Apache-2.0".
pub fn expression(package: &Package) -> Result<Expression, String> {
    let name = &package.name;
    let stated = package.license.as_deref().ok_or_else(|| format!("{name} states no licence"))?;
    let canonical = Expression::canonicalize(stated).map_err(|e| format!("{name}: {e}"))?;
    Expression::parse(canonical.as_deref().unwrap_or(stated)).map_err(|e| format!("{name}: {e}"))
}

/// The notices: a list of the packages, and each text of a licence once.
fn text(packages: &[&Package]) -> Result<String, String> {
    let mut list = String::new();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let title = format!("{} {}", package.name, package.version);
        let license = package.license.as_deref().unwrap_or_default();
        list += &format!("* {title}: {license}\n");
        for text in license_texts(package)? {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    let mut ordered: Vec<_> = texts.into_iter().collect();
    ordered.sort_by(|a, b| a.1.cmp(&b.1));
    let mut notices = format!(
        "# Notices\n\nlibweighbridge and the command contain code of these packages, beside the standard library of Rust (MIT OR \
         Apache-2.0).\nWritten by `cargo xtask licenses`.\n\n{list}"
    );
    for (text, packages) in ordered {
        notices += &format!("\n## {}\n\n```text\n{}\n```\n", packages.join(", "), text.trim_end());
    }
    Ok(notices)
}

/// The files of a package that hold its licences and notices.
fn license_texts(package: &Package) -> Result<Vec<String>, String> {
    let folder = Path::new(package.manifest_path.as_str()).parent().ok_or("a manifest has no folder")?;
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        path.is_file()
            && ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"].iter().any(|kind| name.starts_with(kind))
    });
    paths.sort();
    let read = |path: &std::path::PathBuf| fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()));
    let texts = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.iter().map(|text| text.replace("\r\n", "\n").replace("```", "'''")).collect())
}
