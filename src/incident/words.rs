//! The record in words: one line for each entry, the same on every face, in `log`, `show` and the
//! exports. Everything that comes out of here may be printed.

mod clock;
mod exercise;
mod people;
mod register;
mod request;

use chrono::{DateTime, TimeDelta, Utc};

pub use clock::{cadence_title, duty_title};
pub use exercise::points_words;
pub use register::{claim_title, ended_words, first_words, output_words};
pub use request::{
    auth_words, check_plan, laid_out, origin, plan_lines, question_words, request_lines,
};

use super::exercise::{Delivery, Inject};
use super::id::{CallId, CheckId, GuardId, Seq};
use super::record::{
    Armed, By, CheckEnd, Disarm, GuardChange, Occurred, Opened, Precision, Purpose, Record,
    Resolution, ScopeSource, Stage, Verdict,
};
use super::request::{Answer, Request};
use super::state::State;
use crate::text::Shown;

/// One entry of the record as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    pub seq: Seq,
    pub at: DateTime<Utc>,
    pub by: Shown,
    /// The word of the `kind` field.
    pub kind: &'static str,
    /// One line.
    pub words: Shown,
}

/// Players must not read it yet: it would tell what is to come.
pub fn is_veiled(record: &Record, state: &State) -> bool {
    matches!(record, Record::ExerciseControlled(control) if !control.is_open()) && is_played(state)
}

/// Players read it, but not yet why it came: that would tell what was expected of them.
pub fn is_veiled_in_part(record: &Record, state: &State) -> bool {
    let tells = |inject: &Inject| inject.why != Delivery::Planned || inject.original.is_some();
    matches!(record, Record::InjectArrived(inject) if tells(inject)) && is_played(state)
}

/// Somebody still plays.
fn is_played(state: &State) -> bool {
    state.exercise.is_some() && !state.is_drill_over()
}

/// Who reads: in a drill the players do not see everything before it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    Player,
    /// Sees the whole record.
    Facilitator,
}

impl RecordLine {
    /// Puts an entry into words, as players may read it; `state` is any state that has applied it.
    pub fn new(
        seq: Seq,
        at: DateTime<Utc>,
        by: &By,
        occurred: Option<&Occurred>,
        record: &Record,
        state: &State,
    ) -> Self {
        Self::seen(Sight::Player, seq, at, by, occurred, record, state)
    }

    /// The same for whoever may see so much.
    pub fn seen(
        sight: Sight,
        seq: Seq,
        at: DateTime<Utc>,
        by: &By,
        occurred: Option<&Occurred>,
        record: &Record,
        state: &State,
    ) -> Self {
        let mut words = match record {
            _ if sight == Sight::Facilitator => words(record, state),
            _ if is_veiled(record, state) => Shown::new(exercise::VEILED),
            Record::InjectArrived(inject) if is_veiled_in_part(record, state) => {
                one_line(&exercise::came(inject))
            }
            _ => words(record, state),
        };
        // Some say it in their own words.
        let occurred = occurred.filter(|_| record.when().is_none());
        if let Some(occurred) = occurred {
            words = Shown::new(format!("{words} (occurred: {})", occurred_words(occurred)));
        }
        Self { seq, at, by: by_words(by), kind: record.kind(), words }
    }

    /// `14  02:31:07Z  ana: noted: …`, for faces and commands that print line by line.
    pub fn line(&self) -> Shown {
        let time = self.at.format("%Y-%m-%d %H:%M:%SZ");
        Shown::new(format!("{}  {time}  {}: {}", self.seq, self.by, self.words))
    }
}

/// Who did it: `ana (responder)`.
pub fn by_words(by: &By) -> Shown {
    let who = by.who.one_line();
    match &by.role {
        Some(role) => Shown::new(format!("{who} ({})", role.one_line())),
        None => Shown::new(who),
    }
}

