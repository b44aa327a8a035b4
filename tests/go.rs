//! The Go modules in `go`: their own tests with the installed library, under the race detector and the strict check of pointers, on
//! the stand-in for the CUDA driver, linked in every way that they offer, without cgo, and by the oldest Go that they support.

mod common;
#[path = "ffi/golden_graphs.rs"]
mod golden_graphs;
#[path = "ffi/graph_text.rs"]
mod graph_text;
#[path = "ffi/graph_words.rs"]
mod graph_words;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::{configure, cuda_stub, empty_folder, run, skip, tools};
use golden_graphs::{compare_graphs, list_graphs};

const MODULE: &str = "go";
const PUREGO: &str = "go/purego";
/// The Go that `go/go.mod` names, where Debian installs it.
const OLDEST_GO: &str = "/usr/lib/go-1.19/bin/go";

/// Where the library is installed, once for all tests. Without the tools, the test is skipped.
fn prefix() -> Option<&'static Path> {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    tools(&["go", "gofmt", "cmake", "ninja", "cc", "pkg-config"]).then(|| PREFIX.get_or_init(install).as_path())
}

fn install() -> PathBuf {
    let folder = empty_folder("go-package");
    let (build, prefix) = (folder.join("build"), folder.join("prefix"));
    let mut configure = configure(Path::new("."), &build);
    run(configure.arg(format!("-DCMAKE_INSTALL_PREFIX={}", prefix.display())).arg("-DCMAKE_INSTALL_LIBDIR=lib"));
    run(Command::new("cmake").arg("--build").arg(&build));
    run(Command::new("cmake").arg("--install").arg(&build));
    prefix
}

/// Runs a program that finds the installed library, with these variables besides.
fn run_with(prefix: &Path, variables: &[&str], program: &mut Command) -> String {
    // `run` takes the path of libraries away, so it is set behind it.
    let mut command = Command::new("env");
    command.arg(format!("PKG_CONFIG_PATH={}/lib/pkgconfig", prefix.display()));
    command.arg(format!("LD_LIBRARY_PATH={}/lib", prefix.display()));
    command.args(["GOTOOLCHAIN=local", "GOFLAGS=-buildvcs=false"]).args(variables);
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    run(command.arg(program.get_program()).args(program.get_args()))
}

/// Runs the go command in the folder of a module.
fn go(prefix: &Path, variables: &[&str], folder: &str, arguments: &[&str]) -> String {
    run_with(prefix, variables, Command::new("go").args(arguments).current_dir(folder))
}

/// Runs the tests of packages of a module. Go does not know when the library changes, so results are not taken from its cache.
fn go_test(prefix: &Path, variables: &[&str], folder: &str, arguments: &[&str]) {
    go(prefix, variables, folder, &[&["test", "-count=1", "-vet=off"], arguments].concat());
}

/// Builds the program that prints graphs, and compares what it prints of the golden models with what their own reader sees; returns
/// its path.
fn walk_graphs(name: &str, prefix: &Path, variables: &[&str], module: &str, flags: &[&str]) -> PathBuf {
    let folder = empty_folder(name);
    let program = folder.join("graphtext");
    let output = program.display().to_string();
    go(prefix, variables, module, &[&["build", "-o", &output], flags, &["./internal/graphtext"]].concat());
    compare_graphs(&run_with(prefix, &[], Command::new(&program).arg(list_graphs(&folder))));
    program
}

fn needs_the_shared_library(program: &Path) -> bool {
    run(Command::new("readelf").arg("-dW").arg(program)).contains("Shared library: [libweighbridge.so.0]")
}

#[test]
fn the_modules_are_formatted() {
    let Some(_) = prefix() else { return };
    assert_eq!(run(Command::new("gofmt").args(["-l", MODULE])), "");
}

#[test]
fn tests_and_examples_pass_with_the_shared_library() {
    let Some(prefix) = prefix() else { return };
    go(prefix, &[], MODULE, &["vet", "./..."]);
    go_test(prefix, &[], MODULE, &["./..."]);
}

/// Together, because each of the two has the standard library compiled anew. The strict check is an experiment since Go 1.21.
#[test]
fn tests_pass_under_the_race_detector_and_the_check_of_pointers() {
    let Some(prefix) = prefix() else { return };
    let is_old = ["go1.19", "go1.20"].iter().any(|old| go(prefix, &[], MODULE, &["version"]).contains(old));
    let check = if is_old { "GODEBUG=cgocheck=2" } else { "GOEXPERIMENT=cgocheck2" };
    go_test(prefix, &[check], MODULE, &["-race", "./..."]);
}

#[test]
fn tests_pass_without_cgo() {
    let Some(prefix) = prefix() else { return };
    go(prefix, &["CGO_ENABLED=0"], PUREGO, &["vet", "./..."]);
    go_test(prefix, &["CGO_ENABLED=0"], PUREGO, &["./..."]);
}

/// The tests of uploads fail, rather than being skipped, where there have to be devices.
#[test]
fn tests_of_uploads_pass_with_the_stand_in_for_the_driver() {
    let Some(prefix) = prefix() else { return };
    let Some(stub) = cuda_stub("go-devices", &[]) else { return };
    let libraries = format!("LD_LIBRARY_PATH={}/lib:{}", prefix.display(), stub.display());
    let variables = [&libraries, "STUB_CUDA_DEVICES=2", "WEIGHBRIDGE_CUDA_DEVICES=2"];
    go_test(prefix, &variables, MODULE, &["-run", "Upload|Routes", "."]);
}

#[test]
fn linked_to_the_static_library() {
    let Some(prefix) = prefix() else { return };
    let program = walk_graphs("go-static", prefix, &[], MODULE, &["-tags", "weighbridge_static"]);
    assert!(!needs_the_shared_library(&program));
}

#[test]
fn linked_to_a_library_in_the_module() {
    let Some(prefix) = prefix() else { return };
    let module = empty_folder("go-bundling").join("module");
    run(Command::new("cp").arg("-r").arg(MODULE).arg(&module));
    let lib = module.join("lib");
    fs::create_dir_all(lib.join("include")).unwrap();
    fs::copy(prefix.join("include/weighbridge.h"), lib.join("include/weighbridge.h")).unwrap();
    fs::copy(prefix.join("lib/libweighbridge.a"), lib.join("libweighbridge.a")).unwrap();
    let flags = ["-tags", "weighbridge_bundled"];
    let program = walk_graphs("go-bundled", prefix, &["PKG_CONFIG_PATH="], module.to_str().unwrap(), &flags);
    assert!(!needs_the_shared_library(&program));
}

#[test]
fn linked_as_the_variables_say() {
    let Some(prefix) = prefix() else { return };
    let variables = [
        "PKG_CONFIG_PATH=",
        &format!("CGO_CFLAGS=-I{}/include", prefix.display()),
        &format!("CGO_LDFLAGS=-L{}/lib -lweighbridge", prefix.display()),
    ];
    let program = walk_graphs("go-custom", prefix, &variables, MODULE, &["-tags", "weighbridge_custom"]);
    assert!(needs_the_shared_library(&program));
}

/// The compiler of a newer Go does not know what the standard library of an older one lacks.
#[test]
fn the_oldest_go_builds_the_modules() {
    let Some(prefix) = prefix() else { return };
    if !Path::new(OLDEST_GO).is_file() {
        return skip(&format!("needs {OLDEST_GO}"));
    }
    for folder in [MODULE, PUREGO] {
        run_with(prefix, &[], Command::new(OLDEST_GO).args(["vet", "./..."]).current_dir(folder));
    }
}
