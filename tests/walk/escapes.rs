//! Text from outside cannot act on the terminal, wherever it comes from: answers of a back end,
//! what a person writes, files, and a record edited by hand.

use rstest::rstest;

use crate::harness::{Ended, Home};
use crate::pipe::Pipe;
use crate::pty::{Left, Pty, read_it};
use crate::record::lines;
use crate::server::{Server, answer};
use crate::wire::is_own_title;

/// What hostile text would do, each beside a word that is looked for: the text must arrive, and be
/// seen for what it is.
pub(crate) const CORPUS: &[(&str, &str)] = &[
    ("sgr", "\u{1b}[7777m"),
    ("cursor", "\u{1b}[66;66H"),
    ("clear", "\u{1b}[3J"),
    ("reset", "\u{1b}c"),
    ("leave-screen", "\u{1b}[?1047l"),
    ("report", "\u{1b}[6n"),
    ("title", "\u{1b}]0;PWNED\u{7}"),
    ("title-st", "\u{1b}]2;PWNED\u{1b}\\"),
    ("clipboard", "\u{1b}]52;c;UFdORUQ=\u{7}"),
    ("link", "\u{1b}]8;;http://pwned.example/\u{1b}\\"),
    ("dcs", "\u{1b}P$q\"p\u{1b}\\"),
    ("apc", "\u{1b}_Gf=100;PWNED\u{1b}\\"),
    ("pm", "\u{1b}^PWNED\u{1b}\\"),
    ("sos", "\u{1b}XPWNED\u{1b}\\"),
    ("c1-csi", "\u{9b}31m"),
    ("c1-osc", "\u{9d}0;PWNED\u{9c}"),
    ("c1-dcs", "\u{90}q\u{9c}"),
    ("c0", "\u{1}\u{5}\u{7}\u{8}\u{b}\u{c}\u{e}\u{f}\u{18}\u{1a}\u{7f}"),
    ("return", "good\rbad"),
    ("lone", "\u{1b}"),
    ("bidi", "\u{202e}\u{2066}\u{200f}\u{61c}"),
    ("zero-width", "\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}"),
    ("tags", "\u{e0041}\u{e007f}\u{fe0f}"),
    ("separators", "\u{2028}\u{2029}\u{85}"),
];

/// Everything at once.
pub(crate) fn corpus() -> String {
    CORPUS.iter().map(|(name, text)| format!("<{name}{text}>")).collect()
}

/// Written so that a TOML or JSON file is plain to look at: every character escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for unit in text.encode_utf16() {
        out += &format!("\\u{unit:04x}");
    }
    out
}

/// The same for TOML, which has no surrogate pairs.
pub(crate) fn escaped_in_toml(text: &str) -> String {
    text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect()
}

/// By a list that is not the program's own.
fn acts_or_hides(c: char) -> bool {
    matches!(c, '\0'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        | '\u{fe0f}' | '\u{e0000}'..='\u{e007f}')
}

/// Text for a pipe: no character of it acts or hides.
pub(crate) fn assert_harmless(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("{what} is no text"));
    if let Some(at) = text.find(acts_or_hides) {
        let around: String = text[..at].chars().rev().take(60).collect();
        let around: String = around.chars().rev().collect();
        panic!("{what}: {:?} after {around:?}", text[at..].chars().next());
    }
}

pub(crate) fn assert_both_harmless(what: &str, ended: &Ended) {
    assert_harmless(&format!("{what}, output"), &ended.out);
    assert_harmless(&format!("{what}, errors"), &ended.err);
}

/// What the program itself writes to a terminal, and nothing else: to place the cursor, to dress
/// text, to clear, to hide and show the cursor, to enter and leave screen, paste, the telling of
/// focus and of clicks, to draw a frame at once, to keep the window's title and put it back.
fn is_own(sequence: &str) -> bool {
    let (parameters, last) = sequence.split_at(sequence.len() - 1);
    let numbers: Vec<u16> =
        parameters.split(';').map(|number| number.parse().unwrap_or(0)).collect();
    match last {
        "H" => matches!(numbers.as_slice(), [row, column] if *row <= 24 && *column <= 80),
        "m" => numbers.iter().all(|number| *number <= 255),
        "J" => parameters == "2",
        "t" => ["22;2", "23;2"].contains(&parameters),
        "h" => ["?25", "?1049", "?2004", "?1004", "?2026"].contains(&parameters),
        "l" => {
            ["?25", "?1049", "?2004", "?1004", "?2026"].contains(&parameters)
            // The mouse is taken back whether it was taken or not.
            || ["?1000", "?1002", "?1003", "?1006", "?1015"].contains(&parameters)
        }
        _ => false,
    }
}

