//! How types are spelled for a person.

use std::fmt::{self, Display, Formatter};

use super::types::{Dim, Type, TypeKind};
use crate::error::Name;

/// `F32 [batch, 3, ?]`, `sequence(map(I64, F32 []))`; `[…]` if not even the number of dimensions is known.
impl Display for Type<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut inner = Some(*self);
        let mut depth = 0;
        // A loop: how deep types are nested is up to the file.
        while let Some(ty) = inner {
            match ty.kind {
                TypeKind::Sequence => f.write_str("sequence(")?,
                TypeKind::Optional => f.write_str("optional(")?,
                TypeKind::Map => write!(f, "map({}, ", Element(&ty))?,
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
        TypeKind::Tensor => write!(f, "{} {}", Element(ty), Shape(ty)),
        TypeKind::SparseTensor => write!(f, "sparse {} {}", Element(ty), Shape(ty)),
        TypeKind::Opaque => f.write_str("opaque"),
        _ => f.write_str("?"),
    }
}

/// The type of elements or keys.
struct Element<'a, 'b>(&'b Type<'a>);

impl Display for Element<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.0.dtype, self.0.code) {
            (Some(dtype), _) => f.write_str(dtype.name()),
            (None, 0) => f.write_str("?"),
            (None, code) => write!(f, "type {code}"),
        }
    }
}

struct Shape<'a, 'b>(&'b Type<'a>);

impl Display for Shape<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.shape.is_none() {
            return f.write_str("[…]");
        }
        f.write_str("[")?;
        for (position, dim) in self.0.dims().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            dim.fmt(f)?;
        }
        f.write_str("]")
    }
}

/// `3`, `batch`; `?` if nothing is known.
impl Display for Dim<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Dim::Known(size) => write!(f, "{size}"),
            // A name that reads as a number is not one.
            Dim::Symbol(name) if name.parse::<i64>().is_ok() => write!(f, "\"{name}\""),
            Dim::Symbol(name) => Name(name).fmt(f),
            Dim::Unknown => f.write_str("?"),
        }
    }
}
