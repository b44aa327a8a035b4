//! The graphs of a model through the C interface: every function, with every index that is right and one that is not.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use weighbridge_capi::attribute::*;
use weighbridge_capi::findings::*;
use weighbridge_capi::function::*;
use weighbridge_capi::graph::*;
use weighbridge_capi::metadata::wb_metadata_info;
use weighbridge_capi::node::*;
use weighbridge_capi::signature::*;
use weighbridge_capi::status::{WB_ERR_INTERNAL, WB_OK, wb_status};
use weighbridge_capi::tensor::wb_model_tensor_count;
use weighbridge_capi::text::wb_str;
use weighbridge_capi::types::*;
use weighbridge_capi::value::*;

use super::c_surface::{empty, filled, succeeded, sum, text, wb_model, zeroed};

/// Looks at all graphs of a model, and checks them.
pub fn inspect(model: *mut wb_model) {
    let info = filled!(wb_model_info, wb_model_get_info, model);
    texts([info.producer, info.producer_version, info.domain, info.documentation]);
    for index in 0..wb_model_opset_count(model) {
        text(filled!(wb_opset_info, wb_model_opset_info, model, index).domain);
    }
    let count = wb_model_graph_count(model);
    assert!(wb_model_graph(model, count).is_null());
    for index in 0..count {
        let graph = wb_model_graph(model, index);
        assert_eq!(graph, wb_model_graph(model, index));
        let info = filled!(wb_graph_info, wb_graph_get_info, graph);
        assert_eq!(info.index, index);
        assert!(info.parent == WB_NO_INDEX || info.parent < index);
        texts([info.name, info.documentation]);
        Walk { model, graph, info }.run();
    }
    functions(model);
    signatures(model);
    for index in 0..wb_model_sparse_count(model) {
        let info = filled!(wb_sparse_info, wb_model_sparse_info, model, index);
        sum(info.shape.cast(), info.rank as usize * size_of::<i64>());
        let tensors = wb_model_tensor_count(model);
        assert!([info.values, info.indices].into_iter().all(|tensor| tensor == WB_NO_INDEX || tensor < tensors));
    }
    check(model);
}

fn functions(model: *mut wb_model) {
    for index in 0..wb_model_function_count(model) {
        let info = filled!(wb_function_info, wb_model_function_info, model, index);
        texts([info.name, info.domain, info.overload]);
        let body = filled!(wb_graph_info, wb_graph_get_info, wb_model_graph(model, info.graph));
        assert_eq!((body.role, body.function), (WB_GRAPH_FUNCTION, index));
        for attribute in 0..info.attributes {
            let mut name = empty();
            assert_eq!(wb_model_function_attribute_name(model, index, attribute, &mut name), WB_OK);
            text(name);
        }
        for opset in 0..info.opsets {
            text(filled!(wb_opset_info, wb_model_function_opset_info, model, index, opset).domain);
        }
        let graph = wb_model_graph(model, info.graph);
        for position in 0..info.defaults {
            filled!(wb_attribute_info, wb_graph_attribute_info, graph, WB_NO_ID, position);
        }
    }
}

fn signatures(model: *mut wb_model) {
    for index in 0..wb_model_signature_count(model) {
        let info = filled!(wb_signature_info, wb_model_signature_info, model, index);
        text(info.key);
        let values = wb_graph_value_count(wb_model_graph(model, info.graph));
        let named = |value: wb_signature_value_info| {
            text(value.name);
            assert!(value.value == WB_NO_ID || value.value < values);
        };
        for input in 0..info.inputs {
            named(filled!(wb_signature_value_info, wb_model_signature_input_info, model, index, input));
        }
        for output in 0..info.outputs {
            named(filled!(wb_signature_value_info, wb_model_signature_output_info, model, index, output));
        }
    }
}

/// Every finding is text; the only promise about how many there are is that there is an end.
fn check(model: *mut wb_model) {
    let (mut findings, mut error) = (null_mut(), null_mut());
    assert!(succeeded(wb_model_check(model, null(), &mut findings, &mut error), error));
    for index in 0..wb_findings_count(findings) {
        let finding = filled!(wb_finding_info, wb_findings_info, findings, index);
        texts([finding.rule, finding.path, finding.message, finding.remedy]);
    }
    wb_findings_release(findings);
}

/// One graph.
struct Walk {
    model: *mut wb_model,
    graph: *const wb_graph,
    info: wb_graph_info,
}

