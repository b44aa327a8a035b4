//! Attributes, and the tensors that graphs refer to.

use crate::error::{Name, Result};
use crate::graph::{Attribute, AttributeKind, Stored};

use super::matched::matched;
use super::types::is_same_type;
use super::{Comparison, Place, Step};

impl<'a> Comparison<'a> {
    /// Compares the attributes of a node, or the defaults of a function, and puts the graphs among them on the list.
    pub(super) fn attributes(
        &mut self,
        place: Place,
        what: &str,
        a: impl ExactSizeIterator<Item = Attribute<'a>>,
        b: impl ExactSizeIterator<Item = Attribute<'a>>,
    ) -> Step {
        if a.len() == 0 && b.len() == 0 {
            return Ok(());
        }
        for both in matched(a, b, |attribute| attribute.name)? {
            let is_same = matches!(&both, [Some(a), Some(b)] if self.is_same_attribute(a, b));
            let name = both.iter().flatten().next().map_or("", |attribute| attribute.name);
            self.require(is_same, place, format_args!("{what} {}", Name(name)))?;
            if let [Some(a), Some(b)] = both {
                self.subgraphs(&a, &b)?;
            }
        }
        Ok(())
    }

    fn subgraphs(&mut self, a: &Attribute<'a>, b: &Attribute<'a>) -> Result<()> {
        let mut pairs = a.graphs().iter().zip(b.graphs());
        pairs.try_for_each(|(a, b)| self.pair(*a as usize, *b as usize))
    }

    /// Whether two attributes have the same value; of graphs only whether there are as many.
    fn is_same_attribute(&self, a: &Attribute<'_>, b: &Attribute<'_>) -> bool {
        let is_known = a.kind != AttributeKind::Undefined || !a.reference.is_empty();
        // Of these lists only that of its kind has anything in it.
        is_known
            && (a.kind, a.reference, a.len()) == (b.kind, b.reference, b.len())
            && a.floats().iter().map(|float| float.to_bits()).eq(b.floats().iter().map(|float| float.to_bits()))
            && a.ints() == b.ints()
            && a.strings().eq(b.strings())
            && a.tensors().iter().zip(b.tensors()).all(|(a, b)| self.is_same_tensor(*a as usize, *b as usize))
            && a.sparse().iter().zip(b.sparse()).all(|(a, b)| self.is_same_sparse(*a as usize, *b as usize))
            && a.types().zip(b.types()).all(|(a, b)| is_same_type(a, b))
    }

    /// Whether what is stored for an initializer is the same.
    pub(super) fn is_same_stored(&self, a: Stored, b: Stored) -> bool {
        match (a, b) {
            (Stored::Dense(a), Stored::Dense(b)) => self.is_same_tensor(a, b),
            (Stored::Sparse(a), Stored::Sparse(b)) => self.is_same_sparse(a, b),
            _ => false,
        }
    }

    /// Whether two tensors have one name, which each of them has alone in its model: what is in them is compared by that. One that
    /// cannot be read is in no table.
    fn is_same_tensor(&self, a: usize, b: usize) -> bool {
        let names = (self.a.tensors().get(a), self.b.tensors().get(b));
        matches!(names, (Some(a), Some(b)) if a.name == b.name)
    }

    fn is_same_sparse(&self, a: usize, b: usize) -> bool {
        let [of_a, of_b] = [(self.a, a), (self.b, b)].map(|(model, index)| model.graphs().sparse().get(index));
        let (Some(of_a), Some(of_b)) = (of_a, of_b) else { return false };
        let (Some(values_a), Some(values_b)) = (of_a.values, of_b.values) else { return false };
        let has_values = self.a.tensors().get(values_a).is_some_and(|values| values.elements() > 0);
        let have_same_indices = match (of_a.indices, of_b.indices) {
            (Some(a), Some(b)) => self.is_same_tensor(a, b),
            // Where no element is stored, there need not be any places.
            (a, b) => a.is_none() && b.is_none() && !has_values,
        };
        of_a.shape == of_b.shape && self.is_same_tensor(values_a, values_b) && have_same_indices
    }
}
