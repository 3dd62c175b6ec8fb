//! Everything that can stand in the record: past-tense facts, the whole vocabulary of an incident.
//!
//! The journal writes each as one line and adds the envelope (`v`, `seq`, `prev`, `at`, `up`, `by`,
//! `h`), so no field here may bear one of those names. A reader that meets a kind that it does not
//! know opens the incident read-only.

mod kinds;
mod payload;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use kinds::kinds;
pub use payload::{
    Armed, By, CheckEnd, Disarm, DoneElsewhere, GuardChange, Mode, Occurred, Opened, Precision,
    Purpose, Resolution, ScopeSource, Stage, Verdict,
};

use super::claim::{ClaimStatus, Count};
use super::clocks::SkipKind;
use super::exercise::{Control, Inject};
use super::id::{CallId, CheckId, ClaimId, GuardId, StepKey, TimerId};
use super::ran::CommandEnd;
use super::request::{Answer, Request};
use super::severity::Severity;
use crate::text::Shown;

/// One fact.
///
/// Serialises as `{"kind": {payload}}`; the journal writes the payload beside the envelope. (A tag
/// inside the payload would have serde buffer every record that is read.)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    Opened(Opened),
    /// An engine took the incident up again; whatever it found in flight follows as in doubt.
    Resumed {
        boot: String,
        version: String,
    },
    /// A torn tail was cut; its bytes are kept beside the record under `kept_as`.
    Recovered {
        bytes: u64,
        sha256: String,
        kept_as: String,
    },
    /// The record goes on from that of another directory, whose head it names in its first `prev`.
    Continued {
        from: String,
        reason: Shown,
    },
    /// Wall clock and boot clock drifted apart by more than a second since the record before.
    ClockStepped {
        wall_us: i64,
        boot_us: i64,
    },
    Closed {
        reason: Shown,
    },
    RoleTaken {
        role: Shown,
        who: Shown,
        /// Who held it until then and did not hand it over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Shown>,
        /// Why it was taken over, or is held beside another role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Shown>,
    },
    RoleLeft {
        role: Shown,
        who: Shown,
    },
    /// It stays where it was until it is accepted.
    HandOverOffered {
        role: Shown,
        from: Shown,
        to: Shown,
        /// The hand-over page as it was made after record `page_seq`.
        page_sha256: String,
        page_seq: u64,
    },
    HandOverDeclined {
        role: Shown,
        from: Shown,
        to: Shown,
        reason: Shown,
    },
    /// Accepted by who takes it over, after having read the page.
    RoleHandedOver {
        role: Shown,
        from: Shown,
        to: Shown,
        page_sha256: String,
        page_seq: u64,
    },
    /// The record goes on in the copy in `to`; this one takes nothing more.
    Moved {
        to: String,
        reason: Shown,
        epoch: u64,
    },
    /// The copy that was made in `from` was taken up, on this host.
    Arrived {
        from: String,
        epoch: u64,
        host: Shown,
    },

    InputSet {
        name: String,
        value: Shown,
    },
    ScopeAdded {
        scope: String,
        name: Shown,
        source: ScopeSource,
    },
    /// A person says which host a member of the scope is, and that it is ours: from now on steps
    /// may reach it.
    ScopeAdmitted {
        scope: String,
        name: Shown,
        url: String,
        /// Secrets may be sent there, where a step names one.
        secrets: bool,
        /// How we know that the host is ours.
        reason: Shown,
    },

    StepApplies {
        step: StepKey,
        applies: bool,
    },
    StepArmed(Armed),
    StepDisarmed {
        step: StepKey,
        why: Disarm,
    },
    StepStarted {
        step: StepKey,
        /// Why it was started before what comes first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        out_of_order: Option<Shown>,
    },
    StepAnswered {
        step: StepKey,
        text: Shown,
    },
    Decided {
        step: StepKey,
        option: Shown,
        reason: Shown,
    },
    StepCompleted {
        step: StepKey,
        /// Every check of the step passed.
        proven: bool,
        /// Why it was accepted without proof.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Shown>,
    },
    StepSkipped {
        step: StepKey,
        reason: Shown,
        /// Absent where nobody said as what.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skip: Option<SkipKind>,
    },
    /// The time until which it was put off came, or had come while nothing ran.
    StepReturned {
        step: StepKey,
    },
    /// Somebody did it by another way than this console; the proof follows. A call of the step that
    /// is in doubt is set aside: whether it took effect too stays unknown.
    StepDoneElsewhere(DoneElsewhere),
    /// `step` bears the new epoch.
    StepReopened {
        step: StepKey,
        reason: Shown,
    },
    /// The plan says this of the step from here on.
    StepAmended {
        /// Its id: all instances of it are meant.
        step: String,
        /// Its table, whole.
        toml: Shown,
        /// What is different, as a unified diff.
        diff: Shown,
        reason: Shown,
    },
    /// A step that stands in no playbook came into the plan.
    StepAdded {
        id: String,
        toml: Shown,
        reason: Shown,
    },
    StepUndone {
        step: StepKey,
    },

    CallRequested {
        call: CallId,
        step: StepKey,
        purpose: Purpose,
        /// From 1.
        attempt: u32,
        request: Request,
        hash: String,
    },
    CallAnswered {
        call: CallId,
        attempt: u32,
        verdict: Verdict,
        why: Shown,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        saved: BTreeMap<String, Value>,
        /// Another attempt follows by itself, after a random pause of at most this many
        /// milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_within_ms: Option<u64>,
    },
    CallInDoubt {
        call: CallId,
        attempt: u32,
        why: Shown,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_within_ms: Option<u64>,
    },
    CallResolved {
        call: CallId,
        took_effect: bool,
        how: Resolution,
    },
    /// The pending retry was called off by a person.
    RetryStopped {
        call: CallId,
    },

    CheckStarted {
        check: CheckId,
        step: StepKey,
        /// Which of the step's checks, from 0.
        index: usize,
        stage: Stage,
        request: Request,
    },
    CheckPassed(CheckEnd),
    CheckFailed(CheckEnd),
    /// It could not be made; the truth is unknown.
    CheckUnknown(CheckEnd),

    GuardArmed {
        guard: GuardId,
        step: StepKey,
        index: usize,
        request: Request,
        every_ms: u64,
        alarm_after: u32,
    },
    GuardHolds(GuardChange),
    GuardBroken(GuardChange),
    GuardUnknown(GuardChange),
    GuardEnded {
        guard: GuardId,
        why: Shown,
    },

    Noted {
        text: Shown,
        /// Where the text comes from, if not from who noted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<Shown>,
    },
    /// Somebody attached to the running engine, for the first time since it began.
    Attached {
        /// Else they only look.
        may_act: bool,
    },
    /// What follows was written while no engine ran: nothing was taken up, and nothing was asked.
    Visited {
        boot: String,
        version: String,
    },
    /// The intent, flushed before the command is started.
    CommandStarted {
        run: String,
        argv: Vec<Shown>,
        directory: Shown,
        host: Shown,
    },
    CommandEnded {
        run: String,
        end: CommandEnd,
    },

    ClaimMade {
        claim: ClaimId,
        text: Shown,
        /// Who says so.
        source: Shown,
        /// The kind of data that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Shown>,
    },
    /// What is absent stays as it was.
    ClaimAmended {
        claim: ClaimId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<ClaimStatus>,
        /// Added to those that there are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<Count>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act_as_if: Option<bool>,
        /// A count has none: its source stands for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Shown>,
    },
    TimerSet {
        timer: TimerId,
        what: Shown,
        /// Whom it concerns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<Shown>,
        due: DateTime<Utc>,
    },
    /// Its time came, or had come while no engine ran.
    TimerDue {
        timer: TimerId,
    },
    TimerDone {
        timer: TimerId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        how: Option<Shown>,
    },
    /// It is an incident, and so bad.
    Declared {
        severity: Severity,
        when: Occurred,
        reason: Shown,
    },
    SeveritySet {
        severity: Severity,
        reason: Shown,
    },
    /// Since when people know, as a person decided. A later one stands in its place.
    Aware {
        when: Occurred,
        reason: Shown,
    },
    /// A later decision stands in its place.
    DutyDecided {
        duty: String,
        /// It applies here.
        on: bool,
        /// From when its time counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        starts: Option<Occurred>,
        /// Absent where no time is set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DateTime<Utc>>,
        reason: Shown,
    },
    /// Its time came, or had come while no engine ran.
    DutyDue {
        duty: String,
    },
    DutyMet {
        duty: String,
        when: Occurred,
        how: Shown,
    },
    /// The first update of a cadence.
    UpdatePromised {
        cadence: String,
        due: DateTime<Utc>,
    },
    UpdateGiven {
        cadence: String,
        when: Occurred,
        how: Shown,
        /// When the next one is promised.
        due: DateTime<Utc>,
    },
    /// Its time came, or had come while no engine ran.
    UpdateDue {
        cadence: String,
    },
    /// No more are promised.
    UpdatesEnded {
        cadence: String,
        reason: Shown,
    },
    /// The file itself is not kept: its hash says what it was.
    EvidenceAttached {
        path: Shown,
        sha256: String,
        bytes: u64,
        about: Shown,
    },
    /// A blob was removed; its hash stays in the chain.
    Withheld {
        blob: String,
        reason: Shown,
    },

    /// In a drill: a message to the players arrived.
    InjectArrived(Inject),
    /// Somebody opened it first.
    InjectSeen {
        inject: String,
    },
    InjectAnswered {
        inject: String,
        /// One of its options.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        option: Option<Shown>,
        text: Shown,
    },
    /// Somebody did something to the drill itself.
    ExerciseControlled(Control),
    /// A question of the hot wash was answered.
    HotWashAnswered {
        question: Shown,
        text: Shown,
    },
}