impl Walk {
    fn run(&self) {
        let Self { graph, info, .. } = *self;
        self.values_of(info.input_values, info.inputs);
        self.values_of(info.output_values, info.outputs);
        for entry in 0..wb_graph_metadata_count(graph) {
            let info = filled!(wb_metadata_info, wb_graph_metadata_info, graph, entry);
            texts([info.key, info.text]);
        }
        let mut value = 0;
        for index in 0..info.initializers {
            assert_eq!(wb_graph_initializer_value(graph, index, &mut value), WB_OK);
            assert!(self.is_value(value));
        }
        assert!(!answered(wb_graph_initializer_value(graph, info.initializers, &mut value)));
        let mut version = 0;
        answered(wb_graph_opset_version(graph, c"".as_ptr(), 0, &mut version));
        self.nodes();
        self.values();
        self.types();
    }

    fn is_value(&self, value: u32) -> bool {
        value == WB_NO_ID || value < wb_graph_value_count(self.graph)
    }

    /// The values of a list that the library lends.
    fn values_of(&self, list: *const u32, len: u32) -> &[u32] {
        let values = lent(list, len);
        assert!(values.iter().all(|value| self.is_value(*value)));
        values
    }

    fn nodes(&self) {
        let graph = self.graph;
        let count = wb_graph_node_count(graph);
        let mut infos = vec![zeroed!(wb_node_info); count as usize];
        assert_eq!(wb_graph_node_infos(graph, 0, count, infos.as_mut_ptr(), size_of::<wb_node_info>()), WB_OK);
        for (index, info) in (0..).zip(&infos) {
            let same = filled!(wb_node_info, wb_graph_node_info, graph, index);
            assert_eq!(text(info.name), text(same.name));
            assert_eq!(text(info.op), text(same.op));
            texts([info.domain, info.overload]);
            let inputs = self.values_of(info.input_values, info.inputs);
            assert_eq!(inputs, self.values_of(same.input_values, same.inputs));
            let outputs = self.values_of(info.output_values, info.outputs);
            assert_eq!(outputs, self.values_of(same.output_values, same.outputs));
            assert!(lent(info.control_nodes, info.controls).iter().all(|node| *node < count));
            let mut function = 0;
            if answered(wb_graph_node_function(graph, index, &mut function)) {
                assert!(function < wb_model_function_count(self.model));
            }
            (0..info.attributes).for_each(|position| self.attribute(index, position));
            let end = info.attributes;
            assert!(!answered(wb_graph_attribute_info(graph, index, end, &mut zeroed!(wb_attribute_info))));
        }
        assert!(!answered(wb_graph_node_info(graph, count, &mut zeroed!(wb_node_info))));
        let defaults = (0..).take_while(|position| {
            answered(wb_graph_attribute_info(graph, WB_NO_ID, *position, &mut zeroed!(wb_attribute_info)))
        });
        defaults.for_each(|position| self.attribute(WB_NO_ID, position));
    }

    fn attribute(&self, node: u32, position: u32) {
        let graph = self.graph;
        let info = filled!(wb_attribute_info, wb_graph_attribute_info, graph, node, position);
        let (name, mut first) = (text(info.name), u32::MAX);
        text(info.reference);
        let found = wb_graph_attribute_find(graph, node, name.as_ptr().cast::<c_char>(), name.len(), &mut first);
        assert!(found == WB_OK && first <= position);

        let (mut floats, mut ints, mut count) = (null(), null(), 0);
        if answered(wb_graph_attribute_floats(graph, node, position, &mut floats, &mut count)) {
            assert_eq!(count, info.count);
            sum(floats.cast(), count * size_of::<f32>());
        }
        if answered(wb_graph_attribute_ints(graph, node, position, &mut ints, &mut count)) {
            assert_eq!(count, info.count);
            sum(ints.cast(), count * size_of::<i64>());
        }
        (0..info.count).for_each(|index| self.element(node, position, index));
        let mut string = empty();
        assert!(!answered(wb_graph_attribute_string(graph, node, position, info.count, &mut string)));
    }

