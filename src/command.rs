//! What a person can do at a face: the one table of names, words and keys, the questions that stand
//! before an ask, how entries of the record are found, and what every face shows.
//!
//! Hints, help, palette and key presses come from [`TABLE`] by way of a [`Keymap`]; what the
//! incident allows comes from its offers.

mod beside;
mod console;
mod curl;
mod describe;
mod detail;
pub mod evidence;
mod filter;
mod form;
mod key;
mod keymap;
mod line;
mod lobby;
mod palette;
mod pretty;
mod reading;
mod remote;
mod table;

pub use beside::{Beside, Debrief, HotWash};
pub use console::{Attached, Console, Snapshot, record_line, seen_line};
pub use curl::curl;
pub use describe::{
    Clock, Lane, Letter, Part, Section, Span, Stand, Told, Tone, action_lines, before_lines,
    claim_things, clock_things, clocks, detail_lines, hand_over_lines, hot_wash_lines,
    inject_lines, inject_things, lane_lines, lanes, letters, most_overdue, over_words, overdue,
    page_hash_line, page_lines, plan_things, present_words, request_of, scope_things, score_things,
    sign, standing, step_lines, step_sections, step_time, summary, title, to_read,
};
pub use detail::Detail;
pub use filter::Filter;
pub use form::{Answers, Kind, Question, filled, look, questions};
pub use key::{Key, Sequence, names};
pub use keymap::{Bound, Keymap, Look};
pub use line::{is_typed, reminder, reminder_item};
pub use lobby::{Card, Lobby, Standing, Start, card_age, card_told};
pub use palette::{Action, Item, found, items};
pub use reading::Reading;
pub use remote::{AttachError, Door, Link, Remote};
pub use table::{Command, Place, Row, TABLE, find_word, rows};
