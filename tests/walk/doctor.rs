//! `doctor`: what it finds in a house where one thing is wrong, what it sends, what it gives away,
//! and how it ends.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::harness::{Ended, Home};
use crate::misbehaviour::self_signed;
use crate::pipe::Pipe;
use crate::server::{Server, answer};

/// Nowhere but in the one header.
const SECRET: &str = "canary-6Tq0vXw2Zr";

/// One back end with a secret; `backend` are further fields of it, `check` of a proof.
fn playbook(url: &str, backend: &str, check: &str) -> String {
    format!(
        r#"
format = 1
id = "gated"
title = "Gated"
[backends.gate]
title = "Gate"
url = "{url}"
auth = {{ scheme = "bearer", secret = "gate-admin" }}
{backend}
[[steps]]
id = "close"
phase = "contain"
title = "Close it"
[steps.call]
backend = "gate"
request = "PUT /gate"
repeat = "idempotent"
[[steps.verify]]
title = "It is closed"
backend = "gate"
auth = "none"
request = "GET /"
ok = "refused"
{check}
"#
    )
}

const HEALTH: &str = "health = \"GET /health\"";

/// A home with a playbook, and a configuration in which its secret stands in a file.
struct House {
    home: Home,
    playbook: String,
}

impl House {
    fn new(playbook: &str, more: &str) -> Self {
        let home = Home::new();
        let secret = home.write("gate-admin", format!("{SECRET}\n"));
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        home.write(
            ".config/stanch/config.toml",
            format!("[secrets.gate-admin]\nfile = \"{secret}\"\n{more}"),
        );
        let playbook = home.write("gated.toml", playbook);
        Self { home, playbook }
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = self.home.command(&["doctor"]);
        command.args(arguments).env("XDG_CONFIG_HOME", self.home.path(".config"));
        let ended = Pipe::start(command).end();
        for text in [ended.text(), ended.told()] {
            assert!(!text.contains(&SECRET[..10]), "{text}");
        }
        ended
    }

    /// With the playbook.
    fn examined(&self, more: &[&str]) -> Report {
        Report::of(&self.run(&[&[self.playbook.as_str(), "--json"], more].concat()))
    }
}

/// What was found, and how it ended.
struct Report {
    code: i32,
    json: Value,
}

impl Report {
    fn of(ended: &Ended) -> Self {
        let report = Self { code: ended.code, json: serde_json::from_slice(&ended.out).unwrap() };
        report.is_well_formed();
        report
    }

    fn checks(&self) -> &Vec<Value> {
        self.json["checks"].as_array().unwrap()
    }

    /// Every report keeps to this.
    fn is_well_formed(&self) {
        let rank = |verdict: &Value| {
            let all = ["good", "unknown", "warning", "bad"];
            all.iter().position(|one| verdict == one).unwrap()
        };
        for check in self.checks() {
            for key in ["group", "name", "verdict", "what"] {
                assert!(check[key].as_str().is_some_and(|text| !text.is_empty()), "{check}");
            }
            let mended = check["mend"].as_str().is_some_and(|text| !text.is_empty());
            assert_eq!(mended, check["verdict"] != "good", "{check}");
        }
        let worst = self.checks().iter().map(|check| rank(&check["verdict"])).max().unwrap();
        assert_eq!(rank(&self.json["verdict"]), worst);
    }

    fn get(&self, group: &str, name: &str) -> &Value {
        let is = |check: &&Value| check["group"] == group && check["name"] == name;
        self.checks().iter().find(is).unwrap_or_else(|| panic!("{group} {name}: {}", self.json))
    }

    /// The verdict, and the words.
    fn told(&self, group: &str, name: &str) -> (&str, &str) {
        let check = self.get(group, name);
        (check["verdict"].as_str().unwrap(), check["what"].as_str().unwrap())
    }

    /// The names of what is bad.
    fn bad(&self) -> Vec<String> {
        let bad = self.checks().iter().filter(|check| check["verdict"] == "bad");
        bad.map(|check| format!("{}: {}", check["group"], check["name"]).replace('"', "")).collect()
    }
}

