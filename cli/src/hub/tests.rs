//! A cache as the Hugging Face tools lay it out, in a folder of the test.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use weighbridge::Kind;

use crate::place::resolve;

const FIRST: &str = "0123456789abcdef0123456789abcdef01234567";
const SECOND: &str = "0123456fedcba9876543210fedcba9876543210f";

struct Cache {
    root: TempDir,
    variables: HashMap<&'static str, OsString>,
}

impl Cache {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let variables = HashMap::from([("HF_HUB_CACHE", root.path().into())]);
        Self { root, variables }
    }

    /// Adds a snapshot with one file, and the branches and tags that name it.
    fn add(&self, folder: &str, commit: &str, refs: &[&str]) -> PathBuf {
        let model = self.root.path().join(folder);
        let snapshot = model.join("snapshots").join(commit);
        fs::create_dir_all(snapshot.join("onnx")).unwrap();
        fs::write(snapshot.join("onnx/model.onnx"), "").unwrap();
        for name in refs {
            let file = model.join("refs").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, commit).unwrap();
        }
        snapshot
    }

    fn resolve(&self, model: &str) -> weighbridge::Result<PathBuf> {
        resolve(Path::new(model), &|name| self.variables.get(name).cloned())
    }

    fn error(&self, model: &str) -> String {
        let error = self.resolve(model).unwrap_err();
        assert_eq!((error.kind(), error.site().path.as_deref()), (Kind::NotFound, Some(model)), "{error}");
        error.to_string()
    }
}

#[test]
fn a_name_means_the_snapshot_of_main() {
    let cache = Cache::new();
    let main = cache.add("models--org--name", FIRST, &["main"]);
    cache.add("models--org--name", SECOND, &["v2"]);
    let old = cache.add("models--gpt2", FIRST, &["main"]);
    for name in ["org/name", "hf://org/name", "hf://models/org/name/", "org/name@main"] {
        assert_eq!(cache.resolve(name).unwrap(), main, "{name}");
    }
    assert_eq!(cache.resolve("hf://gpt2").unwrap(), old);
    assert_eq!(cache.resolve("hf://org/name/onnx/model.onnx").unwrap(), main.join("onnx/model.onnx"));
    assert_eq!(cache.resolve("hf://org/name/missing").unwrap_err().kind(), Kind::NotFound);
    let error = cache.error("gpt2");
    assert!(error.ends_with("but the Hugging Face cache has a model of this name: name it as hf://gpt2"), "{error}");
    for name in ["gpt3", "org", "", "gpt2-"] {
        assert_eq!(cache.resolve(name).unwrap_err().message(), "there is no such file or directory", "{name}");
    }
}

#[test]
fn a_revision_is_a_branch_a_tag_or_the_beginning_of_a_commit() {
    let cache = Cache::new();
    let first = cache.add("models--org--name", FIRST, &["main", "refs/pr/1"]);
    let second = cache.add("models--org--name", SECOND, &["v2", "feature/onnx"]);
    for revision in ["refs/pr/1", FIRST, "01234567", "0123456789ABCDEF"] {
        assert_eq!(cache.resolve(&format!("org/name@{revision}")).unwrap(), first, "{revision}");
    }
    for revision in ["v2", "feature/onnx", SECOND, "0123456f"] {
        assert_eq!(cache.resolve(&format!("hf://org/name@{revision}")).unwrap(), second, "{revision}");
        let file = cache.resolve(&format!("hf://org/name@{revision}/onnx/model.onnx")).unwrap();
        assert_eq!(file, second.join("onnx/model.onnx"), "{revision}");
    }
    let several = cache.error("org/name@0123456");
    assert!(several.contains("several such revisions of org/name") && several.contains(SECOND), "{several}");
    for unknown in ["v3", "012345", "0123456789abcdef0123456789abcdef01234568", "feature", "v2/onnx"] {
        cache.error(&format!("org/name@{unknown}"));
    }
}

#[test]
fn the_only_snapshot_needs_no_branch() {
    let cache = Cache::new();
    let only = cache.add("models--org--name", FIRST, &["v1"]);
    assert_eq!(cache.resolve("org/name").unwrap(), only);
    cache.add("models--org--name", SECOND, &[]);
    let error = cache.error("org/name");
    assert!(error.contains(&format!("name one of them, as in org/name@{FIRST}, {SECOND}")), "{error}");
    // A branch whose snapshot is not there does not mean another one.
    let model = cache.root.path().join("models--org--name");
    fs::remove_dir_all(model.join("snapshots").join(SECOND)).unwrap();
    fs::write(model.join("refs/main"), SECOND).unwrap();
    let error = cache.error("hf://org/name");
    assert!(error.contains(&format!("has no revision main of org/name; it has v1, {FIRST}: ")), "{error}");
}

#[test]
fn an_error_names_the_cache_what_is_there_and_the_cure() {
    let cache = Cache::new();
    cache.add("models--org--name", FIRST, &["main", "refs/pr/1"]);
    cache.add("models--gpt2", FIRST, &["main"]);
    fs::create_dir(cache.root.path().join("datasets--org--data")).unwrap();
    let folder = cache.root.path().display();
    assert_eq!(
        cache.error("hf://org/other"),
        format!(
            "hf://org/other: the Hugging Face cache {folder} has no model org/other; it has gpt2, org/name: get it with \
             hf download org/other"
        )
    );
    let plain = cache.error("org/other");
    assert!(plain.starts_with("org/other: there is no such file or directory, and the Hugging Face cache"), "{plain}");
    let revision = cache.error("org/name@v9");
    let end = format!("it has main, refs/pr/1, {FIRST}: get it with hf download org/name --revision v9");
    assert!(revision.ends_with(&end), "{revision}");
    let request = cache.error("hf://org/name@refs/pr/9/model.onnx");
    assert!(request.contains("has no revision refs/pr/9 of org/name"), "{request}");
    for number in 0..30 {
        cache.add(&format!("models--org--many-{number:02}"), FIRST, &[]);
    }
    let many = cache.error("org/other");
    assert!(many.contains("org/many-18, …") && !many.contains("many-19"), "{many}");
}

