//! The interface in C#, so that the oldest runtimes of Unity and the newest .NET compile it alike: C# 7, and structures that need no
//! marshalling. A pointer to a function is an `IntPtr`, which `Marshal.GetFunctionPointerForDelegate` or `&Function` gives.

use std::borrow::Cow;

use cbindgen::bindgen::ir::{ConstExpr, Field, Function, IntKind, PrimitiveType, Type};

use crate::interface::{Interface, Item, Value};

const HEAD: &str = "\
// The C interface of Weighbridge, made from capi/src by `cargo xtask header`; do not edit. weighbridge.h documents it.
// SPDX-License-Identifier: MIT OR Apache-2.0

using System;
using System.Runtime.InteropServices;
";

const DELEGATES: &str = "
    /// <summary>The functions of the host, as delegates.</summary>
    public static class Delegates
    {
";

const NATIVE: &str = "
    /// <summary>The constants and functions of the C interface.</summary>
    public static unsafe class Native
    {
        /// <summary>The library, by the name that runtimes look for.</summary>
        public const string Library = \"weighbridge\";

";

/// Words of C# that may be names in C.
const RESERVED: &[&str] = &[
    "abstract",
    "as",
    "base",
    "bool",
    "byte",
    "catch",
    "checked",
    "class",
    "decimal",
    "delegate",
    "event",
    "explicit",
    "false",
    "finally",
    "fixed",
    "foreach",
    "implicit",
    "in",
    "interface",
    "internal",
    "is",
    "lock",
    "namespace",
    "new",
    "null",
    "object",
    "operator",
    "out",
    "override",
    "params",
    "private",
    "protected",
    "public",
    "readonly",
    "ref",
    "sbyte",
    "sealed",
    "stackalloc",
    "string",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "uint",
    "ulong",
    "unchecked",
    "unsafe",
    "ushort",
    "using",
    "virtual",
];

pub fn generate(interface: &Interface) -> String {
    let aliases: String = interface.items().filter_map(|item| alias(&item)).collect();
    let types: String = interface.items().filter_map(|item| declare(&item)).collect();
    let delegates: String = interface.items().filter_map(|item| delegate(&item)).collect();
    let constants: String = interface.constants().map(constant).collect();
    let functions: String = interface.functions.iter().map(import).collect();
    let classes = format!("{DELEGATES}{delegates}    }}\n{NATIVE}{constants}{functions}    }}\n");
    format!("{HEAD}{aliases}\nnamespace Weighbridge\n{{{types}{classes}}}\n")
}

/// What is a number or a pointer in C# keeps its name in this file.
fn alias(item: &Item) -> Option<String> {
    match *item {
        Item::Alias { name, of } => Some(format!("using {name} = System.{};\n", spell(of))),
        Item::Callback { name, .. } => Some(format!("using {name} = System.IntPtr;\n")),
        _ => None,
    }
}

fn declare(item: &Item) -> Option<String> {
    let (name, fields, is_union) = match *item {
        Item::Opaque { name } => return Some(format!("\n    public struct {name} {{ }}\n")),
        Item::Record { name, fields, is_union } => (name, fields, is_union),
        _ => return None,
    };
    let (layout, offset) = if is_union { ("Explicit", "[FieldOffset(0)] ") } else { ("Sequential", "") };
    let fields: String = fields.iter().map(|f| format!("        {offset}public {};\n", field(f))).collect();
    Some(format!(
        "\n    [StructLayout(LayoutKind.{layout})]\n    public unsafe struct {name}\n    {{\n{fields}    }}\n"
    ))
}

fn field(Field { name, ty, .. }: &Field) -> String {
    let name = escape(name);
    match ty {
        Type::Array(element, ConstExpr::Value(length)) => format!("fixed {} {name}[{length}]", spell(element)),
        _ => format!("{} {name}", spell(ty)),
    }
}

fn delegate(item: &Item) -> Option<String> {
    let Item::Callback { name, parameters, result } = *item else { return None };
    let parameters = list(parameters.iter().map(|(name, ty)| (name.as_deref(), ty)));
    Some(format!(
        "        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]\n        \
         public unsafe delegate {} {name}({parameters});\n",
        spell(result)
    ))
}

fn constant((name, ty, value): (&str, &Type, Value)) -> String {
    match value {
        // A `const` cannot depend on the machine.
        Value::Number(number) if spell(ty) == "UIntPtr" => {
            format!("        public static readonly UIntPtr {name} = (UIntPtr){number};\n")
        }
        Value::Number(number) => format!("        public const {} {name} = {number};\n", spell(ty)),
        Value::SizeMax => format!(
            "        public static readonly UIntPtr {name} = \
             UIntPtr.Size == 8 ? new UIntPtr(UInt64.MaxValue) : new UIntPtr(UInt32.MaxValue);\n"
        ),
    }
}

fn import(function: &Function) -> String {
    let parameters = list(function.args.iter().map(|argument| (argument.name.as_deref(), &argument.ty)));
    format!(
        "\n        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]\n        \
         public static extern {} {}({parameters});\n",
        spell(&function.ret),
        function.path.name(),
    )
}

fn list<'a>(parameters: impl Iterator<Item = (Option<&'a str>, &'a Type)>) -> String {
    let parameters = parameters.map(|(name, ty)| format!("{} {}", spell(ty), escape(name.expect("a name"))));
    parameters.collect::<Vec<_>>().join(", ")
}

fn escape(name: &str) -> Cow<'_, str> {
    if RESERVED.contains(&name) { format!("@{name}").into() } else { name.into() }
}

fn spell(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path.export_name().to_owned(),
        Type::Ptr { ty, .. } => spell(ty) + "*",
        Type::Primitive(primitive) => spell_primitive(primitive).to_owned(),
        other => panic!("not spelled in C#: {other:?}"),
    }
}

fn spell_primitive(primitive: &PrimitiveType) -> &'static str {
    match primitive {
        PrimitiveType::Void => "void",
        PrimitiveType::Char => "Byte",
        PrimitiveType::Float => "Single",
        PrimitiveType::Double => "Double",
        PrimitiveType::Integer { kind, signed, .. } => match (kind, signed) {
            (IntKind::Size, true) => "IntPtr",
            (IntKind::Size, false) => "UIntPtr",
            (IntKind::B8, true) => "SByte",
            (IntKind::B8, false) => "Byte",
            (IntKind::B16, true) => "Int16",
            (IntKind::B16, false) => "UInt16",
            (IntKind::B32, true) => "Int32",
            (IntKind::B32, false) => "UInt32",
            (IntKind::B64, true) => "Int64",
            (IntKind::B64, false) => "UInt64",
            other => panic!("not spelled in C#: {other:?}"),
        },
        other => panic!("not spelled in C#: {other:?}"),
    }
}
