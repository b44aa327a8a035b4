//! Files and folders that nobody may read: they are told, and stop nothing that does not need them.

use std::fs::{self, Permissions};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use weighbridge::verify::{Outcome, Subject, VerifyOptions};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, Policy, Report, Repository};

use super::{DIFFUSERS, SENTENCE_TRANSFORMERS, files, options, plant, repository};
use crate::privileges::without_privileges;

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn open(path: &Path) -> Model {
    Model::open(path, &options(Policy::IfPresent), &Context::new()).unwrap()
}

/// The reason of the only line about a file.
fn reason(report: &Report, name: &str) -> String {
    let lines: Vec<_> = report.iter().filter(|line| line.subject == Subject::File(name)).collect();
    let [line] = &lines[..] else { panic!("{name}: {lines:?}") };
    line.reason().unwrap_or_default().to_owned()
}

#[test]
fn a_file_that_nobody_may_read_has_a_line() {
    let root = plant(SENTENCE_TRANSFORMERS);
    let sums = Manifests::of(&open(root.path())).unwrap().checksums();
    fs::write(root.path().join("SHA256SUMS"), sums).unwrap();
    for name in ["notes", "1_Pooling/notes"] {
        fs::write(root.path().join(name), "x").unwrap();
        permit(&root.path().join(name), 0);
    }
    without_privileges(|| {
        let model = open(root.path());
        let report = model.verify().unwrap();
        assert_eq!(files(&report, Outcome::Uncovered), ["1_Pooling/notes", "notes"]);
        assert!(reason(&report, "notes").contains("Permission denied"), "{report:?}");
        report.verdict(Policy::Required).unwrap();
        // A manifest that leaves it out would be taken for complete.
        let error = Manifests::of(&model).err().unwrap();
        assert_eq!(error.kind(), Kind::Io);
        assert!(error.to_string().contains("/notes: cannot open the file: Permission denied"), "{error}");
    });
}

#[test]
fn a_listed_file_that_nobody_may_read_is_a_mismatch() {
    let root = plant(SENTENCE_TRANSFORMERS);
    let sums = Manifests::of(&open(root.path())).unwrap().checksums();
    fs::write(root.path().join("SHA256SUMS"), sums).unwrap();
    permit(&root.path().join("config.json"), 0);
    without_privileges(|| {
        let report = open(root.path()).verify().unwrap();
        assert_eq!(files(&report, Outcome::Mismatch), ["config.json"]);
        assert!(reason(&report, "config.json").contains("Permission denied"), "{report:?}");
    });
}

/// As a volume has one, which only root may list: what lies in it is no part of any model.
#[test]
fn a_folder_that_nobody_may_list_is_told_and_stops_nothing() {
    for (mode, names) in [(0, &[][..]), (0o444, &["lost+found/file", "lost+found/sub/file"])] {
        for folder in ["", "unet/"] {
            let root = plant(DIFFUSERS);
            let lost = root.path().join(folder).join("lost+found");
            fs::create_dir(&lost).unwrap();
            for name in names {
                let path = root.path().join(folder).join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "x").unwrap();
            }
            let name = format!("{folder}lost+found");
            permit(&lost, mode);
            without_privileges(|| assert_told(&repository(root.path()), &name));
            permit(&lost, 0o755);
        }
    }
}

/// The folder is named by all that goes through the folders of a directory, and the rest is there.
fn assert_told(repository: &Repository, folder: &str) {
    let survey = repository.survey().unwrap();
    assert_eq!(survey.models.len(), 3);
    let [note] = &survey.notes[..] else { panic!("{:?}", survey.notes) };
    assert_eq!((note.rule, &*note.path), ("model.folder.unlisted", folder));
    assert!(note.message.starts_with("cannot list the directory: Permission denied"), "{note:?}");

    let manifests = Manifests::of_repository(repository, |_| ControlFlow::Continue(())).unwrap();
    let [left_out] = manifests.left_out() else { panic!("{:?}", manifests.left_out()) };
    assert!(left_out.to_string().contains(&format!("{folder}: cannot list the directory")), "{left_out}");
    let root = repository.directory().unwrap();
    fs::write(root.join("SHA256SUMS"), manifests.checksums()).unwrap();

    let report = super::repository(&root).verify().unwrap();
    assert_eq!(files(&report, Outcome::Uncovered), [folder]);
    assert!(reason(&report, folder).contains("cannot list the directory: Permission denied"), "{report:?}");
    report.verdict(Policy::Required).unwrap();
    let strict = VerifyOptions { refuses_extra: true, ..VerifyOptions::default() };
    let strict = super::repository(&root).verify_with(strict, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(strict.verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Unverified);
}

#[test]
fn the_folders_of_a_model_may_be_such_that_nobody_may_list_them() {
    let root = plant(&["model.safetensors", "private/model.safetensors"]);
    permit(&root.path().join("private"), 0);
    without_privileges(|| {
        let model = open(root.path());
        let survey = model.survey().unwrap();
        assert_eq!((survey.models.len(), survey.notes.len()), (1, 1));
        assert_eq!(files(&model.verify().unwrap(), Outcome::Uncovered), ["model.safetensors", "private"]);
    });
    // Where there is no model, it may lie in there.
    fs::remove_file(root.path().join("model.safetensors")).unwrap();
    without_privileges(|| {
        let error = Model::open(root.path(), &options(Policy::None), &Context::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(error.message().contains("of its folder \"private\": cannot list the directory"), "{error}");
    });
    // Of the directory itself something has to be known.
    permit(root.path(), 0o311);
    without_privileges(|| {
        let error = Model::open(root.path(), &options(Policy::None), &Context::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::Io);
    });
    permit(root.path(), 0o755);
    permit(&root.path().join("private"), 0o755);
}

/// One line for each file, also if a manifest lists what is no file.
#[test]
fn what_is_no_file_and_listed_has_one_line() {
    let root = plant(&["model.safetensors"]);
    fs::create_dir(root.path().join("folder")).unwrap();
    permit(&root.path().join("folder"), 0);
    assert!(Command::new("mkfifo").arg(root.path().join("pipe")).status().unwrap().success());
    let lines = ["folder", "pipe"].map(|name| format!("{}  {name}\n", "0".repeat(64)));
    fs::write(root.path().join("SHA256SUMS"), lines.concat()).unwrap();
    without_privileges(|| {
        let report = open(root.path()).verify().unwrap();
        assert_eq!(files(&report, Outcome::Mismatch), ["folder", "pipe"]);
    });
}

/// What tools keep of a directory may lie in such folders, too: then it is not used, and that is told.
#[test]
fn folders_of_records_that_nobody_may_list_are_told() {
    for (files, folder) in [
        (&["blobs/sha256-0", "manifests/registry/latest"][..], "manifests/registry"),
        (&[".git/lfs/objects/ab/cd"], ".git/lfs/objects/ab"),
        (&[".cache/huggingface/download/unet/config.json.metadata"], ".cache/huggingface/download/unet"),
    ] {
        let root = plant(files);
        permit(&root.path().join(folder), 0);
        without_privileges(|| {
            let repository = repository(root.path());
            let [note] = repository.notes() else { panic!("{folder}: {:?}", repository.notes()) };
            assert_eq!((note.rule, &*note.path), ("model.manifest.unreadable", folder));
            assert!(note.message.starts_with("cannot list the directory: Permission denied"), "{note}");
        });
        permit(&root.path().join(folder), 0o755);
    }
}
