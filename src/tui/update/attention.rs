//! When a person who looks elsewhere must be called: a guard broke, something is in doubt, a
//! duty, an update or a reminder is overdue, or what was under way has come to an end.

use super::Request;
use crate::incident::CheckVerdict;
use crate::tui::model::{Model, Seen, Watched};

/// Compares with what was there before.
pub(super) fn settle(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let now = watched(seen);
    let Some(before) = model.watched.replace(now) else { return Vec::new() };
    if model.focused {
        return Vec::new();
    }
    let overdue;
    let words = if now.broken > before.broken {
        "a guard is broken"
    } else if now.doubts > before.doubts {
        "a call is in doubt"
    } else if now.overdue > before.overdue {
        overdue = crate::command::most_overdue(&seen.snapshot);
        overdue.as_ref().map_or("something is overdue", |name| name.as_str())
    } else if before.busy && !now.busy {
        "it waits for you"
    } else {
        return Vec::new();
    };
    let state = seen.snapshot.state();
    vec![Request::Attention(format!("{} {}: {words}", state.mode().word(), state.codename()))]
}

fn watched(seen: &Seen) -> Watched {
    let state = seen.snapshot.state();
    let broken = state.live_guards().filter(|guard| guard.verdict == CheckVerdict::Failed);
    Watched {
        broken: broken.count(),
        doubts: state.doubts().count(),
        overdue: crate::command::overdue(&seen.snapshot),
        busy: seen.snapshot.view.busy > 0,
    }
}
