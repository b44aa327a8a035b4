//! What a look at a model has found: facts for a person, or for a gate, to decide on.
//!
//! Readers and checks name what they find by the rules of one registry, so that a program can tell a finding by its
//! rule whoever made it.

#![forbid(unsafe_code)]

mod notes;
#[allow(dead_code, reason = "a rule stays registered while no reader or check of the build reports it")]
pub(crate) mod rules;

use std::fmt;

pub(crate) use notes::Notes;
pub(crate) use rules::Rule;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The model breaks a rule of its format: a runtime may refuse it, or run it wrong.
    Error,
    /// The model is valid, and something about it goes wrong in production sooner or later.
    Warning,
    /// Something that a person who deploys the model wants to know.
    Info,
}

impl Severity {
    /// The spelling in JSON: `"error"`, `"warning"`, `"info"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The rule, such as `"onnx.node.arity"`. Stable: programs may decide by it.
    pub rule: &'static str,
    /// Where it is: graphs and nodes from the outside in, such as `"main/loop_3.body/MatMul_7"`, or the name of a file; empty
    /// if it concerns the whole model.
    pub path: String,
    /// What was found and what was expected.
    pub message: String,
    /// What to do about it, where that is known.
    pub remedy: Option<String>,
}

impl Finding {
    /// A finding with no remedy.
    pub fn new(severity: Severity, rule: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity, rule, path: path.into(), message: message.into(), remedy: None }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.severity.name())?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{} [{}]", self.message, self.rule)?;
        self.remedy.as_ref().map_or(Ok(()), |remedy| write!(f, "; {remedy}"))
    }
}
