//! The request that a step would send now, before anybody asked for it.

use super::record::Purpose;
use super::refusal::Refusal;
use super::render;
use super::request::Request;
use super::state::{Row, State};
use crate::playbook::Check;
use crate::text::Shown;

/// What would be shown for confirmation if the step were opened now.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub request: Request,
    /// What a person must recognise, or type.
    pub target: Option<Shown>,
}

/// Renders a check of a row's step, likewise.
///
/// # Errors
///
/// As of [`preview`].
pub fn preview_check(state: &State, row: &Row<'_>, check: &Check) -> Result<Request, Refusal> {
    render::check_request(state, row.step, check, &state.key(&row.name))
}

/// Renders the call of an instance, or its undo, from the state alone; `None` where its step has
/// none.
///
/// # Errors
///
/// Why it cannot be rendered yet: something that it needs is not known.
pub fn preview(state: &State, step: &str, purpose: Purpose) -> Option<Result<Preview, Refusal>> {
    let key = state.key(step);
    let step = state.step(step)?;
    let call = render::call_of(step, purpose)?;
    let request = render::call_request(state, step, call, &key, purpose);
    Some(request.and_then(|request| {
        let target = render::target(state, step, call, &key)?;
        Ok(Preview { request, target })
    }))
}
