//! Models whose files are links that lead out of their directory, as tools that manage data make them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use weighbridge::{Context, Kind, Model, OpenOptions, PlanOptions};

const SHARDS: [&str; 2] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const INDEX: &str = "model.safetensors.index.json";

fn weights(name: &str) -> Vec<u8> {
    let data = name.as_bytes();
    let view = TensorView::new(Dtype::U8, vec![data.len()], data).unwrap();
    safetensors::serialize(BTreeMap::from([(name, view)]), None).unwrap()
}

/// The files of a model of two shards.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let map = format!(r#"{{"weight_map": {{"{0}": "{0}", "{1}": "{1}"}}}}"#, SHARDS[0], SHARDS[1]);
    let shards = SHARDS.iter().map(|name| (*name, weights(name)));
    shards.chain([(INDEX, map.into_bytes()), ("config.json", b"{}".to_vec())]).collect()
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    fn link(&self, name: &str, target: impl AsRef<Path>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        symlink(target, self.path(name)).unwrap();
    }

    fn open(&self, roots: &[&str]) -> weighbridge::Result<Model> {
        let link_roots = roots.iter().map(|root| self.path(root)).collect();
        Model::open(self.path("model"), &OpenOptions { link_roots, ..OpenOptions::default() }, &Context::new())
    }

    /// The model opens, has its assets, and its tensors are what they should be.
    fn assert_whole(&self, roots: &[&str]) {
        let model = self.open(roots).unwrap();
        assert_eq!(model.assets(), ["config.json"]);
        assert_eq!(&model.asset("config.json").unwrap()[..], b"{}");
        let placement = model.load(&PlanOptions::default()).unwrap();
        for name in SHARDS {
            assert_eq!(placement.find(name).unwrap().bytes().unwrap(), name.as_bytes());
        }
    }

    fn assert_refused(&self, roots: &[&str]) {
        let error = self.open(roots).unwrap_err();
        assert_eq!(error.kind(), Kind::Format, "{error}");
        assert!(error.message().contains("one of the link_roots of the open"), "{error}");
        assert_eq!(error.option(), Some("link_roots"));
    }
}

/// DVC keeps each file under its MD5, in one of 256 folders.
#[test]
fn the_cache_of_dvc() {
    let place = Place::new();
    for (number, (name, bytes)) in files().into_iter().enumerate() {
        let blob = format!(".dvc/cache/files/md5/{number:02x}/0123456789abcdef");
        place.file(&blob, &bytes);
        place.link(&format!("model/{name}"), place.path(&blob));
    }
    place.assert_refused(&[]);
    place.assert_whole(&[".dvc/cache"]);
}

/// git-annex keeps each file in a folder of its own, and links to it are relative.
#[test]
fn the_objects_of_git_annex() {
    let place = Place::new();
    for (number, (name, bytes)) in files().into_iter().enumerate() {
        let key = format!("SHA256E-s{}--{number:064x}", bytes.len());
        let object = format!(".git/annex/objects/{number:02x}/xx/{key}/{key}");
        place.file(&object, &bytes);
        place.link(&format!("model/{name}"), format!("../{object}"));
    }
    place.assert_refused(&[]);
    place.assert_whole(&[".git/annex/objects"]);
}

/// Two disks take a shard each.
#[test]
fn shards_on_other_disks() {
    let place = Place::new();
    for (name, bytes) in files() {
        let disk = SHARDS.iter().position(|shard| *shard == name).map_or("model", |shard| ["disk1", "disk2"][shard]);
        place.file(&format!("{disk}/{name}"), &bytes);
        if disk != "model" {
            place.link(&format!("model/{name}"), place.path(disk).join(name));
        }
    }
    place.assert_refused(&[]);
    place.assert_refused(&["disk1"]);
    place.assert_refused(&["disk2"]);
    place.assert_whole(&["disk1", "disk2"]);
    place.assert_whole(&["."]);
}

/// Without an index no shard is the one by which the others are found: whoever makes a link in the place of the first permits nothing.
#[test]
fn shards_without_an_index_permit_nothing() {
    let sets = [&SHARDS[..], &["model-00001-of-00001.safetensors"]];
    for (set, roots) in sets.iter().flat_map(|set| [(set, "elsewhere"), (set, ".")]) {
        let place = Place::new();
        for name in *set {
            place.file(&format!("elsewhere/{name}"), &weights(name));
            place.link(&format!("model/{name}"), format!("../elsewhere/{name}"));
        }
        place.file("elsewhere/config.json", b"{}");
        place.link("model/config.json", "../elsewhere/config.json");
        if set.len() > 1 {
            place.assert_refused(&[]);
        } else {
            // One file is the entry of the model.
            assert_eq!(place.open(&[]).unwrap().assets(), ["config.json"]);
        }
        let model = place.open(&[roots]).unwrap();
        assert_eq!((model.files().count(), model.assets()), (set.len(), &["config.json".to_owned()][..]));
        // By the name of the set, too.
        let named = format!("model/model-*-of-{:05}.safetensors", set.len());
        let named = Model::open(place.path(&named), &OpenOptions::default(), &Context::new());
        assert_eq!(named.is_err(), set.len() > 1);
    }
}

/// Kubernetes swaps all files of a volume at once, by one link.
#[test]
fn the_volumes_of_kubernetes_need_no_permission() {
    let place = Place::new();
    for (name, bytes) in files() {
        place.file(&format!("model/..2026_11_28/{name}"), &bytes);
        place.link(&format!("model/{name}"), format!("..data/{name}"));
    }
    place.link("model/..data", "..2026_11_28");
    place.assert_whole(&[]);
}

/// A permitted directory is no way to others: not by a link in it, and not by `..`.
#[test]
fn a_permitted_directory_permits_what_really_lies_in_it() {
    let place = Place::new();
    for (name, bytes) in files() {
        let is_last = name == SHARDS[1];
        place.file(&format!("{}/{name}", if is_last { "secret" } else { "cache" }), &bytes);
        let target = if is_last { "cache/back" } else { "cache" };
        place.link(&format!("model/{name}"), place.path(target).join(name));
    }
    place.link("cache/back", place.path("secret"));
    place.assert_refused(&["cache"]);
    place.assert_whole(&["cache", "secret"]);
}

#[test]
fn a_permitted_directory_has_to_be_there() {
    let place = Place::new();
    files().into_iter().for_each(|(name, bytes)| place.file(&format!("model/{name}"), &bytes));
    place.assert_whole(&[]);
    let error = place.open(&["gone"]).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(error.to_string().contains("gone"), "{error}");
    let error = place.open(&["model/config.json"]).unwrap_err();
    assert!(error.to_string().contains("config.json"), "{error}");
}