/// What a record says, on one line. `state` tells which step a call, check or guard belongs to; a
/// record that it has not applied yet is told without that.
pub fn words(record: &Record, state: &State) -> Shown {
    let told = match record {
        Record::StepApplies { .. }
        | Record::StepArmed(_)
        | Record::StepDisarmed { .. }
        | Record::StepStarted { .. }
        | Record::StepAnswered { .. }
        | Record::Decided { .. }
        | Record::StepCompleted { .. }
        | Record::StepSkipped { .. }
        | Record::StepReturned { .. }
        | Record::StepDoneElsewhere(_)
        | Record::StepReopened { .. }
        | Record::StepAmended { .. }
        | Record::StepAdded { .. }
        | Record::StepUndone { .. } => step_words(record),
        Record::CallRequested { .. }
        | Record::CallAnswered { .. }
        | Record::CallInDoubt { .. }
        | Record::CallResolved { .. }
        | Record::RetryStopped { .. } => call_words(record, state),
        Record::CheckStarted { .. }
        | Record::CheckPassed(_)
        | Record::CheckFailed(_)
        | Record::CheckUnknown(_) => check_words(record, state),
        Record::GuardArmed { .. }
        | Record::GuardHolds(_)
        | Record::GuardBroken(_)
        | Record::GuardUnknown(_)
        | Record::GuardEnded { .. } => guard_words(record, state),
        Record::ClaimMade { .. }
        | Record::ClaimAmended { .. }
        | Record::TimerSet { .. }
        | Record::TimerDue { .. }
        | Record::TimerDone { .. }
        | Record::CommandStarted { .. }
        | Record::CommandEnded { .. }
        | Record::EvidenceAttached { .. } => register::words(record, state),
        Record::Declared { .. }
        | Record::SeveritySet { .. }
        | Record::Aware { .. }
        | Record::DutyDecided { .. }
        | Record::DutyDue { .. }
        | Record::DutyMet { .. }
        | Record::UpdatePromised { .. }
        | Record::UpdateGiven { .. }
        | Record::UpdateDue { .. }
        | Record::UpdatesEnded { .. } => clock::words(record, state),
        Record::RoleTaken { .. }
        | Record::RoleLeft { .. }
        | Record::HandOverOffered { .. }
        | Record::HandOverDeclined { .. }
        | Record::RoleHandedOver { .. }
        | Record::Moved { .. }
        | Record::Arrived { .. } => people::words(record),
        _ => incident_words(record),
    };
    one_line(&told)
}

fn one_line(text: &str) -> Shown {
    Shown::new(Shown::new(text).one_line())
}

