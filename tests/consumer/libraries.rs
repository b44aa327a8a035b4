//! What the libraries show to those who link or load them.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::{Object, ObjectSection};

use super::common::{attempt, committed_symbols, empty_folder, run, say, tools};
use super::{C, CPP, MODEL, SOURCES, compile, counts, dynamic_section, package};

const SIGABRT: i32 = 6;
/// The version of every symbol: it belongs to the SONAME.
const VERSION: &str = "WB_0";

#[test]
fn the_shared_library_is_a_good_neighbour() {
    let Some(package) = package() else { return };
    let dynamic = dynamic_section(&package.library());
    assert!(dynamic.contains("Library soname: [libweighbridge.so.0]"), "{dynamic}");
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
    assert!(!dynamic.contains("libstdc++") && !dynamic.contains("RUNPATH"), "{dynamic}");
}

/// The version of glibc that a library needs.
fn glibc_of(library: &Path) -> Vec<u32> {
    let versions = run(Command::new("readelf").arg("-VW").arg(library));
    let numbers = versions.split_whitespace().filter_map(|word| word.strip_prefix("GLIBC_"));
    numbers.map(|number| number.split('.').map(|part| part.parse().unwrap()).collect()).max().unwrap()
}

/// The bytes of pointers to functions that are called when a library is loaded.
fn initialisers_of(library: &Path) -> u64 {
    let bytes = fs::read(library).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    [".init_array", ".preinit_array", ".ctors"]
        .into_iter()
        .filter_map(|name| file.section_by_name(name))
        .map(|section| section.size())
        .sum()
}

/// It needs no newer system than the standard library of Rust does, and does no more when it is loaded.
#[test]
fn the_shared_library_asks_no_more_than_the_toolchain() {
    let Some(package) = package() else { return };
    if !tools(&["rustc"]) {
        return;
    }
    let toolchain = neighbour("toolchain", "cdylib");
    let (needed, least) = (glibc_of(&package.library()), glibc_of(&toolchain));
    say(&format!("the shared library needs glibc {}.{}", needed[0], needed[1]));
    assert!(needed <= least, "{needed:?} instead of {least:?}");
    assert_eq!(initialisers_of(&package.library()), initialisers_of(&toolchain));
}

/// Another Rust library, of this kind.
fn neighbour(folder: &str, kind: &str) -> PathBuf {
    let library = empty_folder(folder).join("libneighbour");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "-Clto", "--crate-type", kind]);
    run(rustc.arg("tests/consumer/neighbour.rs").arg("-o").arg(&library));
    library
}

/// The names that `nm` prints with these arguments, sorted.
fn symbols(file: &Path, arguments: &[&str]) -> Vec<String> {
    let listed = run(Command::new("nm").arg("--format=just-symbols").args(arguments).arg(file));
    let lines = listed.lines().filter(|line| !line.is_empty() && !line.ends_with(':'));
    let mut names: Vec<_> = lines.map(str::to_owned).collect();
    names.sort_unstable();
    names
}

#[test]
fn the_archive_shows_only_the_committed_symbols() {
    let Some(package) = package() else { return };
    if !tools(&["nm"]) {
        return;
    }
    assert_eq!(symbols(&package.archive(), &["--defined-only", "--extern-only"]), committed_symbols());
}

#[test]
fn the_shared_library_shows_only_the_committed_symbols_and_their_version() {
    let Some(package) = package() else { return };
    if !tools(&["nm"]) {
        return;
    }
    // Some linkers list the name of the version itself.
    let mut shown = symbols(&package.library(), &["--defined-only", "--dynamic"]);
    shown.retain(|name| name != VERSION);
    let committed = committed_symbols().into_iter().map(|name| format!("{name}@@{VERSION}"));
    assert_eq!(shown, committed.collect::<Vec<_>>());
}