    /// What an attribute has at an index, of whatever kind it is.
    fn element(&self, node: u32, position: u32, index: usize) {
        let graph = self.graph;
        let (mut string, mut tensor, mut inner, mut sparse, mut ty) = (empty(), 0, 0, 0, 0);
        if answered(wb_graph_attribute_string(graph, node, position, index, &mut string)) {
            bytes(string);
        }
        if answered(wb_graph_attribute_tensor(graph, node, position, index, &mut tensor)) {
            assert!(tensor < wb_model_tensor_count(self.model));
        }
        if answered(wb_graph_attribute_graph(graph, node, position, index, &mut inner)) {
            let info = filled!(wb_graph_info, wb_graph_get_info, wb_model_graph(self.model, inner));
            assert_eq!((info.parent, info.node, info.attribute), (self.info.index, node, position));
        }
        if answered(wb_graph_attribute_sparse(graph, node, position, index, &mut sparse)) {
            assert!(sparse < wb_model_sparse_count(self.model));
        }
        if answered(wb_graph_attribute_type(graph, node, position, index, &mut ty)) {
            assert!(ty < wb_graph_type_count(graph));
        }
    }

    fn values(&self) {
        let graph = self.graph;
        let count = wb_graph_value_count(graph);
        let mut infos = vec![zeroed!(wb_value_info); count as usize];
        assert_eq!(wb_graph_value_infos(graph, 0, count, infos.as_mut_ptr(), size_of::<wb_value_info>()), WB_OK);
        for (index, info) in (0..).zip(&infos) {
            let same = filled!(wb_value_info, wb_graph_value_info, graph, index);
            assert_eq!((info.flags, info.tensor, info.r#type), (same.flags, same.tensor, same.r#type));
            sum(info.shape.cast(), info.rank as usize * size_of::<i64>());
            let (name, mut found) = (text(info.name), WB_NO_ID);
            let status = wb_graph_value_find(graph, name.as_ptr().cast::<c_char>(), name.len(), &mut found);
            assert_eq!((status, found), (WB_OK, index));
            self.contents(info);
            assert!(info.r#type == WB_NO_ID || info.r#type < wb_graph_type_count(graph));
            assert_eq!(info.producer != WB_NO_ID, info.flags & WB_VALUE_COMPUTED != 0);
            if info.producer != WB_NO_ID {
                let node = filled!(wb_node_info, wb_graph_node_info, graph, info.producer);
                assert!(self.values_of(node.output_values, node.outputs).contains(&index));
            }
            let (mut around, mut outer) = (0, 0);
            if answered(wb_graph_value_outer(graph, index, &mut around, &mut outer)) {
                let info = filled!(wb_value_info, wb_graph_value_info, wb_model_graph(self.model, around), outer);
                assert!(info.flags & WB_VALUE_OUTER == 0 && text(info.name) == name);
            }
        }
        assert!(!answered(wb_graph_value_info(graph, count, &mut zeroed!(wb_value_info))));
    }

    /// Only an initializer has contents, in one of two forms.
    fn contents(&self, info: &wb_value_info) {
        let (is_dense, is_sparse) = (info.tensor != WB_NO_INDEX, info.sparse != WB_NO_INDEX);
        assert!(!(is_dense && is_sparse));
        assert!(!(is_dense || is_sparse) || info.flags & WB_VALUE_INITIALIZER != 0);
        assert!(!is_dense || info.tensor < wb_model_tensor_count(self.model));
        assert!(!is_sparse || info.sparse < wb_model_sparse_count(self.model));
    }

    fn types(&self) {
        let graph = self.graph;
        for index in 0..wb_graph_type_count(graph) {
            let info = filled!(wb_type_info, wb_graph_type_info, graph, index);
            text(info.denotation);
            assert!(info.element == WB_NO_ID || info.element < index);
            for position in 0..info.rank {
                let dim = filled!(wb_dim_info, wb_graph_type_dim_info, graph, index, position);
                texts([dim.symbol, dim.denotation]);
            }
            assert!(!answered(wb_graph_type_dim_info(graph, index, info.rank, &mut zeroed!(wb_dim_info))));
        }
    }
}

/// Whether a function had something to say; if not, it says why.
fn answered(status: wb_status) -> bool {
    assert_ne!(status, WB_ERR_INTERNAL);
    status == WB_OK
}

/// A list that the library lends; NULL if it is empty.
fn lent<'a>(list: *const u32, len: u32) -> &'a [u32] {
    assert_eq!(list.is_null(), len == 0);
    // SAFETY: the library says that so many ids are readable; the sanitizer disagrees if it lies.
    if list.is_null() { &[] } else { unsafe { std::slice::from_raw_parts(list, len as usize) } }
}

fn texts<const COUNT: usize>(texts: [wb_str; COUNT]) {
    texts.into_iter().for_each(|part| _ = text(part));
}

/// Reads bytes that need not be text.
fn bytes(string: wb_str) {
    sum(string.ptr.cast(), string.len);
}
