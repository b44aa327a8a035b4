//! What cpack makes: an archive, and packages for Debian, which are installed in a folder that stands for the system.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::common::{committed_symbols, configure, empty_folder, run, tools};
use super::{C, CPP, MODEL, Package, compile, consume, needs_the_shared_library, package};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const NAMES: [&str; 3] = ["libweighbridge0", "libweighbridge-dev", "weighbridge"];

/// Makes the packages of this kind from a build.
fn pack(kind: &str, build: &Path, folder: &Path) {
    let mut cpack = Command::new("cpack");
    run(cpack.args(["-G", kind, "--config"]).arg(build.join("CPackConfig.cmake")).arg("-B").arg(folder));
}

// ---- the archive

/// Makes the archive, once for all tests.
fn archive() -> Option<&'static PathBuf> {
    static ARCHIVE: OnceLock<PathBuf> = OnceLock::new();
    let package = package()?;
    tools(&["cpack", "tar"]).then(|| {
        ARCHIVE.get_or_init(|| {
            let folder = empty_folder("archive");
            pack("TGZ", &package.build, &folder);
            folder.join(format!("weighbridge-{VERSION}-linux-{}.tar.gz", std::env::consts::ARCH))
        })
    })
}

#[test]
fn the_archive_is_unpacked_anywhere() {
    let Some(archive) = archive() else { return };
    let prefix = empty_folder("unpacked");
    run(Command::new("tar").arg("-xf").arg(archive).arg("--strip-components=1").arg("-C").arg(&prefix));
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "NOTICES.md"] {
        assert!(prefix.join("share/doc/weighbridge").join(name).is_file(), "{name}");
    }
    inspects(&prefix.join("bin/weighbridge"));
    let build = consume("find-unpacked", &[format!("-DCMAKE_PREFIX_PATH={}", prefix.display())]);
    assert!(needs_the_shared_library(&build.join("count_c")));
}

#[test]
fn the_archive_is_fetched_by_cmake() {
    let Some(archive) = archive() else { return };
    let url = format!("-DWEIGHBRIDGE_ARCHIVE=file://{}", archive.display());
    let build = consume("fetch", &[url, "-DWEIGHBRIDGE_USE_STATIC=ON".to_owned()]);
    assert!(!needs_the_shared_library(&build.join("count_c")));
}

/// The command opens a model.
fn inspects(command: &Path) {
    let said = run(Command::new(command).args(["inspect", MODEL]));
    assert!(said.starts_with("safetensors: 39 tensors"), "{said}");
}

// ---- packages for Debian

/// The folder that holds the packages, which are made once for all tests.
fn debian() -> Option<&'static PathBuf> {
    static DEBIAN: OnceLock<PathBuf> = OnceLock::new();
    // It waits for the other build because both use one folder of cargo's.
    package()?;
    tools(&["cpack", "dpkg", "dpkg-deb", "dpkg-shlibdeps", "fakeroot", "file"]).then(|| {
        DEBIAN.get_or_init(|| {
            let folder = empty_folder("debian");
            let build = folder.join("build");
            run(configure(Path::new("."), &build).args(["-DCMAKE_INSTALL_PREFIX=/usr", "-DWEIGHBRIDGE_COMMAND=ON"]));
            run(Command::new("cmake").arg("--build").arg(&build));
            pack("DEB", &build, &folder);
            folder
        })
    })
}

fn architecture() -> String {
    run(Command::new("dpkg").arg("--print-architecture")).trim().to_owned()
}

/// Where Debian has the libraries of this architecture, below `/usr`.
fn libraries() -> String {
    format!("lib/{}", run(Command::new("cc").arg("-print-multiarch")).trim())
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}_{VERSION}_{}.deb", architecture()))
}

/// The paths of the files in a package, without directories.
fn contents(package: &Path) -> BTreeSet<String> {
    let listed = run(Command::new("dpkg-deb").arg("--contents").arg(package));
    let lines = listed.lines().filter(|line| !line.starts_with('d'));
    // A link is listed with what it points to.
    let paths = lines.map(|line| line.split_whitespace().nth(5).unwrap());
    paths.map(|path| path.trim_start_matches("./usr/").to_owned()).collect()
}

fn field(package: &Path, name: &str) -> String {
    run(Command::new("dpkg-deb").arg("--field").arg(package).arg(name)).trim().to_owned()
}

/// A file beside the contents of a package, for dpkg.
fn control(package: &Path, name: &str) -> String {
    run(Command::new("dpkg-deb").arg("--info").arg(package).arg(name))
}

