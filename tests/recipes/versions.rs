//! The recipes build this version, from where its archive will be.

use std::fs;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Each recipe, and how it states the version and the URL of the archive. Those of vcpkg contain a variable.
const STATED: &[(&str, &[&str])] = &[
    ("conan/conanfile.py", &["    version = \"VERSION\"\n", "    homepage = \"REPOSITORY\"\n"]),
    ("conan/conandata.yml", &["  \"VERSION\":\n", "    url: \"REPOSITORY/releases/download/vVERSION/ARCHIVE\"\n"]),
    ("../docs/packaging.md", &["  URL REPOSITORY/releases/download/vVERSION/ARCHIVE\n"]),
    (
        "homebrew/weighbridge.rb",
        &["  url \"REPOSITORY/releases/download/vVERSION/ARCHIVE\"\n", "  homepage \"REPOSITORY\"\n"],
    ),
    ("vcpkg/weighbridge/vcpkg.json", &["  \"version\": \"VERSION\",\n", "  \"homepage\": \"REPOSITORY\",\n"]),
    (
        "vcpkg/weighbridge/portfile.cmake",
        &["  URLS \"REPOSITORY/releases/download/v${VERSION}/weighbridge-${VERSION}.tar.gz\"\n"],
    ),
];

#[test]
fn the_recipes_state_the_version_and_the_place_of_the_release() {
    for (file, stated) in STATED {
        let text = fs::read_to_string(format!("packaging/{file}")).unwrap();
        for line in *stated {
            let line = if line.contains("${VERSION}") { (*line).to_owned() } else { line.replace("VERSION", VERSION) };
            let line = line.replace("REPOSITORY", env!("CARGO_PKG_REPOSITORY"));
            let line = line.replace("ARCHIVE", &format!("weighbridge-{VERSION}.tar.gz"));
            assert!(text.contains(&line), "packaging/{file} lacks {line}{text}");
        }
    }
}

#[test]
fn the_recipes_describe_the_library_as_cmake_does() {
    let cmake = fs::read_to_string("CMakeLists.txt").unwrap();
    let (_, rest) = cmake.split_once("DESCRIPTION \"").unwrap();
    let description = rest.split('"').next().unwrap();
    for file in ["conan/conanfile.py", "homebrew/weighbridge.rb", "vcpkg/weighbridge/vcpkg.json"] {
        let text = fs::read_to_string(format!("packaging/{file}")).unwrap();
        assert!(text.contains(&format!("\"{description}\"")), "{file}");
    }
}
