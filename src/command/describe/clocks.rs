//! Everything that runs by the clock, the worst first: duties, promised updates, what was put off,
//! reminders; since when people know, and how bad it is.

use chrono::{DateTime, TimeDelta, Utc};

use crate::incident::words::{brief, elapsed_words, occurred_words};
use crate::incident::{DutyState, Promise, Severity, State, Timer};
use crate::playbook::{Cadence, Deadline, Duty, Moment};
use crate::text::Shown;

use super::prose::unmarked;

use super::super::console::Snapshot;
use super::{Told, Tone, utc};

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// What finds it among all that can be done.
    pub words: String,
    /// The first line names it.
    pub lines: Vec<Told>,
    pub standing: Stand,
    /// What is short enough for the header.
    pub name: Shown,
}

/// How one stands; the order is that in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stand {
    /// Its time came.
    Overdue(DateTime<Utc>),
    /// Nobody decided on it yet.
    Undecided,
    /// Its time comes.
    Ahead(DateTime<Utc>),
    /// As soon as possible, since then.
    Since(DateTime<Utc>),
    /// It has no time yet, or none any more.
    Still,
}

/// What they are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Duty,
    Update,
    Step,
    Reminder,
    Incident,
}

/// All of them, in order, the longest overdue first.
pub fn clocks(snapshot: &Snapshot) -> Vec<Clock> {
    all(snapshot).into_iter().map(|(_, clock)| clock).collect()
}

/// The same, each told in a few lines.
pub fn clock_things(snapshot: &Snapshot) -> Vec<Vec<Told>> {
    clocks(snapshot).into_iter().map(|clock| clock.lines).collect()
}

/// How many are overdue.
pub fn overdue(snapshot: &Snapshot) -> usize {
    let overdue = |(_, clock): &(About, Clock)| matches!(clock.standing, Stand::Overdue(_));
    all(snapshot).iter().filter(|one| overdue(one)).count()
}

/// The one that is overdue for the longest time.
pub fn most_overdue(snapshot: &Snapshot) -> Option<Shown> {
    let first = clocks(snapshot).into_iter().next()?;
    matches!(first.standing, Stand::Overdue(_)).then_some(first.name)
}

fn all(snapshot: &Snapshot) -> Vec<(About, Clock)> {
    let state = snapshot.state();
    let now = snapshot.now.at;
    let of = |about| move |clock| (about, clock);
    let mut all: Vec<(About, Clock)> = Vec::new();
    all.extend(
        state
            .duties()
            .map(|(duty, decided)| duty_clock(duty, decided, state, now))
            .map(of(About::Duty)),
    );
    all.extend(
        state
            .promises()
            .map(|(cadence, promise)| update_clock(cadence, promise, now))
            .map(of(About::Update)),
    );
    let deferred = state.timeline().filter_map(|row| {
        Some(step_clock(&row.name, row.title(), state.deferred(&row.name)?, now))
    });
    all.extend(deferred.map(of(About::Step)));
    all.extend(state.timers.values().map(|timer| timer_clock(timer, now)).map(of(About::Reminder)));
    all.extend(incident_clocks(state).into_iter().map(of(About::Incident)));
    all.sort_by_key(|(_, clock)| clock.standing);
    if state.closed.is_some() {
        // What a closed incident still says is how it was.
        for (_, clock) in &mut all {
            clock.standing = Stand::Still;
        }
    }
    all
}

fn stand(due: DateTime<Utc>, now: DateTime<Utc>) -> Stand {
    if due <= now { Stand::Overdue(due) } else { Stand::Ahead(due) }
}

/// `in 0:12:05`, `OVERDUE by 0:04:00`, and how that is told.
fn when_words(standing: Stand, now: DateTime<Utc>) -> (Tone, String) {
    when_said(standing, now, elapsed_words)
}

/// The same, with times as a face has room for.
fn when_said(standing: Stand, now: DateTime<Utc>, said: fn(TimeDelta) -> String) -> (Tone, String) {
    match standing {
        Stand::Overdue(due) => (Tone::Bad, format!("OVERDUE by {}", said(now - due))),
        Stand::Undecided => (Tone::Bad, "UNDECIDED".to_owned()),
        Stand::Ahead(due) => (Tone::Plain, format!("in {}", said(due - now))),
        Stand::Since(start) => {
            (Tone::Warning, format!("as soon as possible, {} gone", said(now - start)))
        }
        Stand::Still => (Tone::Muted, String::new()),
    }
}

