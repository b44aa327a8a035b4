//! What a cache keeps of its files is compared with them, without a network: the names of blobs, the list of the files of a commit, and
//! the records of a download to a folder.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use weighbridge::verify::{Anchor, Line, Outcome, Subject};
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Report, Repository};

use super::{Cache, cache};

const CACHE: &str = "huggingface-cache";
const LOCAL_DIR: &str = "huggingface-local-dir";

fn open(path: &Path, policy: Policy) -> weighbridge::Result<Model> {
    Model::open(path, &OpenOptions { policy, ..OpenOptions::default() }, &Context::new())
}

fn report(path: &Path) -> Report {
    open(path, Policy::IfPresent).unwrap().verify().unwrap()
}

/// The line of a file.
fn line<'a>(report: &'a Report, name: &str) -> Line<'a> {
    let mut lines = report.iter().filter(|line| line.subject == Subject::File(name));
    let line = lines.next().unwrap_or_else(|| panic!("{name} has no line"));
    assert!(lines.next().is_none(), "{name} has two lines");
    line
}

fn snapshot(cache: &Cache, number: usize) -> (std::path::PathBuf, &Value) {
    let expected = &cache.snapshots[number];
    (cache.root.join(expected["path"].as_str().unwrap()), expected)
}

/// Every file of a snapshot, those in folders too, is compared with the digest that the Hub has of it.
fn assert_verified(path: &Path, expected: &Value, source: &str) {
    let report = report(path);
    // Hidden files are listed by nobody but the list of the commit.
    let has_list = source == LOCAL_DIR || path.join("../../trees").exists();
    let is_listed = |file: &&Value| has_list || !file["path"].as_str().unwrap().starts_with('.');
    for file in expected["files"].as_array().unwrap().iter().filter(is_listed) {
        let name = file["path"].as_str().unwrap();
        let line = line(&report, name);
        let evidence = line.evidence.unwrap_or_else(|| panic!("{name} is not covered"));
        let is_large = file["lfs"] == true;
        let (algorithm, digest) = if is_large { ("sha256", &file["sha256"]) } else { ("git-sha1", &file["git_sha1"]) };
        assert_eq!(line.outcome, Outcome::Match, "{name}: {:?}", line.reason());
        assert_eq!((evidence.source, evidence.anchor, evidence.algorithm.name()), (source, Anchor::Beside, algorithm));
        assert_eq!((evidence.covers, &*evidence.actual), (is_large, digest.as_str().unwrap()), "{name}");
    }
    report.verdict(Policy::Required).unwrap();
    open(path, Policy::Required).unwrap().load(&PlanOptions::default()).unwrap();
}

#[test]
fn every_file_is_compared_with_what_the_cache_keeps_of_it() {
    for (name, source) in
        [("plain", CACHE), ("shared", CACHE), ("revisions", CACHE), ("several", CACHE), ("local-dir", LOCAL_DIR)]
    {
        let Some(cache) = cache(name) else { return };
        for number in (0..cache.snapshots.len()).filter(|number| cache.snapshots[*number]["kind"] == "model") {
            let (path, expected) = snapshot(&cache, number);
            assert_verified(&path, expected, source);
        }
    }
}

/// Older versions keep no lists. The names of the blobs say the same of what is there.
#[test]
fn without_a_list_the_names_of_blobs_suffice() {
    for name in ["plain", "shared"] {
        let Some(cache) = cache(name) else { return };
        let (path, expected) = snapshot(&cache, 0);
        fs::remove_dir_all(path.join("../../trees")).unwrap();
        assert_verified(&path, expected, CACHE);
    }
}

