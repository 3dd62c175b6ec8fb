//! Text that would act on a terminal or hide from a reader, through every field that it can reach:
//! none of it arrives at either face.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::KeyCode;
use serde_json::Value;
use stanch::command::Snapshot;
use stanch::engine::LiveCheck;
use stanch::incident::record::ScopeSource;
use stanch::incident::words::{RecordLine, words};
use stanch::incident::{
    Answer, By, CallOutcome, Finding, Input, Mode, Occurred, Precision, Record, State,
};
use stanch::playbook::{Auth, Body, Playbook, Task, Template};
use stanch::text::{Shown, is_hidden};
use stanch::tui::{Model, Msg, Pane, Seen};

use crate::core::{Core, start};
use crate::fixture::{Fake, Screen, armed, buffer, seen, text};

/// Every kind of thing that must not arrive.
fn corpus() -> Vec<String> {
    let mut all: Vec<String> = ('\0'..='\u{1f}')
        .chain('\u{7f}'..='\u{9f}')
        .filter(|c| *c != '\n')
        .map(|c| format!("a{c}b"))
        .collect();
    let sequences = [
        "\u{1b}[2J\u{1b}[1;1H",
        "\u{1b}[31;1mred\u{1b}[0m",
        "\u{9b}31m",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]8;;https://example.com\u{1b}\\link\u{1b}]8;;\u{1b}\\",
        "\u{1b}]52;c;aGk=\u{7}",
        "\u{1b}P1$r0m\u{1b}\\",
        "\u{90}q\u{9c}",
        "\u{1b}_app\u{1b}\\",
        "\u{1b}^pm\u{1b}\\",
        "\u{1b}c",
        "\u{1b}[?1049h",
        "\r\u{1b}[Kovertyped",
        "\u{8}\u{8}\u{8}gone",
        "user\u{202e}gnp.exe",
        "\u{2066}isolated\u{2069}",
        "zero\u{200b}width\u{200d}join\u{feff}",
        "tag\u{e0041}\u{e0042}\u{e007f}",
        "soft\u{ad}hyphen",
        "sep\u{2028}line\u{2029}para",
        "private\u{e000}use\u{10fffd}",
        "fill\u{3164}er",
    ];
    all.extend(sequences.map(str::to_owned));
    // A sequence that arrives in pieces, cut at every byte.
    for sequence in sequences {
        for (cut, _) in sequence.char_indices().skip(1) {
            all.push(sequence[..cut].to_owned());
            all.push(sequence[cut..].to_owned());
        }
    }
    all
}

/// All of the corpus in one text, in pieces short enough to be on a screen.
fn portions() -> Vec<String> {
    corpus().chunks(20).map(|chunk| chunk.join("¦")).collect()
}

fn assert_clean(what: &str, text: &str) {
    let bad: Vec<char> = text.chars().filter(|c| is_hidden(*c)).collect();
    assert!(bad.is_empty(), "{what}: {bad:?} in {text:?}");
}

/// A request with the text in every field.
fn poison_request(request: &mut stanch::incident::Request, bad: &str) {
    request.method = format!("PUT{bad}");
    request.url = format!("https://example.com/{bad}");
    request.headers = vec![(format!("X-{bad}"), bad.to_owned())];
    request.body = Some(format!("{{\"a\": \"{bad}\"}}"));
    request.auth = Auth::Basic { user: bad.to_owned(), secret: bad.to_owned() };
    request.via = Some(bad.to_owned());
}

fn template(bad: &str) -> Template {
    Template::parse(bad).unwrap()
}

