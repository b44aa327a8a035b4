//! Files that change after they were opened: it is noticed, and raises no signal.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::headers::{declared, entry, index, tensors};
use weighbridge::host::{Executor, Job};
use weighbridge::load::State;
use weighbridge::write::Manifests;
use weighbridge::{Access, Context, Kind, Model, OpenOptions, PlanOptions, Policy, Result, Target, Task};

const MODEL: &str = "model.safetensors";
/// Bytes of the one tensor: a load of them takes many steps.
const DATA: usize = 6 << 20;

/// A model in a directory of its own, last written an hour ago.
fn model(dtype: &str) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    write(&root.path().join(MODEL), &contents(dtype));
    root
}

fn contents(dtype: &str) -> Vec<u8> {
    let header = format!("{{{}}}", entry("w", dtype, &format!("[{}]", DATA / 4), &format!("[0,{DATA}]")));
    let mut contents = declared(header.len() as u64, header, 0);
    contents.resize(contents.len() + DATA, 7);
    contents
}

fn write(path: &Path, contents: &[u8]) {
    fs::write(path, contents).unwrap();
    backdate(path);
}

fn backdate(path: &Path) {
    let hour_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    File::options().write(true).open(path).unwrap().set_modified(hour_ago).unwrap();
}

fn open(path: &Path, access: Access, policy: Policy) -> Model {
    let options = OpenOptions { access, policy, ..OpenOptions::default() };
    Model::open(path, &options, &Context::new()).unwrap()
}

/// One that refuses files to which their paths do not lead any more, or one that goes on with them.
fn open_either(path: &Path, access: Access, refuses_replaced: bool) -> Model {
    open_either_in(&Context::new(), path, access, refuses_replaced)
}

fn open_either_in(context: &Context, path: &Path, access: Access, refuses_replaced: bool) -> Model {
    let options = OpenOptions { access, refuses_replaced, ..OpenOptions::default() };
    Model::open(path, &options, context).unwrap()
}

/// Keeps jobs until they may begin.
#[derive(Default)]
struct Later(Mutex<Vec<Job>>);

impl Executor for Later {
    fn spawn(&self, job: Job) -> Result<()> {
        self.0.lock().unwrap().push(job);
        Ok(())
    }
}

impl Later {
    /// Runs all jobs, on a thread each, to their ends.
    fn run(&self) {
        let jobs = std::mem::take(&mut *self.0.lock().unwrap());
        thread::scope(|scope| jobs.into_iter().for_each(|job| _ = scope.spawn(|| job.run())));
    }
}

fn resize(path: &Path, len: u64) {
    File::options().write(true).open(path).unwrap().set_len(len).unwrap();
}

fn to(target: Target) -> PlanOptions {
    PlanOptions { target, ..PlanOptions::default() }
}

