//! `plan`: what would be sent, without sending.

use super::args::Plan;
use super::{Outcome, document, out};
use crate::playbook::plan as plan_of;

/// In file order; what only a step before can know stays as its expression.
pub(super) fn plan(args: &Plan) -> anyhow::Result<Outcome> {
    let text = document::playbook_text(&args.playbook)?;
    let playbook = document::parse_playbook(&text.file, &text.text)?;
    let inputs = super::session::inputs(&playbook, &args.input)?;
    out::line(format!("{} ({}). Nothing is sent.", playbook.title, playbook.id))?;
    for planned in plan_of(&playbook, &inputs) {
        out::line("")?;
        out::line(planned.to_string())?;
    }
    Ok(Outcome::Good)
}
