//! `attach`: one more face for an engine that runs already.

use std::io::{BufRead as _, IsTerminal as _, Read as _};
use std::sync::Arc;

use anyhow::Context as _;

use super::args::{Attach, Face};
use super::context::Context;
use super::debrief::Scorecard;
use super::{Outcome, face, out, reach, session};
use crate::command::{AttachError, Door, Remote};
use crate::drill::Desk;
use crate::engine::StartError;
use crate::journal::{JournalError, Listed};
use crate::text::Shown;
use crate::tui::Left;

/// Shows the incident until the person leaves it; the engine goes on.
pub(super) fn attach(context: &Context, args: &Attach) -> anyhow::Result<Outcome> {
    let listed = context.find_open(args.incident.as_deref())?;
    attach_to(context, &listed, !args.read_only, &args.face)?;
    Ok(Outcome::Good)
}

/// The same for an incident that was found already.
pub(super) fn attach_to(
    context: &Context,
    listed: &Listed,
    may_act: bool,
    args: &Face,
) -> anyhow::Result<Left> {
    attach_at(context, listed, context.door(listed, may_act), None, args)
}

/// The same for who runs a drill: with what is to come, and the controls.
pub(super) fn as_facilitator(
    context: &Context,
    listed: &Listed,
    desk: Arc<Desk>,
    args: &Face,
) -> anyhow::Result<Left> {
    let mut door = context.door(listed, true);
    door.by.role.get_or_insert_with(|| Shown::new("facilitator"));
    attach_at(context, listed, door, Some(desk), args)
}

fn attach_at(
    context: &Context,
    listed: &Listed,
    door: Door,
    desk: Option<Arc<Desk>>,
    args: &Face,
) -> anyhow::Result<Left> {
    let (opened, playbook) = context.playbook_of(listed)?;
    let by = door.by.clone();
    let attached = Remote::attach(door, Arc::new(playbook), context.clock.clone());
    let (remote, _) = attached.with_context(|| refused(context, listed, &opened.codename))?;
    let mut remote = remote;
    // Without its scenario a drill can be shown all the same.
    if let Ok(Some(scenario)) = session::kept_scenario(context, &listed.dir, &opened) {
        let scorecard = Scorecard::new(context, Arc::new(scenario), listed.dir.clone());
        remote = remote.with_debrief(Arc::new(scorecard));
    }
    if let Some(desk) = desk {
        remote = remote.with_desk(desk);
    }
    let remote = Arc::new(remote);
    let left = face::face_of(context, remote.clone(), by, args)?;
    let name = context.resume_by(&opened.codename, &listed.dir);
    if remote.is_attached() {
        out::note(format!("Left; the engine goes on. To come back: stanch attach {name}"));
    } else {
        out::note(format!("Left; no engine runs it now. To go on: stanch resume {name}"));
    }
    Ok(left)
}

/// Where another engine runs what was to be resumed, a person at a terminal is asked whether to
/// attach instead.
pub(super) fn instead(
    context: &Context,
    listed: &Listed,
    error: anyhow::Error,
    args: &Face,
) -> anyhow::Result<Outcome> {
    let held = error.downcast_ref::<StartError>();
    let Some(StartError::Journal(JournalError::Locked { holder, .. })) = held else {
        return Err(error);
    };
    let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !is_asked || context.door(listed, true).visit().is_err() {
        return Err(error);
    }
    out::note(format!("{} is run by {holder}. Attach to it? [Y/n]", reach::name_of(listed)));
    let mut line = String::new();
    let read = std::io::stdin().lock().take(100).read_line(&mut line)?;
    if read == 0 || !matches!(line.trim(), "" | "y" | "Y" | "yes") {
        return Err(error);
    }
    attach_to(context, listed, true, args).map(|_| Outcome::Good)
}

/// No engine listens for it.
pub(super) fn is_nobody(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(AttachError::Nobody | AttachError::Socket(_)))
}

/// Who runs it, and what can be done instead.
fn refused(context: &Context, listed: &Listed, codename: &str) -> String {
    match context.store.holder(listed) {
        Some(holder) => format!(
            "{codename} is run by {holder}, and cannot be attached to; `stanch show` and `stanch log \
             -f` read it"
        ),
        None => format!(
            "no engine runs {codename}; `stanch resume {codename}` or `stanch serve {codename}` \
             starts one"
        ),
    }
}
