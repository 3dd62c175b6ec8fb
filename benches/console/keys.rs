//! From a key to its frame while answers rain in, beside the same console when nothing comes.
//!
//! The loop is the face's: a key before a newer view, for each one update and one frame.

use std::io::sink;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossterm::event::KeyCode;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use stanch::command::Console;
use stanch::tui::{Msg, View};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::SIZE;
use crate::loupe::{Loupe, press};
use crate::rain::{FASTER, Rain};
use crate::times::{Times, heads};

const KEYS: u64 = 1_000;
const GOAL_MS: f64 = 50.0;

pub(crate) fn run() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let rain = Rain::begin(&home.path().join("rain"));
    println!(
        "from a key to its frame, {KEYS} keys, views published at up to {} a second",
        60 * FASTER
    );
    println!("{:<26}{:>10}{:>10}{}", "", "answers/s", "frames/s", heads("us"));
    let mut poured = Vec::new();
    for view in [View::Steps, View::Record] {
        poured.push(measure(&rain, view, &format!("{}, answers", view.title())));
    }
    rain.stop();
    let mut dry = Vec::new();
    for view in [View::Steps, View::Record] {
        dry.push(measure(&rain, view, &format!("{}, nothing comes", view.title())));
    }
    for (poured, dry) in poured.iter().zip(&dry) {
        let (worst, ratio) = (poured.percentile(99) / 1e3, poured.median() / dry.median());
        println!(
            "p99 {worst:.2} ms, goal {GOAL_MS} ms; medians {ratio:.2} of what they are when nothing comes"
        );
    }
    println!();
    rain.console.handle.stop();
}

/// Keys that come between 3 and 18 ms apart, in an order that is always the same.
fn typist() -> UnboundedReceiver<(Instant, KeyCode)> {
    let (keys, typed) = unbounded_channel();
    std::thread::spawn(move || {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for number in 0..KEYS {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            std::thread::sleep(Duration::from_micros(3_000 + seed % 15_000));
            let code = if number % 2 == 0 { KeyCode::Char('k') } else { KeyCode::Char('j') };
            let _ = keys.send((Instant::now(), code));
        }
    });
    typed
}

fn measure(rain: &Rain, view: View, what: &str) -> Times {
    let viewport = Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1));
    let backend = CrosstermBackend::new(sink());
    let terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let mut loupe = Loupe::new(&*rain.console, terminal);
    loupe.model.view = view;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (mut times, mut frames) = (Times::default(), 0.0);
    let (begun, before) = (Instant::now(), rain.answers.load(Ordering::Relaxed));
    runtime.block_on(async {
        let (mut views, mut keys) = (rain.console.watch(), typist());
        loop {
            let (pressed, msg) = tokio::select! {
                biased;
                key = keys.recv() => match key {
                    Some((at, code)) => (Some(at), press(code)),
                    None => break,
                },
                changed = views.changed() => {
                    changed.unwrap();
                    (None, Msg::Changed)
                }
            };
            // The record does not grow: its end is always the same.
            let count = views.borrow_and_update().state.seq.map_or(0, |last| last + 1);
            loupe.take(msg, count.saturating_sub(u64::from(SIZE.1))..count);
            frames += 1.0;
            if let Some(at) = pressed {
                times.add(at.elapsed());
            }
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "printed without its digits")]
    let answers = (rain.answers.load(Ordering::Relaxed) - before) as f64 / seconds;
    println!("{what:<26}{answers:>10.0}{:>10.0}{}", frames / seconds, times.row());
    times
}
