//! # Assets
//!
//! What travels with the weights: the other files of the model's directory, such as `config.json`, `tokenizer.json` and
//! labels.

use std::ffi::c_char;

use super::error::wb_error;
use super::handle::{Shared, get};
use super::model::{find_in, out_of_range, set_optional, wb_model};
use super::status::{WB_OK, wb_status};
use super::tensor::wb_buffer;
use super::{Out, call, plain, status, wb_str};
use weighbridge::error::Result;

/// The number of assets; 0 for NULL. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset_count(m: *const wb_model) -> usize {
    plain(0, || Ok(get(m, "m")?.model.assets().len()))
}

/// An asset, sorted by name: its name, borrowed from the model, and its length in bytes. Either result may be NULL.
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset(m: *const wb_model, index: usize, name: *mut wb_str, bytes: *mut u64) -> wb_status {
    status(|| {
        let asset = asset(m, index)?;
        if !bytes.is_null() {
            set_optional(bytes, get(m, "m")?.model.asset_len(asset)?);
        }
        set_optional(name, asset.into());
        Ok(WB_OK)
    })
}

/// The index of the asset with this name. `WB_ERR_NOT_FOUND`: there is none. Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn wb_model_asset_find(
    m: *const wb_model,
    name: *const c_char,
    name_len: usize,
    index: *mut usize,
) -> wb_status {
    status(|| find_in(m, (name, name_len, "name"), index, |model, name| model.find_asset(name)))
}

/// The bytes of an asset, read into a buffer that outlives the model, however long it is: ask `wb_model_asset` first. They
/// are checked if a manifest covers them. The caller owns `*out`. Since 0.1.
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
        out.set(wb_buffer(bytes).into_raw());
        Ok(WB_OK)
    })
}

fn asset<'a>(m: *const wb_model, index: usize) -> Result<&'a str> {
    let name = get(m, "m")?.model.assets().get(index);
    name.map(|name| &**name).ok_or_else(|| out_of_range("asset", index))
}
