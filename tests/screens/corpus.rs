//! Text that would act on a terminal or hide from a reader, through every field that it can reach:
//! none of it arrives at either face.

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::KeyCode;
use serde_json::Value;
use stanch::engine::LiveCheck;
use stanch::incident::record::{DoneElsewhere, ScopeSource};
use stanch::incident::words::{RecordLine, words};
use stanch::incident::{
    Answer, By, CallOutcome, Clocks, CommandEnd, Finding, HowEnded, Input, Mode, Occurred, Output,
    Precision, Record, State,
};
use stanch::playbook::{Auth, Body, Playbook, Task, Template};
use stanch::text::{Shown, is_hidden};
use stanch::tui::{Model, Msg, Pane, Request, Theme, View};

use crate::core::{Core, start};
use crate::fixture::{Fake, Screen, armed, buffer, copy, text};
use crate::scenes::{by_the_clock, press, with};

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
    for duty in &mut playbook.duties {
        bad.clone_into(&mut duty.title);
        bad.clone_into(&mut duty.text);
        bad.clone_into(&mut duty.starts);
        (duty.role, duty.law) = (Some(bad.to_owned()), Some(bad.to_owned()));
    }
    for cadence in &mut playbook.cadences {
        bad.clone_into(&mut cadence.title);
        cadence.role = Some(bad.to_owned());
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
            Task::Playbook(sub) => {
                bad.clone_into(&mut sub.title);
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
        if let Some(done) = &mut instance.elsewhere {
            (done.who, done.place) = (shown.clone(), shown.clone());
            (done.evidence, done.reason) = (Some(shown.clone()), shown.clone());
        }
        if let Some(armed) = &mut instance.armed {
            poison_request(&mut armed.request, bad);
            armed.target = Some(shown.clone());
            armed.out_of_order = Some(shown.clone());
        }
    }
    poison_clocks(Arc::make_mut(&mut state.clocks), &shown);
    state.anomalies.push(stanch::incident::state::Anomaly { seq: 1, what: shown.clone() });
}

/// Everything that runs by the clock.
fn poison_clocks(clocks: &mut Clocks, shown: &Shown) {
    if let Some(declared) = &mut clocks.declared {
        declared.reason = shown.clone();
    }
    if let Some(aware) = &mut clocks.aware {
        aware.reason = shown.clone();
    }
    for duty in clocks.duties.values_mut() {
        duty.reason = shown.clone();
        if let Some(met) = &mut duty.met {
            met.how = shown.clone();
        }
    }
    for promise in clocks.promises.values_mut() {
        for update in &mut promise.given {
            update.how = shown.clone();
        }
    }
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
    guarded.input(&Input::Guarded { guard, result, silent_ms: None }).unwrap();
    let mut proving = Core::open();
    let call = proving.send("block");
    proving.succeeds(call);
    vec![Core::open(), armed("block"), armed("revoke"), doubt, guarded, proving, by_the_clock()]
}

/// An engine whose core has the text in every field, and whose record has it too.
fn poisoned(core: &Core, bad: &str) -> Fake {
    let mut core = copy(core);
    for (_, record) in &mut core.records {
        poison_record(record, bad);
    }
    poison(&mut core.state, bad);
    let fake = Fake::new(core);
    fake.publish_with(|view| {
        view.read_only = Some(bad.into());
        view.unsaved = vec![bad.into()];
        let live = |id: &u32| (*id, LiveCheck { asked: 1, why: bad.into() });
        view.live = view.state.checks.keys().map(live).collect();
    });
    fake
}

fn by(bad: &str) -> By {
    By { who: bad.into(), role: Some(bad.into()) }
}

