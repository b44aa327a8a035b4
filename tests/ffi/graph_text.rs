//! What `graph_text.c`, `graph_text.cpp` and `go/internal/graphtext` have to print for a model, made from what the onnx package found in it
//! (`tests/onnx/README.md`): graphs with everything in them, one thing on each line, indented.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::graph_words::{built, hex, quoted, spell_dims, spell_dtype, spell_kind, spell_type, unhex};

/// Up to so many bytes of a tensor are written out.
const SHORT: usize = 64;

/// The text for one model.
pub fn text(model: &Value) -> String {
    let tensors = list(model, "tensors").iter().chain(list(model, "sparse_tensors"));
    let tensors = tensors.map(|tensor| (tensor["path"].to_string(), tensor)).collect();
    let functions = list(model, "functions").iter().map(identity).collect();
    let mut printer = Printer { text: String::new(), tensors, functions };
    printer.model(model);
    printer.text
}

struct Printer<'a> {
    text: String,
    /// Dense and sparse, by the path to them in the file.
    tensors: BTreeMap<String, &'a Value>,
    functions: Vec<[String; 3]>,
}

/// A graph, or the body of a function, and where it is.
#[derive(Clone, Copy)]
struct Scope<'a> {
    graph: &'a Value,
    around: Option<&'a Scope<'a>>,
}

impl Scope<'_> {
    fn inputs(&self) -> impl Iterator<Item = &str> {
        list(self.graph, "inputs").iter().map(name)
    }

    fn initializers(&self) -> impl Iterator<Item = &str> {
        let both = ["initializers", "sparse_initializers"];
        both.into_iter().flat_map(|key| list(self.graph, key)).map(name)
    }

    /// The first node that makes a value.
    fn producer(&self, value: &str) -> Option<usize> {
        let makes = |node: &Value| list(node, "outputs").iter().any(|output| output == value);
        list(self.graph, "nodes").iter().position(makes)
    }

    /// Whether the graph does not make the value itself.
    fn is_outer(&self, value: &str) -> bool {
        let mut own = self.inputs().chain(self.initializers());
        self.producer(value).is_none() && !own.any(|other| other == value)
    }

    /// How many graphs further out a value comes from.
    fn outer(&self, value: &str) -> Option<usize> {
        let mut around = self.around;
        for up in 1.. {
            let scope = around?;
            if !scope.is_outer(value) {
                return Some(up);
            }
            around = scope.around;
        }
        None
    }

    /// Every value that is named in the graph, and what is said of its type first.
    fn values(&self) -> BTreeMap<&str, Option<&Value>> {
        let mut values = BTreeMap::new();
        let infos = ["inputs", "outputs", "value_info"].into_iter().flat_map(|key| list(self.graph, key));
        for info in infos {
            let ty = values.entry(name(info)).or_insert(None);
            *ty = ty.or(info.get("type"));
        }
        let edges =
            list(self.graph, "nodes").iter().flat_map(|node| list(node, "inputs").iter().chain(list(node, "outputs")));
        for value in edges.map(name).chain(self.initializers()) {
            values.entry(value).or_insert(None);
        }
        values.remove("");
        values
    }
}

