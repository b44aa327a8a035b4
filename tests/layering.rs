//! Who may look at whom. The way of the data runs one way through the modules; this test keeps it so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library and what it may use beside itself and the basics. `capi` uses what is public.
const MAY_USE: &[(&str, &[&str])] = &[
    ("tensor", &[]),
    ("graph", &[]),
    ("storage", &[]),
    ("formats", &["graph", "storage", "tensor"]),
    ("verify", &["storage", "tensor"]),
    ("load", &["storage", "tensor", "verify"]),
    ("model", &["graph", "storage", "tensor", "formats", "verify", "load"]),
    ("check", &["graph", "model", "overview", "tensor"]),
    ("diff", &["graph", "model", "tensor"]),
    ("overview", &["graph", "model", "tensor"]),
    ("write", &["load", "model", "storage", "verify"]),
];

/// What every module may use, in this order: each of these may use those before it.
const BASICS: &[&str] = &[
    "error",
    "steps",
    "sort",
    "memory",
    "checksum",
    "digest",
    "host",
    "limits",
    "dtype",
    "quantization",
    "json",
    "finding",
    "metadata",
];

/// The only files with unsafe blocks, in the library and in the C interface.
const MAY_BE_UNSAFE: &[&str] = &[
    "src/storage/arena.rs",
    "src/storage/linux/verity.rs",
    "src/storage/mmap.rs",
    "src/storage/stream.rs",
    "src/host/memory.rs",
    "src/load/cuda/driver.rs",
    "src/load/cuda/driver/context.rs",
    "src/load/cuda/driver/owned.rs",
    "src/load/lent.rs",
    "src/load/refit.rs",
    "src/load/shuffle.rs",
    "src/memory/allocator.rs",
    "src/memory/host_malloc.rs",
    "src/memory/reserve.rs",
    "src/steps.rs",
    "capi/src/handle.rs",
    "capi/src/hooks.rs",
    "capi/src/host_memory.rs",
    "capi/src/io.rs",
    "capi/src/lib.rs",
    "capi/src/metrics.rs",
    "capi/src/threads.rs",
    "capi/src/versioned.rs",
];

/// Every source file of the library, as a path below `src` and its text without comments.
fn sources() -> Vec<(PathBuf, String)> {
    sources_below("src")
}

fn sources_below(root: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                found.push((path.strip_prefix(root).unwrap().to_owned(), code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(found.len() > 20, "only {} files were found", found.len());
    found
}

fn module_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The names that follow a path in a text: one, or those of a list in braces.
fn names_after<'a>(code: &'a str, path: &str) -> Vec<&'a str> {
    let is_path = |before: &str| before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let places = code.match_indices(path).filter(|(at, _)| !is_path(&code[..*at]));
    places.flat_map(|(at, _)| names(&code[at + path.len()..])).collect()
}

/// The first name of a path, or of each path in braces.
fn names(rest: &str) -> Vec<&str> {
    let Some(list) = rest.strip_prefix('{') else { return first_name(rest).into_iter().collect() };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                found.extend(first_name(list[start..at].trim()));
                start = at + 1;
            }
            '}' => depth -= 1,
            _ => {}
        }
        if c == '}' && start == at + 1 {
            break;
        }
    }
    found
}

fn first_name(path: &str) -> Option<&str> {
    let name = path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    (!name.is_empty()).then_some(name)
}

/// The path of the module that a file is, from the root of the crate.
fn module_path(path: &Path) -> Vec<String> {
    let parts = path.with_extension("");
    let parts = parts.components().map(|part| part.as_os_str().to_str().unwrap().to_owned());
    parts.filter(|part| part != "mod" && part != "lib").collect()
}

