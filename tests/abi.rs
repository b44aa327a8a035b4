//! The binary interface is stable: what was compiled against an older header runs with this library.
//!
//! `tests/abi` holds what was promised: `weighbridge.symbols`, every function and the version that brought it;
//! `weighbridge-0.abi`, the types, as libabigail describes them; and `weighbridge-0.1.h`, the header of the oldest version
//! that is supported, which stays as it was at that release. After a change that is compatible, such as a new function,
//! `WEIGHBRIDGE_UPDATE=1 cargo test --test abi` writes the first two anew.

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use common::{attempt, cargo_folder, committed_symbols, empty_folder, run, skip, tools};
use object::{Object, ObjectSymbol};

const HEADER: &str = "include/weighbridge.h";
const OLD_HEADER: &str = "tests/abi/weighbridge-0.1.h";
const SYMBOLS: &str = "tests/abi/weighbridge.symbols";
const TYPES: &str = "tests/abi/weighbridge-0.abi";

fn updates() -> bool {
    env::var_os("WEIGHBRIDGE_UPDATE").is_some()
}

/// The functions that a header declares for the library, and of each the version that its documentation says it came with.
fn functions(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut documentation = String::new();
    let mut before = "";
    let text = fs::read_to_string(header).unwrap();
    for line in text.lines() {
        let is_of_library = line.starts_with("WB_API") || before == "WB_API";
        if let Some(text) = line.strip_prefix("// ") {
            documentation += text;
            documentation.push(' ');
        } else if let Some(name) = function(line).filter(|_| is_of_library) {
            let (_, since) = documentation.rsplit_once("Since ").unwrap_or_else(|| panic!("{name}: since when?"));
            found.push((name.to_owned(), since.trim_end_matches(". ").to_owned()));
        } else if line != "WB_API" {
            documentation.clear();
        }
        before = line;
    }
    found.sort();
    found
}

/// The name before the first parenthesis of a line, if it is one of ours.
fn function(line: &str) -> Option<&str> {
    let (before, _) = line.split_once('(')?;
    let name = before.rsplit([' ', '*']).next()?;
    (name.starts_with("wb_") && !line.starts_with(' ')).then_some(name)
}

/// The constants of a header that are not the numbers of its version.
fn constants(header: &str) -> Vec<String> {
    let text = fs::read_to_string(header).unwrap();
    let defines =
        text.lines().filter(|line| line.starts_with("#define WB_") && !line.starts_with("#define WB_VERSION_"));
    defines.map(str::to_owned).collect()
}

/// The structures whose layout a header shows.
fn structures(header: &str) -> Vec<String> {
    let text = fs::read_to_string(header).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {"));
    names.map(str::to_owned).collect()
}

/// The shared library, and what rustc said while it was built.
fn library() -> &'static (PathBuf, String) {
    static LIBRARY: OnceLock<(PathBuf, String)> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["rustc", "--package", "weighbridge-capi", "--lib", "--crate-type", "cdylib,staticlib"]);
        cargo.args(["--profile", "quick", "--locked", "--offline", "--target-dir"]).arg(cargo_folder());
        let output = attempt(cargo.args(["--", "--print", "native-static-libs"]));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{cargo:?}\n{said}");
        (cargo_folder().join("quick/libweighbridge_capi.so"), said)
    })
}

#[test]
fn header_and_symbol_list_agree() {
    let lines = functions(HEADER).into_iter().map(|(name, since)| format!("{name} {since}\n"));
    let listed: String = lines.collect();
    if updates() {
        fs::write(SYMBOLS, &listed).unwrap();
    }
    assert_eq!(listed, fs::read_to_string(SYMBOLS).unwrap());
}

#[test]
fn sources_and_symbol_list_agree() {
    let mut exports = Vec::new();
    let entries = fs::read_dir("capi/src").unwrap().map(|entry| entry.unwrap().path());
    for path in entries.filter(|path| path.is_file()) {
        let text = fs::read_to_string(path).unwrap();
        let mut lines = text.lines().map(str::trim);
        while lines.by_ref().any(|line| line == "#[unsafe(no_mangle)]") {
            let signature = lines.find(|line| !line.starts_with("#[")).unwrap();
            let name = signature.split_once("fn ").unwrap().1.split_once('(').unwrap().0;
            exports.push(name.to_owned());
        }
    }
    exports.sort();
    assert_eq!(exports, committed_symbols());
}

