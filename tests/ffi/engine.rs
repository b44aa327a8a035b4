//! The example of a game engine: plainly, and under the sanitizers for addresses and for threads.

use std::process::Command;

use crate::common::{run, tool};
use crate::versions::write_version;
use crate::{PLAIN_CPP, Program, SANITIZERS, compile};

const SOURCES: &[&str] = &["examples-cpp/engine/main.cpp", "examples-cpp/engine/pak.cpp"];

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