fn incident_words(record: &Record) -> String {
    match record {
        Record::Opened(opened) => opened_words(opened),
        Record::Resumed { version, .. } => format!("resumed by stanch {version}"),
        Record::Recovered { bytes, kept_as, .. } => {
            format!("recovered: a torn tail of {bytes} bytes was cut and kept as {kept_as}")
        }
        Record::Continued { from, reason } => format!("continued from {from}: {reason}"),
        Record::ClockStepped { wall_us, boot_us } => format!(
            "clock stepped: the wall clock went {:.1} s while {:.1} s passed",
            seconds(*wall_us),
            seconds(*boot_us)
        ),
        Record::Closed { reason } => format!("closed: {reason}"),
        Record::InputSet { name, value } => format!("input {name} set to {value}"),
        Record::ScopeAdded { scope, name, source } => {
            let source = match source {
                ScopeSource::Call { call } => format!("found by call {call}"),
                ScopeSource::Person { source } => format!("source: {source}"),
            };
            format!("{scope} {name} added to the scope, {source}")
        }
        Record::ScopeAdmitted { scope, name, url, secrets, reason } => {
            let secrets = if *secrets { "secrets may be sent there" } else { "no secrets" };
            format!("{scope} {name} admitted at {url}, {secrets}: {reason}")
        }
        Record::Noted { text, source: None } => format!("noted: {text}"),
        Record::Noted { text, source: Some(source) } => format!("noted, from {source}: {text}"),
        Record::Attached { may_act: true } => "attached, may act".to_owned(),
        Record::Attached { may_act: false } => "attached, only looks".to_owned(),
        Record::Visited { version, .. } => {
            format!("written with stanch {version} while no engine ran: nothing was taken up")
        }
        Record::Withheld { blob, reason } => format!("body {blob} withheld: {reason}"),
        Record::InjectArrived(inject) => exercise::arrived(inject),
        Record::InjectSeen { inject } => format!("inject {} opened", Shown::new(inject)),
        Record::InjectAnswered { inject, option, text } => {
            exercise::answered(inject, option.as_ref(), text)
        }
        Record::ExerciseControlled(control) => exercise::controlled(control),
        Record::HotWashAnswered { question, text } => format!("hot wash, {question} {text}"),
        other => other.kind().replace('_', " "),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
fn seconds(microseconds: i64) -> f64 {
    microseconds as f64 / 1e6
}

fn opened_words(opened: &Opened) -> String {
    format!(
        "opened {} ({}): {}; playbook {}, sha256 {}",
        opened.codename,
        opened.mode.word(),
        opened.title,
        opened.playbook,
        opened.playbook_sha256
    )
}

fn step_words(record: &Record) -> String {
    match record {
        Record::StepApplies { step, applies: true } => format!("{step} applies now"),
        Record::StepApplies { step, applies: false } => format!("{step} does not apply now"),
        Record::StepArmed(armed) => armed_words(armed),
        Record::StepDisarmed { step, why } => {
            format!("{step} taken back unsent: {}", disarm_words(*why))
        }
        Record::StepStarted { step, out_of_order } => {
            format!("{step} started{}", early_words(out_of_order.as_ref()))
        }
        Record::StepAnswered { step, text } => format!("{step} answered: {text}"),
        Record::Decided { step, option, reason } => {
            format!("{step} decided: {option}, because {reason}")
        }
        Record::StepCompleted { step, proven: true, .. } => format!("{step} completed and proven"),
        Record::StepCompleted { step, reason: Some(reason), .. } => {
            format!("{step} completed, accepted without proof: {reason}")
        }
        Record::StepCompleted { step, .. } => format!("{step} completed"),
        Record::StepSkipped { step, reason, skip } => {
            format!("{step} skipped{}: {reason}", clock::skip_words(*skip))
        }
        Record::StepReturned { step } => format!("{step} is back: the time it was put off to came"),
        Record::StepDoneElsewhere(done) => clock::elsewhere_words(done),
        Record::StepReopened { step, reason } => format!("{step} reopened: {reason}"),
        Record::StepAmended { step, diff, reason, .. } => {
            format!("{step} amended ({}): {reason}", changed_words(diff))
        }
        Record::StepAdded { id, reason, .. } => {
            format!("{id} added, a step that is in no playbook: {reason}")
        }
        Record::StepUndone { step } => format!("{step} undone"),
        other => other.kind().replace('_', " "),
    }
}

/// How many lines a diff takes out and puts in.
fn changed_words(diff: &Shown) -> String {
    let count = |sign: char| diff.as_str().lines().skip(2).filter(|l| l.starts_with(sign)).count();
    format!("{} lines out, {} in", count('-'), count('+'))
}

fn armed_words(armed: &Armed) -> String {
    format!(
        "{}{} armed, not sent yet: {}, hash {}{}",
        purpose_words(armed.purpose),
        armed.step,
        request_words(&armed.request),
        armed.hash.get(..16).unwrap_or(&armed.hash),
        early_words(armed.out_of_order.as_ref())
    )
}

fn early_words(reason: Option<&Shown>) -> String {
    reason.map_or_else(String::new, |reason| format!(", before what comes first: {reason}"))
}

fn purpose_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Act => "",
        Purpose::Undo => "undo of ",
    }
}

/// Why a confirmation was taken back, in words.
pub fn disarm_words(why: Disarm) -> &'static str {
    match why {
        Disarm::ByPerson => "by a person",
        Disarm::Expired => "the time to confirm it ran out",
        Disarm::Resumed => "the console was started again",
        Disarm::Changed => "what would be sent is no longer what was shown",
    }
}

/// A request in short: method, URL and, where it is not this machine, from where.
pub fn request_words(request: &Request) -> String {
    let via = request.via.as_ref().map_or_else(String::new, |via| format!(" via {via}"));
    format!("{} {}{via}", request.method, request.url)
}

fn call_name(call: CallId, state: &State) -> String {
    match state.calls.get(&call) {
        Some(known) => format!("call {call}, {}{}", purpose_words(known.purpose), known.step),
        None => format!("call {call}"),
    }
}

