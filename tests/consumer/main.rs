//! The library as other projects get it: built and installed by CMake, moved elsewhere, and found there.
//!
//! The programs in `tests/consumer` are built in every way that the package offers, and have to count the tensors of a
//! model. All of it happens in the folder that cargo keeps for tests.

#[path = "../common/mod.rs"]
mod common;
mod libraries;
mod packages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use common::{attempt, configure, empty_folder, run, tools};

const MODEL: &str = "tests/golden/tiny-llama";
const SOURCES: &str = "tests/consumer";

struct Package {
    /// Where CMake built it.
    build: PathBuf,
    /// Where it is now: not where it was installed.
    prefix: PathBuf,
    /// The folder of the libraries, below the prefix.
    libraries: String,
}

impl Package {
    fn folder(&self) -> PathBuf {
        self.prefix.join(&self.libraries)
    }

    fn library(&self) -> PathBuf {
        self.folder().join("libweighbridge.so")
    }

    fn archive(&self) -> PathBuf {
        self.folder().join("libweighbridge.a")
    }

    /// `pkg-config --cflags --libs`, and a way to find the shared library when the program runs.
    fn flags(&self, arguments: &[&str]) -> Vec<String> {
        let mut pkg_config = Command::new("pkg-config");
        pkg_config.args(["--cflags", "--libs"]).args(arguments);
        let flags = run(pkg_config.env("PKG_CONFIG_PATH", self.folder().join("pkgconfig")));
        flags.split_whitespace().map(str::to_owned).chain([self.rpath()]).collect()
    }

    /// What a compiler is told that knows nothing but the folders.
    fn plain_flags(&self) -> Vec<String> {
        let (prefix, folder) = (self.prefix.display(), self.folder());
        let folders = [format!("-I{prefix}/include"), format!("-L{}", folder.display())];
        folders.into_iter().chain(["-lweighbridge".to_owned(), self.rpath()]).collect()
    }

    fn rpath(&self) -> String {
        format!("-Wl,-rpath,{}", self.folder().display())
    }
}

/// Builds, installs and moves the package, once for all tests. Without the tools, the test is skipped.
fn package() -> Option<&'static Package> {
    static PACKAGE: OnceLock<Package> = OnceLock::new();
    tools(&["cmake", "ninja", "cc", "c++", "readelf"]).then(|| PACKAGE.get_or_init(build_package))
}

fn build_package() -> Package {
    let folder = empty_folder("package");
    let (build, installed, prefix) = (folder.join("build"), folder.join("installed"), folder.join("moved"));
    let mut configure = configure(Path::new("."), &build);
    configure.arg(format!("-DCMAKE_INSTALL_PREFIX={}", installed.display())).arg("-DCMAKE_INSTALL_LIBDIR=lib");
    run(configure.arg("-DWEIGHBRIDGE_COMMAND=ON"));
    run(Command::new("cmake").arg("--build").arg(&build));
    run(Command::new("cmake").arg("--install").arg(&build));
    fs::rename(installed, &prefix).unwrap();
    Package { build, prefix, libraries: "lib".to_owned() }
}

/// Builds the project in `tests/consumer` and runs its programs; returns the folder that they are in.
fn consume(name: &str, arguments: &[String]) -> PathBuf {
    let build = empty_folder(name);
    run(configure(Path::new(SOURCES), &build).args(arguments));
    run(Command::new("cmake").arg("--build").arg(&build));
    counts(&build.join("count_c"));
    counts(&build.join("count_cpp"));
    build
}

