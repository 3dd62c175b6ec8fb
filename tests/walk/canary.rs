//! Secrets in a live run against a back end that echoes them: from the environment, a file and a
//! program, in every spelling that is masked. Nothing of them is on the disk or on a screen.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::harness::{Ended, Home, files};
use crate::pipe::Pipe;
use crate::pty::{Pty, read_it};
use crate::record::kinds;
use crate::server::{Server, answer};

/// As they are: with characters that every encoding treats specially.
const SECRETS: [&str; 3] =
    ["env7Q<x&y>\"k/9+Zp=w?e\\u0", "file8R'm&n|j/3+Vt=s?d\\r1", "prog9S[a&b]\"h/5+Ku=q?f\\c2"];

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(text: &str, all: bool, upper: bool) -> String {
    let plain = |byte: u8| !all && (byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let one = |byte| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte if upper => format!("%{byte:02X}"),
        byte => format!("%{byte:02x}"),
    };
    text.bytes().map(one).collect()
}

fn units(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// How servers write a secret that came to them.
fn spellings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    vec![
        secret.to_owned(),
        json[1..json.len() - 1].to_owned(),
        json[1..json.len() - 1].replace('/', "\\/"),
        units(secret),
        percent(secret, false, true),
        percent(secret, false, false),
        percent(secret, true, true),
        html,
        secret.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        secret.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect(),
        secret.bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
        STANDARD.encode(secret),
        STANDARD.encode(format!("u:{secret}")),
        STANDARD.encode(format!("x{secret}yz")),
        URL_SAFE_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(format!("ab{secret}c")),
        hex(secret),
        hex(secret).to_uppercase(),
    ]
}

/// What must be nowhere: pieces of each spelling, so that a secret that was wrapped, cut or masked
/// in part is found too. Some characters at either end may belong to their neighbours.
fn needles() -> Vec<String> {
    let mut needles = Vec::new();
    for secret in SECRETS {
        for spelling in spellings(secret) {
            let characters: Vec<char> = spelling.chars().collect();
            let inner = &characters[4..characters.len() - 4];
            needles.push(inner[..12].iter().collect());
            needles.push(inner[inner.len() - 12..].iter().collect());
        }
    }
    needles
}

fn assert_absent(place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A screen and a log may break a long word; and lower-case hexadecimal stands for both.
    let joined: String = text.chars().filter(|c| !c.is_whitespace() && *c != '│').collect();
    for needle in needles() {
        assert!(!text.contains(&needle) && !joined.contains(&needle), "{needle} is in {place}");
    }
}

/// Echoes the credentials of each request in every spelling, everywhere.
fn echo(request: &str) -> Vec<u8> {
    let path = request.split([' ', '?']).nth(1).unwrap_or_default();
    let said = SECRETS.iter().find(|secret| {
        request.contains(**secret) || request.contains(&STANDARD.encode(format!("ann:{secret}")))
    });
    let Some(secret) = said else { return answer(b"401 Unauthorized", b"", b"{}") };
    let spellings = spellings(secret);
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    // Once encoded: what is JSON already stands as it is, and what has escapes of another kind
    // stands in pages that are no JSON.
    let of_json = [1, 2, 3].map(|index| format!("\"{}\"", spellings[index]));
    let others = spellings.iter().filter(|one| !one.contains('\\')).map(|one| quoted(one));
    let list: Vec<String> = of_json.into_iter().chain(others).collect();
    let fields: Vec<String> = list.iter().map(|one| format!("{one}: {one}")).collect();
    let raw: Vec<&str> =
        spellings.iter().map(String::as_str).filter(|one| !one.contains('\\')).collect();
    let body = format!(
        "{{\"names\": [{}], \"fields\": {{{}}}, \"path\": {}, \"raw\": {}}}",
        list.join(", "),
        fields.join(", "),
        quoted(&format!("/a/{}/b?q={}", spellings[4], spellings[6])),
        quoted(&raw.join(" ")),
    );
    let plain = |one: &&String| one.is_ascii();
    let headers: String = ["X-Request-Id", "Location", "Server", "ETag"]
        .iter()
        .zip(spellings.iter().filter(plain).cycle().skip(path.len()))
        .map(|(name, one)| format!("{name}: {one}\r\n"))
        .collect();
    let status = match path {
        "/fails" => format!("403 {}", spellings[4]),
        "/doubt" => format!("500 {}", spellings[0]),
        _ => "200 OK".to_owned(),
    };
    // An error page begins with it, so that it stands in the words that are kept of one.
    let body = if path == "/ok" { body } else { format!("{}{body}", spellings.join(" ")) };
    answer(status.as_bytes(), headers.as_bytes(), body.as_bytes())
}