/// Two disks share a cache: the blobs of a repository lie behind a link.
#[test]
fn blobs_on_another_disk_are_verified() {
    for has_list in [true, false] {
        let Some(cache) = cache("plain") else { return };
        let (path, expected) = snapshot(&cache, 0);
        let (repository, disk) = (path.join("../..").canonicalize().unwrap(), cache.root.join("disk"));
        fs::rename(repository.join("blobs"), &disk).unwrap();
        symlink(&disk, repository.join("blobs")).unwrap();
        if !has_list {
            fs::remove_dir_all(repository.join("trees")).unwrap();
        }
        assert_verified(&path, expected, CACHE);
        // What lies there and leads on is no blob.
        let (blob, secret) = (fs::canonicalize(path.join("config.json")).unwrap(), cache.root.join("secret"));
        fs::rename(&blob, &secret).unwrap();
        symlink(&secret, &blob).unwrap();
        let model = open(&path, Policy::IfPresent).unwrap();
        assert!(model.notes().iter().any(|note| note.rule == "model.asset.link"), "{:?}", model.notes());
        let report = model.verify().unwrap();
        let line = line(&report, "config.json");
        assert!(
            line.outcome == Outcome::Mismatch && line.reason().unwrap().contains("outside the model's directory"),
            "{line:?}"
        );
    }
}

/// The link to the blobs permits nothing by itself: only what the model is entered by does, or the caller.
#[test]
fn a_link_to_blobs_is_no_permission() {
    let Some(cache) = cache("plain") else { return };
    let (path, expected) = snapshot(&cache, 0);
    let (repository, disk) = (path.join("../..").canonicalize().unwrap(), cache.root.join("disk"));
    fs::rename(repository.join("blobs"), &disk).unwrap();
    symlink(&disk, repository.join("blobs")).unwrap();
    let verify = |link_roots: Vec<_>| {
        let options = OpenOptions { link_roots, ..OpenOptions::default() };
        Repository::open(&path, &options, &Context::new()).unwrap().verify().unwrap()
    };
    let refused = verify(Vec::new());
    assert!(line(&refused, "config.json").reason().unwrap().contains("link_roots"), "{refused:?}");
    let permitted = verify(vec![disk]);
    permitted.verdict(Policy::IfPresent).unwrap();
    let files = expected["files"].as_array().unwrap().len();
    assert_eq!(permitted.iter().filter(|line| line.outcome == Outcome::Match).count(), files);
}

/// A snapshot that was copied with its files in the place of links (`cp -rL`) has no blobs.
#[test]
fn a_snapshot_of_files_is_verified_by_the_list() {
    for name in ["plain", "shared"] {
        let Some(cache) = cache(name) else { return };
        let (path, expected) = snapshot(&cache, 0);
        let repository = path.join("../..").canonicalize().unwrap();
        let copy = cache.root.join("copies").join(repository.file_name().unwrap());
        let copied = copy.join("snapshots").join(path.file_name().unwrap());
        fs::create_dir_all(copied.parent().unwrap()).unwrap();
        let Some(cp) = crate::common::tool("cp") else { return };
        crate::common::run(Command::new(&cp).arg("-rL").args([&path, &copied]));
        crate::common::run(Command::new(&cp).arg("-r").arg(repository.join("trees")).arg(&copy));
        assert_verified(&copied, expected, CACHE);
        // Seen from the directory above, too.
        let above = || {
            let repository = Repository::open(cache.root.join("copies"), &OpenOptions::default(), &Context::new());
            repository.unwrap().verify().unwrap().verdict(Policy::Required)
        };
        above().unwrap();
        rewrite(&copied.join("config.json"), |bytes| bytes[0] ^= 1);
        assert_eq!(report(&copied).verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Mismatch);
        assert_eq!(above().unwrap_err().kind(), Kind::Mismatch);
    }
}

/// A model in a folder of the repository is verified by the same list.
#[test]
fn folders_of_a_snapshot_are_verified_alone() {
    for name in ["plain", "shared"] {
        let Some(cache) = cache(name) else { return };
        let (path, _) = snapshot(&cache, 0);
        let report = report(&path.join("onnx"));
        assert!(report.iter().all(|line| line.outcome == Outcome::Match), "{report:?}");
        assert_eq!(line(&report, "model.onnx").evidence.unwrap().source, CACHE);
    }
}

fn rewrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let real = path.canonicalize().unwrap();
    let mut bytes = fs::read(&real).unwrap();
    change(&mut bytes);
    // Shared blobs are read-only, and a file that is written gets a new time.
    let time = fs::metadata(&real).unwrap().modified().unwrap();
    let writable = real.with_extension("new");
    fs::write(&writable, bytes).unwrap();
    File::options().write(true).open(&writable).unwrap().set_modified(time).unwrap();
    fs::rename(&writable, &real).unwrap();
}

