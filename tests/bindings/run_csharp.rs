//! The bindings for C#, used by a program that Mono compiles and runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

use serde_json::Value;

use crate::common::{empty_folder, run, tools};
use crate::{CSHARP, GOLDEN, compile, with_library};

const HANDLES: &str = "bindings/csharp/Handles.cs";

/// The test program in C#, with all of the bindings.
fn csharp_program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let sources = ["bindings/csharp/tests/Test.cs", HANDLES, CSHARP].map(Path::new);
    let build = || compile(&empty_folder("bindings-csharp"), &sources);
    tools(&["mcs", "mono"]).then(|| PROGRAM.get_or_init(build).as_path())
}

/// What the format's own reader sees in each golden model.
fn golden_sets() -> Vec<(PathBuf, Value)> {
    let entries = fs::read_dir(GOLDEN).unwrap().map(|entry| entry.unwrap().path());
    let sets = entries.filter_map(|path| {
        let folder = Path::new(GOLDEN).join(path.file_name()?.to_str()?.strip_suffix(".expected.json")?);
        let model = if folder.is_dir() { folder } else { folder.with_extension("safetensors") };
        Some((model, serde_json::from_slice(&fs::read(path).unwrap()).unwrap()))
    });
    sets.collect()
}

#[test]
fn csharp_sees_golden_models_as_their_own_reader_does() {
    let Some(program) = csharp_program() else { return };
    let sets = golden_sets();
    assert!(sets.len() >= 11, "only {} golden sets were found", sets.len());
    for (model, expected) in sets {
        let expected: BTreeSet<_> = expected["tensors"].as_array().unwrap().iter().map(spell).collect();
        let listed = run(with_library().arg("mono").arg(program).arg("list").arg(&model));
        assert_eq!(expected, listed.lines().map(str::to_owned).collect(), "{}", model.display());
    }
}

/// As the program in C# prints a tensor.
fn spell(tensor: &Value) -> String {
    let name: String = tensor["name"].as_str().unwrap().bytes().map(|byte| format!("{byte:02x}")).collect();
    let shape: Vec<_> = tensor["shape"].as_array().unwrap().iter().map(Value::to_string).collect();
    let [dtype, digest] = ["dtype", "sha256"].map(|key| tensor[key].as_str().unwrap());
    format!("{name} {dtype} [{}] {digest}", shape.join(", "))
}

#[test]
fn csharp_runs_the_example_of_its_readme() {
    let Some(_) = csharp_program() else { return };
    let readme = fs::read_to_string("bindings/csharp/README.md").unwrap();
    let (_, example) = readme.split_once("```csharp\n").unwrap();
    let example = example.split_once("```").unwrap().0.replace("path/to/checkpoint", "tests/golden/tiny-llama");
    let folder = empty_folder("bindings-example");
    fs::write(folder.join("Example.cs"), example).unwrap();
    let program = compile(&folder, &[&folder.join("Example.cs"), Path::new(CSHARP), Path::new(HANDLES)]);
    let printed = run(with_library().arg("mono").arg(program));
    assert_eq!(printed.lines().count(), 39);
    assert!(printed.contains("\nlm_head.weight BF16: 65536 bytes at "), "{printed}");
}

#[test]
fn csharp_gets_exceptions() {
    let Some(program) = csharp_program() else { return };
    let said = run(with_library().arg("mono").arg(program).arg("fail").arg("tests/golden/tiny-llama"));
    let missing = env::current_dir().unwrap().join("tests/golden/tiny-llama/missing").display().to_string();
    assert!(said.starts_with(&format!("-5 {missing}\n{missing}: cannot open the file: ")), "{said}");
}

#[test]
fn csharp_is_called() {
    let Some(program) = csharp_program() else { return };
    let said = run(with_library().arg("mono").arg(program).arg("call").arg("tests/golden/tiny-llama"));
    assert_eq!(said, "called\n");
}
