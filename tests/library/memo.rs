//! The memo of what was verified before: what it saves, and that it never vouches for other bytes.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use weighbridge::digest::{Algorithm, Digest};
use weighbridge::host::Stage;
use weighbridge::verify::{Memo, Outcome, Recognised, Report, Subject};
use weighbridge::write::Manifests;
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions, Policy, Task};

/// A copy of a golden model with manifests, whose files have been left alone for long enough to be remembered.
struct Copy {
    folder: tempfile::TempDir,
    memo: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model");
        fs::create_dir(&model).unwrap();
        for entry in fs::read_dir("tests/golden/tiny-llama").unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), model.join(entry.file_name())).unwrap();
        }
        let none = OpenOptions { policy: Policy::None, ..OpenOptions::default() };
        let manifests = Manifests::of(&Model::open(&model, &none, &Context::new()).unwrap()).unwrap();
        fs::write(model.join("SHA256SUMS"), manifests.checksums()).unwrap();
        fs::write(model.join("weighbridge.json"), manifests.record().unwrap()).unwrap();
        let memo = folder.path().join("memo.json");
        let copy = Self { folder, memo };
        copy.settle();
        copy
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("model").join(name)
    }

    fn shard(&self) -> PathBuf {
        let shards = fs::read_dir(self.path("")).unwrap().map(|entry| entry.unwrap().path());
        shards.filter(|path| path.extension().is_some_and(|ending| ending == "safetensors")).min().unwrap()
    }

    /// Lets more time pass than the clock of files needs for a tick.
    fn settle(&self) {
        thread::sleep(Duration::from_millis(150));
    }

    fn open(&self, options: OpenOptions) -> Model {
        let memo = Some(Memo::open(&self.memo).unwrap());
        Model::open(self.path(""), &OpenOptions { memo, ..options }, &Context::new()).unwrap()
    }

    fn verify(&self) -> Report {
        self.open(OpenOptions::default()).verify().unwrap()
    }
}

/// Bytes of files that were hashed. The index is in memory, because it was read when the model was opened, and so it is no file; it is
/// hashed each time, once for each manifest.
fn hashed(report: &Report) -> u64 {
    let hashed = report.costs().iter().filter(|cost| matches!(cost.stage, Stage::Hash(_)));
    let index = fs::metadata("tests/golden/tiny-llama/model.safetensors.index.json").unwrap().len();
    let bytes: u64 = hashed.map(|cost| cost.bytes).sum();
    bytes - 2 * index
}

fn remembered(report: &Report) -> usize {
    let files = report.iter().filter(|line| matches!(line.subject, Subject::File(_)));
    files.filter(|line| line.evidence.is_some_and(|evidence| evidence.remembered.is_some())).count()
}

#[test]
fn what_was_verified_is_neither_read_nor_hashed_again() {
    let copy = Copy::new();
    let first = copy.verify();
    assert!(hashed(&first) > 0 && remembered(&first) == 0);
    let second = copy.verify();
    let read: u64 = second.costs().iter().filter(|cost| cost.stage == Stage::Read).map(|cost| cost.bytes).sum();
    assert_eq!((hashed(&second), read), (0, 0), "{:?}", second.costs());
    assert_eq!(first.len(), second.len());
    for (before, now) in first.iter().zip(second.iter()) {
        assert_eq!((before.subject, before.outcome), (now.subject, now.outcome));
        // The index is no file. Tensors were checked by themselves as well, and are covered by their files now.
        let is_file = matches!(now.subject, Subject::File(name) if !name.ends_with("index.json"));
        if !is_file {
            continue;
        }
        let (before, evidence) = (before.evidence.unwrap(), now.evidence.unwrap());
        let by = evidence.remembered.unwrap();
        assert_eq!((by.source, by.by), (before.source, Recognised::ByTimes));
        assert_eq!((evidence.source, &evidence.actual), ("memo", &before.actual));
        assert_eq!(now.reason(), Some("remembered by device, inode, size, mtime and ctime"));
    }
    second.verdict(Policy::IfPresent).unwrap();
    // What is remembered is cover where the caller says so.
    assert_eq!(second.verdict(Policy::Required).unwrap_err().kind(), Kind::Unverified);
    let third = copy.open(OpenOptions { memo_covers: true, ..OpenOptions::default() }).verify().unwrap();
    assert!(hashed(&third) == 0 && remembered(&third) > 0);
    third.verdict(Policy::Required).unwrap();
}

