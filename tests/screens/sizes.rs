//! No size makes a screen panic, and none hides what it must show.

use crossterm::event::KeyCode;
use proptest::prelude::*;
use stanch::tui::Msg;

use crate::core::Core;
use crate::fixture::{Screen, armed};

/// Screens with each layer open.
fn opened(layer: usize) -> Screen {
    let large = (120, 40);
    let core = if layer < 2 { Core::open() } else { armed("revoke") };
    let mut screen = Screen::new(core, large);
    match layer {
        0 => {}
        1 => screen.key(KeyCode::Char('n')),
        2 => screen.key(KeyCode::Enter),
        3 => screen.key(KeyCode::Char('a')),
        4 => screen.key(KeyCode::Char('?')),
        5 => screen.key(KeyCode::Tab),
        _ => screen.tell(Msg::Paste("x".to_owned())),
    }
    screen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_size_is_drawn(
        layer in 0_usize..7,
        sizes in proptest::collection::vec((1_u16..200, 1_u16..60), 1..5),
        steps in 0_usize..12,
    ) {
        let mut screen = opened(layer);
        for (columns, rows) in sizes {
            screen.tell(Msg::Resize(columns, rows));
            let text = screen.text();
            if columns >= 40 && rows >= 12 {
                prop_assert!(text.contains("LIVE"), "{columns}x{rows}\n{text}");
                prop_assert!(text.contains("amber-heron"), "{columns}x{rows}\n{text}");
            }
            for _ in 0..steps {
                screen.key(KeyCode::PageDown);
                screen.key(KeyCode::Down);
            }
            screen.text();
        }
    }
}
