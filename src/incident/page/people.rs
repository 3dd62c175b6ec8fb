//! Who does what.

use super::{Line, Section, Weight, minute};
use crate::incident::people::duty;
use crate::incident::state::State;

pub(super) fn people(state: &State) -> Section {
    let people = &state.people;
    let mut lines = Vec::new();
    if people.commander().is_none() && !people.held.is_empty() {
        lines.push(Line::new(Weight::Warning, "nobody is commander"));
    }
    lines.extend(people.held.iter().map(|held| {
        let duty = duty(held.role.as_str());
        let duty = duty.map_or_else(String::new, |duty| format!(" ({duty})"));
        Line::plain(format!("{}: {}, since {}{duty}", held.role, held.who, minute(held.since)))
    }));
    lines.extend(people.offered.iter().map(|offer| {
        let at = minute(offer.at);
        let (role, from, to) = (&offer.role, &offer.from, &offer.to);
        let text = format!("{role}: offered by {from} to {to} at {at}, not accepted yet");
        Line::new(Weight::Warning, text)
    }));
    Section { title: "People", none: "Nobody has taken a role.", lines }
}
