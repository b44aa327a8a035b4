//! What a build consists of, as `cargo tree` says. It has the features of that build, whereas the metadata of cargo has also those
//! that only tests turn on.

use std::collections::{BTreeMap, BTreeSet};

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

/// What each package in these trees depends on.
pub fn graph(roots: &[&str], options: &[&str]) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let mut graph = BTreeMap::<_, BTreeSet<_>>::new();
    // From the root to the package of the line.
    let mut way: Vec<String> = Vec::new();
    for line in lines(roots, &[&["--prefix", "depth"], options].concat())? {
        let title = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let depth = line[..line.len() - title.len()].parse().map_err(|e| format!("{line}: {e}"))?;
        way.truncate(depth);
        if let Some(parent) = way.last() {
            graph.entry(parent.clone()).or_default().insert(title.to_owned());
        }
        graph.entry(title.to_owned()).or_default();
        way.push(title.to_owned());
    }
    Ok(graph)
}
