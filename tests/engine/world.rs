//! A world for the engine: a clock that is set by hand, a network that follows a script and keeps a
//! ledger, randomness from a seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use stanch::backend::{Asked, Called, Network, Redactor};
use stanch::engine::{
    self, Clock, Handle, Launch, Pilot, Ports, Random, Relocation, StartError, View,
};
use stanch::incident::exercise::Briefing;
use stanch::incident::{
    Answer, Ask, By, CallOutcome, CallResult, CheckResult, Finding, Judge, Mode, Now, Opened,
    Question, Request, State, StepKey, Verdict, hex,
};
use stanch::journal::JOURNAL;
use stanch::playbook::{Playbook, read};

use crate::disk::{DIR, FaultDisk};

pub(crate) const EMERGENCY: &str = "/elsewhere/emergency.jsonl";

pub(crate) fn playbook() -> Arc<Playbook> {
    let checked = read("faults.toml", include_str!("playbook.toml"));
    let problems: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
    Arc::new(checked.playbook.unwrap_or_else(|| panic!("{}", problems.join("\n"))))
}

pub(crate) fn person() -> By {
    By { who: "ana".into(), role: None }
}

pub(crate) fn journal() -> PathBuf {
    Path::new(DIR).join(JOURNAL)
}

/// Numbers from a seed: every failure can be run again.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }
}

impl Random for Dice {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        buffer.fill_with(|| self.next().to_le_bytes()[0]);
        Ok(())
    }
}

/// A clock that only a test moves; or that moves itself over short pauses, when nothing else is to
/// be done.
pub(crate) struct ManualClock(Mutex<Inside>);

struct Inside {
    now: Now,
    boot: String,
    skips: Duration,
}

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        let at = DateTime::parse_from_rfc3339("2026-01-05T03:00:00Z").unwrap().with_timezone(&Utc);
        let now = Now { at, up: 3_600_000_000 };
        Arc::new(Self(Mutex::new(Inside {
            now,
            boot: "boot".to_owned(),
            skips: Duration::from_secs(10),
        })))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    /// From now on pauses are waited for until a test moves the clock.
    pub(crate) fn by_hand(&self) {
        self.inside().skips = Duration::ZERO;
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut inside = self.inside();
        inside.now = after(inside.now, by);
    }

    /// Sets the wall clock alone.
    pub(crate) fn step_wall(&self, seconds: i64) {
        self.inside().now.at += TimeDelta::seconds(seconds);
    }

    /// The machine starts anew: its boot clock begins at 0.
    pub(crate) fn reboot(&self, boot: u64) {
        let mut inside = self.inside();
        inside.boot = format!("boot-{boot}");
        inside.now.up = 1_000_000;
        inside.now.at += TimeDelta::seconds(30);
    }
}

fn after(now: Now, by: Duration) -> Now {
    let at = now.at + TimeDelta::from_std(by).unwrap();
    Now { at, up: now.up + u64::try_from(by.as_micros()).unwrap() }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        self.inside().now
    }

    fn boot(&self) -> String {
        self.inside().boot.clone()
    }

    fn nap(&self, wait: Duration, _: bool) -> Duration {
        let mut inside = self.inside();
        if wait <= inside.skips {
            inside.now = after(inside.now, wait);
            return Duration::ZERO;
        }
        Duration::from_secs(3_600)
    }
}

/// One request that left.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) hash: String,
    pub(crate) up: u64,
}

/// What the systems out there saw, and what they will answer.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) sent: Vec<Sent>,
    /// Each admission of a host that the network was told, in order.
    pub(crate) admitted: Vec<(String, String)>,
    /// Boot clock of each question that was put.
    pub(crate) asked: Vec<u64>,
    /// Calls whose outcome the engine was told.
    pub(crate) told: usize,
    /// What must never be.
    pub(crate) violations: Vec<String>,
    /// What questions find; passed when nothing is said.
    pub(crate) finding: Option<Finding>,
    /// Answers wait until a test lets them come.
    pub(crate) hold: bool,
    pub(crate) calls: VecDeque<(Request, Judge, Called)>,
    /// The next question tells the first of these that it is about to be put, and keeps the engine
    /// until the second says something.
    pub(crate) gate: Option<(SyncSender<()>, Receiver<()>)>,
    pub(crate) questions: VecDeque<Asked>,
}

pub(crate) struct Script {
    disk: FaultDisk,
    clock: Arc<ManualClock>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
}