impl<'a> Printer<'a> {
    /// The tensor, dense or sparse, at a path; null if there is none.
    fn at(&self, path: &[Value]) -> &'a Value {
        self.tensors.get(&Value::from(path).to_string()).copied().unwrap_or(&Value::Null)
    }

    fn indent(&mut self, depth: usize) {
        self.text.push_str(&"  ".repeat(depth));
    }

    fn push(&mut self, text: impl std::fmt::Display) {
        write!(self.text, "{text}").unwrap();
    }

    fn end(&mut self) {
        self.text.push('\n');
    }

    /// A word and text in quotes, if there is any.
    fn word(&mut self, word: &str, text: &str) {
        if !text.is_empty() {
            self.push(format_args!(" {word} {}", quoted(text.as_bytes())));
        }
    }

    fn names<'v>(&mut self, depth: usize, title: &str, names: impl Iterator<Item = &'v str>) {
        self.indent(depth);
        self.push(title);
        for name in names {
            let name = if name.is_empty() { "-".to_owned() } else { quoted(name.as_bytes()) };
            self.push(format_args!(" {name}"));
        }
        self.end();
    }

    fn metadata<'v>(&mut self, depth: usize, entries: impl Iterator<Item = (&'v str, &'v str)>) {
        for (key, value) in entries {
            self.indent(depth);
            self.push(format_args!("metadata {} {}\n", quoted(key.as_bytes()), quoted(value.as_bytes())));
        }
    }

    fn opsets(&mut self, of: &Value) {
        for opset in list(of, "opset_import") {
            self.push(format_args!(" opset {} {}", quoted(plain(&opset[0]).as_bytes()), opset[1]));
        }
    }

    fn model(&mut self, model: &Value) {
        self.push(format_args!("model {}", model["ir_version"]));
        for (word, key) in [("producer", "producer_name"), ("version", "producer_version"), ("domain", "domain")] {
            self.push(format_args!(" {word} {}", quoted(string(model, key).as_bytes())));
        }
        let version = model.get("model_version").and_then(Value::as_i64).unwrap_or_default();
        self.push(format_args!(" version {version} documentation {}", quoted(string(model, "doc_string").as_bytes())));
        self.opsets(model);
        self.end();
        let sorted: BTreeMap<_, _> = pairs(model).collect();
        self.metadata(0, sorted.into_iter());
        self.graph(0, &Scope { graph: &model["graph"], around: None }, &["graph".into()]);
        for (index, function) in list(model, "functions").iter().enumerate() {
            self.function(function, &["functions".into(), index.into()]);
        }
    }

    fn function(&mut self, function: &Value, path: &[Value]) {
        let [domain, name, overload] = identity(function);
        self.push(format_args!("function {} domain {}", quoted(name.as_bytes()), quoted(domain.as_bytes())));
        self.word("overload", &overload);
        self.opsets(function);
        for attribute in list(function, "attributes") {
            self.push(format_args!(" needs {}", quoted(attribute.as_str().unwrap().as_bytes())));
        }
        self.end();
        let body = Scope { graph: function, around: None };
        for attribute in list(function, "attribute_protos") {
            self.attribute(1, &body, attribute, &joined(path, &["attribute_proto".into()]));
        }
        self.graph(1, &body, path);
    }

    fn graph(&mut self, depth: usize, scope: &Scope, path: &[Value]) {
        let graph = scope.graph;
        self.indent(depth);
        self.push(format_args!("graph {}", quoted(string(graph, "name").as_bytes())));
        self.word("documentation", string(graph, "doc_string"));
        self.end();
        self.metadata(depth + 1, pairs(graph));
        self.names(depth + 1, "takes", scope.inputs());
        self.names(depth + 1, "makes", list(graph, "outputs").iter().map(name));
        self.initializers(depth + 1, graph, path);
        self.values(depth + 1, scope);
        for (index, node) in list(graph, "nodes").iter().enumerate() {
            self.node(depth + 1, scope, node, &joined(path, &["node".into(), index.into()]));
        }
    }

    fn initializers(&mut self, depth: usize, graph: &Value, path: &[Value]) {
        for (key, field) in [("initializers", "initializer"), ("sparse_initializers", "sparse_initializer")] {
            for (index, initializer) in list(graph, key).iter().enumerate() {
                self.indent(depth);
                self.push(format_args!("initializer {}", quoted(name(initializer).as_bytes())));
                let path = joined(path, &[field.into(), index.into()]);
                if key == "initializers" {
                    self.tensor(&path)
                } else {
                    self.sparse(&path)
                }
                self.end();
            }
        }
    }

    fn values(&mut self, depth: usize, scope: &Scope) {
        for (value, ty) in scope.values() {
            self.indent(depth);
            self.push(format_args!("value {}", quoted(value.as_bytes())));
            let is_output = list(scope.graph, "outputs").iter().any(|output| name(output) == value);
            for (flag, word) in [
                (scope.inputs().any(|input| input == value), " input"),
                (is_output, " output"),
                (scope.initializers().any(|initializer| initializer == value), " initializer"),
            ] {
                self.push(if flag { word } else { "" });
            }
            if let Some(producer) = scope.producer(value) {
                self.push(format_args!(" computed {producer}"));
            }
            if scope.is_outer(value) {
                self.push(scope.outer(value).map_or(" nowhere".to_owned(), |up| format!(" outer {up}")));
            }
            self.push(ty.map(spell_type).unwrap_or_default());
            self.end();
        }
    }

    fn node(&mut self, depth: usize, scope: &Scope, node: &Value, path: &[Value]) {
        let called = [plain(&node["domain"]), string(node, "op_type"), string(node, "overload")].map(str::to_owned);
        self.indent(depth);
        self.push(format_args!("node {} domain {}", quoted(called[1].as_bytes()), quoted(called[0].as_bytes())));
        self.word("overload", &called[2]);
        self.word("name", string(node, "name"));
        if let Some(function) = self.functions.iter().position(|function| *function == called) {
            self.push(format_args!(" calls {function}"));
        }
        self.end();
        self.names(depth + 1, "takes", list(node, "inputs").iter().map(name));
        self.names(depth + 1, "makes", list(node, "outputs").iter().map(name));
        for attribute in list(node, "attributes") {
            self.attribute(depth + 1, scope, attribute, &joined(path, &["attribute".into()]));
        }
    }

    fn attribute(&mut self, depth: usize, scope: &Scope, attribute: &Value, path: &[Value]) {
        let kind = spell_kind(string(attribute, "kind"));
        let here = |tail: &[Value]| joined(&joined(path, &[attribute["name"].clone()]), tail);
        self.indent(depth);
        self.push(format_args!("attribute {} {kind}", quoted(name(attribute).as_bytes())));
        self.word("reference", string(attribute, "ref"));
        let elements = elements(attribute);
        let count = attribute["count"].as_u64().unwrap_or_default();
        match kind {
            _ if attribute.get("ref").is_some() => {}
            "tensor" => self.tensor(&here(&["t".into()])),
            "sparse" => self.sparse(&here(&["sparse_tensor".into()])),
            "tensors" => (0..count).for_each(|index| self.tensor(&here(&["tensors".into(), index.into()]))),
            "sparses" => (0..count).for_each(|index| self.sparse(&here(&["sparse_tensors".into(), index.into()]))),
            _ => self.push(elements),
        }
        self.end();
        let inner = |graph| Scope { graph, around: Some(scope) };
        if let Some(graph) = attribute.get("graph") {
            self.graph(depth + 1, &inner(graph), &here(&["g".into()]));
        }
        for (index, graph) in list(attribute, "graphs").iter().enumerate() {
            self.graph(depth + 1, &inner(graph), &here(&["graphs".into(), index.into()]));
        }
    }

    fn tensor(&mut self, path: &[Value]) {
        let tensor = self.at(path);
        let Some(dtype) = spell_dtype(&tensor["data_type"]) else { return self.push(" unreadable") };
        self.push(format_args!(" {dtype}{}", spell_dims(&tensor["dims"])));
        let (size, bytes) = match tensor.get("strings") {
            Some(strings) => {
                let built = built(strings);
                (built.len(), (built.len() <= SHORT).then(|| hex(&built)))
            }
            None => {
                let hex = tensor.get("hex").map(|hex| hex.as_str().unwrap().to_owned());
                (tensor["bytes"].as_u64().unwrap() as usize, hex)
            }
        };
        self.push(format_args!(" {size}{}", bytes.map(|bytes| format!(" {bytes}")).unwrap_or_default()));
    }

    fn sparse(&mut self, path: &[Value]) {
        let sparse = self.at(path);
        self.push(format_args!(" sparse{}", spell_dims(&sparse["dims"])));
        self.tensor(&joined(path, &["values".into()]));
        self.tensor(&joined(path, &["indices".into()]));
    }
}

