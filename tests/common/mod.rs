//! For tests that run other programs: finding them, running them, and saying so when they are missing.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, fs, io, thread};

/// Finds a program. Without it, the test says that it is skipped, and should return.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("needs {name}"));
    }
    found
}

/// Whether all these programs are there; see [`tool`].
pub fn tools(names: &[&str]) -> bool {
    names.iter().all(|name| tool(name).is_some())
}

/// Says why the test is skipped. With `WEIGHBRIDGE_REQUIRE_ALL=1` the test fails instead.
pub fn skip(why: &str) {
    assert!(env::var_os("WEIGHBRIDGE_REQUIRE_ALL").is_none_or(|value| value != "1"), "may not be skipped: {why}");
    let thread = thread::current();
    say(&format!("skipped: {}: {why}", thread.name().unwrap_or("test")));
}

/// Writes a line past the test harness, which shows what tests print only if they fail.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Runs a command that must succeed, and returns what it wrote to its standard output.
pub fn run(command: &mut Command) -> String {
    let output = attempt(command);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {command:?}\n{text}{complaint}", output.status);
    text
}

/// Runs a command that may fail.
pub fn attempt(command: &mut Command) -> Output {
    // `cargo test` adds its own folders, where programs would find libraries that they should find by themselves.
    command.env_remove("LD_LIBRARY_PATH");
    command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

/// An empty folder for a test's files, which stay there for a look after a failure.
pub fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Where tests have cargo build the C libraries. It is kept, so that the next run is quick.
pub fn cargo_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cargo")
}

/// A configuring CMake. Where it builds weighbridge itself, the profile is the quick one.
pub fn configure(source: &Path, build: &Path) -> Command {
    let mut cmake = Command::new("cmake");
    cmake.args(["-G", "Ninja", "-DWEIGHBRIDGE_PROFILE=quick", "-DWEIGHBRIDGE_OFFLINE=ON", "-S"]).arg(source);
    cmake.arg("-B").arg(build).arg(format!("-DWEIGHBRIDGE_TARGET_DIR={}", cargo_folder().display()));
    cmake
}

/// The folder of the shared C library, `libweighbridge_capi.so`, which is built once, with the profile of the tests.
pub fn c_library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        // With the format of the tests, which can say what others cannot.
        let build = ["rustc", "--quiet", "--package", "weighbridge-capi", "--lib", "--crate-type", "cdylib"];
        let mut cargo = Command::new(env!("CARGO"));
        run(cargo.args(build).args(["--features", "trial", "--target-dir"]).arg(target));
        target.join("debug")
    })
}

/// Links a program to the shared C library, which it finds when it runs.
pub fn link_c_library(compiler: &mut Command) -> &mut Command {
    let library = c_library();
    compiler.arg("-L").arg(library).arg("-lweighbridge_capi").arg(format!("-Wl,-rpath,{}", library.display()))
}

/// Builds the stand-in for the CUDA driver as `libcuda.so.1` in an empty folder of this name, with these flags beside the
/// usual ones. Without a compiler the test says that it is skipped.
pub fn cuda_stub(folder: &str, flags: &[&str]) -> Option<PathBuf> {
    let compiler = tool("cc")?;
    let folder = empty_folder(folder);
    // From the tests of the command it is one folder up.
    let stub = ["tests/cuda/stub", "../tests/cuda/stub"].into_iter().find(|folder| Path::new(folder).is_dir());
    let sources = fs::read_dir(stub.unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let sources = sources.filter(|path| path.extension().is_some_and(|extension| extension == "c"));
    let usual = ["-std=c11", "-shared", "-fPIC", "-O1", "-g", "-pthread", "-Wl,-soname,libcuda.so.1"];
    run(Command::new(compiler).args(usual).args(flags).arg("-o").arg(folder.join("libcuda.so.1")).args(sources));
    Some(folder)
}

/// What `tests/abi/weighbridge.symbols` lists: the functions of the library, sorted.
pub fn committed_symbols() -> Vec<String> {
    let list = fs::read_to_string("tests/abi/weighbridge.symbols").unwrap();
    list.lines().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect()
}