/// A server that answers everything with this, and tells the secret that it was sent.
fn saying(status: &'static str, headers: String) -> Server {
    Server::start(move |request| {
        Some(answer(status.as_bytes(), headers.as_bytes(), request.as_bytes()))
    })
}

/// The time of day as a header line, from the clock that the file system keeps.
fn date_now(home: &Home) -> String {
    let written = home.write("now", "");
    let now = std::fs::metadata(written).unwrap().modified().unwrap();
    let now = chrono::DateTime::<chrono::Utc>::from(now);
    format!("Date: {}\r\n", now.format("%a, %d %b %Y %H:%M:%S GMT"))
}

/// A port where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn a_house_in_order_is_good_and_only_health_is_asked() {
    let server = saying("200 OK", date_now(&Home::new()));
    let house = House::new(&playbook(&server.url(), HEALTH, ""), "");
    let report = house.examined(&[]);
    assert_eq!((report.code, report.bad()), (0, Vec::new()), "{}", report.json);
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(requests[0].starts_with("GET /health HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains(&format!("Bearer {SECRET}")), "{requests:?}");
    let (verdict, words) = report.told("back ends", "gate");
    assert!(verdict == "good" && words.contains("the credentials are taken"), "{words}");
    assert_eq!(report.get("back ends", "gate")["status"], 200);
    assert_eq!(report.told("configuration", "secret gate-admin").0, "good");
    assert_eq!(report.told("clock", "back ends").0, "good");
    let flushing = report.get("journal", "flushing");
    assert!(flushing["flush_median_ms"].as_f64() <= flushing["flush_max_ms"].as_f64());
    assert!(flushing["flush_max_ms"].as_f64() > Some(0.0), "{flushing}");
    assert!(report.get("journal", "space")["free_bytes"].as_u64() > Some(0));
    let left: Vec<_> = std::fs::read_dir(house.home.data()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let text = house.run(&[&house.playbook]);
    assert_eq!(text.code, 0);
    let text = text.text();
    for group in ["configuration:", "back ends:", "journal:", "clock:", "terminal:"] {
        assert!(text.lines().any(|line| line == group), "{group} {text}");
    }
}

#[test]
fn credentials_that_are_refused_are_bad_and_stay_unseen() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = saying(status, format!("Server: {SECRET}\r\n"));
        let house = House::new(&playbook(&server.url(), HEALTH, ""), "");
        let report = house.examined(&[]);
        assert_eq!((report.code, report.bad()), (1, vec!["back ends: gate".to_owned()]));
        let gate = report.get("back ends", "gate");
        assert!(gate["what"].as_str().unwrap().contains("credentials are refused"), "{gate}");
        assert!(gate["mend"].as_str().unwrap().contains("`gate-admin`"), "{gate}");
        assert_eq!(house.run(&[&house.playbook]).code, 1);
    }
}

#[test]
fn an_answer_that_tells_nothing_of_credentials_is_a_warning() {
    let server = saying("404 Not Found", String::new());
    let house = House::new(&playbook(&server.url(), HEALTH, ""), "");
    let report = house.examined(&[]);
    assert_eq!((report.code, report.told("back ends", "gate").0), (0, "warning"));
    assert_eq!(house.examined(&["--strict"]).code, 1);
}

#[test]
fn a_back_end_that_is_not_there_is_bad() {
    let url = format!("http://{}", nobody());
    let house = House::new(&playbook(&url, HEALTH, ""), "");
    let report = house.examined(&[]);
    assert_eq!((report.code, report.bad()), (1, vec!["back ends: gate".to_owned()]));
    let words = report.told("back ends", "gate").1;
    assert!(words.contains("refused") && words.contains(&url), "{words}");
}

#[test]
fn a_back_end_that_is_silent_ends_with_the_time_that_was_given() {
    let server = Server::start(|_| None);
    let house = House::new(&playbook(&server.url(), HEALTH, ""), "");
    let report = house.examined(&["--timeout", "1"]);
    assert_eq!((report.code, report.bad()), (1, vec!["back ends: gate".to_owned()]));
    assert!(report.told("back ends", "gate").1.contains("in time"));
}

