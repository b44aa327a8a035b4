//! What manifests say, in one common form.

use std::collections::BTreeMap;

use super::form::Form;
use crate::digest::{Algorithm, Digest};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::memory;
use crate::sort;
use crate::storage::normal_name;
use crate::tensor::{Encoding, Tensor};

/// What memory is asked for.
const NAME: &str = "a name";

/// What a reader of manifests returns: files, and tensors.
pub(super) type Claims = (BTreeMap<String, FileClaim>, BTreeMap<String, TensorClaim>);

/// What a file should be.
#[derive(Debug, Clone, Default)]
pub struct FileClaim {
    /// Bytes, where the manifest says.
    pub size: Option<u64>,
    /// One digest or more, each of another algorithm, the fastest first. A list: there may be very many files.
    digests: Vec<(Algorithm, Digest)>,
    /// What to do about a file of another size; empty if there is nothing to say.
    cure: &'static str,
    /// Whether the file was modified after a tool noted this.
    is_outdated: bool,
}

impl FileClaim {
    /// A claim of these digests, each of another algorithm.
    pub fn new(size: Option<u64>, digests: impl IntoIterator<Item = (Algorithm, Digest)>) -> Self {
        let mut digests: Vec<_> = digests.into_iter().collect();
        sort::sort_by_key(&mut digests, |(algorithm, _)| *algorithm);
        digests.shrink_to_fit();
        Self { size, digests, cure: "", is_outdated: false }
    }

    /// The same, with what to do about a file of another size.
    pub(super) fn with_cure(self, cure: &'static str) -> Self {
        Self { cure, ..self }
    }

    /// The same, and whether the file was modified after a tool noted this.
    pub(super) fn outdated(self, is_outdated: bool) -> Self {
        Self { is_outdated, ..self }
    }

    /// Whether the file was modified after a tool noted this: that it is another one is no surprise then.
    pub(crate) fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// What to do about a file of another size; empty if there is nothing to say.
    pub(crate) fn cure(&self) -> &'static str {
        self.cure
    }

    /// The digest of one algorithm.
    pub fn digest(&self, algorithm: Algorithm) -> Option<Digest> {
        self.digests.iter().find(|(other, _)| *other == algorithm).map(|(_, digest)| *digest)
    }

    /// The digest that is fastest to check: all digests of one manifest have the same author.
    pub(crate) fn fastest(&self) -> Option<(Algorithm, Digest)> {
        self.digests.first().copied()
    }
}

/// What a manifest says of files, by the one name that each of them has, however the manifest spells it.
#[derive(Default)]
pub(super) struct FileClaims {
    pub(super) by_name: BTreeMap<String, FileClaim>,
    /// How the manifest spells those names that are not plain, by the plain one.
    spellings: BTreeMap<String, String>,
}

impl FileClaims {
    /// Adds what is said of a file. Two claims of one file are refused, even if they agree: nobody can tell which counts.
    pub(super) fn add(&mut self, spelling: String, claim: FileClaim) -> Result<()> {
        let name = memory::into_owned(normal_name(&spelling), NAME)?;
        if self.by_name.contains_key(&name) {
            return Err(self.twice(&name, &spelling));
        }
        if name != spelling {
            self.spellings.insert(memory::text(&name, NAME)?, spelling);
        }
        self.by_name.insert(name, claim);
        Ok(())
    }

    fn twice(&self, name: &str, spelling: &str) -> Error {
        let first = self.spellings.get(name).map_or(name, |first| first);
        let spellings =
            if first == spelling { String::new() } else { format!(": as \"{first}\" and as \"{spelling}\"") };
        Error::format(format!("the file \"{name}\" is listed twice{spellings}"))
    }
}

/// What a part of a file should be.
#[derive(Debug, Clone, Copy)]
pub struct RunClaim {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// The hash function.
    pub algorithm: Algorithm,
    /// What it should give.
    pub digest: Digest,
}

