//! Values of a graph for programs: their names and types.

use serde::{Serialize, Serializer};
use weighbridge::graph::{Dim, Type, TypeKind, Value};
use weighbridge::{Result, memory};

/// A value with its type, as far as the model tells.
#[derive(Serialize)]
pub struct ValueDescription<'a> {
    pub name: &'a str,
    pub dtype: Option<&'static str>,
    /// Absent if not even the rank is known.
    pub shape: Option<Vec<DimDescription<'a>>>,
    /// What is no tensor has neither element type nor shape, but a type in words.
    #[serde(rename = "type", serialize_with = "spell", skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type<'a>>,
}

/// Writes a type piece by piece: how long it is, is up to the file.
fn spell<S: Serializer>(ty: &Option<Type<'_>>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match ty {
        Some(ty) => serializer.collect_str(ty),
        None => serializer.serialize_none(),
    }
}

/// A number, a name, or null.
#[derive(Serialize)]
#[serde(untagged)]
pub enum DimDescription<'a> {
    Size(i64),
    Symbol(&'a str),
    Unknown,
}

pub fn describe(value: Value<'_>) -> Result<ValueDescription<'_>> {
    // A list of dimensions is short, and there may be many.
    memory::check()?;
    let is_tensor = |ty: &Type<'_>| matches!(ty.kind, TypeKind::Tensor | TypeKind::SparseTensor);
    let ty = value.ty.filter(is_tensor);
    let other = value.ty.filter(|ty| !is_tensor(ty));
    let dims = ty.filter(|ty| ty.shape.is_some()).map(|ty| ty.dims());
    let describe = |dim| match dim {
        Dim::Known(size) => DimDescription::Size(size),
        Dim::Symbol(name) => DimDescription::Symbol(name),
        Dim::Unknown => DimDescription::Unknown,
    };
    Ok(ValueDescription {
        name: value.name,
        dtype: ty.and_then(|ty| ty.dtype).map(|dtype| dtype.name()),
        shape: dims.map(|dims| dims.map(describe).collect()),
        ty: other,
    })
}
