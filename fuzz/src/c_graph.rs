//! The graphs of a model through the C interface: every function, with every index that is right and one that is not.

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use weighbridge_capi::attribute::*;
use weighbridge_capi::findings::*;
use weighbridge_capi::function::*;
use weighbridge_capi::graph::*;
use weighbridge_capi::node::*;
use weighbridge_capi::status::{WB_ERR_INTERNAL, WB_OK, wb_status};
use weighbridge_capi::text::wb_str;
use weighbridge_capi::types::*;
use weighbridge_capi::value::*;

use super::c_surface::{empty, succeeded, sum, text, wb_model};

/// A structure of the interface as a caller prepares it.
macro_rules! zeroed {
    ($name:ident) => {
        // SAFETY: integers and pointers, all of which may be zero.
        $name { struct_size: size_of::<$name>(), ..unsafe { std::mem::zeroed() } }
    };
}

/// Calls a function that fills a structure, and expects it to succeed.
macro_rules! filled {
    ($name:ident, $function:ident $(, $argument:expr)*) => {{
        let mut info = zeroed!($name);
        assert_eq!($function($($argument,)* &mut info), WB_OK);
        info
    }};
}

/// Looks at all graphs of a model, and checks them.
pub fn inspect(model: *mut wb_model) {
    let info = filled!(wb_model_info, wb_model_describe, model);
    texts([info.producer, info.producer_version, info.domain, info.documentation]);
    for index in 0..wb_model_opset_count(model) {
        let (mut domain, mut version) = (empty(), 0);
        assert_eq!(wb_model_opset(model, index, &mut domain, &mut version), WB_OK);
        text(domain);
    }
    let count = wb_model_graph_count(model);
    assert!(wb_model_graph(model, count).is_null());
    for index in 0..count {
        let graph = wb_model_graph(model, index);
        assert_eq!(graph, wb_model_graph(model, index));
        let info = filled!(wb_graph_info, wb_graph_describe, graph);
        assert_eq!(info.index, index);
        assert!(info.parent == WB_NO_INDEX || info.parent < index);
        texts([info.name, info.documentation]);
        Walk { model, graph, info }.run();
    }
    functions(model);
    for index in 0..wb_model_sparse_count(model) {
        let info = filled!(wb_sparse_info, wb_model_sparse, model, index);
        sum(info.shape.cast(), info.rank as usize * size_of::<i64>());
    }
    check(model);
}

fn functions(model: *mut wb_model) {
    for index in 0..wb_model_function_count(model) {
        let info = filled!(wb_function_info, wb_model_function, model, index);
        texts([info.name, info.domain, info.overload]);
        let body = filled!(wb_graph_info, wb_graph_describe, wb_model_graph(model, info.graph));
        assert_eq!((body.role, body.function), (WB_GRAPH_FUNCTION, index));
        for attribute in 0..info.attributes as usize {
            let mut name = empty();
            assert_eq!(wb_model_function_attribute(model, index, attribute, &mut name), WB_OK);
            text(name);
        }
        for opset in 0..info.opsets as usize {
            let mut domain = empty();
            assert_eq!(wb_model_function_opset(model, index, opset, &mut domain, null_mut()), WB_OK);
            text(domain);
        }
    }
}

