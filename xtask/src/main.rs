//! All chores of the project by name: `cargo xtask`, `cargo xtask NAME [ARGUMENTS]`.
//!
//! Each is a short list of commands, so that what CI does is what a developer does.

mod licenses;
mod proto;
mod sbom;
mod source;
mod tree;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

type Outcome = Result<(), String>;

/// Name, what it does, and how.
type Chore = (&'static str, &'static str, fn(&[String]) -> Outcome);

/// The features of the library that are checked alone.
const FEATURES: &[&str] = &[
    "cuda,safetensors,stores",
    "cudarc,safetensors",
    "check,file,memo,onnx,strangers",
    "safetensors",
    "onnx,safetensors,small",
];

/// The tests that open files, which is where systems differ.
const TESTS_OF_FILES: &[&str] = &["command", "library", "mapping", "small_stack", "working_directory"];

/// Code that runs for a moment: optimizing it takes longer.
const QUICKLY: [&str; 2] = ["--config", "profile.dev.package.weighbridge.opt-level=0"];

const CHORES: &[Chore] = &[
    ("check", "formatting, lints, documentation, licences; every feature alone, built and tested", check),
    ("test", "all tests; WEIGHBRIDGE_REQUIRE_ALL=1 makes a missing tool a failure", test),
    ("portable", "the tests that open files, with the code for other systems", portable),
    ("header", "writes include/weighbridge.h and the bindings for C# and Python anew from capi/src", header),
    ("proto", "writes the protobuf code anew from the schema of the onnx package", |_| proto::generate()),
    ("tables", "writes the tables of operators anew from the onnx package", |_| proto::tables()),
    ("man", "writes the manual pages of the command to target/man", man),
    ("completions", "writes the completions of the command to target/completions", completions),
    ("runtimes", "measures anew what each release of ONNX Runtime reads", |_| proto::runtimes()),
    ("licenses", "checks the licences of linked packages, and writes NOTICES.md anew", |_| licenses::write()),
    ("source", "writes weighbridge-VERSION.tar.gz, which builds without a network: [--output DIR]", source::write),
    ("sbom", "writes weighbridge.cdx.json, the bill of materials of the C library: [--output DIR]", sbom::write),
    ("recipes", "installs what tests of the recipes of package managers need, in target/recipes-venv", recipes),
    ("golden", "writes the golden files anew with other projects' tools, of one set or all: [SET]", golden),
    ("fuzz", "fuzzes one target, or all of them in turn: [TARGET [SECONDS]]", fuzz),
    ("bench", "installs the peers, measures them and us, and prints the table: [ROUNDS] [WORD OF ROWS]...", bench),
];

