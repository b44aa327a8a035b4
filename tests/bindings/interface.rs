//! A C interface as cbindgen reads it from Rust: what a header says, as data. What the bindings have no words for is a panic that
//! names it.

use std::path::PathBuf;

use cbindgen::Bindings;
use cbindgen::bindgen::ir::{Constant, Field, Function, ItemContainer, Literal, Type};

use crate::sections::read;

/// Constants, types and functions, each in the order of the header.
pub struct Interface {
    constants: Vec<Constant>,
    items: Vec<ItemContainer>,
    pub functions: Vec<Function>,
}

/// A type with a name.
pub enum Item<'a> {
    /// Another name of a number.
    Alias { name: &'a str, of: &'a Type },
    /// A function of the host.
    Callback { name: &'a str, parameters: &'a [(Option<String>, Type)], result: &'a Type },
    /// What only pointers refer to.
    Opaque { name: &'a str },
    /// A structure or a union.
    Record { name: &'a str, fields: &'a [Field], is_union: bool },
}

/// The value of a constant.
#[derive(Clone, Copy)]
pub enum Value {
    Number(i128),
    /// The largest `size_t`, which depends on the machine.
    SizeMax,
}

impl Interface {
    /// What these files declare.
    pub fn of(sources: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut all = Self { constants: Vec::new(), items: Vec::new(), functions: Vec::new() };
        for Bindings { constants, items, functions, globals, .. } in sources.into_iter().map(|path| read(&path)) {
            assert!(globals.is_empty(), "variables cannot be bound: {globals:?}");
            all.constants.extend(constants);
            all.items.extend(items);
            all.functions.extend(functions);
        }
        all
    }

    /// Name, type and value of each constant.
    pub fn constants(&self) -> impl Iterator<Item = (&str, &Type, Value)> {
        self.constants.iter().map(|constant| (constant.export_name.as_str(), &constant.ty, value(&constant.value)))
    }

    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.items.iter().map(item)
    }
}

fn item(item: &ItemContainer) -> Item<'_> {
    match item {
        ItemContainer::Typedef(typedef) => match &typedef.aliased {
            Type::FuncPtr { args, ret, .. } => {
                Item::Callback { name: &typedef.export_name, parameters: args, result: ret }
            }
            of @ Type::Primitive(_) => Item::Alias { name: &typedef.export_name, of },
            _ => panic!("cannot be bound: {typedef:?}"),
        },
        ItemContainer::OpaqueItem(opaque) => Item::Opaque { name: &opaque.export_name },
        ItemContainer::Struct(s) if s.alignment.is_none() => {
            Item::Record { name: &s.export_name, fields: &s.fields, is_union: false }
        }
        ItemContainer::Union(u) if u.alignment.is_none() => {
            Item::Record { name: &u.export_name, fields: &u.fields, is_union: true }
        }
        other => panic!("cannot be bound: {other:?}"),
    }
}

fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Path { associated_to: Some((_, ty)), name } if (ty.as_str(), name.as_str()) == ("usize", "MAX") => {
            Value::SizeMax
        }
        other => Value::Number(number(other)),
    }
}

fn number(literal: &Literal) -> i128 {
    match literal {
        Literal::Expr(digits) => digits.trim_end_matches(['u', 'l']).parse().unwrap(),
        Literal::PostfixUnaryOp { op: "-", value } => -number(value),
        Literal::BinOp { left, op: "<<", right } => number(left) << number(right),
        Literal::BinOp { left, op: "|", right } => number(left) | number(right),
        Literal::Path { associated_to: Some((_, ty)), name } if name == "MAX" => largest(ty),
        other => panic!("not the value of a constant: {other:?}"),
    }
}

fn largest(ty: &str) -> i128 {
    match ty {
        "u32" => u32::MAX.into(),
        "u64" => u64::MAX.into(),
        other => panic!("how large can {other} be?"),
    }
}
