//! The package for Python: its tests with the library in each place where it is looked for, and its wheels.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{attempt, empty_folder, run};
use crate::{GOLDEN, installed, python, with_library};

const PACKAGE: &str = "bindings/python";

/// Runs the tests in Python of a package that lies in this folder.
fn test_python(command: &mut Command, python: &str, package: &Path) {
    let golden = fs::canonicalize(GOLDEN).unwrap();
    command.arg(format!("WEIGHBRIDGE_GOLDEN={}", golden.display()));
    command.arg(format!("PYTHONPATH={}", package.display())).arg("PYTHONDONTWRITEBYTECODE=1");
    run(command.args([python, "bindings/python/tests/test_weighbridge.py"]));
}

/// Builds a wheel, with these variables, and unpacks it into an empty folder of this name, whose path it returns with that of the wheel.
fn install_wheel(name: &str, python: &str, variables: &[String]) -> (PathBuf, String) {
    let folder = empty_folder(name);
    let pip = |command: &mut Command, arguments: &[&str], paths: &[&Path]| {
        let quiet = ["-m", "pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir"];
        run(command.arg(python).args(quiet).args(arguments).args(paths));
    };
    let build = ["wheel", "--no-build-isolation", "--no-deps", "--wheel-dir"];
    pip(Command::new("env").arg("PYTHONDONTWRITEBYTECODE=1").args(variables), &build, &[&folder, Path::new(PACKAGE)]);
    let wheel = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let installed = folder.join("installed");
    pip(&mut Command::new("env"), &["install", "--no-index", "--no-deps", "--target"], &[&installed, &wheel]);
    (installed, wheel.file_name().unwrap().to_str().unwrap().to_owned())
}

#[test]
fn python_finds_the_library_of_the_dynamic_linker() {
    let Some(python) = python() else { return };
    let (package, wheel) = install_wheel("bindings-wheel", python, &[]);
    assert_eq!(wheel, format!("weighbridge-{}-py3-none-any.whl", env!("CARGO_PKG_VERSION")));
    test_python(&mut with_library(), python, &package);
}

#[test]
fn python_finds_the_library_in_its_wheel() {
    let Some(python) = python() else { return };
    let bundle = format!("WEIGHBRIDGE_BUNDLE={}", installed().join("libweighbridge.so").display());
    let (package, wheel) = install_wheel("bindings-bundle", python, &[bundle]);
    assert!(wheel.contains("-py3-none-linux_"), "{wheel}");
    test_python(&mut Command::new("env"), python, &package);
}

#[test]
fn python_finds_the_library_of_the_variable() {
    let Some(python) = python() else { return };
    let sources = Path::new(PACKAGE).join("src");
    let library = |path: &Path| format!("WEIGHBRIDGE_LIBRARY={}", path.display());
    let mut import = Command::new("env");
    import.arg(format!("PYTHONPATH={}", sources.display())).arg("PYTHONDONTWRITEBYTECODE=1");
    test_python(Command::new("env").arg(library(&installed().join("libweighbridge.so"))), python, &sources);
    let output = attempt(import.arg(library(Path::new("/missing.so"))).args([python, "-c", "import weighbridge"]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("ImportError: cannot load the library of Weighbridge: /missing.so: cannot open"), "{said}");
    assert!(said.contains("; set WEIGHBRIDGE_LIBRARY to the path of libweighbridge.so"), "{said}");
}
