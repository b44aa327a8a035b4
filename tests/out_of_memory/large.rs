//! Models of which one part is large: a list that grows with the file, or a text.

use super::protobuf::{field, number};
use super::{Files, headers};

/// Each kind of list and text, with about so many bytes.
pub fn models(size: usize) -> Vec<(&'static str, Files)> {
    let mut models = safetensors(size);
    models.extend(manifests(size));
    models.extend(onnx(size).into_iter().map(|(name, model)| (name, vec![("model.onnx", model)])));
    models
}

/// Items with different numbers, in about `size` bytes.
fn many<T>(size: usize, item: impl Fn(usize) -> T) -> Vec<T>
where
    T: AsRef<[u8]>,
{
    let (mut items, mut bytes) = (Vec::new(), 0);
    while bytes < size {
        items.push(item(items.len()));
        bytes += items.last().map_or(0, |item| item.as_ref().len());
    }
    items
}

fn joined(size: usize, item: impl Fn(usize) -> String) -> String {
    many(size, item).join(",")
}

const MODEL: &str = "model.safetensors";

fn empty(name: &str) -> String {
    headers::entry(name, "U8", "[0]", "[0,0]")
}

fn safetensors(size: usize) -> Vec<(&'static str, Files)> {
    let model = |header: String| vec![(MODEL, headers::file(format!("{{{header}}}"), 0))];
    let metadata = |text: String| model(format!(r#""__metadata__":{{{text}}}"#));
    let long = "y".repeat(size);
    let shard = headers::file(format!("{{{}}}", joined(size, |number| empty(&format!("{number}")))), 0);
    let count = joined(size, |number| empty(&format!("{number}"))).matches("dtype").count();
    let map: Vec<_> = (0..count / 2).map(|number| format!(r#""{number}":"a""#)).collect();
    let index = format!(r#"{{"weight_map":{{{}}}}}"#, map.join(","));
    vec![
        ("header", model(joined(size, |number| empty(&format!("{number}"))))),
        ("long-name", model(empty(&long))),
        ("metadata", metadata(joined(size, |number| format!(r#""{number}":"{}""#, "v".repeat(90))))),
        ("long-metadata", metadata(format!(r#""x":"{long}""#))),
        ("index", vec![("model.safetensors.index.json", index.into()), ("a", shard)]),
        ("small-tensors", small_tensors(size)),
        ("shards", shards(size)),
    ]
}

/// Tensors of one byte, and a manifest with the digest of each.
fn small_tensors(size: usize) -> Files {
    let names: Vec<_> = many(size, |number| format!("{number:060}"));
    let entry = |(at, name): (usize, &String)| headers::entry(name, "U8", "[1]", &format!("[{at},{}]", at + 1));
    let header: Vec<_> = names.iter().enumerate().map(entry).collect();
    let claim = |(at, name): (usize, &String)| {
        let digest = blake3::hash(&[(at + 1) as u8]);
        format!(r#""{name}":{{"file":"{MODEL}","dtype":"U8","shape":[1],"blake3":"{digest}"}}"#)
    };
    let claims: Vec<_> = names.iter().enumerate().map(claim).collect();
    let record = format!(r#"{{"weighbridge":1,"files":{{}},"tensors":{{{}}}}}"#, claims.join(","));
    vec![
        (MODEL, headers::file(format!("{{{}}}", header.join(",")), names.len())),
        ("weighbridge.json", record.into_bytes()),
    ]
}

/// A checkpoint of so many shards that also the list of them is large.
fn shards(size: usize) -> Files {
    let count = size / 300;
    let name = |number: usize| format!("model-{:05}-of-{count:05}.safetensors", number + 1);
    let shard = |number: usize| headers::file(format!("{{{}}}", empty(&format!("{number}"))), 0);
    (0..count).map(|number| (&*name(number).leak(), shard(number))).collect()
}

fn manifests(size: usize) -> Vec<(&'static str, Files)> {
    let one = headers::file(format!("{{{}}}", headers::entry("w", "U8", "[4]", "[0,4]")), 4);
    let beside = |name: &'static str, text: String| vec![(MODEL, one.clone()), (name, text.into_bytes())];
    let sums = many(size, |number| format!("{number:064x}  f{number}\n")).concat();
    let file = |number| format!(r#""{number}":{{"size":0,"blake3":"{number:064x}"}}"#);
    let tensor = |number| format!(r#""{number}":{{"file":"","dtype":"","shape":[],"blake3":"{number:064x}"}}"#);
    let record = |files: String, tensors: String| {
        beside("weighbridge.json", format!(r#"{{"weighbridge":1,"files":{{{files}}},"tensors":{{{tensors}}}}}"#))
    };
    // What they list is not there: verifying has to tell all of it.
    vec![
        ("record", record(String::new(), joined(size, tensor))),
        ("record-of-files", record(joined(size, file), String::new())),
        ("sums", beside("SHA256SUMS", sums)),
    ]
}

/// A node from one value to another (onnx.proto, NodeProto).
fn node(from: usize, to: usize, op: &str, more: &[u8]) -> Vec<u8> {
    field(1, [field(1, format!("{from}")), field(2, format!("{to}")), field(4, op), more.to_vec()].concat())
}

/// A tensor of one byte (TensorProto).
fn tensor(name: &str) -> Vec<u8> {
    [number(1, 1), number(2, 2), field(8, name), field(9, "a")].concat()
}

fn onnx(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let model = |graph: Vec<u8>, more: Vec<u8>| {
        [number(1, 10), field(8, number(2, 21)), field(7, [graph, field(2, "g")].concat()), more].concat()
    };
    let graph = |parts: Vec<Vec<u8>>| model(parts.concat(), Vec::new());
    let attribute = |parts: Vec<Vec<u8>>, kind: u64| {
        let attribute = field(5, [field(1, "k"), parts.concat(), number(20, kind)].concat());
        graph(vec![node(0, 1, "R", &attribute)])
    };
    // A model of very many small parts is refused.
    let padding = || field(100, "p".repeat(300));
    let of_type = |dim: String| field(2, field(1, [number(1, 1), field(2, field(1, field(2, dim)))].concat()));
    let function = |at: usize| {
        let head = [field(1, format!("f{at}")), field(10, "d"), field(4, "x"), field(5, "y"), padding()];
        field(25, head.concat())
    };
    vec![
        ("nodes", graph(many(size, |at| node(at, at + 1, "R", &[])))),
        ("operators", graph(many(size, |at| node(at, at + 1, &format!("R{at}"), &[])))),
        (
            "attributes",
            graph(many(size, |at| node(at, at + 1, "R", &field(5, [field(1, "k"), number(3, 1)].concat())))),
        ),
        (
            "one-node",
            graph(vec![field(1, [many(size, |at| field(1, format!("{at}"))).concat(), field(4, "R")].concat())]),
        ),
        ("integers", attribute(vec![field(8, vec![1; size])], 7)),
        ("floats", attribute(vec![field(7, vec![0; size])], 6)),
        ("strings", attribute(many(size, |at| field(9, format!("{at}"))), 8)),
        ("long-string", attribute(vec![field(4, "s".repeat(size))], 3)),
        ("tensors", attribute(many(size, |_| field(10, tensor("t"))), 9)),
        ("graphs", attribute(many(size, |at| field(11, [field(2, format!("{at}")), padding()].concat())), 10)),
        ("initializers", graph(many(size, |at| field(5, tensor(&format!("{at}")))))),
        ("inputs", graph(many(size, |at| field(11, [field(1, format!("{at}")), of_type(format!("d{at}"))].concat())))),
        ("types", graph(many(size, |at| field(13, [field(1, format!("{at}")), of_type(format!("d{at}"))].concat())))),
        ("functions", model(Vec::new(), many(size, function).concat())),
        (
            "opsets",
            model(Vec::new(), many(size, |at| field(8, [field(1, format!("d{at}")), number(2, 1)].concat())).concat()),
        ),
        (
            "properties",
            model(Vec::new(), many(size, |at| field(14, [field(1, format!("{at}")), field(2, "v")].concat())).concat()),
        ),
        (
            "properties-of-a-graph",
            graph(many(size, |at| field(16, [field(1, format!("{at}")), field(2, "v")].concat()))),
        ),
        ("documentation", model(field(10, "d".repeat(size)), field(6, "d".repeat(size)))),
    ]
}
