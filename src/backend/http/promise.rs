//! A callback that cannot be lost.

use crate::backend::{Asked, Called};
use crate::incident::{CallOutcome, CallResult, CheckResult, Finding, Verdict};
use crate::text::Shown;

/// Calls back exactly once: with the result, or, when it is dropped without one (the thread ends,
/// or a bug panics), with what can be said then.
pub(super) struct Promise<T: Send + 'static> {
    done: Option<Box<dyn FnOnce(T) + Send>>,
    broken: Option<T>,
}

impl Promise<CallResult> {
    /// A callback that cannot be lost.
    pub(super) fn call(done: Called, reads: bool) -> Called {
        let outcome = if reads {
            CallOutcome::Known { verdict: Verdict::Failed }
        } else {
            CallOutcome::InDoubt
        };
        let broken = CallResult {
            outcome,
            why: Shown::new(ENDED),
            answer: None,
            saved: std::collections::BTreeMap::new(),
            discovered: Vec::new(),
            retry_after_ms: None,
            body: None,
        };
        Promise { done: Some(done), broken: Some(broken) }.boxed()
    }
}

impl Promise<CheckResult> {
    /// The same for a question.
    pub(super) fn question(done: Asked) -> Asked {
        let broken = CheckResult {
            finding: Finding::Unknown,
            asked: 1,
            why: Shown::new(ENDED),
            answer: None,
        };
        Promise { done: Some(done), broken: Some(broken) }.boxed()
    }
}

const ENDED: &str = "the network was shut down before the answer came";

impl<T: Send + 'static> Promise<T> {
    fn boxed(mut self) -> Box<dyn FnOnce(T) + Send> {
        Box::new(move |result| {
            self.broken = None;
            if let Some(done) = self.done.take() {
                done(result);
            }
        })
    }
}

impl<T: Send + 'static> Drop for Promise<T> {
    fn drop(&mut self) {
        if let (Some(done), Some(broken)) = (self.done.take(), self.broken.take()) {
            done(broken);
        }
    }
}