/// Takes out the question for the background, and the window's title where it is the program's own.
fn without_own_words(what: &str, text: &str) -> String {
    let text = text.replace("\u{1b}]11;?\u{1b}\\", "");
    let mut pieces = text.split("\u{1b}]0;");
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (title, after) = piece.split_once('\u{7}').unwrap_or((piece, ""));
        assert!(is_own_title(title), "{what}: title {title:?}");
        rest += after;
    }
    rest
}

/// Raw output of the screen face: takes out the sequences that are its own; the rest is text.
pub(crate) fn assert_own_sequences_only(what: &str, raw: &[u8]) {
    let text = std::str::from_utf8(raw).unwrap_or_else(|_| panic!("{what} is no text"));
    let text = without_own_words(what, text);
    let mut rest = String::new();
    for (index, piece) in text.split("\u{1b}[").enumerate() {
        if index == 0 {
            rest += piece;
            continue;
        }
        let end = piece.find(|c: char| !c.is_ascii_digit() && c != ';' && c != '?').unwrap_or(0);
        let end = end + piece[end..].chars().next().map_or(0, char::len_utf8);
        assert!(is_own(&piece[..end]), "{what}: CSI {:?}", &piece[..end]);
        rest += &piece[end..];
    }
    // The terminal's own line discipline makes a return of a line feed.
    assert_harmless(what, rest.replace("\r\n", "\n").as_bytes());
}

fn assert_screen_harmless(what: &str, left: &Left) {
    assert_own_sequences_only(what, &left.raw);
    left.acted.assert_nothing_hostile(what);
    left.assert_given_back();
}

/// A sequence in two pieces, cut at every byte: alone each is harmless, side by side they are not.
fn halves() -> Vec<String> {
    let title = "\u{1b}]0;PWNED\u{7}";
    (1..title.len()).flat_map(|cut| [title[..cut].to_owned(), title[cut..].to_owned()]).collect()
}

/// Says hostile things in every place where an answer has room.
fn hostile(request: &str) -> Vec<u8> {
    let raw = corpus();
    let path = request.split([' ', '?']).nth(1).unwrap_or_default();
    // Header lines and status words may hold any byte above 0x9f's neighbours, but no C0.
    let above: String = raw.chars().filter(|c| u32::from(*c) >= 0x80).collect();
    let status = |code: &str| [code.as_bytes(), b" pwn", above.as_bytes(), b"\x9b31m"].concat();
    let headers = [
        b"X-Request-Id: pwn",
        above.as_bytes(),
        b"\x9d0;PWNED\x9c\r\nServer: ",
        above.as_bytes(),
        b"\r\n",
    ]
    .concat();
    let mut names: Vec<String> =
        halves().iter().map(|half| format!("\"{}\"", escaped(half))).collect();
    names.push(format!("\"{}\"", escaped(&raw)));
    let json = format!(
        "{{\"names\": [{}], \"text\": \"{}\", \"{}\": 1}}",
        names.join(","),
        escaped(&raw),
        escaped(&raw)
    );
    match path {
        "/list" => answer(&status("200"), &headers, json.as_bytes()),
        "/fails" => answer(&status("403"), &headers, raw.as_bytes()),
        "/doubt" => answer(&status("500"), &headers, raw.as_bytes()),
        // What no client takes: the words of the error are told too.
        "/broken" => answer(b"200 \x1b]0;PWNED\x07", b"X: \x1b[7777m\r\n", b""),
        _ => answer(&status("404"), &headers, raw.as_bytes()),
    }
}

fn playbook(url: &str) -> String {
    format!(
        r#"
format = 1
id = "hostile"
title = "Hostile answers"
[backends.host]
title = "Somebody else's"
url = "{url}"
[[steps]]
id = "list"
phase = "detect"
title = "List"
[steps.call]
backend = "host"
request = "GET /list"
save = {{ text = "json.text", all = "json" }}
keep_body = true
[steps.discover]
scope = "name"
items = "json.names"
[[steps]]
id = "doubt"
phase = "contain"
title = "Doubt"
requires = ["list"]
danger = "confirm"
target = "{{{{ saved.text }}}}"
[steps.call]
backend = "host"
request = "POST /doubt?q={{{{ saved.text }}}}"
json = {{ text = "{{{{ saved.text }}}}", all = "{{{{ saved.all }}}}" }}
repeat = "once"
[[steps.verify]]
title = "It holds"
request = "GET /broken"
ok = "status == 200"
every = "1s"
within = "1s"
[[steps]]
id = "ask"
phase = "learn"
title = "Ask"
ask = {{ question = "What?" }}
[[steps]]
id = "fails"
phase = "contain"
title = "Fails"
danger = "confirm"
[steps.call]
backend = "host"
request = "POST /fails"
repeat = "idempotent"
"#
    )
}