impl Network for Script {
    fn send(&self, request: &Request, judge: &Judge, done: Called) {
        let mut ledger = self.ledger.lock().unwrap();
        let hash = request.hash();
        let intents =
            self.intents(|line| line["kind"] == "call_requested" && line["hash"] == *hash);
        let before = ledger.sent.iter().filter(|sent| sent.hash == hash).count();
        if intents <= before {
            ledger.violations.push(format!("sent without a durable intent: {}", request.url));
        }
        if self.disk.inside().record_failed {
            ledger.violations.push(format!("sent after the record failed: {}", request.url));
        }
        let up = self.clock.now().up;
        ledger.sent.push(Sent { hash, up });
        if ledger.hold {
            ledger.calls.push_back((request.clone(), judge.clone(), done));
            return;
        }
        ledger.told += 1;
        drop(ledger);
        done(Self::usual(request, judge, before));
    }

    fn admit(&self, backend: &str, url: &str, secrets: bool) {
        let recorded = self.intents(|line| {
            line["kind"] == "scope_admitted"
                && backend
                    == format!(
                        "{}/{}",
                        line["scope"].as_str().unwrap(),
                        line["name"].as_str().unwrap()
                    )
                && line["url"] == *url
                && line["secrets"] == secrets
        });
        let mut ledger = self.ledger.lock().unwrap();
        if recorded == 0 {
            ledger.violations.push(format!("admitted without a durable record: {url}"));
        }
        ledger.admitted.push((backend.to_owned(), url.to_owned()));
    }

    fn ask(&self, request: &Request, _question: &Question, done: Asked) {
        let wanted = serde_json::to_value(request).unwrap();
        let recorded = self.intents(|line| {
            (line["kind"] == "check_started" || line["kind"] == "guard_armed")
                && line["request"] == wanted
        });
        let gate = self.ledger.lock().unwrap().gate.take();
        if let Some((entered, released)) = gate {
            entered.send(()).unwrap();
            released.recv().unwrap();
        }
        let mut ledger = self.ledger.lock().unwrap();
        if recorded == 0 {
            ledger.violations.push(format!("asked without a durable record: {}", request.url));
        }
        ledger.asked.push(self.clock.now().up);
        if ledger.hold {
            ledger.questions.push_back(done);
            return;
        }
        let finding = ledger.finding.unwrap_or(Finding::Passed);
        drop(ledger);
        done(found(finding));
    }
}

impl Script {
    fn intents(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        self.disk.durable_lines().iter().filter(|line| wanted(line)).count()
    }

    /// One call is told to come back later, the answer of another is lost, the rest succeed.
    fn usual(request: &Request, judge: &Judge, before: usize) -> CallResult {
        if request.url.ends_with("/notices") && before == 0 {
            let mut result = result(CallOutcome::Known { verdict: Verdict::NotDone }, judge);
            result.retry_after_ms = Some(3_000);
            return result;
        }
        if request.url.ends_with("/revoke") {
            return result(CallOutcome::InDoubt, judge);
        }
        result(CallOutcome::Known { verdict: Verdict::Succeeded }, judge)
    }
}

pub(crate) fn found(finding: Finding) -> CheckResult {
    CheckResult { finding, asked: 1, why: "it answered".into(), answer: None }
}

/// What a kept answer says.
pub(crate) const BODY: &[u8] = b"[]";

pub(crate) fn result(outcome: CallOutcome, judge: &Judge) -> CallResult {
    let succeeded = outcome == CallOutcome::Known { verdict: Verdict::Succeeded };
    let mut saved = BTreeMap::new();
    if succeeded {
        saved.extend(judge.save.iter().map(|(name, _)| (name.clone(), "users-2019".into())));
    }
    CallResult {
        outcome,
        why: "it answered".into(),
        answer: Some(Answer {
            status: Some(200),
            latency_us: 800,
            sha256: judge.keep_body.then(|| hex(&Sha256::digest(BODY))),
            kept: judge.keep_body,
            ..Answer::default()
        }),
        saved,
        discovered: if succeeded && judge.discover.is_some() {
            vec!["users-2019".into()]
        } else {
            Vec::new()
        },
        retry_after_ms: None,
        body: judge.keep_body.then(|| BODY.to_vec()),
    }
}

/// Everything around one engine.
pub(crate) struct World {
    pub(crate) disk: FaultDisk,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) seed: u64,
    pub(crate) redactor: Redactor,
}

impl World {
    pub(crate) fn new() -> Self {
        let (disk, clock) = (FaultDisk::new(), ManualClock::new());
        Self { disk, clock, ledger: Arc::default(), seed: 1, redactor: Redactor::default() }
    }