fn call_words(record: &Record, state: &State) -> String {
    match record {
        Record::CallRequested { call, step, purpose, attempt, request, .. } => format!(
            "call {call}, {}{step}: requested{}: {}",
            purpose_words(*purpose),
            attempt_words(*attempt),
            request_words(request)
        ),
        Record::CallAnswered { call, attempt, verdict, why, answer, retry_within_ms, .. } => {
            format!(
                "{}: {}{}: {why}{}{}",
                call_name(*call, state),
                verdict_words(*verdict),
                attempt_words(*attempt),
                answer_tail(answer.as_ref()),
                retry_words(*retry_within_ms)
            )
        }
        Record::CallInDoubt { call, attempt, why, answer, retry_within_ms } => format!(
            "{}: IN DOUBT{}: {why}{}{}",
            call_name(*call, state),
            attempt_words(*attempt),
            answer_tail(answer.as_ref()),
            retry_words(*retry_within_ms)
        ),
        Record::CallResolved { call, took_effect, how } => {
            let effect = if *took_effect { "it took effect" } else { "it had no effect" };
            let how = match how {
                Resolution::Probe { check } => format!("by check {check}"),
                Resolution::Retry { attempt } => format!("by attempt {attempt}"),
                Resolution::Person { reason } => format!("a person says so: {reason}"),
            };
            format!("{}: doubt resolved, {effect}, {how}", call_name(*call, state))
        }
        Record::RetryStopped { call } => format!("{}: retry called off", call_name(*call, state)),
        other => other.kind().replace('_', " "),
    }
}

fn attempt_words(attempt: u32) -> String {
    if attempt > 1 { format!(" (attempt {attempt})") } else { String::new() }
}

fn retry_words(within_ms: Option<u64>) -> String {
    within_ms
        .map_or_else(String::new, |ms| format!("; tried again within {}", milliseconds_words(ms)))
}

/// How a call ended, in words.
pub fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Succeeded => "succeeded",
        Verdict::Failed => "failed",
        Verdict::NotDone => "not done, says the back end",
        Verdict::NotSent => "not sent",
    }
}

fn answer_tail(answer: Option<&Answer>) -> String {
    answer.map_or_else(String::new, |answer| format!("; {}", answer_words(answer)))
}

/// An answer in short: `status 200 from 192.0.2.7:9200 in 45 ms, 120 bytes`.
pub fn answer_words(answer: &Answer) -> String {
    let mut told = vec![match answer.status {
        Some(status) => format!("status {status}"),
        None => "no answer".to_owned(),
    }];
    told.extend(answer.address.iter().map(|address| format!(" from {address}")));
    told.push(format!(" in {}", milliseconds_words(answer.latency_us / 1000)));
    if answer.status.is_some() {
        let cut = if answer.truncated { " (cut off)" } else { "" };
        told.push(format!(", {} bytes{cut}", answer.length));
    }
    told.extend(answer.excerpt.iter().map(|excerpt| format!(": {}", excerpt.one_line())));
    told.concat()
}

/// A time in milliseconds, or in whole seconds where it is long.
pub fn milliseconds_words(ms: u64) -> String {
    if ms < 10_000 { format!("{ms} ms") } else { format!("{} s", ms / 1000) }
}

fn check_name(check: CheckId, state: &State) -> String {
    match state.checks.get(&check) {
        Some(known) => format!(
            "check {check}, {}, {}{}",
            known.step,
            stage_words(known.stage),
            quoted_title(&known.title)
        ),
        None => format!("check {check}"),
    }
}

fn quoted_title(title: impl AsRef<str>) -> String {
    let title = title.as_ref();
    if title.is_empty() { String::new() } else { format!(" “{title}”") }
}

/// Of a check or guard that the state may not know yet.
fn check_title(state: &State, step: &str, index: usize) -> String {
    state
        .playbook
        .step(step)
        .and_then(|step| step.verify.get(index))
        .map_or_else(String::new, |check| format!(" “{}”", check.title))
}

/// When a check is made, in words.
pub fn stage_words(stage: Stage) -> &'static str {
    match stage {
        Stage::Before => "state before",
        Stage::Proof => "proof",
        Stage::Doubt => "probe of the doubt",
    }
}

/// How often something was done.
fn times_words(times: u32) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

fn check_words(record: &Record, state: &State) -> String {
    let ended = |end: &CheckEnd, word: &str| {
        format!(
            "{}: {word}, asked {}: {}{}",
            check_name(end.check, state),
            times_words(end.asked),
            end.why,
            answer_tail(end.answer.as_ref())
        )
    };
    match record {
        Record::CheckStarted { check, step, index, stage, request } => format!(
            "check {check}, {step}, {}{}: asking {}",
            stage_words(*stage),
            title_of_check(*check, state, &step.id, *index),
            request_words(request)
        ),
        Record::CheckPassed(end) => ended(end, "passed"),
        // Before the call, "no" is what a person expects to hear.
        Record::CheckFailed(end) if is_before(end.check, state) => ended(end, "not so yet"),
        Record::CheckFailed(end) => ended(end, "FAILED"),
        Record::CheckUnknown(end) => ended(end, "UNKNOWN"),
        other => other.kind().replace('_', " "),
    }
}

