//! The manual pages and the completions, which are made from the description of the command line.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{command, fails, good, names, path, run, succeeds, text};

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = good(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

/// Makes the pages in an empty folder, at this time and in this zone.
fn pages(epoch: Option<&str>, zone: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&["man", path(folder.path())]);
    succeeds(command.envs(epoch.map(|epoch| ("SOURCE_DATE_EPOCH", epoch))).env("TZ", zone));
    let read = |name: String| (name.clone(), fs::read_to_string(folder.path().join(name)).unwrap());
    names(folder.path()).into_iter().map(read).collect()
}

fn title(page: &str) -> &str {
    page.lines().find(|line| line.starts_with(".TH ")).unwrap()
}

#[test]
fn there_is_a_page_for_every_command() {
    let pages = pages(None, "UTC");
    let commands = commands();
    assert!(commands.len() > 8 && commands.contains(&"completions".to_owned()), "{commands:?}");
    let mut expected: Vec<_> = commands.iter().map(|command| format!("weighbridge-{command}.1")).collect();
    expected.push("weighbridge.1".to_owned());
    expected.sort();
    assert_eq!(pages.iter().map(|(name, _)| name).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    let version = env!("CARGO_PKG_VERSION");
    for (name, page) in &pages {
        let title = title(page);
        let of = name.strip_suffix(".1").unwrap();
        assert_eq!(title.trim_end(), format!(".TH {of} 1 \" \" \"weighbridge {version}\""));
    }
    let (_, load) = pages.iter().find(|(name, _)| name == "weighbridge-load.1").unwrap();
    assert!(load.contains("max\\-header\\-bytes") && load.contains("GLOB:DIM:RANK/WORLD"), "{load}");
}

/// The date is the one that the builder states, wherever and whenever the pages are made.
#[test]
fn pages_depend_on_nothing_but_the_sources_and_the_stated_date() {
    let undated = pages(None, "UTC");
    assert_eq!(undated, pages(None, "Pacific/Kiritimati"));
    assert!(undated.iter().all(|(_, page)| !title(page).contains("20")), "{undated:?}");
    let dated = pages(Some("1709164800"), "UTC");
    assert_eq!(dated, pages(Some("1709164800"), "Pacific/Kiritimati"));
    assert!(dated.iter().all(|(_, page)| title(page).contains(" 1 2024-02-29 ")));
    let wrong = fails(2, command(&["man", "."]).env("SOURCE_DATE_EPOCH", "yesterday"));
    assert!(wrong.contains("SOURCE_DATE_EPOCH is \"yesterday\": expected the seconds since 1970"), "{wrong}");
}

#[test]
fn every_shell_completes_commands_and_options() {
    for (shell, begin) in [
        ("bash", "_weighbridge() {"),
        ("zsh", "#compdef weighbridge"),
        ("fish", "# Print an optspec"),
        ("powershell", "\nusing namespace System.Management.Automation"),
        ("elvish", "\nuse builtin;"),
    ] {
        let script = good(&["completions", shell]);
        assert!(script.starts_with(begin), "{shell}: {script}");
        for word in commands().iter().map(String::as_str).chain(["max-header-bytes", "digests", "verbose"]) {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
        check_syntax(shell, &script);
    }
    assert_eq!(run(&["completions", "cmd"]).status.code(), Some(2));
}

/// Has the shell itself read the script, where it is there.
fn check_syntax(shell: &str, script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script");
    fs::write(&file, script).unwrap();
    let is_there = std::env::split_paths(&std::env::var_os("PATH").unwrap()).any(|path| path.join(shell).is_file());
    if is_there && ["bash", "zsh", "fish"].contains(&shell) {
        let output = Command::new(shell).arg("-n").arg(&file).output().unwrap();
        assert!(output.status.success(), "{shell}: {}", text(&output.stderr));
    }
}

/// What bash would propose after these words.
#[test]
fn bash_proposes_what_can_follow() {
    let Some(bash) = crate::tools::tool("bash") else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, good(&["completions", "bash"])).unwrap();
    let proposals = |words: &[&str]| {
        let (last, count) = (words.last().unwrap(), words.len() - 1);
        let before = words[count - 1];
        let words = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
        let line = format!(
            "source '{}'; COMP_WORDS=({words}); COMP_CWORD={count}; _weighbridge weighbridge '{last}' '{before}'; \
             echo \"${{COMPREPLY[@]}}\"",
            path(&script)
        );
        text(&Command::new(&bash).args(["--norc", "-c", &line]).output().unwrap().stdout)
    };
    assert_eq!(proposals(&["weighbridge", "ins"]), "inspect\n");
    assert_eq!(proposals(&["weighbridge", "verify", "--pol"]), "--policy\n");
    assert_eq!(proposals(&["weighbridge", "verify", "--policy", ""]), "none if-present required\n");
}

#[test]
fn pages_that_cannot_be_written_are_an_error() {
    let missing = Path::new("no/such/folder");
    let line = fails(2, &mut command(&["man", path(missing)]));
    assert!(line.contains("no/such/folder"), "{line}");
}
