//! No size makes a screen panic, and none hides what it must show.

use crossterm::event::KeyCode;
use proptest::prelude::*;
use stanch::incident::Mode;
use stanch::tui::{Layer, Msg};

use crate::fixture::Screen;
use crate::scenes::SCENES;

/// Where the screen is large enough for it, a confirmation is wholly there: its title, its border
/// to the last corner, the key that sends and the key that does not.
#[track_caller]
pub(crate) fn assert_whole(screen: &Screen) {
    let text = screen.text();
    let mode = screen.seen().snapshot.state().mode().word();
    for part in ["Send this?", "amber-heron", mode, "┌", "┐", "└", "┘", "Ctrl-Y send", "Esc do not"]
    {
        assert!(text.contains(part), "{part} at {:?}\n{text}", screen.model.size);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_size_is_drawn(
        scene in 0..SCENES.len(),
        sizes in proptest::collection::vec((1_u16..200, 1_u16..60), 1..5),
        steps in 0_usize..6,
    ) {
        let mut screen = (SCENES[scene].open)((120, 40));
        let is_drill = screen.seen().snapshot.state().mode() == Mode::Drill;
        let mode = if is_drill { "DRILL" } else { "LIVE" };
        for (columns, rows) in sizes {
            screen.tell(Msg::Resize(columns, rows));
            let text = screen.text();
            if columns >= 40 && rows >= 12 {
                prop_assert!(text.contains(mode), "{columns}x{rows}\n{text}");
                prop_assert!(text.contains("amber-heron"), "{columns}x{rows}\n{text}");
            } else {
                prop_assert!(!text.contains("Send this?"), "{columns}x{rows}\n{text}");
            }
            for _ in 0..steps {
                screen.key(KeyCode::PageDown);
                screen.key(KeyCode::Down);
                screen.key(KeyCode::PageUp);
            }
            screen.text();
            if matches!(screen.model.layer, Layer::Confirm(_)) && columns >= 40 && rows >= 12 {
                assert_whole(&screen);
            }
        }
    }

    /// From the smallest to the largest that is measured in one number.
    #[test]
    fn extreme_sizes_are_drawn(
        scene in 0..SCENES.len(),
        size in prop_oneof![
            (Just(1_u16), 1_u16..400), (1_u16..600, Just(1_u16)),
            (Just(40_u16), 12_u16..200), (40_u16..400, Just(12_u16)),
        ],
    ) {
        let mut screen = (SCENES[scene].open)((80, 24));
        screen.tell(Msg::Resize(size.0, size.1));
        screen.text();
    }
}