const SCHEMES: [&str; 3] = [
    "{ scheme = \"bearer\", secret = \"from-env\" }",
    "{ scheme = \"basic\", user = \"ann\", secret = \"from-file\" }",
    "{ scheme = \"header\", name = \"X-Key\", secret = \"from-program\" }",
];

/// For each secret a call that succeeds and saves what came, one in doubt, one that fails; and a
/// question that fails.
fn playbook(url: &str) -> String {
    let mut out = format!(
        "format = 1\nid = \"echo\"\ntitle = \"Echo\"\n[backends.echo]\ntitle = \"Echo\"\nurl = \"{url}\"\n"
    );
    for (index, auth) in SCHEMES.iter().enumerate() {
        out += &format!(
            r#"
[[steps]]
id = "ok-{index}"
phase = "detect"
title = "Ok {index}"
[steps.call]
backend = "echo"
auth = {auth}
request = "GET /ok"
save = {{ all_{index} = "json", raw_{index} = "json.raw" }}
keep_body = true
[steps.discover]
scope = "name"
items = "json.names"
[[steps]]
id = "doubt-{index}"
phase = "contain"
title = "Doubt {index}"
requires = ["ok-{index}"]
danger = "confirm"
target = "{{{{ saved.raw_{index} }}}}"
[steps.call]
backend = "echo"
auth = {auth}
request = "POST /doubt"
json = {{ all = "{{{{ saved.all_{index} }}}}" }}
repeat = "once"
keep_body = true
[[steps.verify]]
title = "Nothing is echoed"
auth = {auth}
request = "GET /fails"
ok = "json.nothing.here == 1"
every = "1s"
within = "1s"
"#
        );
    }
    out + &format!(
        r#"
[[steps]]
id = "fails"
phase = "contain"
title = "Fails"
danger = "confirm"
[steps.call]
backend = "echo"
auth = {}
request = "POST /fails"
repeat = "idempotent"
keep_body = true
"#,
        SCHEMES[0]
    )
}

fn answers() -> String {
    let mut out = String::new();
    for (index, secret) in SECRETS.iter().enumerate() {
        let quoted = serde_json::to_string(&format!("I saw {secret}")).unwrap();
        out += &format!(
            "[steps.doubt-{index}]\nconfirm = true\ndoubt = {}\nunproven = {quoted}\n",
            serde_json::to_string(&format!("took effect: I saw {secret}")).unwrap()
        );
    }
    out + "[steps.fails]\nconfirm = true\n"
}

/// The files that hold the secrets on purpose.
fn configure(home: &Home) -> Vec<PathBuf> {
    let secret = home.write("secret", format!("{}\n", SECRETS[1]));
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let told = home.write("program-secret", SECRETS[2]);
    let answers = home.write("answers.toml", answers());
    home.write(
        ".config/stanch/config.toml",
        format!(
            "[secrets.from-env]\nenv = \"CANARY\"\n[secrets.from-file]\nfile = \"{secret}\"\n\
             [secrets.from-program]\ncommand = [\"/bin/cat\", \"{told}\"]\n"
        ),
    );
    [secret, told, answers].into_iter().map(PathBuf::from).collect()
}

fn run(home: &Home, arguments: &[&str]) -> Ended {
    let mut command = home.command(arguments);
    command.env("CANARY", SECRETS[0]);
    let ended = Pipe::start(command).end();
    assert_absent(&format!("{arguments:?}, output"), &ended.out);
    assert_absent(&format!("{arguments:?}, errors"), &ended.err);
    ended
}

fn assert_absent_on_disk(home: &Home, own: &[PathBuf]) {
    let mut looked = 0;
    for (path, bytes) in files(home.dir.path()) {
        if !own.contains(&path) {
            assert_absent(&path.display().to_string(), &bytes);
            looked += 1;
        }
    }
    assert!(looked > 5);
}

