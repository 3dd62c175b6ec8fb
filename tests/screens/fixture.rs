//! A console on the core in memory, and a screen that is driven by keys.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stanch::command::{Console, Detail, Filter, Snapshot};
use stanch::engine::{Accepted, Head, View};
use stanch::incident::{
    Ask, By, CallOutcome, Finding, Input, Now, Record, RecordLine, Refusal, Seq, State, Verdict,
};
use stanch::journal::{Entry, Fact, LineHash, Version};
use stanch::text::Shown;
use stanch::tui::{Model, Msg, Request, Seen, Theme, draw, update};
use tokio::sync::watch;

use crate::core::{Core, later, person};

/// The 64 digits of a head.
pub(crate) const HEAD: &str = "7e67a1d019f3c2b80000000000000000000000000000000000000000000000ff";

/// A secret that the console knows.
pub(crate) const SECRET: &str = "correct-horse-battery";

/// The core as an engine: whatever it sends comes back at once, as told.
pub(crate) struct Fake {
    pub(crate) core: Mutex<Core>,
    views: watch::Sender<Arc<View>>,
    /// How calls end; what stays under way, without it.
    pub(crate) outcome: Option<CallOutcome>,
    pub(crate) finding: Finding,
    pub(crate) asked: Mutex<Vec<Ask>>,
    /// With it the time goes on by itself.
    pub(crate) since: Option<Instant>,
    /// Reading the record panics.
    pub(crate) panics: bool,
}

impl Fake {
    pub(crate) fn new(core: Core) -> Self {
        let view = view(&core.state);
        Self {
            core: Mutex::new(core),
            views: watch::channel(Arc::new(view)).0,
            outcome: Some(CallOutcome::Known { verdict: Verdict::Succeeded }),
            finding: Finding::Passed,
            asked: Mutex::default(),
            since: None,
            panics: false,
        }
    }

    fn settle(&self, core: &mut Core) {
        let open = core
            .state
            .calls
            .values()
            .filter(|call| matches!(call.end, stanch::incident::CallEnd::InFlight));
        let open: Vec<u32> = open.map(|call| call.id).collect();
        for call in open {
            if let Some(outcome) = &self.outcome {
                core.called(call, *outcome);
            }
        }
        core.checks(self.finding);
    }

    /// What is on a screen when this view is published.
    pub(crate) fn seen(&self, view: View) -> Seen {
        self.views.send_replace(Arc::new(view));
        let snapshot = Snapshot::take(self, &person());
        let core = self.core.lock().unwrap();
        Seen { record: record(&core, snapshot.state()), snapshot, trouble: None }
    }

    /// Publishes what the core says now.
    pub(crate) fn publish(&self) {
        let core = self.core.lock().unwrap();
        self.views.send_replace(Arc::new(view(&core.state)));
    }

    pub(crate) fn wait(&self, seconds: i64) {
        let mut core = self.core.lock().unwrap();
        core.now = later(core.now, seconds);
    }
}

pub(crate) fn view(state: &State) -> View {
    View {
        state: state.clone(),
        head: Head { seq: state.seq.unwrap_or(0), hash: HEAD.to_owned() },
        read_only: None,
        unsaved: Vec::new(),
        no_room: false,
        live: BTreeMap::new(),
        busy: 0,
    }
}

impl Console for Fake {
    fn ask(&self, by: By, ask: Ask) -> Result<Accepted, Refusal> {
        let mut core = self.core.lock().unwrap();
        self.asked.lock().unwrap().push(ask.clone());
        core.input(&Input::Person { by, ask })?;
        self.settle(&mut core);
        self.views.send_replace(Arc::new(view(&core.state)));
        Ok(Accepted { seq: core.state.seq.unwrap() })
    }

    fn watch(&self) -> watch::Receiver<Arc<View>> {
        self.views.subscribe()
    }

    fn lines(&self, range: Range<Seq>, state: &State) -> Result<Vec<RecordLine>, Shown> {
        assert!(!self.panics, "the record of this test cannot be read");
        let core = self.core.lock().unwrap();
        let all = record(&core, state);
        Ok(all.into_iter().filter(|line| range.contains(&line.seq)).collect())
    }

    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown> {
        let entries = entries(&self.core.lock().unwrap());
        let inside = entries.iter().filter(|entry| range.contains(&entry.seq));
        Ok(inside.filter(|entry| filter.matches(entry, state)).map(|entry| entry.seq).collect())
    }

    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown> {
        let entries = entries(&self.core.lock().unwrap());
        let entry = entries.iter().find(|entry| entry.seq == seq).ok_or("there is none")?;
        let kind = entry.record.kind();
        let line = format!("{{\"v\":1,\"seq\":{seq},\"kind\":\"{kind}\",\"h\":\"{HEAD}\"}}");
        Ok(Detail::new(entry, line.as_bytes(), state))
    }

