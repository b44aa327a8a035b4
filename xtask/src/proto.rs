//! Protobuf code from the schemas that formats publish: the messages for prost, and the table that the pre-scan of the
//! library walks hostile files by. The schema is taken from the format's own package, so that none is kept here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use crate::{Outcome, root, run};

/// The package whose schema is used, and the names of what is made from it.
const ONNX: &str = "onnx==1.23.2";
const SOURCE: &str = "onnx.proto";
const ROOT_MESSAGE: &str = "ModelProto";
const FOLDER: &str = "src/formats/onnx";

/// Contents that are left in the file: the pre-scan notes where they are. They can be longer than memory.
const PAYLOADS: &[(&str, &[&str])] = &[(
    "TensorProto",
    &["float_data", "int32_data", "string_data", "int64_data", "raw_data", "double_data", "uint64_data"],
)];

/// The messages that readers count, to make room for them: name, name of the constant, and what they are.
const COUNTED: [(&str, &str, &str); 2] =
    [("NodeProto", "NODE_PROTO", "a node"), ("AttributeProto", "ATTRIBUTE_PROTO", "an attribute")];

/// Bytes that a message takes when it is decoded, if it takes more than most: about the sizes of what it becomes.
const COSTS: &[(&str, u64)] = &[
    ("GraphProto", 768),
    ("FunctionProto", 768),
    ("TensorProto", 256),
    ("SparseTensorProto", 256),
    ("NodeProto", 96),
    ("ValueInfoProto", 96),
    ("AttributeProto", 64),
];
const COST: u64 = 48;

pub(crate) fn generate() -> Outcome {
    let folder = root()?.join(FOLDER);
    let schema = schema_folder()?;
    let files = protox::compile([SOURCE], [&schema]).map_err(|e| e.to_string())?;
    let temporary = root()?.join("target/proto");
    fs::create_dir_all(&temporary).map_err(|e| e.to_string())?;
    let mut config = prost_build::Config::new();
    config.bytes(["."]).disable_comments(["."]).out_dir(&temporary);
    config.compile_fds(files.clone()).map_err(|e| e.to_string())?;
    let code = fs::read_to_string(temporary.join("onnx.rs")).map_err(|e| e.to_string())?;
    let head = format!("// Made by `cargo xtask proto` from {SOURCE} of {ONNX} (Apache-2.0). Do not edit.\n\n");
    write(&folder.join("proto.rs"), &format!("{head}{code}"))?;
    write(&folder.join("schema.rs"), &format!("{head}{}", table(&files)?))?;
    run(Command::new("cargo").args(["fmt", "--package", "weighbridge"]))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// Writes the tables of operators that checks look into.
pub(crate) fn tables() -> Outcome {
    write_output_of("xtask/onnx_tables.py", "src/check/onnx/tables.rs")
}

/// Writes the table of what each release of ONNX Runtime reads. Takes minutes: each of them is installed and run.
pub(crate) fn runtimes() -> Outcome {
    write_output_of("xtask/onnxruntime_tables.py", "src/check/onnx/runtimes.rs")
}

fn write_output_of(script: &str, path: &str) -> Outcome {
    let output = Command::new(python()?).arg(root()?.join(script)).output();
    let output = output.map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    write(&root()?.join(path), &String::from_utf8_lossy(&output.stdout))
}

/// The interpreter of an environment in which the package is installed.
fn python() -> Result<PathBuf, String> {
    let venv = root()?.join("target/proto-venv");
    if !venv.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    run(Command::new(venv.join("bin/pip")).args(["install", "--quiet", ONNX]))?;
    Ok(venv.join("bin/python"))
}

/// The folder of the installed package, which holds its schema.
fn schema_folder() -> Result<PathBuf, String> {
    let find = "import importlib.util as u; print(u.find_spec('onnx').submodule_search_locations[0])";
    let output = Command::new(python()?).args(["-c", find]).output().map_err(|e| e.to_string())?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// The messages by full name, nested ones included, in the order of the file.
fn messages(files: &FileDescriptorSet) -> Vec<(String, &DescriptorProto)> {
    fn visit<'a>(prefix: &str, message: &'a DescriptorProto, found: &mut Vec<(String, &'a DescriptorProto)>) {
        let name = format!("{prefix}.{}", message.name());
        message.nested_type.iter().for_each(|nested| visit(&name, nested, found));
        found.push((name, message));
    }
    let mut found = Vec::new();
    for file in &files.file {
        file.message_type.iter().for_each(|message| visit(&format!(".{}", file.package()), message, &mut found));
    }
    found
}

/// The table of messages and fields as Rust code.
fn table(files: &FileDescriptorSet) -> Result<String, String> {
    let messages = messages(files);
    let numbers: BTreeMap<&str, usize> =
        messages.iter().enumerate().map(|(index, (name, _))| (name.as_str(), index)).collect();
    let mut code = String::from("use crate::formats::protobuf::{Field, Kind::*, Message, Schema};\n\n");
    let root = messages.iter().position(|(_, message)| message.name() == ROOT_MESSAGE).ok_or("no root message")?;
    for (message_name, constant, what) in COUNTED {
        let index = messages.iter().position(|(_, message)| message.name() == message_name);
        let index = index.ok_or_else(|| format!("no {message_name}"))?;
        let _ = writeln!(code, "/// Index of the message of {what}.\npub(super) const {constant}: usize = {index};\n");
    }
    let _ = writeln!(code, "pub(super) static SCHEMA: Schema = Schema {{ root: {root}, messages: &[");
    for (_, message) in &messages {
        let cost = COSTS.iter().find(|(name, _)| *name == message.name()).map_or(COST, |(_, cost)| *cost);
        let _ = writeln!(code, "Message::new({:?}, {cost}, &[", message.name());
        let last = message.field.iter().map(FieldDescriptorProto::number).max().unwrap_or_default();
        for number in 0..=last {
            match message.field.iter().find(|field| field.number() == number) {
                Some(field) => _ = writeln!(code, "{},", row(message, field, &numbers)),
                None => code.push_str("None,\n"),
            }
        }
        code.push_str("]),\n");
    }
    code.push_str("]};\n");
    Ok(code)
}

fn row(message: &DescriptorProto, field: &FieldDescriptorProto, numbers: &BTreeMap<&str, usize>) -> String {
    let is_payload = PAYLOADS.iter().any(|(name, fields)| *name == message.name() && fields.contains(&field.name()));
    let kind = match field.r#type() {
        Type::Message => format!("Message({})", numbers[field.type_name()]),
        Type::String => "Text".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Float | Type::Fixed32 | Type::Sfixed32 => "Fixed32".to_owned(),
        Type::Double | Type::Fixed64 | Type::Sfixed64 => "Fixed64".to_owned(),
        _ => "Varint".to_owned(),
    };
    let is_repeated = field.label() == Label::Repeated;
    format!(
        "Some(Field {{ name: {:?}, kind: {kind}, slot: {}, is_repeated: {is_repeated}, is_payload: {is_payload} }})",
        field.name(),
        slot(message, field)
    )
}

/// The bit by which a second occurrence is noticed. The members of a `oneof` share theirs.
fn slot(message: &DescriptorProto, field: &FieldDescriptorProto) -> usize {
    let same = |other: &FieldDescriptorProto| match field.oneof_index {
        Some(oneof) => other.oneof_index == Some(oneof),
        None => other.number() == field.number(),
    };
    message.field.iter().position(same).unwrap_or_default()
}
