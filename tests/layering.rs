//! Who may look at whom. The way of the data runs one way through the modules; this test keeps it so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate and what it may use beside itself. `ffi` may use everything, and nothing uses it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("dtype", &[]),
    ("host", &[]),
    ("limits", &["error"]),
    ("digest", &["error"]),
    ("json", &["error"]),
    ("finding", &[]),
    ("quantization", &[]),
    ("tensor", &["error", "limits", "dtype"]),
    ("graph", &["error", "dtype", "quantization"]),
    ("storage", &["error", "limits", "digest", "host"]),
    ("formats", &["error", "limits", "dtype", "digest", "finding", "graph", "json", "storage", "tensor"]),
    ("verify", &["error", "limits", "dtype", "digest", "json", "host", "storage", "tensor"]),
    ("load", &["error", "limits", "dtype", "digest", "host", "storage", "tensor", "verify"]),
    (
        "model",
        &["error", "limits", "digest", "finding", "graph", "host", "storage", "tensor", "formats", "verify", "load"],
    ),
    ("check", &["error", "dtype", "finding", "graph", "model", "tensor"]),
    ("write", &["error", "digest", "host", "load", "model", "verify"]),
];

/// The only files with unsafe blocks.
const MAY_BE_UNSAFE: &[&str] = &[
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

#[test]
fn modules_use_only_what_lies_before_them() {
    let mut seen = BTreeSet::new();
    for (path, code) in sources() {
        let module = module_of(&path);
        if module == "lib" || module == "ffi" {
            continue;
        }
        let (_, may_use) =
            MAY_USE.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("{module} is new"));
        for used in used_modules(&code) {
            assert!(used == module || may_use.contains(&used), "{} uses {used}", path.display());
        }
        seen.insert(module);
    }
    assert_eq!(seen.len(), MAY_USE.len(), "a module of the table is gone");
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
