//! What a person can do at a face: the one table of names, words and keys, the questions that stand
//! before an ask, and what every face shows.
//!
//! Hints, help, palette and key presses come from [`TABLE`] by way of a [`Keymap`]; what the
//! incident allows comes from its offers.

mod console;
mod curl;
mod describe;
mod form;
mod key;
mod keymap;
mod palette;
mod table;

pub use console::{Attached, Console, Snapshot, record_line};
pub use curl::curl;
pub use describe::{
    Part, Section, Told, Tone, action_lines, before_lines, request_of, sign, standing, step_lines,
    step_sections, summary,
};
pub use form::{Answers, Kind, Question, filled, questions};
pub use key::{Key, Sequence, names};
pub use keymap::{Bound, Keymap, Look};
pub use palette::{Action, Item, found, items};
pub use table::{Command, Place, Row, TABLE, find_word, rows};