#[test]
fn library_and_symbol_list_agree() {
    let bytes = fs::read(&library().0).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let exports = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    let mut names: Vec<_> = exports.map(|symbol| symbol.name().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, committed_symbols());
}

/// CMakeLists.txt names the libraries that a program with the static library needs.
#[test]
fn native_libraries_are_those_that_rustc_asks_for() {
    let (_, said) = library();
    let asked = said.lines().find_map(|line| line.split_once("native-static-libs: ")).expect("no list from rustc").1;
    // What every compiler adds on its own, in the form that suits the program.
    let added = ["-lc", "-lgcc_s"];
    let asked: BTreeSet<_> = asked.split_whitespace().filter(|library| !added.contains(library)).collect();
    let build = fs::read_to_string("CMakeLists.txt").unwrap();
    let (_, named) = build.split_once("set(weighbridge_native ").expect("CMakeLists.txt names no libraries");
    let named: BTreeSet<_> = named.split_once(')').unwrap().0.split_whitespace().collect();
    assert_eq!(named, asked);
}

#[test]
fn constants_keep_their_values() {
    let now = constants(HEADER);
    let lost: Vec<_> = constants(OLD_HEADER).into_iter().filter(|line| !now.contains(line)).collect();
    assert!(lost.is_empty(), "gone or changed: {lost:#?}");
}

/// Compiles a file that uses every function and every structure of the header, so that its debug information describes
/// all of them, and handles stay as opaque as they are to users.
fn probe() -> PathBuf {
    let folder = empty_folder("abi-probe");
    let functions = functions(HEADER).into_iter().map(|(name, _)| format!("__typeof__({name}) *const p_{name} = 0;\n"));
    let structures = structures(HEADER).into_iter().map(|name| format!("{name} s_{name};\n"));
    let source = functions.chain(structures).collect::<String>();
    fs::write(folder.join("probe.c"), format!("#include <weighbridge.h>\n{source}")).unwrap();
    let mut compile = Command::new("gcc");
    compile.args(["-g", "-shared", "-fPIC", "-fno-eliminate-unused-debug-types", "probe.c", "-o", "probe.so"]);
    compile.arg(concat!("-I", env!("CARGO_MANIFEST_DIR"), "/include")).current_dir(&folder);
    run(&mut compile);
    folder.join("probe.so")
}

#[test]
fn types_keep_their_shape() {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return skip("the types are recorded for x86-64 Linux");
    }
    if !tools(&["gcc", "abidw", "abidiff"]) {
        return;
    }
    let probe = probe();
    if updates() {
        // Nothing about the machine on which it was written.
        let quiet = ["--no-comp-dir-path", "--no-corpus-path", "--no-elf-needed", "--no-show-locs"];
        run(Command::new("abidw").args(quiet).args(["--out-file", TYPES]).arg(&probe));
    }
    // Harmless to abidiff, but not to a compiler, is a lost `const`.
    run(Command::new("abidiff").args(["--no-added-syms", "--harmless", TYPES]).arg(probe));
}

#[test]
fn a_program_with_the_old_header_runs() {
    if !tools(&["cc"]) {
        return;
    }
    let folder = empty_folder("abi-old");
    fs::copy(OLD_HEADER, folder.join("weighbridge.h")).unwrap();
    let library = &library().0;
    let program = folder.join("old");
    let mut compile = Command::new("cc");
    compile.args(["-std=c99", "-Wall", "-Werror", "tests/abi/old.c", "-I"]).arg(&folder).arg(library);
    compile.arg(format!("-Wl,-rpath,{}", library.parent().unwrap().display())).arg("-o").arg(&program);
    run(&mut compile);
    assert_eq!(run(Command::new(program).arg("tests/golden/tiny-llama")), "39 tensors loaded, all verified\n");
}
