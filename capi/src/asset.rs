//! # Assets
//!
//! The other files of the model's directory, such as `config.json` and `tokenizer.json`.
//!
//!   if (wb_model_asset_find(model, "config.json", WB_NUL, &index) == WB_OK
//!       && wb_model_asset_buffer(model, index, &buffer, &err) == WB_OK) {
//!     parse(wb_buffer_data(buffer, &len), len);
//!     wb_buffer_release(buffer);
//!   }

use std::ffi::c_char;

use super::error::wb_error;
use super::fault::Fault;
use super::handle::{Shared, get};
use super::model::{find_in, wb_model};
use super::status::{WB_OK, wb_status};
use super::tensor::wb_buffer;
use super::{Out, call, fill, plain, status, wb_str};
use weighbridge::error::Result;

/// An asset. Set `struct_size` before the call; the text is borrowed from the model. Since 0.1.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct wb_asset_info {
    /// `sizeof(wb_asset_info)`.
    pub struct_size: usize,
    /// The path, relative to the model's directory.
    pub name: wb_str,
    /// The length in bytes.
    pub bytes: u64,
}

/// Returns the number of assets; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.assets().len()))
}

/// Describes an asset. They are sorted by name. `WB_ERR_IO`: its length cannot be determined. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset_info(m: *const wb_model, index: usize, out: *mut wb_asset_info) -> wb_status {
    status(|| {
        let name = asset(m, index)?;
        let bytes = get(m, "m")?.model.asset_len(name)?;
        let info = wb_asset_info { struct_size: size_of::<wb_asset_info>(), name: name.into(), bytes };
        fill(out, &info, "out")?;
        Ok(WB_OK)
    })
}

/// Finds an asset by its name. `WB_ERR_NOT_FOUND`: the model has no such asset. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset_find(
    m: *const wb_model,
    name: *const c_char,
    name_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| find_in(m, (name, name_len, "name"), index, |model, name| model.find_asset(name)))
}

/// Reads an asset into a buffer that outlives the model. The whole file is read: `wb_model_asset_info` gives its length
/// in advance. If a manifest covers the asset, it is checked. The caller owns `*out`. `WB_ERR_MISMATCH`: the bytes are
/// not those that the manifest expects. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset_buffer(
    m: *const wb_model,
    index: usize,
    out: *mut *mut wb_buffer,
    err: *mut *mut wb_error,
) -> wb_status {
    call(err, || {
        let out = Out::handle(out, "out")?;
        let bytes = get(m, "m")?.model.asset(asset(m, index)?)?;
        wb_buffer(bytes).give(out)?;
        Ok(WB_OK)
    })
}

fn asset<'a>(m: *const wb_model, index: usize) -> Result<&'a str, Fault> {
    let name = get(m, "m")?.model.assets().get(index);
    name.map(|name| &**name).ok_or(Fault::OutOfRange("asset", index))
}
