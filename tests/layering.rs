//! Who may look at whom. The way of the data runs one way through the modules; this test keeps it so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate and what it may use beside itself and the basics. `ffi` may use everything, and nothing uses it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("tensor", &[]),
    ("graph", &[]),
    ("storage", &[]),
    ("formats", &["graph", "storage", "tensor"]),
    ("verify", &["storage", "tensor"]),
    ("load", &["storage", "tensor", "verify"]),
    ("model", &["graph", "storage", "tensor", "formats", "verify", "load"]),
    ("check", &["graph", "model", "tensor"]),
    ("write", &["load", "model", "storage", "verify"]),
];

/// What every module may use, in this order: each of these may use those before it.
const BASICS: &[&str] = &["error", "limits", "dtype", "quantization", "digest", "host", "json", "finding", "metadata"];

/// The only files with unsafe blocks.
const MAY_BE_UNSAFE: &[&str] = &[
    "storage/arena.rs",
    "storage/mmap.rs",
    "load/cuda/driver.rs",
    "load/cuda/driver/context.rs",
    "load/cuda/driver/owned.rs",
    "ffi/handle.rs",
    "ffi/hooks.rs",
    "ffi/mod.rs",
    "ffi/versioned.rs",
];

/// Every source file of the library, as a path below `src` and its text without comments.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                found.push((path.strip_prefix("src").unwrap().to_owned(), code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(found.len() > 40, "only {} files were found", found.len());
    found
}

fn module_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The modules that a text names by `crate::`.
fn used_modules(code: &str) -> BTreeSet<&str> {
    let names = code.split("crate::").skip(1);
    names.filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()).collect()
}

/// The modules that one may use beside itself.
fn allowed(module: &str) -> Vec<&'static str> {
    if let Some(position) = BASICS.iter().position(|basic| *basic == module) {
        return BASICS[..position].to_vec();
    }
    let row = MAY_USE.iter().find(|(name, _)| *name == module);
    let (_, may_use) = row.unwrap_or_else(|| panic!("{module} is new"));
    BASICS.iter().chain(*may_use).copied().collect()
}

#[test]
fn modules_use_only_what_lies_before_them() {
    let mut seen = BTreeSet::new();
    for (path, code) in sources() {
        let module = module_of(&path);
        if module == "lib" || module == "ffi" {
            continue;
        }
        let may_use = allowed(&module);
        for used in used_modules(&code) {
            assert!(used == module || may_use.contains(&used), "{} uses {used}", path.display());
        }
        seen.insert(module);
    }
    assert_eq!(seen.len(), BASICS.len() + MAY_USE.len(), "a module of the table is gone");
}

#[test]
fn formats_never_touch_the_file_system() {
    let formats = sources().into_iter().filter(|(path, _)| path.starts_with("formats"));
    let count = formats.inspect(|(path, code)| assert!(!code.contains("std::fs"), "{}", path.display())).count();
    assert!(count >= 6);
}

#[test]
fn unsafe_blocks_live_in_named_rooms() {
    let mut rooms = BTreeSet::new();
    for (path, code) in sources() {
        let is_unsafe = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait"].iter().any(|word| code.contains(word));
        if is_unsafe {
            rooms.insert(path.to_str().unwrap().to_owned());
        }
    }
    assert_eq!(rooms, MAY_BE_UNSAFE.iter().map(|room| (*room).to_owned()).collect());
}