#[test]
fn damaged_files_are_named() {
    for name in ["plain", "shared", "local-dir"] {
        for file in ["model-00002-of-00002.safetensors", "config.json", "tokenizer.json", "onnx/model.onnx_data"] {
            let Some(cache) = cache(name) else { return };
            let (path, _) = snapshot(&cache, 0);
            rewrite(&path.join(file), |bytes| *bytes.last_mut().unwrap() ^= 1);
            let report = report(&path);
            let wrong: Vec<_> = report.iter().filter(|line| line.outcome == Outcome::Mismatch).collect();
            assert_eq!(wrong[0].subject, Subject::File(file), "{name}");
            assert_eq!(wrong[0].reason(), Some("the bytes differ"));
            assert!(wrong[1..].iter().all(|line| matches!(line.subject, Subject::Tensor(_))), "{name}");
            assert_eq!(report.verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Mismatch);
            let loaded = open(&path, Policy::IfPresent).unwrap().load(&PlanOptions::default());
            assert_eq!(loaded.is_err(), file.starts_with("model"), "{name}: {file}");
        }
    }
}

/// The list knows sizes; a file of another size need not be hashed.
#[test]
fn files_of_another_size_are_named() {
    for name in ["plain", "local-dir"] {
        let Some(cache) = cache(name) else { return };
        let (path, _) = snapshot(&cache, 0);
        rewrite(&path.join("tokenizer.json"), |bytes| bytes.truncate(bytes.len() - 1));
        let report = report(&path);
        let reason = line(&report, "tokenizer.json").reason().unwrap().to_owned();
        assert!(reason.contains("bytes; huggingface-"), "{reason}");
    }
}

#[test]
fn files_that_the_commit_has_and_the_disk_does_not_are_named() {
    for (name, source) in [("plain", CACHE), ("shared", CACHE), ("local-dir", LOCAL_DIR)] {
        let Some(cache) = cache(name) else { return };
        let (path, _) = snapshot(&cache, 0);
        fs::remove_file(path.join("tokenizer.json")).unwrap();
        let report = report(&path);
        let line = line(&report, "tokenizer.json");
        assert_eq!((line.outcome, line.evidence.unwrap().source), (Outcome::Mismatch, source));
        assert!(line.reason().unwrap().contains("it is missing"), "{:?}", line.reason());
        // A load that does not need the file does not care.
        open(&path, Policy::Required).unwrap().load(&PlanOptions::default()).unwrap();
    }
}

/// A list that says something else than the name of the blob: both count.
#[test]
fn all_that_the_cache_says_has_to_agree() {
    let Some(cache) = cache("plain") else { return };
    let (path, expected) = snapshot(&cache, 0);
    let file = expected["files"].as_array().unwrap().iter().find(|file| file["lfs"] == true).unwrap();
    let (name, digest) = (file["path"].as_str().unwrap(), file["sha256"].as_str().unwrap());
    let list = path.join("../../trees").join(expected["commit"].as_str().unwrap()).with_extension("json");
    let text = fs::read_to_string(&list).unwrap();
    let other = digest.chars().rev().collect::<String>();
    fs::write(&list, text.replace(digest, &other)).unwrap();
    let report = report(&path);
    let outcomes: Vec<_> =
        report.iter().filter(|line| line.subject == Subject::File(name)).map(|line| line.outcome).collect();
    assert_eq!(outcomes, [Outcome::Mismatch, Outcome::Match]);
}