#[test]
fn each_package_holds_its_part() {
    let Some(folder) = debian() else { return };
    let libraries = libraries();
    let [library, development, command] = NAMES.map(|name| contents(&file(folder, name)));
    for (name, contents) in NAMES.iter().zip([&library, &development, &command]) {
        for file in ["copyright", "NOTICES.md.gz", "changelog.gz"] {
            assert!(contents.contains(&format!("share/doc/{name}/{file}")), "{name}: {contents:?}");
        }
    }
    let shared: BTreeSet<_> = library.iter().filter(|path| !path.starts_with("share/doc/")).collect();
    let files = ["0", VERSION].map(|version| format!("{libraries}/libweighbridge.so.{version}"));
    assert_eq!(shared, files.iter().collect());

    let names =
        ["libweighbridge.so", "libweighbridge.a", "pkgconfig/weighbridge.pc", "pkgconfig/weighbridge-static.pc"];
    let names = names.into_iter().chain(["cmake/weighbridge/weighbridgeConfig.cmake"]);
    let expected = names.map(|name| format!("{libraries}/{name}"));
    for path in expected.chain(["include/weighbridge.h", "include/weighbridge.hpp"].map(str::to_owned)) {
        assert!(development.contains(&path), "{path}: {development:?}");
    }
    for path in ["bin/weighbridge", "share/man/man1/weighbridge.1.gz", "share/zsh/vendor-completions/_weighbridge"] {
        assert!(command.contains(path), "{path}: {command:?}");
    }
    let sum = library.len() + development.len() + command.len();
    assert_eq!([library, development, command].into_iter().flatten().collect::<BTreeSet<_>>().len(), sum);
}

#[test]
fn each_package_says_what_it_needs() {
    let Some(folder) = debian() else { return };
    let [library, development, command] = NAMES.map(|name| file(folder, name));
    assert_eq!(field(&development, "Depends"), format!("libweighbridge0 (= {VERSION})"));
    for package in [&library, &command] {
        let depends = field(package, "Depends");
        assert!(depends.contains("libc6 (>= 2.") && !depends.contains("weighbridge"), "{depends}");
    }
    assert_eq!(control(&library, "triggers"), "activate-noawait ldconfig\n");
    assert_eq!(control(&library, "shlibs").trim(), format!("libweighbridge 0 libweighbridge0 (>= {VERSION})"));
    let symbols = control(&library, "symbols");
    let mut lines = symbols.lines();
    assert_eq!(lines.next(), Some("libweighbridge.so.0 libweighbridge0 #MINVER#"));
    let named: BTreeSet<_> = lines.map(|line| line.split_once('@').unwrap().0.trim().to_owned()).collect();
    let committed = committed_symbols().into_iter().chain(["WB_0".to_owned()]);
    assert_eq!(named, committed.collect());
}

/// Installs the packages in a folder that stands for the system, which knows of the packages of the C library alone.
fn install(folder: &Path) -> Package {
    let root = empty_folder("root");
    let state = root.join("var/lib/dpkg");
    for name in ["info", "updates", "triggers"] {
        fs::create_dir_all(state.join(name)).unwrap();
    }
    fs::write(state.join("status"), run(Command::new("dpkg-query").args(["--status", "libc6", "libgcc-s1"]))).unwrap();
    // Scripts of packages would look for a shell in that folder.
    let mut dpkg = Command::new("fakeroot");
    dpkg.args(["dpkg", "--force-script-chrootless", "--log=/dev/null", "--root"]).arg(&root);
    run(dpkg.arg("--install").args(NAMES.map(|name| file(folder, name))));
    Package { build: folder.join("build"), prefix: root.join("usr"), libraries: libraries() }
}

#[test]
fn packages_are_installed_and_found() {
    let Some(folder) = debian() else { return };
    if !tools(&["pkg-config"]) {
        return;
    }
    let installed = install(folder);
    inspects(&installed.prefix.join("bin/weighbridge"));
    for use_static in ["OFF", "ON"] {
        let prefix = format!("-DCMAKE_PREFIX_PATH={}", installed.prefix.display());
        let build = consume("find-debian", &[prefix, format!("-DWEIGHBRIDGE_USE_STATIC={use_static}")]);
        assert_eq!(needs_the_shared_library(&build.join("count_cpp")), use_static == "OFF");
    }
    let programs = empty_folder("debian-programs");
    for (name, language, shared) in [("weighbridge", C, true), ("weighbridge-static", CPP, false)] {
        let program = programs.join(name);
        compile(language, &program, &installed.flags(&[name]));
        assert_eq!(needs_the_shared_library(&program), shared);
    }
    depends(folder, &programs);
}

/// The package of a program needs the version that brought the functions which it calls.
fn depends(folder: &Path, programs: &Path) {
    let library = programs.join("library");
    run(Command::new("dpkg-deb").arg("--raw-extract").arg(file(folder, NAMES[0])).arg(&library));
    fs::create_dir(programs.join("debian")).unwrap();
    fs::write(programs.join("debian/control"), "Source: programs\n\nPackage: programs\nArchitecture: any\n").unwrap();
    let mut shlibdeps = Command::new("dpkg-shlibdeps");
    shlibdeps.arg("-O").arg(format!("-S{}", library.display())).arg("weighbridge").current_dir(programs);
    let said = run(&mut shlibdeps);
    let depends = said.trim().strip_prefix("shlibs:Depends=").expect("no dependencies");
    assert!(depends.split(", ").any(|needed| needed == "libweighbridge0 (>= 0.1)"), "{said}");
}
