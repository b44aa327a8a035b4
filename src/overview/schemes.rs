//! How libraries that quantize name what they store of a weight.
//!
//! A weight becomes several tensors, whose names begin alike: the weights themselves, often several of them in one element, and
//! beside them scales, zero points and the like. The table says by which endings they are known. That a name ends so is not
//! enough: the other tensors have to be there, and to have types that fit.

use crate::dtype::DType;
use crate::tensor::{Tensor, TensorTable};

/// One way to store a weight.
pub(super) struct Scheme {
    /// What [`Method::method`](super::Method::method) is.
    pub method: &'static str,
    /// Types of the tensor with the weights; empty: any.
    types: &'static [DType],
    /// Ends the name of that tensor.
    weights: &'static str,
    /// End the names of tensors beside it, of which at least one is there. The first that is there has the scales.
    marks: &'static [&'static str],
    /// End the names of others that may be there.
    others: &'static [&'static str],
    /// How many weights an element holds.
    pub width: Width,
}

/// How many weights the elements of a tensor hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// One each.
    Element,
    /// As many as have room, each in so many bits.
    Bits(u64),
    /// As many as an element of the zero points holds zero points: there is one for each scale.
    ZeroPoints,
    /// There is a scale for each group of weights, and a column for each weight of a group.
    Groups,
    /// What the metadata says of this tensor alone.
    Metadata,
    /// What a configuration states.
    Stated,
}

const FLOATS: &[DType] = &[DType::F8_E4M3, DType::F8_E5M2, DType::F8_E4M3FNUZ, DType::F8_E5M2FNUZ];
const BYTES: &[DType] = &[DType::I8, DType::F8_E4M3, DType::F8_E5M2, DType::F8_E4M3FNUZ, DType::F8_E5M2FNUZ];
const WORDS: &[DType] = &[DType::U8, DType::I16, DType::I32, DType::U32];

/// What scales of a weight are called, after its name.
const SCALES: &[&str] = &["_scale", "_scale_inv", "_scales", ".scale", ".scales"];
const AFTER_SCALES: &[&str] = &["_zero_point", "_global_scale"];
/// What they are called in the place of `weight`.
const MODULE_SCALES: &[&str] = &["scale", "scales", "scale_weight", "weight_scale", "weight_scale_inv"];
const AFTER_MODULE_SCALES: &[&str] =
    &["input_scale", "input_scale_ub", "input_zero_point", "output_scale", "scale_input"];

const fn scheme(method: &'static str, weights: &'static str, width: Width) -> Scheme {
    Scheme { method, types: &[], weights, marks: &[], others: &[], width }
}

