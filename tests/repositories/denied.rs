//! Files and folders that nobody may read: they are told, and stop nothing that does not need them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use weighbridge::verify::{Outcome, Subject};
use weighbridge::write::Manifests;
use weighbridge::{Kind, Model, Policy};

use crate::privileges::without_privileges;
use crate::{SENTENCE_TRANSFORMERS, files, options, plant};

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn open(path: &Path) -> Model {
    Model::open(path, &options(Policy::IfPresent), &weighbridge::Context::new()).unwrap()
}

/// The reason of the only line about a file.
fn reason(report: &weighbridge::Report, name: &str) -> String {
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