#[test]
fn a_load_hashes_nothing_of_what_is_remembered() {
    let copy = Copy::new();
    let loaded = |copy: &Copy| copy.open(OpenOptions::default()).load(&PlanOptions::default()).unwrap();
    assert!(hashed(loaded(&copy).report()) > 0);
    let placement = loaded(&copy);
    assert_eq!(hashed(placement.report()), 0);
    assert!(placement.report().iter().all(|line| line.outcome == Outcome::Match));
    let plain = Model::open(copy.path(""), &OpenOptions::default(), &Context::new()).unwrap();
    for tensor in placement.iter() {
        let index = plain.tensors().find(tensor.name).unwrap();
        assert_eq!(tensor.bytes().unwrap(), &plain.bytes(index).unwrap()[..], "{}", tensor.name);
    }
}

fn flip_last_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

/// Whoever writes a file can put back its time of modification, but not that of its change.
#[test]
fn a_file_that_was_written_is_hashed_whatever_its_time_says() {
    let copy = Copy::new();
    copy.verify();
    let shard = copy.shard();
    let time = fs::metadata(&shard).unwrap().modified().unwrap();
    flip_last_byte(&shard);
    File::options().write(true).open(&shard).unwrap().set_modified(time).unwrap();
    for _ in 0..2 {
        let report = copy.verify();
        assert!(report.iter().any(|line| line.outcome == Outcome::Mismatch), "a mismatch is not remembered");
        assert!(hashed(&report) > 0);
    }
    let error = copy.open(OpenOptions::default()).load(&PlanOptions::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::Mismatch);
}

/// Another file with the same name, the same size and the same contents is another file.
#[test]
fn a_copy_is_hashed_and_then_remembered() {
    let copy = Copy::new();
    copy.verify();
    let shard = copy.shard();
    fs::copy(&shard, copy.path("new")).unwrap();
    fs::rename(copy.path("new"), &shard).unwrap();
    let len = fs::metadata(&shard).unwrap().len();
    copy.settle();
    // Once for each of the two manifests, and once more tensor by tensor.
    let bytes = hashed(&copy.verify());
    assert!((len..=3 * len).contains(&bytes), "{bytes} of {len}");
    assert_eq!(hashed(&copy.verify()), 0);
}

/// The clock of files is coarse: a file that is written twice at once may keep its times.
#[test]
fn a_file_that_was_just_written_is_not_remembered() {
    let copy = Copy::new();
    copy.verify();
    let shard = copy.shard();
    flip_last_byte(&shard);
    flip_last_byte(&shard);
    let report = copy.verify();
    assert!(report.iter().all(|line| line.outcome == Outcome::Match));
    flip_last_byte(&shard);
    assert!(copy.verify().iter().any(|line| line.outcome == Outcome::Mismatch));
}

/// A memo knows digests, not verdicts: a manifest that expects another one is not satisfied by it.
#[test]
fn another_manifest_asks_anew() {
    let copy = Copy::new();
    copy.verify();
    let sums = fs::read_to_string(copy.path("SHA256SUMS")).unwrap();
    let changed: Vec<_> =
        sums.lines().map(|line| format!("{}{}", if &line[..1] == "0" { "1" } else { "0" }, &line[1..])).collect();
    fs::write(copy.path("SHA256SUMS"), changed.join("\n")).unwrap();
    fs::remove_file(copy.path("weighbridge.json")).unwrap();
    let report = copy.verify();
    let files = report.iter().filter(|line| matches!(line.subject, Subject::File(_)));
    assert!(files.clone().all(|line| line.outcome == Outcome::Mismatch) && files.count() > 3);
}

/// What two manifests say differently is decided by the bytes, not by what the memo has from one of them.
#[test]
fn a_manifest_that_contradicts_is_told_by_its_name() {
    let copy = Copy::new();
    fs::remove_file(copy.path("weighbridge.json")).unwrap();
    fs::remove_file(copy.path("SHA256SUMS")).unwrap();
    let shard = copy.shard();
    let name = shard.file_name().unwrap().to_str().unwrap();
    let records = copy.path(".cache/huggingface/download");
    fs::create_dir_all(&records).unwrap();
    let digest = Digest::of(Algorithm::Sha256, &fs::read(&shard).unwrap());
    let record = format!("{}\n{digest}\n4000000000.0\n", "c".repeat(40));
    fs::write(records.join(format!("{name}.metadata")), record).unwrap();
    copy.verify();
    assert_eq!(remembered(&copy.verify()), 1);
    fs::write(copy.path("SHA256SUMS"), format!("{}  {name}\n", "d".repeat(64))).unwrap();
    let report = copy.verify();
    let of_shard = report.iter().filter(|line| line.subject == Subject::File(name));
    let told: Vec<_> = of_shard.map(|line| (line.outcome, line.evidence.unwrap())).collect();
    let sources: Vec<_> = told.iter().map(|(outcome, evidence)| (*outcome, evidence.source)).collect();
    assert_eq!(sources, [(Outcome::Match, "huggingface-local-dir"), (Outcome::Mismatch, "SHA256SUMS")]);
    assert!(told.iter().all(|(_, evidence)| evidence.remembered.is_none()));
    let message = report.verdict(Policy::IfPresent).unwrap_err().to_string();
    assert!(message.contains("SHA256SUMS expects dddd"), "{message}");
}

