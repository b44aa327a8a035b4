//! `digest`: which manifests are written, and where to.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use weighbridge::digest::{Algorithm, Digest};

use crate::common::{
    as_nobody, bad, checkpoint, damage, fails, golden, good, good_json, names, object, path, run, shell,
    steers_the_terminal, text,
};

/// What is replaced is not read without end. Somebody else may have put it there.
#[test]
fn digest_replaces_a_link_to_an_endless_file() {
    let copy = checkpoint();
    let manifest = copy.path().join("weighbridge.json");
    let _ = fs::remove_file(&manifest);
    std::os::unix::fs::symlink("/dev/zero", &manifest).unwrap();
    assert!(!good(&["digest", path(copy.path())]).contains("other contents"));
    assert!(fs::symlink_metadata(&manifest).unwrap().is_file());
    fs::write(&manifest, "{}").unwrap();
    assert!(good(&["digest", path(copy.path())]).contains("weighbridge.json, which had other contents before"));
    assert!(!good(&["digest", path(copy.path())]).contains("other contents"));
}

/// As sha256sum does, with the same numbers; what is called a model has to be one.
#[test]
fn digest_takes_any_one_file() {
    let copy = checkpoint();
    let file = |name: &str| copy.path().join(name);
    fs::remove_file(file("SHA256SUMS")).unwrap();
    fs::write(file("empty"), "").unwrap();
    fs::write(file("weights.tar.gz"), b"\x1f\x8b\x08\0\0\0\0\0").unwrap();
    for name in ["config.json", "tokenizer.json", "empty", "weights.tar.gz"] {
        let sums = Command::new("sha256sum").arg(name).current_dir(copy.path()).output().unwrap();
        assert_eq!(good(&["digest", path(&file(name)), "--sha256sums"]), text(&sums.stdout), "{name}");
        let record = good_json(&["digest", path(&file(name))]);
        assert_eq!(record["files"].as_object().unwrap().keys().collect::<Vec<_>>(), [name], "{record}");
        assert!(record["tensors"].as_object().is_none_or(|tensors| tensors.is_empty()), "{record}");
    }
    let list = file("my.list");
    good(&["digest", path(&file("config.json")), "--sha256sums", "--output", path(&list)]);
    good(&["verify", "-c", path(&list)]);
    assert!(bad(1, &["digest", path(&file("config.json")), "--policy", "required"]).contains("nothing was verified"));
    let cut = fs::read(file("model-00001-of-00004.safetensors")).unwrap();
    fs::write(file("model-00001-of-00004.safetensors"), &cut[..cut.len() - 1]).unwrap();
    assert!(bad(1, &["digest", path(&file("model-00001-of-00004.safetensors"))]).contains("interrupted download"));
    bad(2, &["digest", path(&file("nothing"))]);
}

#[test]
fn digest_writes_manifests_that_verify_and_sha256sum_accept() {
    let copy = checkpoint();
    fs::remove_file(copy.path().join("SHA256SUMS")).unwrap();
    let required = ["verify", path(copy.path()), "--policy", "required"];
    assert!(bad(1, &required).contains("no manifest covers"));
    good(&["digest", path(copy.path()), "--sha256sums"]);
    let seen = good_json(&["verify", path(copy.path()), "--policy", "required", "--json"]);
    assert_eq!(seen["good"], true);
    let checks = seen["checks"].as_array().unwrap();
    let by = |source: &str| checks.iter().filter(|check| check["source"] == source && check["kind"] == "file").count();
    assert_eq!((by("weighbridge.json"), by("SHA256SUMS")), (9, 9));

    let sums = Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(copy.path()).output();
    assert!(sums.unwrap().status.success());
    assert!(!names(copy.path()).iter().any(|name| name.ends_with(".tmp")));
}

