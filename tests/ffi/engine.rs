//! The example of a game engine: plainly, and under the sanitizers for addresses and for threads.

use std::process::Command;

use crate::common::{cargo_folder, run, tool};
use crate::versions::write_version;
use crate::{PLAIN_CPP, Program, SANITIZERS, compile};

const SOURCES: &[&str] = &["examples-cpp/engine/main.cpp", "examples-cpp/engine/pak.cpp"];

/// What a library with the feature "host-malloc" needs beside them.
const MALLOC: &str = "examples-cpp/engine/malloc.cpp";

#[test]
fn the_engine_streams_leaves_and_patches() {
    let Some(compiler) = tool("g++") else { return };
    let Some(setarch) = tool("setarch") else { return };
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    write_version(&first, 0);
    write_version(&second, 1);
    let program = Program { name: "engine", sources: SOURCES, flags: PLAIN_CPP };
    let suppressions = format!("suppressions={}/cmake/tsan.supp:halt_on_error=1", env!("CARGO_MANIFEST_DIR"));
    for flags in [&["-Wconversion", "-Wshadow"][..], SANITIZERS, &["-fsanitize=thread"]] {
        let binary = compile(&compiler, &program, flags, folder.path());
        let mut command = Command::new(&setarch);
        command.arg("--addr-no-randomize").arg(&binary).args([&first, &second]).arg(folder.path());
        let printed = run(command.env("TSAN_OPTIONS", &suppressions));
        for line in
            ["level 1: left after ", "level 2: 39 tensors\n", "patch: 1 of 39 tensors have changed in their places\n"]
        {
            assert!(printed.contains(line), "{printed}");
        }
        assert_eq!(Command::new(&binary).output().unwrap().status.code(), Some(2), "without arguments");
        let failed =
            Command::new(&binary).args(["no/such/model", "no/such/model"]).arg(folder.path()).output().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    }
}

/// Small objects, too: nothing is left of them but what the runtime of Rust keeps of threads.
#[test]
fn all_memory_may_be_the_engine_s() {
    let Some(compiler) = tool("g++") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["rustc", "--quiet", "--package", "weighbridge-capi", "--lib", "--crate-type", "staticlib"]);
    run(cargo.args(["--features", "host-malloc", "--profile", "quick", "--target-dir"]).arg(cargo_folder()));

    let binary = folder.path().join("engine");
    let mut link = Command::new(compiler);
    link.args(PLAIN_CPP)
        .arg("-Iinclude")
        .args(SOURCES)
        .arg(MALLOC)
        .arg(cargo_folder().join("quick/libweighbridge_capi.a"));
    run(link.args(["-ldl", "-lpthread", "-lm", "-o"]).arg(&binary));
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    write_version(&first, 0);
    write_version(&second, 1);
    let printed = run(Command::new(binary).args([first, second]).arg(folder.path()));
    let numbers = printed.lines().find_map(|line| line.strip_prefix("small objects: ")?.strip_suffix(" are left"));
    let (blocks, left) = numbers.and_then(|line| line.split_once(", of which ")).unwrap_or_else(|| panic!("{printed}"));
    let [blocks, left] = [blocks, left].map(|number| number.parse::<u32>().unwrap());
    assert!(blocks > 1_000 && left < 10, "{printed}");
}
