//! A face: the whole screen. Keys become commands, commands become asks; the state becomes a
//! screen. Nothing in this room survives a crash, and nothing must.
//!
//! `update` is the only thing that changes the [`Model`]; `draw` is pure. Neither knows the terminal,
//! the engine or a clock of its own.

mod abilities;
mod app;
mod ascii;
mod home;
mod layout;
mod model;
mod screen;
mod terminal;
mod theme;
mod update;
mod view;
mod wrap;

pub use abilities::{Abilities, abilities};
pub use app::{Cache, run};
pub use home::{Choice, Home, HomeMsg, HomeRequest, draw_home, home};
pub use model::{Hunt, Layer, Model, Pane, Seen, View};
pub use screen::{Left, Options};
pub use theme::{Depth, Role, Theme, Themes};
pub use update::{Msg, Request, update};
pub use view::draw;

/// Below so many columns and rows nothing can be opened or confirmed.
pub const MIN_SIZE: (u16, u16) = (40, 12);