#[test]
fn digests_of_tensors_tell_which_tensor_is_damaged() {
    let copy = checkpoint();
    fs::remove_file(copy.path().join("SHA256SUMS")).unwrap();
    good(&["digest", path(copy.path())]);
    damage(&copy.path().join("model-00003-of-00004.safetensors"));
    let output = run(&["verify", path(copy.path()), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = seen["checks"].as_array().unwrap();
    let tensors = checks.iter().filter(|c| c["kind"] == "tensor" && c["outcome"] == "mismatch").count();
    assert_eq!(tensors, 1, "one byte lies in one tensor");
}

fn sha256_of(file: &Path) -> String {
    Digest::of(Algorithm::Sha256, &fs::read(file).unwrap()).to_string()
}

#[test]
fn the_object_names_what_was_written() {
    let copy = checkpoint();
    let seen = good_json(&["digest", path(copy.path()), "--sha256sums", "--json"]);
    let written = |name: &str| {
        let file = copy.path().join(name);
        let bytes = fs::metadata(&file).unwrap().len();
        json!({"path": path(&file), "bytes": bytes, "sha256": sha256_of(&file)})
    };
    assert_eq!(seen["schema_version"], 1);
    assert_eq!(seen["written"], json!([written("weighbridge.json"), written("SHA256SUMS")]));
    assert!(seen.get("manifest").is_none());
}

/// A directory may have other models, and a manifest of its own.
#[test]
fn the_manifest_of_one_file_is_printed_and_nothing_is_written_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.safetensors");
    fs::copy(golden("whitespace.safetensors"), &model).unwrap();
    let output = run(&["-q", "digest", path(&model)]);
    let manifest = folder.path().join("manifest");
    fs::write(&manifest, &output.stdout).unwrap();
    good(&["-q", "verify", path(&model), "--policy", "required", "--manifest", path(&manifest)]);
    let sums = good(&["-q", "digest", path(&model), "--sha256sums"]);
    assert_eq!(sums, format!("{}  model.safetensors\n", sha256_of(&model)));
    let seen = good_json(&["digest", path(&model), "--json"]);
    assert_eq!((&seen["written"], seen["manifest"].as_str().unwrap()), (&json!([]), &*text(&output.stdout)));
    assert_eq!(names(folder.path()), ["manifest", "model.safetensors"]);
}

#[test]
fn the_manifest_goes_to_the_file_that_the_user_names() {
    let (copy, elsewhere) = (checkpoint(), tempfile::tempdir().unwrap());
    let before = names(copy.path());
    let manifest = elsewhere.path().join("manifest");
    assert_eq!(
        good(&["digest", path(copy.path()), "--output", path(&manifest)]),
        format!("wrote {}\n", path(&manifest))
    );
    assert!(fs::read_to_string(&manifest).unwrap().starts_with("{\n  \"weighbridge\": 1,"));
    assert_eq!(text(&fs::read(&manifest).unwrap()), good(&["digest", path(copy.path()), "--output", "-"]));
    good(&["digest", path(copy.path()), "--output", path(&manifest), "--sha256sums"]);
    let sums = fs::read_to_string(&manifest).unwrap();
    assert!(sums.contains(&format!("{}  config.json\n", sha256_of(&copy.path().join("config.json")))), "{sums}");
    assert_eq!(names(copy.path()), before);
}

/// Those of an index, and of a numbered set, cover the directory.
#[test]
fn manifests_of_what_covers_a_directory_are_written_into_it() {
    for name in ["model.safetensors.index.json", "model-*-of-00004.safetensors"] {
        let copy = checkpoint();
        let written = copy.path().join("weighbridge.json");
        assert_eq!(good(&["digest", path(&copy.path().join(name))]), format!("wrote {}\n", path(&written)));
        assert!(fs::read_to_string(&written).unwrap().contains("config.json"), "{name}");
    }
}

#[test]
fn a_manifest_has_no_name_of_the_other_kind() {
    let copy = checkpoint();
    let (list, record) = (copy.path().join("SHA256SUMS"), copy.path().join("weighbridge.json"));
    let before = fs::read(&list).ok();
    assert!(bad(2, &["digest", path(copy.path()), "--output", path(&list)]).contains("add --sha256sums"));
    let told = bad(2, &["digest", path(copy.path()), "--sha256sums", "--output", path(&record)]);
    assert!(told.contains("leave --sha256sums out"), "{told}");
    assert_eq!((fs::read(&list).ok(), record.exists()), (before, false));
    good(&["digest", path(copy.path()), "--sha256sums", "--output", path(&list)]);
}

#[test]
fn a_pointer_in_the_place_of_a_file_is_left_out() {
    let copy = checkpoint();
    let object = "0".repeat(64);
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{object}\nsize 12\n");
    fs::write(copy.path().join("tokenizer.json"), pointer).unwrap();
    fs::create_dir(copy.path().join("unet")).unwrap();
    fs::copy(copy.path().join("tokenizer.json"), copy.path().join("unet/model.bin")).unwrap();
    let told = run(&["digest", path(copy.path()), "--sha256sums"]);
    assert_eq!(told.status.code(), Some(0));
    for name in ["tokenizer.json", "unet/model.bin"] {
        let warning = format!("{name}: it is a pointer; fetch the file with git lfs pull: left out of the manifest");
        assert!(text(&told.stderr).contains(&warning), "{}", text(&told.stderr));
        for manifest in ["SHA256SUMS", "weighbridge.json"] {
            assert!(!fs::read_to_string(copy.path().join(manifest)).unwrap().contains(name), "{manifest}");
        }
    }
}

/// Root may write everywhere, so another user tries.
#[test]
fn a_directory_that_cannot_be_written_has_a_cure() {
    use std::os::unix::fs::PermissionsExt;
    let copy = checkpoint();
    fs::set_permissions(copy.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let program = tempfile::tempdir().unwrap();
    let line = fails(3, &mut as_nobody(program.path(), &["digest", path(copy.path())]));
    assert!(line.contains("cannot create a file: Permission denied"), "{line}");
    assert!(line.ends_with("write the manifest elsewhere with --output FILE\n"), "{line}");
    let output = as_nobody(program.path(), &["digest", path(copy.path()), "--output", "-"]).output().unwrap();
    assert!(output.status.success() && !output.stdout.is_empty());
}

/// The names of tensors are those of the file, in a manifest too.
#[test]
fn a_manifest_on_standard_output_cannot_steer_the_terminal() {
    let model = golden("edge.safetensors");
    let printed = good(&["digest", path(&model)]);
    assert!(!steers_the_terminal(&printed), "{printed}");
    let printed: Value = serde_json::from_str(&printed).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest");
    good(&["digest", path(&model), "--output", path(&manifest)]);
    assert_eq!(printed, serde_json::from_slice::<Value>(&fs::read(manifest).unwrap()).unwrap());
}

#[test]
fn the_name_of_a_written_file_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("a\nb\u{1b}[31m");
    let shown = good(&["digest", path(&golden("dtypes.safetensors")), "--output", path(&manifest)]);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    assert!(!steers_the_terminal(&shown) && manifest.is_file(), "{shown}");
}

#[test]
fn a_manifest_that_cannot_be_written_whole_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest");
    let model = golden("dtypes.safetensors");
    let line = "ulimit -f 0; weighbridge digest \"$1\" --output \"$2\" --json";
    let output = shell(line, &[path(&model), path(&manifest)]);
    assert_eq!((output.status.code(), object(&output)["error"]["kind"].as_str()), (Some(3), Some("io")));
    assert_eq!(names(folder.path()), [""; 0]);
}

/// Who gives a manifest, or asks for a policy, does not want a manifest of damaged files.
#[test]
fn damaged_files_get_no_new_manifest_if_they_are_to_be_checked() {
    let copy = checkpoint();
    damage(&copy.path().join("model-00002-of-00004.safetensors"));
    assert!(bad(1, &["digest", path(copy.path()), "--policy", "if-present"]).contains("SHA256SUMS expects"));
    assert!(!copy.path().join("weighbridge.json").exists());
    good(&["digest", path(copy.path())]);
    assert!(copy.path().join("weighbridge.json").exists());
}
