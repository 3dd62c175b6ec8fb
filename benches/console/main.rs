//! What the screen costs the person who waits for it.
//!
//! `cargo bench --bench console [first] [frame] [keys] [idle] [RECORDS]`: the time to the first screen
//! of the real program; a frame of the record's view over a long record beside a short one, in time and
//! bytes; from key to drawn while answers rain in; what a screen that nobody touches costs. All four
//! without a word.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run says so by panicking")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

mod first;
mod frame;
mod idle;
mod keys;
mod long;
mod loupe;
mod pty;
mod rain;
mod times;

/// The screen of all parts, columns and rows.
const SIZE: (u16, u16) = (120, 40);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let records = words.iter().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let parts: [(&str, &dyn Fn()); 4] = [
        ("first", &first::run),
        ("frame", &|| frame::run(records)),
        ("keys", &keys::run),
        ("idle", &idle::run),
    ];
    let is_named = |name: &str| words.iter().any(|word| word == name);
    let all = !parts.iter().any(|(name, _)| is_named(name));
    for (name, run) in parts {
        if all || is_named(name) {
            run();
        }
    }
}
