//! Which versions of which operator sets hold in each graph.

use hashbrown::{HashMap, HashSet, TryReserveError};

use crate::error::{Error, Result};
use crate::graph::{Graphs, Opset, Role};
use crate::memory;

/// What memory is asked for.
const SCOPES: &str = "the imported operator sets";

/// The operator sets of all graphs.
pub(super) struct Scopes<'a> {
    /// Those of the model, then those of each function.
    imports: Vec<HashMap<&'a str, i64>>,
    /// For each graph, which of them hold.
    of_graph: Vec<usize>,
    /// For each function, the attributes that a call may give.
    declared: Vec<HashSet<&'a str>>,
    /// The version of the representation; 0 if the model does not say.
    pub ir: i64,
}

/// The first version of the representation with operator sets.
pub(super) const IR_OF_OPSETS: i64 = 3;

/// The first version of the representation with functions. Before it they are ignored.
pub(super) const IR_OF_FUNCTIONS: i64 = 8;

impl<'a> Scopes<'a> {
    pub(super) fn of(graphs: &'a Graphs) -> Result<Self> {
        let ir = graphs.ir_version().unwrap_or_default();
        let mut of_model = imports(graphs.opsets())?;
        if ir < IR_OF_OPSETS {
            of_model.entry("").or_insert(1);
        }
        let of_functions = (0..graphs.functions().len()).map(|function| imports(graphs.function_opsets(function)));
        let declared = graphs.functions().iter().map(|function| {
            let names = function.attributes.iter().chain(&function.defaults);
            let mut declared = HashSet::new();
            let most = function.attributes.len() + function.defaults.len();
            declared.try_reserve(most).map_err(no_memory)?;
            declared.extend(names.map(String::as_str));
            memory::check()?;
            Ok(declared)
        });
        let imports = memory::try_collect(std::iter::once(Ok(of_model)).chain(of_functions), SCOPES)?;
        Ok(Self { imports, of_graph: scopes_of(graphs)?, declared: memory::try_collect(declared, SCOPES)?, ir })
    }

    /// The version of a domain's operator set that holds in a graph.
    pub(super) fn version(&self, graph: usize, domain: &str) -> Option<i64> {
        self.imports.get(self.scope(graph))?.get(domain).copied()
    }

    /// The function whose body a graph is or lies in.
    pub(super) fn function(&self, graph: usize) -> Option<usize> {
        self.scope(graph).checked_sub(1)
    }

    /// Whether calls of a function may give an attribute of this name.
    pub(super) fn declares(&self, function: usize, attribute: &str) -> bool {
        self.declared.get(function).is_some_and(|names| names.contains(attribute))
    }

    /// Whether the graph is part of the model: bodies of functions are not before there were functions.
    pub(super) fn is_used(&self, graph: usize) -> bool {
        self.ir >= IR_OF_FUNCTIONS || self.function(graph).is_none()
    }

    fn scope(&self, graph: usize) -> usize {
        self.of_graph.get(graph).copied().unwrap_or_default()
    }
}

/// The imported version of each domain. If a domain is imported twice, the first import counts.
fn imports(opsets: &[Opset]) -> Result<HashMap<&str, i64>> {
    let mut imports = HashMap::new();
    memory::check()?;
    // And one more for the default.
    imports.try_reserve(opsets.len() + 1).map_err(no_memory)?;
    for opset in opsets {
        imports.entry(opset.domain.as_str()).or_insert(opset.version);
    }
    Ok(imports)
}

fn no_memory(_: TryReserveError) -> Error {
    Error::out_of_memory(SCOPES, 1)
}

/// For each graph, whether it belongs to the model (0) or to which function (from 1 on).
fn scopes_of(graphs: &Graphs) -> Result<Vec<usize>> {
    let mut scopes = memory::list(graphs.len(), SCOPES)?;
    for graph in graphs.iter() {
        scopes.push(match graph.role {
            Role::Entry => 0,
            Role::Function(function) => function + 1,
            // A graph comes later in the list than the one around it.
            Role::Subgraph { graph, .. } => scopes.get(graph).copied().unwrap_or_default(),
        });
    }
    Ok(scopes)
}
