//! What the command does, in one program: each more would be linked on its own.
#![allow(missing_docs, reason = "a test")]

mod cli;
mod common;
mod devices;
mod diff;
mod digest;
mod directories;
mod failures;
mod graph_json;
mod graphs;
mod inspect;
mod manual;
mod memory;
mod opening;
mod printing;
mod protected;
#[path = "../../../tests/common/protobuf.rs"]
mod protobuf;
mod sharing;
/// Tools that tests need, as the tests of the library look for them.
#[path = "../../../tests/common/mod.rs"]
mod tools;
mod verifying;
mod views;