#[test]
fn without_health_nothing_is_sent_and_nothing_claimed() {
    let server = saying("200 OK", String::new());
    let house = House::new(&playbook(&server.url(), "", ""), "");
    let report = house.examined(&[]);
    let (verdict, words) = report.told("back ends", "gate");
    assert_eq!((report.code, verdict), (0, "unknown"));
    assert!(words.contains("credentials not checked: no `health`"), "{words}");
    assert!(server.connections() > 0);
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_secret_that_cannot_be_had_is_bad_and_its_back_end_is_still_reached() {
    let server = saying("200 OK", String::new());
    let house = House::new(&playbook(&server.url(), HEALTH, ""), "");
    std::fs::remove_file(house.home.path("gate-admin")).unwrap();
    let report = house.examined(&[]);
    assert_eq!(
        (report.code, report.bad()),
        (1, vec!["configuration: secret gate-admin".to_owned()])
    );
    let (verdict, words) = report.told("back ends", "gate");
    assert!(verdict == "unknown" && words.contains("is reachable"), "{words}");
    assert_eq!(server.requests(), Vec::<String>::new());
    let ended = house.home.run(&["doctor", &house.playbook, "--json", "--config", "/dev/null"]);
    assert_eq!(ended.code, 1, "no regular file");
    house.home.write(".config/stanch/config.toml", "");
    let report = house.examined(&[]);
    let secret = report.get("configuration", "secret gate-admin");
    assert!(secret["mend"].as_str().unwrap().contains("[secrets.gate-admin]"), "{secret}");
}

#[test]
fn a_broken_configuration_is_told_and_the_rest_is_still_looked_at() {
    let house = House::new(&playbook("https://gate.example.com", "", ""), "wrong = 1\n");
    let report = Report::of(&house.run(&["--json"]));
    assert_eq!((report.code, report.bad()), (1, vec!["configuration: file".to_owned()]));
    assert!(report.told("configuration", "file").1.contains("wrong"));
    assert_eq!(report.told("journal", "directory").0, "good");
    let report = Report::of(&house.run(&["no-such-playbook", "--json"]));
    assert!(report.bad().contains(&"configuration: playbook no-such-playbook".to_owned()));
}

#[test]
fn a_data_directory_that_cannot_be_made_is_bad() {
    let house = House::new(&playbook("https://gate.example.com", "", ""), "");
    let file = house.home.write("plain-file", "");
    let report = Report::of(&house.run(&["--json", "--data", &format!("{file}/data")]));
    assert_eq!((report.code, report.bad()), (1, vec!["journal: directory".to_owned()]));
    assert!(report.told("journal", "directory").1.contains("plain-file"));
}

#[test]
fn what_is_not_good_fails_only_strictly() {
    let house = House::new(&playbook("https://gate.example.com", "", ""), "");
    let report = Report::of(&house.run(&["--json"]));
    assert_eq!((report.code, report.told("clock", "back ends").0), (0, "unknown"));
    assert_eq!(house.run(&["--strict"]).code, 1);
    assert_eq!(house.run(&["--timeout", "0"]).code, 2);
    let text = house.run(&[]).text();
    assert!(text.contains("stanch doctor exposed-database"), "{text}");
}

#[test]
fn without_a_playbook_the_configured_back_ends_are_reached_and_sent_nothing() {
    let server = saying("200 OK", String::new());
    let more = format!(
        "[backends.gate]\nurl = \"{}\"\n[backends.gone]\nurl = \"http://{}\"\n",
        server.url(),
        nobody()
    );
    let house = House::new(&playbook("https://gate.example.com", "", ""), &more);
    let report = Report::of(&house.run(&["--json"]));
    assert_eq!((report.code, report.bad()), (1, vec!["back ends: gone".to_owned()]));
    assert_eq!(report.told("back ends", "gate").0, "good");
    assert!(server.connections() > 0);
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn a_clock_that_no_back_end_agrees_with_is_bad() {
    let server = saying("200 OK", "Date: Mon, 01 Jan 2001 00:00:00 GMT\r\n".to_owned());
    let house = House::new(&playbook(&server.url(), HEALTH, ""), "");
    let report = house.examined(&[]);
    assert_eq!((report.code, report.bad()), (1, vec!["clock: back ends".to_owned()]));
    assert!(report.get("clock", "back ends")["skew_s"].as_f64() > Some(60.0));
}

#[test]
fn a_dead_vantage_point_is_bad_and_so_is_one_that_is_not_configured() {
    let more = format!("[vantages.outside]\nproxy = \"http://{}\"\n", nobody());
    let house = House::new(&playbook("https://gate.example.com", "", ""), &more);
    let report = Report::of(&house.run(&["--json"]));
    assert_eq!((report.code, report.bad()), (1, vec!["vantage points: outside".to_owned()]));
    assert!(report.told("vantage points", "outside").1.contains("refused"));
    let server = saying("200 OK", String::new());
    let house = House::new(&playbook(&server.url(), HEALTH, "via = \"outside\""), "");
    let report = house.examined(&[]);
    assert_eq!((report.code, report.bad()), (1, vec!["vantage points: outside".to_owned()]));
}

/// A proxy that opens every tunnel.
fn proxy() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // Ends with the test's process.
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            std::thread::spawn(move || tunnel(client));
        }
    });
    url
}

