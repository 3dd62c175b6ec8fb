//! The state of an incident: the fold of its record, changed only by [`apply`](super::apply()).

mod about;
mod index;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use index::{Ids, Index};
pub use row::Row;
pub(in crate::incident) use row::instance_name;

use super::claim::Claim;
use super::clocks::Clocks;
use super::evidence::Evidence;
use super::exercise::{Exercise, ExerciseEnd};
use super::id::{CallId, CheckId, ClaimId, GuardId, Seq, StepKey, TimerId};
use super::input::Now;
use super::people::People;
use super::ran::{CommandEnd, CommandRun};
use super::record::{
    Armed, CheckEnd, DoneElsewhere, GuardChange, Mode, Opened, Purpose, ScopeSource, Stage, Verdict,
};
use super::reminder::Timer;
use super::request::{Answer, Request};
use crate::playbook::{Check, Playbook, Step};
use crate::text::Shown;

/// A map whose clones share what neither has changed: a turn keeps what was, at no cost.
pub type Shared<K, V> = imbl::OrdMap<K, Arc<V>>;

/// Everything that is true now. Cheap to clone: what grows is behind `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub playbook: Arc<Playbook>,
    /// `None` before the first record.
    pub opened: Option<Arc<Opened>>,
    pub opened_at: Option<DateTime<Utc>>,
    pub closed: Option<Shown>,
    /// Where the record goes on, where it does so in a copy elsewhere.
    pub moved: Option<Shown>,
    /// Rises each time the record arrives somewhere; 1 where it was opened.
    pub epoch: u64,
    pub people: Arc<People>,
    /// Of the last applied record.
    pub seq: Option<Seq>,
    pub last_at: Option<DateTime<Utc>>,
    /// The same by the wall clock: another one only in a drill.
    pub last_wall: Option<DateTime<Utc>>,
    pub last_up: Option<u64>,
    /// Names the boot that `last_up` belongs to.
    pub boot: String,
    pub inputs: BTreeMap<String, String>,
    /// Raw values of answers: make [`Shown`] of them before showing. What a step saved for a member
    /// stands under `name[member]`.
    pub saved: Shared<Arc<str>, Value>,
    pub scope: Arc<Vec<Member>>,
    /// The current instance of each step that has a record, by its [name](StepKey::name); a step
    /// without one is planned, epoch 1.
    pub steps: Shared<Arc<str>, Instance>,
    pub calls: Shared<CallId, CallState>,
    pub checks: Shared<CheckId, CheckState>,
    pub guards: Shared<GuardId, GuardState>,
    pub claims: Shared<ClaimId, Claim>,
    pub timers: Shared<TimerId, Timer>,
    /// Severity, duties, promised updates, steps that were put off.
    pub clocks: Arc<Clocks>,
    pub evidence: imbl::Vector<Arc<Evidence>>,
    /// Commands that people ran beside the playbook, by the name of the run.
    pub commands: Shared<Arc<str>, CommandRun>,
    /// Positions of the records that hold what people said and decided, in order.
    pub said: imbl::Vector<Seq>,
    /// What of all this is unsettled.
    pub index: Index,
    /// Names of the instances whose `when` is false.
    pub not_applicable: BTreeSet<String>,
    pub withheld: BTreeSet<String>,
    /// The drill itself, in a drill.
    pub exercise: Option<Arc<Exercise>>,
    pub notes: u64,
    /// Records that did not fit the state they met; shown, never hidden.
    pub anomalies: Vec<Anomaly>,
    /// Why nothing may be written any more, where the record itself says so (a kind that this
    /// version does not know).
    pub read_only: Option<Shown>,
}

/// A record that did not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    pub seq: Seq,
    pub what: Shown,
}

/// Something the response has to deal with.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub scope: String,
    pub name: Shown,
    pub source: ScopeSource,
    pub at: DateTime<Utc>,
    /// The host that a person said is this one's, and is ours.
    pub admitted: Option<Admission>,
}

impl Member {
    /// What its host is called where back ends are: `database/db2.example.com`.
    pub fn backend(&self) -> String {
        format!("{}/{}", self.scope, self.name)
    }
}

/// That a member's host may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// As of a back end, without a trailing slash.
    pub url: String,
    /// Secrets may be sent there, where a step names one.
    pub secrets: bool,
    /// How we know that the host is ours.
    pub reason: Shown,
    pub at: DateTime<Utc>,
}

