//! Types of values: tensors with symbolic dimensions, and what can be made of them.

use super::build::GRAPH;
use super::rows::{NONE, Slice};
use super::words::{Word, Words};
use crate::dtype::DType;
use crate::error::Result;
use crate::memory;

/// The kinds of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// A tensor.
    Tensor,
    /// A tensor of which only some elements are stored.
    SparseTensor,
    /// Any number of values of one type.
    Sequence,
    /// Keys, each with a value.
    Map,
    /// A value that may be missing.
    Optional,
    /// Something that only its operators understand.
    Opaque,
    /// Nothing that this release knows.
    Unknown,
}

/// The type of a value.
#[derive(Debug, Clone, Copy)]
pub struct Type<'a> {
    /// Its index among the types of the graph.
    pub index: u32,
    /// What kind of type it is.
    pub kind: TypeKind,
    /// The type of the elements of a tensor or of the keys of a map. `None` if the model does not say, or names a type that
    /// this release does not know.
    pub dtype: Option<DType>,
    /// The number by which the format names the element type; 0 if it does not.
    pub code: i32,
    /// What the value means, such as `"IMAGE"`; empty if the model does not say.
    pub denotation: &'a str,
    /// The domain and the name of an opaque type; empty for other types.
    pub opaque: (&'a str, &'a str),
    /// Elements of each dimension, -1 for those that are symbolic or unknown; `None` if not even their number is known.
    pub shape: Option<&'a [i64]>,
    symbols: &'a [(Word, Word)],
    element: u32,
    table: &'a TypeTable,
    words: &'a Words,
}

/// One dimension of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim<'a> {
    /// So many elements.
    Known(i64),
    /// A number with a name: all dimensions of one name are equal.
    Symbol(&'a str),
    /// Any number.
    Unknown,
}

impl<'a> Type<'a> {
    /// The dimensions; none if their number is unknown.
    pub fn dims(&self) -> impl ExactSizeIterator<Item = Dim<'a>> + use<'a> {
        let (shape, symbols, words) = (self.shape.unwrap_or_default(), self.symbols, self.words);
        shape.iter().zip(symbols).map(move |(size, (symbol, _))| match (*size, symbol.of(words)) {
            (-1, "") => Dim::Unknown,
            (-1, symbol) => Dim::Symbol(symbol),
            (size, _) => Dim::Known(size),
        })
    }

    /// What each dimension means, such as `"DATA_BATCH"`; empty where the model does not say.
    pub fn dim_denotations(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let words = self.words;
        self.symbols.iter().map(move |(_, denotation)| denotation.of(words))
    }

    /// The type of what a sequence or optional value holds, or of the values of a map.
    pub fn element(&self) -> Option<Type<'a>> {
        (self.element != NONE).then(|| self.table.get(self.words, self.element))
    }
}

/// The types of a graph's values.
#[derive(Debug, Default)]
pub(super) struct TypeTable {
    rows: Vec<TypeRow>,
    dims: Vec<i64>,
    /// The name and the meaning of each dimension.
    symbols: Vec<(Word, Word)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct TypeRow {
    pub kind: TypeKind,
    pub dtype: Option<DType>,
    pub code: i32,
    pub denotation: Word,
    pub opaque: (Word, Word),
    pub dims: Option<Slice>,
    pub element: u32,
}

impl TypeTable {
    pub(super) fn get<'a>(&'a self, words: &'a Words, row: u32) -> Type<'a> {
        let TypeRow { kind, dtype, code, denotation, opaque: (domain, name), dims, element } = self.rows[row as usize];
        let dims = dims.map(Slice::range);
        Type {
            index: row,
            kind,
            dtype,
            code,
            denotation: denotation.of(words),
            opaque: (domain.of(words), name.of(words)),
            shape: dims.clone().map(|dims| &self.dims[dims]),
            symbols: dims.map_or(&[], |dims| &self.symbols[dims]),
            element,
            table: self,
            words,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn push(&mut self, row: TypeRow) -> Result<u32> {
        memory::push(&mut self.rows, row, GRAPH)?;
        Ok(self.rows.len() as u32 - 1)
    }

    /// Adds dimensions: size, name, meaning.
    pub(super) fn push_dims(&mut self, dims: &[(i64, Word, Word)]) -> Result<Slice> {
        let start = self.dims.len();
        for (size, symbol, denotation) in dims {
            memory::push(&mut self.dims, *size, GRAPH)?;
            memory::push(&mut self.symbols, (*symbol, *denotation), GRAPH)?;
        }
        Ok(Slice { start: start as u32, len: (self.dims.len() - start) as u32 })
    }
}
