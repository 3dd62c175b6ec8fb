//! A console on the core in memory, and a screen that is driven by keys.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stanch::command::{Console, Debrief, Detail, Filter, Snapshot, seen_line};
use stanch::drill::Desk;
use stanch::engine::{Accepted, Head, View};
use stanch::incident::words::Sight;
use stanch::incident::{
    Ask, By, CallOutcome, Finding, Input, Now, Record, RecordLine, Refusal, Seq, State, Verdict,
};
use stanch::journal::{Entry, Fact, LineHash, Version};
use stanch::text::Shown;
use stanch::tui::{Cache, Model, Msg, Request, Seen, Theme, draw, update};
use tokio::sync::watch;

use crate::core::{Core, later, person, start};

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
    /// It is a facilitator's.
    pub(crate) desk: Option<Arc<Desk>>,
    pub(crate) debrief: Option<Arc<dyn Debrief>>,
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
            desk: None,
            debrief: None,
        }
    }

    fn sight(&self) -> Sight {
        if self.desk.is_some() { Sight::Facilitator } else { Sight::Player }
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

    /// Publishes the view with a change that the core knows nothing of, such as a failed disk.
    pub(crate) fn publish_with(&self, change: impl FnOnce(&mut View)) {
        let mut view = self.views.borrow().as_ref().clone();
        change(&mut view);
        self.views.send_replace(Arc::new(view));
    }

    /// All that the screen of this model is made of.
    pub(crate) fn see(&self, model: &Model, by: &By) -> Seen {
        Cache::default().see(self, Snapshot::take(self, by), model)
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
        here: Vec::new(),
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
        let all = entries(&core).into_iter();
        let all = all.map(|entry| seen_line(&entry, state, self.sight()));
        Ok(all.filter(|line| range.contains(&line.seq)).collect())
    }

    fn scan(&self, range: Range<Seq>, filter: &Filter, state: &State) -> Result<Vec<Seq>, Shown> {
        let entries = entries(&self.core.lock().unwrap());
        let inside = entries.iter().filter(|entry| range.contains(&entry.seq));
        Ok(inside
            .filter(|entry| filter.finds(entry, state, self.sight()))
            .map(|entry| entry.seq)
            .collect())
    }

    fn detail(&self, seq: Seq, state: &State) -> Result<Detail, Shown> {
        let entries = entries(&self.core.lock().unwrap());
        let entry = entries.iter().find(|entry| entry.seq == seq).ok_or("there is none")?;
        let kind = entry.record.kind();
        let line = format!("{{\"v\":1,\"seq\":{seq},\"kind\":\"{kind}\",\"h\":\"{HEAD}\"}}");
        Ok(Detail::seen(entry, line.as_bytes(), state, self.sight()))
    }

    fn desk(&self) -> Option<Arc<Desk>> {
        let desk = self.desk.clone()?;
        let core = self.core.lock().unwrap();
        for entry in entries(&core).iter().skip(usize::try_from(desk.next()).unwrap()) {
            desk.heard(entry, &core.state);
        }
        Some(desk)
    }

    fn debrief(&self) -> Option<Arc<dyn Debrief>> {
        self.debrief.clone()
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
    let is_drill = core.state.exercise.is_some();
    let entry = |(seq, (now, record)): (usize, &(Now, Record))| Entry {
        version: Version::CURRENT,
        seq: seq as u64,
        prev: LineHash::ZERO,
        flushed: None,
        at: if is_drill {
            later(start(), i64::try_from((now.up - start().up) / 1_000_000).unwrap()).at
        } else {
            now.at
        },
        up: now.up,
        by: person(),
        occurred: None,
        sim: is_drill.then_some(now.at),
        record: Fact::Known(record.clone()),
        hash: LineHash::ZERO,
    };
    core.records.iter().enumerate().map(entry).collect()
}

/// The same core once more.
pub(crate) fn copy(core: &Core) -> Core {
    Core {
        playbook: core.playbook.clone(),
        state: core.state.clone(),
        now: core.now,
        records: core.records.clone(),
        effects: Vec::new(),
    }
}

/// A screen that is driven by keys, on an engine that answers at once.
pub(crate) struct Screen {
    pub(crate) fake: Fake,
    pub(crate) by: By,
    pub(crate) model: Model,
    pub(crate) sent: Vec<Ask>,
    /// Whatever else was wanted of the terminal.
    pub(crate) wanted: Vec<Request>,
    /// Entries that searches were told to look through.
    pub(crate) scanned: Vec<Range<Seq>>,
    /// Searches are not answered, but stand among what is wanted.
    pub(crate) holds: bool,
}

impl Screen {
    pub(crate) fn new(core: Core, size: (u16, u16)) -> Self {
        Self::of(Fake::new(core), size)
    }

    pub(crate) fn of(fake: Fake, size: (u16, u16)) -> Self {
        let model = Model::new(size);
        let (sent, wanted, scanned) = (Vec::new(), Vec::new(), Vec::new());
        let mut screen = Self { fake, by: person(), model, sent, wanted, scanned, holds: false };
        screen.tell(Msg::Changed);
        screen
    }

    pub(crate) fn seen(&self) -> Seen {
        self.fake.see(&self.model, &self.by)
    }

    /// One message, and all that follows from it.
    pub(crate) fn tell(&mut self, msg: Msg) {
        let mut waiting = vec![msg];
        while let Some(msg) = waiting.pop() {
            let seen = self.seen();
            for request in update(&mut self.model, msg, &seen) {
                self.carry_out(request, &seen, &mut waiting);
            }
        }
    }

    fn carry_out(&mut self, request: Request, seen: &Seen, waiting: &mut Vec<Msg>) {
        match request {
            Request::Ask { ticket, ask } => {
                self.sent.push(ask.clone());
                let result = self.fake.ask(person(), ask);
                waiting.insert(0, Msg::Changed);
                waiting.push(Msg::Asked { ticket, result });
            }
            Request::Scan { hunt, job, filter, from, to } if !self.holds => {
                self.scanned.push(from..to);
                let found = self.fake.scan(from..to, &filter, seen.snapshot.state());
                waiting.push(Msg::Found { hunt, job, from, to, found });
            }
            Request::Copy { what, .. } => {
                waiting.push(Msg::Copied(Ok(Shown::new(format!("Copied {what}.")))));
                self.wanted.push(request);
            }
            other => self.wanted.push(other),
        }
    }

    /// How often this was wanted.
    pub(crate) fn count(&self, wanted: &Request) -> usize {
        self.wanted.iter().filter(|request| *request == wanted).count()
    }

    /// What was copied last.
    pub(crate) fn copied(&self) -> Option<&str> {
        self.wanted.iter().rev().find_map(|request| match request {
            Request::Copy { text, .. } => Some(text.as_str()),
            _ => None,
        })
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

    /// Opens the list of all that can be done, finds this in it and does it.
    pub(crate) fn run(&mut self, words: &str) {
        self.key(KeyCode::Char('?'));
        self.type_text(words);
        self.key(KeyCode::Enter);
    }

    /// Types into a field of a prompt and ends it.
    pub(crate) fn prompt(&mut self, key: char, words: &str) {
        self.key(KeyCode::Char(key));
        self.type_text(words);
        self.key(KeyCode::Enter);
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) {
        let modifiers = KeyModifiers::NONE;
        self.tell(Msg::Mouse(MouseEvent { kind, column, row, modifiers }));
    }

    pub(crate) fn click(&mut self, column: u16, row: u16) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    }

    /// Clicks on the first cell of this text.
    pub(crate) fn click_on(&mut self, text: &str) {
        let screen = self.text();
        let found =
            screen.lines().enumerate().find_map(|(row, line)| Some((row, line.find(text)?, line)));
        let (row, at, line) = found.unwrap_or_else(|| panic!("no {text} in\n{screen}"));
        let column = unicode_width::UnicodeWidthStr::width(&line[..at]);
        self.click(column.try_into().unwrap(), row.try_into().unwrap());
    }

    pub(crate) fn text(&self) -> String {
        text(&self.buffer(&Theme::mono()))
    }

    /// Asserts that this is to be seen.
    #[track_caller]
    pub(crate) fn assert_shows(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "no {words} in\n{text}");
    }

    /// Asserts that this is not to be seen.
    #[track_caller]
    pub(crate) fn assert_hides(&self, words: &str) {
        let text = self.text();
        assert!(!text.contains(words), "{words} in\n{text}");
    }

    pub(crate) fn buffer(&self, theme: &Theme) -> Buffer {
        buffer(&self.model, &self.seen(), theme)
    }
}

pub(crate) fn buffer(model: &Model, seen: &Seen, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| draw(frame, model, seen, theme)).unwrap();
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