/// One instance of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    pub key: StepKey,
    pub progress: Progress,
    /// The confirmation that waits; only with progress `Armed`.
    pub armed: Option<Box<Armed>>,
    /// What the step was before it was armed: disarming goes back there, and so does an undo that
    /// had no effect.
    pub before: Option<Box<Progress>>,
    /// Every call of this instance, in order.
    pub calls: Vec<CallId>,
    /// Every check of this instance, in order.
    pub checks: Vec<CheckId>,
    /// Those before were asked before the step was amended.
    pub checks_from: usize,
    pub guards: Vec<GuardId>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// The answer, the option, or the reason that ended it.
    pub words: Option<Shown>,
    /// It was done by another way than this console.
    pub elsewhere: Option<Box<DoneElsewhere>>,
}

impl Instance {
    /// Nothing happened yet.
    pub fn new(key: StepKey) -> Self {
        Self {
            key,
            progress: Progress::Planned,
            armed: None,
            before: None,
            calls: Vec::new(),
            checks: Vec::new(),
            checks_from: 0,
            guards: Vec::new(),
            started_at: None,
            ended_at: None,
            words: None,
            elsewhere: None,
        }
    }

    /// Where the step goes back to when its undo had no effect.
    pub(super) fn took_back(&mut self) -> Progress {
        self.before.take().map_or(Progress::Unproven, |before| *before)
    }
}

/// Where an instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Planned,
    /// Shown in full and waiting for the second key.
    Armed,
    /// A request is under way.
    Running {
        call: CallId,
    },
    /// No effect yet; another attempt follows by itself.
    Retrying {
        call: CallId,
    },
    /// May have taken effect, or not.
    InDoubt {
        call: CallId,
    },
    /// Ended without effect.
    Failed {
        call: CallId,
    },
    /// Took effect; the proof is being made.
    Proving,
    /// Took effect; the proof failed or could not be made.
    Unproven,
    /// Took effect; the last check of every proof passed.
    Proven,
    /// Done, with nothing to prove it, or accepted without.
    Done,
    Skipped,
    /// Its effect was taken back.
    Undone,
}

impl Progress {
    /// The word on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Armed => "armed",
            Self::Running { .. } => "running",
            Self::Retrying { .. } => "retrying",
            Self::InDoubt { .. } => "in doubt",
            Self::Failed { .. } => "failed",
            Self::Proving => "proving",
            Self::Unproven => "unproven",
            Self::Proven => "proven",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Undone => "undone",
        }
    }

    /// Nothing more is needed for the incident to go on.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Proven | Self::Done | Self::Skipped | Self::Undone)
    }

    /// A request or a proof is under way.
    pub fn is_busy(self) -> bool {
        matches!(self, Self::Running { .. } | Self::Retrying { .. } | Self::Proving)
    }
}

/// One call with all its attempts.
#[derive(Debug, Clone, PartialEq)]
pub struct CallState {
    pub id: CallId,
    pub step: StepKey,
    pub purpose: Purpose,
    pub request: Request,
    pub hash: String,
    /// Attempts so far.
    pub attempt: u32,
    pub requested_at: DateTime<Utc>,
    /// Of the first attempt: an idempotency key lives from here.
    pub first_requested_at: DateTime<Utc>,
    /// An earlier attempt of this call may have taken effect: a later failure does not settle that.
    pub was_in_doubt: bool,
    pub end: CallEnd,
    pub answer: Option<Answer>,
    pub why: Shown,
}

/// How a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallEnd {
    /// Requested, no outcome yet.
    InFlight,
    /// Another attempt is due within so many milliseconds.
    Waiting {
        within_ms: u64,
    },
    Known(Verdict),
    InDoubt,
    Resolved {
        took_effect: bool,
    },
    /// It was done elsewhere: whether this call took effect too stays unknown, and matters no more.
    SetAside,
}

/// One check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckState {
    pub id: CheckId,
    pub step: StepKey,
    pub index: usize,
    pub stage: Stage,
    /// Of the check when it was asked.
    pub title: Shown,
    pub request: Request,
    pub started_at: DateTime<Utc>,
    /// `None` while it is being made.
    pub end: Option<(CheckVerdict, CheckEnd)>,
}

