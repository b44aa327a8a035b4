//! One file in memory, read by this library and by the reference reader.

use bytes::Bytes;
use safetensors::SafeTensors;
use weighbridge::{Context, Model, OpenOptions};

use super::check_model;

/// Opens a file. What this reader accepts the reference reader accepts too, and sees the same in it.
pub fn header(data: &[u8]) {
    let options = OpenOptions { format: Some("safetensors".to_owned()), ..OpenOptions::default() };
    let Ok(model) = Model::from_memory(Bytes::copy_from_slice(data), &options, &Context::new()) else { return };
    check_model(&model);

    let reference = SafeTensors::deserialize(data).expect("the reference reader accepts it");
    assert_eq!(reference.len(), model.tensors().len());
    for (name, view) in reference.tensors() {
        let position = model.tensors().find(&name).expect("the reference reader's tensor");
        let tensor = model.tensors().get(position).expect("a tensor at its position");
        let shape: Vec<_> = tensor.shape.iter().map(|dim| *dim as usize).collect();
        assert_eq!((view.dtype().to_string().as_str(), view.shape()), (tensor.dtype.name(), &*shape));
        assert_eq!(view.data(), &*model.bytes(position).expect("the bytes of a tensor"));
    }
}
