//! The interface in Python, by ctypes.

use std::borrow::Cow;

use cbindgen::bindgen::ir::{ConstExpr, Field, Function, IntKind, PrimitiveType, Type};

use crate::interface::{Interface, Item, Value};

const HEAD: &str = "\
# The C interface of Weighbridge, made from capi/src by `cargo xtask header`; do not edit. weighbridge.h documents it.
# SPDX-License-Identifier: MIT OR Apache-2.0

from ctypes import *  # noqa: F403

";

const FUNCTIONS: &str = "
# The type of the result, and those of the parameters.
FUNCTIONS = {
";

const DECLARE: &str = "}


def declare(library):
    \"\"\"Declares the functions of a library that has been loaded, and returns it.\"\"\"
    for name, (result, parameters) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
    return library
";

/// Words of Python that may be names in C.
const RESERVED: &[&str] = &[
    "and", "as", "assert", "async", "await", "class", "def", "del", "elif", "except", "finally", "from", "global",
    "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "try", "with", "yield",
];

pub fn generate(interface: &Interface) -> String {
    let constants: String = interface.constants().map(constant).collect();
    let aliases: String = interface.items().filter_map(|item| alias(&item)).collect();
    let names: String = interface.items().filter_map(|item| introduce(&item)).collect();
    let types: String = interface.items().filter_map(|item| define(&item)).collect();
    let functions: String = interface.functions.iter().map(function).collect();
    format!("{HEAD}{constants}\n{aliases}{names}\n{types}{FUNCTIONS}{functions}{DECLARE}")
}

fn constant((name, _, value): (&str, &Type, Value)) -> String {
    match value {
        Value::Number(number) => format!("{name} = {number}\n"),
        Value::SizeMax => format!("{name} = c_size_t(-1).value\n"),
    }
}

fn alias(item: &Item) -> Option<String> {
    let Item::Alias { name, of } = *item else { return None };
    Some(format!("{name} = {}\n", spell(of)))
}

/// Names come before what they stand for, because structures and functions refer to each other.
fn introduce(item: &Item) -> Option<String> {
    let (name, base) = match *item {
        Item::Alias { .. } | Item::Callback { .. } => return None,
        Item::Record { name, is_union: true, .. } => (name, "Union"),
        Item::Record { name, .. } | Item::Opaque { name } => (name, "Structure"),
    };
    Some(format!("\n\nclass {name}({base}):\n    pass\n"))
}

fn define(item: &Item) -> Option<String> {
    match *item {
        Item::Callback { name, parameters, result } => {
            let types = [result].into_iter().chain(parameters.iter().map(|(_, ty)| ty)).map(spell);
            Some(format!("\n{name} = CFUNCTYPE({})\n", types.collect::<Vec<_>>().join(", ")))
        }
        Item::Record { name, fields, .. } => {
            let fields =
                fields.iter().map(|Field { name, ty, .. }| format!("    (\"{}\", {}),\n", escape(name), spell(ty)));
            Some(format!("\n{name}._fields_ = [\n{}]\n", fields.collect::<String>()))
        }
        Item::Alias { .. } | Item::Opaque { .. } => None,
    }
}

fn function(function: &Function) -> String {
    let parameters: Vec<_> = function.args.iter().map(|argument| spell_argument(&argument.ty)).collect();
    format!("    \"{}\": ({}, [{}]),\n", function.path.name(), spell_argument(&function.ret), parameters.join(", "))
}

fn escape(name: &str) -> Cow<'_, str> {
    if RESERVED.contains(&name) { format!("{name}_").into() } else { name.into() }
}

/// What a function of the library takes or returns: text is `bytes` there. Elsewhere it need not end with a NUL.
fn spell_argument(ty: &Type) -> String {
    match ty {
        Type::Ptr { ty, .. } if matches!(**ty, Type::Primitive(PrimitiveType::Char)) => "c_char_p".to_owned(),
        _ => spell(ty),
    }
}

fn spell(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.export_name().to_owned(),
        Type::Ptr { ty, .. } if matches!(**ty, Type::Primitive(PrimitiveType::Void)) => "c_void_p".to_owned(),
        Type::Ptr { ty, .. } => format!("POINTER({})", spell(ty)),
        Type::Array(element, ConstExpr::Value(length)) => format!("{} * {length}", spell(element)),
        Type::Primitive(primitive) => spell_primitive(primitive).to_owned(),
        other => panic!("not spelled in Python: {other:?}"),
    }
}

fn spell_primitive(primitive: &PrimitiveType) -> &'static str {
    match primitive {
        PrimitiveType::Void => "None",
        PrimitiveType::Char => "c_char",
        PrimitiveType::Float => "c_float",
        PrimitiveType::Double => "c_double",
        PrimitiveType::Integer { kind, signed, .. } => match (kind, signed) {
            (IntKind::Size, true) => "c_ssize_t",
            (IntKind::Size, false) => "c_size_t",
            (IntKind::B8, true) => "c_int8",
            (IntKind::B8, false) => "c_uint8",
            (IntKind::B16, true) => "c_int16",
            (IntKind::B16, false) => "c_uint16",
            (IntKind::B32, true) => "c_int32",
            (IntKind::B32, false) => "c_uint32",
            (IntKind::B64, true) => "c_int64",
            (IntKind::B64, false) => "c_uint64",
            other => panic!("not spelled in Python: {other:?}"),
        },
        other => panic!("not spelled in Python: {other:?}"),
    }
}