    fn mask(&self, text: &str) -> Shown {
        Shown::new(text.replace(SECRET, "[secret:search-admin]"))
    }

    fn now(&self) -> Now {
        let now = self.core.lock().unwrap().now;
        let gone = self
            .since
            .map_or_else(TimeDelta::zero, |since| TimeDelta::from_std(since.elapsed()).unwrap());
        let up = now.up + u64::try_from(gone.num_microseconds().unwrap()).unwrap();
        Now { at: now.at + gone, up }
    }
}

/// The records of the core as they would stand in a journal; the hashes are none.
fn entries(core: &Core) -> Vec<Entry> {
    let entry = |(seq, (now, record)): (usize, &(Now, Record))| Entry {
        version: Version::CURRENT,
        seq: seq as u64,
        prev: LineHash::ZERO,
        flushed: None,
        at: now.at,
        up: now.up,
        by: person(),
        occurred: None,
        sim: None,
        record: Fact::Known(record.clone()),
        hash: LineHash::ZERO,
    };
    core.records.iter().enumerate().map(entry).collect()
}

pub(crate) fn record(core: &Core, state: &State) -> Vec<RecordLine> {
    let lines = core.records.iter().enumerate();
    let told = lines.map(|(seq, (now, record))| {
        RecordLine::new(seq as u64, now.at, &person(), None, record, state)
    });
    told.collect()
}

/// What a screen of this core shows.
pub(crate) fn seen(core: &Core) -> Seen {
    let fake = Fake::new(Core {
        state: core.state.clone(),
        now: core.now,
        records: core.records.clone(),
        effects: Vec::new(),
    });
    let snapshot = Snapshot::take(&fake, &person());
    Seen { record: record(core, &core.state), snapshot, trouble: None }
}

/// A screen that is driven by keys, on an engine that answers at once.
pub(crate) struct Screen {
    pub(crate) fake: Fake,
    pub(crate) model: Model,
    pub(crate) sent: Vec<Ask>,
    pub(crate) left: bool,
    pub(crate) discarded: usize,
}

impl Screen {
    pub(crate) fn new(core: Core, size: (u16, u16)) -> Self {
        let mut screen = Self {
            fake: Fake::new(core),
            model: Model::new(size),
            sent: Vec::new(),
            left: false,
            discarded: 0,
        };
        screen.tell(Msg::Changed);
        screen
    }

    pub(crate) fn seen(&self) -> Seen {
        let snapshot = Snapshot::take(&self.fake, &person());
        let core = self.fake.core.lock().unwrap();
        let record = record(&core, snapshot.state());
        Seen { snapshot, record, trouble: None }
    }

    /// One message, and all that follows from it.
    pub(crate) fn tell(&mut self, msg: Msg) {
        let mut waiting = vec![msg];
        while let Some(msg) = waiting.pop() {
            let seen = self.seen();
            for request in update(&mut self.model, msg, &seen) {
                match request {
                    Request::Leave => self.left = true,
                    Request::DiscardInput => self.discarded += 1,
                    Request::Ask { ticket, ask } => {
                        self.sent.push(ask.clone());
                        let result = self.fake.ask(person(), ask);
                        waiting.insert(0, Msg::Changed);
                        waiting.push(Msg::Asked { ticket, result });
                    }
                }
            }
        }
    }

    /// A key, long enough after the one before.
    pub(crate) fn key(&mut self, code: KeyCode) {
        self.fake.wait(2);
        self.press(code, KeyModifiers::NONE);
    }

    pub(crate) fn ctrl(&mut self, letter: char) {
        self.fake.wait(2);
        self.press(KeyCode::Char(letter), KeyModifiers::CONTROL);
    }

    /// A key at once.
    pub(crate) fn press(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.tell(Msg::Key(KeyEvent::new(code, modifiers)));
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    pub(crate) fn text(&self) -> String {
        text(&buffer(&self.model, &self.seen()))
    }
}

pub(crate) fn buffer(model: &Model, seen: &Seen) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| draw(frame, model, seen, Theme::mono())).unwrap();
    terminal.backend().buffer().clone()
}

/// The characters of a buffer, row by row.
pub(crate) fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in 0..area.height {
        let mut row = String::new();
        let mut covered = 0;
        for x in 0..area.width {
            let symbol = buffer[(x, y)].symbol();
            if covered > 0 {
                covered -= 1;
                continue;
            }
            covered = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// A core whose step `block` is armed.
pub(crate) fn armed(step: &str) -> Core {
    let mut core = Core::open();
    let key = core.key(step);
    let purpose = stanch::incident::Purpose::Act;
    core.ask(Ask::Arm { step: key, purpose, reason: Some("it is urgent".into()) }).unwrap();
    core
}
