//! The short way over fields as nearly all are: what there is to know of each is one small row, found by its number.

use super::{Field, Kind};

/// Fields with higher numbers have no step.
const NUMBERS: usize = 32;

/// The steps of one message.
pub(super) struct Steps([Step; NUMBERS]);

/// How to get over a field of which nothing is unusual.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub over: Over,
    /// Bytes that the field takes when it is decoded; those of a message are its own.
    pub cost: u64,
    /// The bit of a field that may be given only once; no bit for others.
    pub once: u64,
}

/// What a step gets over.
#[derive(Clone, Copy)]
pub(super) enum Over {
    /// A number that is not packed.
    Varint,
    /// A number of four bytes that is not packed.
    Fixed32,
    /// Text or bytes.
    Bytes,
    /// The head of the message with this index.
    Message(u8),
    /// Nothing: the field takes more than a step.
    Nothing,
}

impl Step {
    const NONE: Self = Self { over: Over::Nothing, cost: 0, once: 0 };

    const fn of(field: &Field) -> Self {
        let over = match field.kind {
            _ if field.is_payload => Over::Nothing,
            Kind::Varint => Over::Varint,
            Kind::Fixed32 => Over::Fixed32,
            Kind::Text | Kind::Bytes => Over::Bytes,
            Kind::Message(index) if index <= u8::MAX as usize => Over::Message(index as u8),
            Kind::Message(_) | Kind::Fixed64 => Over::Nothing,
        };
        let once = if field.is_repeated { 0 } else { 1 << field.slot };
        Self { over, cost: field.cost(None), once }
    }
}

impl Steps {
    pub(super) const fn of(fields: &[Option<Field>]) -> Self {
        let mut steps = [Step::NONE; NUMBERS];
        let mut number = 0;
        while number < fields.len() && number < NUMBERS {
            if let Some(field) = &fields[number] {
                steps[number] = Step::of(field);
            }
            number += 1;
        }
        Self(steps)
    }

    /// The step over the field with this number.
    #[inline(always)]
    pub(super) fn get(&self, number: u64) -> Option<&Step> {
        self.0.get(usize::try_from(number).ok()?)
    }
}