/// The name of the change, what it does, and words of the error. Of a file that was written it is always an error; where only
/// the path leads elsewhere, it is one for models that refuse that.
type Row = (&'static str, fn(&Path), Change, &'static [&'static str]);

#[derive(PartialEq)]
enum Change {
    OfTheFile,
    OfThePath,
}
use Change::{OfTheFile, OfThePath};

const CHANGES: &[Row] = &[
    ("cut to nothing", |path| resize(path, 0), OfTheFile, &["bytes when it was opened", "has 0 now"]),
    ("cut within the header", |path| resize(path, 20), OfTheFile, &["bytes when it was opened", "has 20 now"]),
    ("cut by some pages", |path| resize(path, DATA as u64 - 4096), OfTheFile, &["bytes when it was opened"]),
    ("grown", |path| resize(path, 2 * DATA as u64), OfTheFile, &["bytes when it was opened"]),
    ("written in place", |path| fs::write(path, contents("I32")).unwrap(), OfTheFile, &["it has been written since"]),
    (
        "replaced",
        |path| replace(path, |new| write(new, &contents("I32"))),
        OfThePath,
        &["another file has taken its place"],
    ),
    ("replaced by the same", |path| replace(path, |new| write(new, &contents("F32"))), OfThePath, &["another file"]),
    (
        "replaced by a link",
        |path| replace(path, |new| symlink("/dev/zero", new).unwrap()),
        OfThePath,
        &["another file"],
    ),
    (
        "replaced by a folder",
        |path| remove_and(path, |path| fs::create_dir(path).unwrap()),
        OfThePath,
        &["another file"],
    ),
    ("unlinked", |path| fs::remove_file(path).unwrap(), OfThePath, &["removed or renamed"]),
    ("renamed", |path| fs::rename(path, path.with_extension("old")).unwrap(), OfThePath, &["removed or renamed"]),
];

fn replace(path: &Path, make: impl FnOnce(&Path)) {
    let new = path.with_extension("new");
    make(&new);
    fs::rename(new, path).unwrap();
}

fn remove_and(path: &Path, make: impl FnOnce(&Path)) {
    fs::remove_file(path).unwrap();
    make(path);
}

fn assert_noticed<T>(name: &str, result: Result<T>, words: &[&str]) {
    match result {
        Ok(_) => assert!(words.is_empty(), "{name} was not noticed"),
        Err(error) => {
            assert!(!words.is_empty(), "{name}: {error}");
            assert_eq!(error.kind(), Kind::Changed, "{name}: {error}");
            for word in words.iter().chain(&[MODEL]) {
                assert!(error.to_string().contains(word), "{name}: expected \"{word}\" in: {error}");
            }
        }
    }
}

/// Every change, with and without refusing what paths do not lead to any more, and the words of the error then; none where the
/// model goes on.
fn each_change(mut test: impl FnMut(&str, fn(&Path), bool, &[&str])) {
    for (name, change, of, words) in CHANGES {
        for refuses in [false, true] {
            test(name, *change, refuses, if refuses || *of == OfTheFile { words } else { &[] });
        }
    }
}

/// No way to the bytes hands out those of another file.
#[test]
fn changes_after_opening_are_noticed() {
    each_change(|name, change, refuses, words| {
        for access in [Access::Map, Access::Read] {
            let root = model("F32");
            let path = root.path().join(MODEL);
            let model = open_either(&path, access, refuses);
            assert!(model.changed().is_none());
            change(&path);
            assert_eq!(model.changed().unwrap().kind(), Kind::Changed, "{name}");
            if words.is_empty() {
                assert_eq!(model.bytes(0).unwrap(), contents("F32")[contents("F32").len() - DATA..], "{name}");
            }
            assert_noticed(name, model.bytes(0), words);
            let mut buffer = [1; 16];
            assert_noticed(name, model.read_into(0, 0, &mut buffer), words);
            assert!(words.is_empty() || buffer == [0; 16], "{name}: {buffer:?}");
            assert_noticed(name, model.verify(), words);
            assert_noticed(name, model.load(&to(Target::Host)), words);
            if access == Access::Map {
                assert_noticed(name, model.view(0), words);
                assert_noticed(name, model.load(&to(Target::View)), words);
            }
        }
    });
}

/// A load that has begun ends with an error too; it never reads through the map, where it would be a signal.
#[test]
fn changes_during_a_load_are_noticed() {
    each_change(|name, change, refuses, words| {
        for (access, jobs) in [(Access::Map, 0), (Access::Read, 0), (Access::Map, 2)] {
            let root = model("F32");
            let path = root.path().join(MODEL);
            let later = Arc::new(Later::default());
            let context = Context::new().with_executor(later.clone(), jobs);
            let model = open_either_in(&context, &path, access, refuses);
            let task = Task::start(&Arc::new(model.plan(&to(Target::Host)).unwrap())).unwrap();
            while task.progress().done_bytes == 0 {
                assert_eq!(task.step(Duration::ZERO).unwrap(), State::Pending);
            }
            change(&path);
            later.run();
            match task.wait().and_then(|()| task.finish()) {
                // What is missing shows as soon as it should be read, all else when the pass ends.
                Err(error) if error.to_string().contains("it ends here now") => assert_eq!(error.kind(), Kind::Changed),
                ended => assert_noticed(name, ended, words),
            }
            assert_eq!(task.finish().is_err(), !words.is_empty(), "{name}: an error is final");
        }
    });
}

/// Between a plan and its start there may be hours.
#[test]
fn changes_between_plan_and_start_are_noticed() {
    each_change(|name, change, refuses, words| {
        let root = model("F32");
        let path = root.path().join(MODEL);
        let plan = Arc::new(open_either(&path, Access::Map, refuses).plan(&to(Target::Host)).unwrap());
        change(&path);
        assert_noticed(name, Task::start(&plan), words);
    });
}

#[test]
fn a_shard_that_was_swapped_is_named() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, contents: Vec<u8>| fs::write(root.path().join(name), contents).unwrap();
    write("model.safetensors.index.json", index(&[("v", "a.safetensors"), ("w", "b.safetensors")]));
    write("a.safetensors", tensors(&["v"]));
    write("b.safetensors", tensors(&["w"]));
    let [model, goes_on] = [true, false].map(|refuses| open_either(root.path(), Access::Map, refuses));
    let new = root.path().join("new");
    fs::write(&new, tensors(&["w"])).unwrap();
    fs::rename(new, root.path().join("b.safetensors")).unwrap();

    goes_on.load(&to(Target::Host)).unwrap();
    let error = goes_on.changed().unwrap();
    assert!(error.to_string().contains("b.safetensors: another file"), "{error}");
    let error = model.load(&to(Target::Host)).unwrap_err();
    assert_eq!(error.kind(), Kind::Changed);
    assert!(error.to_string().contains("b.safetensors: another file"), "{error}");
    let only = |tensor| PlanOptions { tensors: vec![tensor], ..to(Target::Host) };
    assert_eq!(model.load(&only(0)).unwrap().find("v").unwrap().bytes().unwrap(), [1, 2, 3, 4]);
    assert_eq!(model.load(&only(1)).unwrap_err().kind(), Kind::Changed);
}

/// Somebody who sets the clock of the file back hides a change from `stat`, but not from a digest.
#[test]
fn a_change_under_the_old_time_is_noticed_by_a_digest() {
    let root = model("F32");
    let path = root.path().join(MODEL);
    let sums = Manifests::of(&open(&path, Access::Read, Policy::None)).unwrap().checksums();
    fs::write(root.path().join("SHA256SUMS"), sums).unwrap();
    let model = open(&path, Access::Map, Policy::Required);
    let mut contents = contents("F32");
    *contents.last_mut().unwrap() ^= 1;
    write(&path, &contents);
    let error = model.load(&to(Target::Host)).unwrap_err();
    assert_eq!(error.kind(), Kind::Mismatch, "{error}");
    assert_eq!(model.view(0).unwrap_err().kind(), Kind::Unverified);
}

/// A header that is forged while the model is opened, and put right again before the file is hashed: the file is then
/// what the manifest expects, and the model is not.
#[test]
fn a_header_that_was_forged_for_a_moment_is_noticed() {
    for target in [Target::None, Target::View, Target::Host] {
        let root = model("F32");
        let path = root.path().join(MODEL);
        let sums = Manifests::of(&open(&path, Access::Read, Policy::None)).unwrap().checksums();
        fs::write(root.path().join("SHA256SUMS"), sums).unwrap();
        write(&path, &contents("I32"));
        let forged = open(&path, Access::Map, Policy::Required);
        assert_eq!(forged.tensors().get(0).unwrap().dtype.name(), "I32");
        write(&path, &contents("F32"));
        let words = ["its header is not the one that was parsed"];
        assert_noticed("forged header", forged.load(&to(target)), &words);
        assert_noticed("forged header", forged.verify(), &words);
        assert_eq!(forged.view(0).unwrap_err().kind(), Kind::Unverified);
    }
}

/// Whoever may write the model's directory while it is open must not make the library read what lies elsewhere: neither
/// by the link of a file, nor by that of the entry, which decides what is permitted.
#[test]
fn links_that_are_swapped_afterwards_lead_nowhere_else() {
    const INDEX: &str = "model.safetensors.index.json";
    let root = tempfile::tempdir().unwrap();
    let [folder, home] = ["model", "home"].map(|name| root.path().join(name));
    fs::create_dir(&folder).unwrap();
    fs::create_dir(&home).unwrap();
    fs::write(folder.join(INDEX), index(&[("v", "v.safetensors")])).unwrap();
    fs::write(folder.join("v.safetensors"), tensors(&["v"])).unwrap();
    fs::write(folder.join("config.json"), "{}").unwrap();
    fs::write(home.join("secret"), "TOP SECRET").unwrap();
    fs::write(home.join("entry"), "{}").unwrap();
    for path in [folder.clone(), folder.join(INDEX)] {
        let model = open(&path, Access::Map, Policy::IfPresent);
        assert_eq!(model.asset("config.json").unwrap(), "{}");
        replace(&folder.join("config.json"), |new| symlink(home.join("secret"), new).unwrap());
        assert_eq!(model.asset("config.json").unwrap_err().kind(), Kind::Format);
        replace(&folder.join(INDEX), |new| symlink(home.join("entry"), new).unwrap());
        assert_eq!(model.asset("config.json").unwrap_err().kind(), Kind::Format, "the entry permits its new folder");
        replace(&folder.join("config.json"), |new| fs::write(new, "{}").unwrap());
        replace(&folder.join(INDEX), |new| fs::write(new, index(&[("v", "v.safetensors")])).unwrap());
        assert_eq!(model.asset("config.json").unwrap(), "{}", "a file of the model is one again");
    }
}

/// Writes other bytes of the same length and gives the file the time that it had.
fn forge(path: &Path, contents: &[u8]) {
    let before = fs::metadata(path).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.write_all_at(contents, 0).unwrap();
    let touched = |now: &fs::Metadata| (now.ctime(), now.ctime_nsec()) != (before.ctime(), before.ctime_nsec());
    // Two changes in one tick of the clock of the file system look like one.
    while !touched(&fs::metadata(path).unwrap()) {
        file.set_modified(SystemTime::now()).unwrap();
    }
    file.set_modified(before.modified().unwrap()).unwrap();
}

/// A model of one tensor with a manifest: of the file, or of the file and the tensor.
fn covered(with_tensors: bool) -> tempfile::TempDir {
    let root = model("F32");
    let manifests = Manifests::of(&open(root.path(), Access::Read, Policy::None)).unwrap();
    let (name, text) = match with_tensors {
        true => ("weighbridge.json", manifests.record().unwrap()),
        false => ("SHA256SUMS", manifests.checksums()),
    };
    fs::write(root.path().join(name), text).unwrap();
    root
}

/// Size and time of modification are as they were: only the digest can tell.
#[test]
fn what_was_checked_is_checked_again_once_its_file_was_touched() {
    let good = contents("F32");
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let tensor = &good[good.len() - DATA..];
    for (with_tensors, access) in
        [(true, Access::Read), (false, Access::Read), (true, Access::Map), (false, Access::Map)]
    {
        let root = covered(with_tensors);
        let path = root.path().join(MODEL);
        let model = open(root.path(), access, Policy::Required);
        assert_eq!(model.bytes(0).unwrap_err().kind(), Kind::Unverified, "nothing was checked yet");
        model.verify().unwrap().verdict(Policy::Required).unwrap();
        assert_eq!(model.bytes(0).unwrap(), tensor);

        let mut buffer = vec![0; DATA];
        forge(&path, &forged);
        assert_eq!(model.read_into(0, 0, &mut buffer).unwrap_err().kind(), Kind::Mismatch);
        assert!(buffer.iter().all(|byte| *byte == 0), "no byte is handed out");
        if access == Access::Read {
            assert_eq!(model.bytes(0).unwrap_err().kind(), Kind::Mismatch);
        }
        let loaded = model.load(&to(Target::Host));
        assert_eq!(loaded.map(|_| ()).unwrap_err().kind(), Kind::Mismatch);
        forge(&path, &good);
        model.read_into(0, 0, &mut buffer).unwrap();
        assert_eq!(buffer, tensor, "the bytes are the right ones again");
    }
}

/// Two tensors of one element, and a manifest that covers each of them.
fn two_covered() -> (tempfile::TempDir, Vec<u8>) {
    let root = tempfile::tempdir().unwrap();
    let header = format!("{{{},{}}}", entry("a", "F32", "[1]", "[0,4]"), entry("b", "F32", "[1]", "[4,8]"));
    let good = declared(header.len() as u64, header, 8);
    write(&root.path().join(MODEL), &good);
    let record = Manifests::of(&open(root.path(), Access::Map, Policy::None)).unwrap().record().unwrap();
    fs::write(root.path().join("weighbridge.json"), record).unwrap();
    (root, good)
}

/// What is known of a file is good for a moment, but not once somebody has found that it is another one.
#[test]
fn a_view_is_refused_after_a_read_was() {
    let (root, good) = two_covered();
    let path = root.path().join(MODEL);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let rewrite: fn(&Path, &[u8]) = |path, contents| fs::write(path, contents).unwrap();
    for (write_over, kind) in [(forge as fn(&Path, &[u8]), Kind::Mismatch), (rewrite, Kind::Changed)] {
        write(&path, &good);
        let model = open(root.path(), Access::Map, Policy::Required);
        model.verify().unwrap().verdict(Policy::Required).unwrap();
        assert_eq!(model.view(1).unwrap(), [5, 6, 7, 8][..]);
        write_over(&path, &forged);
        assert_eq!(model.read_into(1, 0, &mut [0; 4]).unwrap_err().kind(), kind);
        assert_eq!(model.view(1).unwrap_err().kind(), kind);
    }
}

/// One check of the time at which a file was touched serves all its tensors, but each of them is checked by itself.
#[test]
fn a_view_of_one_tensor_does_not_vouch_for_the_others() {
    let (root, good) = two_covered();
    let path = root.path().join(MODEL);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;

    let model = open(root.path(), Access::Map, Policy::Required);
    model.verify().unwrap().verdict(Policy::Required).unwrap();
    forge(&path, &forged);
    assert_eq!(model.view(0).unwrap(), [1, 2, 3, 4][..], "its bytes are as they were");
    assert_eq!(model.view(1).unwrap_err().kind(), Kind::Mismatch);
    assert_eq!(model.bytes(1).unwrap_err().kind(), Kind::Mismatch);
    forge(&path, &good);
    std::thread::sleep(Duration::from_millis(100)); // What was seen of the file is good for so long.
    assert_eq!(model.view(1).unwrap(), [5, 6, 7, 8][..]);
}

/// A link, a renaming or a deployment of another file leaves the bytes as they were, and the model as it was.
#[test]
fn a_file_that_was_only_renamed_stays_checked() {
    let good = contents("F32");
    for with_tensors in [true, false] {
        let root = covered(with_tensors);
        let path = root.path().join(MODEL);
        let model = open(root.path(), Access::Read, Policy::Required);
        model.verify().unwrap().verdict(Policy::Required).unwrap();
        let steps: [fn(&Path); 4] = [
            |path| fs::hard_link(path, path.with_extension("link")).unwrap(),
            |path| fs::rename(path, path.with_extension("old")).unwrap(),
            |path| fs::write(path, "another").unwrap(),
            |path| fs::remove_file(path.with_extension("old")).unwrap(),
        ];
        for step in steps {
            step(&path);
            assert_eq!(model.bytes(0).unwrap(), good[good.len() - DATA..]);
        }
    }
}
