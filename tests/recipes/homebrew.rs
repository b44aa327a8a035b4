//! The formula for Homebrew, run with a stand-in for Homebrew: `homebrew.rb`.

use std::process::Command;

use super::common::{empty_folder, run, tools};
use super::{consume, installed, quickly, source, without_registry};

#[test]
fn the_formula_builds_the_archive_and_passes_its_own_test() {
    // It waits for the first build, which is that of the same files.
    let Some(_) = installed() else { return };
    if !tools(&["ruby"]) {
        return;
    }
    let source = source().unwrap();
    let folder = empty_folder("recipes-homebrew");
    let prefix = folder.join("prefix");
    run(Command::new("tar").arg("--extract").arg("--file").arg(&source.archive).arg("--directory").arg(&folder));
    let mut ruby = Command::new("ruby");
    ruby.args(["-w", "tests/recipes/homebrew.rb"]).arg(source.recipes.join("homebrew/weighbridge.rb"));
    ruby.arg(&source.archive).arg(folder.join(super::NAME)).arg(&prefix).arg("-GNinja").args(quickly(source));
    run(without_registry(&mut ruby));
    consume("recipes-homebrew-consumer", &prefix);
    assert!(prefix.join("share/man/man1/weighbridge.1").is_file());
}
