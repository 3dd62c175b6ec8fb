//! Everything that can reach the core: what a person asks, what the world answers, what the engine
//! notices.

use chrono::{DateTime, Utc};

use super::claim::ClaimStatus;
use super::clocks::Due;
use super::effect::{CallResult, CheckResult};
use super::exercise::{Control, Inject};
use super::id::{CallId, CheckId, ClaimId, GuardId, StepKey, TimerId};
use super::ran::CommandEnd;
use super::record::{By, Occurred, Opened, Purpose};
use super::reminder::When;
use super::severity::Severity;
use crate::text::Shown;

/// The time, as an argument: the core has no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub at: DateTime<Utc>,
    /// Since the machine booted, suspend included, microseconds.
    pub up: u64,
}

/// One input of the core.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The very first: begins the record.
    Open {
        by: By,
        opened: Opened,
    },
    /// An engine takes up an existing record.
    Resume {
        by: By,
        boot: String,
        version: String,
    },
    /// Somebody attached to the engine who was not there before.
    Attached {
        by: By,
        may_act: bool,
    },
    /// Somebody writes while no engine runs: before what they ask.
    Visit {
        by: By,
        boot: String,
        version: String,
    },
    Person {
        by: By,
        ask: Ask,
    },
    /// The record is about to go on in a copy of it, in `to`.
    Move {
        by: By,
        to: String,
        reason: Shown,
    },
    /// An engine takes up a record that was moved: its copy, or the old one after all.
    Arrive {
        by: By,
        /// Where the other one lay.
        from: String,
        host: Shown,
    },
    Called {
        call: CallId,
        attempt: u32,
        result: CallResult,
    },
    Checked {
        check: CheckId,
        result: CheckResult,
    },
    Guarded {
        guard: GuardId,
        result: CheckResult,
        /// So long had nobody asked before, since the machine slept.
        silent_ms: Option<u64>,
    },
    RetryDue {
        call: CallId,
    },
    /// The time of something came.
    Due {
        due: Due,
    },
}