    /// The same world on another disk; the systems out there remember.
    pub(crate) fn on(&self, disk: FaultDisk) -> Self {
        let (clock, ledger) = (self.clock.clone(), self.ledger.clone());
        Self { disk, clock, ledger, seed: self.seed + 1, redactor: self.redactor.clone() }
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    fn ports(&self) -> Ports {
        let (disk, clock, ledger) = (self.disk.clone(), self.clock.clone(), self.ledger.clone());
        Ports {
            disk: Arc::new(disk.clone()),
            clock: clock.clone(),
            network: Arc::new(Script { disk, clock, ledger }),
            random: Box::new(Dice::new(self.seed)),
            redactor: self.redactor.clone(),
        }
    }

    fn launch(pilot: Option<Box<dyn Pilot>>) -> Launch {
        Self::launch_in(DIR, pilot)
    }

    fn launch_in(dir: &str, pilot: Option<Box<dyn Pilot>>) -> Launch {
        Launch {
            dir: dir.into(),
            playbook: playbook(),
            by: person(),
            emergency: EMERGENCY.into(),
            pilots: pilot.into_iter().collect(),
        }
    }

    pub(crate) fn open(&self, pilot: Option<Box<dyn Pilot>>) -> Result<Handle, StartError> {
        engine::open(self.ports(), Self::launch(pilot), self.opened(None))
    }

    /// The same as a drill, which this director runs.
    pub(crate) fn drill(
        &self,
        briefing: Briefing,
        director: Box<dyn Pilot>,
    ) -> Result<Handle, StartError> {
        engine::open(self.ports(), Self::launch(Some(director)), self.opened(Some(briefing)))
    }

    pub(crate) fn resume_drill(&self, director: Box<dyn Pilot>) -> Result<Handle, StartError> {
        engine::resume(self.ports(), Self::launch(Some(director)))
    }

    fn opened(&self, exercise: Option<Briefing>) -> Opened {
        Opened {
            incident: "0123456789abcdef".to_owned(),
            codename: "amber-heron".to_owned(),
            mode: if exercise.is_some() { Mode::Drill } else { Mode::Live },
            playbook: "faults".to_owned(),
            title: "Every kind of step".to_owned(),
            playbook_sha256: String::new(),
            sub_playbooks: BTreeMap::new(),
            scenario_sha256: None,
            exercise,
            version: "0".to_owned(),
            boot: self.clock.boot(),
            inputs: BTreeMap::from([("index".to_owned(), "users".to_owned())]),
            backends: BTreeMap::new(),
        }
    }

    pub(crate) fn resume(&self) -> Result<Handle, StartError> {
        engine::resume(self.ports(), Self::launch(None))
    }

    pub(crate) fn resume_in(&self, dir: &str) -> Result<Handle, StartError> {
        engine::resume(self.ports(), Self::launch_in(dir, None))
    }

    /// What moves the record in `dir`.
    pub(crate) fn relocation(&self, dir: &str) -> Relocation {
        Relocation {
            disk: Arc::new(self.disk.clone()),
            clock: self.clock.clone(),
            dir: dir.into(),
            playbook: playbook(),
            by: person(),
        }
    }

    pub(crate) fn continue_in(&self, dir: &str) -> Result<Handle, StartError> {
        engine::continue_in(self.ports(), Self::launch(None), dir.as_ref(), "the disk".into())
    }

    /// Moves the clock and lets the engine do all that is due.
    pub(crate) fn pass(&self, handle: &Handle, by: Duration) {
        self.clock.advance(by);
        handle.wake();
        settle(handle);
    }

    /// What a fold of the record alone leads to; fails where the record is not good.
    pub(crate) fn folded(&self, dir: &str) -> State {
        let mut state = State::new(playbook());
        let folded = stanch::journal::fold(&self.disk, dir.as_ref(), &mut |entry| {
            engine::fold_entry(&mut state, &entry);
        });
        let finding = folded.unwrap().finding;
        assert!(finding.is_none(), "{finding:?}");
        state
    }

    /// Nothing that must never be was seen.
    pub(crate) fn sound(&self) -> Result<(), String> {
        let ledger = self.ledger();
        if ledger.violations.is_empty() { Ok(()) } else { Err(ledger.violations.join("\n")) }
    }

    /// How often a record of this kind stands on the disk for good.
    pub(crate) fn durable(&self, kind: &str) -> usize {
        self.disk.durable_lines().iter().filter(|line| line["kind"] == kind).count()
    }
}

/// Waits until the engine has done all that it was told, and heard what came of it at once: three
/// times a
/// question that it refuses. The first answer comes before the effects of its turn are started.
pub(crate) fn settle(handle: &Handle) -> Arc<View> {
    for _ in 0..3 {
        let nowhere = StepKey::first("nowhere");
        assert!(handle.ask(person(), Ask::Start { step: nowhere, reason: None }).is_err());
    }
    handle.view()
}

pub(crate) fn note(text: &str) -> Ask {
    Ask::Note { text: text.into(), occurred: None, source: None }
}

/// The ids of calls that are under way.
pub(crate) fn flying(state: &State) -> BTreeSet<u32> {
    let flies = |end| end == stanch::incident::CallEnd::InFlight;
    state.calls.values().filter(|call| flies(call.end)).map(|call| call.id).collect()
}