fn main() -> ExitCode {
    let mut args = env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let rest: Vec<_> = args.collect();
    let Some((_, _, chore)) = CHORES.iter().find(|(known, ..)| *known == name) else {
        CHORES.iter().for_each(|(name, help, _)| eprintln!("cargo xtask {name:11} {help}"));
        return ExitCode::from(2);
    };
    match chore(&rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn check(_: &[String]) -> Outcome {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    licenses::check()?;
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    run(cargo(&["doc", "--no-deps", "--lib"]).env("RUSTDOCFLAGS", "--deny warnings"))?;
    for feature in FEATURES {
        let alone = ["--no-default-features", "--features", feature];
        run(cargo(&["clippy", "--package", "weighbridge", "--lib"]).args(alone).args(["--", "--deny", "warnings"]))?;
        run(cargo(&["test", "--quiet", "--package", "weighbridge-features"]).args(alone).args(QUICKLY))?;
    }
    Ok(())
}

fn test(args: &[String]) -> Outcome {
    run(cargo(&["test"]).args(args))
}

/// The code for other systems uses std alone, so it also runs here.
fn portable(_: &[String]) -> Outcome {
    let tests = TESTS_OF_FILES.iter().flat_map(|name| ["--test", name]);
    let mut cargo = cargo(&["test", "--package", "weighbridge", "--package", "weighbridge-cli", "--lib", "--bins"]);
    run(cargo.args(tests).env("CARGO_TARGET_DIR", "target/portable").env("RUSTFLAGS", "--cfg weighbridge_portable"))
}

fn header(_: &[String]) -> Outcome {
    let tests = ["test", "--quiet", "--test", "header", "--test", "bindings", "the_committed"];
    run(cargo(&tests).env("WEIGHBRIDGE_UPDATE", "1"))
}

fn man(_: &[String]) -> Outcome {
    let folder = made("man")?;
    run(weighbridge(&["man"]).arg(folder))
}

fn completions(_: &[String]) -> Outcome {
    const FILES: &[(&str, &str)] = &[
        ("bash", "weighbridge"),
        ("elvish", "weighbridge.elv"),
        ("fish", "weighbridge.fish"),
        ("powershell", "_weighbridge.ps1"),
        ("zsh", "_weighbridge"),
    ];
    let folder = made("completions")?;
    FILES
        .iter()
        .try_for_each(|(shell, file)| run(weighbridge(&["completions", shell, "--output"]).arg(folder.join(file))))
}

/// An empty folder below `target`.
fn made(name: &str) -> Result<PathBuf, String> {
    let folder = root()?.join("target").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

/// The command, which is built if need be.
fn weighbridge(args: &[&str]) -> Command {
    let mut command = cargo(&["run", "--quiet", "--package", "weighbridge-cli", "--"]);
    command.args(args);
    command
}

fn golden(args: &[String]) -> Outcome {
    const SETS: &[&str] = &["golden", "hub", "onnx", "overview", "stores", "strangers"];
    for name in SETS.iter().filter(|set| args.first().is_none_or(|wanted| wanted == *set)) {
        run(Command::new(venv(name)?.join("bin/python")).arg(Path::new("tests").join(name).join("make.py")))?;
    }
    Ok(())
}

fn recipes(_: &[String]) -> Outcome {
    venv("recipes").map(drop)
}

/// An environment of Python with what a folder of `tests` requires.
fn venv(name: &str) -> Result<PathBuf, String> {
    let (folder, venv) = (Path::new("tests").join(name), Path::new("target").join(format!("{name}-venv")));
    if !root()?.join(&venv).exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let requirements = folder.join("requirements.txt");
    run(Command::new(venv.join("bin/pip")).args(["install", "--quiet", "-r"]).arg(requirements))?;
    Ok(venv)
}

fn fuzz(args: &[String]) -> Outcome {
    const TARGETS: &[&str] = &[
        "header",
        "index",
        "manifest",
        "git_index",
        "c_open_memory",
        "onnx",
        "onnx_external",
        "check",
        "load_options",
    ];
    let seconds = args.get(1).map_or("600", |seconds| seconds);
    for target in TARGETS.iter().filter(|target| args.first().is_none_or(|wanted| wanted == *target)) {
        // The sanitizer flags of cargo-fuzz are unstable; this makes a stable compiler take them.
        let mut command = cargo(&["fuzz", "run", target, "--"]);
        run(command.arg(format!("-max_total_time={seconds}")).env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

fn bench(args: &[String]) -> Outcome {
    run(&mut Command::new("benches/peers/setup.sh"))?;
    run(&mut cargo(&["bench", "--bench", "ours", "--no-run"]))?;
    run(&mut cargo(&["build", "--release", "--package", "weighbridge-cli"]))?;
    run(Command::new("python3").arg("benches/table.py").args(args))
}

/// Where a chore writes a file for a release: to the folder that is asked for, or to `target`.
fn output(args: &[String]) -> Result<PathBuf, String> {
    match args {
        [] => Ok(root()?.join("target")),
        [flag, folder] if flag == "--output" => Ok(PathBuf::from(folder)),
        _ => Err(format!("{}: expected --output DIR or nothing", args.join(" "))),
    }
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(args);
    command
}

/// Runs a command in the root of the project.
fn run(command: &mut Command) -> Outcome {
    let status = command.current_dir(root()?).status().map_err(|e| format!("{command:?}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

/// What a command in the root of the project writes to its standard output.
fn ask(command: &mut Command) -> Result<String, String> {
    let output = command.current_dir(root()?).output().map_err(|e| format!("{command:?}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|e| format!("{command:?}: {e}"))
}

fn root() -> Result<&'static Path, String> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or_else(|| "the project has no root".to_owned())
}
