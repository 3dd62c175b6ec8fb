//! Which keys do what: the table's own, with those of the configuration in their place.

use super::key::{Key, Sequence};
use super::table::{Command, Place, Row, TABLE};

/// The keys of every command in every place.
#[derive(Debug, Clone)]
pub struct Keymap {
    bound: Vec<Bound>,
}

/// One command of one place with its keys.
#[derive(Debug, Clone)]
pub struct Bound {
    pub row: &'static Row,
    pub keys: Vec<Sequence>,
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    Command(Command),
    /// They begin one or more sequences.
    Pending,
    Nothing,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::standard()
    }
}

impl Keymap {
    /// The keys of the table.
    pub fn standard() -> Self {
        let keyed = TABLE.iter().filter(|row| row.place != Place::Plain);
        Self { bound: keyed.map(|row| Bound { row, keys: row.sequences() }).collect() }
    }

    /// What was pressed so far, looked up in these places one after the other.
    pub fn look(&self, places: &[Place], typed: &[Key]) -> Look {
        for place in places {
            let left = |bound: &Bound| {
                let lefts = bound.keys.iter().filter_map(|keys| keys.after(typed));
                lefts.map(<[Key]>::len).min()
            };
            let here: Vec<_> = self.of(*place).filter_map(|b| Some((left(b)?, b))).collect();
            match here.iter().min_by_key(|(left, _)| *left) {
                Some((0, bound)) => return Look::Command(bound.row.command),
                Some(_) => return Look::Pending,
                None => {}
            }
        }
        Look::Nothing
    }

    /// The commands that what was pressed so far may become, with the keys that are left.
    pub fn pending<'a>(
        &'a self,
        places: &'a [Place],
        typed: &'a [Key],
    ) -> impl Iterator<Item = (&'a [Key], &'static Row)> + 'a {
        let bound = places.iter().flat_map(|place| self.of(*place));
        bound.flat_map(move |bound| {
            let lefts = bound.keys.iter().filter_map(move |keys| keys.after(typed));
            lefts.filter(|left| !left.is_empty()).map(|left| (left, bound.row))
        })
    }

    /// The commands of one place, in the order of the table.
    pub fn of(&self, place: Place) -> impl Iterator<Item = &Bound> {
        self.bound.iter().filter(move |bound| bound.row.place == place)
    }

    /// The keys of a command, the first of the given places that has it.
    pub fn keys_of(&self, places: &[Place], command: Command) -> &[Sequence] {
        let here = |place: &Place| self.of(*place).find(|bound| bound.row.command == command);
        places.iter().find_map(here).map_or(&[], |bound| bound.keys.as_slice())
    }

    /// Keys and words for the line of hints: `Enter open`. A later place is hidden by an earlier.
    pub fn hints(&self, places: &[Place]) -> Vec<(String, &'static str)> {
        let mut hints: Vec<(String, &'static str)> = Vec::new();
        let all = places.iter().flat_map(|place| self.of(*place));
        for bound in all.filter(|bound| !bound.row.hint.is_empty()) {
            let Some(keys) = bound.keys.first() else { continue };
            let name = keys.to_string();
            let is_new = hints.iter().all(|(shown, _)| *shown != name);
            if is_new && self.look(places, keys.keys()) == Look::Command(bound.row.command) {
                hints.push((name, bound.row.hint));
            }
        }
        hints
    }

    /// Gives a command of a place other keys.
    ///
    /// # Errors
    ///
    /// Where the command has no keys there, or these keys would be dangerous or useless.
    pub fn bind(
        &mut self,
        place: Place,
        command: Command,
        keys: Vec<Sequence>,
    ) -> Result<(), &'static str> {
        for key in keys.iter().filter_map(|keys| keys.keys().first()) {
            if place.takes_text() && key.prints() {
                return Err("a letter is text here: use Ctrl, Alt or a function key");
            }
            if command == Command::Send && !key.is_deliberate() {
                return Err("what sends needs Ctrl, Alt or a function key, and never Enter");
            }
        }
        let own = |bound: &&mut Bound| bound.row.place == place && bound.row.command == command;
        let Some(bound) = self.bound.iter_mut().find(own) else {
            return Err("this command has no key in this place");
        };
        bound.keys = keys;
        Ok(())
    }

    /// Two commands of one place that want the same keys, or keys that begin the other's.
    pub fn conflicts(&self) -> Vec<(&Bound, &Bound, &Sequence)> {
        let mut found = Vec::new();
        for (index, one) in self.bound.iter().enumerate() {
            let others = self.bound[index + 1..].iter();
            for other in others.filter(|other| other.row.place == one.row.place) {
                let clash = |keys: &&Sequence| other.keys.iter().any(|with| keys.collides(with));
                found.extend(one.keys.iter().find(clash).map(|keys| (one, other, keys)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Key> {
        Sequence::parse(text).unwrap().keys().to_vec()
    }

    #[test]
    fn the_table_has_no_conflict() {
        let keymap = Keymap::standard();
        let conflicts = keymap.conflicts();
        assert!(conflicts.is_empty(), "{conflicts:?}");
    }

    #[test]
    fn enter_space_and_letters_never_send() {
        let keymap = Keymap::standard();
        for bound in keymap.bound.iter().filter(|bound| bound.row.command == Command::Send) {
            for key in bound.keys.iter().flat_map(Sequence::keys) {
                assert!(key.ctrl, "{bound:?}");
            }
        }
        assert_eq!(keymap.look(&[Place::Confirm], &keys("Enter")), Look::Nothing);
        let mut keymap = keymap;
        for refused in ["Enter", "Ctrl-Enter", "y", "Space"] {
            let keys = vec![Sequence::parse(refused).unwrap()];
            assert!(keymap.bind(Place::Confirm, Command::Send, keys).is_err(), "{refused}");
        }
        let keys = vec![Sequence::parse("F9").unwrap()];
        assert_eq!(keymap.bind(Place::Confirm, Command::Send, keys), Ok(()));
    }

    #[test]
    fn letters_reach_the_text() {
        let keymap = Keymap::standard();
        let places = Place::ALL.into_iter().filter(|place| place.takes_text());
        let bound: Vec<&Bound> = places.flat_map(|place| keymap.of(place)).collect();
        let mut first = bound.iter().flat_map(|bound| &bound.keys).map(|keys| keys.keys()[0]);
        assert!(!first.any(Key::prints));
    }

    #[test]
    fn a_sequence_is_pending_until_it_is_whole() {
        let keymap = Keymap::standard();
        let places = [Place::Record, Place::Main];
        assert_eq!(keymap.look(&places, &keys("g")), Look::Pending);
        assert_eq!(keymap.look(&places, &keys("g r")), Look::Command(Command::ShowRecord));
        assert_eq!(keymap.look(&places, &keys("g x")), Look::Nothing);
        let typed = keys("y");
        let left: Vec<String> = keymap
            .pending(&places, &typed)
            .map(|(left, _)| super::super::key::names(left))
            .collect();
        assert_eq!(left, ["c", "y", "h"]);
    }

    #[test]
    fn two_that_want_the_same_keys_are_told() {
        let mut keymap = Keymap::standard();
        let keys = vec![Sequence::parse("g").unwrap()];
        keymap.bind(Place::Main, Command::Note, keys).unwrap();
        assert!(!keymap.conflicts().is_empty());
    }
}
