//! Inside a real tmux: started, walked and left; and what is copied is in its buffer.

use std::process::{Command, Stdio};

use crate::harness::{Home, small, wait_for};
use crate::record::{has, lines};

/// A tmux server of its own, with one window of 80 by 24; gone when it is dropped.
struct Tmux<'a> {
    home: &'a Home,
}

impl<'a> Tmux<'a> {
    /// Starts this command in it.
    fn start(home: &'a Home, command: &str) -> Self {
        home.write(
            "tmux.conf",
            "set -g set-clipboard on\nset -g default-terminal tmux-256color\nset -g status off\n\
             set -g focus-events on\nset -s escape-time 0\nset -g remain-on-exit on\n",
        );
        let tmux = Self { home };
        tmux.say(&["-f", "tmux.conf", "new-session", "-d", "-x", "80", "-y", "24", command]);
        tmux
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        // A path of a socket has little room.
        command.args(["-S", "socket"]).args(arguments);
        command.env_clear().envs(self.home.variables()).current_dir(self.home.dir.path());
        command.stdin(Stdio::null());
        command
    }

    fn say(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn press(&self, keys: &[&str]) {
        self.say(&[&["send-keys"], keys].concat());
    }

    fn screen(&self) -> String {
        self.say(&["capture-pane", "-p"])
    }

    fn expect(&self, text: &str) -> String {
        let mut last = String::new();
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_for(text, || {
                last = self.screen();
                last.contains(text).then(|| last.clone())
            })
        }));
        found.unwrap_or_else(|_| panic!("{text:?} never came:\n{last}"))
    }

    fn format(&self, what: &str) -> String {
        self.say(&["display-message", "-p", what]).trim().to_owned()
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        // Gone already where the test came to its end.
        let _ = self.command(&["kill-server"]).output();
    }
}

#[test]
fn in_tmux_it_is_walked_left_and_copied_from() {
    let home = Home::new();
    let program = env!("CARGO_BIN_EXE_stanch");
    let drill = small("drills/small.toml");
    let command = format!("echo on my own screen; {program} drill {drill}; echo left with $?; cat");
    let tmux = Tmux::start(&home, &command);
    tmux.expect("next     Take report");
    // The last line that is drawn.
    let screen = tmux.expect("Enter open");
    for part in ["┌ Steps ", "┌ Record ", "Enter open"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let dir = home.incident();
    let codename = lines(&dir)[0]["codename"].as_str().unwrap().to_owned();
    assert_eq!(tmux.format("#{pane_title}"), format!("DRILL {codename} stanch"));
    assert_eq!(tmux.format("#{alternate_on}"), "1");

    tmux.press(&["y", "h"]);
    let screen = tmux.expect("to tmux and through it");
    let hash = lines(&dir).pop().unwrap()["h"].as_str().unwrap().to_owned();
    let head = [&hash[..4], &hash[4..8], &hash[8..12], &hash[12..16]].join(" ");
    assert!(screen.contains(&head), "{screen}");
    let copied = wait_for("the buffer", || {
        let output = tmux.command(&["show-buffer"]).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    });
    assert_eq!(copied, head);

    tmux.press(&["Enter"]);
    tmux.expect("Who says what?");
    tmux.expect("Ctrl-S save");
    tmux.press(&["-l", "somebody"]);
    tmux.press(&["C-s"]);
    tmux.expect("next     List indices");
    tmux.press(&["Enter"]);
    tmux.expect("next     Close gate");
    tmux.press(&["Enter"]);
    tmux.expect("Send this?");
    crate::pty::read_it();
    tmux.press(&["C-y"]);
    wait_for("the change", || has(&dir, "step_completed", "close").then_some(()));
    tmux.expect("next     Revoke tokens");

    // Another size, drawn by tmux's own means, and back.
    tmux.say(&["resize-window", "-x", "120", "-y", "40"]);
    tmux.expect("Strangers do not get in");
    tmux.say(&["resize-window", "-x", "80", "-y", "24"]);
    tmux.press(&["C-l"]);
    tmux.expect("next     Revoke tokens");
    tmux.press(&["q"]);
    let screen = tmux.expect("left with 0");
    assert!(screen.contains("on my own screen"), "{screen}");
    assert!(!screen.contains("┌ Steps "), "{screen}");
    assert_eq!(tmux.format("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"), "0 1 0");
    assert_ne!(tmux.format("#{pane_title}"), format!("DRILL {codename} stanch"));
    assert_eq!(home.run(&["verify"]).code, 0);
}
