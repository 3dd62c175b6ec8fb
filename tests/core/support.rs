//! A small playbook with every kind of step, and a core driven without disk, network or clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use stanch::incident::exercise::{Briefing, Delivery, Inject, Rate};
use stanch::incident::{
    Answer, Ask, By, CallOutcome, CallResult, CheckResult, Decision, Effect, Finding, Input, Mode,
    Now, Offer, Opened, Purpose, Record, Refusal, Stamp, State, StepKey, Verdict, apply, decide,
    offers,
};
use stanch::playbook::{Playbook, read};
use stanch::text::Shown;

pub(crate) const PLAYBOOK: &str = r#"
format = 1
id = "core"
title = "Every kind of step"

[inputs.index]
title = "Which indices?"
default = "users"

[backends.search]
title = "Search"
url = "https://search.example.com:9200"
auth = { scheme = "api-key", secret = "search-admin" }

[[steps]]
id = "report"
phase = "detect"
title = "Take the report in"
ask = { question = "Who says what?", save = "report" }

[[steps]]
id = "list"
phase = "detect"
title = "List the indices"
discover = { scope = "index", items = "json | map(attribute='index') | list" }
[steps.call]
backend = "search"
request = "GET /_cat/indices?format=json"
repeat = "reads"
save = { first = "json[0].index" }

[[steps]]
id = "block"
phase = "contain"
title = "Block reads"
after = ["report"]
target = "{{ backends.search.host }}"
[steps.call]
backend = "search"
request = "PUT /{{ inputs.index }}/_settings"
json = { index = { blocks = { read = true } } }
repeat = "idempotent"
[[steps.verify]]
title = "Anonymous reads are refused"
backend = "search"
auth = "none"
request = "GET /{{ inputs.index }}/_search?size=0"
ok = "status == 403"
every = "5s"
times = 2
within = "1m"
guard = { every = "1m", alarm_after = 2 }
[steps.undo]
request = "PUT /{{ inputs.index }}/_settings"
json = { index = { blocks = { read = "{{ none }}" } } }
repeat = "idempotent"

[[steps]]
id = "revoke"
phase = "contain"
title = "Revoke every token"
danger = "type"
target = "all users"
[steps.call]
backend = "search"
request = "POST /revoke"
repeat = "once"

[[steps]]
id = "notify"
phase = "notify"
title = "Tell the users"
requires = ["list"]
[steps.call]
backend = "search"
request = "POST /notices"
json = { about = "{{ saved.first }}" }
repeat = "keyed"
key_life = "10m"

[[steps]]
id = "passwords"
phase = "learn"
title = "Force a password reset?"
decide = { question = "Force it?", options = ["yes", "no"], save = "reset" }

[[steps]]
id = "reset"
phase = "recover"
title = "Reset the passwords"
requires = ["passwords"]
when = "saved.reset == 'yes'"
ask = { question = "Done?" }
"#;

/// The same with duties and cadences.
pub(crate) const CLOCKS: &str = r#"
[[duties]]
id = "gdpr-33"
title = "Tell the authority"
due = "72h"
role = "privacy-officer"
law = "GDPR Art. 33"
[[duties]]
id = "sec-8k"
title = "File with the regulator"
starts = "material"
due = "4 business days"
[[duties]]
id = "people"
title = "Tell those affected"
due = "as soon as possible"

[[cadence]]
id = "executives"
title = "Executive update"
every = "30m"
[[cadence]]
id = "public"
title = "Status page"
every = "20m"
starts = "aware"
"#;

/// Steps for each database, after those of the small playbook.
pub(crate) const EACH: &str = r#"
[[steps]]
id = "close-host"
phase = "contain"
title = "Close the host"
each = { scope = "database" }
[steps.call]
backend = { scope = "database" }
request = "PUT /_closed"
repeat = "idempotent"
save = { closed = "json.at" }
[[steps.verify]]
title = "Strangers are refused"
request = "GET /"
ok = "status == 403"
guard = { every = "1m" }
[steps.undo]
request = "DELETE /_closed"
repeat = "idempotent"

[[steps]]
id = "firewall"
phase = "contain"
title = "Block it in the firewall"
each = { scope = "database" }
requires = ["close-host"]
[steps.call]
backend = "search"
request = "POST /rules"
json = { host = "{{ member.name }}", proof = "{{ saved.closed }}" }
repeat = "once"

