//! What a build consists of, as `cargo tree` says. It has the features of that build, whereas the metadata of cargo has also those
//! that only tests turn on.

use std::collections::BTreeSet;

use super::{ask, cargo};

/// The packages in the trees of these ones, each as `NAME vVERSION`.
pub fn packages(roots: &[&str], options: &[&str]) -> Result<BTreeSet<String>, String> {
    Ok(lines(roots, &[&["--prefix", "none"], options].concat())?.into_iter().collect())
}

fn lines(roots: &[&str], options: &[&str]) -> Result<Vec<String>, String> {
    let mut tree = cargo(&["tree", "--locked", "--format", "{p}"]);
    let listed = ask(tree.args(roots.iter().flat_map(|name| ["--package", name])).args(options))?;
    // After the version there is a folder, "(proc-macro)" or "(*)" in some lines.
    Ok(listed.lines().map(|line| line.split(" (").next().unwrap_or_default().to_owned()).collect())
}
