//! # Metadata
//!
//! What a model says about itself: keys, each with a typed value. Every value also has a text form: text as it is, all
//! other types as compact JSON.
//!
//!   if (wb_model_metadata_find(model, "format", WB_NUL, &index) == WB_OK) {
//!     wb_model_metadata_info(model, index, &entry);
//!   }

use std::ffi::c_char;

use super::fault::Fault;
use super::handle::get;
use super::model::{find_in, wb_model};
use super::status::{WB_OK, wb_status};
use super::{fill, plain, status, wb_str};
use weighbridge::error::Result;
use weighbridge::metadata::{Datum, Metadata};

/// Type: no value. Since 0.1.
pub const WB_METADATA_NULL: u32 = 0;
/// Type: true or false. Since 0.1.
pub const WB_METADATA_BOOL: u32 = 1;
/// Type: a signed integer. Since 0.1.
pub const WB_METADATA_I64: u32 = 2;
/// Type: an unsigned integer. Since 0.1.
pub const WB_METADATA_U64: u32 = 3;
/// Type: a floating-point number. Since 0.1.
pub const WB_METADATA_F64: u32 = 4;
/// Type: text. Since 0.1.
pub const WB_METADATA_TEXT: u32 = 5;
/// Type: bytes. Their text form is hexadecimal, in quotes. Since 0.1.
pub const WB_METADATA_BYTES: u32 = 6;
/// Type: a list of values. Since 0.1.
pub const WB_METADATA_LIST: u32 = 7;
/// Type: values by key. Since 0.1.
pub const WB_METADATA_MAP: u32 = 8;

/// A metadata entry of a model or a graph. Set `struct_size` before the call; the texts are borrowed from the model.
/// Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_metadata_info {
    /// `sizeof(wb_metadata_info)`.
    pub struct_size: usize,
    /// `WB_METADATA_*`.
    pub r#type: u32,
    /// 1 if the value is true, else 0.
    pub boolean: u32,
    /// The value, if it is an integer that fits; else 0.
    pub i64: i64,
    /// The value, if it is an integer that fits; else 0.
    pub u64: u64,
    /// The value, if it is a number, rounded if necessary; else 0.
    pub f64: f64,
    /// The number of elements of a list, of entries of a map, or of bytes of text or binary data; else 0.
    pub len: u64,
    /// The key.
    pub key: wb_str,
    /// The text form.
    pub text: wb_str,
}

/// Returns the number of metadata entries; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_metadata_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.metadata().len()))
}

/// Describes a metadata entry. They are sorted by key. `WB_ERR_OUT_OF_MEMORY`: the text form of a value that is not text
/// could not be made; the first call for an entry makes it. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_metadata_info(m: *const wb_model, index: usize, out: *mut wb_metadata_info) -> wb_status {
    status(|| {
        let metadata = get(m, "m")?.model.metadata();
        let (key, value) = entry(metadata, index)?;
        let info = wb_metadata_info { key: key.into(), text: metadata.text(index)?.into(), ..value.into() };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Finds a metadata entry by its key. `WB_ERR_NOT_FOUND`: the model has no such entry. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_metadata_find(
    m: *const wb_model,
    key: *const c_char,
    key_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| find_in(m, (key, key_len, "key"), index, |model, key| model.metadata().find(key)))
}

fn entry(metadata: &Metadata, index: usize) -> Result<(&str, Datum<'_>), Fault> {
    metadata.get(index).ok_or(Fault::OutOfRange("metadata entry", index))
}

impl From<Datum<'_>> for wb_metadata_info {
    /// Without the texts.
    fn from(value: Datum<'_>) -> Self {
        let of = |r#type| Self {
            struct_size: size_of::<Self>(),
            r#type,
            boolean: 0,
            i64: 0,
            u64: 0,
            f64: 0.0,
            len: 0,
            key: "".into(),
            text: "".into(),
        };
        match value {
            Datum::Bool(value) => Self { boolean: value.into(), ..of(WB_METADATA_BOOL) },
            Datum::I64(value) => {
                let u64 = value.try_into().unwrap_or_default();
                Self { i64: value, u64, f64: value as f64, ..of(WB_METADATA_I64) }
            }
            Datum::U64(value) => {
                let i64 = value.try_into().unwrap_or_default();
                Self { i64, u64: value, f64: value as f64, ..of(WB_METADATA_U64) }
            }
            Datum::F64(value) => Self { f64: value, ..of(WB_METADATA_F64) },
            Datum::Text(text) => Self { len: text.len() as u64, ..of(WB_METADATA_TEXT) },
            Datum::Bytes(bytes) => Self { len: bytes.len() as u64, ..of(WB_METADATA_BYTES) },
            Datum::List(list) => Self { len: list.len() as u64, ..of(WB_METADATA_LIST) },
            Datum::Map(map) => Self { len: map.len() as u64, ..of(WB_METADATA_MAP) },
            _ => of(WB_METADATA_NULL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_in_every_type_that_holds_them() {
        let of = |value| {
            let info = wb_metadata_info::from(value);
            (info.r#type, info.i64, info.u64, info.f64)
        };
        assert_eq!(of(Datum::I64(-1)), (WB_METADATA_I64, -1, 0, -1.0));
        assert_eq!(of(Datum::I64(7)), (WB_METADATA_I64, 7, 7, 7.0));
        assert_eq!(of(Datum::U64(1 << 63)), (WB_METADATA_U64, 0, 1 << 63, 9_223_372_036_854_775_808.0));
        assert_eq!(of(Datum::F64(0.5)), (WB_METADATA_F64, 0, 0, 0.5));
        assert_eq!(wb_metadata_info::from(Datum::Bool(true)).boolean, 1);
        assert_eq!(wb_metadata_info::from(Datum::Bytes(&[1, 2, 3])).len, 3);
    }
}