fn answers() -> String {
    let hostile = escaped_in_toml(&corpus());
    format!(
        "[steps.doubt]\nconfirm = true\ndoubt = \"took effect: {hostile}\"\n\
         unproven = \"{hostile}\"\n[steps.ask]\nanswer = \"{hostile}\"\n[steps.fails]\nconfirm = true\n"
    )
}

/// Each word of the corpus stands in the text, so it did arrive, and was made harmless.
fn assert_arrived(what: &str, text: &str) {
    for (name, _) in CORPUS {
        assert!(text.contains(&format!("<{name}")), "{what} lacks {name}");
    }
}

#[test]
fn hostile_answers_and_hostile_people_reach_no_terminal() {
    let home = Home::new();
    let server = Server::start(|request| Some(hostile(request)));
    let file = home.write("hostile.toml", playbook(&server.url()));
    let answers = home.write("answers.toml", answers());
    let who = corpus();
    let ended = home.run(&["--who", &who, "run", &file, "--answers", &answers]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_both_harmless("run", &ended);
    assert_arrived("run", &ended.text());
    assert!(ended.told().contains("stuck at fails: it is failed"), "{}", ended.told());
    let kinds = crate::record::kinds(&home.incident());
    for kind in ["scope_added", "call_in_doubt", "call_resolved", "step_answered", "check_unknown"]
    {
        assert!(kinds.contains(&kind.to_owned()), "{kind} is not in {kinds:?}");
    }
    let added = kinds.iter().filter(|kind| *kind == "scope_added").count();
    assert!(added > 10, "the halves came apart: {added}");

    plain(&home, &who);
    commands(&home);
    screen(&home, &who);
    let journal = std::fs::read(home.incident().join("journal.jsonl")).unwrap();
    assert_harmless("the record", &journal);
}

/// Line by line, with hostile notes typed in.
fn plain(home: &Home, who: &str) {
    let mut pipe = Pipe::start(home.command(&["--who", who, "resume", "--plain"]));
    pipe.expect("> ");
    for line in ["log 999", "steps", "step 1", "step 2", "step 3", "step 4", "?", "next"] {
        pipe.say(line);
        pipe.expect("> ");
    }
    let hostile = corpus();
    for line in [format!("note {hostile}"), hostile.clone(), format!("step {hostile}")] {
        pipe.say(line);
        pipe.expect("> ");
    }
    let bytes: Vec<u8> = (0x80..=0xff).filter(|byte| *byte != b'\n').collect();
    pipe.say([b"note bytes ".as_slice(), &bytes].concat());
    pipe.expect("> ");
    pipe.say("quit");
    let ended = pipe.end();
    assert_eq!(ended.code, 0);
    assert_both_harmless("plain", &ended);
    assert_arrived("plain", &ended.text());
}

fn commands(home: &Home) {
    for arguments in [
        &["log"][..],
        &["log", "--json"],
        &["show"],
        &["list"],
        &["list", "--json"],
        &["verify"],
        &["export"],
        &["export", "--format", "jsonl"],
        &["handover"],
        &["handover", "--format", "md"],
        &["--who", "\u{1b}]0;PWNED\u{7}", "show"],
        &["--who", "\u{1b}]0;PWNED\u{7}", "note", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["note", "--source", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}", "a note"],
        &["attach-file", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}", "--about", "\u{9b}31m"],
        &["run", "--", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["attach", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["serve", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["promote", "\u{1b}]0;PWNED\u{7}", "\u{9b}31m\u{202e}"],
        &["verify", "\u{1b}]0;PWNED\u{7}", "\u{9b}31m\u{202e}"],
        &["move", "\u{1b}]0;PWNED\u{7}", "\u{9b}31m\u{202e}"],
        &["show", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["plan", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["check", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["--config", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}", "list"],
        &["run", "x", "--answers", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["export", "--format", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
        &["open", "x", "--input", "\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}"],
    ] {
        let ended = home.run(arguments);
        assert_both_harmless(&format!("{arguments:?}"), &ended);
        assert!(!ended.out.is_empty() || !ended.err.is_empty(), "{arguments:?}");
        if ["log", "export"].contains(&arguments[0]) && arguments.len() < 3 {
            assert_arrived(&format!("{arguments:?}"), &ended.text());
        }
    }
}

/// The screen: every pane of every step, the dialog with hostile text in it, notes, help.
fn screen(home: &Home, who: &str) {
    let mut pty = Pty::start(home, &["--who", who, "resume"]);
    pty.expect("LIVE");
    pty.press("gn");
    for step in ["List", "Doubt", "Ask", "Fails"] {
        pty.press("\x1b[A\x1b[A\x1b[A\x1b[A");
        let downs = ["List", "Doubt", "Ask", "Fails"].iter().position(|one| *one == step).unwrap();
        pty.press("\x1b[B".repeat(downs));
        pty.press("\t");
        for _ in 0..30 {
            pty.press("\x1b[6~");
        }
        pty.press("\t");
        for _ in 0..10 {
            pty.press("\x1b[5~");
        }
        pty.press("\t");
        pty.press("a");
        pty.expect("Esc close");
        pty.press("\x1b");
        pty.expect_gone("Esc close");
    }
    pty.press("n");
    pty.expect("Write a note");
    // As a terminal pastes; its own end mark is the one thing that cannot be within.
    pty.press(format!("\x1b[200~{}\x1b[201~", corpus()));
    pty.expect("<separators");
    pty.press(b"\x13");
    pty.expect("Recorded, up to entry");
    pty.press("q");
    let left = pty.end();
    assert_screen_harmless("the screen", &left);
    let noted = lines(&home.incident()).into_iter().rev().find(|line| line["kind"] == "noted");
    assert!(noted.unwrap()["text"].as_str().unwrap().contains("<title␛]0;PWNED␇>"));
}

#[test]
fn a_dialog_with_hostile_text_shows_it_and_obeys_nothing() {
    let home = Home::new();
    let server = Server::start(|request| Some(hostile(request)));
    let file = home.write("hostile.toml", playbook(&server.url()));
    let mut pty = Pty::start(&home, &["open", &file]);
    pty.expect("next     List");
    pty.press("\r");
    pty.expect("next     Doubt");
    pty.press("\r");
    pty.expect("Send this?");
    read_it();
    for _ in 0..40 {
        pty.press("\x1b[6~");
    }
    pty.expect("Hash: ");
    pty.press(b"\x19");
    pty.expect("IN DOUBT");
    pty.press("q");
    assert_screen_harmless("the dialog", &pty.end());
}

/// A record that was edited by hand, read by commands that print to a terminal and to a pipe.
#[rstest]
fn a_record_edited_by_hand_is_read_harmlessly(#[values(false, true)] first_too: bool) {
    let home = Home::new();
    let server = Server::start(|request| Some(hostile(request)));
    let file = home.write("hostile.toml", playbook(&server.url()));
    let answers = home.write("answers.toml", answers());
    home.run(&["run", &file, "--answers", &answers]);
    edited(&home, first_too);
    let dir = home.incident().display().to_string();
    for arguments in [
        &["log", &dir][..],
        &["log", "--json", &dir],
        &["show", &dir],
        &["list"],
        &["verify", &dir],
        &["export", &dir],
        &["export", "--format", "jsonl", &dir],
        &["handover", &dir],
        &["verify", &dir, &dir],
        &["promote", &dir, "ask"],
        &["resume", &dir],
    ] {
        let left = Pty::start(&home, arguments).end();
        assert_screen_harmless(&format!("{arguments:?}"), &left);
        assert!(!left.raw.is_empty(), "{arguments:?}");
        if arguments.contains(&"jsonl") {
            // A file gets the very bytes: they are the evidence.
            continue;
        }
        assert_both_harmless(&format!("{arguments:?}"), &home.run(arguments));
    }
    assert_eq!(home.run(&["verify", &dir]).code, 1);
}

/// Edits the record by hand: raw sequences stand where letters stood, in bytes that are text and in
/// bytes that are none. With the first record too, nothing says any more which playbook it was.
fn edited(home: &Home, first_too: bool) {
    let path = home.incident().join("journal.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    let hostile = ["\u{1b}]0;PWNED\u{7}\u{9b}31m\u{202e}".as_bytes(), b"\x9d0;PWNED\x9c"].concat();
    let places: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == b"<sgr")
        .map(|(at, _)| at)
        .collect();
    assert!(places.len() > 2);
    for at in places.into_iter().rev() {
        bytes.splice(at..at + 4, hostile.iter().copied());
    }
    // And one that stays JSON: control characters of the upper block need no escape there.
    let from = ["doubt started", "Hostile answers"][usize::from(first_too)].as_bytes();
    if let Some(at) = bytes.windows(from.len()).position(|window| window == from) {
        bytes.splice(at..at + from.len(), "\u{9d}0;PWNED\u{9c}\u{202e}".bytes());
    }
    let mut all = bytes;
    all.extend_from_slice(b"\x1b]0;PWNED\x07\x9b31m\n");
    all.extend_from_slice("{\"kind\":\"\u{9b}31m\u{202e}\",\"v\":1}\n".as_bytes());
    std::fs::write(path, all).unwrap();
}
