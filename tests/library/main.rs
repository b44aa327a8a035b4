//! What the library does, in one program: each more would be linked on its own. Tests that need a process of their own are
//! programs beside it.
#![allow(missing_docs, reason = "a test")]

mod bad;
#[path = "../common/cases.rs"]
mod cases;
mod changes;
mod check;
#[path = "../common/mod.rs"]
mod common;
mod diff;
mod fuse;
mod fuzz_corpus;
mod golden;
#[path = "../common/headers.rs"]
mod headers;
mod host_services;
mod hosts;
mod hub;
mod links;
mod log;
#[path = "../common/maker.rs"]
mod maker;
mod memo;
mod metrics;
mod onnx;
mod onnx_trust;
mod overview;
mod parts;
mod prefixes;
#[path = "../common/privileges.rs"]
mod privileges;
#[path = "../common/protobuf.rs"]
mod protobuf;
mod real;
mod refit;
mod repositories;
mod steps;
mod stores;