[[steps]]
id = "own-key"
phase = "recover"
title = "Reset its keys"
each = { scope = "database" }
[steps.call]
backend = { scope = "database" }
auth = { scheme = "bearer", secret = "db-admin" }
request = "POST /keys/{{ member.host }}"
repeat = "once"

[[steps]]
id = "all-closed"
phase = "learn"
title = "All hosts are closed"
requires = ["close-host"]
ask = { question = "Who says so?" }
"#;

/// Midnight, an hour after boot.
pub(crate) fn start() -> Now {
    let at = DateTime::parse_from_rfc3339("2026-01-05T03:00:00Z").unwrap().with_timezone(&Utc);
    Now { at, up: 3_600_000_000 }
}

pub(crate) fn later(now: Now, seconds: i64) -> Now {
    Now {
        at: now.at + TimeDelta::seconds(seconds),
        up: now.up.saturating_add_signed(seconds * 1_000_000),
    }
}

pub(crate) fn playbook() -> Arc<Playbook> {
    playbook_of(PLAYBOOK)
}

fn playbook_of(text: &str) -> Arc<Playbook> {
    let checked = read("core.toml", text);
    let problems: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
    Arc::new(checked.playbook.unwrap_or_else(|| panic!("{}", problems.join("\n"))))
}

pub(crate) fn person() -> By {
    By { who: Shown::new("ana"), role: None }
}

pub(crate) fn opened() -> Opened {
    Opened {
        incident: "0123456789abcdef".to_owned(),
        codename: "amber-heron".to_owned(),
        mode: Mode::Live,
        playbook: "core".to_owned(),
        title: "Every kind of step".to_owned(),
        playbook_sha256: String::new(),
        sub_playbooks: BTreeMap::new(),
        scenario_sha256: None,
        exercise: None,
        version: "0".to_owned(),
        boot: "boot".to_owned(),
        inputs: BTreeMap::from([("index".to_owned(), "users".to_owned())]),
        backends: BTreeMap::new(),
    }
}

/// A drill whose clock goes four times as fast, on an evening long ago.
pub(crate) fn briefing() -> Briefing {
    Briefing {
        scenario: "night".to_owned(),
        version: "1".to_owned(),
        title: Shown::new("A night"),
        banner: Shown::new("EXERCISE EXERCISE EXERCISE"),
        start: DateTime::parse_from_rfc3339("2019-12-26T17:00:00Z").unwrap().with_timezone(&Utc),
        rate: Rate::parse("4").unwrap(),
        world_sha256: None,
    }
}

/// A message to the players; with options it asks for a decision.
pub(crate) fn inject(id: &str, options: &[&str]) -> Inject {
    Inject {
        inject: id.to_owned(),
        channel: "press".to_owned(),
        from: Shown::new("the Courier"),
        to: vec![Shown::new("communications")],
        subject: Shown::new("Is it true?"),
        body: Shown::new("We go to print at six.\nWhat do you say?"),
        options: options.iter().map(Shown::new).collect(),
        why: Delivery::Planned,
        original: None,
    }
}

/// The core with a record in memory.
pub(crate) struct Core {
    /// As opened: the state's own may be amended.
    pub(crate) playbook: Arc<Playbook>,
    pub(crate) state: State,
    pub(crate) now: Now,
    /// Each with the time of its decision, in a drill by the scenario's clock.
    pub(crate) records: Vec<(Now, Record)>,
    /// Effects of the last accepted input.
    pub(crate) effects: Vec<Effect>,
}

impl Core {
    pub(crate) fn open() -> Self {
        Self::with(playbook())
    }

    /// With duties and cadences.
    pub(crate) fn timed() -> Self {
        Self::with(playbook_of(&format!("{PLAYBOOK}{CLOCKS}")))
    }

    /// With steps for each database behind the others.
    pub(crate) fn scoped() -> Self {
        Self::with(playbook_of(&format!("{PLAYBOOK}{EACH}")))
    }

    /// With both.
    pub(crate) fn scoped_and_timed() -> Self {
        Self::with(playbook_of(&format!("{PLAYBOOK}{EACH}{CLOCKS}")))
    }

    pub(crate) fn with(playbook: Arc<Playbook>) -> Self {
        Self::begin(playbook, opened())
    }

    /// A drill.
    pub(crate) fn drill() -> Self {
        Self::drill_of(playbook())
    }

    /// A drill with steps for each database, duties and cadences.
    pub(crate) fn whole_drill() -> Self {
        Self::drill_of(playbook_of(&format!("{PLAYBOOK}{EACH}{CLOCKS}")))
    }

