//! Claims, reminders and evidence in words.

use crate::incident::claim::Claim;
use crate::incident::id::TimerId;
use crate::incident::ran::{CommandEnd, HowEnded, Output, line};
use crate::incident::record::Record;
use crate::incident::state::State;
use crate::text::Shown;

use super::milliseconds_words;

pub(super) fn words(record: &Record, state: &State) -> String {
    match record {
        Record::ClaimMade { claim, text, source, data } => {
            let data = data.as_ref().map_or_else(String::new, |data| format!("; data: {data}"));
            format!("claim {claim}, {source} says: {text}{data}")
        }
        Record::ClaimAmended { claim, .. } => format!("claim {claim}{}", amended(record)),
        Record::TimerSet { timer, what, who, due } => {
            let who = who.as_ref().map_or_else(String::new, |who| format!(", for {who}"));
            let due = due.format("%Y-%m-%d %H:%M:%SZ");
            format!("reminder {timer} set for {due}{who}: {what}")
        }
        Record::TimerDue { timer } => format!("reminder {timer} DUE{}", what(*timer, state)),
        Record::TimerDone { timer, how } => {
            let how = how.as_ref().map_or_else(String::new, |how| format!(", {how}"));
            format!("reminder {timer} done{}{how}", what(*timer, state))
        }
        Record::CommandStarted { argv, directory, host, .. } => {
            format!("command `{}` started on {host} in {directory}", line(argv))
        }
        Record::CommandEnded { run, end } => {
            let command = state.commands.get(run.as_str());
            let name =
                command.map_or_else(|| run.clone(), |command| format!("`{}`", command.line()));
            format!("command {name} {}", ended_words(end))
        }
        Record::EvidenceAttached { path, sha256, bytes, about } => {
            format!("evidence {path} attached, {bytes} bytes, sha256 {sha256}: {about}")
        }
        other => other.kind().replace('_', " "),
    }
}

/// How a command ended: `exited with 0 after 12 ms; standard output 120 bytes, …`.
pub fn ended_words(end: &CommandEnd) -> String {
    let how = match &end.how {
        HowEnded::Exited { code } => format!("exited with {code}"),
        HowEnded::Signalled { signal } => format!("was ended by signal {signal}"),
        HowEnded::NotStarted { why } => return format!("was not started: {why}"),
        HowEnded::Said { why } => return format!("ended unseen, a person says: {why}"),
    };
    let took = milliseconds_words(end.took_ms);
    let printed = |name: &str, output: &Output| match output.bytes {
        0 => String::new(),
        _ => format!("; {name} {}", output_words(output)),
    };
    let (out, errors) = (printed("output", &end.stdout), printed("errors", &end.stderr));
    format!("{how} after {took}{out}{errors}")
}

/// How much a command printed, and the blob that holds it.
pub fn output_words(output: &Output) -> String {
    let cut = if output.truncated { " (the rest is not kept)" } else { "" };
    let kept = output.sha256.as_ref().map_or_else(String::new, |hash| format!(", sha256 {hash}"));
    format!("{} bytes{cut}{kept}", output.bytes)
}

fn amended(record: &Record) -> String {
    let Record::ClaimAmended { status, count, act_as_if, reason, .. } = record else {
        return String::new();
    };
    let status = status.map(|status| format!(" is {}", status.word()));
    let count = count.as_ref().map(|one| format!(": {}, says {}", one.count, one.source));
    let act_as_if = act_as_if.map(|act| {
        let is = if act { "is" } else { "is no longer" };
        format!(" {is} acted on as if it were so")
    });
    let reason = reason.as_ref().map(|reason| format!(": {reason}"));
    [status, count, act_as_if, reason].into_iter().flatten().collect()
}

/// What a reminder is about, where that is known.
fn what(timer: TimerId, state: &State) -> String {
    state.timers.get(&timer).map_or_else(String::new, |timer| format!(": {}", timer.what))
}

/// The number of a claim and its first words, for a title: `claim 3 (about 24,000 tokens…)`.
pub fn claim_title(claim: &Claim) -> String {
    format!("claim {} ({})", claim.id, first_words(&claim.text))
}

/// The first words of a text, on one line, at most 40 characters.
pub fn first_words(text: &Shown) -> Shown {
    Shown::new(text.one_line()).clipped(40)
}
