//! `list`: incidents and drills, newest last.

use super::args::List;
use super::context::Context;
use super::{Outcome, out};
use crate::incident::Record;
use crate::journal::Listed;
use crate::text::Shown;

use super::context::known;

/// One line for each.
pub(super) fn list(context: &Context, args: &List) -> anyhow::Result<Outcome> {
    let mut all = context.store.list()?;
    all.sort_by_key(|listed| listed.opened_at);
    if all.is_empty() && !args.json {
        out::line("There is no incident yet; `stanch drill` opens one to practise on.")?;
    }
    for listed in all {
        out::line(if args.json { as_json(context, &listed) } else { in_words(context, &listed) })?;
    }
    Ok(Outcome::Good)
}

/// By its last record: nothing but a withholding follows a closing, and that is told by `show`.
fn is_closed(listed: &Listed) -> bool {
    let last = listed.last.as_ref().and_then(known);
    matches!(last, Some(Record::Closed { .. }))
}

fn standing(context: &Context, listed: &Listed) -> &'static str {
    match (is_closed(listed), context.store.is_moved(listed)) {
        (true, _) => "closed",
        (false, true) => "moved",
        (false, false) if context.is_over(listed) => "over",
        (false, false) => "open",
    }
}

fn in_words(context: &Context, listed: &Listed) -> String {
    let Some(opened) = &listed.opened else {
        return format!(
            "{}  its first record cannot be read; see `stanch verify`",
            listed.directory()
        );
    };
    let at = listed.opened_at.map(|at| at.format("%Y-%m-%d %H:%MZ").to_string());
    let records = listed.last.as_ref().map_or(0, |last| last.seq + 1);
    let lost = listed.lost.as_ref().map(|why| format!("  ({why})")).unwrap_or_default();
    // What a drill is about says more than its playbook.
    let of_drill = opened.exercise.as_ref().map(|exercise| &exercise.title);
    let title = of_drill.map_or_else(|| Shown::new(&opened.title), Shown::clone);
    format!(
        "{:<18} {:<5} {:<7} {}  {records:>5} records  {}{lost}",
        opened.codename,
        opened.mode.word(),
        standing(context, listed),
        at.unwrap_or_default(),
        title
    )
}

fn as_json(context: &Context, listed: &Listed) -> String {
    let opened = listed.opened.as_ref();
    serde_json::json!({
        "codename": opened.map(|opened| &opened.codename),
        "incident": opened.map(|opened| &opened.incident),
        "mode": opened.map(|opened| opened.mode),
        "title": opened.map(|opened| &opened.title),
        "opened_at": listed.opened_at,
        "closed": is_closed(listed),
        "moved": context.store.is_moved(listed),
        "records": listed.last.as_ref().map_or(0, |last| last.seq + 1),
        "head": listed.last.as_ref().map(|last| last.hash.to_string()),
        "directory": listed.dir,
        "lost": listed.lost,
    })
    .to_string()
}
