//! What a person can do at a face: the one table of keys and words, the questions that stand
//! before an ask, and what every face shows.
//!
//! Hints, help and key presses come from [`TABLE`]; what the incident allows comes from its offers.

mod console;
mod describe;
pub mod evidence;
mod form;
mod table;

pub use console::{Attached, Console, Snapshot, record_line};
pub use describe::{Told, Tone, action_lines, before_lines, sign, standing, step_lines, summary};
pub use form::{Answers, Kind, Question, filled, questions};
pub use table::{Command, Key, Place, Row, TABLE, find, find_word, hints, rows};
