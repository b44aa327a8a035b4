//! The small examples: what they print, and how they fail.

use std::process::Command;

use crate::common::{run, tool};
use crate::{COMPILERS, CPP, GOLDEN, ONNX, Program, compile, run_on_devices, stand_in};

/// A model and a tensor of it.
const UPLOADED: [&str; 2] = ["tests/golden/tiny-llama", "model.layers.2.mlp.up_proj.weight"];

#[test]
fn examples_work() {
    let Some(compiler) = COMPILERS.iter().find_map(|(_, cpp)| tool(cpp)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let (llama, graph) = (format!("{GOLDEN}/tiny-llama"), format!("{ONNX}/made/loop-if.onnx"));
    for (name, source, model, expected) in [
        ("inspect", "examples-cpp/inspect.cpp", &llama, "model.layers.0.mlp.gate_proj.weight"),
        ("load_checkpoint", "examples-cpp/load_checkpoint.cpp", &llama, "44 files and tensors verified"),
        ("event_loop", "examples-cpp/event_loop.cpp", &llama, "tiny-llama: 39 tensors"),
        #[cfg(not(weighbridge_portable))] // std has no sealed memory.
        ("share_sealed", "examples-cpp/share_sealed.cpp", &llama, "and it cannot change them"),
        ("upload_cuda", "examples-cpp/upload_cuda.cpp", &llama, "44 files and tensors verified"),
        (
            "walk_graph",
            "examples-cpp/walk_graph.cpp",
            &graph,
            "\n            then_branch = graph \"inner then\", 3 nodes\n",
        ),
    ] {
        let sources: &'static [&'static str] = Box::leak(Box::new([source]));
        let program = Program { name, sources, flags: CPP };
        let binary = compile(&compiler, &program, &["-Wconversion"], folder.path());
        let printed = run(Command::new(&binary).arg(model));
        assert!(printed.contains(expected), "{name}: {printed}");

        let failed = Command::new(&binary).arg("no/such/model").output().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{name}");
        assert!(String::from_utf8_lossy(&failed.stderr).contains("no/such/model"), "{name}");
        assert_eq!(Command::new(&binary).output().unwrap().status.code(), Some(2), "{name} without arguments");
    }
}

/// With devices, the example puts the same bytes there, and reads them back behind its own fence.
#[test]
fn the_example_uploads() {
    let Some(compiler) = COMPILERS.iter().find_map(|(_, cpp)| tool(cpp)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = Program { name: "upload_cuda", sources: &["examples-cpp/upload_cuda.cpp"], flags: CPP };
    let binary = compile(&compiler, &program, &["-Wconversion"], folder.path());
    let on_host = run(Command::new(&binary).env("CUDA_VISIBLE_DEVICES", "").args(UPLOADED));
    let on_device = run_on_devices(Command::new(&binary).args(UPLOADED));
    if stand_in().is_none() {
        return;
    }
    let line = |printed: &str, start: &str| {
        let found = printed.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no line \"{start}...\": {printed}")).to_owned()
    };
    assert!(on_host.contains("no CUDA device: ") && on_host.contains(" bytes at host 0x"), "{on_host}");
    assert!(on_device.contains("2 CUDA devices\n") && on_device.contains(" bytes at cuda:0 0x"), "{on_device}");
    assert!(on_device.contains("libcudart.so.12, with a stream of our own\n"), "{on_device}");
    let (begins, verified) = ("it begins with ", "44 files and tensors verified");
    assert_eq!(line(&on_host, begins), line(&on_device, begins));
    assert_eq!(line(&on_host, verified), line(&on_device, verified));
}
