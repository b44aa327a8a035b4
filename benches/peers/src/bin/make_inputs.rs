//! Writes what the peers are measured on, the same bytes each time:
//!
//!     make_inputs DIR [GIB]
//!
//!     DIR/open   291 tensors in 4 shards, about 1 MiB
//!     DIR/load   the same layout, about GIB (default 4) GiB
//!     DIR/many   one file of 200,000 small tensors
//!     DIR/one    one file of about 1 GiB
//!
//! The layout is that of an 8-billion-parameter Llama in BF16, its width scaled to the size asked for.
//! No byte is left to be a hole in the file: all data is pseudo-random.

use peers::{Result, path_argument};
use safetensors::{Dtype, View, serialize_to_file};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

struct Tensor {
    name: String,
    dtype: Dtype,
    shape: Vec<usize>,
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data_len(&self) -> usize {
        self.shape.iter().product::<usize>() * self.dtype.bitsize() / 8
    }

    /// SplitMix64, seeded with the tensor's name.
    fn data(&self) -> Cow<'_, [u8]> {
        let mut state = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut data = vec![0; self.data_len()];
        for word in data.chunks_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..word.len()]);
        }
        data.into()
    }
}

fn bf16(name: impl Into<String>, shape: &[usize]) -> Tensor {
    Tensor { name: name.into(), dtype: Dtype::BF16, shape: shape.to_vec() }
}

/// Llama's 291 tensors, of about `bytes` together: they hold 478.625 elements per squared width.
fn llama(bytes: u64) -> Vec<Tensor> {
    let width = (bytes as f64 / 2.0 / 478.625).sqrt() as usize / 16 * 16;
    let (kv, hidden, vocabulary) = (width / 4, width / 2 * 7, width / 16 * 501);
    let mut tensors = vec![bf16("model.embed_tokens.weight", &[vocabulary, width])];
    for layer in 0..32 {
        let mut add = |name, shape: &[usize]| {
            tensors.push(bf16(format!("model.layers.{layer}.{name}.weight"), shape));
        };
        add("input_layernorm", &[width]);
        add("self_attn.q_proj", &[width, width]);
        add("self_attn.k_proj", &[kv, width]);
        add("self_attn.v_proj", &[kv, width]);
        add("self_attn.o_proj", &[width, width]);
        add("post_attention_layernorm", &[width]);
        add("mlp.gate_proj", &[hidden, width]);
        add("mlp.up_proj", &[hidden, width]);
        add("mlp.down_proj", &[width, hidden]);
    }
    tensors.push(bf16("model.norm.weight", &[width]));
    tensors.push(bf16("lm_head.weight", &[vocabulary, width]));
    tensors
}

/// A mixture of experts gone too far.
fn many() -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for layer in 0..50 {
        for expert in 0..1000 {
            let name = |part| format!("model.layers.{layer}.mlp.experts.{expert}.{part}");
            tensors.push(bf16(name("gate_proj.weight"), &[4, 8]));
            tensors.push(bf16(name("up_proj.weight"), &[4, 8]));
            tensors.push(bf16(name("down_proj.weight"), &[8, 4]));
            tensors.push(Tensor { name: name("scale"), dtype: Dtype::F32, shape: vec![4] });
        }
    }
    tensors
}

/// Writes one file, and waits for the disk: writeback must not run into the measurements.
fn write<'a>(path: &Path, tensors: impl Iterator<Item = &'a Tensor>) -> Result<()> {
    fs::create_dir_all(path.parent().ok_or("no directory")?)?;
    serialize_to_file(tensors.map(|tensor| (&tensor.name, tensor)), None, path)?;
    Ok(File::open(path)?.sync_all()?)
}

/// Writes four shards of equal size, as near as whole tensors allow, and their index.
fn write_sharded(dir: &Path, tensors: &[Tensor]) -> Result<()> {
    let total: usize = tensors.iter().map(|tensor| tensor.data_len()).sum();
    let mut shards: [Vec<&Tensor>; 4] = Default::default();
    let mut weight_map = BTreeMap::new();
    let file = |shard| format!("model-{:05}-of-00004.safetensors", shard + 1);
    let mut before = 0;
    for tensor in tensors {
        let len = tensor.data_len();
        let shard = (before + len / 2) * 4 / total;
        shards[shard].push(tensor);
        weight_map.insert(&tensor.name, file(shard));
        before += len;
    }
    for (shard, tensors) in shards.into_iter().enumerate() {
        write(&dir.join(file(shard)), tensors.into_iter())?;
    }
    let index = json!({"metadata": {"total_size": total}, "weight_map": weight_map});
    let index = serde_json::to_string_pretty(&index)?;
    Ok(fs::write(dir.join("model.safetensors.index.json"), index)?)
}

fn main() -> Result<()> {
    let dir = path_argument()?;
    let gib: u64 = std::env::args().nth(2).map_or(Ok(4), |gib| gib.parse())?;
    write_sharded(&dir.join("open"), &llama(1 << 20))?;
    write_sharded(&dir.join("load"), &llama(gib << 30))?;
    write(&dir.join("many/model.safetensors"), many().iter())?;
    write(&dir.join("one/model.safetensors"), llama(1 << 30).iter())
}