fn poison_playbook(playbook: &mut Playbook, bad: &str) {
    bad.clone_into(&mut playbook.title);
    for input in &mut playbook.inputs {
        bad.clone_into(&mut input.title);
        input.default = Some(bad.to_owned());
    }
    for backend in &mut playbook.backends {
        bad.clone_into(&mut backend.title);
        backend.url = format!("https://{bad}");
        backend.auth = Auth::Header { name: bad.to_owned(), secret: bad.to_owned() };
    }
    for step in &mut playbook.steps {
        bad.clone_into(&mut step.title);
        step.text = format!("# {bad}\n\n{bad}");
        step.after = vec![bad.to_owned()];
        step.requires.push(bad.to_owned());
        for check in &mut step.verify {
            bad.clone_into(&mut check.title);
            check.via = Some(bad.to_owned());
            check.path = template(bad);
        }
        let undo = step.undo.as_mut();
        let call = match &mut step.task {
            Task::Call(call) => Some(call),
            Task::Ask(ask) => {
                bad.clone_into(&mut ask.question);
                None
            }
            Task::Decide(decide) => {
                bad.clone_into(&mut decide.question);
                decide.options = vec![bad.to_owned(), format!("{bad}2")];
                None
            }
        };
        for call in undo.into_iter().chain(call) {
            bad.clone_into(&mut call.method);
            call.path = template(bad);
            call.headers = vec![(bad.to_owned(), template(bad))];
            call.body = Body::Text(template(bad));
        }
    }
}

fn answer(bad: &str) -> Answer {
    Answer {
        status: Some(500),
        address: Some(bad.to_owned()),
        headers: vec![(bad.to_owned(), bad.into())],
        excerpt: Some(bad.into()),
        ..Answer::default()
    }
}

/// A state with the text in every field that outside text can reach.
fn poison(state: &mut State, bad: &str) {
    let shown = Shown::new(bad);
    let mut playbook = (*state.playbook).clone();
    poison_playbook(&mut playbook, bad);
    state.playbook = Arc::new(playbook);
    let mut opened = (**state.opened.as_ref().unwrap()).clone();
    bad.clone_into(&mut opened.codename);
    bad.clone_into(&mut opened.title);
    bad.clone_into(&mut opened.playbook);
    state.opened = Some(Arc::new(opened));
    state.inputs = BTreeMap::from([(bad.to_owned(), bad.to_owned())]);
    state.saved.insert(bad.into(), std::sync::Arc::new(Value::from(bad)));
    for key in state.calls.keys().copied().collect::<Vec<_>>() {
        let call = &mut state.calls[&key];
        let call = Arc::make_mut(call);
        poison_request(&mut call.request, bad);
        call.why = shown.clone();
        call.answer = Some(answer(bad));
    }
    for key in state.checks.keys().copied().collect::<Vec<_>>() {
        let check = &mut state.checks[&key];
        let check = Arc::make_mut(check);
        poison_request(&mut check.request, bad);
        if let Some((_, end)) = &mut check.end {
            end.why = shown.clone();
            end.answer = Some(answer(bad));
        }
    }
    for key in state.guards.keys().copied().collect::<Vec<_>>() {
        let guard = &mut state.guards[&key];
        let guard = Arc::make_mut(guard);
        poison_request(&mut guard.request, bad);
        if let Some(last) = &mut guard.last {
            last.why = shown.clone();
        }
    }
    for key in state.steps.keys().cloned().collect::<Vec<_>>() {
        let instance = &mut state.steps[&key];
        let instance = Arc::make_mut(instance);
        instance.words = Some(shown.clone());
        instance.key.member = Some(bad.to_owned());
        if let Some(armed) = &mut instance.armed {
            poison_request(&mut armed.request, bad);
            armed.target = Some(shown.clone());
            armed.out_of_order = Some(shown.clone());
        }
    }
    state.anomalies.push(stanch::incident::state::Anomaly { seq: 1, what: shown.clone() });
}