#[test]
fn the_policy_required_asks_for_bytes_unless_it_is_told_otherwise() {
    let copy = Copy::new();
    copy.verify();
    let options = |memo_covers| OpenOptions { policy: Policy::Required, memo_covers, ..OpenOptions::default() };
    let strict = copy.open(options(false));
    let report = strict.verify().unwrap();
    assert!(hashed(&report) > 0 && remembered(&report) == 0);
    let lenient = copy.open(options(true));
    assert_eq!(lenient.bytes(0).unwrap_err().kind(), Kind::Unverified);
    let report = lenient.verify().unwrap();
    assert_eq!(hashed(&report), 0);
    report.verdict(Policy::Required).unwrap();
    lenient.bytes(0).unwrap();
    let placement = copy.open(options(true)).load(&PlanOptions::default()).unwrap();
    assert_eq!(hashed(placement.report()), 0);
    // Tensors that are loaded alone are covered by their file too.
    let one = PlanOptions { include: vec!["*norm*".to_owned()], ..PlanOptions::default() };
    let placement = copy.open(options(true)).load(&one).unwrap();
    assert_eq!(hashed(placement.report()), 0);
}

#[test]
fn a_memo_is_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("memo");
    for text in ["", "{}", "weights", r#"{"weighbridge_memo": 2}"#, r#"{"weighbridge_memo": 1, "files": [{}]}"#] {
        fs::write(&path, text).unwrap();
        let error = Memo::open(&path).unwrap_err();
        assert_eq!(error.kind(), Kind::Format, "{text}");
        assert!(error.message().contains("remove this one"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(Memo::open(folder.path()).unwrap_err().kind(), Kind::Io);
}

/// It only saves time.
#[test]
fn a_memo_that_cannot_be_written_stops_nothing() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("memo");
    let memo = Some(Memo::open(&path).unwrap());
    drop(folder);
    assert_eq!(Memo::open(&path).unwrap_err().kind(), Kind::NotFound, "that can be told at once");
    let model = Model::open(copy.path(""), &OpenOptions { memo, ..OpenOptions::default() }, &Context::new()).unwrap();
    model.load(&PlanOptions::default()).unwrap();
    // Within the process it still remembers.
    assert!(hashed(&model.verify().unwrap()) > 0);
    assert_eq!(hashed(&model.verify().unwrap()), 0);
}

/// A memo is written where a link leads, also through a link of a link, and if the file is not there yet.
#[test]
fn a_memo_behind_a_link_is_written_where_it_leads() {
    let mut copy = Copy::new();
    let at = |name: &str| copy.folder.path().join(name);
    let (real, links) = (at("other/real.json"), [at("first"), at("folder/second")]);
    fs::create_dir(at("other")).unwrap();
    fs::create_dir(at("folder")).unwrap();
    symlink("folder/second", &links[0]).unwrap();
    symlink("../other/real.json", &links[1]).unwrap();
    copy.memo = links[0].clone();
    for count in [1, 2] {
        let report = copy.verify();
        assert_eq!(remembered(&report) > 0, count == 2, "{report:?}");
        assert!(links.iter().all(|link| fs::symlink_metadata(link).unwrap().is_symlink()));
        assert!(fs::symlink_metadata(&real).unwrap().is_file());
    }
    fs::remove_file(&real).unwrap();
    fs::remove_dir(real.parent().unwrap()).unwrap();
    assert_eq!(Memo::open(&links[0]).unwrap_err().kind(), Kind::NotFound, "there is no folder for it");
    fs::remove_file(&links[1]).unwrap();
    symlink("../first", &links[1]).unwrap();
    Memo::open(&links[0]).unwrap_err();
    assert!(fs::symlink_metadata(&links[0]).unwrap().is_symlink());
}

/// Processes may share one: what others have written stays.
#[test]
fn two_users_of_a_memo_keep_what_the_other_adds() {
    let (first, second) = (Copy::new(), Copy::new());
    let [a, b] = [(); 2].map(|()| Some(Memo::open(&first.memo).unwrap()));
    for (copy, memo) in [(&first, a), (&second, b)] {
        let options = OpenOptions { memo, ..OpenOptions::default() };
        Model::open(copy.path(""), &options, &Context::new()).unwrap().verify().unwrap();
    }
    for copy in [&first, &second] {
        let options = OpenOptions { memo: Some(Memo::open(&first.memo).unwrap()), ..OpenOptions::default() };
        let model = Model::open(copy.path(""), &options, &Context::new()).unwrap();
        assert_eq!(hashed(&model.verify().unwrap()), 0);
    }
}

fn mismatches(report: &Report) -> usize {
    report.iter().filter(|line| line.outcome == Outcome::Mismatch).count()
}

/// A manifest that contradicts itself is wrong however often it is asked.
#[test]
fn a_verification_that_failed_is_not_remembered() {
    let copy = Copy::new();
    fs::remove_file(copy.path("SHA256SUMS")).unwrap();
    let record = copy.path("weighbridge.json");
    let right = fs::read_to_string(&record).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&right).unwrap();
    wrong["tensors"]["model.norm.weight"]["blake3"] = "0".repeat(64).into();
    fs::write(&record, wrong.to_string()).unwrap();
    for _ in 0..2 {
        let report = copy.verify();
        assert!(mismatches(&report) > 0 && remembered(&report) == 0);
    }
    // What the manifest said before is not what it says now.
    fs::write(&record, right).unwrap();
    copy.verify();
    assert!(remembered(&copy.verify()) > 0);
    fs::write(&record, wrong.to_string()).unwrap();
    assert!(mismatches(&copy.verify()) > 0);
}

