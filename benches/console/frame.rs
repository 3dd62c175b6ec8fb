//! A frame of the record's view over a long record, beside one over a short record: time, and bytes to
//! the terminal.

use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossterm::event::KeyCode;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{Backend, CrosstermBackend, TestBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use stanch::command::Reading;
use stanch::incident::Seq;
use stanch::tui::{Msg, View};

use crate::SIZE;
use crate::long::{self, Still};
use crate::loupe::{Loupe, Spent, press};
use crate::times::{Times, heads};

const SHORT: u64 = 100;
const KEYS: usize = 4_000;
const JUMPS: u64 = 200;

struct Made {
    records: u64,
    reading: Reading,
    clock: Arc<Still>,
}

pub(crate) fn run(records: u64) {
    crossterm::style::force_color_output(true);
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let made = [SHORT, records].map(|records| {
        let (reading, clock) = long::console(&home.path().join(records.to_string()), records);
        Made { records, reading, clock }
    });
    println!("from a key to its frame, {} x {}, records of {SHORT} and {records}", SIZE.0, SIZE.1);
    println!(
        "{:<26}{:>10}{}{:>10}{:>10}{:>10}",
        "",
        "entries",
        heads("us"),
        "look",
        "update",
        "draw"
    );
    let turned =
        made.each_ref().map(|made| tell("up and down in turn", made.records, &turns(made)));
    println!("{:<36}{:>24.3}   goal 1.2", "ratio of medians", turned[1] / turned[0]);
    let [_, last] = &made;
    tell("the same in memory", records, &turns_in_memory(last));
    tell("up through the record", records, &through(last));
    tell("a jump", records, &jumps(last));
    println!("goal of each median: below 1,000 us\n");
    bytes(last);
}

/// One row; its median in milliseconds.
fn tell(what: &str, entries: u64, spent: &[Spent]) -> f64 {
    let times = |part: fn(&Spent) -> std::time::Duration| {
        let mut times = Times::default();
        for spent in spent {
            times.add(part(spent));
        }
        times
    };
    let whole = times(|spent| spent.whole());
    let parts =
        [times(|spent| spent.seen), times(|spent| spent.updated), times(|spent| spent.drawn)];
    let parts = parts.map(|part| format!("{:>10.1}", part.median())).concat();
    println!("{what:<26}{entries:>10}{}{parts}", whole.row());
    whole.median() / 1e3
}

/// On a terminal that takes everything.
fn loupe(made: &Made, counted: Counted) -> Loupe<'_, CrosstermBackend<Counted>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let backend = CrosstermBackend::new(counted);
    let terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    Loupe::new(&made.reading, terminal)
}

/// With the end of the record on the screen; and its rows.
fn at_end(made: &Made) -> (Loupe<'_, CrosstermBackend<Counted>>, Seq) {
    let mut loupe = loupe(made, Counted::default());
    loupe.take(Msg::Changed);
    let rows = loupe.rows();
    assert!(rows > 20);
    (loupe, rows)
}

/// The mark goes one up and one down, at the end of the record.
fn turns(made: &Made) -> Vec<Spent> {
    let (mut loupe, _) = at_end(made);
    turn(&mut loupe)
}

/// The same on a screen in memory, without a terminal's sequences.
fn turns_in_memory(made: &Made) -> Vec<Spent> {
    let terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    turn(&mut Loupe::new(&made.reading, terminal))
}

fn turn<B: Backend>(loupe: &mut Loupe<'_, B>) -> Vec<Spent>
where
    B::Error: Debug,
{
    loupe.take(Msg::Changed);
    let keys = [KeyCode::Char('k'), KeyCode::Char('j')].into_iter().cycle().take(KEYS);
    let spent = keys.map(|code| loupe.take(press(code))).collect();
    assert_eq!(loupe.absent(), 0);
    spent
}

/// Always upwards: in each frame an entry that was never read.
fn through(made: &Made) -> Vec<Spent> {
    let (mut loupe, rows) = at_end(made);
    let keys = KEYS.min(usize::try_from(made.records - rows).unwrap());
    let mut spent: Vec<Spent> = (0..keys).map(|_| loupe.take(press(KeyCode::Char('k')))).collect();
    assert_eq!(loupe.absent(), 0);
    spent.split_off(usize::try_from(rows).unwrap())
}

/// To entries far from each other, by their numbers; of each jump the last key.
fn jumps(made: &Made) -> Vec<Spent> {
    let (mut loupe, rows) = at_end(made);
    let mut spent = Vec::new();
    for number in 0..JUMPS {
        let to = (number * 7_919_317 + 50_000) % (made.records - 2 * rows) + rows;
        let digits = to.to_string();
        let written =
            std::iter::repeat_n(KeyCode::Backspace, 10).chain(digits.chars().map(KeyCode::Char));
        for code in std::iter::once(KeyCode::Char('#')).chain(written) {
            loupe.take(press(code));
        }
        spent.push(loupe.take(press(KeyCode::Enter)));
        assert_eq!(loupe.absent(), 0);
    }
    spent
}

/// What reaches a terminal.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bytes(made: &Made) {
    let counted = Counted::default();
    let mut loupe = loupe(made, counted.clone());
    println!("bytes to the terminal for one frame");
    let mut frame = |what: &str, msg: Msg| {
        let before = counted.0.load(Ordering::Relaxed);
        queue!(loupe.terminal.backend_mut(), BeginSynchronizedUpdate).unwrap();
        loupe.take(msg);
        queue!(loupe.terminal.backend_mut(), EndSynchronizedUpdate).unwrap();
        println!("{what:<36}{:>10}", counted.0.load(Ordering::Relaxed) - before);
        loupe.model.view
    };
    frame("the first, whole", Msg::Changed);
    frame("the same again", Msg::Changed);
    made.clock.tick();
    frame("a second of the clock", Msg::Changed);
    frame("one line up", press(KeyCode::Char('k')));
    frame("a jump to the first entry", press(KeyCode::Home));
    frame("a jump to the last entry", press(KeyCode::End));
    let view = frame("to the view of the steps", press(KeyCode::Char('1')));
    assert_eq!(view, View::Steps);
    frame("and back", press(KeyCode::Char('2')));
    println!();
}
