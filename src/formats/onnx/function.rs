//! Functions: operators with a body.

use std::ops::Range;

use super::found::{Found, GRAPHS, entry, opset, plain_domain};
use super::graph::{GraphReader, Inner, read_all};
use super::label::cut;
use crate::error::Result;
use crate::finding::rules::FUNCTION_DOMAIN;
use crate::formats::protobuf::fields;
use crate::graph::{Function, Graph, Opset, Role};
use crate::memory;

/// What a body is the body of, and what is left of it.
pub(super) struct Body {
    function: Function,
    pub(super) nodes: std::vec::IntoIter<Range<usize>>,
}

impl Body {
    /// The function, when its body has been read.
    pub(super) fn finish(self, graph: &Graph) -> Result<Function> {
        let defaults = graph.defaults().map(|attribute| memory::text(attribute.name, GRAPHS));
        Ok(Function { defaults: memory::try_collect(defaults, GRAPHS)?, ..self.function })
    }
}

/// Reads a function, and the graphs inside its body.
pub(super) fn read(found: &mut Found<'_, '_>, range: Range<usize>) -> Result<()> {
    let role = Role::Function(found.graphs.functions.len());
    let index = found.reserve(role)?;
    let body = Inner { range: 0..0, index, role, path: String::new(), scope: String::new() };
    let mut reader = GraphReader::new(found, body);
    let head = reader.function_head(range)?;
    memory::push(&mut found.facts.function_opsets, head.opsets, GRAPHS)?;
    if !head.has_domain && found.facts.ir_version.unwrap_or_default() >= 8 {
        let message = "the function does not say its domain".to_owned();
        found.notes.add(FUNCTION_DOMAIN, &*reader.path, message);
    }
    reader.open_defaults(head.name, head.defaults);
    read_all(found, reader)
}

/// What is said of a function, apart from what its body takes.
#[derive(Default)]
struct Head {
    name: Range<usize>,
    has_domain: bool,
    opsets: Vec<Opset>,
    /// The attributes that have a value when a call gives none.
    defaults: Vec<Range<usize>>,
}

impl GraphReader<'_> {
    /// Reads all of a function but its attributes and nodes.
    fn function_head(&mut self, range: Range<usize>) -> Result<Head> {
        let skeleton = self.skeleton;
        let (mut head, mut nodes) = (Head::default(), Vec::new());
        let mut function = Function {
            name: String::new(),
            domain: String::new(),
            overload: String::new(),
            graph: self.index,
            attributes: Vec::new(),
            defaults: Vec::new(),
        };
        for (number, value) in fields(&skeleton.text, range) {
            let range = value.range();
            match number {
                1 => head.name = range,
                4 => {
                    let input = self.value(range)?;
                    self.builder.input(input)?;
                }
                5 => {
                    let output = self.value(range)?;
                    self.builder.output(output)?;
                }
                6 => memory::push(&mut function.attributes, skeleton.string(range)?, GRAPHS)?,
                7 => memory::push(&mut nodes, range, GRAPHS)?,
                8 => self.builder.graph_mut().documentation = skeleton.string(range)?,
                9 => memory::push(&mut head.opsets, opset(skeleton, range)?, GRAPHS)?,
                10 => {
                    head.has_domain = true;
                    function.domain = memory::text(plain_domain(skeleton.str(range)?), GRAPHS)?;
                }
                11 => memory::push(&mut head.defaults, range, GRAPHS)?,
                12 => memory::push(&mut self.infos, range, GRAPHS)?,
                13 => function.overload = skeleton.string(range)?,
                14 => {
                    let pair = entry(skeleton, range)?;
                    memory::push(&mut self.builder.graph_mut().metadata, pair, GRAPHS)?;
                }
                _ => {}
            }
        }
        function.name = skeleton.string(head.name.clone())?;
        self.path = format!("{}::{}", cut(&function.domain), cut(&function.name));
        self.scope = format!("{}/", self.path);
        self.builder.graph_mut().name = memory::text(&function.name, GRAPHS)?;
        self.body = Some(Body { function, nodes: nodes.into_iter() });
        Ok(head)
    }
}
