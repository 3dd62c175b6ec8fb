//! From the start of the program to its first screen, beside other programs under the same terminal.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::pty::{Pty, is_there};
use crate::times::{Times, heads};

const ROUNDS: usize = 25;
const INCIDENTS: usize = 3;
const SUBJECT: &str = "Say what is measured";

/// One program.
struct Runner {
    name: &'static str,
    line: Vec<&'static str>,
    /// Shown when the first screen is there; without one its end is waited for.
    word: Option<&'static str>,
    /// Begins without an incident in every round.
    is_fresh: bool,
    times: Times,
}

pub(crate) fn run() {
    println!("from start to the first screen, in turn, {ROUNDS} rounds");
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    incidents(home.path());
    repository(home.path());
    let mut runners = runners();
    for round in 0..ROUNDS {
        for runner in &mut runners {
            let data = if runner.is_fresh { format!("fresh-{round}") } else { "data".to_owned() };
            let data = home.path().join(data);
            let mut pty = Pty::start(&runner.line, home.path(), &data);
            runner.times.add(match runner.word {
                Some(word) => pty.until(word),
                None => pty.until_ended(),
            });
        }
    }
    tell(&runners);
}

fn runners() -> Vec<Runner> {
    let stanch = env!("CARGO_BIN_EXE_stanch");
    let runner = |name, line: &[&'static str], word| Runner {
        name,
        line: line.to_vec(),
        word,
        is_fresh: false,
        times: Times::default(),
    };
    let coloured = ["/usr/bin/env", "COLORTERM=truecolor", stanch];
    let drill =
        runner("stanch drill first-walk", &[stanch, "drill", "first-walk"], Some("2 Record"));
    let mut all = vec![
        runner("true", &["/usr/bin/true"], None),
        runner("stanch (home)", &[stanch], Some(HOME_WORD)),
        runner("stanch (home), truecolor", &coloured, Some(HOME_WORD)),
        Runner { is_fresh: true, ..drill },
    ];
    if is_there("tig") {
        all.push(runner("tig", &["/usr/bin/tig"], Some(SUBJECT)));
    }
    all
}

/// In the line of keys of the home screen.
pub(crate) const HOME_WORD: &str = "look again";

fn tell(runners: &[Runner]) {
    println!("{:<26}{}", "", heads("us"));
    for runner in runners {
        println!("{:<26}{}", runner.name, runner.times.row());
    }
    let Some(other) = runners.iter().find(|runner| runner.name == "tig") else { return };
    for runner in runners.iter().filter(|runner| runner.name.starts_with("stanch")) {
        let ratio = runner.times.median() / other.times.median();
        println!("{:<26}{ratio:>24.2}   of the median of tig", runner.name);
    }
    println!();
}

/// What the home screen lists.
pub(crate) fn incidents(home: &Path) {
    let small = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/walk/small");
    for _ in 0..INCIDENTS {
        let status = Command::new(env!("CARGO_BIN_EXE_stanch"))
            .args(["run", "--drill", &format!("{small}/drills/small.toml")])
            .args(["--answers", &format!("{small}/answers.toml")])
            .env("STANCH_DATA", home.join("data"))
            .env("HOME", home)
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success());
    }
}

/// Where other programs that show a history are at home.
fn repository(home: &Path) {
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=ana", "-c", "user.email=ana@example.com"];
        let mut command = Command::new("git");
        command.args(identity).args(arguments).current_dir(home).env("HOME", home);
        assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    };
    git(&["init"]);
    for number in 0..INCIDENTS {
        git(&["commit", "--allow-empty", "-m", &format!("{SUBJECT}, {number}")]);
    }
}