#[test]
fn no_cell_of_any_view_holds_what_hides_or_acts() {
    let mut shown = String::new();
    for bad in portions() {
        for core in cores() {
            let fake = poisoned(&core, &bad);
            let steps: Vec<String> =
                core.state.playbook.steps.iter().map(|step| step.id.clone()).collect();
            let panes = [Pane::Timeline, Pane::Step, Pane::Record].into_iter().cycle();
            for ((step, pane), view) in steps.iter().zip(panes).zip(View::ALL) {
                for view in [View::Steps, view] {
                    let mut model = Model::new((160, 60));
                    (model.selected, model.pane, model.view) = (Some(step.clone()), pane, view);
                    let mut seen = fake.see(&model, &by(&bad));
                    seen.trouble = Some(bad.as_str().into());
                    let screen = text(&buffer(&model, &seen, &Theme::mono())).replace('\n', "");
                    assert_clean("screen", &screen);
                    shown.push_str(&screen);
                }
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
            let mut screen = Screen::of(poisoned(&core, &bad), (100, 50));
            screen.fake.publish_with(|view| view.read_only = None);
            let clean = |screen: &mut Screen, keys: &str| {
                press(screen, keys);
                assert_clean("layer", &screen.text().replace('\n', ""));
            };
            clean(&mut screen, "\n");
            for c in bad.chars() {
                screen.fake.wait(2);
                screen.press(KeyCode::Char(c), crossterm::event::KeyModifiers::NONE);
            }
            screen.tell(Msg::Paste(bad.clone()));
            clean(&mut screen, "");
            // The list of all that can be done, a search in it, and the messages.
            clean(&mut screen, "\u{1b}\u{1b}\u{1b}?");
            screen.tell(Msg::Paste(bad.clone()));
            clean(&mut screen, "");
            clean(&mut screen, "\u{1b}!");
            clean(&mut screen, "q2\n");
            clean(&mut screen, "qg");
            for prompt in ["f", "/", "#"] {
                clean(&mut screen, &format!("\u{1b}\u{1b}{prompt}"));
                screen.tell(Msg::Paste(bad.clone()));
                clean(&mut screen, "");
                clean(&mut screen, "\n");
                clean(&mut screen, "\u{1b}");
            }
            clean(&mut screen, "\u{1b}n");
            screen.tell(Msg::Paste(bad.clone()));
            clean(&mut screen, "");
            screen.tell(Msg::Edited(Ok(bad.clone())));
            clean(&mut screen, "");
            screen.tell(Msg::Edited(Err(bad.as_str().into())));
            clean(&mut screen, "");
        }
    }
}

/// What is copied is text as well: it may be pasted into a shell.
#[test]
fn what_is_copied_holds_none_of_it() {
    for bad in portions() {
        for core in cores() {
            let mut screen = Screen::of(poisoned(&core, &bad), (100, 50));
            press(&mut screen, "ycyyyh2yy\nyy");
            for request in &screen.wanted {
                if let Request::Copy { text, .. } = request {
                    assert_clean("copied", text);
                }
            }
            assert!(screen.copied().is_some());
        }
    }
}

#[test]
fn the_plain_face_prints_none_of_it() {
    for bad in portions() {
        for core in cores() {
            let fake = poisoned(&core, &bad);
            let typed: String = bad.chars().filter(|c| *c != '\n').collect();
            let input = format!(
                "steps\nstep 1\nstep 3\nstep 4\n1\n{typed}\n{typed}\nlog\nall\nentry 1\nscope\nclaims\n\
                 notes\ntimers\ntimeline\ncurl\n? {typed}\nlog {typed}\nnote {typed}\nquit\n"
            );
            let mut output = Vec::new();
            stanch::plain::run(&fake, by(&bad), &mut input.as_bytes(), &mut output).unwrap();
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
            Record::Noted { text: text.clone(), source: Some(text.clone()) },
            Record::Visited { boot: bad.clone(), version: bad.clone() },
            Record::CommandStarted {
                run: bad.clone(),
                argv: vec![text.clone(); 2],
                directory: text.clone(),
                host: text.clone(),
            },
            Record::CommandEnded { run: bad.clone(), end: command_end(&bad) },
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
            Record::StepDoneElsewhere(DoneElsewhere {
                step: step.clone(),
                who: text.clone(),
                place: text.clone(),
                when: None,
                evidence: Some(text.clone()),
                reason: text.clone(),
            }),
            Record::StepSkipped { step, reason: text.clone(), skip: None },
            Record::DutyDecided {
                duty: bad.clone(),
                on: false,
                starts: None,
                due: None,
                reason: text.clone(),
            },
            Record::DutyDue { duty: bad.clone() },
            Record::UpdateDue { cadence: bad.clone() },
            Record::UpdatesEnded { cadence: bad.clone(), reason: text.clone() },
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

fn command_end(bad: &str) -> CommandEnd {
    let output = Output { bytes: 1, truncated: true, sha256: Some(bad.to_owned()) };
    let how = HowEnded::NotStarted { why: bad.into() };
    CommandEnd { how, took_ms: 1, stdout: output.clone(), stderr: output }
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
    core.ask(stanch::incident::Ask::Note { text: text.into(), occurred: None, source: None })
        .unwrap();
    for keys in ["", "2", "5"] {
        with(copy(&core), (120, 40), keys).assert_shows(text);
    }
}