const SCHEMES: &[Scheme] = &[
    Scheme {
        marks: &[".absmax"],
        others: &[
            ".nested_absmax",
            ".nested_quant_map",
            ".quant_map",
            ".quant_state.bitsandbytes__fp4",
            ".quant_state.bitsandbytes__nf4",
        ],
        ..scheme("bitsandbytes", "", Width::Bits(4))
    },
    Scheme {
        types: &[DType::I8],
        marks: &["SCB"],
        others: &["weight_format"],
        ..scheme("bitsandbytes", "weight", Width::Element)
    },
    Scheme {
        types: WORDS,
        marks: &["g_idx"],
        others: &["qzeros", "scales"],
        ..scheme("gptq", "qweight", Width::ZeroPoints)
    },
    Scheme { types: WORDS, marks: &["scales"], others: &["qzeros"], ..scheme("awq", "qweight", Width::ZeroPoints) },
    Scheme {
        types: &[DType::U8],
        marks: &["weight_scale"],
        others: &["weight_global_scale", "input_global_scale"],
        ..scheme("compressed-tensors", "weight_packed", Width::Bits(4))
    },
    Scheme {
        types: &[DType::I32],
        marks: &["weight_scale"],
        others: &["weight_shape", "weight_zero_point", "weight_g_idx", "input_scale", "output_scale"],
        ..scheme("compressed-tensors", "weight_packed", Width::Stated)
    },
    Scheme { types: &[DType::U8], marks: &["_scales"], ..scheme("mxfp4", "_blocks", Width::Bits(4)) },
    Scheme {
        types: WORDS,
        marks: &["scale"],
        others: &[
            "channel_wise",
            "compute_dtype",
            "encoded_state_dict",
            "offload_meta",
            "optimize",
            "packing",
            "quant_scale",
            "quant_zero",
            "round_zero",
            "stores_quant_config",
            "unpack_view_dtype",
            "view_as_float",
            "zero",
        ],
        ..scheme("hqq", "W_q", Width::Groups)
    },
    Scheme {
        types: &[DType::U8],
        marks: &["weight._scale"],
        others: &["weight._shift", "input_scale", "output_scale"],
        ..scheme("quanto", "weight._data._data", Width::Groups)
    },
    Scheme {
        types: BYTES,
        marks: &["weight._scale"],
        others: &["input_scale", "output_scale"],
        ..scheme("quanto", "weight._data", Width::Element)
    },
    Scheme {
        types: &[DType::U8, DType::I32, DType::F4],
        marks: &["_scale", "_scale_and_zero"],
        others: &["_zero_point", "_per_tensor_scale", "_act_per_tensor_scale", "_act_pre_scale"],
        ..scheme("torchao", "_qdata", Width::Bits(4))
    },
    Scheme {
        types: BYTES,
        marks: &["_scale"],
        others: &["_zero_point", "_act_pre_scale", "_act_scale"],
        ..scheme("torchao", "_qdata", Width::Metadata)
    },
    Scheme { types: &[DType::U32], marks: &["scales"], others: &["biases"], ..scheme("mlx", "weight", Width::Stated) },
    Scheme {
        types: &[DType::U8],
        marks: &["weight_scale_2"],
        others: &["weight_scale", "input_scale"],
        ..scheme("modelopt", "weight", Width::Bits(4))
    },
    Scheme {
        types: &[DType::I8, DType::U8, DType::I32, DType::I4, DType::U4],
        marks: &["_scale"],
        others: &["_zero_point"],
        ..scheme("onnxruntime", "_quantized", Width::Element)
    },
    Scheme { types: FLOATS, marks: SCALES, others: AFTER_SCALES, ..scheme("fp8", "", Width::Element) },
    Scheme {
        types: FLOATS,
        marks: MODULE_SCALES,
        others: AFTER_MODULE_SCALES,
        ..scheme("fp8", "weight", Width::Element)
    },
    Scheme { types: &[DType::F4], marks: SCALES, others: AFTER_SCALES, ..scheme("fp4", "", Width::Element) },
    Scheme { types: &[DType::I8], marks: SCALES, others: AFTER_SCALES, ..scheme("int8", "", Width::Element) },
    Scheme {
        types: &[DType::I8],
        marks: MODULE_SCALES,
        others: AFTER_MODULE_SCALES,
        ..scheme("int8", "weight", Width::Element)
    },
    Scheme { types: &[DType::U8], marks: SCALES, others: AFTER_SCALES, ..scheme("uint8", "", Width::Stated) },
];

/// What a tensor is by its name.
pub(super) enum Role<'a> {
    /// Weights, in elements of a scheme.
    Weights {
        scheme: &'static Scheme,
        /// What the names of all tensors of the weight begin with.
        stem: &'a str,
        scales: Tensor<'a>,
    },
    /// A scale or the like.
    Beside,
}

/// Finds tensors whose names begin alike.
pub(super) struct Names<'a> {
    tensors: &'a TensorTable,
    /// A name that is looked for.
    name: String,
}

impl<'a> Names<'a> {
    pub(super) fn of(tensors: &'a TensorTable) -> Self {
        Self { tensors, name: String::new() }
    }

    /// What a tensor is; `None`: nothing that a scheme knows.
    pub(super) fn role(&mut self, tensor: &Tensor<'a>) -> Option<Role<'a>> {
        // No usual name is so long that it could not be made without memory.
        const LONGEST: usize = 16 << 10;
        if tensor.name.len() > LONGEST {
            return None;
        }
        SCHEMES.iter().find_map(|scheme| self.role_in(scheme, tensor))
    }

    fn role_in(&mut self, scheme: &'static Scheme, tensor: &Tensor<'a>) -> Option<Role<'a>> {
        let stem = tensor.name.strip_suffix(scheme.weights).filter(|_| scheme.fits(tensor));
        if let Some(stem) = stem
            && let Some(scales) = scheme.marks.iter().find_map(|ending| self.find(stem, ending))
        {
            return Some(Role::Weights { scheme, stem, scales });
        }
        let mut endings = scheme.marks.iter().chain(scheme.others);
        let is_beside = endings.any(|ending| {
            let stem = tensor.name.strip_suffix(ending);
            stem.is_some_and(|stem| self.find(stem, scheme.weights).is_some_and(|weights| scheme.fits(&weights)))
        });
        is_beside.then_some(Role::Beside)
    }

    /// The tensor of this name.
    pub(super) fn find(&mut self, stem: &str, ending: &str) -> Option<Tensor<'a>> {
        self.name.clear();
        self.name.push_str(stem);
        self.name.push_str(ending);
        self.tensors.get(self.tensors.find(&self.name)?)
    }
}

impl Scheme {
    fn fits(&self, tensor: &Tensor<'_>) -> bool {
        self.types.is_empty() || self.types.contains(&tensor.dtype)
    }
}
