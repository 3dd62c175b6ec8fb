//! Scenes that several tests begin with: a drill at the screen, a live system that says what it is
//! told to, and short ways through the program.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::{Home, small, wait_for};
use crate::pty::{Pty, Terminal};
use crate::record::has;
use crate::server::{Server, answer};

pub(crate) const ENTER: &[u8] = b"\r";
pub(crate) const SAVE: &[u8] = b"\x13";
pub(crate) const SEND: &[u8] = b"\x19";
pub(crate) const ESC: &[u8] = b"\x1b";
pub(crate) const EDITOR: &[u8] = b"\x0f";

/// A token of the configuration, and what stands in its place once it is masked.
pub(crate) const TOKEN: &str = "tok-5f1c9e0b7a62d843";
pub(crate) const MASKED: &str = "[secret:key]";

/// The small drill, drawn once.
pub(crate) fn drill(home: &Home, terminal: Terminal<'_>) -> Pty {
    let pty = Pty::start_in(home, &["drill", &small("drills/small.toml")], terminal);
    pty.expect("next     Take report");
    pty
}

/// From the beginning of the small drill to the first dialog.
pub(crate) fn to_the_dialog(pty: &mut Pty, dir: &std::path::Path) {
    pty.press(ENTER);
    pty.expect("Who says what?");
    pty.expect("Ctrl-S save");
    pty.press("somebody");
    pty.press(SAVE);
    pty.expect("next     List indices");
    // The next is begun only when the one before is known to be recorded.
    pty.expect("Recorded, up to entry 2.");
    pty.press(ENTER);
    pty.expect("next     Close gate");
    pty.expect("Recorded, up to entry 4.");
    pty.press(ENTER);
    pty.expect("Send this?");
    wait_for("the state before", || crate::record::checks_ended(dir).then_some(()));
    pty.expect("State before, The gate says closed: not so yet");
}

/// Does the first thing that is found with these words.
pub(crate) fn find_and_do(pty: &mut Pty, words: &str) {
    pty.press(":");
    pty.expect("Esc close");
    pty.press(words);
    pty.expect(&format!("Find: {words}"));
    pty.press(ENTER);
    pty.expect_gone("Find: ");
}

/// Leaves, and finds the terminal as it was.
pub(crate) fn leave(mut pty: Pty) {
    pty.press("q");
    let left = pty.end();
    left.assert_given_back();
    assert_eq!(left.code, 0, "{}", left.screen);
}

/// A live door with a guard that asks it every second whether it is locked.
pub(crate) struct Door {
    pub(crate) server: Server,
    pub(crate) locked: Arc<AtomicBool>,
    pub(crate) playbook: String,
}

impl Door {
    pub(crate) fn new(home: &Home) -> Self {
        let locked = Arc::new(AtomicBool::new(true));
        let is_locked = Arc::clone(&locked);
        let server = Server::start(move |_| {
            let body = format!("{{\"locked\": {}}}", is_locked.load(Ordering::SeqCst));
            Some(answer(b"200 OK", b"", body.as_bytes()))
        });
        let playbook = home.write(
            "door.toml",
            format!(
                r#"
                format = 1
                id = "door"
                title = "A door"
                [backends.door]
                title = "The door"
                url = "{}"
                auth = {{ scheme = "bearer", secret = "key" }}
                [[steps]]
                id = "lock"
                phase = "contain"
                title = "Lock door"
                [steps.call]
                backend = "door"
                request = "PUT /lock"
                repeat = "idempotent"
                [[steps.verify]]
                title = "It is locked"
                request = "GET /lock"
                ok = "json.locked"
                every = "1s"
                within = "30s"
                guard = {{ every = "1s" }}
                "#,
                server.url()
            ),
        );
        home.write(".config/stanch/config.toml", "[secrets.key]\nenv = \"DOOR_KEY\"\n");
        Self { server, locked, playbook }
    }

    /// The variables of a terminal in which its secret is known.
    pub(crate) const VARIABLES: &'static [(&'static str, &'static str)] = &[("DOOR_KEY", TOKEN)];

    /// Opened live, nothing done yet.
    pub(crate) fn open(&self, home: &Home, terminal: Terminal<'_>) -> (Pty, PathBuf) {
        let pty = Pty::start_in(home, &["open", &self.playbook], terminal);
        pty.expect("next     Lock door");
        (pty, home.incident())
    }

    /// Locks it, and waits until it is guarded.
    pub(crate) fn lock(pty: &mut Pty, dir: &std::path::Path) {
        pty.press(ENTER);
        pty.expect("Send this?");
        crate::pty::read_it();
        pty.press(SEND);
        wait_for("the lock", || has(dir, "step_completed", "lock").then_some(()));
        pty.expect("1 guard holding");
    }

    /// Waits until the door was asked so often again.
    pub(crate) fn asked_again(&self, times: usize) {
        let asked = self.server.requests().len();
        wait_for("the guard to ask", || {
            (self.server.requests().len() >= asked + times).then_some(())
        });
    }
}
