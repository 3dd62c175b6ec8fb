//! How a call leaves this machine: HTTP, with auth, secrets, masking, an egress guard, and the
//! verdict on the answer.
//!
//! The engine sees [`Network`] alone. What comes back through it is judged on the raw answer, then
//! masked and made harmless: nothing after this room ever holds a secret's value or a raw byte of
//! remote text, except saved values, which are masked but not sanitised (they go into later
//! requests as they are, and whoever shows one makes a [`Shown`](crate::text::Shown) of it).

mod address;
mod auth;
mod client;
mod dialling;
mod egress;
mod exchange;
mod fault;
mod http;
mod keep;
mod reach;
mod redact;
mod retry_after;
mod secret;
mod tunnel;
mod verdict;
mod view;

use crate::incident::{CallResult, CheckResult, Judge, Question, Request};

pub use dialling::{Dial, Dialling};
pub use egress::{Proxy, Vantage};
pub use http::{Http, HttpOptions, OpenError};
pub use reach::Reached;
pub use redact::Redactor;
pub use secret::{SecretError, SecretSource, Secrets};

/// What is called exactly once with how a call ended, on a thread of the network: it must be
/// quick.
pub type Called = Box<dyn FnOnce(CallResult) + Send>;
/// The same for one asking of a question.
pub type Asked = Box<dyn FnOnce(CheckResult) + Send>;

/// The way to the outside world. Returns at once; the answer comes through `done`, whatever
/// happens.
pub trait Network: Send + Sync {
    /// Sends the request once and judges the answer. It is sent a second time only after a 401,
    /// which says that nothing was done, and only when the secret's source by then yields another
    /// value; `why` says so.
    fn send(&self, request: &Request, judge: &Judge, done: Called);

    /// From now on requests to this member of the scope may go to `url`, and nowhere else, and carry a
    /// secret only with `secrets`, also such as were shown or sent before. Called when a person admitted its host, which stands in the record by then, and before anything is
    /// sent there; and again when the incident is resumed.
    fn admit(&self, backend: &str, url: &str, secrets: bool);

    /// Puts the question once: `asked` is 1. Pace and repetition are the caller's.
    fn ask(&self, request: &Request, question: &Question, done: Asked);
}