/// A compiler, what it is told, and a program for it.
type Language = (&'static str, &'static str, &'static str);

const C: Language = ("cc", "-std=c99", "count.c");
const CPP: Language = ("c++", "-std=c++17", "count.cpp");

/// Compiles a program of `tests/consumer` by hand and runs it.
fn compile((compiler, standard, source): Language, program: &Path, flags: &[String]) {
    run(Command::new(compiler).arg(standard).arg(Path::new(SOURCES).join(source)).arg("-o").arg(program).args(flags));
    counts(program);
}

/// The program sees as many tensors as the model's own tools do.
fn counts(program: &Path) {
    let expected = fs::read_to_string(format!("{MODEL}.expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let tensors = expected["tensors"].as_array().unwrap().len();
    assert_eq!(run(Command::new(program).arg(MODEL)), format!("{tensors} tensors\n"));
}

/// What the dynamic linker is told about a program or library.
fn dynamic_section(file: &Path) -> String {
    run(Command::new("readelf").arg("-dW").arg(file))
}

fn needs_the_shared_library(program: &Path) -> bool {
    dynamic_section(program).contains("Shared library: [libweighbridge.so.0]")
}

#[test]
fn found_by_cmake() {
    let Some(package) = package() else { return };
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", package.prefix.display());
    let build = consume("find-shared", &[prefix]);
    assert!(needs_the_shared_library(&build.join("count_c")));
    assert!(needs_the_shared_library(&build.join("count_cpp")));
}

#[test]
fn found_by_cmake_as_a_static_library() {
    let Some(package) = package() else { return };
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", package.prefix.display());
    let build = consume("find-static", &[prefix, "-DWEIGHBRIDGE_USE_STATIC=ON".to_owned()]);
    assert!(!needs_the_shared_library(&build.join("count_c")));
    assert!(!needs_the_shared_library(&build.join("count_cpp")));
}

#[test]
fn licences_notices_and_suppressions_are_installed() {
    let Some(package) = package() else { return };
    for name in ["doc/weighbridge/LICENSE-MIT", "doc/weighbridge/LICENSE-APACHE", "doc/weighbridge/NOTICES.md"] {
        assert!(package.prefix.join("share").join(name).is_file(), "{name}");
    }
    let installed = fs::read_to_string(package.prefix.join("share/weighbridge/tsan.supp")).unwrap();
    assert_eq!(installed, fs::read_to_string("cmake/tsan.supp").unwrap());
}

#[test]
fn the_command_is_installed_with_its_manual_and_completions() {
    let Some(package) = package() else { return };
    let said = run(Command::new(package.prefix.join("bin/weighbridge")).args(["inspect", MODEL]));
    assert!(said.starts_with("safetensors: 39 tensors"), "{said}");
    for name in [
        "man/man1/weighbridge.1",
        "man/man1/weighbridge-inspect.1",
        "bash-completion/completions/weighbridge",
        "zsh/site-functions/_weighbridge",
        "fish/vendor_completions.d/weighbridge.fish",
    ] {
        let text =
            fs::read_to_string(package.prefix.join("share").join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(text.contains("weighbridge"), "{name}: {text}");
    }
}

#[test]
fn refused_by_cmake_if_another_version_is_wanted() {
    let Some(package) = package() else { return };
    for version in ["0.2", "0.0", "1.0"] {
        let mut cmake = configure(Path::new(SOURCES), &empty_folder("find-another"));
        cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", package.prefix.display())).arg(format!("-DWANTED={version}"));
        let output = attempt(&mut cmake);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && complaint.contains("compatible with requested version"), "{complaint}");
    }
}

#[test]
fn built_as_part_of_another_project() {
    // It waits for the package because both use one folder of cargo's.
    let Some(_) = package() else { return };
    for (name, use_static) in [("subdirectory-shared", "OFF"), ("subdirectory-static", "ON")] {
        let source = format!("-DWEIGHBRIDGE_SOURCE={}", env!("CARGO_MANIFEST_DIR"));
        let build = consume(name, &[source, format!("-DWEIGHBRIDGE_USE_STATIC={use_static}")]);
        assert_eq!(needs_the_shared_library(&build.join("count_cpp")), use_static == "OFF");
    }
}

#[test]
fn found_by_pkg_config() {
    let Some(package) = package() else { return };
    if !tools(&["pkg-config"]) {
        return;
    }
    let folder = empty_folder("pkg-config");
    for (name, arguments, shared) in [
        ("shared", &["weighbridge"][..], true),
        ("shared-all", &["--static", "weighbridge"], true),
        ("static", &["weighbridge-static"], false),
        ("static-all", &["--static", "weighbridge-static"], false),
    ] {
        let flags = package.flags(arguments);
        for language in [C, CPP] {
            let program = folder.join(format!("{name}-{}", language.0));
            compile(language, &program, &flags);
            assert_eq!(needs_the_shared_library(&program), shared, "{}", program.display());
        }
    }
}

#[test]
fn found_by_a_compiler_alone() {
    let Some(package) = package() else { return };
    compile(C, &empty_folder("compiler").join("count"), &package.plain_flags());
}

#[test]
fn a_second_build_does_nothing() {
    let Some(package) = package() else { return };
    let said = run(Command::new("cmake").arg("--build").arg(&package.build));
    assert!(!said.contains("Generating"), "{said}");
}
