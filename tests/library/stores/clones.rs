//! Clones: the files that git-lfs keeps are those that it says they are.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use weighbridge::verify::{Anchor, Outcome};
use weighbridge::{Kind, Policy, Report};

use super::{
    ADAPTER, FIRST, Listed, OUTDATED, SECOND, Store, UNREADABLE, assert_match, assert_mismatch, assert_note,
    assert_uncovered, file_count, flip, load, open, spoil,
};

const SOURCE: &str = "git-lfs";

/// All that git-lfs keeps matches, and nothing is said of the other files.
fn assert_covers_its_own(store: &Store, report: &Report, files: usize) {
    let kept = store.files_of_lfs();
    kept.iter().for_each(|file| assert_match(report, file, SOURCE, Anchor::Beside));
    assert_eq!(file_count(report), files);
    let tensors = report.len() - files;
    let matches = report.iter().filter(|line| line.outcome == Outcome::Match);
    assert_eq!(matches.count(), kept.len() + tensors, "{report:?}");
}

#[test]
fn indices_of_every_version_say_which_files_git_lfs_keeps() {
    // Of the files those that are shown: hidden ones are not, and the sparse clone leaves out a folder.
    for (name, version, kept, files) in
        [("git-lfs", 2, 3, 7), ("git-lfs-sparse", 3, 2, 6), ("git-lfs-compressed", 4, 3, 7)]
    {
        let Some(store) = Store::unpack(name) else { return };
        assert_eq!((&store.expected["index_version"], store.files_of_lfs().len()), (&version.into(), kept), "{name}");
        let (report, notes) = store.verify();
        assert_covers_its_own(&store, &report, files);
        assert_eq!(notes, [], "{name}");
        report.verdict(Policy::IfPresent).unwrap();

        let model = store.model(Policy::Required).unwrap();
        load(&model).unwrap();
        let report = model.verify().unwrap();
        assert_covers_its_own(&store, &report, files);
        assert_eq!(model.notes(), [], "{name}");
        report.verdict(Policy::Required).unwrap();
    }
}

#[test]
fn a_file_that_is_opened_by_its_path_is_covered() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    for file in store.files_of_lfs().iter().filter(|file| file.path != ADAPTER) {
        let model = open(&store.at(&file.path), Policy::Required).unwrap();
        load(&model).unwrap();
        let report = model.verify().unwrap();
        assert_match(&report, file, SOURCE, Anchor::Beside);
        assert_eq!(file_count(&report), 1);
    }
}

#[test]
fn a_flipped_bit_is_a_mismatch() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    flip(&store.at(SECOND));
    assert_mismatch(&store.verify().0, SECOND, SOURCE, &["the bytes differ"]);
    for policy in [Policy::IfPresent, Policy::Required] {
        let model = store.model(policy).unwrap();
        let error = load(&model).unwrap_err();
        assert_eq!((error.kind(), error.to_string().contains(SECOND)), (Kind::Mismatch, true), "{error}");
        assert_mismatch(&model.verify().unwrap(), SECOND, SOURCE, &["the bytes differ"]);
    }
    let model = store.model(Policy::None).unwrap();
    load(&model).unwrap();
    assert_uncovered(&model.verify().unwrap(), SECOND);
}

#[test]
fn a_file_that_was_cut_or_removed_is_a_mismatch() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    spoil(&store.at(ADAPTER), |bytes| bytes.truncate(300));
    let words = ["has 300 bytes", "expects 312"];
    assert_mismatch(&store.verify().0, ADAPTER, SOURCE, &words);
    assert_mismatch(&store.model(Policy::IfPresent).unwrap().verify().unwrap(), ADAPTER, SOURCE, &words);

    fs::remove_file(store.at(ADAPTER)).unwrap();
    let words = ["it is missing", "git-lfs lists it"];
    assert_mismatch(&store.verify().0, ADAPTER, SOURCE, &words);
    let model = store.model(Policy::Required).unwrap();
    assert_mismatch(&model.verify().unwrap(), ADAPTER, SOURCE, &words);
    load(&model).unwrap();
}

/// Somebody wrote the file after git did, maybe on purpose: it may be loaded.
#[test]
fn a_file_that_was_modified_is_compared_when_asked() {
    let Some(store) = Store::unpack("git-lfs-modified") else { return };
    let (report, notes) = store.verify();
    assert_mismatch(&report, SECOND, SOURCE, &[]);
    assert_note(&notes, OUTDATED, SECOND, &["modified after git wrote it"]);
    store.files_of_lfs().iter().for_each(|file| assert_match(&report, file, SOURCE, Anchor::Beside));
    let model = store.model(Policy::IfPresent).unwrap();
    assert_note(model.notes(), OUTDATED, SECOND, &["modified after git wrote it"]);
    load(&model).unwrap();
    let model = store.model(Policy::Required).unwrap();
    assert_eq!(load(&model).unwrap_err().kind(), Kind::Mismatch);
    let model = store.model(Policy::None).unwrap();
    assert_eq!(model.notes(), []);
    load(&model).unwrap();
}