/// Cores in the main states.
fn cores() -> Vec<Core> {
    let mut doubt = Core::open();
    let call = doubt.send("revoke");
    doubt.called(call, CallOutcome::InDoubt);
    let mut guarded = Core::open();
    let call = guarded.send("block");
    guarded.succeeds(call);
    guarded.checks(Finding::Passed);
    let guard = guarded.state.guards.get_min().unwrap().0;
    let result = stanch::incident::CheckResult {
        finding: Finding::Failed,
        asked: 2,
        why: "open".into(),
        answer: None,
    };
    guarded.input(&Input::Guarded { guard, result }).unwrap();
    let mut proving = Core::open();
    let call = proving.send("block");
    proving.succeeds(call);
    vec![Core::open(), armed("block"), armed("revoke"), doubt, guarded, proving]
}

fn poisoned(core: &Core, bad: &str) -> Seen {
    let mut seen = seen(core);
    let fake = Fake::new(Core {
        state: core.state.clone(),
        now: core.now,
        records: Vec::new(),
        effects: Vec::new(),
    });
    poison(&mut fake.core.lock().unwrap().state, bad);
    fake.publish();
    let by = By { who: bad.into(), role: Some(bad.into()) };
    seen.snapshot = Snapshot::take(&fake, &by);
    let view = Arc::make_mut(&mut seen.snapshot.view);
    view.read_only = Some(bad.into());
    view.unsaved = vec![bad.into()];
    let live = |id: &u32| (*id, LiveCheck { asked: 1, why: bad.into() });
    view.live = view.state.checks.keys().map(live).collect();
    seen.trouble = Some(bad.into());
    seen.record = core
        .records
        .iter()
        .map(|(now, record)| RecordLine::new(0, now.at, &by, None, record, seen.snapshot.state()))
        .collect();
    seen
}

#[test]
fn no_cell_of_any_screen_holds_what_hides_or_acts() {
    let mut shown = String::new();
    for bad in portions() {
        for core in cores() {
            let seen = poisoned(&core, &bad);
            let steps: Vec<String> =
                seen.snapshot.state().playbook.steps.iter().map(|step| step.id.clone()).collect();
            for (step, pane) in
                steps.iter().zip([Pane::Timeline, Pane::Step, Pane::Record].into_iter().cycle())
            {
                let mut model = Model::new((160, 60));
                model.selected = Some(step.clone());
                model.pane = pane;
                let screen = text(&buffer(&model, &seen)).replace('\n', "");
                assert_clean("screen", &screen);
                shown.push_str(&screen);
            }
        }
    }
    for visible in ["␛[2J", "<U+202E>", "<U+200B>", "<U+E0041>", "<U+009B>"] {
        assert!(shown.contains(visible), "{visible} was to be seen");
    }
}

#[test]
fn no_layer_holds_it_either() {
    for bad in portions() {
        for core in [armed("block"), armed("revoke"), Core::open()] {
            let mut screen = Screen::new(core, (100, 50));
            poison(&mut screen.fake.core.lock().unwrap().state, &bad);
            screen.fake.publish();
            let clean = |screen: &Screen| assert_clean("layer", &screen.text().replace('\n', ""));
            screen.key(KeyCode::Enter);
            clean(&screen);
            for c in bad.chars() {
                screen.fake.wait(2);
                screen.press(KeyCode::Char(c), crossterm::event::KeyModifiers::NONE);
            }
            screen.tell(Msg::Paste(bad.clone()));
            clean(&screen);
            screen.key(KeyCode::Esc);
            screen.key(KeyCode::Esc);
            screen.key(KeyCode::Char('a'));
            clean(&screen);
            screen.key(KeyCode::Esc);
            screen.key(KeyCode::Char('n'));
            screen.tell(Msg::Paste(bad.clone()));
            clean(&screen);
        }
    }
}