fn duty_clock(
    duty: &Duty,
    decided: Option<&DutyState>,
    state: &State,
    now: DateTime<Utc>,
) -> Clock {
    let standing = match decided {
        None => Stand::Undecided,
        Some(one) if !one.is_open() => Stand::Still,
        Some(one) => match (one.due, &one.starts) {
            (Some(due), _) => stand(due, now),
            (None, Some(starts)) => Stand::Since(starts.at),
            (None, None) => Stand::Still,
        },
    };
    let title = Shown::new(&duty.title);
    let (tone, when) = match decided {
        Some(one) if !one.is_open() => (Tone::Muted, closed_duty(one)),
        _ => when_words(standing, now),
    };
    let mut lines = vec![Told::new(tone, format!("Duty, {when}: {}", title.one_line()))];
    lines.push(Told::new(Tone::Muted, rule(duty)));
    match decided {
        None => lines.push(Told::new(Tone::Muted, "Nobody decided yet whether it applies.")),
        Some(one) => lines.extend(decided_lines(duty, one, state)),
    }
    if !duty.text.is_empty() {
        let text: Vec<&str> = duty.text.split_whitespace().collect();
        lines.push(Told::new(Tone::Plain, Shown::new(unmarked(&text.join(" ")))));
    }
    Clock { words: format!("duty {}", duty.id), lines, standing, name: title }
}

fn closed_duty(decided: &DutyState) -> String {
    match &decided.met {
        Some(met) if decided.on => match met.late(decided.due) {
            Some(late) => format!("met LATE, by {}", brief(late)),
            None => "met in time".to_owned(),
        },
        _ => "off".to_owned(),
    }
}

fn rule(duty: &Duty) -> String {
    let holidays = match duty.due {
        Deadline::BusinessDays(_) => " (Monday to Friday in UTC; public holidays are not known)",
        _ => "",
    };
    let law = duty.law.as_ref().map_or_else(String::new, |law| format!("; {law}"));
    let role = duty.role.as_ref().map_or_else(String::new, |role| format!("; by {role}"));
    format!("{}: {}{holidays} from “{}”{law}{role}", duty.id, duty.due, duty.starts)
}

fn decided_lines(duty: &Duty, decided: &DutyState, state: &State) -> Vec<Told> {
    let mut lines = Vec::new();
    if let Some(starts) = &decided.starts {
        let due = decided.due.map_or_else(String::new, |due| format!(", due {}", utc(due)));
        lines.push(Told::new(Tone::Plain, format!("from {}{due}", occurred_words(starts))));
        let known = Moment::of_word(&duty.starts).and_then(|moment| state.moment(moment));
        if decided.is_open() && known.is_some_and(|known| known.at != starts.at) {
            let line =
                format!("the record now says another time for “{}”: decide anew", duty.starts);
            lines.push(Told::new(Tone::Warning, line));
        }
    }
    lines.push(Told::new(Tone::Muted, format!("because: {}", decided.reason.one_line())));
    if let Some(met) = &decided.met {
        let when = occurred_words(&met.when);
        lines.push(Told::new(Tone::Plain, format!("met {when}: {}", met.how.one_line())));
    }
    lines
}

fn update_clock(cadence: &Cadence, promise: Option<&Promise>, now: DateTime<Utc>) -> Clock {
    let title = Shown::new(&cadence.title);
    let every = TimeDelta::from_std(cadence.every).map(brief).unwrap_or_default();
    let role = cadence.role.as_ref().map_or_else(String::new, |role| format!("; by {role}"));
    let standing = match promise {
        Some(one) if one.ended.is_none() => stand(one.next, now),
        _ => Stand::Still,
    };
    let (tone, when) = match promise {
        None => (Tone::Muted, format!("from “{}” on", cadence.starts.word())),
        Some(one) if one.ended.is_some() => (Tone::Muted, "no more promised".to_owned()),
        Some(_) => when_words(standing, now),
    };
    let mut lines = vec![
        Told::new(tone, format!("Update, {when}: {}", title.one_line())),
        Told::new(Tone::Muted, format!("{}: every {every}{role}", cadence.id)),
    ];
    if let Some(promise) = promise {
        lines.extend(promise_lines(promise));
    }
    Clock { words: format!("update {}", cadence.id), lines, standing, name: title }
}

fn promise_lines(promise: &Promise) -> Vec<Told> {
    let mut lines = Vec::new();
    match &promise.ended {
        None => lines.push(Told::new(Tone::Plain, format!("promised for {}", utc(promise.next)))),
        Some(why) => lines.push(Told::new(Tone::Muted, format!("because: {}", why.one_line()))),
    }
    if let Some(last) = promise.given.last() {
        let late = promise.given.iter().filter(|one| one.late().is_some()).count();
        let (count, when) = (promise.given.len(), occurred_words(&last.when));
        let line = format!("{count} given, {late} late; the last {when}: {}", last.how.one_line());
        lines.push(Told::new(Tone::Plain, line));
    }
    lines
}

fn step_clock(id: &str, title: Shown, until: DateTime<Utc>, now: DateTime<Utc>) -> Clock {
    let standing = stand(until, now);
    let (tone, when) = when_words(standing, now);
    let lines = vec![
        Told::new(tone, format!("Put off, back {when}: {}", title.one_line())),
        Told::new(Tone::Muted, format!("{id}: until {}", utc(until))),
    ];
    Clock { words: id.to_owned(), lines, standing, name: title }
}