/// What a tensor that lies in one run should be. Of tensors in pieces manifests say nothing.
#[derive(Debug, Clone)]
pub struct TensorClaim {
    /// The file that it lies in.
    pub file: String,
    /// The element type, as spelled in files.
    pub dtype: String,
    /// Elements of each dimension.
    pub shape: Vec<i64>,
    /// Elements between neighbours in each dimension, outermost first; empty if it is contiguous and row-major.
    pub strides: Vec<i64>,
    /// How each element is stored.
    pub encoding: Encoding,
    /// BLAKE3 of its bytes, as they are stored.
    pub digest: Digest,
    /// The chaining values of its [`BLOCK`](crate::digest::BLOCK)s; empty if there is only one, and for strings.
    pub blocks: Vec<Digest>,
}

impl TensorClaim {
    /// Hands out all that is said of the tensor of this name: two claims give the same bytes only if they say the same.
    pub(super) fn feed(&self, name: &str, mut take: impl FnMut(&[u8])) {
        let Self { file: _, dtype, shape, strides, encoding, digest, blocks } = self;
        let mut piece = |bytes: &[u8]| {
            take(&(bytes.len() as u64).to_le_bytes());
            take(bytes);
        };
        [name.as_bytes(), dtype.as_bytes(), format!("{encoding:?}").as_bytes(), digest.as_bytes()]
            .into_iter()
            .for_each(&mut piece);
        for numbers in [shape, strides] {
            piece(&(numbers.len() as u64).to_le_bytes());
            numbers.iter().for_each(|number| piece(&number.to_le_bytes()));
        }
        blocks.iter().for_each(|block| piece(block.as_bytes()));
    }

    /// The claim that a tensor of one run is what it is: `None` for one in pieces. `blocks` are the values of all its blocks.
    pub(crate) fn of(tensor: &Tensor<'_>, file: &str, digest: Digest, blocks: Vec<Digest>) -> Option<Self> {
        let Form { dtype, shape, strides, encoding } = Form::of(tensor)?;
        // A reader of the claim cannot know how many blocks strings have.
        let has_blocks = blocks.len() > 1 && tensor.dtype != DType::STRING;
        Some(Self {
            file: file.to_owned(),
            dtype: dtype.to_owned(),
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            encoding,
            digest,
            blocks: if has_blocks { blocks } else { Vec::new() },
        })
    }

    /// Why the bytes of a tensor cannot be what is claimed, whatever their digest: they mean something else.
    pub(crate) fn contradiction(&self, tensor: &Tensor<'_>) -> Option<String> {
        let expected = self.form();
        match (Form::of(tensor), tensor.contents) {
            (Some(found), _) => (found != expected).then(|| format!("it is {found}; the manifest expects {expected}")),
            (None, contents) => {
                let (dtype, shape, pieces) = (tensor.dtype, tensor.shape, contents.runs().count());
                let found = format!("{dtype} of shape {shape:?} in {pieces} pieces");
                Some(format!("it is {found}; the manifest expects {expected} in one run"))
            }
        }
    }

    fn form(&self) -> Form<'_> {
        Form { dtype: &self.dtype, shape: &self.shape, strides: &self.strides, encoding: self.encoding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::tensor::{Layout, Span, TableBuilder};

    /// How many there are follows from the shape, but for strings, whose bytes only the contents tell.
    #[test]
    fn blocks_are_stated_where_a_reader_can_count_them() {
        let blocks = [[1; 32], [2; 32]].map(Digest::from).to_vec();
        let stated = |dtype, elements| {
            let (mut tensors, len) = (TableBuilder::new(&Limits::default()), 5 << 20);
            tensors.push("t", dtype, &[elements], Span { file: 0, offset: 0, len }).unwrap();
            let table = tensors.finish_file(&Layout::Within(vec![len])).unwrap();
            TensorClaim::of(&table.get(0).unwrap(), "f", Digest::from([3; 32]), blocks.clone()).unwrap().blocks
        };
        assert_eq!(stated(DType::U8, 5 << 20), blocks);
        assert_eq!(stated(DType::STRING, 3), []);
    }
}
