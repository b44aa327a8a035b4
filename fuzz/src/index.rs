//! An index beside shards that are well, and traps around them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use tempfile::TempDir;
use weighbridge::{Access, Context, Model, OpenOptions};

use super::check_model;

/// A directory with two shards, a third one that no index may reach, and links to it and to nowhere.
struct Beside {
    _temp: TempDir,
    index: PathBuf,
}

thread_local! {
    static BESIDE: Beside = Beside::new();
}

impl Beside {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let model = temp.path().join("model");
        fs::create_dir(&model).unwrap();
        fs::write(model.join("a.safetensors"), shard(&["v", "w", "both"])).unwrap();
        fs::write(model.join("b.safetensors"), shard(&["x", "both"])).unwrap();
        fs::write(temp.path().join("outside.safetensors"), shard(&["secret"])).unwrap();
        symlink("../outside.safetensors", model.join("escape.safetensors")).unwrap();
        symlink("nowhere", model.join("dangling.safetensors")).unwrap();
        symlink(".", model.join("loop")).unwrap();
        Self { index: model.join("model.safetensors.index.json"), _temp: temp }
    }
}

/// A file of tensors of four bytes each.
fn shard(names: &[&str]) -> Vec<u8> {
    let entry = |(at, name): (usize, &&str)| {
        format!(r#""{name}":{{"dtype":"U8","shape":[4],"data_offsets":[{},{}]}}"#, 4 * at, 4 * at + 4)
    };
    let entries: Vec<_> = names.iter().enumerate().map(entry).collect();
    let header = format!("{{{}}}", entries.join(","));
    let len = header.len() as u64;
    [&len.to_le_bytes(), header.as_bytes(), &vec![7; 4 * names.len()]].concat()
}

/// Opens the shards by an index.
pub fn index(data: &[u8]) {
    BESIDE.with(|beside| {
        fs::write(&beside.index, data).unwrap();
        for access in [Access::Map, Access::Read] {
            let options = OpenOptions { access, ..OpenOptions::default() };
            let Ok(model) = Model::open(&beside.index, &options, &Context::new()) else { return };
            check_model(&model);
            assert_eq!(model.tensors().find("secret"), None);
            assert!(model.unindexed().iter().all(|tensor| tensor.name != "secret"));
        }
    });
}
