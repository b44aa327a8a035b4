//! Where the facts are found, by files that are made for it.

use serde_json::{Value, json};

use super::{Files, overview, weights};

/// A model of one tensor with this metadata, and these files beside it.
fn model(metadata: &Value, assets: &[(&str, &str)]) -> Files {
    let tensor = json!({"dtype": "F32", "shape": [2], "data_offsets": [0, 8]});
    let header = json!({"__metadata__": metadata, "x.weight": tensor}).to_string();
    let assets = assets.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    [("model.safetensors".to_owned(), weights(&header))].into_iter().chain(assets).collect()
}

fn with_config(config: &Value) -> Files {
    model(&json!({}), &[("config.json", &config.to_string())])
}

#[test]
fn the_architecture_is_found_in_configurations_and_in_metadata() {
    for (config, architecture) in [
        (json!({"architectures": ["A", "B"], "model_type": "m"}), Some("A")),
        (json!({"architectures": [], "model_type": "m"}), Some("m")),
        (json!({"architectures": null, "_class_name": "UNet"}), Some("UNet")),
        (json!({"architecture": "resnet50"}), Some("resnet50")),
        (json!({"architectures": 5, "model_type": ["m", "n"]}), Some("m")),
        (json!({}), None),
    ] {
        assert_eq!(overview(with_config(&config)).architecture.as_deref(), architecture, "{config}");
    }
    for key in ["modelspec.architecture", "ss_base_model_version", "general.architecture"] {
        let stated = json!({key: "sdxl", "ss_v2": "False"});
        assert_eq!(overview(model(&stated, &[])).architecture.as_deref(), Some("sdxl"), "{key}");
        let both = model(&stated, &[("config.json", r#"{"model_type": "m"}"#)]);
        assert_eq!(overview(both).architecture.as_deref(), Some("m"), "{key}");
    }
}

#[test]
fn an_adapter_is_known_by_the_name_of_its_weights() {
    let config = ("config.json", r#"{"model_type": "llama"}"#);
    let adapter = ("adapter_config.json", r#"{"peft_type": "LORA", "base_model_name_or_path": "a/b"}"#);
    let base = model(&json!({}), &[config, adapter]);
    let mut small = base.clone();
    small[0].0 = "adapter_model.safetensors".to_owned();
    assert_eq!(overview(base).architecture.as_deref(), Some("llama"));
    assert_eq!(overview(small).architecture.as_deref(), Some("LORA"));
    let alone = overview(model(&json!({}), &[adapter]));
    assert_eq!((alone.architecture.as_deref(), alone.base_model.as_deref()), (Some("LORA"), Some("a/b")));
}

#[test]
fn the_length_of_the_context_is_the_number_of_the_configuration() {
    for (config, length) in [
        (json!({"n_positions": 1024, "n_ctx": 5}), Some(1024)),
        (json!({"max_position_embeddings": 4096, "rope_scaling": {"factor": 8.0}}), Some(4096)),
        (json!({"max_position_embeddings": 4096.0}), Some(4096)),
        (json!({"vision_config": {"max_position_embeddings": 5}}), None),
        (json!({"thinker_config": {"text_config": {"max_position_embeddings": 7}}}), Some(7)),
        (json!({"max_position_embeddings": null, "seq_length": 9}), Some(9)),
        (json!({"max_position_embeddings": -1}), None),
        (json!({"max_position_embeddings": 0}), None),
        (json!({"max_position_embeddings": "4096"}), None),
        (json!({"max_position_embeddings": 1e30}), None),
        (json!({"max_position_embeddings": u64::MAX}), None),
    ] {
        assert_eq!(overview(with_config(&config)).context_length, length, "{config}");
    }
    for (stated, length) in [("512", Some(512)), ("1000000000000000019884624838656", None)] {
        let tokenizer = format!(r#"{{"model_max_length": {stated}}}"#);
        let files = model(&json!({}), &[("config.json", "{}"), ("tokenizer_config.json", &tokenizer)]);
        assert_eq!(overview(files).context_length, length, "{stated}");
    }
    let genai = json!({"model": {"type": "phi3", "context_length": 131_072}}).to_string();
    let genai = overview(model(&json!({}), &[("genai_config.json", &genai)]));
    assert_eq!((genai.architecture.as_deref(), genai.context_length), (Some("phi3"), Some(131_072)));
}

#[test]
fn methods_are_named_as_their_files_name_them() {
    let quantized = |file: &str, config: &Value| {
        let method = overview(model(&json!({}), &[(file, &config.to_string())])).quantization;
        method.map(|of| (of.method, of.bits, of.group_size, of.source))
    };
    for (file, config, expected) in [
        ("config.json", json!({"load_in_4bit": true}), ("bitsandbytes", Some(4), None)),
        (
            "config.json",
            json!({"quant_method": "hqq", "quant_config": {"weight_quant_params": {"nbits": 3, "group_size": 64}}}),
            ("hqq", Some(3), Some(64)),
        ),
        (
            "config.json",
            json!({"quant_method": "torchao", "quant_type": "int4_weight_only"}),
            ("torchao", Some(4), None),
        ),
        ("config.json", json!({"quant_method": "quanto", "weights": "int2"}), ("quanto", Some(2), None)),
        (
            "config.json",
            json!({"quant_method": "quark", "global_quant_config": {"weight": {"dtype": "fp4", "group_size": 32}}}),
            ("quark", Some(4), Some(32)),
        ),
        ("config.json", json!({"quant_method": "gptq", "bits": 4, "group_size": -1}), ("gptq", Some(4), None)),
        ("config.json", json!({"quant_method": "new", "bits": 4096}), ("new", None, None)),
    ] {
        let (method, bits, size) = expected;
        let expected = (method.to_owned(), bits, size, "config.json: quantization_config".to_owned());
        assert_eq!(quantized(file, &json!({"quantization_config": config})), Some(expected), "{config}");
    }
    let nested = json!({"text_config": {"quantization_config": {"quant_method": "awq", "bits": 4}}});
    assert_eq!(quantized("config.json", &nested).unwrap().3, "config.json: text_config.quantization_config");
    let exported = json!({"quantization": {"quant_algo": "W4A16_AWQ", "group_size": 128}});
    let expected = ("modelopt".to_owned(), Some(4), Some(128), "hf_quant_config.json: quantization".to_owned());
    assert_eq!(quantized("hf_quant_config.json", &exported), Some(expected));
    for nothing in [json!(null), json!({}), json!([]), json!("gptq"), json!({"quant_method": 5})] {
        assert_eq!(quantized("config.json", &json!({"quantization_config": nothing})), None);
    }
}

#[test]
fn a_head_that_should_be_tied_and_is_stored_is_noted() {
    let header = |name: &str| {
        let tensor = |start: u64| json!({"dtype": "F32", "shape": [2], "data_offsets": [start, start + 8]});
        weights(&json!({"model.embed_tokens.weight": tensor(0), name: tensor(8)}).to_string())
    };
    let tied = |name: &str, config: &Value| {
        let config = ("config.json".to_owned(), config.to_string().into_bytes());
        let overview = overview(vec![("model.safetensors".to_owned(), header(name)), config]);
        (overview.tied, overview.notes.len())
    };
    let architectures = json!(["GPT2LMHeadModel"]);
    let stated = |is_tied| json!({"architectures": architectures, "tie_word_embeddings": is_tied});
    assert_eq!(tied("lm_head.weight", &stated(true)), (Some(true), 1));
    assert_eq!(tied("lm_head.weight", &stated(false)), (Some(false), 0));
    assert_eq!(tied("norm.weight", &stated(true)), (Some(true), 0));
    assert_eq!(tied("norm.weight", &json!({"architectures": architectures})), (Some(true), 0));
    assert_eq!(tied("lm_head.weight", &json!({"architectures": architectures})), (None, 0));
    assert_eq!(tied("norm.weight", &json!({"architectures": ["BertModel"]})), (None, 0));
    assert_eq!(tied("norm.weight", &json!({"text_config": {"tie_word_embeddings": true}})), (Some(true), 0));
}

#[test]
fn tokenizers_are_known_by_their_files() {
    for (files, tokenizer) in [
        (&["tokenizer.json", "vocab.json", "merges.txt"][..], Some("tokenizer.json")),
        (&["merges.txt", "vocab.json"], Some("vocab.json+merges.txt")),
        (&["vocab.json"], Some("vocab.json")),
        (&["merges.txt"], None),
        (&["tekken.json"], Some("tekken.json")),
        (&["qwen.tiktoken"], Some("qwen.tiktoken")),
        (&["tokenizer_config.json"], None),
    ] {
        let assets: Vec<_> = files.iter().map(|name| (*name, "{}")).collect();
        assert_eq!(overview(model(&json!({}), &assets)).tokenizer.as_deref(), tokenizer, "{files:?}");
    }
}

#[test]
fn the_licence_is_that_of_the_card_then_of_the_metadata_then_a_file() {
    let card = ("README.md", "---\nlicense: mit\n---\n");
    let (file, metadata) = (("LICENSE.txt", "…"), json!({"modelspec.license": "CreativeML"}));
    let licence = |metadata: &Value, assets: &[(&str, &str)]| overview(model(metadata, assets)).licence;
    assert_eq!(licence(&metadata, &[card, file]).as_deref(), Some("mit"));
    assert_eq!(licence(&metadata, &[("README.md", "# No front matter"), file]).as_deref(), Some("CreativeML"));
    assert_eq!(licence(&json!({}), &[file]).as_deref(), Some("LICENSE.txt"));
    assert_eq!(licence(&json!({}), &[]), None);
}

#[test]
fn labels_are_found_in_configurations_and_in_metadata() {
    let labels = |files| overview(files).labels.map(|of| (of.count, of.first.join(" "), of.source));
    let config = json!({"id2label": {"0": "a", "10": "k", "2": "c", "1": "b"}});
    let expected = (Some(4), "a b c".to_owned(), "config.json: id2label".to_owned());
    assert_eq!(labels(with_config(&config)), Some(expected));
    let expected = (Some(2), "person car".to_owned(), "metadata: names".to_owned());
    assert_eq!(labels(model(&json!({"names": "{0: 'person', 1: 'car'}"}), &[])), Some(expected));
    for nothing in
        [json!({"id2label": {}}), json!({"id2label": null}), json!({"id2label": "a"}), json!({"num_labels": 3})]
    {
        assert_eq!(labels(with_config(&nothing)), None, "{nothing}");
    }
}

#[test]
fn labels_are_found_in_files_beside_the_model() {
    let labels = |files: &[(&str, &str)]| {
        let labels = overview(model(&json!({}), files)).labels;
        labels.map(|of| (of.count, of.first.join(" "), of.source))
    };
    let lines = "cat\ndog\r\n\nowl\neel\n";
    for name in [
        "labels.txt",
        "Labels.TXT",
        "coco_labels.txt",
        "labelmap.txt",
        "classes.txt",
        "imagenet_classes.txt",
        "class_names.txt",
        "synset_words.txt",
        "coco.names",
        "ppocr_keys_v1.txt",
    ] {
        assert_eq!(labels(&[(name, lines)]), Some((Some(4), "cat dog owl".to_owned(), name.to_owned())), "{name}");
    }
    for (name, text) in [
        ("id2label.json", r#"{"0": "cat", "10": "eel", "2": "owl", "1": "dog"}"#),
        ("coco_label_map.json", r#"{"cat": 0, "eel": 10, "dog": 1, "owl": 2}"#),
        ("labels.json", r#"["cat", "dog", "owl", "eel"]"#),
        ("classes.json", r#"["cat", "dog", "owl", "eel"]"#),
        ("class_names.json", r#"["cat", "dog", "owl", "eel"]"#),
    ] {
        assert_eq!(labels(&[(name, text)]), Some((Some(4), "cat dog owl".to_owned(), name.to_owned())), "{name}");
    }
    for none in
        [("vocab.txt", lines), ("dict.txt", lines), ("merges.txt", lines), ("labels.txt", ""), ("id2label.json", "{}")]
    {
        assert_eq!(labels(&[none]), None, "{none:?}");
    }
    let broken = overview(model(&json!({}), &[("id2label.json", "{"), ("classes.txt", lines)]));
    assert_eq!(broken.labels.unwrap().source, "classes.txt");
    assert_eq!((broken.notes[0].rule, broken.notes.len()), ("model.asset.unused", 1));
    let of_windows = labels(&[("labels.txt", "\u{feff}cat\r\ndog\r\n")]);
    assert_eq!(of_windows, Some((Some(2), "cat dog".to_owned(), "labels.txt".to_owned())));
    let other = [("labels.txt".to_owned(), b"caf\xe9\n".to_vec())];
    let other = overview(model(&json!({}), &[]).into_iter().chain(other).collect());
    assert_eq!((other.labels.is_none(), other.notes[0].rule, other.notes.len()), (true, "model.asset.unused", 1));
    // A model has one such file: of many, only a few are read.
    let many = ["id2label.json", "labels.json", "classes.json", "class_names.json"].map(|name| (name, "{"));
    let many = overview(model(&json!({}), &[&many[..], &[("labels.txt", lines)]].concat()));
    assert_eq!((many.labels.is_none(), many.notes.len()), (true, 4));
}
