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
use crate::rain::{Cloud, Rain};
use crate::times::{Times, heads};

const KEYS: u64 = 1_000;
const GOAL_MS: f64 = 50.0;
/// A large night, and far more than any: both hear 10,000 answers a second.
const CLOUDS: [Cloud; 2] =
    [Cloud { steps: 10, guards: 10, faster: 100 }, Cloud { steps: 50, guards: 20, faster: 10 }];

pub(crate) fn run() {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    println!("from a key to its frame, {KEYS} keys");
    for cloud in CLOUDS {
        let dir = home.path().join(cloud.steps.to_string());
        pour(&Rain::begin(&dir, cloud), cloud);
    }
}

fn pour(rain: &Rain, cloud: Cloud) {
    let Cloud { steps, guards, faster } = cloud;
    let (guards, views) = (steps * guards, faster * 60);
    println!("{steps} steps, {guards} guards; up to {views} views a second, where 60 are usual");
    println!("{:<26}{:>10}{:>10}{}", "", "answers/s", "frames/s", heads("us"));
    let views = [View::Steps, View::Record];
    let poured = views.map(|view| measure(rain, view, "answers"));
    rain.stop();
    let dry = views.map(|view| measure(rain, view, "nothing comes"));
    for ((view, poured), dry) in views.iter().zip(&poured).zip(&dry) {
        let (late, ratio) = (poured.percentile(99) / 1e3, poured.median() / dry.median());
        let view = view.title();
        println!("{view}: p99 {late:.1} ms, goal {GOAL_MS} ms; ratio of medians {ratio:.2}");
    }
    println!();
    rain.console.handle.stop();
}

/// Keys that come between 10 and 30 ms apart, as those of a key that is held down; the pauses are
/// always the same.
fn typist() -> UnboundedReceiver<(Instant, KeyCode)> {
    let (keys, typed) = unbounded_channel();
    std::thread::spawn(move || {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        for number in 0..KEYS {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            std::thread::sleep(Duration::from_micros(10_000 + seed % 20_000));
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
            views.mark_unchanged();
            loupe.take(msg);
            frames += 1.0;
            if let Some(at) = pressed {
                times.add(at.elapsed());
            }
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "printed without its digits")]
    let answers = (rain.answers.load(Ordering::Relaxed) - before) as f64 / seconds;
    let what = format!("{}, {what}", view.title());
    println!("{what:<26}{answers:>10.0}{:>10.0}{}", frames / seconds, times.row());
    times
}