/// Every finding is text; the only promise about how many there are is that there is an end.
fn check(model: *mut wb_model) {
    let (mut findings, mut error) = (null_mut(), null_mut());
    assert!(succeeded(wb_model_check(model, null(), &mut findings, &mut error), error));
    for index in 0..wb_findings_count(findings) {
        let finding = filled!(wb_finding, wb_findings_get, findings, index);
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
        self.list(info.input_values, info.inputs, |values, cap, count| wb_graph_inputs(graph, values, cap, count));
        self.list(info.output_values, info.outputs, |values, cap, count| wb_graph_outputs(graph, values, cap, count));
        for entry in 0..wb_graph_metadata_count(graph) {
            let (mut key, mut value) = (empty(), empty());
            assert_eq!(wb_graph_metadata(graph, entry, &mut key, &mut value), WB_OK);
            texts([key, value]);
        }
        for index in 0..wb_graph_initializer_count(graph) {
            let mut value = 0;
            assert_eq!(wb_graph_initializer(graph, index, &mut value), WB_OK);
            assert!(self.is_value(value));
        }
        let mut version = 0;
        answered(wb_graph_opset(graph, c"".as_ptr(), 0, &mut version));
        self.nodes();
        self.values();
        self.types();
    }

    fn is_value(&self, value: u32) -> bool {
        value == WB_NO_VALUE || (value as usize) < wb_graph_value_count(self.graph)
    }

    /// A list that is lent is what the function that copies it copies.
    fn list(&self, lent: *const u32, len: u32, copy: impl Fn(*mut u32, usize, *mut usize) -> wb_status) {
        let mut count = usize::MAX;
        assert_eq!(copy(null_mut(), 0, &mut count), WB_OK);
        assert_eq!((count, lent.is_null()), (len as usize, len == 0));
        let mut values = vec![0; count];
        assert_eq!(copy(values.as_mut_ptr(), count, null_mut()), WB_OK);
        // SAFETY: the library says that so many values are readable; the sanitizer disagrees if it lies.
        assert!(count == 0 || unsafe { std::slice::from_raw_parts(lent, count) } == values);
        assert!(values.iter().all(|value| self.is_value(*value)));
    }

    fn nodes(&self) {
        let (graph, mut edges) = (self.graph, 0);
        let count = wb_graph_node_count(graph);
        let mut infos = vec![zeroed!(wb_node_info); count];
        assert_eq!(wb_graph_nodes(graph, 0, count, infos.as_mut_ptr(), size_of::<wb_node_info>()), WB_OK);
        for (index, info) in infos.iter().enumerate() {
            let same = filled!(wb_node_info, wb_graph_node, graph, index);
            assert_eq!(text(info.name), text(same.name));
            assert_eq!(text(info.op), text(same.op));
            texts([info.domain, info.overload]);
            self.list(info.input_values, info.inputs, |values, cap, count| {
                wb_graph_node_inputs(graph, index, values, cap, count)
            });
            self.list(info.output_values, info.outputs, |values, cap, count| {
                wb_graph_node_outputs(graph, index, values, cap, count)
            });
            edges += info.inputs as usize + info.outputs as usize;
            let mut function = 0;
            if answered(wb_graph_node_function(graph, index, &mut function)) {
                assert!(function < wb_model_function_count(self.model));
            }
            (0..info.attributes as usize).for_each(|position| self.attribute(index, position));
            let end = info.attributes as usize;
            assert!(!answered(wb_graph_attribute(graph, index, end, &mut zeroed!(wb_attribute_info))));
        }
        assert!(!answered(wb_graph_node(graph, count, &mut zeroed!(wb_node_info))));
        let (mut values, mut all) = (null(), 0);
        assert_eq!(wb_graph_edges(graph, &mut values, &mut all), WB_OK);
        assert_eq!(all, edges);
        sum(values.cast(), all * size_of::<u32>());
        let defaults = (0..).take_while(|position| {
            answered(wb_graph_attribute(graph, WB_NO_INDEX, *position, &mut zeroed!(wb_attribute_info)))
        });
        defaults.for_each(|position| self.attribute(WB_NO_INDEX, position));
    }

    fn attribute(&self, node: usize, position: usize) {
        let graph = self.graph;
        let info = filled!(wb_attribute_info, wb_graph_attribute, graph, node, position);
        let (name, mut first) = (text(info.name), usize::MAX);
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
    fn element(&self, node: usize, position: usize, index: usize) {
        let graph = self.graph;
        let (mut string, mut tensor, mut inner, mut sparse, mut ty) = (empty(), 0, 0, 0, 0);
        if answered(wb_graph_attribute_string(graph, node, position, index, &mut string)) {
            bytes(string);
        }
        if answered(wb_graph_attribute_tensor(graph, node, position, index, &mut tensor)) {
            assert!(tensor < weighbridge_capi::tensor::wb_model_tensor_count(self.model));
        }
        if answered(wb_graph_attribute_graph(graph, node, position, index, &mut inner)) {
            let info = filled!(wb_graph_info, wb_graph_describe, wb_model_graph(self.model, inner));
            assert_eq!((info.parent, info.node, info.attribute), (self.info.index, node, position));
        }
        if answered(wb_graph_attribute_sparse(graph, node, position, index, &mut sparse)) {
            assert!(sparse < wb_model_sparse_count(self.model));
        }
        if answered(wb_graph_attribute_type(graph, node, position, index, &mut ty)) {
            assert!((ty as usize) < wb_graph_type_count(graph));
        }
    }

    fn values(&self) {
        let graph = self.graph;
        let count = wb_graph_value_count(graph);
        let mut infos = vec![zeroed!(wb_value_info); count];
        assert_eq!(wb_graph_values(graph, 0, count, infos.as_mut_ptr(), size_of::<wb_value_info>()), WB_OK);
        for (index, info) in (0..).zip(&infos) {
            let same = filled!(wb_value_info, wb_graph_value, graph, index);
            assert_eq!((info.kind, info.tensor, info.type_index), (same.kind, same.tensor, same.type_index));
            sum(info.shape.cast(), info.rank as usize * size_of::<i64>());
            let (name, mut found) = (text(info.name), WB_NO_VALUE);
            let status = wb_graph_value_find(graph, name.as_ptr().cast::<c_char>(), name.len(), &mut found);
            assert_eq!((status, found), (WB_OK, index));
            let mut tensor = 0;
            if answered(wb_graph_value_tensor(graph, index, &mut tensor)) {
                assert_eq!(tensor, info.tensor);
            }
            let (mut around, mut outer) = (0, 0);
            if answered(wb_graph_value_outer(graph, index, &mut around, &mut outer)) {
                let info = filled!(wb_value_info, wb_graph_value, wb_model_graph(self.model, around), outer);
                assert!(info.kind & WB_VALUE_OUTER == 0 && text(info.name) == name);
            }
        }
        assert!(!answered(wb_graph_value(graph, count as u32, &mut zeroed!(wb_value_info))));
    }

    fn types(&self) {
        let graph = self.graph;
        for index in 0..wb_graph_type_count(graph) as u32 {
            let info = filled!(wb_type_info, wb_graph_type, graph, index);
            text(info.denotation);
            assert!(info.element == WB_NO_TYPE || info.element < index);
            for position in 0..info.rank as usize {
                let dim = filled!(wb_dim_info, wb_graph_type_dim, graph, index, position);
                texts([dim.symbol, dim.denotation]);
            }
            let end = info.rank as usize;
            assert!(!answered(wb_graph_type_dim(graph, index, end, &mut zeroed!(wb_dim_info))));
        }
    }
}

/// Whether a function had something to say; if not, it says why.
fn answered(status: wb_status) -> bool {
    assert_ne!(status, WB_ERR_INTERNAL);
    status == WB_OK
}

fn texts<const COUNT: usize>(texts: [wb_str; COUNT]) {
    texts.into_iter().for_each(|part| _ = text(part));
}

/// Reads bytes that need not be text.
fn bytes(string: wb_str) {
    sum(string.ptr.cast(), string.len);
}