/// What tools keep for themselves is passed over where it cannot be read, and that is told.
#[test]
fn records_that_cannot_be_read_are_told_and_not_used() {
    let Some(plain) = cache("plain") else { return };
    let (path, expected) = snapshot(&plain, 0);
    let list = path.join("../../trees").join(expected["commit"].as_str().unwrap()).with_extension("json");
    for text in ["", "{", r#"{"format_version": 2, "files": {}}"#, r#"{"format_version": 1, "files": {"a": {}}}"#] {
        fs::write(&list, text).unwrap();
        let model = open(&path, Policy::Required).unwrap();
        let [note] = model.notes() else { panic!("{text}: {:?}", model.notes()) };
        assert_eq!(note.rule, "model.manifest.unreadable", "{text}");
        fs::remove_file(&list).unwrap();
        fs::remove_dir(list.parent().unwrap()).unwrap();
        assert_verified(&path, expected, CACHE);
        fs::create_dir(list.parent().unwrap()).unwrap();
    }
    let Some(local) = cache("local-dir") else { return };
    let (path, _) = snapshot(&local, 0);
    for text in ["", "a\nb\n", "a\nb\n1\n", &format!("a\n{}\nx\n", "0".repeat(64))] {
        fs::write(path.join(".cache/huggingface/download/tokenizer.json.metadata"), text).unwrap();
        let model = open(&path, Policy::Required).unwrap();
        let [note] = model.notes() else { panic!("{text}: {:?}", model.notes()) };
        assert_eq!(note.rule, "model.manifest.unreadable", "{text}");
        let report = model.verify().unwrap();
        assert_eq!(line(&report, "tokenizer.json").outcome, Outcome::Uncovered);
    }
}

/// Whoever edits a file after the download knows why it is another one, and may load it. A copy has a new time too, and is verified.
#[test]
fn a_file_that_was_modified_after_its_download_is_told_and_compared_when_asked() {
    let Some(cache) = cache("local-dir") else { return };
    let (path, _) = snapshot(&cache, 0);
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 33);
    for name in ["config.json", "model-00001-of-00002.safetensors"] {
        File::options().write(true).open(path.join(name)).unwrap().set_modified(later).unwrap();
    }
    let model = open(&path, Policy::Required).unwrap();
    let notes: Vec<_> = model.notes().iter().map(|note| (note.rule, &*note.path)).collect();
    let rule = "model.manifest.outdated";
    assert_eq!(notes, [(rule, "config.json"), (rule, "model-00001-of-00002.safetensors")]);
    assert_eq!(line(&model.verify().unwrap(), "config.json").outcome, Outcome::Match);
    model.load(&PlanOptions::default()).unwrap();
    for name in ["config.json", "model-00001-of-00002.safetensors"] {
        rewrite(&path.join(name), |bytes| *bytes.last_mut().unwrap() ^= 1);
        File::options().write(true).open(path.join(name)).unwrap().set_modified(later).unwrap();
    }
    let model = open(&path, Policy::Required).unwrap();
    assert_eq!(model.load(&PlanOptions::default()).unwrap_err().kind(), Kind::Mismatch);
    assert_eq!(model.asset("config.json").unwrap_err().kind(), Kind::Mismatch);
    let model = open(&path, Policy::IfPresent).unwrap();
    model.load(&PlanOptions::default()).unwrap();
    model.asset("config.json").unwrap();
    let report = model.verify().unwrap();
    for name in ["config.json", "model-00001-of-00002.safetensors"] {
        assert_eq!(line(&report, name).outcome, Outcome::Mismatch, "{name}");
    }
}

/// Nothing is read of a cache for which nobody asks, and the caller's manifest replaces all that lies beside.
#[test]
fn the_policy_and_the_callers_manifest_come_first() {
    let Some(cache) = cache("plain") else { return };
    let (path, _) = snapshot(&cache, 0);
    rewrite(&path.join("tokenizer.json"), |bytes| bytes[0] ^= 1);
    let none = open(&path, Policy::None).unwrap().verify().unwrap();
    assert!(none.iter().all(|line| line.outcome == Outcome::Uncovered));
    let manifest = Some(format!("{}  config.json\n", "0".repeat(64)).into_bytes());
    let model = Model::open(&path, &OpenOptions { manifest, ..OpenOptions::default() }, &Context::new()).unwrap();
    let report = model.verify().unwrap();
    let covered: Vec<_> = report.iter().filter(|line| line.evidence.is_some()).map(|line| line.subject).collect();
    assert_eq!(covered, [Subject::File("config.json")]);
}

