//! The source archive itself.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::common::{empty_folder, run};
use super::{NAME, consume, installed, make_archive, source};

/// What `tar` lists of the archive.
fn list(options: &[&str]) -> Option<Vec<String>> {
    let archive = &source()?.archive;
    let listed = run(Command::new("tar").arg("--list").args(options).arg("--file").arg(archive));
    Some(listed.lines().map(str::to_owned).collect())
}

#[test]
fn it_is_the_same_when_it_is_made_again() {
    let Some(source) = source() else { return };
    let again = make_archive(&empty_folder("recipes-again"));
    assert!(fs::read(&source.archive).unwrap() == fs::read(again).unwrap());
}

#[test]
fn its_entries_are_sorted_have_one_date_and_no_owner() {
    let Some(lines) = list(&["--verbose", "--numeric-owner", "--full-time", "--utc"]) else { return };
    // Permissions, owner, size, date, time and name.
    let columns = lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let columns: Vec<_> = columns.inspect(|columns| assert_eq!(columns.len(), 6, "{columns:?}")).collect();
    let date = &columns[0][3..5];
    assert!(date[0] > "2025", "{date:?}");
    assert!(columns.iter().all(|columns| columns[1] == "0/0" && &columns[3..5] == date));
    assert!(columns.iter().all(|columns| ["-rw-r--r--", "-rwxr-xr-x"].contains(&columns[0])));
    // By their parts, as the folders of a sorted tree are.
    let parts: Vec<Vec<_>> = columns.iter().map(|columns| columns[5].split('/').collect()).collect();
    assert!(parts.is_sorted() && parts.iter().all(|parts| parts[0] == NAME));
}

#[test]
fn it_has_all_crates_of_the_lock_file_and_whole_those_that_are_compiled() {
    let Some(names) = list(&[]) else { return };
    let lock = fs::read_to_string(source().unwrap().folder.join("Cargo.lock")).unwrap();
    assert_eq!(lock, fs::read_to_string("Cargo.lock").unwrap());
    let value = |entry: &str, key: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")).map(str::to_owned))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let entries = lock.split("[[package]]").filter(|entry| value(entry, "checksum").is_some());
    let locked = entries.map(|entry| format!("{}-{}", value(entry, "name").unwrap(), value(entry, "version").unwrap()));
    let vendor = format!("{NAME}/vendor/");
    let vendored = names.iter().filter_map(|name| name.strip_prefix(&vendor)?.split('/').next().map(str::to_owned));
    let locked: BTreeSet<_> = locked.collect();
    assert_eq!(vendored.collect::<BTreeSet<_>>(), locked);

    let files_of = |name: &str| {
        let crates: Vec<_> = locked.iter().filter(|locked| locked.rsplit_once('-').unwrap().0 == name).collect();
        assert!(!crates.is_empty(), "{name}");
        names.iter().filter(|file| crates.iter().any(|one| file.starts_with(&format!("{vendor}{one}/")))).count()
    };
    for compiled in ["blake3", "serde_json", "rustix", "clap"] {
        assert!(files_of(compiled) > 10, "{compiled}");
    }
    for not_compiled in ["cbindgen", "safetensors", "protox"] {
        assert_eq!(files_of(not_compiled), 3, "{not_compiled}");
    }
}

#[test]
fn cmake_builds_it_without_a_registry_and_installs_a_package() {
    let Some(prefix) = installed() else { return };
    consume("recipes-consumer", prefix);
}
