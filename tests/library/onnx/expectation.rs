//! What the neutral form of graphs keeps of an expectation in the form of `golden/expected.jsonl`; see `README.md`.

use serde_json::{Map, Value, json};

/// What is kept of a line, which is a model.
pub fn kept(line: &Value) -> Value {
    let line = line.as_object().unwrap();
    let mut model = object(line, "");
    for key in ["file", "tensors", "sparse_tensors", "root", "links", "doc"] {
        model.remove(key);
    }
    // It names whoever made the model, not a set of operators: all spellings count.
    model.extend(line.get("domain").map(|domain| ("domain".to_owned(), domain.clone())));
    if let Some(Value::Array(entries)) = model.get_mut("metadata_props") {
        entries.sort_by_key(|entry| entry[0].to_string());
    }
    Value::Object(model)
}

/// What is kept of a value of this key.
fn value(value: &Value, key: &str) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| self::value(item, key)).collect(),
        Value::Object(entries) => Value::Object(object(entries, key)),
        // The default domain has two spellings; the neutral form has the shorter one.
        Value::String(word) if word == "ai.onnx" && matches!(key, "domain" | "opset_import") => "".into(),
        // Some programs write -1 for a size that is not known.
        Value::Number(size) if size.as_i64() == Some(-1) && key == "shape" => Value::Null,
        other => other.clone(),
    }
}

/// What is kept of an object of this key, which is empty for the model.
fn object(entries: &Map<String, Value>, of: &str) -> Map<String, Value> {
    let keeps_prose = matches!(of, "" | "graph" | "functions" | "g" | "graphs");
    let kept = entries.iter().map(|(key, entry)| (key.clone(), value(entry, key)));
    let mut kept: Map<String, Value> = kept.filter(|(key, value)| is_kept(key, value, keeps_prose)).collect();
    share_types(&mut kept);
    sort_infos(&mut kept, of != "functions");
    kept
}

fn is_kept(key: &str, value: &Value, keeps_prose: bool) -> bool {
    match key {
        "quantization_annotation" | "training_info" | "configuration" | "source" => false,
        "doc_string" | "metadata_props" => keeps_prose,
        "domain" => value != "",
        // The message is there, and says nothing.
        "type" => *value != json!({}),
        _ => true,
    }
}

/// The neutral form has one type for each value, the first that is stated: an output that is also an input has that of
/// the input.
fn share_types(object: &mut Map<String, Value>) {
    let mut types = Map::new();
    for list in ["inputs", "outputs"] {
        for value in object.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(value) = value.as_object_mut() else { continue };
            let Some(stated) = value.get("type").cloned() else { continue };
            value["type"] = types.entry(value["name"].to_string()).or_insert(stated).clone();
        }
    }
}

/// The neutral form keeps types with their values: in no order, and once for inputs and outputs of a graph.
fn sort_infos(object: &mut Map<String, Value>, is_graph: bool) {
    let names = |key: &str| -> Vec<String> {
        let list = object.get(key).and_then(Value::as_array);
        list.into_iter().flatten().map(|value| value["name"].to_string()).collect()
    };
    let border = if is_graph { [names("inputs"), names("outputs")].concat() } else { Vec::new() };
    if let Some(Value::Array(infos)) = object.get_mut("value_info") {
        infos.retain(|info| !border.contains(&info["name"].to_string()));
        infos.sort_by_key(|info| info["name"].to_string());
        if infos.is_empty() {
            object.remove("value_info");
        }
    }
}