#[test]
fn a_program_asks_for_the_version() {
    let Some(package) = package() else { return };
    if !tools(&["nm"]) {
        return;
    }
    let program = empty_folder("versions").join("count");
    compile(C, &program, &package.plain_flags());
    let mut asked = symbols(&program, &["--undefined-only", "--dynamic"]);
    asked.retain(|name| name.starts_with("wb_"));
    let used = ["wb_error_message", "wb_error_release", "wb_model_open", "wb_model_release", "wb_model_tensor_count"];
    assert_eq!(asked, used.map(|name| format!("{name}@{VERSION}")));
}

/// The library that it was linked to has the same functions without versions.
#[test]
fn a_program_that_knows_no_versions_runs() {
    let Some(package) = package() else { return };
    let folder = empty_folder("no-versions");
    let functions = committed_symbols().into_iter().map(|name| format!("void {name}(void) {{}}\n"));
    fs::write(folder.join("before.c"), functions.collect::<String>()).unwrap();
    let (before, program) = (folder.join("before.so"), folder.join("count"));
    let mut library = Command::new("cc");
    library.args(["-shared", "-fPIC", "-Wl,-soname,libweighbridge.so.0"]);
    run(library.arg(folder.join("before.c")).arg("-o").arg(&before));

    let mut compiler = Command::new("cc");
    compiler.arg(Path::new(SOURCES).join("count.c")).arg(&before).arg(package.rpath());
    run(compiler.arg(format!("-I{}/include", package.prefix.display())).arg("-o").arg(&program));
    let asked = symbols(&program, &["--undefined-only", "--dynamic"]);
    assert!(asked.contains(&"wb_model_open".to_owned()), "{asked:?}");
    counts(&program);
}

#[test]
fn functions_are_found_by_their_plain_names() {
    let Some(package) = package() else { return };
    // SAFETY: the library does nothing when it is loaded, and stays loaded.
    let library = unsafe { libloading::Library::new(package.library()) }.unwrap();
    for name in committed_symbols() {
        // SAFETY: the symbol is only looked up here.
        let found = unsafe { library.get::<unsafe extern "C" fn()>(name.as_bytes()) };
        assert!(found.is_ok(), "{name}: {found:?}");
    }
    // SAFETY: the header declares it with this type.
    let abi = unsafe { library.get::<unsafe extern "C" fn() -> u32>(b"wb_abi_version") }.unwrap();
    // SAFETY: it has no preconditions.
    assert_eq!(format!("WB_{}", unsafe { abi() }), VERSION);
}

#[test]
fn a_program_can_be_entirely_static() {
    let Some(package) = package() else { return };
    if !tools(&["pkg-config"]) {
        return;
    }
    let folder = empty_folder("entirely-static");
    let flags = ["-static".to_owned()].into_iter().chain(package.flags(&["--static", "weighbridge-static"]));
    let flags: Vec<_> = flags.collect();
    for language in [C, CPP] {
        let program = folder.join(language.0);
        compile(language, &program, &flags);
        assert!(dynamic_section(&program).contains("There is no dynamic section"));
    }
}

#[test]
fn a_plugin_exports_nothing_of_the_archive_in_it() {
    let Some(package) = package() else { return };
    if !tools(&["nm", "pkg-config"]) {
        return;
    }
    let plugin = empty_folder("plugin").join("plugin.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Dmain=plugin_main"]).arg(Path::new(SOURCES).join("count.c"));
    run(compiler.arg("-o").arg(&plugin).args(package.flags(&["weighbridge-static"])));
    assert_eq!(symbols(&plugin, &["--defined-only", "--dynamic"]), ["plugin_main"]);
}

#[test]
fn two_rust_archives_live_in_one_program() {
    let Some(package) = package() else { return };
    if !tools(&["rustc", "pkg-config"]) {
        return;
    }
    let neighbour = neighbour("neighbours", "staticlib");
    let program = neighbour.with_file_name("neighbours");
    let mut link = Command::new("c++");
    link.arg("-std=c++17").arg("tests/consumer/neighbours.cpp").arg("-o").arg(&program).arg(neighbour);
    run(link.args(package.flags(&["weighbridge-static"])));

    let output = attempt(Command::new(program).arg(MODEL));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(SIGABRT), "{}: {complaint}", output.status);
    assert!(complaint.contains("Rust cannot catch foreign exceptions"), "{complaint}");
}