/// As it was when it was asked.
fn title_of_check(check: CheckId, state: &State, step: &str, index: usize) -> String {
    match state.checks.get(&check) {
        Some(known) => quoted_title(&known.title),
        None => check_title(state, step, index),
    }
}

fn is_before(check: CheckId, state: &State) -> bool {
    state.checks.get(&check).is_some_and(|check| check.stage == Stage::Before)
}

fn guard_name(guard: GuardId, state: &State) -> String {
    match state.guards.get(&guard) {
        Some(known) => format!(
            "guard {guard}, {}{}",
            known.step,
            known.check().map_or_else(String::new, |check| quoted_title(&check.title))
        ),
        None => format!("guard {guard}"),
    }
}

fn guard_words(record: &Record, state: &State) -> String {
    let changed = |change: &GuardChange, word: &str| {
        format!(
            "{}: {word}: {}{}{}",
            guard_name(change.guard, state),
            change.why,
            answer_tail(change.answer.as_ref()),
            silence_words(change)
        )
    };
    match record {
        Record::GuardArmed { guard, step, index, every_ms, request, .. } => format!(
            "guard {guard}, {step}{}: asked every {}: {}",
            state.guards.get(guard).and_then(|known| known.check()).map_or_else(
                || check_title(state, &step.id, *index),
                |check| quoted_title(&check.title),
            ),
            milliseconds_words(*every_ms),
            request_words(request)
        ),
        Record::GuardHolds(change) => changed(change, "holds"),
        Record::GuardBroken(change) => changed(change, "BROKEN"),
        Record::GuardUnknown(change) => changed(change, "UNKNOWN"),
        Record::GuardEnded { guard, why } => format!("{}: ended: {why}", guard_name(*guard, state)),
        other => other.kind().replace('_', " "),
    }
}

/// That nobody had asked a guard for a while before it answered; empty where it was in time.
pub fn silence_words(change: &GuardChange) -> String {
    let Some(silent_ms) = change.silent_ms else { return String::new() };
    let silence = TimeDelta::milliseconds(i64::try_from(silent_ms).unwrap_or(i64::MAX));
    format!("; nobody had asked for {}", elapsed_words(silence))
}

/// `0:03:07`, `27:10:00`; a time that has not come yet counts as zero.
pub fn elapsed_words(elapsed: TimeDelta) -> String {
    let seconds = elapsed.num_seconds().max(0);
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A length of time in its two largest units: `45s`, `4m`, `2h13m`, `3d4h`. Less than none is none.
pub fn brief(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    let two = |large: i64, unit: &str, small: i64, next: &str| {
        if small == 0 { format!("{large}{unit}") } else { format!("{large}{unit}{small}{next}") }
    };
    match seconds {
        s if s < 60 => format!("{s}s"),
        s if s < 3_600 => format!("{}m", s / 60),
        s if s < 86_400 => two(s / 3_600, "h", s / 60 % 60, "m"),
        s => two(s / 86_400, "d", s / 3_600 % 24, "h"),
    }
}

/// When something happened, no finer than the person knew it.
pub fn occurred_words(occurred: &Occurred) -> String {
    let format = match occurred.precision {
        Precision::Second => "%Y-%m-%d %H:%M:%SZ",
        Precision::Minute => "%Y-%m-%d %H:%MZ",
        Precision::Hour => "%Y-%m-%d, the hour from %H:00Z",
        Precision::Day => "some time on %Y-%m-%d",
    };
    occurred.at.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_two_units_at_most() {
        let told = |seconds| brief(TimeDelta::seconds(seconds));
        assert_eq!(told(-5), "0s");
        assert_eq!(told(59), "59s");
        assert_eq!(told(299), "4m");
        assert_eq!(told(7_200), "2h");
        assert_eq!(told(7_980), "2h13m");
        assert_eq!(told(259_199), "2d23h");
        assert_eq!(told(259_200), "3d");
    }
}
