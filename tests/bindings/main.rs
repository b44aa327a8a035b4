//! The bindings of the C interface for C# and Python: made from what cbindgen reads in `capi/src`, as the header is, and used from
//! both languages.
//!
//! `WEIGHBRIDGE_UPDATE=1 cargo test --test bindings committed` writes them anew.

#[path = "../common/mod.rs"]
mod common;
mod csharp;
mod interface;
mod layout;
mod python;
mod run_csharp;
mod run_python;
#[path = "../header/sections.rs"]
mod sections;

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use common::{c_library, empty_folder, run, skip, tools};
use interface::{Interface, Item};

const HEADER: &str = "include/weighbridge.h";
const CSHARP: &str = "bindings/csharp/Weighbridge.cs";
const PYTHON: &str = "bindings/python/src/weighbridge/_ffi.py";
const GOLDEN: &str = "tests/golden";

/// Names of the header that are not bound: how functions are declared, and what a program defines for a library that it links.
const LEFT_OUT: &[&str] = &["WB_API", "WB_HOST_MALLOC", "wb_host_free", "wb_host_malloc"];

fn library_interface() -> Interface {
    Interface::of(sections::SECTIONS.iter().map(|section| sections::source(section)))
}

#[test]
fn the_committed_bindings_are_the_generated_ones() {
    let interface = library_interface();
    for (path, generated) in [(CSHARP, csharp::generate(&interface)), (PYTHON, python::generate(&interface))] {
        if env::var_os("WEIGHBRIDGE_UPDATE").is_some() {
            fs::write(path, &generated).unwrap();
        }
        let committed = fs::read_to_string(path).unwrap_or_default();
        let difference = committed.lines().zip(generated.lines()).find(|(old, new)| old != new);
        assert!(committed == generated, "{path}: run `cargo xtask header`; first difference: {difference:?}");
    }
}

#[test]
fn every_name_of_the_header_is_bound() {
    let interface = library_interface();
    let types = interface.items().map(|item| match item {
        Item::Alias { name, .. } | Item::Callback { name, .. } => name.to_owned(),
        Item::Opaque { name } | Item::Record { name, .. } => name.to_owned(),
    });
    let functions = interface.functions.iter().map(|function| function.path.name().to_owned());
    let mut bound: BTreeSet<_> = interface.constants().map(|(name, ..)| name.to_owned()).collect();
    bound.extend(types.chain(functions).chain(LEFT_OUT.iter().map(|name| (*name).to_owned())));
    assert_eq!(names(&fs::read_to_string(HEADER).unwrap()), bound);
}

/// The names of the interface that a header has outside of comments.
fn names(header: &str) -> BTreeSet<String> {
    let blocks = header.split("/*").map(|block| block.split_once("*/").map_or(block, |(_, code)| code));
    let code = blocks.flat_map(str::lines).map(|line| line.split("//").next().unwrap_or_default());
    let words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| word.starts_with("wb_") || word.starts_with("WB_")).map(str::to_owned).collect()
}

#[test]
fn constants_and_structures_are_those_of_c() {
    compare_layouts("bindings-layout", &library_interface(), &fs::read_to_string(HEADER).unwrap());
}

#[test]
fn whatever_the_interface_may_gain_can_be_bound() {
    let source = Path::new("tests/bindings/sample.rs");
    let mut header = Vec::new();
    sections::read(source).write(&mut header);
    let header = format!("#define WB_API\n{}", String::from_utf8(header).unwrap());
    compare_layouts("bindings-sample", &Interface::of([source.to_owned()]), &header);
}

/// Compares what programs in C, C# and Python print of an interface: constants, sizes and offsets.
fn compare_layouts(folder: &str, interface: &Interface, header: &str) {
    if !tools(&["cc", "mcs", "mono"]) {
        return;
    }
    let Some(python) = python() else { return };
    let folder = empty_folder(folder);
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    write("weighbridge.h", header);
    let program = write("layout.c", &layout::program(interface));
    let c = folder.join("layout");
    run(Command::new("cc").args(["-std=c11", "-Wall", "-Werror", "-I"]).arg(&folder).arg(program).arg("-o").arg(&c));
    let expected = lines(&run(&mut Command::new(c)));
    let module = write("module.py", &python::generate(interface));
    assert_eq!(expected, lines(&run(Command::new(python).arg("tests/bindings/layout.py").arg(module))), "Python");
    let bindings = write("Bindings.cs", &csharp::generate(interface));
    let program = compile(&folder, &[Path::new("tests/bindings/Layout.cs"), &bindings]);
    assert_eq!(expected, lines(&run(Command::new("mono").arg(program))), "C#");
}

fn lines(text: &str) -> BTreeSet<String> {
    let lines: BTreeSet<_> = text.lines().map(str::to_owned).collect();
    assert!(lines.len() > 20, "only {} lines", lines.len());
    lines
}

/// A program in C#, compiled without a warning.
fn compile(folder: &Path, sources: &[&Path]) -> PathBuf {
    let program = folder.join("program.exe");
    let mut compile = Command::new("mcs");
    compile.args(["-unsafe", "-warn:4", "-warnaserror", "-langversion:7"]).arg(format!("-out:{}", program.display()));
    run(compile.args(sources));
    program
}

/// A Python that has what the tests need: the first of the path, or that of Debian.
fn python() -> Option<&'static str> {
    static FOUND: OnceLock<Option<&str>> = OnceLock::new();
    let has_packages = |python: &&str| {
        let import = Command::new(python).args(["-c", "import hatchling, numpy, pip"]).output();
        import.is_ok_and(|output| output.status.success())
    };
    let found = *FOUND.get_or_init(|| ["python3", "/usr/bin/python3"].into_iter().find(has_packages));
    if found.is_none() {
        skip("needs python3 with hatchling, numpy and pip");
    }
    found
}

/// A folder with the shared library under the names that it has when it is installed.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let (folder, library) = (empty_folder("bindings-library"), c_library().join("libweighbridge_capi.so"));
        for name in ["libweighbridge.so", "libweighbridge.so.0"] {
            symlink(&library, folder.join(name)).unwrap();
        }
        folder
    })
}

/// A command that finds the installed library.
fn with_library() -> Command {
    // `run` takes the path of libraries away, so it is set behind it.
    let mut command = Command::new("env");
    command.arg(format!("LD_LIBRARY_PATH={}", installed().display()));
    command
}
