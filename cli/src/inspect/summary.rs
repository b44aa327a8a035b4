//! What `weighbridge inspect` tells first: what kind of model it is, how large, and what lies beside the weights.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use weighbridge::error::Printable;
use weighbridge::overview::{Labels, Method, Overview, Total};

use crate::output::thousands;

/// The JSON form. What nothing tells is null.
#[derive(Serialize)]
pub struct SummaryDescription<'a> {
    parameters: u64,
    bytes: u64,
    dtypes: BTreeMap<&'a str, TotalDescription>,
    architecture: Option<&'a str>,
    base_model: Option<&'a str>,
    quantization: Option<MethodDescription<'a>>,
    context_length: Option<u64>,
    tied: Option<bool>,
    labels: Option<LabelsDescription<'a>>,
    tokenizer: Option<&'a str>,
    licence: Option<&'a str>,
}

#[derive(Serialize)]
struct TotalDescription {
    tensors: usize,
    parameters: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct MethodDescription<'a> {
    method: &'a str,
    bits: Option<u64>,
    group_size: Option<u64>,
    source: &'a str,
}

#[derive(Serialize)]
struct LabelsDescription<'a> {
    count: Option<usize>,
    first: &'a [String],
    source: &'a str,
}

impl<'a> From<&'a Overview> for SummaryDescription<'a> {
    fn from(overview: &'a Overview) -> Self {
        let total = |(name, total): (&&'a str, &Total)| {
            let Total { tensors, parameters, bytes, .. } = *total;
            (*name, TotalDescription { tensors, parameters, bytes })
        };
        Self {
            parameters: overview.parameters,
            bytes: overview.bytes,
            dtypes: overview.dtypes.iter().map(total).collect(),
            architecture: overview.architecture.as_deref(),
            base_model: overview.base_model.as_deref(),
            quantization: overview.quantization.as_ref().map(MethodDescription::from),
            context_length: overview.context_length,
            tied: overview.tied,
            labels: overview.labels.as_ref().map(LabelsDescription::from),
            tokenizer: overview.tokenizer.as_deref(),
            licence: overview.licence.as_deref(),
        }
    }
}

impl<'a> From<&'a Method> for MethodDescription<'a> {
    fn from(method: &'a Method) -> Self {
        let Method { method, bits, group_size, source, .. } = method;
        Self { method, bits: *bits, group_size: *group_size, source }
    }
}

impl<'a> From<&'a Labels> for LabelsDescription<'a> {
    fn from(labels: &'a Labels) -> Self {
        let Labels { count, first, source, .. } = labels;
        Self { count: *count, first, source }
    }
}

/// A line for each fact. Of what should travel with weights, lines also say that it is missing, if it was looked for.
pub fn print(out: &mut impl Write, overview: &Overview, is_whole: bool) -> io::Result<()> {
    let mut line = |name: &str, text: Option<String>| match text {
        Some(text) => writeln!(out, "{name}: {}", Printable(&text)),
        None => Ok(()),
    };
    let or_none = |text: Option<String>| text.or_else(|| is_whole.then(|| "none found".to_owned()));
    line("architecture", overview.architecture.clone())?;
    line("base model", overview.base_model.clone())?;
    line("parameters", Some(thousands(overview.parameters)))?;
    line("types", types(overview))?;
    line("quantization", overview.quantization.as_ref().map(quantization))?;
    line("context length", overview.context_length.map(|tokens| format!("{} tokens", thousands(tokens))))?;
    line("tied weights", overview.tied.map(|is_tied| if is_tied { "yes" } else { "no" }.to_owned()))?;
    line("labels", or_none(overview.labels.as_ref().map(labels)))?;
    line("tokenizer", or_none(overview.tokenizer.clone()))?;
    line("licence", or_none(overview.licence.clone()))
}

/// `BF16 13,476,839,424 bytes (99.9 %), …`, those with most bytes first; `None` if there are no tensors.
fn types(overview: &Overview) -> Option<String> {
    let mut totals: Vec<_> = overview.dtypes.iter().collect();
    totals.sort_by_key(|(_, total)| std::cmp::Reverse(total.bytes));
    let text = |(name, total): &(&&str, &Total)| {
        let bytes = thousands(total.bytes);
        format!("{name} {bytes} bytes ({})", share(total.bytes, overview.bytes))
    };
    let texts: Vec<_> = totals.iter().map(text).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// In tenths of a percent, rounded down, so that only all of it is 100 %.
fn share(part: u64, whole: u64) -> String {
    let tenths = u128::from(part) * 1000 / u128::from(whole.max(1));
    match (part, tenths) {
        (1.., 0) => "< 0.1 %".to_owned(),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// `gptq, 4 bits, groups of 128 (config.json: quantization_config)`
fn quantization(Method { method, bits, group_size, source, .. }: &Method) -> String {
    let bits = bits.map_or_else(String::new, |bits| format!(", {bits} bits"));
    let groups = group_size.map_or_else(String::new, |size| format!(", groups of {}", thousands(size)));
    format!("{method}{bits}{groups} ({source})")
}

/// `1,000: tench, goldfish, great white shark, … (config.json: id2label)`
fn labels(Labels { count, first, source, .. }: &Labels) -> String {
    let more = count.is_none_or(|count| count > first.len()).then_some("…");
    let shown: Vec<_> = first.iter().map(String::as_str).chain(more).collect();
    let number = count.map(|count| thousands(count as u64));
    let separator = if number.is_some() && !shown.is_empty() { ": " } else { "" };
    format!("{}{separator}{} ({source})", number.unwrap_or_default(), shown.join(", "))
}
