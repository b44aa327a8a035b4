//! The operators and releases of ONNX. Made by `cargo xtask tables` from onnx 1.23.2 (Apache-2.0): do not edit.

use super::schema::Formal::{Optional as O, Single as S, Variadic as V};
use super::schema::Need::{Default as D, Optional as N, Required as R};
use super::schema::Value::{Float as F, Int as I, Ints as L, Text as T, Texts as LT};
use super::schema::{Arity, Attr, MANY, Op, Release, Schema};
use crate::graph::AttributeKind::*;

const PLAIN: Schema = Schema::PLAIN;

/// Every operator, sorted by domain and name; its versions from the oldest on.
pub(super) static OPS: &[Op] = &[
    Op { domain: "", name: "Abs", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Acos", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Acosh", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Add", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 14, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "AffineGrid", versions: &[
        Schema { since: 20, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("theta"), S("size")], outputs: &[S("grid")], attributes: &[Attr("align_corners", Int, D(I(0)))], is_function: true, body: &["Equal", "Size", "If", "Concat", "Slice", "ConstantOfShape", "Add", "Range", "Mul", "Transpose", "Unsqueeze", "Reshape", "MatMul"], ..PLAIN },
    ] },
    Op { domain: "", name: "And", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "ArgMax", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1))), Attr("select_last_index", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1))), Attr("select_last_index", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ArgMin", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1))), Attr("select_last_index", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1))), Attr("select_last_index", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Asin", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Asinh", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Atan", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Atanh", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Attention", versions: &[
        Schema { since: 23, takes: Arity(3, 6), makes: Arity(1, 4), inputs: &[S("Q"), S("K"), S("V"), O("attn_mask"), O("past_key"), O("past_value")], outputs: &[S("Y"), O("present_key"), O("present_value"), O("qk_matmul_output")], attributes: &[Attr("is_causal", Int, D(I(0))), Attr("kv_num_heads", Int, N), Attr("q_num_heads", Int, N), Attr("qk_matmul_output_mode", Int, D(I(0))), Attr("scale", Float, N), Attr("softcap", Float, D(F(0.0))), Attr("softmax_precision", Int, N)], is_function: true, ..PLAIN },
        Schema { since: 24, takes: Arity(3, 7), makes: Arity(1, 4), inputs: &[S("Q"), S("K"), S("V"), O("attn_mask"), O("past_key"), O("past_value"), O("nonpad_kv_seqlen")], outputs: &[S("Y"), O("present_key"), O("present_value"), O("qk_matmul_output")], attributes: &[Attr("is_causal", Int, D(I(0))), Attr("kv_num_heads", Int, N), Attr("q_num_heads", Int, N), Attr("qk_matmul_output_mode", Int, D(I(0))), Attr("scale", Float, N), Attr("softcap", Float, D(F(0.0))), Attr("softmax_precision", Int, N)], is_function: true, ..PLAIN },
        Schema { since: 25, takes: Arity(3, 7), makes: Arity(1, 4), inputs: &[S("Q"), S("K"), S("V"), O("attn_mask"), O("past_key"), O("past_value"), O("nonpad_kv_seqlen")], outputs: &[S("Y"), O("present_key"), O("present_value"), O("qk_matmul_output")], attributes: &[Attr("is_causal", Int, D(I(0))), Attr("kv_num_heads", Int, N), Attr("left_window_size", Int, D(I(-1))), Attr("q_num_heads", Int, N), Attr("qk_matmul_output_mode", Int, D(I(0))), Attr("right_window_size", Int, D(I(-1))), Attr("scale", Float, N), Attr("softcap", Float, D(F(0.0))), Attr("softmax_precision", Int, N)], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "AveragePool", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("count_include_pad", Int, D(I(0))), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 10, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("count_include_pad", Int, D(I(0))), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("count_include_pad", Int, D(I(0))), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("count_include_pad", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("count_include_pad", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "BatchNormalization", versions: &[
        Schema { since: 1, takes: Arity(5, 5), makes: Arity(1, 5), makes_only: &[1, 5], inputs: &[S("X"), S("scale"), S("B"), S("mean"), S("var")], outputs: &[S("Y"), O("mean"), O("var"), O("saved_mean"), O("saved_var")], attributes: &[Attr("consumed_inputs", Ints, R), Attr("epsilon", Float, D(F(1e-05))), Attr("is_test", Int, D(I(0))), Attr("momentum", Float, D(F(0.9))), Attr("spatial", Int, D(I(1)))], ..PLAIN },
        Schema { since: 6, takes: Arity(5, 5), makes: Arity(1, 5), makes_only: &[1, 5], inputs: &[S("X"), S("scale"), S("B"), S("mean"), S("var")], outputs: &[S("Y"), O("mean"), O("var"), O("saved_mean"), O("saved_var")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("is_test", Int, D(I(0))), Attr("momentum", Float, D(F(0.9))), Attr("spatial", Int, D(I(1)))], ..PLAIN },
        Schema { since: 7, takes: Arity(5, 5), makes: Arity(1, 5), makes_only: &[1, 5], inputs: &[S("X"), S("scale"), S("B"), S("mean"), S("var")], outputs: &[S("Y"), O("mean"), O("var"), O("saved_mean"), O("saved_var")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("momentum", Float, D(F(0.9))), Attr("spatial", Int, D(I(1)))], ..PLAIN },
        Schema { since: 9, takes: Arity(5, 5), makes: Arity(1, 5), makes_only: &[1, 5], inputs: &[S("X"), S("scale"), S("B"), S("mean"), S("var")], outputs: &[S("Y"), O("mean"), O("var"), O("saved_mean"), O("saved_var")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("momentum", Float, D(F(0.9)))], ..PLAIN },
        Schema { since: 14, takes: Arity(5, 5), makes: Arity(1, 3), makes_only: &[1, 3], inputs: &[S("X"), S("scale"), S("B"), S("input_mean"), S("input_var")], outputs: &[S("Y"), O("running_mean"), O("running_var")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("momentum", Float, D(F(0.9))), Attr("training_mode", Int, D(I(0)))], ..PLAIN },
        Schema { since: 15, takes: Arity(5, 5), makes: Arity(1, 3), makes_only: &[1, 3], inputs: &[S("X"), S("scale"), S("B"), S("input_mean"), S("input_var")], outputs: &[S("Y"), O("running_mean"), O("running_var")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("momentum", Float, D(F(0.9))), Attr("training_mode", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Bernoulli", versions: &[
        Schema { since: 15, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("seed", Float, N)], is_function: true, ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("seed", Float, N)], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "BitCast", versions: &[
        Schema { since: 26, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("to", Int, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "BitShift", versions: &[
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], attributes: &[Attr("direction", String, R)], ..PLAIN },
        Schema { since: 28, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], attributes: &[Attr("direction", String, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "BitwiseAnd", versions: &[
        Schema { since: 18, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "BitwiseNot", versions: &[
        Schema { since: 18, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "BitwiseOr", versions: &[
        Schema { since: 18, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "BitwiseXor", versions: &[
        Schema { since: 18, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "BlackmanWindow", versions: &[
        Schema { since: 17, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("size")], outputs: &[S("output")], attributes: &[Attr("output_datatype", Int, D(I(1))), Attr("periodic", Int, D(I(1)))], is_function: true, body: &["Sub", "Mul", "Add", "Div", "Range", "Cos"], ..PLAIN },
    ] },
    Op { domain: "", name: "Cast", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("to", String, R)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("to", Int, R)], ..PLAIN },
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("to", Int, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("to", Int, R)], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("saturate", Int, D(I(1))), Attr("to", Int, R)], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("saturate", Int, D(I(1))), Attr("to", Int, R)], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("saturate", Int, D(I(1))), Attr("to", Int, R)], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("round_mode", String, D(T("up"))), Attr("saturate", Int, D(I(1))), Attr("to", Int, R)], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("round_mode", String, D(T("up"))), Attr("saturate", Int, D(I(1))), Attr("to", Int, R)], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("round_mode", String, D(T("up"))), Attr("saturate", Int, D(I(1))), Attr("to", Int, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "CastLike", versions: &[
        Schema { since: 15, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("target_type")], outputs: &[S("output")], is_function: true, ..PLAIN },
        Schema { since: 19, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("target_type")], outputs: &[S("output")], attributes: &[Attr("saturate", Int, D(I(1)))], is_function: true, ..PLAIN },
        Schema { since: 21, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("target_type")], outputs: &[S("output")], attributes: &[Attr("saturate", Int, D(I(1)))], is_function: true, ..PLAIN },
        Schema { since: 23, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("target_type")], outputs: &[S("output")], attributes: &[Attr("saturate", Int, D(I(1)))], is_function: true, ..PLAIN },
        Schema { since: 24, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("target_type")], outputs: &[S("output")], attributes: &[Attr("round_mode", String, D(T("up"))), Attr("saturate", Int, D(I(1)))], is_function: true, ..PLAIN },
        Schema { since: 25, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("target_type")], outputs: &[S("output")], attributes: &[Attr("round_mode", String, D(T("up"))), Attr("saturate", Int, D(I(1)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "CausalConvWithState", versions: &[
        Schema { since: 27, takes: Arity(2, 4), makes: Arity(2, 2), inputs: &[S("input"), S("weight"), O("bias"), O("past_state")], outputs: &[S("output"), S("present_state")], attributes: &[Attr("activation", String, D(T("none")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Ceil", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Celu", versions: &[
        Schema { since: 12, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, ..PLAIN },
        Schema { since: 28, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Div", "Elu", "Mul"], ..PLAIN },
    ] },
    Op { domain: "", name: "CenterCropPad", versions: &[
        Schema { since: 18, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input_data"), S("shape")], outputs: &[S("output_data")], attributes: &[Attr("axes", Ints, N)], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Clip", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("consumed_inputs", Ints, N), Attr("max", Float, N), Attr("min", Float, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("max", Float, D(F(3.4028235e+38))), Attr("min", Float, D(F(-3.4028235e+38)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 3), makes: Arity(1, 1), inputs: &[S("input"), O("min"), O("max")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 3), makes: Arity(1, 1), inputs: &[S("input"), O("min"), O("max")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 3), makes: Arity(1, 1), inputs: &[S("input"), O("min"), O("max")], outputs: &[S("output")], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Col2Im", versions: &[
        Schema { since: 18, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("input"), S("image_shape"), S("block_shape")], outputs: &[S("output")], attributes: &[Attr("dilations", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Compress", versions: &[
        Schema { since: 9, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("condition")], outputs: &[S("output")], attributes: &[Attr("axis", Int, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("condition")], outputs: &[S("output")], attributes: &[Attr("axis", Int, N)], ..PLAIN },
        Schema { since: 28, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("condition")], outputs: &[S("output")], attributes: &[Attr("axis", Int, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Concat", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("inputs")], outputs: &[S("concat_result")], attributes: &[Attr("axis", Int, N)], ..PLAIN },
        Schema { since: 4, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("inputs")], outputs: &[S("concat_result")], attributes: &[Attr("axis", Int, R)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("inputs")], outputs: &[S("concat_result")], attributes: &[Attr("axis", Int, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("inputs")], outputs: &[S("concat_result")], attributes: &[Attr("axis", Int, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "ConcatFromSequence", versions: &[
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input_sequence")], outputs: &[S("concat_result")], attributes: &[Attr("axis", Int, R), Attr("new_axis", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Constant", versions: &[
        Schema { since: 1, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("value", Tensor, R)], ..PLAIN },
        Schema { since: 9, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("value", Tensor, R)], ..PLAIN },
        Schema { since: 11, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N)], ..PLAIN },
        Schema { since: 12, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
        Schema { since: 13, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
        Schema { since: 19, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
        Schema { since: 21, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
        Schema { since: 23, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
        Schema { since: 24, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
        Schema { since: 25, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("sparse_value", SparseTensor, N), Attr("value", Tensor, N), Attr("value_float", Float, N), Attr("value_floats", Floats, N), Attr("value_int", Int, N), Attr("value_ints", Ints, N), Attr("value_string", String, N), Attr("value_strings", Strings, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "ConstantOfShape", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("value", Tensor, N)], ..PLAIN },
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("value", Tensor, N)], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("value", Tensor, N)], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("value", Tensor, N)], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("value", Tensor, N)], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("value", Tensor, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Conv", versions: &[
        Schema { since: 1, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("W"), O("B")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("W"), O("B")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("W"), O("B")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "ConvInteger", versions: &[
        Schema { since: 10, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("x"), S("w"), O("x_zero_point"), O("w_zero_point")], outputs: &[S("y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "ConvTranspose", versions: &[
        Schema { since: 1, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("W"), O("B")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("output_padding", Ints, N), Attr("output_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("W"), O("B")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("output_padding", Ints, N), Attr("output_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("W"), O("B")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("output_padding", Ints, N), Attr("output_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Cos", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Cosh", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "CumProd", versions: &[
        Schema { since: 26, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("x"), S("axis")], outputs: &[S("y")], attributes: &[Attr("exclusive", Int, D(I(0))), Attr("reverse", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "CumSum", versions: &[
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("x"), S("axis")], outputs: &[S("y")], attributes: &[Attr("exclusive", Int, D(I(0))), Attr("reverse", Int, D(I(0)))], ..PLAIN },
        Schema { since: 14, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("x"), S("axis")], outputs: &[S("y")], attributes: &[Attr("exclusive", Int, D(I(0))), Attr("reverse", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "DFT", versions: &[
        Schema { since: 17, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("input"), O("dft_length")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1))), Attr("inverse", Int, D(I(0))), Attr("onesided", Int, D(I(0)))], ..PLAIN },
        Schema { since: 20, takes: Arity(1, 3), makes: Arity(1, 1), inputs: &[S("input"), O("dft_length"), O("axis")], outputs: &[S("output")], attributes: &[Attr("inverse", Int, D(I(0))), Attr("onesided", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "DeformConv", versions: &[
        Schema { since: 19, takes: Arity(3, 5), makes: Arity(1, 1), inputs: &[S("X"), S("W"), S("offset"), O("B"), O("mask")], outputs: &[S("Y")], attributes: &[Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("offset_group", Int, D(I(1))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(3, 5), makes: Arity(1, 1), inputs: &[S("X"), S("W"), S("offset"), O("B"), O("mask")], outputs: &[S("Y")], attributes: &[Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("offset_group", Int, D(I(1))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "DepthToSpace", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R), Attr("mode", String, D(T("DCR")))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R), Attr("mode", String, D(T("DCR")))], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R), Attr("mode", String, D(T("DCR")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "DequantizeLinear", versions: &[
        Schema { since: 10, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 19, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 21, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0)))], ..PLAIN },
        Schema { since: 23, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0)))], ..PLAIN },
        Schema { since: 24, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0)))], ..PLAIN },
        Schema { since: 25, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0)))], ..PLAIN },
        Schema { since: 28, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), O("x_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Det", versions: &[
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Div", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 14, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "Dropout", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("data")], outputs: &[S("output"), O("mask")], attributes: &[Attr("consumed_inputs", Ints, N), Attr("is_test", Int, D(I(0))), Attr("ratio", Float, D(F(0.5)))], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("data")], outputs: &[S("output"), O("mask")], attributes: &[Attr("is_test", Int, D(I(0))), Attr("ratio", Float, D(F(0.5)))], ..PLAIN },
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("data")], outputs: &[S("output"), O("mask")], attributes: &[Attr("ratio", Float, D(F(0.5)))], ..PLAIN },
        Schema { since: 10, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("data")], outputs: &[S("output"), O("mask")], attributes: &[Attr("ratio", Float, D(F(0.5)))], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 3), makes: Arity(1, 2), inputs: &[S("data"), O("ratio"), O("training_mode")], outputs: &[S("output"), O("mask")], attributes: &[Attr("seed", Int, N)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 3), makes: Arity(1, 2), inputs: &[S("data"), O("ratio"), O("training_mode")], outputs: &[S("output"), O("mask")], attributes: &[Attr("seed", Int, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 3), makes: Arity(1, 2), inputs: &[S("data"), O("ratio"), O("training_mode")], outputs: &[S("output"), O("mask")], attributes: &[Attr("seed", Int, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "DynamicQuantizeLinear", versions: &[
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(3, 3), inputs: &[S("x")], outputs: &[S("y"), S("y_scale"), S("y_zero_point")], is_function: true, body: &["ReduceMin", "Min", "ReduceMax", "Max", "Sub", "Div", "Clip", "Round", "QuantizeLinear"], ..PLAIN },
    ] },
    Op { domain: "", name: "Einsum", versions: &[
        Schema { since: 12, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("Inputs")], outputs: &[S("Output")], attributes: &[Attr("equation", String, R)], ..PLAIN },
        Schema { since: 28, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("Inputs")], outputs: &[S("Output")], attributes: &[Attr("equation", String, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "Elu", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Less", "Exp", "Sub", "Mul", "Where"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Less", "Exp", "Sub", "Mul", "Where"], ..PLAIN },
    ] },
    Op { domain: "", name: "Equal", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 19, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "Erf", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Exp", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Expand", versions: &[
        Schema { since: 8, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("shape")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("shape")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "EyeLike", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("k", Int, D(I(0)))], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("k", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Flatten", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Floor", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "GRU", versions: &[
        Schema { since: 1, takes: Arity(3, 6), makes: Arity(2, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), S("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("foward"))), Attr("hidden_size", Int, N), Attr("output_sequence", Int, D(I(0)))], ..PLAIN },
        Schema { since: 3, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("linear_before_reset", Int, D(I(0))), Attr("output_sequence", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("linear_before_reset", Int, D(I(0)))], ..PLAIN },
        Schema { since: 14, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("layout", Int, D(I(0))), Attr("linear_before_reset", Int, D(I(0)))], ..PLAIN },
        Schema { since: 22, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("layout", Int, D(I(0))), Attr("linear_before_reset", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Gather", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "GatherElements", versions: &[
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "GatherND", versions: &[
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 12, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("batch_dims", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("indices")], outputs: &[S("output")], attributes: &[Attr("batch_dims", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Gelu", versions: &[
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("approximate", String, D(T("none")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Gemm", versions: &[
        Schema { since: 1, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("A"), S("B"), S("C")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("beta", Float, D(F(1.0))), Attr("broadcast", Int, D(I(0))), Attr("transA", Int, D(I(0))), Attr("transB", Int, D(I(0)))], ..PLAIN },
        Schema { since: 6, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("A"), S("B"), S("C")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("beta", Float, D(F(1.0))), Attr("broadcast", Int, D(I(0))), Attr("transA", Int, D(I(0))), Attr("transB", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("A"), S("B"), S("C")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("beta", Float, D(F(1.0))), Attr("transA", Int, D(I(0))), Attr("transB", Int, D(I(0)))], ..PLAIN },
        Schema { since: 9, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("A"), S("B"), S("C")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("beta", Float, D(F(1.0))), Attr("transA", Int, D(I(0))), Attr("transB", Int, D(I(0)))], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("A"), S("B"), O("C")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("beta", Float, D(F(1.0))), Attr("transA", Int, D(I(0))), Attr("transB", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("A"), S("B"), O("C")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0))), Attr("beta", Float, D(F(1.0))), Attr("transA", Int, D(I(0))), Attr("transB", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "GlobalAveragePool", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "GlobalLpPool", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("p", Float, D(F(2.0)))], ..PLAIN },
        Schema { since: 2, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("p", Int, D(I(2)))], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("p", Int, D(I(2)))], ..PLAIN },
    ] },
    Op { domain: "", name: "GlobalMaxPool", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Greater", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 9, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "GreaterOrEqual", versions: &[
        Schema { since: 12, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], is_function: true, body: &["Greater", "Equal", "Or"], ..PLAIN },
        Schema { since: 16, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], is_function: true, body: &["Greater", "Equal", "Or"], ..PLAIN },
    ] },
    Op { domain: "", name: "GridSample", versions: &[
        Schema { since: 16, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("grid")], outputs: &[S("Y")], attributes: &[Attr("align_corners", Int, D(I(0))), Attr("mode", String, D(T("bilinear"))), Attr("padding_mode", String, D(T("zeros")))], ..PLAIN },
        Schema { since: 20, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("grid")], outputs: &[S("Y")], attributes: &[Attr("align_corners", Int, D(I(0))), Attr("mode", String, D(T("linear"))), Attr("padding_mode", String, D(T("zeros")))], ..PLAIN },
        Schema { since: 22, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("grid")], outputs: &[S("Y")], attributes: &[Attr("align_corners", Int, D(I(0))), Attr("mode", String, D(T("linear"))), Attr("padding_mode", String, D(T("zeros")))], ..PLAIN },
    ] },
    Op { domain: "", name: "GroupNormalization", versions: &[
        Schema { since: 18, is_deprecated: true, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("X"), S("scale"), S("bias")], outputs: &[S("Y")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("num_groups", Int, R)], is_function: true, ..PLAIN },
        Schema { since: 21, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("X"), S("scale"), S("bias")], outputs: &[S("Y")], attributes: &[Attr("epsilon", Float, D(F(1e-05))), Attr("num_groups", Int, R), Attr("stash_type", Int, D(I(1)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "HammingWindow", versions: &[
        Schema { since: 17, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("size")], outputs: &[S("output")], attributes: &[Attr("output_datatype", Int, D(I(1))), Attr("periodic", Int, D(I(1)))], is_function: true, body: &["Sub", "Mul", "Add", "Div", "Range", "Cos"], ..PLAIN },
    ] },
    Op { domain: "", name: "HannWindow", versions: &[
        Schema { since: 17, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("size")], outputs: &[S("output")], attributes: &[Attr("output_datatype", Int, D(I(1))), Attr("periodic", Int, D(I(1)))], is_function: true, body: &["Sub", "Mul", "Add", "Div", "Range", "Cos"], ..PLAIN },
    ] },
    Op { domain: "", name: "HardSigmoid", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(0.2))), Attr("beta", Float, D(F(0.5))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(0.2))), Attr("beta", Float, D(F(0.5)))], is_function: true, body: &["Mul", "Add", "Min", "Max"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(0.2))), Attr("beta", Float, D(F(0.5)))], is_function: true, body: &["Mul", "Add", "Min", "Max"], ..PLAIN },
    ] },
    Op { domain: "", name: "HardSwish", versions: &[
        Schema { since: 14, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["HardSigmoid", "Mul"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["HardSigmoid", "Mul"], ..PLAIN },
    ] },
    Op { domain: "", name: "Hardmax", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Identity", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 14, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 16, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "If", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 16, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("cond")], outputs: &[V("outputs")], attributes: &[Attr("else_branch", Graph, R), Attr("then_branch", Graph, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "ImageDecoder", versions: &[
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("encoded_stream")], outputs: &[S("image")], attributes: &[Attr("pixel_format", String, D(T("RGB")))], ..PLAIN },
    ] },
    Op { domain: "", name: "InstanceNormalization", versions: &[
        Schema { since: 1, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("input"), S("scale"), S("B")], outputs: &[S("output")], attributes: &[Attr("consumed_inputs", Ints, N), Attr("epsilon", Float, D(F(1e-05)))], ..PLAIN },
        Schema { since: 6, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("input"), S("scale"), S("B")], outputs: &[S("output")], attributes: &[Attr("epsilon", Float, D(F(1e-05)))], ..PLAIN },
        Schema { since: 22, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("input"), S("scale"), S("B")], outputs: &[S("output")], attributes: &[Attr("epsilon", Float, D(F(1e-05)))], ..PLAIN },
    ] },
    Op { domain: "", name: "IsInf", versions: &[
        Schema { since: 10, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("detect_negative", Int, D(I(1))), Attr("detect_positive", Int, D(I(1)))], ..PLAIN },
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("detect_negative", Int, D(I(1))), Attr("detect_positive", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "IsNaN", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "LRN", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1e-04))), Attr("beta", Float, D(F(0.75))), Attr("bias", Float, D(F(1.0))), Attr("size", Int, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1e-04))), Attr("beta", Float, D(F(0.75))), Attr("bias", Float, D(F(1.0))), Attr("size", Int, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "LSTM", versions: &[
        Schema { since: 1, takes: Arity(3, 8), makes: Arity(0, 3), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h"), O("initial_c"), O("P")], outputs: &[O("Y"), O("Y_h"), O("Y_c")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("input_forget", Int, D(I(0))), Attr("output_sequence", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(3, 8), makes: Arity(0, 3), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h"), O("initial_c"), O("P")], outputs: &[O("Y"), O("Y_h"), O("Y_c")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("input_forget", Int, D(I(0)))], ..PLAIN },
        Schema { since: 14, takes: Arity(3, 8), makes: Arity(0, 3), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h"), O("initial_c"), O("P")], outputs: &[O("Y"), O("Y_h"), O("Y_c")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("input_forget", Int, D(I(0))), Attr("layout", Int, D(I(0)))], ..PLAIN },
        Schema { since: 22, takes: Arity(3, 8), makes: Arity(0, 3), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h"), O("initial_c"), O("P")], outputs: &[O("Y"), O("Y_h"), O("Y_c")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, N), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("input_forget", Int, D(I(0))), Attr("layout", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "LayerNormalization", versions: &[
        Schema { since: 17, takes: Arity(2, 3), makes: Arity(1, 3), inputs: &[S("X"), S("Scale"), O("B")], outputs: &[S("Y"), O("Mean"), O("InvStdDev")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("epsilon", Float, D(F(1e-05))), Attr("stash_type", Int, D(I(1)))], takes_any_attribute: true, is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "LeakyRelu", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(0.01))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(0.01)))], ..PLAIN },
        Schema { since: 16, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(0.01)))], is_function: true, body: &["Less", "Mul", "Where"], ..PLAIN },
    ] },
    Op { domain: "", name: "Less", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 9, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "LessOrEqual", versions: &[
        Schema { since: 12, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], is_function: true, body: &["Less", "Equal", "Or"], ..PLAIN },
        Schema { since: 16, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], is_function: true, body: &["Less", "Equal", "Or"], ..PLAIN },
    ] },
    Op { domain: "", name: "LinearAttention", versions: &[
        Schema { since: 27, takes: Arity(3, 6), makes: Arity(2, 2), inputs: &[S("query"), S("key"), S("value"), O("past_state"), O("decay"), O("beta")], outputs: &[S("output"), S("present_state")], attributes: &[Attr("chunk_size", Int, D(I(64))), Attr("kv_num_heads", Int, R), Attr("q_num_heads", Int, R), Attr("scale", Float, D(F(0.0))), Attr("update_rule", String, D(T("gated_delta")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Log", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "LogSoftmax", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Loop", versions: &[
        Schema { since: 1, takes: Arity(3, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 11, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 16, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 19, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 21, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 23, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 24, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
        Schema { since: 25, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("M"), O("cond"), V("v_initial")], outputs: &[V("v_final_and_scan_outputs")], attributes: &[Attr("body", Graph, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "LpNormalization", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("p", Int, D(I(2)))], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("p", Int, D(I(2)))], ..PLAIN },
    ] },
    Op { domain: "", name: "LpPool", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("kernel_shape", Ints, N), Attr("p", Float, D(F(2.0))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 2, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("kernel_shape", Ints, R), Attr("p", Int, D(I(2))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("kernel_shape", Ints, R), Attr("p", Int, D(I(2))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("p", Int, D(I(2))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("p", Int, D(I(2))), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "MatMul", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 9, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "MatMulInteger", versions: &[
        Schema { since: 10, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("A"), S("B"), O("a_zero_point"), O("b_zero_point")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Max", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("max")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("max")], ..PLAIN },
        Schema { since: 8, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("max")], ..PLAIN },
        Schema { since: 12, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("max")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("max")], ..PLAIN },
    ] },
    Op { domain: "", name: "MaxPool", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 8, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("X")], outputs: &[S("Y"), O("Indices")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("storage_order", Int, D(I(0))), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 10, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("X")], outputs: &[S("Y"), O("Indices")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("storage_order", Int, D(I(0))), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("X")], outputs: &[S("Y"), O("Indices")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("storage_order", Int, D(I(0))), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("X")], outputs: &[S("Y"), O("Indices")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("storage_order", Int, D(I(0))), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 2), inputs: &[S("X")], outputs: &[S("Y"), O("Indices")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("ceil_mode", Int, D(I(0))), Attr("dilations", Ints, N), Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("storage_order", Int, D(I(0))), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "MaxRoiPool", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("rois")], outputs: &[S("Y")], attributes: &[Attr("pooled_shape", Ints, R), Attr("spatial_scale", Float, D(F(1.0)))], ..PLAIN },
        Schema { since: 22, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("rois")], outputs: &[S("Y")], attributes: &[Attr("pooled_shape", Ints, R), Attr("spatial_scale", Float, D(F(1.0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "MaxUnpool", versions: &[
        Schema { since: 9, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("I"), O("output_shape")], outputs: &[S("output")], attributes: &[Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("I"), O("output_shape")], outputs: &[S("output")], attributes: &[Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("X"), S("I"), O("output_shape")], outputs: &[S("output")], attributes: &[Attr("kernel_shape", Ints, R), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Mean", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("mean")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("mean")], ..PLAIN },
        Schema { since: 8, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("mean")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("mean")], ..PLAIN },
    ] },
    Op { domain: "", name: "MeanVarianceNormalization", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("axes", Ints, D(L(&[0, 2, 3])))], is_function: true, body: &["ReduceMean", "Pow", "Sub", "Sqrt", "Add", "Div"], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("axes", Ints, D(L(&[0, 2, 3])))], is_function: true, body: &["ReduceMean", "Pow", "Sub", "Sqrt", "Add", "Div"], ..PLAIN },
    ] },
    Op { domain: "", name: "MelWeightMatrix", versions: &[
        Schema { since: 17, takes: Arity(5, 5), makes: Arity(1, 1), inputs: &[S("num_mel_bins"), S("dft_length"), S("sample_rate"), S("lower_edge_hertz"), S("upper_edge_hertz")], outputs: &[S("output")], attributes: &[Attr("output_datatype", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Min", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("min")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("min")], ..PLAIN },
        Schema { since: 8, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("min")], ..PLAIN },
        Schema { since: 12, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("min")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("min")], ..PLAIN },
    ] },
    Op { domain: "", name: "Mish", versions: &[
        Schema { since: 18, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["Softplus", "Tanh", "Mul"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["Softplus", "Tanh", "Mul"], ..PLAIN },
    ] },
    Op { domain: "", name: "Mod", versions: &[
        Schema { since: 10, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("fmod", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("fmod", Int, D(I(0)))], ..PLAIN },
        Schema { since: 28, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("fmod", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Mul", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 14, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "Multinomial", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, D(I(6))), Attr("sample_size", Int, D(I(1))), Attr("seed", Float, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, D(I(6))), Attr("sample_size", Int, D(I(1))), Attr("seed", Float, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Neg", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "NegativeLogLikelihoodLoss", versions: &[
        Schema { since: 12, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("input"), S("target"), O("weight")], outputs: &[S("loss")], attributes: &[Attr("ignore_index", Int, N), Attr("reduction", String, D(T("mean")))], is_function: true, ..PLAIN },
        Schema { since: 13, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("input"), S("target"), O("weight")], outputs: &[S("loss")], attributes: &[Attr("ignore_index", Int, N), Attr("reduction", String, D(T("mean")))], is_function: true, ..PLAIN },
        Schema { since: 22, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("input"), S("target"), O("weight")], outputs: &[S("loss")], attributes: &[Attr("ignore_index", Int, N), Attr("reduction", String, D(T("mean")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "NonMaxSuppression", versions: &[
        Schema { since: 10, takes: Arity(2, 5), makes: Arity(1, 1), inputs: &[S("boxes"), S("scores"), O("max_output_boxes_per_class"), O("iou_threshold"), O("score_threshold")], outputs: &[S("selected_indices")], attributes: &[Attr("center_point_box", Int, D(I(0)))], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 5), makes: Arity(1, 1), inputs: &[S("boxes"), S("scores"), O("max_output_boxes_per_class"), O("iou_threshold"), O("score_threshold")], outputs: &[S("selected_indices")], attributes: &[Attr("center_point_box", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "NonZero", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Not", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "OneHot", versions: &[
        Schema { since: 9, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("indices"), S("depth"), S("values")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("indices"), S("depth"), S("values")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1)))], ..PLAIN },
        Schema { since: 28, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("indices"), S("depth"), S("values")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Optional", versions: &[
        Schema { since: 15, takes: Arity(0, 1), makes: Arity(1, 1), inputs: &[O("input")], outputs: &[S("output")], attributes: &[Attr("type", Type, N)], ..PLAIN },
        Schema { since: 28, takes: Arity(0, 1), makes: Arity(1, 1), inputs: &[O("input")], outputs: &[S("output")], attributes: &[Attr("type", Type, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "OptionalGetElement", versions: &[
        Schema { since: 15, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "OptionalHasElement", versions: &[
        Schema { since: 15, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 18, takes: Arity(0, 1), makes: Arity(1, 1), inputs: &[O("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 28, takes: Arity(0, 1), makes: Arity(1, 1), inputs: &[O("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Or", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "PRelu", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("slope")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("slope")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("slope")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 9, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("slope")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 16, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("slope")], outputs: &[S("Y")], is_function: true, body: &["Less", "Mul", "Where"], ..PLAIN },
    ] },
    Op { domain: "", name: "Pad", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant"))), Attr("paddings", Ints, R), Attr("value", Float, D(F(0.0)))], ..PLAIN },
        Schema { since: 2, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant"))), Attr("pads", Ints, R), Attr("value", Float, D(F(0.0)))], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 18, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value"), O("axes")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 19, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value"), O("axes")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 21, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value"), O("axes")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 23, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value"), O("axes")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 24, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value"), O("axes")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
        Schema { since: 25, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("data"), S("pads"), O("constant_value"), O("axes")], outputs: &[S("output")], attributes: &[Attr("mode", String, D(T("constant")))], ..PLAIN },
    ] },
    Op { domain: "", name: "Pow", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], ..PLAIN },
        Schema { since: 12, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], ..PLAIN },
        Schema { since: 15, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], ..PLAIN },
    ] },
    Op { domain: "", name: "QLinearConv", versions: &[
        Schema { since: 10, takes: Arity(8, 9), makes: Arity(1, 1), inputs: &[S("x"), S("x_scale"), S("x_zero_point"), S("w"), S("w_scale"), S("w_zero_point"), S("y_scale"), S("y_zero_point"), O("B")], outputs: &[S("y")], attributes: &[Attr("auto_pad", String, D(T("NOTSET"))), Attr("dilations", Ints, N), Attr("group", Int, D(I(1))), Attr("kernel_shape", Ints, N), Attr("pads", Ints, N), Attr("strides", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "QLinearMatMul", versions: &[
        Schema { since: 10, takes: Arity(8, 8), makes: Arity(1, 1), inputs: &[S("a"), S("a_scale"), S("a_zero_point"), S("b"), S("b_scale"), S("b_zero_point"), S("y_scale"), S("y_zero_point")], outputs: &[S("y")], ..PLAIN },
        Schema { since: 21, takes: Arity(8, 8), makes: Arity(1, 1), inputs: &[S("a"), S("a_scale"), S("a_zero_point"), S("b"), S("b_scale"), S("b_zero_point"), S("y_scale"), S("y_zero_point")], outputs: &[S("y")], ..PLAIN },
    ] },
    Op { domain: "", name: "QuantizeLinear", versions: &[
        Schema { since: 10, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 19, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("saturate", Int, D(I(1)))], ..PLAIN },
        Schema { since: 21, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0))), Attr("saturate", Int, D(I(1)))], ..PLAIN },
        Schema { since: 23, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0))), Attr("precision", Int, D(I(0))), Attr("saturate", Int, D(I(1)))], ..PLAIN },
        Schema { since: 24, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0))), Attr("precision", Int, D(I(0))), Attr("saturate", Int, D(I(1)))], ..PLAIN },
        Schema { since: 25, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0))), Attr("precision", Int, D(I(0))), Attr("saturate", Int, D(I(1)))], ..PLAIN },
        Schema { since: 28, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("x"), S("y_scale"), O("y_zero_point")], outputs: &[S("y")], attributes: &[Attr("axis", Int, D(I(1))), Attr("block_size", Int, D(I(0))), Attr("output_dtype", Int, D(I(0))), Attr("precision", Int, D(I(0))), Attr("saturate", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "RMSNormalization", versions: &[
        Schema { since: 23, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("scale")], outputs: &[S("Y")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("epsilon", Float, D(F(1e-05))), Attr("stash_type", Int, D(I(1)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "RNN", versions: &[
        Schema { since: 1, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, D(LT(&["Tanh", "Tanh"]))), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("output_sequence", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, D(LT(&["Tanh", "Tanh"]))), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N)], ..PLAIN },
        Schema { since: 14, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, D(LT(&["Tanh", "Tanh"]))), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("layout", Int, D(I(0)))], ..PLAIN },
        Schema { since: 22, takes: Arity(3, 6), makes: Arity(0, 2), inputs: &[S("X"), S("W"), S("R"), O("B"), O("sequence_lens"), O("initial_h")], outputs: &[O("Y"), O("Y_h")], attributes: &[Attr("activation_alpha", Floats, N), Attr("activation_beta", Floats, N), Attr("activations", Strings, D(LT(&["Tanh", "Tanh"]))), Attr("clip", Float, N), Attr("direction", String, D(T("forward"))), Attr("hidden_size", Int, N), Attr("layout", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "RandomNormal", versions: &[
        Schema { since: 1, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("dtype", Int, D(I(1))), Attr("mean", Float, D(F(0.0))), Attr("scale", Float, D(F(1.0))), Attr("seed", Float, N), Attr("shape", Ints, R)], ..PLAIN },
        Schema { since: 22, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("dtype", Int, D(I(1))), Attr("mean", Float, D(F(0.0))), Attr("scale", Float, D(F(1.0))), Attr("seed", Float, N), Attr("shape", Ints, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "RandomNormalLike", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("mean", Float, D(F(0.0))), Attr("scale", Float, D(F(1.0))), Attr("seed", Float, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("mean", Float, D(F(0.0))), Attr("scale", Float, D(F(1.0))), Attr("seed", Float, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "RandomUniform", versions: &[
        Schema { since: 1, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("dtype", Int, D(I(1))), Attr("high", Float, D(F(1.0))), Attr("low", Float, D(F(0.0))), Attr("seed", Float, N), Attr("shape", Ints, R)], ..PLAIN },
        Schema { since: 22, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("dtype", Int, D(I(1))), Attr("high", Float, D(F(1.0))), Attr("low", Float, D(F(0.0))), Attr("seed", Float, N), Attr("shape", Ints, R)], ..PLAIN },
    ] },
    Op { domain: "", name: "RandomUniformLike", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("high", Float, D(F(1.0))), Attr("low", Float, D(F(0.0))), Attr("seed", Float, N)], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N), Attr("high", Float, D(F(1.0))), Attr("low", Float, D(F(0.0))), Attr("seed", Float, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Range", versions: &[
        Schema { since: 11, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("start"), S("limit"), S("delta")], outputs: &[S("output")], is_function: true, body: &["Sub", "Div", "Ceil", "Relu", "Loop"], ..PLAIN },
        Schema { since: 27, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("start"), S("limit"), S("delta")], outputs: &[S("output")], attributes: &[Attr("stash_type", Int, D(I(1)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Reciprocal", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceL1", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["Abs", "ReduceSum"], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceL2", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["Mul", "ReduceSum", "Sqrt"], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceLogSum", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["ReduceSum", "Log"], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["ReduceSum", "Log"], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceLogSumExp", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["Exp", "ReduceSum", "Log"], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["Exp", "ReduceSum", "Log"], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceMax", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
        Schema { since: 20, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceMean", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceMin", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 12, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
        Schema { since: 20, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceProd", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceSum", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ReduceSumSquare", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reduced")], attributes: &[Attr("axes", Ints, N), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("reduced")], attributes: &[Attr("keepdims", Int, D(I(1))), Attr("noop_with_empty_axes", Int, D(I(0)))], is_function: true, body: &["Mul", "ReduceSum"], ..PLAIN },
    ] },
    Op { domain: "", name: "RegexFullMatch", versions: &[
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("pattern", String, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Relu", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 14, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["Max"], ..PLAIN },
    ] },
    Op { domain: "", name: "Reshape", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("reshaped")], attributes: &[Attr("consumed_inputs", Ints, N), Attr("shape", Ints, N)], ..PLAIN },
        Schema { since: 5, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], ..PLAIN },
        Schema { since: 14, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], attributes: &[Attr("allowzero", Int, D(I(0)))], ..PLAIN },
        Schema { since: 19, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], attributes: &[Attr("allowzero", Int, D(I(0)))], ..PLAIN },
        Schema { since: 21, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], attributes: &[Attr("allowzero", Int, D(I(0)))], ..PLAIN },
        Schema { since: 23, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], attributes: &[Attr("allowzero", Int, D(I(0)))], ..PLAIN },
        Schema { since: 24, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], attributes: &[Attr("allowzero", Int, D(I(0)))], ..PLAIN },
        Schema { since: 25, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("shape")], outputs: &[S("reshaped")], attributes: &[Attr("allowzero", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Resize", versions: &[
        Schema { since: 10, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("scales")], outputs: &[S("Y")], attributes: &[Attr("mode", String, D(T("nearest")))], ..PLAIN },
        Schema { since: 11, takes: Arity(3, 4), makes: Arity(1, 1), inputs: &[S("X"), S("roi"), S("scales"), O("sizes")], outputs: &[S("Y")], attributes: &[Attr("coordinate_transformation_mode", String, D(T("half_pixel"))), Attr("cubic_coeff_a", Float, D(F(-0.75))), Attr("exclude_outside", Int, D(I(0))), Attr("extrapolation_value", Float, D(F(0.0))), Attr("mode", String, D(T("nearest"))), Attr("nearest_mode", String, D(T("round_prefer_floor")))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 4), makes: Arity(1, 1), inputs: &[S("X"), O("roi"), O("scales"), O("sizes")], outputs: &[S("Y")], attributes: &[Attr("coordinate_transformation_mode", String, D(T("half_pixel"))), Attr("cubic_coeff_a", Float, D(F(-0.75))), Attr("exclude_outside", Int, D(I(0))), Attr("extrapolation_value", Float, D(F(0.0))), Attr("mode", String, D(T("nearest"))), Attr("nearest_mode", String, D(T("round_prefer_floor")))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 4), makes: Arity(1, 1), inputs: &[S("X"), O("roi"), O("scales"), O("sizes")], outputs: &[S("Y")], attributes: &[Attr("antialias", Int, D(I(0))), Attr("axes", Ints, N), Attr("coordinate_transformation_mode", String, D(T("half_pixel"))), Attr("cubic_coeff_a", Float, D(F(-0.75))), Attr("exclude_outside", Int, D(I(0))), Attr("extrapolation_value", Float, D(F(0.0))), Attr("keep_aspect_ratio_policy", String, D(T("stretch"))), Attr("mode", String, D(T("nearest"))), Attr("nearest_mode", String, D(T("round_prefer_floor")))], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 4), makes: Arity(1, 1), inputs: &[S("X"), O("roi"), O("scales"), O("sizes")], outputs: &[S("Y")], attributes: &[Attr("antialias", Int, D(I(0))), Attr("axes", Ints, N), Attr("coordinate_transformation_mode", String, D(T("half_pixel"))), Attr("cubic_coeff_a", Float, D(F(-0.75))), Attr("exclude_outside", Int, D(I(0))), Attr("extrapolation_value", Float, D(F(0.0))), Attr("keep_aspect_ratio_policy", String, D(T("stretch"))), Attr("mode", String, D(T("nearest"))), Attr("nearest_mode", String, D(T("round_prefer_floor")))], ..PLAIN },
    ] },
    Op { domain: "", name: "ReverseSequence", versions: &[
        Schema { since: 10, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("sequence_lens")], outputs: &[S("Y")], attributes: &[Attr("batch_axis", Int, D(I(1))), Attr("time_axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 28, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("sequence_lens")], outputs: &[S("Y")], attributes: &[Attr("batch_axis", Int, D(I(1))), Attr("time_axis", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "RoiAlign", versions: &[
        Schema { since: 10, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("X"), S("rois"), S("batch_indices")], outputs: &[S("Y")], attributes: &[Attr("mode", String, D(T("avg"))), Attr("output_height", Int, D(I(1))), Attr("output_width", Int, D(I(1))), Attr("sampling_ratio", Int, D(I(0))), Attr("spatial_scale", Float, D(F(1.0)))], ..PLAIN },
        Schema { since: 16, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("X"), S("rois"), S("batch_indices")], outputs: &[S("Y")], attributes: &[Attr("coordinate_transformation_mode", String, D(T("half_pixel"))), Attr("mode", String, D(T("avg"))), Attr("output_height", Int, D(I(1))), Attr("output_width", Int, D(I(1))), Attr("sampling_ratio", Int, D(I(0))), Attr("spatial_scale", Float, D(F(1.0)))], ..PLAIN },
        Schema { since: 22, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("X"), S("rois"), S("batch_indices")], outputs: &[S("Y")], attributes: &[Attr("coordinate_transformation_mode", String, D(T("half_pixel"))), Attr("mode", String, D(T("avg"))), Attr("output_height", Int, D(I(1))), Attr("output_width", Int, D(I(1))), Attr("sampling_ratio", Int, D(I(0))), Attr("spatial_scale", Float, D(F(1.0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "RotaryEmbedding", versions: &[
        Schema { since: 23, takes: Arity(3, 4), makes: Arity(1, 1), inputs: &[S("X"), S("cos_cache"), S("sin_cache"), O("position_ids")], outputs: &[S("Y")], attributes: &[Attr("interleaved", Int, D(I(0))), Attr("num_heads", Int, N), Attr("rotary_embedding_dim", Int, D(I(0)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Round", versions: &[
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "STFT", versions: &[
        Schema { since: 17, takes: Arity(2, 4), makes: Arity(1, 1), inputs: &[S("signal"), S("frame_step"), O("window"), O("frame_length")], outputs: &[S("output")], attributes: &[Attr("onesided", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Scan", versions: &[
        Schema { since: 8, takes: Arity(2, MANY), makes: Arity(1, MANY), inputs: &[O("sequence_lens"), V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("directions", Ints, N), Attr("num_scan_inputs", Int, R)], ..PLAIN },
        Schema { since: 9, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 16, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 19, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 21, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 23, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 24, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
        Schema { since: 25, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("initial_state_and_scan_inputs")], outputs: &[V("final_state_and_scan_outputs")], attributes: &[Attr("body", Graph, R), Attr("num_scan_inputs", Int, R), Attr("scan_input_axes", Ints, N), Attr("scan_input_directions", Ints, N), Attr("scan_output_axes", Ints, N), Attr("scan_output_directions", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Scatter", versions: &[
        Schema { since: 9, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 11, is_deprecated: true, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "ScatterElements", versions: &[
        Schema { since: 11, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 13, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 16, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0))), Attr("reduction", String, D(T("none")))], ..PLAIN },
        Schema { since: 18, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(0))), Attr("reduction", String, D(T("none")))], ..PLAIN },
    ] },
    Op { domain: "", name: "ScatterND", versions: &[
        Schema { since: 11, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 16, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("reduction", String, D(T("none")))], ..PLAIN },
        Schema { since: 18, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("data"), S("indices"), S("updates")], outputs: &[S("output")], attributes: &[Attr("reduction", String, D(T("none")))], ..PLAIN },
    ] },
    Op { domain: "", name: "Selu", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.6732))), Attr("consumed_inputs", Ints, N), Attr("gamma", Float, D(F(1.0507)))], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.6732632))), Attr("gamma", Float, D(F(1.050701)))], is_function: true, body: &["Exp", "Mul", "Sub", "Less", "Where"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.6732632))), Attr("gamma", Float, D(F(1.050701)))], is_function: true, body: &["Exp", "Mul", "Sub", "Less", "Where"], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceAt", versions: &[
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input_sequence"), S("position")], outputs: &[S("tensor")], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceConstruct", versions: &[
        Schema { since: 11, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("inputs")], outputs: &[S("output_sequence")], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceEmpty", versions: &[
        Schema { since: 11, takes: Arity(0, 0), makes: Arity(1, 1), inputs: &[], outputs: &[S("output")], attributes: &[Attr("dtype", Int, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceErase", versions: &[
        Schema { since: 11, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("input_sequence"), O("position")], outputs: &[S("output_sequence")], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceInsert", versions: &[
        Schema { since: 11, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("input_sequence"), S("tensor"), O("position")], outputs: &[S("output_sequence")], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceLength", versions: &[
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input_sequence")], outputs: &[S("length")], ..PLAIN },
    ] },
    Op { domain: "", name: "SequenceMap", versions: &[
        Schema { since: 17, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[S("input_sequence"), V("additional_inputs")], outputs: &[V("out_sequence")], attributes: &[Attr("body", Graph, R)], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Shape", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], ..PLAIN },
        Schema { since: 15, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], attributes: &[Attr("end", Int, N), Attr("start", Int, D(I(0)))], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], attributes: &[Attr("end", Int, N), Attr("start", Int, D(I(0)))], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], attributes: &[Attr("end", Int, N), Attr("start", Int, D(I(0)))], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], attributes: &[Attr("end", Int, N), Attr("start", Int, D(I(0)))], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], attributes: &[Attr("end", Int, N), Attr("start", Int, D(I(0)))], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("shape")], attributes: &[Attr("end", Int, N), Attr("start", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Shrink", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("bias", Float, D(F(0.0))), Attr("lambd", Float, D(F(0.5)))], is_function: true, body: &["Neg", "Less", "Add", "Sub", "Where"], ..PLAIN },
    ] },
    Op { domain: "", name: "Sigmoid", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Sign", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Sin", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Sinh", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Size", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
        Schema { since: 19, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("size")], ..PLAIN },
    ] },
    Op { domain: "", name: "Slice", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("output")], attributes: &[Attr("axes", Ints, N), Attr("ends", Ints, R), Attr("starts", Ints, R)], ..PLAIN },
        Schema { since: 10, takes: Arity(3, 5), makes: Arity(1, 1), inputs: &[S("data"), S("starts"), S("ends"), O("axes"), O("steps")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 11, takes: Arity(3, 5), makes: Arity(1, 1), inputs: &[S("data"), S("starts"), S("ends"), O("axes"), O("steps")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(3, 5), makes: Arity(1, 1), inputs: &[S("data"), S("starts"), S("ends"), O("axes"), O("steps")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Softmax", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(1)))], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("axis", Int, D(I(-1)))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "SoftmaxCrossEntropyLoss", versions: &[
        Schema { since: 12, takes: Arity(2, 3), makes: Arity(1, 2), inputs: &[S("scores"), S("labels"), O("weights")], outputs: &[S("output"), O("log_prob")], attributes: &[Attr("ignore_index", Int, N), Attr("reduction", String, D(T("mean")))], is_function: true, ..PLAIN },
        Schema { since: 13, takes: Arity(2, 3), makes: Arity(1, 2), inputs: &[S("scores"), S("labels"), O("weights")], outputs: &[S("output"), O("log_prob")], attributes: &[Attr("ignore_index", Int, N), Attr("reduction", String, D(T("mean")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Softplus", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["Exp", "Add", "Log"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], is_function: true, body: &["Exp", "Add", "Log"], ..PLAIN },
    ] },
    Op { domain: "", name: "Softsign", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], is_function: true, body: &["Abs", "Add", "Div"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], is_function: true, body: &["Abs", "Add", "Div"], ..PLAIN },
    ] },
    Op { domain: "", name: "SpaceToDepth", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R)], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("blocksize", Int, R), Attr("mode", String, D(T("DCR")))], is_function: true, ..PLAIN },
    ] },
    Op { domain: "", name: "Split", versions: &[
        Schema { since: 1, takes: Arity(1, 2), makes: Arity(1, MANY), inputs: &[S("input"), O("split")], outputs: &[V("outputs...")], attributes: &[Attr("axis", Int, N), Attr("split", Ints, N)], ..PLAIN },
        Schema { since: 2, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("input")], outputs: &[V("outputs")], attributes: &[Attr("axis", Int, D(I(0))), Attr("split", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, MANY), inputs: &[S("input")], outputs: &[V("outputs")], attributes: &[Attr("axis", Int, D(I(0))), Attr("split", Ints, N)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 2), makes: Arity(1, MANY), inputs: &[S("input"), O("split")], outputs: &[V("outputs")], attributes: &[Attr("axis", Int, D(I(0)))], ..PLAIN },
        Schema { since: 18, takes: Arity(1, 2), makes: Arity(1, MANY), inputs: &[S("input"), O("split")], outputs: &[V("outputs")], attributes: &[Attr("axis", Int, D(I(0))), Attr("num_outputs", Int, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "SplitToSequence", versions: &[
        Schema { since: 11, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("input"), O("split")], outputs: &[S("output_sequence")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("input"), O("split")], outputs: &[S("output_sequence")], attributes: &[Attr("axis", Int, D(I(0))), Attr("keepdims", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Sqrt", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], ..PLAIN },
    ] },
    Op { domain: "", name: "Squeeze", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("squeezed")], attributes: &[Attr("axes", Ints, N)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("squeezed")], attributes: &[Attr("axes", Ints, N)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("squeezed")], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("squeezed")], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("squeezed")], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("squeezed")], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("data"), O("axes")], outputs: &[S("squeezed")], ..PLAIN },
    ] },
    Op { domain: "", name: "StringConcat", versions: &[
        Schema { since: 20, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], ..PLAIN },
    ] },
    Op { domain: "", name: "StringNormalizer", versions: &[
        Schema { since: 10, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("case_change_action", String, D(T("NONE"))), Attr("is_case_sensitive", Int, D(I(0))), Attr("locale", String, N), Attr("stopwords", Strings, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "StringSplit", versions: &[
        Schema { since: 20, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Y"), S("Z")], attributes: &[Attr("delimiter", String, N), Attr("maxsplit", Int, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Sub", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0))), Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
        Schema { since: 14, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "", name: "Sum", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("sum")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("sum")], ..PLAIN },
        Schema { since: 8, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("sum")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("data_0")], outputs: &[S("sum")], ..PLAIN },
    ] },
    Op { domain: "", name: "SwiGLU", versions: &[
        Schema { since: 28, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Swish", "Mul"], ..PLAIN },
    ] },
    Op { domain: "", name: "Swish", versions: &[
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Mul", "Sigmoid"], ..PLAIN },
    ] },
    Op { domain: "", name: "Tan", versions: &[
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Tanh", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], attributes: &[Attr("consumed_inputs", Ints, N)], ..PLAIN },
        Schema { since: 6, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("input")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "TensorScatter", versions: &[
        Schema { since: 24, takes: Arity(2, 3), makes: Arity(1, 1), inputs: &[S("past_cache"), S("update"), O("write_indices")], outputs: &[S("present_cache")], attributes: &[Attr("axis", Int, D(I(-2))), Attr("mode", String, D(T("linear")))], ..PLAIN },
    ] },
    Op { domain: "", name: "TfIdfVectorizer", versions: &[
        Schema { since: 9, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("max_gram_length", Int, R), Attr("max_skip_count", Int, R), Attr("min_gram_length", Int, R), Attr("mode", String, R), Attr("ngram_counts", Ints, R), Attr("ngram_indexes", Ints, R), Attr("pool_int64s", Ints, N), Attr("pool_strings", Strings, N), Attr("weights", Floats, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "ThresholdedRelu", versions: &[
        Schema { since: 10, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Less", "Where"], ..PLAIN },
        Schema { since: 22, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("alpha", Float, D(F(1.0)))], is_function: true, body: &["Less", "Where"], ..PLAIN },
    ] },
    Op { domain: "", name: "Tile", versions: &[
        Schema { since: 1, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("input"), S("tiles"), S("axis")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 6, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("repeats")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("input"), S("repeats")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "TopK", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Values"), S("Indices")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("k", Int, R)], ..PLAIN },
        Schema { since: 10, takes: Arity(2, 2), makes: Arity(2, 2), inputs: &[S("X"), S("K")], outputs: &[S("Values"), S("Indices")], attributes: &[Attr("axis", Int, D(I(-1)))], ..PLAIN },
        Schema { since: 11, takes: Arity(2, 2), makes: Arity(2, 2), inputs: &[S("X"), S("K")], outputs: &[S("Values"), S("Indices")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("largest", Int, D(I(1))), Attr("sorted", Int, D(I(1)))], ..PLAIN },
        Schema { since: 24, takes: Arity(2, 2), makes: Arity(2, 2), inputs: &[S("X"), S("K")], outputs: &[S("Values"), S("Indices")], attributes: &[Attr("axis", Int, D(I(-1))), Attr("largest", Int, D(I(1))), Attr("sorted", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Transpose", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("transposed")], attributes: &[Attr("perm", Ints, N)], ..PLAIN },
        Schema { since: 13, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("transposed")], attributes: &[Attr("perm", Ints, N)], ..PLAIN },
        Schema { since: 21, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("transposed")], attributes: &[Attr("perm", Ints, N)], ..PLAIN },
        Schema { since: 23, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("transposed")], attributes: &[Attr("perm", Ints, N)], ..PLAIN },
        Schema { since: 24, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("transposed")], attributes: &[Attr("perm", Ints, N)], ..PLAIN },
        Schema { since: 25, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("transposed")], attributes: &[Attr("perm", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "", name: "Trilu", versions: &[
        Schema { since: 14, takes: Arity(1, 2), makes: Arity(1, 1), inputs: &[S("input"), O("k")], outputs: &[S("output")], attributes: &[Attr("upper", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Unique", versions: &[
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 4), inputs: &[S("X")], outputs: &[S("Y"), O("indices"), O("inverse_indices"), O("counts")], attributes: &[Attr("axis", Int, N), Attr("sorted", Int, D(I(1)))], ..PLAIN },
        Schema { since: 28, takes: Arity(1, 1), makes: Arity(1, 4), inputs: &[S("X")], outputs: &[S("Y"), O("indices"), O("inverse_indices"), O("counts")], attributes: &[Attr("axis", Int, N), Attr("sorted", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "", name: "Unsqueeze", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("expanded")], attributes: &[Attr("axes", Ints, R)], ..PLAIN },
        Schema { since: 11, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("data")], outputs: &[S("expanded")], attributes: &[Attr("axes", Ints, R)], ..PLAIN },
        Schema { since: 13, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("axes")], outputs: &[S("expanded")], ..PLAIN },
        Schema { since: 21, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("axes")], outputs: &[S("expanded")], ..PLAIN },
        Schema { since: 23, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("axes")], outputs: &[S("expanded")], ..PLAIN },
        Schema { since: 24, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("axes")], outputs: &[S("expanded")], ..PLAIN },
        Schema { since: 25, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("data"), S("axes")], outputs: &[S("expanded")], ..PLAIN },
    ] },
    Op { domain: "", name: "Upsample", versions: &[
        Schema { since: 1, is_experimental: true, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("height_scale", Float, R), Attr("mode", String, D(T("nearest"))), Attr("width_scale", Float, R)], ..PLAIN },
        Schema { since: 7, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("mode", String, D(T("nearest"))), Attr("scales", Floats, R)], ..PLAIN },
        Schema { since: 9, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("scales")], outputs: &[S("Y")], attributes: &[Attr("mode", String, D(T("nearest")))], ..PLAIN },
        Schema { since: 10, is_deprecated: true, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("scales")], outputs: &[S("Y")], attributes: &[Attr("mode", String, D(T("nearest")))], ..PLAIN },
    ] },
    Op { domain: "", name: "Where", versions: &[
        Schema { since: 9, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("condition"), S("X"), S("Y")], outputs: &[S("output")], ..PLAIN },
        Schema { since: 16, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("condition"), S("X"), S("Y")], outputs: &[S("output")], ..PLAIN },
    ] },
    Op { domain: "", name: "Xor", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], attributes: &[Attr("axis", Int, N), Attr("broadcast", Int, D(I(0)))], ..PLAIN },
        Schema { since: 7, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("A"), S("B")], outputs: &[S("C")], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "ArrayFeatureExtractor", versions: &[
        Schema { since: 1, takes: Arity(2, 2), makes: Arity(1, 1), inputs: &[S("X"), S("Y")], outputs: &[S("Z")], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "Binarizer", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("threshold", Float, D(F(0.0)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "CastMap", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("cast_to", String, D(T("TO_FLOAT"))), Attr("map_form", String, D(T("DENSE"))), Attr("max_map", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "CategoryMapper", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("cats_int64s", Ints, N), Attr("cats_strings", Strings, N), Attr("default_int64", Int, D(I(-1))), Attr("default_string", String, D(T("_Unused")))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "DictVectorizer", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("int64_vocabulary", Ints, N), Attr("string_vocabulary", Strings, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "FeatureVectorizer", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, 1), inputs: &[V("X")], outputs: &[S("Y")], attributes: &[Attr("inputdimensions", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "Imputer", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("imputed_value_floats", Floats, N), Attr("imputed_value_int64s", Ints, N), Attr("replaced_value_float", Float, D(F(0.0))), Attr("replaced_value_int64", Int, D(I(0)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "LabelEncoder", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("classes_strings", Strings, N), Attr("default_int64", Int, D(I(-1))), Attr("default_string", String, D(T("_Unused")))], ..PLAIN },
        Schema { since: 2, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("default_float", Float, D(F(-0.0))), Attr("default_int64", Int, D(I(-1))), Attr("default_string", String, D(T("_Unused"))), Attr("keys_floats", Floats, N), Attr("keys_int64s", Ints, N), Attr("keys_strings", Strings, N), Attr("values_floats", Floats, N), Attr("values_int64s", Ints, N), Attr("values_strings", Strings, N)], ..PLAIN },
        Schema { since: 4, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("default_float", Float, D(F(-0.0))), Attr("default_int64", Int, D(I(-1))), Attr("default_string", String, D(T("_Unused"))), Attr("default_tensor", Tensor, N), Attr("keys_floats", Floats, N), Attr("keys_int64s", Ints, N), Attr("keys_strings", Strings, N), Attr("keys_tensor", Tensor, N), Attr("values_floats", Floats, N), Attr("values_int64s", Ints, N), Attr("values_strings", Strings, N), Attr("values_tensor", Tensor, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "LinearClassifier", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Y"), S("Z")], attributes: &[Attr("classlabels_ints", Ints, N), Attr("classlabels_strings", Strings, N), Attr("coefficients", Floats, R), Attr("intercepts", Floats, N), Attr("multi_class", Int, D(I(0))), Attr("post_transform", String, D(T("NONE")))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "LinearRegressor", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("coefficients", Floats, N), Attr("intercepts", Floats, N), Attr("post_transform", String, D(T("NONE"))), Attr("targets", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "Normalizer", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("norm", String, D(T("MAX")))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "OneHotEncoder", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("cats_int64s", Ints, N), Attr("cats_strings", Strings, N), Attr("zeros", Int, D(I(1)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "SVMClassifier", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Y"), S("Z")], attributes: &[Attr("classlabels_ints", Ints, N), Attr("classlabels_strings", Strings, N), Attr("coefficients", Floats, N), Attr("kernel_params", Floats, N), Attr("kernel_type", String, D(T("LINEAR"))), Attr("post_transform", String, D(T("NONE"))), Attr("prob_a", Floats, N), Attr("prob_b", Floats, N), Attr("rho", Floats, N), Attr("support_vectors", Floats, N), Attr("vectors_per_class", Ints, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "SVMRegressor", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("coefficients", Floats, N), Attr("kernel_params", Floats, N), Attr("kernel_type", String, D(T("LINEAR"))), Attr("n_supports", Int, D(I(0))), Attr("one_class", Int, D(I(0))), Attr("post_transform", String, D(T("NONE"))), Attr("rho", Floats, N), Attr("support_vectors", Floats, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "Scaler", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("offset", Floats, N), Attr("scale", Floats, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "TreeEnsemble", versions: &[
        Schema { since: 5, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("aggregate_function", Int, D(I(1))), Attr("leaf_targetids", Ints, R), Attr("leaf_weights", Tensor, R), Attr("membership_values", Tensor, N), Attr("n_targets", Int, N), Attr("nodes_falseleafs", Ints, R), Attr("nodes_falsenodeids", Ints, R), Attr("nodes_featureids", Ints, R), Attr("nodes_hitrates", Tensor, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Tensor, R), Attr("nodes_splits", Tensor, R), Attr("nodes_trueleafs", Ints, R), Attr("nodes_truenodeids", Ints, R), Attr("post_transform", Int, D(I(0))), Attr("tree_roots", Ints, R)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "TreeEnsembleClassifier", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Y"), S("Z")], attributes: &[Attr("base_values", Floats, N), Attr("class_ids", Ints, N), Attr("class_nodeids", Ints, N), Attr("class_treeids", Ints, N), Attr("class_weights", Floats, N), Attr("classlabels_int64s", Ints, N), Attr("classlabels_strings", Strings, N), Attr("nodes_falsenodeids", Ints, N), Attr("nodes_featureids", Ints, N), Attr("nodes_hitrates", Floats, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Strings, N), Attr("nodes_nodeids", Ints, N), Attr("nodes_treeids", Ints, N), Attr("nodes_truenodeids", Ints, N), Attr("nodes_values", Floats, N), Attr("post_transform", String, D(T("NONE")))], ..PLAIN },
        Schema { since: 3, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Y"), S("Z")], attributes: &[Attr("base_values", Floats, N), Attr("base_values_as_tensor", Tensor, N), Attr("class_ids", Ints, N), Attr("class_nodeids", Ints, N), Attr("class_treeids", Ints, N), Attr("class_weights", Floats, N), Attr("class_weights_as_tensor", Tensor, N), Attr("classlabels_int64s", Ints, N), Attr("classlabels_strings", Strings, N), Attr("nodes_falsenodeids", Ints, N), Attr("nodes_featureids", Ints, N), Attr("nodes_hitrates", Floats, N), Attr("nodes_hitrates_as_tensor", Tensor, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Strings, N), Attr("nodes_nodeids", Ints, N), Attr("nodes_treeids", Ints, N), Attr("nodes_truenodeids", Ints, N), Attr("nodes_values", Floats, N), Attr("nodes_values_as_tensor", Tensor, N), Attr("post_transform", String, D(T("NONE")))], ..PLAIN },
        Schema { since: 5, is_deprecated: true, takes: Arity(1, 1), makes: Arity(2, 2), inputs: &[S("X")], outputs: &[S("Y"), S("Z")], attributes: &[Attr("base_values", Floats, N), Attr("base_values_as_tensor", Tensor, N), Attr("class_ids", Ints, N), Attr("class_nodeids", Ints, N), Attr("class_treeids", Ints, N), Attr("class_weights", Floats, N), Attr("class_weights_as_tensor", Tensor, N), Attr("classlabels_int64s", Ints, N), Attr("classlabels_strings", Strings, N), Attr("nodes_falsenodeids", Ints, N), Attr("nodes_featureids", Ints, N), Attr("nodes_hitrates", Floats, N), Attr("nodes_hitrates_as_tensor", Tensor, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Strings, N), Attr("nodes_nodeids", Ints, N), Attr("nodes_treeids", Ints, N), Attr("nodes_truenodeids", Ints, N), Attr("nodes_values", Floats, N), Attr("nodes_values_as_tensor", Tensor, N), Attr("post_transform", String, D(T("NONE")))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "TreeEnsembleRegressor", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("aggregate_function", String, D(T("SUM"))), Attr("base_values", Floats, N), Attr("n_targets", Int, N), Attr("nodes_falsenodeids", Ints, N), Attr("nodes_featureids", Ints, N), Attr("nodes_hitrates", Floats, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Strings, N), Attr("nodes_nodeids", Ints, N), Attr("nodes_treeids", Ints, N), Attr("nodes_truenodeids", Ints, N), Attr("nodes_values", Floats, N), Attr("post_transform", String, D(T("NONE"))), Attr("target_ids", Ints, N), Attr("target_nodeids", Ints, N), Attr("target_treeids", Ints, N), Attr("target_weights", Floats, N)], ..PLAIN },
        Schema { since: 3, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("aggregate_function", String, D(T("SUM"))), Attr("base_values", Floats, N), Attr("base_values_as_tensor", Tensor, N), Attr("n_targets", Int, N), Attr("nodes_falsenodeids", Ints, N), Attr("nodes_featureids", Ints, N), Attr("nodes_hitrates", Floats, N), Attr("nodes_hitrates_as_tensor", Tensor, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Strings, N), Attr("nodes_nodeids", Ints, N), Attr("nodes_treeids", Ints, N), Attr("nodes_truenodeids", Ints, N), Attr("nodes_values", Floats, N), Attr("nodes_values_as_tensor", Tensor, N), Attr("post_transform", String, D(T("NONE"))), Attr("target_ids", Ints, N), Attr("target_nodeids", Ints, N), Attr("target_treeids", Ints, N), Attr("target_weights", Floats, N), Attr("target_weights_as_tensor", Tensor, N)], ..PLAIN },
        Schema { since: 5, is_deprecated: true, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Y")], attributes: &[Attr("aggregate_function", String, D(T("SUM"))), Attr("base_values", Floats, N), Attr("base_values_as_tensor", Tensor, N), Attr("n_targets", Int, N), Attr("nodes_falsenodeids", Ints, N), Attr("nodes_featureids", Ints, N), Attr("nodes_hitrates", Floats, N), Attr("nodes_hitrates_as_tensor", Tensor, N), Attr("nodes_missing_value_tracks_true", Ints, N), Attr("nodes_modes", Strings, N), Attr("nodes_nodeids", Ints, N), Attr("nodes_treeids", Ints, N), Attr("nodes_truenodeids", Ints, N), Attr("nodes_values", Floats, N), Attr("nodes_values_as_tensor", Tensor, N), Attr("post_transform", String, D(T("NONE"))), Attr("target_ids", Ints, N), Attr("target_nodeids", Ints, N), Attr("target_treeids", Ints, N), Attr("target_weights", Floats, N), Attr("target_weights_as_tensor", Tensor, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.ml", name: "ZipMap", versions: &[
        Schema { since: 1, takes: Arity(1, 1), makes: Arity(1, 1), inputs: &[S("X")], outputs: &[S("Z")], attributes: &[Attr("classlabels_int64s", Ints, N), Attr("classlabels_strings", Strings, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.preview", name: "FlexAttention", versions: &[
        Schema { since: 1, is_experimental: true, takes: Arity(3, 3), makes: Arity(1, 1), inputs: &[S("Q"), S("K"), S("V")], outputs: &[S("Y")], attributes: &[Attr("prob_mod", Graph, N), Attr("scale", Float, N), Attr("score_mod", Graph, N), Attr("softmax_precision", Int, N)], is_function: true, ..PLAIN },
    ] },
    Op { domain: "ai.onnx.preview.training", name: "Adagrad", versions: &[
        Schema { since: 1, takes: Arity(3, MANY), makes: Arity(1, MANY), inputs: &[S("R"), S("T"), V("inputs")], outputs: &[V("outputs")], attributes: &[Attr("decay_factor", Float, D(F(0.0))), Attr("epsilon", Float, D(F(1e-06))), Attr("norm_coefficient", Float, D(F(0.0)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.preview.training", name: "Adam", versions: &[
        Schema { since: 1, takes: Arity(3, MANY), makes: Arity(1, MANY), inputs: &[S("R"), S("T"), V("inputs")], outputs: &[V("outputs")], attributes: &[Attr("alpha", Float, D(F(0.9))), Attr("beta", Float, D(F(0.999))), Attr("epsilon", Float, D(F(1e-06))), Attr("norm_coefficient", Float, D(F(0.0))), Attr("norm_coefficient_post", Float, D(F(0.0)))], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.preview.training", name: "Gradient", versions: &[
        Schema { since: 1, takes: Arity(1, MANY), makes: Arity(1, MANY), inputs: &[V("Inputs")], outputs: &[V("Outputs")], attributes: &[Attr("xs", Strings, R), Attr("y", String, R), Attr("zs", Strings, N)], ..PLAIN },
    ] },
    Op { domain: "ai.onnx.preview.training", name: "Momentum", versions: &[
        Schema { since: 1, takes: Arity(3, MANY), makes: Arity(1, MANY), inputs: &[S("R"), S("T"), V("inputs")], outputs: &[V("outputs")], attributes: &[Attr("alpha", Float, R), Attr("beta", Float, R), Attr("mode", String, R), Attr("norm_coefficient", Float, R)], ..PLAIN },
    ] },
];

/// Every release of ONNX, from the oldest on.
pub(super) static RELEASES: &[Release] = &[
    Release { name: "1.0", ir: 3, main: 1, ml: 1, training: 0 },
    Release { name: "1.1", ir: 3, main: 5, ml: 1, training: 0 },
    Release { name: "1.1.2", ir: 3, main: 6, ml: 1, training: 0 },
    Release { name: "1.2", ir: 3, main: 7, ml: 1, training: 0 },
    Release { name: "1.3", ir: 3, main: 8, ml: 1, training: 0 },
    Release { name: "1.4.1", ir: 4, main: 9, ml: 1, training: 0 },
    Release { name: "1.5.0", ir: 5, main: 10, ml: 1, training: 0 },
    Release { name: "1.6.0", ir: 6, main: 11, ml: 2, training: 0 },
    Release { name: "1.7.0", ir: 7, main: 12, ml: 2, training: 1 },
    Release { name: "1.8.0", ir: 7, main: 13, ml: 2, training: 1 },
    Release { name: "1.8.1", ir: 7, main: 13, ml: 2, training: 1 },
    Release { name: "1.9.0", ir: 7, main: 14, ml: 2, training: 1 },
    Release { name: "1.10.0", ir: 8, main: 15, ml: 2, training: 1 },
    Release { name: "1.10.1", ir: 8, main: 15, ml: 2, training: 1 },
    Release { name: "1.10.2", ir: 8, main: 15, ml: 2, training: 1 },
    Release { name: "1.11.0", ir: 8, main: 16, ml: 3, training: 1 },
    Release { name: "1.12.0", ir: 8, main: 17, ml: 3, training: 1 },
    Release { name: "1.13.0", ir: 8, main: 18, ml: 3, training: 1 },
    Release { name: "1.13.1", ir: 8, main: 18, ml: 3, training: 1 },
    Release { name: "1.14.0", ir: 9, main: 19, ml: 3, training: 1 },
    Release { name: "1.14.1", ir: 9, main: 19, ml: 3, training: 1 },
    Release { name: "1.15.0", ir: 9, main: 20, ml: 4, training: 1 },
    Release { name: "1.16.0", ir: 10, main: 21, ml: 5, training: 1 },
    Release { name: "1.16.1", ir: 10, main: 21, ml: 5, training: 1 },
    Release { name: "1.16.2", ir: 10, main: 21, ml: 5, training: 1 },
    Release { name: "1.17.0", ir: 10, main: 22, ml: 5, training: 1 },
    Release { name: "1.18.0", ir: 11, main: 23, ml: 5, training: 1 },
    Release { name: "1.19.0", ir: 12, main: 24, ml: 5, training: 1 },
    Release { name: "1.19.1", ir: 12, main: 24, ml: 5, training: 1 },
    Release { name: "1.20.0", ir: 13, main: 25, ml: 5, training: 1 },
    Release { name: "1.20.1", ir: 13, main: 25, ml: 5, training: 1 },
    Release { name: "1.21.0", ir: 13, main: 26, ml: 5, training: 1 },
    Release { name: "1.22.0", ir: 13, main: 27, ml: 5, training: 1 },
    Release { name: "1.23.0", ir: 14, main: 28, ml: 5, training: 1 },
];
