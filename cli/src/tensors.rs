//! The table of tensors: as files store them, or as a load has placed them.

use std::io::{self, Write};

use weighbridge::error::Printable;
use weighbridge::{DType, Model, Placement, Tensor};

use crate::output::thousands;

/// One tensor.
struct Row<'a> {
    name: &'a str,
    dtype: DType,
    shape: &'a [i64],
    bytes: u64,
    /// The ordinal of a CUDA device, and the address there.
    on_device: Option<(u32, u64)>,
    file: &'a str,
}

/// Tensors of a model, as its files store them.
pub fn print_stored<'a>(
    out: &mut impl Write,
    model: &Model,
    tensors: impl Iterator<Item = Tensor<'a>> + Clone,
) -> io::Result<()> {
    let files = Files::of(model);
    let rows = tensors.map(|tensor| Row {
        name: tensor.name,
        dtype: tensor.dtype,
        shape: tensor.shape,
        bytes: tensor.byte_len(),
        on_device: None,
        file: files.name_of(&tensor),
    });
    print(out, rows)
}

/// The tensors of a placement, as they are there.
pub fn print_placed(out: &mut impl Write, model: &Model, placement: &Placement) -> io::Result<()> {
    let files = Files::of(model);
    let rows = placement.iter().map(|placed| Row {
        name: placed.name,
        dtype: placed.dtype,
        shape: placed.shape,
        bytes: placed.len,
        on_device: placed.device.map(|device| (device, placed.address)),
        file: model.tensors().get(placed.tensor).map_or("", |tensor| files.name_of(&tensor)),
    });
    print(out, rows)
}

/// The files of a model, to be found by number.
pub struct Files<'a> {
    model: &'a Model,
    names: Vec<&'a str>,
}

impl<'a> Files<'a> {
    pub fn of(model: &'a Model) -> Self {
        Self { model, names: model.files().map(|file| file.name()).collect() }
    }

    /// The name of the file that a tensor lies in.
    pub fn name_of(&self, tensor: &Tensor<'_>) -> &'a str {
        self.names.get(self.model.place(tensor).file).copied().unwrap_or_default()
    }
}

/// Goes over the rows several times instead of keeping them: a model may have hundreds of thousands.
fn print<'a>(out: &mut impl Write, rows: impl Iterator<Item = Row<'a>> + Clone) -> io::Result<()> {
    let widest = |width: fn(Row<'_>) -> usize| rows.clone().map(width).max().unwrap_or(0);
    let name = widest(|row| row.name.chars().count()).clamp(4, 60);
    let shape = widest(|row| shape_text(row.shape).len()).max(5);
    let on_devices = if rows.clone().any(|row| row.on_device.is_some()) { "  device   address       " } else { "" };
    writeln!(out, "{:name$}  {:11}  {:shape$}  {:>14}{on_devices}  file", "name", "dtype", "shape", "bytes")?;
    for row in rows {
        let place =
            row.on_device.map_or(String::new(), |(device, address)| format!("  cuda:{device:<2}  {address:#014x}"));
        writeln!(
            out,
            "{:name$}  {:11}  {:shape$}  {:>14}{place}  {}",
            Printable(row.name).to_string(),
            row.dtype,
            shape_text(row.shape),
            thousands(row.bytes),
            Printable(row.file),
        )?;
    }
    Ok(())
}

fn shape_text(shape: &[i64]) -> String {
    let dims: Vec<_> = shape.iter().map(i64::to_string).collect();
    format!("[{}]", dims.join(", "))
}
