//! The options of a load, with any numbers and patterns, for a model of every kind of element type.

use bytes::Bytes;
use weighbridge::load::{CastRule, Reads, SliceRule, Uneven};
use weighbridge::{Context, DType, Kind, Model, OpenOptions, Placement, PlanOptions, Target};

const TENSORS: &[(&str, DType, &[u64])] = &[
    ("layers.0.w", DType::F32, &[3, 4]),
    ("layers.0.b", DType::F16, &[2, 3, 2]),
    ("layers.1.w", DType::BF16, &[5]),
    ("layers.1.b", DType::F64, &[2]),
    ("scale", DType::F8_E4M3, &[4]),
    ("four", DType::F4, &[2, 6]),
    ("none", DType::I8, &[0, 3]),
    ("flag", DType::BOOL, &[]),
];

/// What options alone may lead to.
const REFUSALS: &[Kind] =
    &[Kind::InvalidArgument, Kind::Unsupported, Kind::NotFound, Kind::NotMapped, Kind::OutOfMemory, Kind::Limit];

/// Loads the model. What is placed has the bytes that its type and shape say, and is no larger than what is stored.
pub fn load_options(data: &[u8]) {
    let options = Input(data).options();
    let model = model();
    match model.load(&options) {
        Ok(placement) => check_placement(&model, &placement, &options),
        Err(error) => assert!(REFUSALS.contains(&error.kind()), "{error}: {options:?}"),
    }
}

fn model() -> Model {
    let (mut entries, mut offset) = (Vec::new(), 0);
    for (name, dtype, shape) in TENSORS {
        let end = offset + dtype.bytes_of(shape.iter().product()).unwrap();
        entries.push(format!(
            r#""{name}":{{"dtype":"{}","shape":{shape:?},"data_offsets":[{offset},{end}]}}"#,
            dtype.name()
        ));
        offset = end;
    }
    let header = format!("{{{}}}", entries.join(","));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.extend((0..offset).map(|index| index as u8));
    Model::from_memory(Bytes::from(file), &OpenOptions::default(), &Context::new()).unwrap()
}

fn check_placement(model: &Model, placement: &Placement, options: &PlanOptions) {
    for placed in placement.iter() {
        let position = model.tensors().find(placed.name).unwrap();
        let stored = model.tensors().get(position).unwrap();
        assert_eq!(placed.shape.len(), stored.shape.len());
        assert!(placed.shape.iter().zip(stored.shape).all(|(part, all)| (0..=*all).contains(part)));
        if options.target == Target::None {
            continue;
        }
        let bytes = placed.bytes().unwrap();
        let elements: i64 = placed.shape.iter().product();
        assert_eq!(placed.dtype.bytes_of(elements as u64), Some(bytes.len() as u64), "{options:?}");
        if options.target == Target::Host && options.alignment != 0 {
            assert_eq!(bytes.as_ptr() as u64 % options.alignment, 0, "{options:?}");
        }
        if (placed.dtype, placed.shape) == (stored.dtype, stored.shape) {
            assert_eq!(bytes, &*model.bytes(position).unwrap(), "{options:?}");
        }
    }
}

/// Bytes that stand for options. After the last one come zeros.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn options(&mut self) -> PlanOptions {
        const TARGETS: [Target; 4] = [Target::Host, Target::View, Target::None, Target::Sealed];
        const READS: [Reads; 3] = [Reads::Auto, Reads::Buffered, Reads::Direct];
        PlanOptions {
            target: self.one_of(&TARGETS),
            reads: self.one_of(&READS),
            alignment: self.number(),
            staging_bytes: self.number(),
            block_bytes: self.number(),
            readers: self.number() as usize,
            include: self.list(Self::pattern),
            tensors: self.list(|input| input.number() as usize),
            slices: self.list(Self::slice),
            casts: self.list(Self::cast),
            ..PlanOptions::default()
        }
    }

    fn slice(&mut self) -> SliceRule {
        SliceRule {
            pattern: self.pattern(),
            dim: self.number() as usize,
            rank: self.number(),
            world: self.number(),
            uneven: self.one_of(&[Uneven::Refuse, Uneven::Spread]),
        }
    }

    fn cast(&mut self) -> CastRule {
        let types: Vec<DType> = TENSORS.iter().map(|(_, dtype, _)| *dtype).collect();
        let from = self.one_of(&[false, true]).then(|| self.one_of(&types));
        CastRule { pattern: self.pattern(), from, to: self.one_of(&types) }
    }

    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Most numbers are small, and those around the limits of integers are easy to come by.
    fn number(&mut self) -> u64 {
        match self.byte() {
            small @ ..192 => u64::from(small),
            shift @ 192..224 => 1 << (2 * (shift - 192) + 1),
            below @ 224..240 => u64::MAX - u64::from(below - 224),
            _ => u64::from_le_bytes([0; 8].map(|_: u8| self.byte())),
        }
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::from(self.byte()) % values.len()]
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.byte() % 4).map(|_| one(self)).collect()
    }

    /// One of the names, a pattern that matches some of them, or text.
    fn pattern(&mut self) -> String {
        match self.byte() {
            0..64 => "*".to_owned(),
            64..128 => self.one_of(TENSORS).0.to_owned(),
            128..192 => self.one_of(&["layers.*", "*.w", "layers.[0-9].b", "?lag", "no*ne"]).to_owned(),
            len => {
                let text: Vec<u8> = (192..len).map(|_| self.byte()).collect();
                String::from_utf8_lossy(&text).into_owned()
            }
        }
    }
}