fn tunnel(mut client: TcpStream) {
    let mut lines = BufReader::new(client.try_clone().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    // Whoever only knocks says nothing.
    let Some(target) = first.split(' ').nth(1).map(str::to_owned) else { return };
    while lines.read_line(&mut first).unwrap() > 2 {}
    let Ok(mut server) = TcpStream::connect(target) else {
        let _ = client.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
        return;
    };
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (mut back, mut forth) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut back, &mut forth));
    // Ends when either side does.
    let _ = std::io::copy(&mut lines, &mut server);
    let _ = server.shutdown(std::net::Shutdown::Both);
}

#[test]
fn a_tunnel_is_opened_and_nothing_is_sent_through_it() {
    let server = self_signed();
    let check = "via = \"outside\"";
    let text = playbook(&server.url, "", check);
    let house = House::new(&text, "[backends.gate]\nca = \"gate.pem\"\n");
    house.home.write(".config/stanch/gate.pem", &server.pem);
    let config = house.home.path(".config/stanch/config.toml");
    let mut configured = std::fs::read_to_string(&config).unwrap();
    configured.push_str(&format!("[vantages.outside]\nproxy = \"{}\"\n", proxy()));
    std::fs::write(&config, &configured).unwrap();
    let report = house.examined(&[]);
    assert_eq!(report.told("vantage points", "outside to its control").0, "warning");
    configured.push_str(&format!("control = \"{}\"\n", nobody()));
    std::fs::write(&config, &configured).unwrap();
    let report = house.examined(&[]);
    assert_eq!(report.bad(), ["vantage points: outside to its control"], "{}", report.json);
    let control = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = format!("control = \"{}\"", control.local_addr().unwrap());
    let at = configured.find("control").unwrap();
    std::fs::write(&config, format!("{}{there}\n", &configured[..at])).unwrap();
    let report = house.examined(&[]);
    assert_eq!(report.told("vantage points", "outside to its control").0, "good");
    assert_eq!((report.code, report.bad()), (0, Vec::new()), "{}", report.json);
    assert_eq!(report.told("vantage points", "outside").0, "good");
    assert_eq!(report.told("vantage points", "outside to gate").0, "good", "{}", report.json);
    assert_eq!(report.told("back ends", "gate").0, "unknown");
    assert_eq!(server.bytes.load(Ordering::SeqCst), 0);
}

#[test]
fn a_certificate_that_nobody_signed_is_bad_with_and_without_health() {
    for health in ["", HEALTH] {
        let server = self_signed();
        let house = House::new(&playbook(&server.url, health, ""), "");
        let report = house.examined(&[]);
        assert_eq!((report.code, report.bad()), (1, vec!["back ends: gate".to_owned()]));
        let words = report.told("back ends", "gate").1;
        assert!(words.contains("the certificate is not trusted"), "{words}");
        assert_eq!(server.bytes.load(Ordering::SeqCst), 0);
    }
    let more = "[backends.gate]\nca = \"none.pem\"\n";
    let house = House::new(&playbook("https://gate.example.com", HEALTH, ""), more);
    let report = house.examined(&[]);
    assert_eq!((report.code, report.bad()), (1, vec!["back ends: gate".to_owned()]));
    assert!(report.told("back ends", "gate").1.contains("none.pem"));
}
