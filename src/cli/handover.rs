//! `handover`: the hand-over page, as it is or as it was when it was accepted.

use super::args::{Handover, PageFormat};
use super::context::{Context, Read};
use super::show::is_attended;
use super::{Outcome, out};
use crate::export::{hand_over_markdown, unattended};
use crate::incident::hand_over_page;
use crate::journal::Head;

/// The page, and below it what pins it. Bad where the record is damaged.
pub(super) fn handover(context: &Context, args: &Handover) -> anyhow::Result<Outcome> {
    let mut read = context.read_to(&args.which, args.at)?;
    let page = hand_over_page(&read.state);
    let (head, sha256) = (head(&mut read), page.sha256());
    match args.format {
        PageFormat::Text => out::raw(page.text().as_bytes())?,
        PageFormat::Md => out::raw(hand_over_markdown(&page).as_bytes())?,
    }
    // Below the page, since it is no part of what the hash is of.
    out::line("")?;
    for line in unattended(&read.state, is_attended(context, &read)) {
        out::line(line)?;
    }
    out::line(format!("Head of the record: {} (record {})", head.spoken(), head.seq))?;
    out::line(format!("Directory: {}", read.listed.dir.display()))?;
    out::line(format!("This page: sha256 {sha256}"))?;
    match &read.folded.finding {
        None => Ok(Outcome::Good),
        Some(finding) => {
            out::note(format!("stanch: the page ends before the damage: {finding}"));
            Ok(Outcome::Bad)
        }
    }
}

fn head(read: &mut Read) -> Head {
    let nothing = Head { seq: 0, hash: String::new() };
    read.folded.head.take().unwrap_or(nothing)
}
