//! `handover`: the hand-over page, as it is or as it was when it was accepted.

use super::args::{Handover, PageFormat};
use super::context::Context;
use super::show::is_attended;
use super::{Outcome, out};
use crate::export::{hand_over_markdown, unattended};
use crate::incident::hand_over_page;

/// The page alone at standard output, so that its hash can be checked; what pins it at standard
/// error. A document has that in it. Bad where the record is damaged.
pub(super) fn handover(context: &Context, args: &Handover) -> anyhow::Result<Outcome> {
    let read = context.read_to(&args.which, args.at)?;
    let page = hand_over_page(&read.state);
    let mut foot = Vec::new();
    if args.at.is_none() {
        foot.extend(unattended(&read.state, is_attended(context, &read)));
    }
    if let Some(head) = &read.folded.head {
        foot.push(format!("Head of the record: {} (record {})", head.spoken(), head.seq));
    }
    foot.push(format!("Directory: {}", read.listed.dir.display()));
    foot.push(format!("This page: sha256 {}", page.sha256()));
    match args.format {
        PageFormat::Text => {
            out::raw(page.text().as_bytes())?;
            foot.iter().for_each(out::note);
        }
        PageFormat::Md => out::raw(hand_over_markdown(&page, &foot).as_bytes())?,
    }
    match &read.folded.finding {
        None => Ok(Outcome::Good),
        Some(finding) => {
            out::note(format!("stanch: the page ends before the damage: {finding}"));
            Ok(Outcome::Bad)
        }
    }
}