    fn drill_of(playbook: Arc<Playbook>) -> Self {
        let (mode, exercise) = (Mode::Drill, Some(briefing()));
        Self::begin(playbook, Opened { mode, exercise, ..opened() })
    }

    fn begin(playbook: Arc<Playbook>, opened: Opened) -> Self {
        let mut core = Self {
            state: State::new(playbook.clone()),
            playbook,
            now: start(),
            records: Vec::new(),
            effects: Vec::new(),
        };
        core.input(&Input::Open { by: person(), opened }).unwrap();
        core
    }

    /// Decides, passes each record through its written form, and applies what was read back.
    pub(crate) fn input(&mut self, input: &Input) -> Result<Decision, Refusal> {
        let now = self.state.by_its_clock(self.now);
        let decision = decide(&self.state, input, now)?;
        for record in &decision.records {
            let written = serde_json::to_string(record).unwrap();
            let read: Record = serde_json::from_str(&written).unwrap();
            assert_eq!(read, *record, "a record reads back as it was written");
            let begins = match &read {
                Record::Opened(opened) => opened.exercise.as_ref().map(|exercise| exercise.start),
                _ => None,
            };
            let now = Now { at: begins.unwrap_or(now.at), ..now };
            let stamp =
                Stamp { seq: self.records.len() as u64, at: now.at, wall: now.at, up: now.up };
            apply(&mut self.state, stamp, &read);
            self.records.push((now, read));
        }
        self.effects.clone_from(&decision.effects);
        Ok(decision)
    }

    /// What can be asked now.
    pub(crate) fn offers(&self) -> Vec<Offer> {
        offers(&self.state, self.state.by_its_clock(self.now))
    }

    pub(crate) fn ask(&mut self, ask: Ask) -> Result<Decision, Refusal> {
        self.input(&Input::Person { by: person(), ask })
    }

    pub(crate) fn key(&self, step: &str) -> StepKey {
        self.state.key(step)
    }

    /// Arms and confirms; the call is under way then.
    pub(crate) fn send(&mut self, step: &str) -> u32 {
        let key = self.key(step);
        self.ask(Ask::Arm { step: key.clone(), purpose: Purpose::Act, reason: Some("go".into()) })
            .unwrap();
        let armed = self.state.instance(step).unwrap().armed.clone().unwrap();
        let typed = armed.target.map(|target| target.to_string());
        self.ask(Ask::Confirm { step: key, hash: armed.hash, typed }).unwrap();
        self.state.calls.get_max().unwrap().0
    }

    /// The call's current attempt comes to this end.
    pub(crate) fn called(&mut self, call: u32, outcome: CallOutcome) {
        let attempt = self.state.calls[&call].attempt;
        let result = result(outcome);
        self.input(&Input::Called { call, attempt, result }).unwrap();
    }

    pub(crate) fn succeeds(&mut self, call: u32) {
        self.called(call, CallOutcome::Known { verdict: Verdict::Succeeded });
    }

    /// Every check under way ends like this.
    pub(crate) fn checks(&mut self, finding: Finding) {
        let open: Vec<u32> = self
            .state
            .checks
            .values()
            .filter(|check| check.end.is_none())
            .map(|check| check.id)
            .collect();
        for check in open {
            let result = CheckResult { finding, asked: 1, why: "said so".into(), answer: None };
            self.input(&Input::Checked { check, result }).unwrap();
        }
    }

    /// What a fold of the record alone leads to.
    pub(crate) fn replayed(&self) -> State {
        let mut state = State::new(self.playbook.clone());
        for (seq, (now, record)) in self.records.iter().enumerate() {
            apply(
                &mut state,
                Stamp { seq: seq as u64, at: now.at, wall: now.at, up: now.up },
                record,
            );
        }
        state
    }
}

pub(crate) fn result(outcome: CallOutcome) -> CallResult {
    let succeeded = outcome == CallOutcome::Known { verdict: Verdict::Succeeded };
    CallResult {
        outcome,
        why: "it answered".into(),
        answer: Some(Answer { status: Some(200), latency_us: 800, ..Answer::default() }),
        saved: if succeeded {
            BTreeMap::from([("first".to_owned(), "users-2019".into())])
        } else {
            BTreeMap::new()
        },
        discovered: if succeeded { vec!["users-2019".into()] } else { Vec::new() },
        retry_after_ms: None,
        body: None,
    }
}
