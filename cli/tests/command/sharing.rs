//! Tensors that share their bytes: every command counts these once.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::common::{good, good_json, object, path, run};

/// An ONNX model of two initializers of 16 floats each, which begin in its external data at these offsets.
fn plant(folder: &Path, offsets: [u64; 2]) -> String {
    let field = |number: u8, body: &[u8]| [&[number << 3 | 2, body.len() as u8], body].concat();
    let entry = |key: &str, value: &str| field(13, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat());
    let tensor = |(name, offset): (&str, u64)| {
        let place = [("location", "weights"), ("offset", &offset.to_string()), ("length", "64")];
        let place: Vec<u8> = place.iter().flat_map(|(key, value)| entry(key, value)).collect();
        // TensorProto: dims, data_type FLOAT, name, external_data, data_location EXTERNAL.
        field(5, &[&[8, 16, 16, 1][..], &field(8, name.as_bytes()), &place, &[112, 1]].concat())
    };
    let tensors = ["v", "w"].into_iter().zip(offsets).flat_map(tensor).collect::<Vec<_>>();
    let graph = [field(2, b"g"), tensors].concat();
    let len = [graph.len() as u8 | 0x80, (graph.len() >> 7) as u8];
    // ModelProto: ir_version, graph, opset_import.
    let model = [&[8, 8, 7 << 3 | 2][..], &len, &graph, &field(8, &[16, 17])].concat();
    fs::create_dir(folder).unwrap();
    fs::write(folder.join("weights"), [0_u8, 0, 128, 63].repeat(32)).unwrap();
    fs::write(folder.join("model.onnx"), model).unwrap();
    path(folder).to_owned()
}

#[test]
fn bytes_that_tensors_share_count_once_in_all_commands() {
    let root = tempfile::tempdir().unwrap();
    let [shared, apart] =
        [("shared", [0, 0]), ("apart", [0, 64])].map(|(name, offsets)| plant(&root.path().join(name), offsets));
    for (model, bytes) in [(&shared, 64), (&apart, 128)] {
        assert_eq!(good_json(&["inspect", model, "--json"])["summary"]["bytes"], bytes);
        let told = good(&["check", model]);
        assert!(
            told.contains(&format!("F32 {bytes} bytes in 2 tensors; by place: main graph {bytes} bytes")),
            "{told}"
        );
        assert_eq!(good_json(&["diff", model, model, "--json"])["bytes"]["a"], bytes);
    }
    let seen = object(&run(&["diff", &shared, &apart, "--json"]));
    let by_cause = json!({"added": 0, "removed": 0, "dtype": 0, "shape": 0, "sharing": 64});
    assert_eq!(seen["bytes"], json!({"a": 64, "b": 128, "by_cause": by_cause}));
    assert!(good(&["diff", &shared, &apart]).ends_with("by shape +0, by sharing +64\n"));
    assert!(good(&["diff", &apart, &apart]).ends_with("by shape +0\n"));
}