#[test]
fn a_server_that_echoes_secrets_gives_none_away() {
    let home = Home::new();
    let own = configure(&home);
    let server = Server::start(|request| Some(echo(request)));
    let file = home.write("echo.toml", playbook(&server.url()));
    let ended = run(&home, &["run", &file, "--answers", &own[2].display().to_string()]);
    assert!(ended.told().contains("stuck at fails: it is failed"), "{}", ended.told());
    let sent = server.requests().join("\n");
    for secret in [SECRETS[0], SECRETS[2], &STANDARD.encode(format!("ann:{}", SECRETS[1]))] {
        assert!(sent.contains(secret), "{secret} was sent");
    }
    let kinds = kinds(&home.incident());
    for kind in ["scope_added", "call_in_doubt", "call_resolved", "step_completed"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind} is not in {kinds:?}");
    }
    let blobs = files(&home.incident().join("blobs"));
    assert!(blobs.len() >= 3, "bodies were kept");
    let journal = String::from_utf8(std::fs::read(home.incident().join("journal.jsonl")).unwrap());
    let journal = journal.unwrap();
    for name in ["from-env", "from-file", "from-program"] {
        assert!(journal.matches(&format!("[secret:{name}]")).count() > 20, "{name}");
    }
    for arguments in [
        &["log"][..],
        &["log", "--json"],
        &["show"],
        &["list", "--json"],
        &["verify"],
        &["export"],
        &["export", "--format", "jsonl"],
        &["export", "-o", "timeline.md"],
        &["handover"],
        &["handover", "--format", "md"],
        &["plan", &file],
        &["check", &file],
        &["resume", "--plain"],
    ] {
        run(&home, arguments);
    }
    plain(&home);
    screen(&home);
    assert_absent_on_disk(&home, &own);
}

/// A note that repeats secrets: masked once the engine knows them. The one from the environment is
/// known from the start.
fn plain(home: &Home) {
    let mut command = home.command(&["resume", "--plain"]);
    command.env("CANARY", SECRETS[0]);
    let mut pipe = Pipe::start(command);
    pipe.expect("> ");
    for line in ["log 999", "step 1", "step 2", "step 7", &format!("note {}", SECRETS[0])] {
        pipe.say(line);
        pipe.expect("> ");
    }
    pipe.say("quit");
    let ended = pipe.end();
    assert!(ended.text().contains("noted: [secret:from-env]"), "{}", ended.text());
    assert_absent("plain", &ended.out);
}

fn screen(home: &Home) {
    let variables = [("CANARY", SECRETS[0])];
    let mut pty = Pty::start_as(home, &["resume"], (120, 40), &variables);
    pty.expect("LIVE");
    for _ in 0..7 {
        pty.press("\x1b[B\t");
        pty.press("\x1b[6~".repeat(20));
        pty.press("\t");
        pty.press("\x1b[5~".repeat(20));
        pty.press("\t");
        // What is shown now was read before more is typed.
        pty.press("a");
        pty.expect("Esc close");
        pty.press("\x1b");
        pty.expect_gone("Esc close");
        assert_absent("the screen", pty.screen().as_bytes());
    }
    // The dialog of the last step, which shows what is sent.
    pty.press("gn\r");
    pty.expect("Send this?");
    read_it();
    assert_absent("the dialog", pty.screen().as_bytes());
    pty.press("\x1b");
    pty.expect_gone("Send this?");
    pty.press("q");
    let left = pty.end();
    assert_absent("all that was drawn", &left.raw);
}

/// When the record cannot take an outcome, it goes to the screen and to the emergency file.
#[cfg(target_os = "linux")]
#[test]
fn what_the_record_cannot_take_is_kept_elsewhere_and_masked_there_too() {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    use std::sync::{Arc, Condvar, Mutex};

    let home = Home::new();
    let own = configure(&home);
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let held = Arc::clone(&gate);
    let server = Server::start(move |request| {
        let open = held.0.lock().unwrap();
        drop(held.1.wait_while(open, |open| !*open).unwrap());
        Some(echo(request))
    });
    let playbook = playbook(&server.url());
    let last = playbook.rfind("[[steps]]").unwrap();
    let first = playbook.find("[[steps]]").unwrap();
    let file = home.write("echo.toml", format!("{}{}", &playbook[..first], &playbook[last..]));
    let mut command = home.command(&["open", &file, "--plain"]);
    command.env("CANARY", SECRETS[0]);
    let mut pipe = Pipe::start(command);
    pipe.expect("> ");
    pipe.say("look");
    pipe.expect("Type send to send it");
    pipe.say("send");
    crate::harness::wait_for("the request", || server.requests().pop());
    // From now on no file of this process can grow beyond what the record has.
    let length = std::fs::metadata(home.incident().join("journal.jsonl")).unwrap().len();
    let limit = Rlimit { current: Some(length), maximum: Some(length) };
    let id = Pid::from_raw(i32::try_from(pipe.id()).unwrap());
    prlimit(id, Resource::Fsize, limit).unwrap();
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    pipe.expect("NOT IN THE RECORD");
    pipe.expect("> ");
    pipe.say("quit");
    let ended = pipe.end();
    assert_absent("plain", &ended.out);
    let kept = files(&home.path("runtime"));
    let kept: Vec<_> = kept.iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let text = String::from_utf8_lossy(&kept[0].1).into_owned();
    assert!(text.contains("call_answered") && text.contains("[secret:from-env]"), "{text}");
    assert_absent_on_disk(&home, &own);
}