/// A record that is a dead link, and more folders than are looked into, keep no model from being opened.
#[test]
fn odd_records_of_downloads_keep_no_model_from_being_opened() {
    let Some(cache) = cache("local-dir") else { return };
    let (path, _) = snapshot(&cache, 0);
    let records = path.join(".cache/huggingface/download");
    fs::remove_file(records.join("tokenizer.json.metadata")).unwrap();
    std::os::unix::fs::symlink("gone", records.join("tokenizer.json.metadata")).unwrap();
    let open = || open(&path, Policy::IfPresent).unwrap();
    let rules = |model: &Model| model.notes().iter().map(|note| note.rule).collect::<Vec<_>>();
    let model = open();
    assert_eq!(rules(&model), ["model.manifest.unreadable"]);
    model.load(&PlanOptions::default()).unwrap();
    fs::create_dir_all(records.join("a/b/c/d/e/f/g/h/i")).unwrap();
    let model = open();
    assert_eq!(rules(&model), ["model.manifest.unreadable"]);
    model.load(&PlanOptions::default()).unwrap();
}

/// The records lie in the directory around it.
#[test]
fn a_model_in_a_folder_of_a_download_is_verified() {
    let Some(cache) = cache("local-dir") else { return };
    let (path, _) = snapshot(&cache, 0);
    let part = path.join("onnx");
    for target in [part.clone(), part.join("model.onnx")] {
        let model = open(&target, Policy::Required).unwrap();
        model.load(&PlanOptions::default()).unwrap();
        let report = model.verify().unwrap();
        for name in ["model.onnx", "model.onnx_data"] {
            let line = line(&report, name);
            assert_eq!((line.outcome, line.evidence.unwrap().source), (Outcome::Match, LOCAL_DIR), "{name}");
        }
        assert_eq!(report.iter().filter(|line| matches!(line.subject, Subject::File(_))).count(), 2);
    }
    rewrite(&part.join("model.onnx_data"), |bytes| bytes[0] ^= 1);
    assert_eq!(report(&part).verdict(Policy::IfPresent).unwrap_err().kind(), Kind::Mismatch);
    fs::remove_file(part.join("model.onnx_data")).unwrap();
    fs::copy(path.join("README.md"), part.join("README.md")).unwrap();
    let report = Repository::open(&part, &OpenOptions::default(), &Context::new()).unwrap().verify().unwrap();
    assert!(line(&report, "model.onnx_data").reason().unwrap().contains("it is missing"));
    assert_eq!(line(&report, "README.md").outcome, Outcome::Uncovered, "it was not downloaded to here");
}

/// What another user keeps in a directory around a model says nothing of it.
#[test]
fn records_of_another_user_are_not_looked_at() {
    let Some(cache) = cache("local-dir") else { return };
    let (path, _) = snapshot(&cache, 0);
    if std::os::unix::fs::chown(path.join("onnx"), Some(12345), None).is_err() {
        return crate::common::skip("only root can give a directory to another user");
    }
    assert!(report(&path.join("onnx")).iter().all(|line| line.outcome == Outcome::Uncovered));
}

/// Nobody can tell which of two entries for one file counts.
#[test]
fn a_list_that_has_a_file_twice_is_not_believed() {
    for folder in ["", "onnx"] {
        let Some(cache) = cache("plain") else { return };
        let (path, _) = snapshot(&cache, 0);
        let commit = path.file_name().unwrap().to_str().unwrap();
        let list = path.join(format!("../../trees/{commit}.json"));
        rewrite(&list, |bytes| {
            let mut tree: Value = serde_json::from_slice(bytes).unwrap();
            let files = tree["files"].as_object_mut().unwrap();
            let other = files["tokenizer.json"].clone();
            files.insert("./config.json".to_owned(), other);
            *bytes = tree.to_string().into_bytes();
        });
        let repository = Repository::open(path.join(folder), &OpenOptions::default(), &Context::new()).unwrap();
        let [note] = repository.notes() else { panic!("{:?}", repository.notes()) };
        assert_eq!(note.rule, "model.manifest.unreadable");
        assert!(note.message.contains("\"config.json\" is listed twice"), "{note:?}");
    }
}
