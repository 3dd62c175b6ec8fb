//! Severity, duties and promised updates, each where there is any.

use std::fmt::Write as _;

use super::{code, occurred, utc};
use crate::incident::clocks::{Met, Promise};
use crate::incident::words::brief;
use crate::incident::{DutyState, State};
use crate::playbook::{Cadence, Duty};

/// How bad it is, and since when people know.
pub(super) fn severity(out: &mut String, state: &State) -> std::fmt::Result {
    let clocks = &state.clocks;
    if let Some(declared) = &clocks.declared {
        let (word, when) = (declared.severity.word(), occurred(&declared.when));
        writeln!(out, "- **{word}**, declared {when}, because {}", code(&declared.reason))?;
    }
    if let Some(aware) = &clocks.aware {
        writeln!(out, "- Aware since {}, because {}", occurred(&aware.when), code(&aware.reason))?;
    }
    for row in state.timeline() {
        if let Some(until) = state.deferred(&row.name) {
            writeln!(out, "- **put off** until {}: {}", utc(until), code(row.title()))?;
        }
    }
    Ok(())
}

/// Decided either way, or undecided: all of them.
pub(super) fn duties(out: &mut String, state: &State) -> std::fmt::Result {
    if state.playbook.duties.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Duties\n\nTimes are UTC; business days know no public holidays.\n")?;
    writeln!(out, "| Duty | Rule | Decision | Why | From | Due | Met | How |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|")?;
    for (duty, decided) in state.duties() {
        duty_row(out, duty, decided)?;
    }
    writeln!(out)
}

fn duty_row(out: &mut String, duty: &Duty, decided: Option<&DutyState>) -> std::fmt::Result {
    let law = duty.law.as_ref().map_or_else(String::new, |law| format!(", {}", code(law)));
    let decision = match decided {
        None => "**undecided**",
        Some(decided) if decided.on => "on",
        Some(_) => "off",
    };
    let why = decided.map(|decided| code(&decided.reason)).unwrap_or_default();
    let on = decided.filter(|decided| decided.on);
    let from = on.and_then(|on| on.starts.as_ref()).map(occurred).unwrap_or_default();
    let due = on.map(|on| on.due.map_or_else(|| "as soon as possible".to_owned(), utc));
    let met = on.map(|on| met_words(on, on.met.as_ref())).unwrap_or_default();
    let how = on.and_then(|on| on.met.as_ref()).map(|met| code(&met.how)).unwrap_or_default();
    let (title, rule, due) = (code(&duty.title), duty.due, due.unwrap_or_default());
    writeln!(out, "| {title} | {rule}{law} | {decision} | {why} | {from} | {due} | {met} | {how} |")
}

fn met_words(duty: &DutyState, met: Option<&Met>) -> String {
    let Some(met) = met else {
        let missed = if duty.is_due { "**not met, its time came**" } else { "**not met**" };
        return missed.to_owned();
    };
    let when = occurred(&met.when);
    match (met.late(duty.due), duty.due) {
        (Some(late), _) => format!("{when}, **late by {}**", brief(late)),
        (None, Some(_)) => format!("{when}, in time"),
        (None, None) => when,
    }
}

/// What was promised, and what was kept of it.
pub(super) fn promises(out: &mut String, state: &State) -> std::fmt::Result {
    if state.playbook.cadences.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "## Promised updates\n\n| Update | Promised (UTC) | Given (UTC) | Kept | What |"
    )?;
    writeln!(out, "|---|---|---|---|---|")?;
    for (cadence, promise) in state.promises() {
        promise_rows(out, cadence, promise)?;
    }
    writeln!(out)
}

