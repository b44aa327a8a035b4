//! Directories that are opened for the files of a list alone.

use std::fs::{self, Permissions};
use std::ops::ControlFlow;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use weighbridge::verify::{Outcome, Report, VerifyOptions};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, OpenOptions, Policy, Repository, Result};

use super::{DIFFUSERS, files, options, plant, repository};
use crate::privileges::without_privileges;

fn open_listed(path: &Path, manifest: Option<&str>) -> Result<Repository> {
    let manifest = manifest.map(|text| text.as_bytes().to_vec());
    Repository::open_listed(path, &OpenOptions { manifest, ..options(Policy::Required) }, &Context::new())
}

fn verify(repository: &Repository) -> Report {
    let options = VerifyOptions { only_listed: true, ..VerifyOptions::default() };
    repository.verify_with(options, |_| ControlFlow::Continue(())).unwrap()
}

/// Both kinds of lists, of a directory in which names can be looked up and not listed.
#[test]
fn a_list_needs_no_listing_of_the_directory() {
    let root = plant(DIFFUSERS);
    let manifests = Manifests::of_repository(&repository(root.path()), |_| ControlFlow::Continue(())).unwrap();
    symlink("gone", root.path().join("dead")).unwrap();
    let folders = ["", "unet", "vae", "text_encoder", "scheduler"].map(|folder| root.path().join(folder));
    let permit = |mode| folders.iter().for_each(|it| fs::set_permissions(it, Permissions::from_mode(mode)).unwrap());
    let lists = [manifests.checksums(), manifests.record().unwrap()];
    let listed = DIFFUSERS.len() - 1;
    permit(0o311);
    without_privileges(|| {
        for list in &lists {
            let repository = open_listed(root.path(), Some(list)).unwrap();
            let report = verify(&repository);
            assert_eq!((report.len(), files(&report, Outcome::Match).len()), (listed, listed), "{report:?}");
            assert!(repository.notes().is_empty() && report.notes().is_empty(), "{:?}", repository.notes());
            report.verdict(Policy::Required).unwrap();
        }
        // Contents may have any name.
        let of_contents = r#"{"schemaVersion":2,"layers":[]}"#;
        assert_eq!(open_listed(root.path(), Some(of_contents)).err().unwrap().kind(), Kind::Io);
    });
    permit(0o755);
    fs::remove_file(root.path().join("unet/config.json")).unwrap();
    for list in &lists {
        let report = verify(&open_listed(root.path(), Some(list)).unwrap());
        assert_eq!(files(&report, Outcome::Mismatch), ["unet/config.json"]);
    }
    // Whoever asks for all files gets them.
    let report = open_listed(root.path(), Some(&lists[0])).unwrap().verify().unwrap();
    assert_eq!(files(&report, Outcome::Uncovered), ["dead"]);
    assert_eq!(files(&report, Outcome::Match).len(), listed - 1);
}

#[test]
fn a_list_has_to_be_given_and_a_directory() {
    let root = plant(&["a.safetensors"]);
    assert_eq!(open_listed(root.path(), None).err().unwrap().kind(), Kind::InvalidArgument);
    let error = open_listed(&root.path().join("a.safetensors"), Some("")).err().unwrap();
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
}
