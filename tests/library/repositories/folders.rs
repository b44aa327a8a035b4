//! What a folder with several files of weights is in a list of models: the model that it opens as, whose shards and variants are no
//! models of their own.

use std::fs;
use std::path::Path;

use weighbridge::{Context, Kind, Limits, Model, OpenOptions, Policy, Repository};

use super::{listed, options, plant};

/// Makes an index that maps the tensors of these files, which `plant` has made, to them.
fn index(root: &Path, name: &str, shards: &[&str]) {
    let tensor = |shard: &&str| match name.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{shard}"),
        None => (*shard).to_owned(),
    };
    let map: Vec<_> = shards.iter().map(|shard| format!("\"{}\":\"{shard}\"", tensor(shard))).collect();
    fs::write(root.join(name), format!("{{\"weight_map\":{{{}}}}}", map.join(","))).unwrap();
}

/// Names that programs really write, and others.
const INDEXED: [(&str, &[&str]); 5] = [
    (
        "diffusion_pytorch_model.safetensors.index.fp16.json",
        &[
            "diffusion_pytorch_model.fp16-00001-of-00002.safetensors",
            "diffusion_pytorch_model.fp16-00002-of-00002.safetensors",
        ],
    ),
    ("model.safetensors.index.json", &["embed.safetensors", "layer-0.safetensors", "layer-1.safetensors"]),
    (
        "model.safetensors.index.json",
        &["pytorch_model-00001-of-00002.safetensors", "pytorch_model-00002-of-00002.safetensors"],
    ),
    ("w.safetensors.index.json", &["v-1-of-2.safetensors", "v-2-of-2.safetensors"]),
    ("model.safetensors.index.json", &["layers/0.safetensors", "layers/1.safetensors", "model.safetensors"]),
];

#[test]
fn an_index_and_its_shards_are_one_model() {
    for (name, shards) in INDEXED {
        let of = |folder: &str| shards.iter().map(|shard| format!("{folder}{shard}")).collect::<Vec<_>>();
        let files = [of("unet/"), of(""), vec!["vae/model.safetensors".to_owned()]].concat();
        let root = plant(&files.iter().map(String::as_str).collect::<Vec<_>>());
        index(root.path(), &format!("unet/{name}"), shards);
        assert_eq!(listed(&root.path().join("unet")), ["."], "{name}");
        let unet = Model::open(root.path().join("unet"), &options(Policy::None), &Context::new()).unwrap();
        assert_eq!((unet.files().count(), unet.survey().unwrap().models.len()), (shards.len(), 1), "{name}");
        assert!(unet.notes().is_empty(), "{:?}", unet.notes());
        index(root.path(), name, shards);
        assert_eq!(listed(root.path()), [".", "unet", "vae"], "{name}");
        for shard in of("").iter().chain([&name.to_owned()]) {
            fs::remove_file(root.path().join(shard)).unwrap();
        }
        let error = Model::open(root.path(), &options(Policy::None), &Context::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.message().ends_with("its folders do (unet, vae): name one of them"), "{error}");
    }
}

/// Two indices are two models, each with its shards: no error and no note counts a shard apart.
#[test]
fn models_of_several_files_are_counted_once() {
    let shards = ["a-1.safetensors", "a-2.safetensors", "b-1.safetensors", "b-2.safetensors"];
    let root = plant(&shards);
    let [a, b] = ["a.safetensors.index.json", "b.safetensors.index.json"];
    index(root.path(), a, &shards[..2]);
    index(root.path(), b, &shards[2..]);
    assert_eq!(listed(root.path()), [a, b]);
    let open = || Model::open(root.path(), &options(Policy::None), &Context::new());
    let error = open().unwrap_err();
    assert!(error.message().contains(&format!("several models ({a}, {b}): name one of them")), "{error}");

    let chosen = "model.safetensors.index.json";
    index(root.path(), chosen, &shards[..2]);
    fs::remove_file(root.path().join(a)).unwrap();
    assert_eq!(listed(root.path()), ["."]);
    let model = open().unwrap();
    let [note] = model.notes() else { panic!("{:?}", model.notes()) };
    assert!(note.rule == "model.files.several" && note.message.ends_with(&format!("is left out: {b}")), "{note:?}");

    // A file comes first, and so does one of another format.
    fs::rename(root.path().join("a-1.safetensors"), root.path().join("model.safetensors")).unwrap();
    fs::remove_file(root.path().join("a-2.safetensors")).unwrap();
    fs::remove_file(root.path().join(chosen)).unwrap();
    let model = open().unwrap();
    let [note] = model.notes() else { panic!("{:?}", model.notes()) };
    assert!(
        note.message
            .ends_with(&format!("\"model.safetensors\" is opened; what does not belong to it is left out: {b}")),
        "{note:?}"
    );
    fs::remove_file(root.path().join("model.safetensors")).unwrap();
    fs::write(root.path().join("x.onnx"), "").unwrap();
    let error = open().unwrap_err();
    assert!(error.message().contains(&format!("models of several formats ({b}, x.onnx): name one")), "{error}");
    assert_eq!(listed(root.path()), [b, "x.onnx"]);
}

