//! The stand-in for the CUDA driver, `tests/cuda/stub`: that it keeps the driver's rules, and that an uploader's typical bugs
//! do not pass it unnoticed. The programs are in `tests/cuda/bugs`.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use common::{attempt, run, tool};
use serde_json::Value;

const STUB: &str = "tests/cuda/stub";
const BUGS: &str = "tests/cuda/bugs";

const UPLOADER: &[&str] = &["uploader.c", "upload.c", "ring.c", "bug.c", "findings.c"];
const LOADING: &[&str] = &["loading.c"];
const RULES: &[&str] = &[
    "rules.c",
    "rules_capture.c",
    "rules_contexts.c",
    "rules_copies.c",
    "rules_failures.c",
    "rules_memory.c",
    "rules_pinned.c",
    "rules_report.c",
    "rules_streams.c",
    "rules_threads.c",
];

const FLAGS: &[&str] = &["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-pthread"];

/// Long enough that a mistake shows before the copy that it spoils.
const SLOW: (&str, &str) = ("STUB_CUDA_DELAY_US", "5000");
const PLAIN: (&str, &str) = ("STUB_CUDA_DELAY_US", "0");

/// A folder with a stand-in, and programs beside it that are linked with it.
struct Kit {
    compiler: PathBuf,
    flags: Vec<&'static str>,
    folder: PathBuf,
}

impl Kit {
    /// Builds the stand-in as `tests/cuda/stub/driver.h` says, in a folder of that name; the flags are for the programs too.
    fn new(compiler: PathBuf, name: &str, flags: &[&'static str]) -> Self {
        let folder = common::empty_folder(&format!("cuda_stub/{name}"));
        let mut command = Command::new(&compiler);
        command.args(FLAGS).args(flags).args(["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", "-o"]);
        run(command.arg(folder.join("libcuda.so.1")).args(sources(STUB)));
        Self { compiler, flags: flags.to_vec(), folder }
    }

    /// Compiles a program.
    fn program(&self, name: &str, sources: &[&str]) -> PathBuf {
        let binary = self.folder.join(name);
        let mut command = Command::new(&self.compiler);
        command.args(FLAGS).args(&self.flags).args(["-Wconversion", "-o"]).arg(&binary);
        command.args(sources.iter().map(|source| Path::new(BUGS).join(source)));
        run(command.arg("-L").arg(&self.folder).args(["-Wl,--as-needed", "-l:libcuda.so.1", "-ldl"]));
        binary
    }

    /// The command that runs a program, which finds the stand-in by its name as another program would the driver.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("env");
        command.arg(format!("LD_LIBRARY_PATH={}", self.folder.display())).arg(program);
        command
    }
}

/// The compiler for tests that need but one.
fn compiler() -> Option<PathBuf> {
    ["gcc", "clang"].iter().find_map(|name| tool(name))
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut sources: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "c")).collect();
    sources.sort();
    sources
}

/// The levels of the driver's interface that are tried: the last one is the default.
const LEVELS: [(&str, &[&str]); 3] =
    [("11030", &["-DSTUB_LEVEL=11030"]), ("12020", &["-DSTUB_LEVEL=12020"]), ("13000", &[])];

/// The stand-in of one of the levels, built once.
fn level(index: usize) -> Option<&'static Kit> {
    static KITS: [OnceLock<Option<Kit>>; LEVELS.len()] = [const { OnceLock::new() }; LEVELS.len()];
    let (name, flags) = LEVELS[index];
    KITS[index].get_or_init(|| Some(Kit::new(compiler()?, name, flags))).as_ref()
}

fn newest() -> Option<&'static Kit> {
    level(LEVELS.len() - 1)
}

/// The newest stand-in and the uploader.
fn uploader() -> Option<(&'static Kit, &'static Path)> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let kit = newest()?;
    Some((kit, PROGRAM.get_or_init(|| kit.program("uploader", UPLOADER))))
}

/// Runs the uploader with a bug, or `none`; a specification makes calls of the driver fail.
fn upload(bug: &str, specification: Option<&str>, mode: (&str, &str)) -> Option<Output> {
    let (kit, program) = uploader()?;
    Some(attempt(kit.command(program).arg(bug).args(specification).env(mode.0, mode.1)))
}