#[test]
fn the_plain_face_prints_none_of_it() {
    for bad in portions() {
        for core in cores() {
            let fake = Fake::new(core);
            poison(&mut fake.core.lock().unwrap().state, &bad);
            fake.publish();
            let typed: String = bad.chars().filter(|c| *c != '\n').collect();
            let input = format!(
                "steps\nstep 1\nstep 3\nstep 4\n1\n{typed}\n{typed}\nlog\nnote {typed}\nquit\n"
            );
            let mut output = Vec::new();
            let by = By { who: bad.as_str().into(), role: None };
            stanch::plain::run(&fake, by, &mut input.as_bytes(), &mut output).unwrap();
            assert_clean("plain", &String::from_utf8(output).unwrap());
        }
    }
}

/// The words of every record that a walk makes, and of those that carry text of a person.
#[test]
fn the_record_in_words_holds_none_of_it_and_is_one_line() {
    for bad in corpus() {
        let bad = format!("{bad}\n{bad}");
        let text = Shown::new(&bad);
        let step =
            stanch::incident::StepKey { id: bad.clone(), member: Some(bad.clone()), epoch: 2 };
        let mut records = vec![
            Record::Noted { text: text.clone() },
            Record::Resumed { boot: bad.clone(), version: bad.clone() },
            Record::Recovered { bytes: 1, sha256: bad.clone(), kept_as: bad.clone() },
            Record::Continued { from: bad.clone(), reason: text.clone() },
            Record::Closed { reason: text.clone() },
            Record::InputSet { name: bad.clone(), value: text.clone() },
            Record::ScopeAdded {
                scope: bad.clone(),
                name: text.clone(),
                source: ScopeSource::Person { source: text.clone() },
            },
            Record::StepAnswered { step: step.clone(), text: text.clone() },
            Record::Decided { step: step.clone(), option: text.clone(), reason: text.clone() },
            Record::StepSkipped { step, reason: text.clone() },
            Record::Withheld { blob: bad.clone(), reason: text.clone() },
        ];
        let mut state = State::new(crate::core::playbook());
        for core in cores() {
            records.extend(core.records.into_iter().map(|(_, record)| record));
            state = core.state;
        }
        for record in &mut records {
            poison_record(record, &bad);
        }
        poison(&mut state, &bad);
        for record in &records {
            let told = words(record, &state);
            assert_clean(record.kind(), told.as_str());
            assert!(!told.as_str().contains('\n'), "{told:?}");
        }
        let occurred = Occurred { at: start().at, precision: Precision::Day };
        let by = By { who: text.clone(), role: Some(text) };
        let line = RecordLine::new(1, start().at, &by, Some(&occurred), &records[0], &state);
        assert_clean("line", line.line().as_str());
        assert!(!line.line().as_str().contains('\n'));
    }
}

fn poison_record(record: &mut Record, bad: &str) {
    match record {
        Record::Opened(opened) => {
            bad.clone_into(&mut opened.codename);
            bad.clone_into(&mut opened.title);
            opened.mode = Mode::Drill;
        }
        Record::StepArmed(armed) => poison_request(&mut armed.request, bad),
        Record::CallRequested { request, .. }
        | Record::CheckStarted { request, .. }
        | Record::GuardArmed { request, .. } => poison_request(request, bad),
        Record::CallAnswered { why, answer: kept, .. }
        | Record::CallInDoubt { why, answer: kept, .. } => {
            *why = bad.into();
            *kept = Some(answer(bad));
        }
        Record::CheckPassed(end) | Record::CheckFailed(end) | Record::CheckUnknown(end) => {
            end.why = bad.into();
            end.answer = Some(answer(bad));
        }
        Record::GuardBroken(change) => change.why = bad.into(),
        _ => {}
    }
}

#[test]
fn what_is_visible_in_any_language_arrives() {
    let mut core = Core::open();
    let text = "Zürich 東京 — 24,000 ✓";
    core.ask(stanch::incident::Ask::Note { text: text.into(), occurred: None }).unwrap();
    let seen = seen(&core);
    let model = Model::new((120, 40));
    assert!(crate::fixture::text(&buffer(&model, &seen)).contains(text));
}
