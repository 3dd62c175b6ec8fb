//! Records of any length of the same incident: notes, and what a guard found.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use stanch::command::{Console, Reading};
use stanch::drill::shipped;
use stanch::engine::{Clock, SystemClock};
use stanch::incident::record::GuardChange;
use stanch::incident::{Answer, By, Mode, Now, Opened, Record, Request, StepKey};
use stanch::journal::{Disk, Draft, Holder, Options, RealDisk, Urgency, Writer};
use stanch::playbook::{Auth, Playbook};

/// A clock that stands still until it is set.
pub(crate) struct Still(Mutex<Now>);

impl Still {
    pub(crate) fn tick(&self) {
        let mut now = self.0.lock().unwrap();
        *now = Now { at: now.at + TimeDelta::seconds(1), up: now.up + 1_000_000 };
    }
}

impl Clock for Still {
    fn now(&self) -> Now {
        *self.0.lock().unwrap()
    }

    fn boot(&self) -> String {
        SystemClock.boot()
    }

    fn nap(&self, wait: Duration, _: bool) -> Duration {
        wait
    }
}

pub(crate) fn playbook() -> Playbook {
    shipped::read("exposed-database").unwrap().playbook.unwrap()
}

/// A console over a record of so many entries, all of it folded.
pub(crate) fn console(dir: &Path, records: u64) -> (Reading, Arc<Still>) {
    build(dir, records);
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let clock = Arc::new(Still(Mutex::new(SystemClock.now())));
    let why = "only read".into();
    let reading = Reading::open(&disk, dir, Arc::new(playbook()), why, clock.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut views = reading.watch();
    let whole = runtime.block_on(views.wait_for(|view| view.state.seq == Some(records - 1)));
    assert!(whole.unwrap().state.anomalies.is_empty());
    (reading, clock)
}

fn build(dir: &Path, records: u64) {
    let options = Options::new(Holder::this_process("bench".into()));
    let mut writer = Writer::create(Arc::new(RealDisk), dir, &options).unwrap();
    for number in 0..records {
        let by = match number % 20 {
            4 | 9 | 14 => By { who: "ana".into(), role: Some("scribe".into()) },
            _ => By::console(),
        };
        let draft = Draft { record: record(number), by, occurred: None };
        writer.push(&draft, Now { at: Utc::now(), up: 123_456_789 }).unwrap();
        if number % 10_000 == 9_999 {
            writer.commit(Urgency::Result).unwrap();
        }
    }
    let _ = writer.commit(Urgency::Result);
}

fn record(number: u64) -> Record {
    match (number, number % 20) {
        (0, _) => Record::Opened(opened()),
        (1, _) => Record::GuardArmed {
            guard: 1,
            step: StepKey::first("close-network"),
            index: 0,
            request: request(),
            every_ms: 60_000,
            alarm_after: 2,
        },
        (_, 4 | 9 | 14) => Record::Noted { text: format!("{number}: {NOTE}").into(), source: None },
        _ => Record::GuardHolds(GuardChange {
            guard: 1,
            asked: 60,
            silent_ms: None,
            why: "the connection was refused".into(),
            answer: Some(Answer {
                address: Some("10.20.30.40:9200".into()),
                latency_us: 3_000 + number % 997,
                ..Answer::default()
            }),
        }),
    }
}

const NOTE: &str = "the load balancer's logs of the last thirty days are copied to the evidence \
                    share, read-only; the owner of the copy job does not answer his phone";

fn opened() -> Opened {
    Opened {
        incident: "5e".repeat(16),
        codename: "amber-heron".to_owned(),
        mode: Mode::Live,
        playbook: "exposed-database".to_owned(),
        title: "A long night".to_owned(),
        playbook_sha256: "5e".repeat(32),
        sub_playbooks: BTreeMap::new(),
        scenario_sha256: None,
        exercise: None,
        version: "0.1.0".to_owned(),
        boot: SystemClock.boot(),
        inputs: BTreeMap::new(),
        backends: BTreeMap::new(),
    }
}

fn request() -> Request {
    Request {
        backend: "search".to_owned(),
        method: "GET".to_owned(),
        url: "https://search.example.com:9200/".to_owned(),
        headers: Vec::new(),
        body: None,
        auth: Auth::None,
        via: Some("outside".to_owned()),
        timeout_ms: 10_000,
    }
}
