//! What the fuzz targets do with their input. Each function panics when the library breaks a promise; that the library
//! itself does not panic, hang or touch foreign memory is what the fuzzer watches.
//!
//! `tests/library/fuzz_corpus.rs` includes this file and replays the corpora in the ordinary tests.

mod c_graph;
mod c_surface;
mod check;
mod external;
mod git_index;
mod graphs;
mod header;
mod index;
mod load_options;
mod manifest;
mod onnx;
mod parts;
mod reference;

pub use c_surface::c_open_memory;
pub use check::check;
pub use external::onnx_external;
pub use git_index::git_index;
pub use header::header;
pub use index::index;
pub use load_options::load_options;
pub use manifest::manifest;
pub use onnx::onnx;

use weighbridge::{Model, PlanOptions, Target};

/// What holds for every model that has been opened: tensors lie inside their files, are found by their names, and the
/// ways to their bytes agree.
fn check_model(model: &Model) {
    let files: Vec<_> = model.files().collect();
    let loaded = model.load(&PlanOptions { target: Target::Host, ..PlanOptions::default() }).unwrap();
    assert_eq!(loaded.len(), model.tensors().len());
    for (position, tensor) in model.tensors().iter().enumerate() {
        let end = tensor.span().unwrap().offset.checked_add(tensor.byte_len()).unwrap();
        assert!(end <= files[tensor.span().unwrap().file as usize].len());
        assert_eq!(model.tensors().find(tensor.name), Some(position));
        let bytes = model.bytes(position).unwrap();
        assert_eq!(bytes.len() as u64, tensor.byte_len());
        assert_eq!(bytes, loaded.find(tensor.name).unwrap().bytes().unwrap());
        let elements: i64 = tensor.shape.iter().product();
        assert_eq!(tensor.dtype.bytes_of(elements as u64), Some(tensor.byte_len()));
    }
    parts::check_parts(model);
    assert!(model.metadata().iter().is_sorted_by_key(|(key, _)| key));
}