fn promise_rows(
    out: &mut String,
    cadence: &Cadence,
    promise: Option<&Promise>,
) -> std::fmt::Result {
    let title = code(&cadence.title);
    let Some(promise) = promise else {
        let starts = cadence.starts.word();
        return writeln!(out, "| {title} | | | never {starts}, so nothing was promised | |");
    };
    for one in &promise.given {
        let kept = match one.late() {
            None => "in time".to_owned(),
            Some(late) => format!("**late by {}**", brief(late)),
        };
        let (promised, when, how) = (utc(one.promised), occurred(&one.when), code(&one.how));
        writeln!(out, "| {title} | {promised} | {when} | {kept} | {how} |")?;
    }
    let next = utc(promise.next);
    match &promise.ended {
        Some(why) => writeln!(out, "| {title} | | | no more promised | {} |", code(why)),
        None if promise.is_due => writeln!(out, "| {title} | {next} | | **missed** | |"),
        None => writeln!(out, "| {title} | {next} | | open | |"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::incident::{Occurred, Record, Severity, Stamp, apply};
    use crate::playbook::read;

    const PLAYBOOK: &str = r#"
        format = 1
        id = "small"
        title = "Small"
        [[duties]]
        id = "authority"
        title = "Tell | the authority"
        due = "72h"
        law = "GDPR Art. 33"
        [[duties]]
        id = "exchange"
        title = "File"
        due = "4 business days"
        [[duties]]
        id = "people"
        title = "Tell people"
        due = "as soon as possible"
        [[cadence]]
        id = "executives"
        title = "Executive update"
        every = "30m"
        [[cadence]]
        id = "public"
        title = "Status page"
        every = "20m"
        [[steps]]
        id = "ask"
        phase = "learn"
        title = "Ask"
        ask = { question = "Why?" }
    "#;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn told(records: &[Record]) -> String {
        let mut state = State::new(Arc::new(read("small.toml", PLAYBOOK).playbook.unwrap()));
        for (seq, record) in (0..).zip(records) {
            apply(&mut state, Stamp { seq, at: at(0), wall: at(0), up: 0 }, record);
        }
        let mut out = String::new();
        severity(&mut out, &state).unwrap();
        duties(&mut out, &state).unwrap();
        promises(&mut out, &state).unwrap();
        out
    }

    #[test]
    fn duties_are_told_either_way_and_promises_kept_or_missed() {
        let reason = || "be|cause".into();
        let when = |minutes| Occurred::exactly(at(minutes));
        let executives = || "executives".to_owned();
        let decided = |duty: &str, on, due| Record::DutyDecided {
            duty: duty.to_owned(),
            on,
            starts: Some(when(0)),
            due,
            reason: reason(),
        };
        let told = told(&[
            Record::Declared { severity: Severity::Sev1, when: when(0), reason: reason() },
            Record::Aware { when: when(0), reason: reason() },
            decided("authority", true, Some(at(72 * 60))),
            Record::DutyMet { duty: "authority".to_owned(), when: when(73 * 60), how: reason() },
            decided("exchange", false, None),
            Record::UpdatePromised { cadence: executives(), due: at(30) },
            Record::UpdateGiven {
                cadence: executives(),
                when: when(34),
                how: reason(),
                due: at(64),
            },
            Record::UpdateDue { cadence: executives() },
        ]);
        let rows: Vec<&str> = told.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(
            rows,
            [
                "| `Tell │ the authority` | 72h, `GDPR Art. 33` | on | `be│cause` | 1970-01-01 \
                 00:00:00 | 1970-01-04 00:00:00 | 1970-01-04 01:00:00, **late by 1h** | \
                 `be│cause` |",
                "| `File` | 4 business days | off | `be│cause` |  |  |  |  |",
                "| `Tell people` | as soon as possible | **undecided** |  |  |  |  |  |",
                "| `Executive update` | 1970-01-01 00:30:00 | 1970-01-01 00:34:00 | **late by \
                 4m** | `be│cause` |",
                "| `Executive update` | 1970-01-01 01:04:00 | | **missed** | |",
                "| `Status page` | | | never declared, so nothing was promised | |",
            ]
        );
        assert!(told.starts_with("- **SEV-1**, declared 1970-01-01 00:00:00, because `be│cause`"));
    }
}