impl CheckState {
    /// It ended, and the answer was the wanted one.
    pub fn passed(&self) -> bool {
        matches!(self.end, Some((CheckVerdict::Passed, _)))
    }
}

/// What a check, or a guard, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckVerdict {
    Passed,
    Failed,
    Unknown,
}

/// One guard.
#[derive(Debug, Clone, PartialEq)]
pub struct GuardState {
    pub id: GuardId,
    pub step: StepKey,
    pub index: usize,
    /// The plan that it belongs to: it goes on asking what it was armed with.
    pub plan: Arc<Playbook>,
    pub request: Request,
    pub every_ms: u64,
    pub alarm_after: u32,
    pub verdict: CheckVerdict,
    /// When `verdict` last changed.
    pub since: DateTime<Utc>,
    pub last: Option<GuardChange>,
    pub ended: Option<Shown>,
}

impl GuardState {
    /// What it asks, as the plan said when it was armed.
    pub fn check(&self) -> Option<&Check> {
        self.plan.step(&self.step.id)?.verify.get(self.index)
    }
}

impl State {
    /// Before the first record.
    pub fn new(playbook: Arc<Playbook>) -> Self {
        Self {
            playbook,
            opened: None,
            opened_at: None,
            closed: None,
            moved: None,
            epoch: 1,
            people: Arc::default(),
            seq: None,
            last_at: None,
            last_wall: None,
            last_up: None,
            boot: String::new(),
            inputs: BTreeMap::new(),
            saved: Shared::default(),
            scope: Arc::default(),
            steps: Shared::default(),
            calls: Shared::default(),
            checks: Shared::default(),
            guards: Shared::default(),
            claims: Shared::default(),
            timers: Shared::default(),
            clocks: Arc::default(),
            evidence: imbl::Vector::default(),
            commands: Shared::default(),
            said: imbl::Vector::default(),
            index: Index::default(),
            not_applicable: BTreeSet::new(),
            withheld: BTreeSet::new(),
            exercise: None,
            notes: 0,
            anomalies: Vec::new(),
            read_only: None,
        }
    }

    /// The current instance of this name.
    pub fn instance(&self, step: &str) -> Option<&Instance> {
        self.steps.get(step).map(Arc::as_ref)
    }

    /// Where a step stands; planned when nothing happened yet. One that stands for a sub-playbook is
    /// done when all of its steps are over, and planned until then.
    pub fn progress(&self, step: &str) -> Progress {
        match self.instance(step) {
            Some(instance) => instance.progress,
            None if self.is_over_below(step) => Progress::Done,
            None => Progress::Planned,
        }
    }

    /// There are steps under this one, and none of them is needed any more.
    fn is_over_below(&self, heading: &str) -> bool {
        // Most playbooks have no other within.
        if self.playbook.source(heading).is_none() || heading.is_empty() {
            return false;
        }
        // Its steps do not apply then either, which is no end of them.
        if self.not_applicable.contains(heading) {
            return false;
        }
        let is_over = |step: &Step| self.rows(step).all(|row| self.is_settled(&row));
        self.playbook.children(heading).all(is_over)
    }

    /// The key of the current instance of this name.
    pub fn key(&self, step: &str) -> StepKey {
        self.instance(step).map_or_else(|| StepKey::named(step), |instance| instance.key.clone())
    }

    /// Live or drill; live before anything is known, which is the careful guess.
    pub fn mode(&self) -> Mode {
        self.opened.as_ref().map_or(Mode::Live, |opened| opened.mode)
    }

    /// The time that the incident goes by: in a drill that of the scenario, else as it is.
    pub fn by_its_clock(&self, now: Now) -> Now {
        Now { at: self.scenario_time(now).unwrap_or(now.at), ..now }
    }

    /// What the scenario's clock shows; `None` where this is no drill.
    pub fn scenario_time(&self, now: Now) -> Option<DateTime<Utc>> {
        self.exercise.as_ref().map(|exercise| exercise.clock.at(now.up))
    }

    /// Boot clock, microseconds, at which this moment comes, by the time that the incident goes by;
    /// `now` is by the wall clock. `None`: not while the scenario's clock stands still.
    pub fn up_at(&self, moment: DateTime<Utc>, now: Now) -> Option<u64> {
        if let Some(exercise) = &self.exercise {
            return exercise.clock.up_at(moment);
        }
        let wait = (moment - now.at).num_microseconds().unwrap_or(i64::MAX);
        Some(now.up.saturating_add(u64::try_from(wait).unwrap_or(0)))
    }