/// Writes the last byte of a file anew, and gives it the times of before.
fn touch_unseen(path: &Path) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let file = File::options().write(true).open(path).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &bytes, 0).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn a_file_that_is_touched_after_it_was_recognised_is_refused() {
    let copy = Copy::new();
    copy.verify();
    let options = OpenOptions { policy: Policy::Required, memo_covers: true, ..OpenOptions::default() };
    let model = copy.open(options);
    let plan = Arc::new(model.plan(&PlanOptions::default()).unwrap());
    touch_unseen(&copy.shard());
    let error = Task::start(&plan).and_then(|task| task.wait()).unwrap_err();
    assert_eq!(error.kind(), Kind::Mismatch, "{error}");
    assert!(error.message().contains("touched"), "{error}");
}

/// A process that has the file mapped and has written to a page of it before.
#[test]
fn writes_through_a_map_are_seen() {
    let Some(python) = crate::common::tool("python3") else { return };
    let copy = Copy::new();
    let script = "import mmap, sys\n\
                  with open(sys.argv[1], 'r+b') as file, mmap.mmap(file.fileno(), 0) as map:\n    \
                      map[-1] = map[-1]\n    \
                      print('dirty', flush=True)\n    \
                      input()\n    \
                      map[-1] ^= 1\n    \
                      print('written', flush=True)\n    \
                      input()\n";
    let mut writer = Command::new(python)
        .args(["-c", script, copy.shard().to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let mut stdin = writer.stdin.take().unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "dirty");
    copy.settle();
    assert_eq!(mismatches(&copy.verify()), 0);
    assert_eq!(mismatches(&copy.verify()), 0);
    writeln!(stdin).unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "written");
    copy.settle();
    assert!(mismatches(&copy.verify()) > 0);
    drop(stdin);
    writer.wait().unwrap();
}