/// What a file names by paths that begin at `module`: from the root of the crate, or up from itself. Tests in the file lie a
/// module deeper and count only from the root.
fn used_of(path: &Path, code: &str, module: &[&str]) -> BTreeSet<String> {
    let from_root = ["crate"].iter().chain(module).map(|part| format!("{part}::")).collect::<String>();
    let mut used: Vec<&str> = names_after(code, &from_root);
    let own = module_path(path);
    let above = own.len().checked_sub(module.len()).filter(|_| own.iter().zip(module).all(|(a, b)| a == b));
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    if let Some(up @ 1..) = above {
        used.extend(names_after(code, &"super::".repeat(up)));
    }
    used.into_iter().filter(|name| *name != "super").map(str::to_owned).collect()
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    let used = |path: &str, code: &str, module: &[&str]| {
        used_of(Path::new(path), code, module).into_iter().collect::<Vec<_>>().join(" ")
    };
    let code = "use crate::error::Error; use crate::{json, tensor::{Span, Layout}, check}; crate::load::x()";
    assert_eq!(used("a.rs", code, &[]), "check error json load tensor");
    let code = "use super::super::{verify, x::y}; use super::super::super::load; use super::z;";
    assert_eq!(used("formats/onnx/graph.rs", code, &[]), "load");
    assert_eq!(used("formats/onnx/graph.rs", code, &["formats"]), "verify x");
    assert_eq!(used("formats/onnx/mod.rs", code, &["formats"]), "z");
    assert_eq!(used("load/plan.rs", code, &["formats"]), "");
    assert_eq!(used("load/plan.rs", "use crate::formats::{onnx, zip};", &["formats"]), "onnx zip");
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
        if module == "lib" {
            continue;
        }
        let may_use = allowed(&module);
        let known = || MAY_USE.iter().map(|(name, _)| *name).chain(BASICS.iter().copied());
        let is_module = |name: &String| known().any(|other| name == other);
        for used in used_of(&path, &code, &[]).iter().filter(|name| is_module(name)) {
            assert!(*used == module || may_use.contains(&used.as_str()), "{} uses {used}", path.display());
        }
        seen.insert(module);
    }
    assert_eq!(seen.len(), BASICS.len() + MAY_USE.len(), "a module of the table is gone");
}

/// Encodings that several formats share. A format may use them, and they use no format.
const CARRIERS: &[&str] = &["protobuf"];

#[test]
fn formats_use_carriers_and_never_each_other() {
    let entries = fs::read_dir("src/formats").unwrap().map(|entry| entry.unwrap().path());
    let folders: Vec<String> = entries
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert!(CARRIERS.iter().all(|carrier| folders.iter().any(|folder| folder == carrier)), "a carrier is gone");
    for (path, code) in sources() {
        let own = module_path(&path);
        let Some(own) = own.get(1).filter(|own| path.starts_with("formats") && folders.contains(own)) else { continue };
        let is_carrier = |name: &String| CARRIERS.contains(&name.as_str());
        for used in used_of(&path, &code, &["formats"]).iter().filter(|name| folders.contains(name)) {
            assert!(used == own || (is_carrier(used) && !is_carrier(own)), "{} uses {used}", path.display());
        }
    }
}

#[test]
fn formats_never_touch_the_file_system() {
    let formats = sources().into_iter().filter(|(path, _)| path.starts_with("formats"));
    let count = formats.inspect(|(path, code)| assert!(!code.contains("std::fs"), "{}", path.display())).count();
    assert!(count >= 6);
}

/// Other systems have other calls: what is of one system only lies where another can take its place.
#[test]
fn calls_of_the_system_live_in_rooms_of_their_own() {
    let calls =
        |(path, code): &(PathBuf, String)| (code.contains("rustix") || code.contains("nix::sys")).then(|| path.clone());
    let users: Vec<PathBuf> = sources().iter().filter_map(calls).collect();
    assert!(users.len() >= 3);
    let is_room = |path: &PathBuf| path.starts_with("storage/linux") || path.starts_with("host/linux");
    assert!(users.iter().all(is_room), "{users:?}");
    for (path, code) in sources() {
        assert!(path.starts_with("storage") || !code.contains("std::os::"), "{}", path.display());
    }
}

/// A Rust program that uses the library carries no C functions, and two versions of it can be linked together.
#[test]
fn functions_for_c_are_in_a_crate_of_their_own() {
    for (path, code) in sources() {
        assert!(!code.contains("no_mangle") && !code.contains("export_name"), "{}", path.display());
    }
    assert!(sources_below("capi/src").iter().any(|(_, code)| code.contains("no_mangle")));
}

/// A child of the process has one thread: state that another thread was just changing would lock it out for ever. Only what
/// concerns devices has such state, and a child cannot use these anyway.
#[test]
fn no_state_of_the_process_is_behind_a_lock() {
    const LOCKS: [&str; 5] = ["OnceLock", "LazyLock", "Once ", "Mutex", "RwLock"];
    for root in ["src", "capi/src"] {
        for (path, code) in sources_below(root) {
            let is_locked = |line: &str| line.contains("static ") && LOCKS.iter().any(|lock| line.contains(lock));
            let found = code.lines().find(|line| is_locked(line));
            assert!(found.is_none() || path.starts_with("load/cuda"), "{root}/{}: {found:?}", path.display());
        }
    }
}

#[test]
fn unsafe_blocks_live_in_named_rooms() {
    let mut rooms = BTreeSet::new();
    for root in ["src", "capi/src"] {
        for (path, code) in sources_below(root) {
            if ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait"].iter().any(|word| code.contains(word)) {
                rooms.insert(format!("{root}/{}", path.display()));
            }
        }
    }
    assert_eq!(rooms, MAY_BE_UNSAFE.iter().map(|room| (*room).to_owned()).collect());
}
