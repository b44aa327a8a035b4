//! Files beside the weights that are broken, too long, or not what a manifest expects.

use std::thread;

use serde_json::{Value, json};
use weighbridge::overview::Overview;
use weighbridge::{Context, Finding, Model, OpenOptions, Policy};

use super::{Files, files_of, overview, read, weights};

const FILES: [&str; 8] = [
    "adapter_config.json",
    "config.json",
    "genai_config.json",
    "hf_quant_config.json",
    "quant_config.json",
    "quantize_config.json",
    "quanto_qmap.json",
    "tokenizer_config.json",
];

/// A model of one tensor, and a file beside it.
fn model(name: &str, contents: impl Into<Vec<u8>>) -> Files {
    let header = json!({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).to_string();
    vec![("model.safetensors".to_owned(), weights(&header)), (name.to_owned(), contents.into())]
}

/// The only note of an overview that says nothing but what the weights are.
fn note(name: &str, contents: impl Into<Vec<u8>>) -> String {
    let overview = overview(model(name, contents));
    assert_eq!((overview.parameters, &overview.architecture, &overview.quantization), (2, &None, &None));
    let [note] = &overview.notes[..] else { panic!("{name}: {:?}", overview.notes) };
    note.message.clone()
}

#[test]
fn files_that_cannot_be_read_are_noted_and_not_used() {
    for name in FILES {
        let deep = [&"[".repeat(100)[..], &"]".repeat(100)].concat();
        for (contents, expected) in [
            (r#"{"architectures": ["A""#, "not valid JSON here"),
            ("", "not valid JSON here"),
            (r#"{"model_type": "a", "model_type": "b"}"#, "the key \"model_type\" occurs twice"),
            (r#"{"model": {"type": "a", "type": "a"}}"#, "the key \"type\" occurs twice"),
            (&*deep, "nested more than 32 deep"),
            (&*"[".repeat(1 << 20), "nested more than 32 deep"),
        ] {
            let note = note(name, contents);
            assert!(note.contains(expected) && note.contains(name), "{note}");
            assert!(note.ends_with(": the file is not used"), "{note}");
        }
        let not_utf8 = note(name, b"{\"a\": \"\xff\"}".to_vec());
        assert!(not_utf8.contains("not UTF-8"), "{not_utf8}");
    }
    assert!(note("README.md", b"---\nlicense: \xff\n---".to_vec()).contains("expected UTF-8"));
}

#[test]
fn files_that_are_too_long_are_not_read() {
    let padded = |len: usize| [br#"{"model_type": "llama"}"#.to_vec(), vec![b' '; len - 23]].concat();
    assert_eq!(overview(model("config.json", padded(4 << 20))).architecture.as_deref(), Some("llama"));
    assert!(note("config.json", padded((4 << 20) + 1)).contains("it has 4194305 bytes: expected at most 4194304"));
    assert!(note("README.md", vec![b'-'; 5 << 20]).contains("expected at most 4194304"));
}

/// As many values as fit the file take more memory than a configuration may.
#[test]
fn values_without_number_are_refused() {
    let many = format!("[{}0]", "{},".repeat((4 << 20) / 3 - 2));
    assert!(note("config.json", many).contains("too many values"));
}

#[test]
fn values_of_the_wrong_type_mean_nothing() {
    let keys = [
        "architectures",
        "model_type",
        "peft_type",
        "id2label",
        "label_names",
        "quantization_config",
        "quantization",
        "compression_config",
        "config_groups",
        "text_config",
        "model",
        "max_position_embeddings",
        "model_max_length",
        "tie_word_embeddings",
        "bits",
        "w_bit",
        "group_size",
        "quant_algo",
        "load_in_4bit",
        "quant_type",
        "weights",
    ];
    for value in
        [json!(null), json!(-5), json!(1e300), json!(false), json!([]), json!([[]]), json!({}), json!({"": {}})]
    {
        let config: serde_json::Map<String, Value> =
            keys.iter().map(|key| ((*key).to_owned(), value.clone())).collect();
        for name in FILES {
            let overview = overview(model(name, json!(config).to_string()));
            // A file that one library alone writes says that there is a quantization, whatever else it says.
            let is_certain = |note: &&Finding| note.rule != "model.parameters.uncertain";
            assert_eq!(
                (overview.parameters, overview.notes.iter().filter(is_certain).count()),
                (2, 0),
                "{name}: {value}"
            );
            assert_eq!((overview.architecture, overview.context_length), (None, None), "{name}: {value}");
        }
    }
}

/// A text of a file goes into an overview only as far as it may be a name.
#[test]
fn long_texts_are_cut() {
    let long = "é".repeat(1 << 18);
    let config = json!({"model_type": long, "id2label": {"0": long}, "quantization_config": {"quant_method": long}});
    let overview = overview(model("config.json", config.to_string()));
    assert_eq!(overview.architecture.unwrap(), "é".repeat(128));
    assert_eq!(overview.labels.unwrap().first, ["é".repeat(128)]);
    assert_eq!(overview.quantization.unwrap().method, "é".repeat(128));
}

/// Wherever a configuration ends, there is an overview, and only the whole one says how many weights there are.
#[test]
fn configurations_that_are_cut_off_do_not_stop_an_overview() {
    let expected: Value = serde_json::from_slice(&read("mlx-q4.expected.json")).unwrap();
    let whole = files_of("mlx-q4", &expected);
    let config = whole.iter().position(|(name, _)| name == "config.json").unwrap();
    let len = whole[config].1.len();
    for end in (0..len).step_by(17) {
        let mut files = whole.clone();
        files[config].1.truncate(end);
        let overview = overview(files);
        assert_eq!(overview.notes.len(), 2, "{end}: {:?}", overview.notes);
        assert!(json!(overview.parameters) != expected["parameters"]);
    }
}

/// What does not match its manifest says nothing.
#[test]
fn files_that_a_manifest_contradicts_are_not_used() {
    let config = r#"{"model_type": "llama"}"#;
    let sums = |digest: &str| format!("{digest}  config.json\n");
    let right = weighbridge::digest::Digest::of(weighbridge::digest::Algorithm::Sha256, config.as_bytes()).to_string();
    let overview_of = |digest: &str, policy| {
        let mut files = model("config.json", config);
        files.push(("SHA256SUMS".to_owned(), sums(digest).into_bytes()));
        let blobs = files.into_iter().map(|(name, bytes)| (name, bytes.into()));
        let options = OpenOptions { policy, ..Default::default() };
        Overview::of(&Model::from_blobs(blobs, "", &options, &Context::new()).unwrap()).unwrap()
    };
    let wrong = "0".repeat(64);
    let used = overview_of(&right, Policy::IfPresent);
    assert_eq!((used.architecture.as_deref(), used.notes.len()), (Some("llama"), 0));
    let refused = overview_of(&wrong, Policy::IfPresent);
    assert_eq!(refused.architecture, None);
    assert!(
        refused.notes[0].message.contains("config.json: sha256 is") && refused.notes[0].message.contains("SHA256SUMS"),
        "{:?}",
        refused.notes
    );
    assert_eq!(overview_of(&wrong, Policy::None).architecture.as_deref(), Some("llama"));
}

/// Hosts with many threads give each as little as 64 KiB.
#[test]
fn deep_configurations_fit_a_small_stack() {
    let deep = format!(r#"{{"model_type": "m", "a": {}1{}}}"#, r#"{"a": ["#.repeat(15), "]}".repeat(15));
    let thread = thread::Builder::new().stack_size(64 << 10).spawn(move || overview(model("config.json", deep)));
    let overview = thread.unwrap().join().unwrap();
    assert_eq!(overview.architecture.as_deref(), Some("m"), "{:?}", overview.notes);
}