#[test]
fn only_whole_seconds_of_a_time_count() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let first = store.files_of_lfs().into_iter().find(|file| file.path == FIRST).unwrap();
    let file = File::options().write(true).open(store.at(FIRST)).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    let touch = |time: SystemTime| file.set_modified(time).unwrap();
    touch(written + Duration::from_millis(999));
    assert_eq!(store.verify().1, []);
    for other in [written + Duration::from_secs(1), written - Duration::from_secs(1)] {
        touch(other);
        let (report, notes) = store.verify();
        assert_match(&report, &first, SOURCE, Anchor::Beside);
        assert_note(&notes, OUTDATED, FIRST, &[]);
    }
}

#[test]
fn a_pointer_that_was_not_fetched_is_no_model() {
    let Some(store) = Store::unpack("git-lfs-pointer") else { return };
    let error = store.model(Policy::IfPresent).err().unwrap();
    assert!(error.to_string().contains("git lfs pull"), "{error}");
    let (report, notes) = store.verify();
    assert_covers_its_own(&store, &report, 7);
    assert_mismatch(&report, SECOND, "git-lfs", &["has 128 bytes", "expects 336"]);
    assert_eq!(notes, []);
}

/// The clone is the directory around it.
#[test]
fn a_model_in_a_folder_of_a_clone_is_verified() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let (folder, name) = ADAPTER.split_once('/').unwrap();
    let kept = store.files_of_lfs().into_iter().find(|file| file.path == ADAPTER).unwrap();
    for target in [folder, ADAPTER] {
        let model = open(&store.at(target), Policy::Required).unwrap();
        load(&model).unwrap();
        assert_match(
            &model.verify().unwrap(),
            &Listed { path: name.to_owned(), ..kept.clone() },
            SOURCE,
            Anchor::Beside,
        );
    }
    flip(&store.at(ADAPTER));
    assert_mismatch(
        &open(&store.at(folder), Policy::IfPresent).unwrap().verify().unwrap(),
        name,
        SOURCE,
        &["the bytes differ"],
    );
}

/// Contents that git-lfs does not have any more cannot be told from those of others.
#[test]
fn without_its_object_a_file_is_not_covered() {
    let Some(store) = Store::unpack("git-lfs") else { return };
    let digest = &store.files_of_lfs().into_iter().find(|file| file.path == FIRST).unwrap().sha256;
    fs::remove_file(store.at(&format!(".git/lfs/objects/{}/{}/{digest}", &digest[..2], &digest[2..4]))).unwrap();
    let (report, notes) = store.verify();
    assert_uncovered(&report, FIRST);
    assert_eq!((notes, file_count(&report)), (Vec::new(), 7));
    fs::remove_dir_all(store.at(".git/lfs/objects")).unwrap();
    let report = store.verify().0;
    assert!(report.iter().all(|line| line.outcome == Outcome::Uncovered));
}

/// What tools keep of their own does not keep a model from being opened.
#[test]
fn what_git_has_in_a_strange_form_is_passed_over() {
    type Change = fn(&Store);
    let to_folder: Change = |store| {
        fs::remove_file(store.at(".git/index")).unwrap();
        fs::create_dir(store.at(".git/index")).unwrap();
    };
    let to_dead_link: Change = |store| {
        fs::remove_file(store.at(".git/index")).unwrap();
        symlink("gone", store.at(".git/index")).unwrap();
    };
    let to_link_out: Change = |store| {
        let elsewhere = store.root.with_file_name("elsewhere");
        fs::rename(store.at(".git"), &elsewhere).unwrap();
        symlink(elsewhere, store.at(".git")).unwrap();
    };
    let rows = [
        ("index a folder", to_folder, ".git/index"),
        ("index a dead link", to_dead_link, ".git/index"),
        (".git a link", to_link_out, ".git/lfs/objects"),
    ];
    for (name, change, path) in rows {
        let Some(store) = Store::unpack("git-lfs") else { return };
        change(&store);
        let (report, notes) = store.verify();
        assert_note(&notes, UNREADABLE, path, &[]);
        assert!(report.iter().all(|line| line.outcome == Outcome::Uncovered), "{name}");
        load(&store.model(Policy::IfPresent).unwrap()).unwrap();
        assert_eq!(load(&store.model(Policy::Required).unwrap()).unwrap_err().kind(), Kind::Unverified, "{name}");
    }
}
