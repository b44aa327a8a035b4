//! Opens one file of very many tensors with the `safetensors` crate, and looks at each of them.

use peers::{Result, Shard, path_argument, report, time};
use std::hint::black_box;

fn main() -> Result<()> {
    let path = path_argument()?;
    let bytes = path.metadata()?.len();
    let seconds = time(|| {
        let shard = Shard::open(&path)?;
        for (name, tensor) in shard.tensors.iter() {
            black_box((name, tensor.dtype(), tensor.shape(), tensor.data().as_ptr()));
        }
        Ok(shard)
    })?;
    report("open many: safetensors crate", bytes, &seconds);
    Ok(())
}