impl Record {
    /// The word of the `kind` field, also the word in filters and docs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Resumed { .. } => "resumed",
            Self::Recovered { .. } => "recovered",
            Self::Continued { .. } => "continued",
            Self::ClockStepped { .. } => "clock_stepped",
            Self::Closed { .. } => "closed",
            Self::RoleTaken { .. } => "role_taken",
            Self::RoleLeft { .. } => "role_left",
            Self::HandOverOffered { .. } => "hand_over_offered",
            Self::HandOverDeclined { .. } => "hand_over_declined",
            Self::RoleHandedOver { .. } => "role_handed_over",
            Self::Moved { .. } => "moved",
            Self::Arrived { .. } => "arrived",
            Self::InputSet { .. } => "input_set",
            Self::ScopeAdded { .. } => "scope_added",
            Self::ScopeAdmitted { .. } => "scope_admitted",
            Self::StepApplies { .. } => "step_applies",
            Self::StepArmed(_) => "step_armed",
            Self::StepDisarmed { .. } => "step_disarmed",
            Self::StepStarted { .. } => "step_started",
            Self::StepAnswered { .. } => "step_answered",
            Self::Decided { .. } => "decided",
            Self::StepCompleted { .. } => "step_completed",
            Self::StepSkipped { .. } => "step_skipped",
            Self::StepReturned { .. } => "step_returned",
            Self::StepDoneElsewhere(_) => "step_done_elsewhere",
            Self::StepReopened { .. } => "step_reopened",
            Self::StepAmended { .. } => "step_amended",
            Self::StepAdded { .. } => "step_added",
            Self::StepUndone { .. } => "step_undone",
            Self::CallRequested { .. } => "call_requested",
            Self::CallAnswered { .. } => "call_answered",
            Self::CallInDoubt { .. } => "call_in_doubt",
            Self::CallResolved { .. } => "call_resolved",
            Self::RetryStopped { .. } => "retry_stopped",
            Self::CheckStarted { .. } => "check_started",
            Self::CheckPassed(_) => "check_passed",
            Self::CheckFailed(_) => "check_failed",
            Self::CheckUnknown(_) => "check_unknown",
            Self::GuardArmed { .. } => "guard_armed",
            Self::GuardHolds(_) => "guard_holds",
            Self::GuardBroken(_) => "guard_broken",
            Self::GuardUnknown(_) => "guard_unknown",
            Self::GuardEnded { .. } => "guard_ended",
            Self::Noted { .. } => "noted",
            Self::Attached { .. } => "attached",
            Self::Visited { .. } => "visited",
            Self::CommandStarted { .. } => "command_started",
            Self::CommandEnded { .. } => "command_ended",
            Self::ClaimMade { .. } => "claim_made",
            Self::ClaimAmended { .. } => "claim_amended",
            Self::TimerSet { .. } => "timer_set",
            Self::TimerDue { .. } => "timer_due",
            Self::TimerDone { .. } => "timer_done",
            Self::Declared { .. } => "declared",
            Self::SeveritySet { .. } => "severity_set",
            Self::Aware { .. } => "aware",
            Self::DutyDecided { .. } => "duty_decided",
            Self::DutyDue { .. } => "duty_due",
            Self::DutyMet { .. } => "duty_met",
            Self::UpdatePromised { .. } => "update_promised",
            Self::UpdateGiven { .. } => "update_given",
            Self::UpdateDue { .. } => "update_due",
            Self::UpdatesEnded { .. } => "updates_ended",
            Self::EvidenceAttached { .. } => "evidence_attached",
            Self::Withheld { .. } => "withheld",
            Self::InjectArrived(_) => "inject_arrived",
            Self::InjectSeen { .. } => "inject_seen",
            Self::InjectAnswered { .. } => "inject_answered",
            Self::ExerciseControlled(_) => "exercise_controlled",
            Self::HotWashAnswered { .. } => "hot_wash_answered",
        }
    }

    /// Whether it holds what a person said or decided: notes, decisions, answers, claims, evidence.
    pub fn is_said(&self) -> bool {
        matches!(
            self,
            Self::Noted { .. }
                | Self::CommandStarted { .. }
                | Self::Decided { .. }
                | Self::StepAnswered { .. }
                | Self::StepSkipped { .. }
                | Self::StepDoneElsewhere(_)
                | Self::ScopeAdmitted { .. }
                | Self::StepAmended { .. }
                | Self::StepAdded { .. }
                | Self::ClaimMade { .. }
                | Self::ClaimAmended { .. }
                | Self::Declared { .. }
                | Self::SeveritySet { .. }
                | Self::Aware { .. }
                | Self::DutyDecided { .. }
                | Self::DutyMet { .. }
                | Self::UpdateGiven { .. }
                | Self::UpdatesEnded { .. }
                | Self::EvidenceAttached { .. }
                | Self::RoleTaken { .. }
                | Self::RoleLeft { .. }
                | Self::HandOverDeclined { .. }
                | Self::RoleHandedOver { .. }
                | Self::InjectAnswered { .. }
                | Self::HotWashAnswered { .. }
        )
    }

    /// When what it tells happened, where it says so itself.
    pub fn when(&self) -> Option<&Occurred> {
        match self {
            Self::Declared { when, .. }
            | Self::Aware { when, .. }
            | Self::DutyMet { when, .. }
            | Self::UpdateGiven { when, .. } => Some(when),
            Self::StepDoneElsewhere(done) => done.when.as_ref(),
            _ => None,
        }
    }
}