fn text(output: &Output) -> String {
    format!("{}: {}{}", output.status, String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn keeps_the_rules(compiler: &str, name: &str, flags: &[&'static str]) {
    let Some(compiler) = tool(compiler) else { return };
    let kit = Kit::new(compiler, name, flags);
    run(&mut kit.command(&kit.program("rules", RULES)));
}

#[test]
fn the_rules_are_kept() {
    let Some(kit) = newest() else { return };
    run(&mut kit.command(&kit.program("rules", RULES)));
}

#[test]
fn the_rules_are_kept_when_clang_compiles_it() {
    keeps_the_rules("clang", "clang", &[]);
}

#[test]
fn it_is_clean_under_address_sanitizer() {
    keeps_the_rules("gcc", "address", &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
}

#[test]
fn it_is_clean_under_thread_sanitizer() {
    let Some(compiler) = tool("gcc") else { return };
    let kit = Kit::new(compiler, "thread", &["-fsanitize=thread"]);
    let program = kit.program("uploader", UPLOADER);
    for (name, value) in [PLAIN, SLOW] {
        run(kit.command(&program).arg("none").env(name, value));
    }
    run(kit.command(&kit.program("rules", RULES)).arg("threads share streams"));
}

#[test]
fn the_correct_uploader_is_clean_in_all_modes_and_at_all_levels() {
    let modes = [PLAIN, ("STUB_CUDA_DELAY_US", "300"), ("STUB_CUDA_SYNC", "1"), ("STUB_CUDA_MBPS", "400")];
    for index in 0..LEVELS.len() {
        let Some(kit) = level(index) else { return };
        let program = kit.program("uploader-in-modes", UPLOADER);
        for (name, value) in modes {
            run(kit.command(&program).arg("none").env(name, value));
        }
    }
}

/// Failures from which the correct uploader gives everything back.
#[test]
fn the_correct_uploader_is_clean_after_failures() {
    for specification in [
        "fail=cuMemAlloc_v2@1=2",
        "fail=cuMemHostRegister_v2@2=2",
        "fail=cuMemHostUnregister@1=719!",
        "fail=cuMemcpyHtoDAsync_v2@5=1",
        "fail=cuMemcpyHtoDAsync_v2@5=700~",
        "fail=cuMemcpyHtoDAsync_v2@5=45678+",
        "fail=cuEventRecord@7=719!",
        "pinned_mb=1 fail=cuEventCreate@4=2",
        "memory_mb=2",
    ] {
        let Some(output) = upload("none", Some(specification), PLAIN) else { return };
        assert!(output.status.success(), "{specification}: {}", text(&output));
    }
}

/// Each bug: its name, what fails meanwhile, and what is said about it.
const CAUGHT: &[(&str, Option<&str>, &str)] = &[
    ("slot-reused", None, "the source of a copy changed while that was in flight"),
    ("ring-not-drained", None, "pinned memory is unregistered with"),
    ("skew-forgotten", None, "the bytes on the device are not those of the source"),
    ("off-by-one", None, "a copy runs 1 bytes past the end of an allocation"),
    ("context-not-pushed", None, "cuStreamCreate without a current context"),
    ("events-leaked", None, "is destroyed with 0 allocations, 0 pinned ranges, 0 streams, 6 events"),
    ("ring-not-pinned", None, "the report says \"pageable_copies\":61"),
    ("ring-unmapped", Some("fail=cuMemHostUnregister@1=719!"), "memory is unmapped though it is still registered"),
    ("memory-leaked", Some("fail=cuMemcpyHtoDAsync_v2@5=1"), "is destroyed with 1 allocations"),
    ("context-left", None, "another context is current in the host's thread"),
    ("capture-spoilt", None, "spoils a stream capture: the thread is not in the relaxed mode"),
];

#[test]
fn every_bug_is_caught() {
    for (bug, specification, reason) in CAUGHT {
        let Some(output) = upload(bug, *specification, SLOW) else { return };
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{bug}: {said}");
        assert!(said.contains(reason), "{bug}: {said}");
    }
}

/// The bugs are those that the program knows.
#[test]
fn no_bug_is_forgotten() {
    let names = fs::read_to_string(format!("{BUGS}/bug.c")).unwrap();
    let known = names.lines().filter_map(|line| Some(line.trim().strip_prefix('[')?.split_once("] = \"")?.1));
    let known: Vec<_> = known.map(|rest| rest.split('"').next().unwrap()).filter(|name| *name != "none").collect();
    assert_eq!(known, CAUGHT.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
}

/// Whatever call fails, and however, the stand-in neither crashes nor hangs.
#[test]
fn any_call_may_fail() {
    for call in (1..=230).step_by(19) {
        for code in ["1", "719!", "700~"] {
            let Some(output) = upload("none", Some(&format!("fail=*@{call}={code}")), PLAIN) else { return };
            assert!(matches!(output.status.code(), Some(0..=2)), "call {call}, {code}: {}", text(&output));
        }
    }
}

/// What a program finds that opens the driver by its name, at run time: every line twice, because it does so twice.
fn found(kit: &Kit, program: &Path, environment: &[(&str, &str)]) -> Vec<String> {
    let symbols = ["cuInit", "cuMemAlloc_v2", "cuDeviceGetUuid_v2", "cuEventElapsedTime_v2", "stream_new"];
    let printed = run(kit.command(program).args(symbols).envs(environment.iter().copied()));
    let lines: Vec<_> = printed.lines().map(str::to_owned).collect();
    let (first, second) = lines.split_at(lines.len() / 2);
    assert_eq!(first, second);
    first.to_vec()
}

#[test]
fn levels_differ_in_their_symbols() {
    let newer = [("is missing", "is missing"), ("is there", "is missing"), ("is there", "is there")];
    for (index, (uuid, elapsed)) in newer.into_iter().enumerate() {
        let Some(kit) = level(index) else { return };
        let lines = found(kit, &kit.program("loading", LOADING), &[]);
        let version = format!("version {}", LEVELS[index].0);
        let symbols = [format!("cuDeviceGetUuid_v2 {uuid}"), format!("cuEventElapsedTime_v2 {elapsed}")];
        assert_eq!(lines[..4], ["cuInit returns 0", &version, "cuInit is there", "cuMemAlloc_v2 is there"]);
        assert_eq!(lines[4..6], symbols, "{version}");
        assert_eq!(lines[6], "stream_new is missing", "its own functions are no symbols");
    }
}

#[test]
fn it_plays_other_libraries() {
    let Some(compiler) = compiler() else { return };
    let link_stub = Kit::new(compiler.clone(), "link-stub", &["-DSTUB_KIND_LINK_STUB"]);
    let lines = found(&link_stub, &link_stub.program("loading", LOADING), &[]);
    assert_eq!(lines[..3], ["cuInit returns 34", "cuInit is there", "cuMemAlloc_v2 is missing"]);
    let without = Kit::new(compiler, "without-init", &["-DSTUB_WITHOUT_INIT"]);
    let lines = found(&without, &without.program("loading", LOADING), &[]);
    assert_eq!(lines[..3], ["version 13000", "cuInit is missing", "cuMemAlloc_v2 is there"]);
}

#[test]
fn the_environment_is_heeded() {
    let Some(kit) = newest() else { return };
    let program = kit.program("loading-there", LOADING);
    for (environment, expected) in [
        ([("STUB_CUDA_INIT", "803"), ("STUB_CUDA_DRIVER", "12345")], ["cuInit returns 803", "version 12345"]),
        ([("STUB_CUDA_DEVICES", "0"), PLAIN], ["cuInit returns 100", "version 13000"]),
        ([("STUB_CUDA_FAIL", "cuInit@1=999+"), PLAIN], ["cuInit returns 999", "version 13000"]),
    ] {
        assert_eq!(found(kit, &program, &environment)[..2], expected, "{environment:?}");
    }
    let nonsense = found(kit, &program, &[("STUB_CUDA_FAIL", "cuInit@one=999")]);
    assert_eq!(nonsense[0], "cuInit returns 1");
}

#[test]
fn a_report_is_written_at_exit() {
    let Some((kit, program)) = uploader() else { return };
    let path = kit.folder.join("report.json");
    run(kit.command(program).arg("none").env("STUB_CUDA_REPORT", &path));
    let report: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(report["bytes_to_devices"], 3_000_017);
    assert_eq!(report["device_bytes_peak"], 3_000_017);
    assert_eq!(report["primary_retains"], serde_json::json!([0, 0]));
    assert_eq!(report["violations"], serde_json::json!([]));
    assert_eq!(report["calls"]["cuMemcpyHtoDAsync_v2"], 61);
    let calls = report["calls"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    assert_eq!(report["calls_in_all"], calls);
}

/// Every program of the folder is compiled by some test.
#[test]
fn no_source_is_forgotten() {
    let listed: Vec<_> = UPLOADER.iter().chain(LOADING).chain(RULES).map(|name| Path::new(BUGS).join(name)).collect();
    for source in sources(BUGS) {
        assert!(listed.contains(&source), "{source:?}");
    }
}
