//! What `--output` replaces, and what it does not.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::common::{bad, checkpoint, command, golden, good, onnx, path, run, shell, text};

/// The weights of a user are worth more than a report of them.
#[test]
fn files_of_the_model_are_not_written_over() {
    let copy = checkpoint();
    let weights = copy.path().join("model-00002-of-00004.safetensors");
    let before = fs::read(&weights).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let link = outside.path().join("link");
    symlink(&weights, &link).unwrap();
    let target = path(copy.path());
    for output in [&weights, &link, &copy.path().join("config.json")] {
        for command in ["inspect", "verify", "digest", "check"] {
            let told = bad(2, &[command, target, "--output", path(output)]);
            assert!(told.contains("may be a file that the command reads"), "{told}");
        }
    }
    assert!(
        bad(2, &["inspect", path(&weights), "--output", path(&weights)])
            .contains("may be a file that the command reads")
    );
    // A link is written through, and nothing is lost if there is nothing to write.
    let other = outside.path().join("other.json");
    fs::write(&other, "before").unwrap();
    fs::remove_file(&link).unwrap();
    symlink(&other, &link).unwrap();
    bad(2, &["inspect", "/no/such/model", "--output", path(&link)]);
    assert_eq!(fs::read_to_string(&other).unwrap(), "before");
    good(&["inspect", target, "--json", "--output", path(&link)]);
    assert!(fs::read_to_string(&other).unwrap().starts_with('{') && link.is_symlink());
    good(&["digest", target]);
    good(&["digest", target, "--output", path(&copy.path().join("weighbridge.json"))]);
    let sums = copy.path().join("SHA256SUMS");
    let memo = outside.path().join("memo");
    good(&["verify", target, "--memo", path(&memo)]);
    // One that is not there yet.
    let later = outside.path().join("later");
    for args in [
        &["verify", target, "--output", path(&sums)][..],
        &["verify", "-c", path(&sums), "--output", path(&sums)],
        &["verify", "-c", path(&sums), "--output", path(&weights)],
        &["verify", target, "--manifest", path(&sums), "--output", path(&sums)],
        &["verify", target, "--memo", path(&memo), "--output", path(&memo)],
        &["verify", target, "--memo", path(&later), "--output", path(&later)],
        &["formats", "--output", path(&weights)],
    ] {
        assert!(bad(2, args).contains("which would be lost"), "{args:?}");
    }
    assert!(!later.exists() && fs::read(&weights).unwrap() == before);
    // Nothing is lost there.
    assert!(bad(1, &["verify", "-c", "/dev/null", "--output", "/dev/null"]).contains("lists no file"));
}

#[test]
fn output_replaces_nothing_that_a_model_may_name() {
    let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let model = root.path().join("model.onnx");
    fs::copy(onnx::golden("made/labels.onnx"), &model).unwrap();
    let (data, text_file) = (root.path().join("weights"), root.path().join("report.json"));
    fs::write(&data, [0_u8, 63].repeat(8)).unwrap();
    fs::write(&text_file, "of an earlier run").unwrap();
    let target = path(&model);
    assert!(bad(2, &["inspect", target, "--output", path(&data)]).contains("which would be lost"));
    good(&["formats", "--output", path(&text_file)]);
    // A file that only a link of the directory leads to.
    let (directory, blob) = (root.path().join("snapshot/unet"), outside.path().join("0123"));
    fs::create_dir_all(&directory).unwrap();
    fs::write(&blob, "{}").unwrap();
    symlink(&blob, directory.join("config.json")).unwrap();
    let snapshot = root.path().join("snapshot");
    assert!(bad(2, &["digest", path(&snapshot), "--output", path(&blob)]).contains("which would be lost"));
}

/// A model that is named by one of its files has others in the directory, which are known when it is open.
#[test]
fn output_replaces_nothing_that_an_open_model_has() {
    let copy = checkpoint();
    fs::write(copy.path().join("SHA256SUMS"), good(&["digest", path(copy.path()), "--sha256sums", "--output", "-"]))
        .unwrap();
    let file = |name: &str| copy.path().join(name);
    let (index, set) = (file("model.safetensors.index.json"), file("model-*-of-00004.safetensors"));
    let onnx = file("model.onnx");
    fs::write(file("w.txt"), "ABCD".repeat(4)).unwrap();
    fs::write(&onnx, external_model("w.txt")).unwrap();
    let list = file("SHA256SUMS");
    let before = |name: &str| fs::read(file(name)).unwrap();
    for (args, name) in [
        (&["inspect", path(&index)][..], "config.json"),
        (&["inspect", path(&index), "--json"], "config.json"),
        (&["digest", path(&index)], "config.json"),
        (&["verify", path(&set)], "tokenizer.json"),
        (&["inspect", path(&set)], "model.safetensors.index.json"),
        (&["verify", path(&file("model-00001-of-00004.safetensors"))], "SHA256SUMS"),
        (&["inspect", path(&onnx), "--json"], "w.txt"),
        (&["diff", path(copy.path()), path(&onnx)], "w.txt"),
    ] {
        let (place, old) = (file(name), before(name));
        let told = run(&[args, &["--output", path(&place)]].concat());
        assert_eq!(told.status.code(), Some(2), "{args:?} {name}: {}", text(&told.stderr));
        assert!(text(&told.stderr).contains("which would be lost"), "{args:?}");
        assert_eq!(before(name), old, "{args:?}");
    }
    let here =
        command(&["verify", "-c", path(&list), "--output", "config.json"]).current_dir(copy.path()).output().unwrap();
    assert_eq!((here.status.code(), text(&here.stderr).contains("which would be lost")), (Some(2), true), "{here:?}");
    // What no model has may be written again and again.
    good(&["inspect", path(&onnx), "--output", path(&file("report.txt"))]);
    good(&["inspect", path(&onnx), "--output", path(&file("report.txt"))]);
}

