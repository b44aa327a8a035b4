//! How the names and types of a graph are spelled for a person.

use std::fmt::{self, Display, Formatter};

use weighbridge::error::Printable;
use weighbridge::graph::{Dim, Type, TypeKind};

/// A name: as it is if it is a plain word, else in quotes, so that it cannot be taken for two names or for punctuation.
pub struct Name<'a>(pub &'a str);

/// What is written for a value that is left out; a value of this name is quoted.
pub const LEFT_OUT: &str = "_";

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:-+#$@".contains(&b);
        let is_plain = (1..=LONGEST).contains(&self.0.len()) && self.0.bytes().all(plain);
        if is_plain && self.0 != LEFT_OUT { f.write_str(self.0) } else { quote(f, self.0, LONGEST) }
    }
}

/// Writes text in quotes, on one line, and cut after so many characters.
pub fn quote(f: &mut Formatter<'_>, text: &str, longest: usize) -> fmt::Result {
    let end = text.char_indices().nth(longest).map_or(text.len(), |(end, _)| end);
    let head = text[..end].replace('\\', r"\\").replace('"', r#"\""#);
    let rest = if end < text.len() { "…" } else { "" };
    write!(f, "\"{}{rest}\"", Printable(&head))
}

/// `ai.onnx.ml.Scaler`; an operator of the default domain stands alone.
pub struct OpName<'a>(pub &'a str, pub &'a str);

impl Display for OpName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self(domain, op) = *self;
        if domain.is_empty() { Name(op).fmt(f) } else { write!(f, "{}.{}", Name(domain), Name(op)) }
    }
}

/// A domain of operators. The default one has no name; its other spelling stands for it.
pub fn domain_name(domain: &str) -> &str {
    if domain.is_empty() { "ai.onnx" } else { domain }
}

/// `F32 [batch, 3, ?]`, `sequence(I64 […])`.
pub struct TypeText<'a>(pub Type<'a>);

impl Display for TypeText<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut inner = Some(self.0);
        let mut depth = 0;
        // A loop: how deep types are nested is up to the file.
        while let Some(ty) = inner {
            match ty.kind {
                TypeKind::Sequence => f.write_str("sequence(")?,
                TypeKind::Optional => f.write_str("optional(")?,
                TypeKind::Map => write!(f, "map({}, ", ElementText(&ty))?,
                _ => break,
            }
            depth += 1;
            inner = ty.element();
        }
        match inner {
            Some(ty) => innermost(f, &ty)?,
            None => f.write_str("?")?,
        }
        (0..depth).try_for_each(|_| f.write_str(")"))
    }
}

fn innermost(f: &mut Formatter<'_>, ty: &Type<'_>) -> fmt::Result {
    match ty.kind {
        TypeKind::Tensor => write!(f, "{} {}", ElementText(ty), ShapeText(ty)),
        TypeKind::SparseTensor => write!(f, "sparse {} {}", ElementText(ty), ShapeText(ty)),
        TypeKind::Opaque => f.write_str("opaque"),
        _ => f.write_str("?"),
    }
}

struct ElementText<'a, 'b>(&'b Type<'a>);

impl Display for ElementText<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.0.dtype, self.0.code) {
            (Some(dtype), _) => f.write_str(dtype.name()),
            (None, 0) => f.write_str("?"),
            (None, code) => write!(f, "type {code}"),
        }
    }
}

struct ShapeText<'a, 'b>(&'b Type<'a>);

impl Display for ShapeText<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.shape.is_none() {
            return f.write_str("[…]");
        }
        f.write_str("[")?;
        for (position, dim) in self.0.dims().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            match dim {
                Dim::Known(size) => write!(f, "{size}")?,
                // A name that reads as a number is not one.
                Dim::Symbol(name) if name.parse::<i64>().is_ok() => write!(f, "\"{name}\"")?,
                Dim::Symbol(name) => Name(name).fmt(f)?,
                Dim::Unknown => f.write_str("?")?,
            }
        }
        f.write_str("]")
    }
}