    /// What the scenario's clock shows while nobody plays: where it was left. `None` where this is no
    /// drill.
    pub fn scenario_rest(&self) -> Option<DateTime<Utc>> {
        self.last_at.filter(|_| self.exercise.is_some())
    }

    /// The time that the incident goes by while nobody plays.
    pub fn at_rest(&self, now: Now) -> Now {
        Now { at: self.scenario_rest().unwrap_or(now.at), ..now }
    }

    /// A drill that is over: nobody plays any more.
    pub fn is_drill_over(&self) -> bool {
        self.exercise.as_ref().is_some_and(|exercise| exercise.is_over())
    }

    /// Somebody declared that the real thing began: whoever plays leaves this drill.
    pub fn real_began(&self) -> bool {
        let ended = self.exercise.as_ref().and_then(|exercise| exercise.ended.as_ref());
        ended.is_some_and(|ended| ended.how == ExerciseEnd::RealIncident)
    }

    /// The incident's codename, empty before the first record.
    pub fn codename(&self) -> &str {
        self.opened.as_ref().map_or("", |opened| &opened.codename)
    }

    /// Calls whose end is not known.
    pub fn doubts(&self) -> impl Iterator<Item = &CallState> {
        let ids = self.index.doubtful.iter();
        ids.filter_map(|id| self.calls.get(id)).map(Arc::as_ref)
    }

    /// Guards that are still asked.
    pub fn live_guards(&self) -> impl Iterator<Item = &GuardState> {
        let ids = self.index.guarding.iter();
        ids.filter_map(|id| self.guards.get(id)).map(Arc::as_ref)
    }

    /// Calls that are in flight, or wait for their next attempt.
    pub fn calls_under_way(&self) -> impl Iterator<Item = &Arc<CallState>> {
        self.index.under_way.iter().filter_map(|id| self.calls.get(id))
    }

    /// Calls whose kept body is still there.
    pub fn kept_calls(&self) -> impl Iterator<Item = &CallState> {
        self.index.kept.iter().filter_map(|id| self.calls.get(id)).map(Arc::as_ref)
    }

    /// Checks that are being made.
    pub fn running_checks(&self) -> impl Iterator<Item = &Arc<CheckState>> {
        self.index.checking.iter().filter_map(|id| self.checks.get(id))
    }

    /// Reminders that are not done, in the order in which they were set.
    pub fn open_timers(&self) -> impl Iterator<Item = &Timer> {
        self.index.reminding.iter().filter_map(|id| self.timers.get(id)).map(Arc::as_ref)
    }

    /// Commands that run, or whose end nobody told, with the names of their runs.
    pub fn open_commands(&self) -> impl Iterator<Item = (&str, &CommandRun)> {
        let all = self.commands.iter().map(|(run, command)| (run.as_ref(), command.as_ref()));
        all.filter(|(_, command)| command.end.is_none())
    }

    /// Outputs of commands that are still kept, each with its command.
    pub fn kept_outputs(&self) -> impl Iterator<Item = (&str, &CommandRun)> {
        let outputs = self.commands.values().flat_map(|command| {
            let blobs = command.end.iter().flat_map(CommandEnd::blobs);
            blobs.map(move |blob| (blob, command.as_ref()))
        });
        outputs.filter(|(blob, _)| !self.withheld.contains(*blob))
    }

    /// When the next reminder is due, and which; it may have been due while nothing ran. `None`
    /// also once the incident is closed.
    pub fn next_reminder(&self) -> Option<(DateTime<Utc>, TimerId)> {
        self.closed.is_none().then(|| self.index.ahead.get_min().copied())?
    }

    /// The last check of each index of this instance, at the given stage, since the step was amended
    /// last.
    pub fn latest_checks(&self, step: &str, stage: Stage) -> BTreeMap<usize, &CheckState> {
        let Some(instance) = self.instance(step) else { return BTreeMap::new() };
        instance
            .checks
            .iter()
            .skip(instance.checks_from)
            .filter_map(|id| self.checks.get(id))
            .filter(|check| check.stage == stage)
            .map(|check| (check.index, check.as_ref()))
            .collect()
    }
}