/// An ONNX model of one tensor of 4 elements in another file.
fn external_model(data: &str) -> Vec<u8> {
    let field = |number: u8, body: &[u8]| [&[number << 3 | 2, body.len() as u8], body].concat();
    let entry = [field(1, b"location"), field(2, data.as_bytes())].concat();
    // TensorProto: dims, data_type FLOAT, name, external_data, data_location EXTERNAL.
    let tensor = [&[8, 4, 16, 1][..], &field(8, b"w"), &field(13, &entry), &[112, 1]].concat();
    let graph = [field(2, b"g"), field(5, &tensor)].concat();
    // ModelProto: ir_version, graph, opset_import.
    [&[8, 8][..], &field(7, &graph), &field(8, &[16, 17])].concat()
}

/// What was written to the same descriptor before and after stays there.
#[test]
fn an_open_descriptor_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let (log, link) = (folder.path().join("log"), folder.path().join("link"));
    symlink("/dev/stdout", &link).unwrap();
    for (output, stream) in [
        ("/dev/stdout", 1),
        ("/dev/stderr", 2),
        ("/dev/fd/1", 1),
        ("/proc/self/fd/2", 2),
        ("/dev/fd/7", 7),
        (path(&link), 1),
    ] {
        fs::write(&log, "first\n").unwrap();
        let line =
            format!("{{ echo before >&{stream}; weighbridge formats --output {output}; echo after >&{stream}; }}");
        let ran = shell(&format!("exec {stream}>>\"$1\"; {line}"), &[path(&log)]);
        assert!(ran.status.success(), "{output}: {}", text(&ran.stderr));
        let expected = format!("first\nbefore\n{}after\n", good(&["formats"]));
        assert_eq!(fs::read_to_string(&log).unwrap(), expected, "{output}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "{output}");
    }
}

/// A memo is written to where a link leads, also while nothing is there yet.
#[test]
fn output_does_not_replace_the_memo_behind_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let (memo, link, far) = (folder.path().join("memo"), folder.path().join("link"), folder.path().join("far"));
    symlink("memo", &link).unwrap();
    symlink(&link, &far).unwrap();
    let copy = checkpoint();
    for (named, output) in [(&link, &memo), (&far, &memo), (&far, &link), (&link, &link)] {
        let args = ["verify", path(copy.path()), "--memo", path(named), "--output", path(output)];
        assert!(bad(2, &args).contains("which would be lost"), "{named:?} {output:?}");
        assert!(!memo.exists());
    }
    let report = folder.path().join("report");
    good(&["verify", path(copy.path()), "--memo", path(&far), "--output", path(&report)]);
}

/// What tools know of a model lies beside it, around it, or at the top of a cache: text files that no report should replace.
#[test]
fn output_replaces_nothing_that_a_tool_keeps() {
    let root = tempfile::tempdir().unwrap();
    let model = golden("edge.safetensors");
    let place = |name: &str| -> PathBuf {
        let place = root.path().join(name);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, "kept").unwrap();
        place
    };
    fs::create_dir_all(root.path().join("oci/blobs/sha256")).unwrap();
    fs::create_dir_all(root.path().join("ollama/blobs")).unwrap();
    for name in [
        "hub/models--org--name/refs/main",
        "hub/models--org--name/trees/0123.json",
        "hub/datasets--org--name/snapshots/0123/README.md",
        "local/.cache/huggingface/download/model.safetensors.metadata",
        "clone/.git/config",
        "oci/index.json",
        "ollama/manifests/registry/library/name/latest",
    ] {
        let kept = place(name);
        let told = bad(2, &["inspect", path(&model), "--output", path(&kept)]);
        assert!(told.contains("which would be lost"), "{name}: {told}");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "kept");
    }
    for name in ["local/report.txt", "clone/report.txt", "hub/report.txt", "local/.cache/report"] {
        let own = place(name);
        good(&["inspect", path(&model), "--output", path(&own)]);
        assert_ne!(fs::read_to_string(&own).unwrap(), "kept", "{name}");
    }
}
