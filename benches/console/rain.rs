//! An engine that hears many answers a second: many guards, a network that answers at once, and a
//! clock that runs fast, since a guard asks once a second at most.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use stanch::backend::{Asked, Called, Network, Redactor};
use stanch::command::Attached;
use stanch::engine::{Clock, Launch, Pilot, Ports, SystemClock, SystemRandom, open};
use stanch::incident::{
    Ask, By, CallOutcome, CallResult, CheckResult, Finding, Judge, Mode, Now, Opened, Progress,
    Question, Refusal, Request, State, Verdict,
};
use stanch::journal::RealDisk;
use stanch::playbook::read;

/// How much is guarded, and how much faster than time it goes.
#[derive(Clone, Copy)]
pub(crate) struct Cloud {
    pub(crate) steps: usize,
    /// Of each step.
    pub(crate) guards: usize,
    pub(crate) faster: u32,
}

/// A clock that runs faster, so that what comes once a second comes more often.
struct Fast {
    begun: Instant,
    from: Now,
    faster: u32,
}

impl Clock for Fast {
    fn now(&self) -> Now {
        let gone = self.begun.elapsed() * self.faster;
        Now {
            at: self.from.at + TimeDelta::from_std(gone).unwrap(),
            up: self.from.up + u64::try_from(gone.as_micros()).unwrap(),
        }
    }

    fn boot(&self) -> String {
        SystemClock.boot()
    }

    fn nap(&self, wait: Duration, _: bool) -> Duration {
        wait / self.faster
    }
}

/// Answers from a thread of its own, as a network does.
struct AtOnce {
    questions: Mutex<Sender<Asked>>,
}

impl Network for AtOnce {
    fn send(&self, _: &Request, _: &Judge, done: Called) {
        done(CallResult {
            outcome: CallOutcome::Known { verdict: Verdict::Succeeded },
            why: "it answered".into(),
            answer: None,
            saved: BTreeMap::new(),
            discovered: Vec::new(),
            retry_after_ms: None,
            body: None,
        });
    }

    fn admit(&self, _: &str, _: &str, _: bool) {}

    fn ask(&self, _: &Request, _: &Question, done: Asked) {
        // Nobody answers any more at the end of the process.
        let _ = self.questions.lock().unwrap().send(done);
    }
}

/// Starts every step.
struct Starter;

impl Pilot for Starter {
    fn next(&mut self, state: &State, _: Now, refused: Option<&Refusal>) -> Option<(By, Ask)> {
        assert_eq!(refused, None);
        let row = state.timeline().find(|row| row.progress == Progress::Planned)?;
        Some((By::console(), Ask::Start { step: state.key(&row.name), reason: None }))
    }
}

/// The console, and what came to it.
pub(crate) struct Rain {
    pub(crate) console: Arc<Attached>,
    pub(crate) answers: Arc<AtomicU64>,
    pours: Arc<AtomicBool>,
}

impl Rain {
    /// With every guard armed.
    pub(crate) fn begin(dir: &Path, cloud: Cloud) -> Self {
        let (questions, asked) = channel::<Asked>();
        let (answers, pours) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(true)));
        let (counter, flag) = (answers.clone(), pours.clone());
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for done in asked {
                if !flag.load(Ordering::Relaxed) {
                    // What is never answered is never asked again.
                    kept.push(done);
                    continue;
                }
                counter.fetch_add(1, Ordering::Relaxed);
                done(CheckResult {
                    finding: Finding::Passed,
                    asked: 1,
                    why: "it answered".into(),
                    answer: None,
                });
            }
        });
        let clock =
            Arc::new(Fast { begun: Instant::now(), from: SystemClock.now(), faster: cloud.faster });
        let ports = Ports {
            disk: Arc::new(RealDisk),
            clock: clock.clone(),
            network: Arc::new(AtOnce { questions: Mutex::new(questions) }),
            random: Box::new(SystemRandom),
            redactor: Redactor::default(),
        };
        let launch = Launch {
            dir: dir.to_owned(),
            playbook: Arc::new(read("rain.toml", &playbook(cloud)).playbook.unwrap()),
            by: By::console(),
            emergency: dir.join("emergency"),
            pilots: vec![Box::new(Starter)],
        };
        let handle = open(ports, launch, opened()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut views = handle.watch();
        let armed = |state: &State| state.live_guards().count() == cloud.steps * cloud.guards;
        runtime.block_on(views.wait_for(|view| armed(&view.state))).unwrap();
        Self { console: Arc::new(Attached::new(handle, clock)), answers, pours }
    }

    /// From now on nothing is answered.
    pub(crate) fn stop(&self) {
        self.pours.store(false, Ordering::Relaxed);
    }
}

fn opened() -> Opened {
    Opened {
        incident: "bench".to_owned(),
        codename: "amber-heron".to_owned(),
        mode: Mode::Live,
        playbook: "rain".to_owned(),
        title: "Rain".to_owned(),
        playbook_sha256: String::new(),
        sub_playbooks: BTreeMap::new(),
        scenario_sha256: None,
        exercise: None,
        version: String::new(),
        boot: SystemClock.boot(),
        inputs: BTreeMap::new(),
        backends: BTreeMap::new(),
    }
}

fn playbook(cloud: Cloud) -> String {
    let mut text = "format = 1\nid = \"rain\"\ntitle = \"Rain\"\n[backends.service]\n\
                    title = \"service\"\nurl = \"https://service.example.com\"\n"
        .to_owned();
    for step in 0..cloud.steps {
        write!(
            text,
            "[[steps]]\nid = \"s{step}\"\nphase = \"contain\"\ntitle = \"Step {step}\"\n\
             danger = \"none\"\n[steps.call]\nbackend = \"service\"\n\
             request = \"POST /steps/{step}\"\nrepeat = \"reads\"\n"
        )
        .unwrap();
        for guard in 0..cloud.guards {
            write!(
                text,
                "[[steps.verify]]\ntitle = \"Proof {guard}\"\nrequest = \"GET /{step}/{guard}\"\n\
                 ok = \"status == 403\"\nguard = {{ every = \"1s\" }}\n"
            )
            .unwrap();
        }
    }
    text
}