/// Such an index tells nothing of the files beside it.
#[test]
fn an_index_that_is_not_read_has_no_shards() {
    let (files, names) = (["a.safetensors", "b.safetensors"], ["x.safetensors.index.json", "y.safetensors.index.json"]);
    let root = plant(&files);
    for text in ["", "{}", "{\"weight_map\":{\"a\":\"a.safetensors\"", "{\"weight_map\":[\"a.safetensors\"]}"] {
        names.iter().for_each(|name| fs::write(root.path().join(name), text).unwrap());
        assert_eq!(listed(root.path()), [files, names].concat(), "{text}");
    }
    names.iter().zip(&files).for_each(|(name, file)| index(root.path(), name, &[file]));
    let within = |header_bytes| {
        let limits = Limits { header_bytes, ..Limits::default() };
        let options = OpenOptions { limits, ..options(Policy::None) };
        let models = Repository::open(root.path(), &options, &Context::new()).unwrap().survey().unwrap().models;
        models.into_iter().map(|model| model.path).collect::<Vec<_>>()
    };
    let len = |name: &str| fs::metadata(root.path().join(name)).unwrap().len();
    let both = len(names[0]) + len(names[1]);
    assert_eq!(within(both), names, "all indices together may have as many bytes as one");
    assert_eq!(within(both - 1), [files[1], names[0], names[1]]);
    // What an index says of files of other formats hides none of them.
    fs::write(root.path().join("c.onnx"), "").unwrap();
    index(root.path(), names[0], &["c.onnx", files[0]]);
    assert_eq!(listed(root.path()), ["c.onnx", names[0], names[1]]);
}

#[test]
fn a_folder_is_the_model_that_it_opens_as() {
    let plain = "diffusion_pytorch_model.safetensors";
    let cases: [(&[&str], &[&str]); 7] = [
        (&[plain, "diffusion_pytorch_model.fp16.safetensors", "diffusion_pytorch_model.non_ema.safetensors"], &["vae"]),
        (&["model.safetensors", "adapter_model.safetensors", "consolidated.safetensors"], &["vae"]),
        (&["m-1-of-2.safetensors", "m-2-of-2.safetensors", "consolidated.safetensors"], &["vae"]),
        (&["w.safetensors", "w.fp16-1-of-2.safetensors", "w.fp16-2-of-2.safetensors"], &["vae"]),
        (&["model.safetensors", "model.fp16.safetensors", "model.onnx"], &["vae", "vae/model.onnx"]),
        (&["a.safetensors", "b.safetensors", "model.onnx"], &["vae", "vae/a.safetensors", "vae/b.safetensors"]),
        (
            &["a.safetensors", "a.fp16.safetensors", "b.safetensors"],
            &["vae/a.fp16.safetensors", "vae/a.safetensors", "vae/b.safetensors"],
        ),
    ];
    for (files, models) in cases {
        let in_folder: Vec<_> = files.iter().map(|file| format!("vae/{file}")).collect();
        let root = plant(&in_folder.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(listed(root.path()), models);
        let own = models.iter().map(|path| path.strip_prefix("vae").unwrap().strip_prefix('/').unwrap_or("."));
        assert_eq!(listed(&root.path().join("vae")), own.collect::<Vec<_>>());
    }
}