fn timer_clock(timer: &Timer, now: DateTime<Utc>) -> Clock {
    let standing = if timer.done.is_some() { Stand::Still } else { stand(timer.due, now) };
    let (tone, when) = match &timer.done {
        Some(_) => (Tone::Muted, "done".to_owned()),
        None => when_words(standing, now),
    };
    let who = timer.who.as_ref().map_or_else(String::new, |who| format!("{}: ", who.one_line()));
    let what = format!("{who}{}", timer.what.one_line());
    let lines = vec![
        Told::new(tone, format!("Reminder {}, {when}: {what}", timer.id)),
        Told::new(Tone::Muted, format!("due {}", utc(timer.due))),
    ];
    Clock { words: format!("reminder {}", timer.id), lines, standing, name: Shown::new(what) }
}

/// What the other clocks count from, where there are such clocks, or somebody said it.
fn incident_clocks(state: &State) -> Vec<Clock> {
    let clocks = &state.clocks;
    let playbook = &state.playbook;
    let starts = |moment: Moment| {
        playbook.cadences.iter().any(|one| one.starts == moment)
            || playbook.duties.iter().any(|one| one.starts == moment.word())
    };
    let plain = |words: &str, tone, line: String| Clock {
        words: words.to_owned(),
        name: Shown::new(&line),
        lines: vec![Told::new(tone, line)],
        standing: Stand::Still,
    };
    let declared = match &clocks.declared {
        Some(one) => {
            let (severity, when) = (one.severity.told(), occurred_words(&one.when));
            let line = format!("Declared {when}, {severity}; because: {}", one.reason.one_line());
            Some(plain("severity", Tone::Plain, line))
        }
        None => starts(Moment::Declared)
            .then(|| plain("declare", Tone::Warning, "Not declared, no severity yet".to_owned())),
    };
    let aware = match &clocks.aware {
        Some(one) => {
            let when = occurred_words(&one.when);
            let line = format!("People are aware since {when}; {}", one.reason.one_line());
            Some(plain("aware", Tone::Plain, line))
        }
        None => starts(Moment::Aware).then(|| {
            let line = "Nobody decided yet since when people are aware of it".to_owned();
            plain("aware", Tone::Warning, line)
        }),
    };
    declared.into_iter().chain(aware).collect()
}

/// The severity, where it is declared, or that it should be.
pub(super) fn severity(snapshot: &Snapshot) -> Option<Told> {
    let state = snapshot.state();
    if let Some(declared) = &state.clocks.declared {
        let severity = declared.severity;
        let tone = if severity <= Severity::Sev2 { Tone::Warning } else { Tone::Plain };
        return Some(Told::new(tone, severity.word()));
    }
    let waits = state.playbook.cadences.iter().any(|one| one.starts == Moment::Declared);
    let waits = waits && state.closed.is_none();
    waits.then(|| Told::new(Tone::Warning, "NOT DECLARED"))
}

/// What the header says of it all: what is overdue, what is undecided, and of each kind what comes
/// next.
pub(super) fn header(snapshot: &Snapshot) -> Vec<Told> {
    let now = snapshot.now.at;
    let all = all(snapshot);
    let mut told = Vec::new();
    let overdue: Vec<&(About, Clock)> =
        all.iter().filter(|(_, clock)| matches!(clock.standing, Stand::Overdue(_))).collect();
    if let Some((about, first)) = overdue.first() {
        let (_, when) = when_said(first.standing, now, brief);
        let more = overdue.len() - 1;
        let more = if more > 0 { format!(", {more} more OVERDUE") } else { String::new() };
        told.push(Told::new(Tone::Bad, format!("{} {when}{more}", named(*about, first))));
    }
    match all.iter().filter(|(_, clock)| clock.standing == Stand::Undecided).count() {
        0 => {}
        1 => told.push(Told::new(Tone::Bad, "1 duty UNDECIDED")),
        many => told.push(Told::new(Tone::Bad, format!("{many} duties UNDECIDED"))),
    }
    for kind in [About::Duty, About::Update, About::Step, About::Reminder] {
        let mut of_kind = all.iter().filter(|(about, _)| *about == kind);
        let ahead = of_kind.find(|(_, clock)| matches!(clock.standing, Stand::Ahead(_)));
        if let Some((about, clock)) = ahead {
            let (_, when) = when_said(clock.standing, now, brief);
            told.push(Told::new(Tone::Plain, format!("{} {when}", named(*about, clock))));
        }
    }
    let waits = all.iter().find(|(_, clock)| matches!(clock.standing, Stand::Since(_)));
    if let Some((about, clock)) = waits
        && let Stand::Since(since) = clock.standing
    {
        let gone = brief(now - since);
        told.push(Told::new(Tone::Warning, format!("{} since {gone}", named(*about, clock))));
    }
    told
}

/// Short, and never without saying what kind of thing it is.
fn named(about: About, clock: &Clock) -> String {
    let name = clock.name.clipped(26);
    match about {
        About::Duty | About::Update | About::Incident => name.one_line().into_owned(),
        About::Step => format!("put off: {}", name.one_line()),
        About::Reminder => "reminder".to_owned(),
    }
}
