//! When a person who looks elsewhere must be called: a guard broke, something is in doubt, a
//! duty, an update or a reminder is overdue, or what was under way has come to an end. In a drill
//! also whoever looks is called when an inject comes: it may come anywhere but where they look.

use super::Request;
use crate::command::{Command, Place};
use crate::incident::CheckVerdict;
use crate::text::Shown;
use crate::tui::model::{Layer, Model, Seen, View, Watched};

/// Compares with what was there before.
pub(super) fn settle(model: &mut Model, seen: &Seen) -> Vec<Request> {
    let now = watched(seen);
    let Some(before) = model.watched.replace(now) else { return Vec::new() };
    if let Some(words) = came(model, before, now, seen) {
        return vec![call(seen, &words)];
    }
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
    vec![call(seen, words)]
}

fn call(seen: &Seen, words: &str) -> Request {
    let state = seen.snapshot.state();
    let banner = state.exercise.as_ref().map(|one| format!("{}, ", one.briefing.banner.one_line()));
    let banner = banner.unwrap_or_default();
    Request::Attention(format!("{banner}{} {}: {words}", state.mode().word(), state.codename()))
}

/// What came since, told; the words for the bell.
fn came(model: &mut Model, before: Watched, now: Watched, seen: &Seen) -> Option<String> {
    let exercise = seen.snapshot.state().exercise.as_deref()?;
    let mut words = None;
    if now.over && !before.over {
        model.say("The exercise is over. This is how it went; questions stand below it.");
        if !matches!(model.layer, Layer::Form(_)) {
            (model.layer, model.view) = (Layer::None, View::HotWash);
        }
        words = Some("the exercise is over".to_owned());
    }
    if now.wishes && !before.wishes && seen.snapshot.desk.is_some() {
        model.refuse("The players ask for something: the header says what.");
        words = Some("the players ask for something".to_owned());
    }
    if let Some(hint) = exercise.hints.last().filter(|_| now.hints > before.hints) {
        model.refuse(format!("Hint: {}", hint.text.one_line()));
        words = Some("a hint".to_owned());
    }
    if let Some(newest) = exercise.injects.last().filter(|_| now.injects > before.injects) {
        let inject = &newest.inject;
        let more = now.injects - before.injects - 1;
        let more = if more > 0 { format!(", and {more} before it") } else { String::new() };
        let (id, channel) = (Shown::new(&inject.inject), Shown::new(&inject.channel));
        let told = format!("inject {id}, {channel} from {}{more}", inject.from.one_line());
        let keys = model.keymap.keys_of(&[Place::Main], Command::ShowInjects);
        let key = keys.first().map(|key| format!(" ({key} shows it)")).unwrap_or_default();
        model.say(format!("New {told}: {}{key}", inject.subject.one_line()));
        words = Some(told);
    }
    words
}

fn watched(seen: &Seen) -> Watched {
    let state = seen.snapshot.state();
    let broken = state.live_guards().filter(|guard| guard.verdict == CheckVerdict::Failed);
    let exercise = state.exercise.as_deref();
    Watched {
        injects: exercise.map_or(0, |exercise| exercise.injects.len()),
        hints: exercise.map_or(0, |exercise| exercise.hints.len()),
        wishes: exercise.is_some_and(|exercise| exercise.wish.is_some()),
        over: state.is_drill_over(),
        broken: broken.count(),
        doubts: state.doubts().count(),
        overdue: crate::command::overdue(&seen.snapshot),
        busy: seen.snapshot.view.busy > 0,
    }
}