/// The elements of an attribute that are neither tensors nor graphs.
fn elements(attribute: &Value) -> String {
    let one_or_more = |key: &str| match attribute.get(key) {
        Some(Value::Array(several)) => several.clone(),
        one => one.cloned().into_iter().collect(),
    };
    let floats = one_or_more("bits").into_iter().map(|bits| format!(" {:08x}", bits.as_u64().unwrap()));
    let ints = one_or_more("value").into_iter().map(|value| format!(" {value}"));
    let strings = one_or_more("hex").into_iter().map(|hex| format!(" {}", quoted(&unhex(&hex))));
    let types = one_or_more("type").into_iter().chain(one_or_more("types"));
    floats.chain(ints).chain(strings).chain(types.map(|ty| spell_type(&ty))).collect()
}

/// Domain, name and overload of a function.
fn identity(function: &Value) -> [String; 3] {
    [plain(&function["domain"]), string(function, "name"), string(function, "overload")].map(str::to_owned)
}

/// A domain as the library spells it: the default one has two names.
fn plain(domain: &Value) -> &str {
    domain.as_str().filter(|domain| *domain != "ai.onnx").unwrap_or_default()
}

/// The name of a thing that may be nothing but its name.
fn name(thing: &Value) -> &str {
    thing.as_str().unwrap_or_else(|| string(thing, "name"))
}

fn string<'v>(of: &'v Value, key: &str) -> &'v str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(of: &'v Value, key: &str) -> &'v [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn pairs(of: &Value) -> impl Iterator<Item = (&str, &str)> {
    list(of, "metadata_props").iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
}

fn joined(path: &[Value], tail: &[Value]) -> Vec<Value> {
    path.iter().chain(tail).cloned().collect()
}