/// What a person can ask. Every face offers the same, and every refusal has the same words.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Begin a call that only reads (danger none): it leaves at once.
    Start {
        step: StepKey,
        reason: Option<Shown>,
    },
    /// Show exactly what would be sent and open its confirmation.
    Arm {
        step: StepKey,
        purpose: Purpose,
        reason: Option<Shown>,
    },
    /// Send what was shown: the hash says that it is still the same.
    Confirm {
        step: StepKey,
        hash: String,
        typed: Option<String>,
    },
    Disarm {
        step: StepKey,
    },
    /// The answer of a manual step.
    Answer {
        step: StepKey,
        text: Shown,
        reason: Option<Shown>,
    },
    Decide {
        step: StepKey,
        option: Shown,
        because: Shown,
        reason: Option<Shown>,
    },
    Skip {
        step: StepKey,
        /// `None`: nobody says as what.
        skip: Option<SkipAs>,
        reason: Shown,
    },
    /// Somebody did it by another way than this console; the proof is made all the same.
    DoneElsewhere {
        step: StepKey,
        by_whom: Shown,
        place: Shown,
        occurred: Option<Occurred>,
        evidence: Option<Shown>,
        reason: Shown,
    },
    /// Do a finished or skipped step again: the epoch rises.
    Reopen {
        step: StepKey,
        reason: Shown,
    },
    /// Write the text of a step anew: its own `[[steps]]` table, whole.
    Amend {
        step: String,
        toml: Shown,
        reason: Shown,
    },
    /// Add a step that is in no playbook, by its `[[steps]]` table.
    AddStep {
        toml: Shown,
        reason: Shown,
    },
    /// Put the step's checks again.
    CheckAgain {
        step: StepKey,
    },
    /// Take the step as done although it is not proven.
    AcceptUnproven {
        step: StepKey,
        reason: Shown,
    },
    /// Settle the doubt by the step's own checks.
    Probe {
        step: StepKey,
    },
    /// Settle the doubt by sending the same request again, where the playbook says that this is
    /// harmless.
    Retry {
        step: StepKey,
    },
    /// Settle the doubt by a statement.
    Resolve {
        step: StepKey,
        took_effect: bool,
        reason: Shown,
    },
    /// Call off the retry that is pending.
    StopRetry {
        step: StepKey,
    },
    SetInput {
        name: String,
        value: Shown,
    },
    AddScope {
        scope: String,
        name: Shown,
        source: Shown,
    },
    /// Say which host a member of the scope is, and how we know that it is ours: steps may reach it
    /// then.
    Admit {
        scope: String,
        name: Shown,
        /// `https://host[:port][/path]`; `http` only for this machine.
        url: Shown,
        /// Whether secrets may be sent there, where a step names one.
        secrets: bool,
        reason: Shown,
    },
    Note {
        text: Shown,
        occurred: Option<Occurred>,
        /// Where the text comes from, if not from who notes it.
        #[serde(default)]
        source: Option<Shown>,
    },
    /// Record that a command is about to be run beside the playbook. Whoever asks runs it, once
    /// this is flushed.
    CommandStart {
        /// 16 lower-case hex digits, chosen at random.
        run: String,
        argv: Vec<Shown>,
        directory: Shown,
        host: Shown,
        /// Also in a drill, though a command reaches the real world.
        anyway: bool,
    },
    /// Record how it ended.
    CommandEnd {
        run: String,
        end: CommandEnd,
    },
    /// Enter what somebody says.
    ClaimMake {
        text: Shown,
        source: Shown,
        /// The kind of data that it is about.
        data: Option<Shown>,
    },
    /// Say how a claim stands, and why.
    ClaimAmend {
        claim: ClaimId,
        status: ClaimStatus,
        reason: Shown,
    },
    /// Add a number that somebody gives for a claim.
    ClaimCount {
        claim: ClaimId,
        count: Shown,
        source: Shown,
    },
    /// Act on a claim as if it were so, or no longer.
    ClaimActAsIf {
        claim: ClaimId,
        act: bool,
        reason: Shown,
    },
    Remind {
        what: Shown,
        who: Option<Shown>,
        when: When,
    },
    TimerDone {
        timer: TimerId,
        how: Option<Shown>,
    },
    /// Say that it is an incident, how bad, and since when (`None`: now).
    Declare {
        severity: Severity,
        occurred: Option<Occurred>,
        reason: Shown,
    },
    SetSeverity {
        severity: Severity,
        reason: Shown,
    },
    /// Decide since when people know (`None`: now).
    Aware {
        occurred: Option<Occurred>,
        reason: Shown,
    },
    /// Decide whether a duty applies, and from when its time counts.
    DutyDecide {
        duty: String,
        on: bool,
        starts: Option<Occurred>,
        reason: Shown,
    },
    /// Say how a duty was met, and when (`None`: now).
    DutyMet {
        duty: String,
        occurred: Option<Occurred>,
        how: Shown,
    },
    /// Say that an update was given, when (`None`: now), and perhaps another time for the next.
    UpdateGive {
        cadence: String,
        occurred: Option<Occurred>,
        how: Shown,
        next: Option<When>,
    },
    /// Promise no more updates.
    UpdatesEnd {
        cadence: String,
        reason: Shown,
    },
    /// Attach a file by its path and hash. The core reads no file: whoever asks fills in `sha256`
    /// (lower-case hex) and `bytes`, and offers leave them empty.
    Attach {
        path: Shown,
        sha256: String,
        bytes: u64,
        about: Shown,
    },
    Withhold {
        blob: String,
        reason: Shown,
    },
    Close {
        reason: Shown,
    },
    /// Take a role, or give it to somebody. A reason is needed where another holds it, and beside
    /// the commander's.
    TakeRole {
        role: Shown,
        /// Absent: who asks.
        who: Option<Shown>,
        reason: Option<Shown>,
    },
    GiveUpRole {
        role: Shown,
        /// Absent: who asks.
        who: Option<Shown>,
    },
    /// Asked by who holds the role; the page is pinned by the core.
    OfferHandOver {
        role: Shown,
        to: Shown,
    },
    /// Asked by who it was offered to; the hash is that of the page that they read.
    AcceptHandOver {
        role: Shown,
        page_sha256: String,
    },
    DeclineHandOver {
        role: Shown,
        reason: Shown,
    },
    /// In a drill: send a message to the players.
    Deliver {
        inject: Inject,
    },
    /// Say that an inject was opened.
    InjectSeen {
        inject: String,
    },
    InjectAnswer {
        inject: String,
        /// One of its options, where it has some.
        option: Option<Shown>,
        text: Shown,
    },
    /// Do something to the drill itself.
    Control {
        control: Control,
    },
    HotWash {
        question: Shown,
        text: Shown,
    },
}

/// As what a step is left out, as a person said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipAs {
    NotApplicable,
    RiskAccepted,
    Deferred { until: When },
}

impl Ask {
    /// When what it tells happened, where that is not now.
    pub fn occurred(&self) -> Option<&Occurred> {
        match self {
            Self::Note { occurred, .. }
            | Self::DoneElsewhere { occurred, .. }
            | Self::Declare { occurred, .. }
            | Self::Aware { occurred, .. }
            | Self::DutyMet { occurred, .. }
            | Self::UpdateGive { occurred, .. } => occurred.as_ref(),
            _ => None,
        }
    }
}
