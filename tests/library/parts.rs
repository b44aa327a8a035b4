//! Parts of tensors and converted tensors, on the host: compared with what the safetensors crate cuts and the half crate converts.

mod borders;
mod casts;
mod checks;
mod claims;
mod models;
mod overlaps;
mod random;
mod reads;
mod refusals;
mod slices;
mod views;
