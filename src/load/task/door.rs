//! How threads come to a pass, and how its owner gets it back.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::pass::Pass;
use crate::load::lock::lock;

/// The way of threads to a pass. Jobs that a host runs when the task is over, or runs twice, find it closed.
pub(super) struct Door {
    state: Mutex<State>,
    left: Condvar,
}

struct State {
    /// `None`: the door is closed.
    pass: Option<Arc<Pass>>,
    /// Threads that have come through it and not left.
    inside: usize,
}

impl Door {
    pub(super) fn new(pass: &Arc<Pass>) -> Self {
        Self { state: Mutex::new(State { pass: Some(Arc::clone(pass)), inside: 0 }), left: Condvar::new() }
    }

    /// Lets this thread work, if the door is open.
    pub(super) fn enter(&self, work: impl FnOnce(&Pass)) {
        let Some(pass) = self.come_in() else { return };
        let leaves = Leaves(self);
        work(&pass);
        // Before it leaves: the owner drops the last reference.
        drop(pass);
        drop(leaves);
    }

    fn come_in(&self) -> Option<Arc<Pass>> {
        let mut state = lock(&self.state);
        let pass = state.pass.clone()?;
        state.inside += 1;
        Some(pass)
    }

    /// Closes the door, and waits until nobody is inside.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.pass = None;
        while state.inside > 0 {
            state = self.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// One that is inside, until this is dropped.
struct Leaves<'a>(&'a Door);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).inside -= 1;
        self.0.left.notify_all();
    }
}