/// What a cache holds may come from anywhere.
#[test]
fn a_branch_leads_nowhere_but_to_a_snapshot() {
    let cache = Cache::new();
    cache.add("models--org--name", FIRST, &[]);
    cache.add("models--org--name", SECOND, &[]);
    let refs = cache.root.path().join("models--org--name/refs");
    fs::create_dir_all(&refs).unwrap();
    for content in ["..", "../refs", "", "/", "x\0y", &"f".repeat(1 << 20)] {
        fs::write(refs.join("main"), content).unwrap();
        cache.error("org/name");
    }
    for outside in ["hf://org/name@../snapshots", "hf://org/name/../../x", "hf://../name"] {
        assert_eq!(cache.resolve(outside).unwrap_err().kind(), Kind::InvalidArgument, "{outside}");
    }
}

/// In the order of `huggingface_hub.constants`.
#[test]
fn the_cache_is_where_the_hugging_face_tools_look_for_it() {
    let mut cache = Cache::new();
    let root = cache.root.path().to_owned();
    cache.variables = HashMap::from([("HF_HUB_CACHE", OsString::new())]);
    assert!(cache.error("org/name").contains("the Hugging Face cache cannot be found: HOME is not set"));
    let mut expect = |variable: &'static str, value: &Path, folder: &str| {
        cache.variables.insert(variable, value.into());
        let error = cache.error("hf://org/name");
        let folder = root.join(folder);
        assert!(error.contains(&format!("cache {} has no model", folder.display())), "{variable}: {error}");
    };
    expect("HOME", &root, ".cache/huggingface/hub");
    expect("XDG_CACHE_HOME", &root.join("xdg"), "xdg/huggingface/hub");
    expect("HF_HOME", Path::new("~/hf"), "hf/hub");
    expect("HUGGINGFACE_HUB_CACHE", &root.join("old"), "old");
    expect("HF_HUB_CACHE", &root.join("new"), "new");
}

#[test]
fn a_tilde_is_the_home_directory_and_existing_paths_win() {
    let mut cache = Cache::new();
    let root = cache.root.path().to_owned();
    fs::write(root.join("model.onnx"), "").unwrap();
    assert!(cache.resolve("~/model.onnx").unwrap_err().to_string().contains("HOME is not set"));
    cache.variables.insert("HOME", root.clone().into());
    assert_eq!(cache.resolve("~/model.onnx").unwrap(), root.join("model.onnx"));
    assert!(cache.resolve("~").unwrap().is_dir());
    assert_eq!(cache.resolve("~other/model.onnx").unwrap_err().message(), "there is no such file or directory");
    // `src/hub` is a path from where the tests run.
    cache.add("models--src--hub", FIRST, &["main"]);
    assert_eq!(cache.resolve("src/hub").unwrap(), Path::new("src/hub"));
}

#[test]
fn variables_are_expanded_as_the_hugging_face_tools_do() {
    let mut cache = Cache::new();
    let snapshot = cache.add("models--org--name", FIRST, &["main"]);
    let root = cache.root.path().to_owned();
    cache.variables.insert("BASE", root.parent().unwrap().into());
    let last = root.file_name().unwrap().to_str().unwrap();
    for value in [format!("$BASE/{last}"), format!("${{BASE}}/{last}")] {
        cache.variables.insert("HF_HUB_CACHE", value.clone().into());
        assert_eq!(
            cache.resolve("org/name").unwrap().canonicalize().unwrap(),
            snapshot.canonicalize().unwrap(),
            "{value}"
        );
    }
    cache.variables.insert("HF_HUB_CACHE", "$UNKNOWN/${x".into());
    assert!(cache.error("hf://org/name").contains("the Hugging Face cache $UNKNOWN/${x has no model"));
}

#[test]
fn sets_are_named_in_the_cache_too() {
    let cache = Cache::new();
    let snapshot = cache.add("models--org--name", FIRST, &["main"]);
    for address in ["hf://org/name/model-*-of-00002.safetensors", "hf://org/name@main/model-*-of-00002.safetensors"] {
        assert_eq!(cache.resolve(address).unwrap(), snapshot.join("model-*-of-00002.safetensors"), "{address}");
    }
    assert_eq!(cache.resolve("/none/model-*-of-00002.safetensors").unwrap_err().kind(), Kind::NotFound);
}

/// A name may be that of a model on the hub, and is more likely that of a file if its folder is there.
#[test]
fn a_file_that_is_missing_in_a_folder_is_no_model_of_the_hub() {
    let cache = Cache::new();
    let folder = Path::new("src");
    let error = cache.resolve("src/model.safetensors").unwrap_err();
    assert!(folder.exists() && error.to_string().ends_with("there is no such file or directory"), "{error}");
    let dead = cache.root.path().join("dead");
    std::os::unix::fs::symlink("/gone/dir", &dead).unwrap();
    let error = cache.resolve(dead.join("model.safetensors").to_str().unwrap()).unwrap_err();
    assert!(error.to_string().ends_with("dead\" is a link to \"/gone/dir\", which is not there"), "{error}");
}