/// A file system of memory does not see writes through a map.
#[test]
#[cfg(all(target_os = "linux", not(weighbridge_portable)))] // std does not tell file systems apart.
fn files_in_memory_are_not_remembered() {
    const MEMORY: &str = "/dev/shm";
    let kind = crate::common::run(Command::new("stat").args(["--file-system", "--format", "%T", MEMORY]));
    if kind.trim() != "tmpfs" {
        return crate::common::skip("needs tmpfs at /dev/shm");
    }
    let folder = tempfile::tempdir_in(MEMORY).unwrap();
    let weights = folder.path().join("model.safetensors");
    fs::copy("tests/golden/dtypes.safetensors", &weights).unwrap();
    let digest = weighbridge::digest::Digest::of(weighbridge::digest::Algorithm::Sha256, &fs::read(&weights).unwrap());
    fs::write(folder.path().join("SHA256SUMS"), format!("{digest}  model.safetensors\n")).unwrap();
    thread::sleep(Duration::from_millis(150));
    let memo_folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let memo = Some(Memo::open(memo_folder.path().join("memo")).unwrap());
        let options = OpenOptions { memo, ..OpenOptions::default() };
        let report = Model::open(folder.path(), &options, &Context::new()).unwrap().verify().unwrap();
        assert_eq!((remembered(&report), mismatches(&report)), (0, 0));
    }
}

/// Two tensors of eight bytes in one file, which another file describes; and the manifest of both.
struct Described(tempfile::TempDir);

impl Described {
    fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        fs::write(this.path("data"), b"AAAAAAAABBBBBBBB").unwrap();
        this.place([0, 8]);
        let none = OpenOptions { policy: Policy::None, ..OpenOptions::default() };
        let model = Model::open(this.path("m.trial"), &none, &Context::new()).unwrap();
        fs::write(this.path("weighbridge.json"), Manifests::of(&model).unwrap().record().unwrap()).unwrap();
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Says where both tensors lie.
    fn place(&self, offsets: [u64; 2]) {
        let tensor = |(name, offset): (&str, u64)| serde_json::json!({"name": name, "dtype": "U8", "shape": [8], "runs": [{"file": 0, "offset": offset, "len": 8}]});
        let tensors: Vec<_> = ["a", "b"].into_iter().zip(offsets).map(tensor).collect();
        let model = serde_json::json!({"trial": 1, "files": ["data"], "tensors": tensors});
        fs::write(self.path("m.trial"), model.to_string()).unwrap();
    }

    fn change_manifest(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let path = self.path("weighbridge.json");
        let mut manifest = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut manifest);
        fs::write(path, manifest.to_string()).unwrap();
    }

    fn open(&self) -> Model {
        thread::sleep(Duration::from_millis(150));
        let memo = Some(Memo::open(self.path("memo.json")).unwrap());
        let options = OpenOptions { memo, ..OpenOptions::default() };
        Model::open(self.path("m.trial"), &options, &Context::new()).unwrap()
    }

    /// What a check finds that uses the memo: by verification, and by a load.
    fn is_refused(&self) -> [bool; 2] {
        let verified = self.open().verify().unwrap();
        [mismatches(&verified) > 0, self.open().load(&PlanOptions::default()).is_err()]
    }
}

/// What a tensor is, follows from the file that describes it.
#[test]
fn tensors_that_were_exchanged_are_found_in_files_that_are_remembered() {
    let model = Described::new();
    model.change_manifest(|manifest| _ = manifest["files"].as_object_mut().unwrap().remove("m.trial"));
    assert_eq!(model.is_refused(), [false; 2]);
    model.place([8, 0]);
    assert_eq!(model.is_refused(), [true; 2], "nothing is said of the file that describes them");

    let model = Described::new();
    assert_eq!(model.is_refused(), [false; 2]);
    assert!(remembered(&model.open().verify().unwrap()) > 0);
    model.place([8, 0]);
    let digest =
        |algorithm, name| weighbridge::digest::Digest::of(algorithm, &fs::read(model.path(name)).unwrap()).to_string();
    use weighbridge::digest::Algorithm::{Blake3, Sha256};
    model.change_manifest(|manifest| {
        let file = &mut manifest["files"]["m.trial"];
        file["sha256"] = digest(Sha256, "m.trial").into();
        file["blake3"] = digest(Blake3, "m.trial").into();
    });
    assert!(model.is_refused()[0], "the manifest says something else of the tensors");
}

/// What the memo holds is no digest of a file.
#[test]
fn an_entry_of_the_memo_is_no_digest() {
    let model = Described::new();
    assert_eq!(model.is_refused(), [false; 2]);
    let memo: serde_json::Value = serde_json::from_slice(&fs::read(model.path("memo.json")).unwrap()).unwrap();
    for entry in memo["files"].as_array().unwrap() {
        model.change_manifest(|manifest| {
            manifest["tensors"] = serde_json::json!({});
            manifest["files"]["data"]["blake3"] = entry["statement"].clone();
            manifest["files"]["data"].as_object_mut().unwrap().remove("sha256");
        });
        assert_eq!(model.is_refused(), [true; 2]);
    }
}
