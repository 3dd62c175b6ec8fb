//! The window changes its size, often and to anything.

use crate::harness::Home;
use crate::pty::{Pty, Terminal};
use crate::record::{has, range_changes};
use crate::stage::{ENTER, drill, leave, to_the_dialog};

const SIZES: usize = 1_000;

/// Random enough, and the same again from the same seed (splitmix64).
struct Random(u64);

impl Random {
    /// From the system, or the one that a failure named.
    #[expect(clippy::disallowed_methods, reason = "how a person says which case to run again")]
    #[expect(clippy::print_stdout, reason = "how a failure says it")]
    fn new() -> Self {
        let seed = std::env::var("STANCH_RESIZE_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            getrandom::fill(&mut bytes).unwrap();
            u64::from_le_bytes(bytes)
        });
        println!("to run it again: STANCH_RESIZE_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn size(&mut self) -> (u16, u16) {
        let within = |value: u64| u16::try_from(value + 1).unwrap();
        (within(self.below(200)), within(self.below(60)))
    }
}

/// A thousand sizes, with these keys in between; some are drawn, some are gone before they are. At
/// the end it is 80 by 24 again.
fn storm(pty: &mut Pty, keys: &[&[u8]]) {
    let mut random = Random::new();
    for _ in 0..SIZES {
        let before = pty.written();
        let (columns, rows) = random.size();
        pty.resize_unseen(columns, rows);
        if random.below(3) == 0 {
            pty.expect_raw(&format!("{columns}x{rows} to be drawn"), before, |raw| !raw.is_empty());
        }
        if random.below(4) == 0 {
            let index = usize::try_from(random.below(keys.len() as u64)).unwrap();
            pty.press(keys[index]);
        }
    }
    pty.resize_unseen(81, 25);
    pty.calm();
    pty.resize(80, 24);
}

/// The screen without the clocks.
fn still(screen: &str) -> String {
    let lines = screen.lines().filter(|line| !line.contains(" left.") && !line.contains("by ana"));
    lines.map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn a_storm_of_sizes_sends_nothing_and_leaves_the_dialog_whole() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    let dir = home.incident();
    to_the_dialog(&mut pty, &dir);
    pty.calm();
    let before = still(&pty.screen());
    for part in ["Send this?", "Target: the gate", "PUT https://gate", "Hash: ", "Ctrl-Y send"] {
        assert!(before.contains(part), "{before}");
    }
    storm(&mut pty, &[ENTER, b"x", b"\x1b[6~", b"\x1b[B"]);
    // What an ignored key said stands there until the next.
    pty.press("\x1b[6~");
    pty.expect("All of it was shown.");
    pty.expect_that("the dialog as it was", |screen| still(screen) == before);
    assert!(!has(&dir, "step_disarmed", "close") && !has(&dir, "call_requested", "close"));
    assert_eq!(range_changes(&dir).len(), 0);
    pty.press(b"\x03");
    pty.expect_gone("Send this?");
    leave(pty);
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_storm_of_sizes_while_walking_changes_nothing() {
    let home = Home::new();
    let mut pty = drill(&home, Terminal::default());
    let dir = home.incident();
    let keys: &[&[u8]] =
        &[b"j", b"k", b"\t", b"\x1b[6~", b"G", b"2", b"7", b"6", b"1", b"z", b":", b"\x1b"];
    storm(&mut pty, keys);
    pty.expect_gone("Too small");
    pty.calm();
    if pty.screen().contains("Find: ") {
        pty.press(b"\x03");
        pty.expect_gone("Find: ");
    }
    pty.press("1.");
    let screen = pty.expect(">- next     Take report");
    for part in [">1 Steps", "┌ Steps ", "┌ Step", "┌ Record ", "actions, help"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    leave(pty);
    assert_eq!(crate::record::kinds(&dir), ["opened"]);
}
