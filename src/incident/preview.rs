//! The request that a step would send now, before anybody asked for it.

use super::record::Purpose;
use super::refusal::Refusal;
use super::render;
use super::request::Request;
use super::state::State;
use crate::playbook::{Check, Step};
use crate::text::Shown;

/// What would be shown for confirmation if the step were opened now.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    pub request: Request,
    /// What a person must recognise, or type.
    pub target: Option<Shown>,
}

/// Renders a check of a step, likewise.
///
/// # Errors
///
/// As of [`preview`].
pub fn preview_check(state: &State, step: &Step, check: &Check) -> Result<Request, Refusal> {
    render::check_request(state, step, check)
}

/// Renders the call of a step, or its undo, from the state alone; `None` where the step has none.
///
/// # Errors
///
/// Why it cannot be rendered yet: something that it needs is not known.
pub fn preview(state: &State, step: &str, purpose: Purpose) -> Option<Result<Preview, Refusal>> {
    let step = state.playbook.step(step)?;
    let call = render::call_of(step, purpose)?;
    let request = render::call_request(state, step, call, &state.key(&step.id), purpose);
    Some(request.and_then(|request| {
        let target = render::target(state, step)?;
        Ok(Preview { request, target })
    }))
}
