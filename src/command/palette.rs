//! One list for finding and for help: every offer and every command, with its keys, and why it
//! cannot be done now.

use super::console::Snapshot;
use super::key::Sequence;
use super::keymap::{Bound, Keymap};
use super::table::{Command, Place};
use crate::drill::is_control;
use crate::incident::Offer;
use crate::text::Shown;

/// One row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The words of the offer or of the command.
    pub title: Shown,
    /// The step of an offer that is not about the selected one.
    pub about: Option<Shown>,
    /// `Enter, g r`; empty without keys.
    pub keys: String,
    /// Why it cannot be done now.
    pub not_now: Option<Shown>,
    /// The thing to do next.
    pub next: bool,
    pub action: Action,
}

/// What a row does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Offer(Box<Offer>),
    Command(Command),
    /// A key that works elsewhere only.
    Nothing,
}

/// The whole list for a face in these places: what can be done with the selected step, with the
/// incident, with the other steps, and then every key.
pub fn items(
    snapshot: &Snapshot,
    selected: Option<&str>,
    keymap: &Keymap,
    places: &[Place],
) -> Vec<Item> {
    let is_here = |offer: &&Offer| offer.step.as_deref() == selected;
    let of_step = snapshot.offers.iter().filter(|offer| offer.step.is_some());
    let (here, elsewhere): (Vec<&Offer>, Vec<&Offer>) = of_step.partition(is_here);
    let next = snapshot.next.as_ref();
    let offered = |offer: &Offer, about| offered(offer, about, Some(offer) == next);
    let mut items: Vec<Item> = here.iter().map(|offer| offered(offer, None)).collect();
    // What is next stands under the cursor, what is impossible below what is not.
    items.sort_by_key(|item| (!item.next, item.not_now.is_some()));
    // A facilitator has hundreds of them: they are found by their words.
    let (controls, of_incident): (Vec<&Offer>, Vec<&Offer>) =
        snapshot.offers_of_incident().partition(|offer| is_control(offer));
    items.extend(of_incident.iter().map(|offer| offered(offer, None)));
    let (works, other) = commands(keymap, places);
    items.extend(works);
    items.extend(controls.iter().map(|offer| offered(offer, None)));
    items.extend(elsewhere.iter().map(|offer| offered(offer, offer.step.as_deref())));
    items.extend(other);
    items
}

fn offered(offer: &Offer, about: Option<&str>, next: bool) -> Item {
    Item {
        title: Shown::new(Shown::new(&offer.title).one_line()),
        about: about.map(|step| Shown::new(Shown::new(step).one_line())),
        keys: String::new(),
        not_now: offer.refusal.as_ref().map(|why| Shown::new(why.to_string())),
        next,
        action: Action::Offer(Box::new(offer.clone())),
    }
}

/// Every key with what it does: those that work here, and the others.
fn commands(keymap: &Keymap, here: &[Place]) -> (Vec<Item>, Vec<Item>) {
    let elsewhere = Place::ALL.into_iter().filter(|place| !here.contains(place));
    let all = here.iter().copied().chain(elsewhere);
    let rows = all.flat_map(|place| keymap.of(place).map(move |bound| (place, bound)));
    rows.filter(|(_, bound)| bound.row.command != Command::Palette)
        .map(|(place, bound)| command(place, bound, here.contains(&place)))
        .partition(|item| item.not_now.is_none())
}

fn command(place: Place, bound: &Bound, works: bool) -> Item {
    let keys: Vec<String> = bound.keys.iter().map(Sequence::to_string).collect();
    Item {
        title: Shown::new(bound.row.help),
        about: None,
        keys: keys.join(", "),
        not_now: (!works).then(|| Shown::new(format!("a key {}", place.title()))),
        next: false,
        action: if works { Action::Command(bound.row.command) } else { Action::Nothing },
    }
}

/// The positions of the items that have every word of `typed`, the best first: in the keys, at the
/// very beginning, at the beginning of a word, within one, or at least as initials. All of them, in their own
/// order, where nothing is typed.
pub fn found(items: &[Item], typed: &str) -> Vec<usize> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let mut hits: Vec<(u32, usize)> = items
        .iter()
        .enumerate()
        .filter_map(|(index, item)| Some((score(item, &words)?, index)))
        .collect();
    hits.sort_unstable();
    hits.into_iter().map(|(_, index)| index).collect()
}

/// Lower is better; `None` where a word is nowhere.
fn score(item: &Item, words: &[String]) -> Option<u32> {
    let mut text = item.title.as_str().to_lowercase();
    // The name of the step finds also what stands there without it.
    if let Action::Offer(offer) = &item.action
        && let Some(step) = &offer.step
    {
        text = format!("{text} {}", step.to_lowercase());
    }
    let keys = item.keys.to_lowercase();
    let impossible = u32::from(item.not_now.is_some());
    words.iter().try_fold(impossible, |sum, word| {
        Some(sum + 2 * rank(&text, &keys, word.trim_end_matches(':'))?)
    })
}

fn rank(text: &str, keys: &str, word: &str) -> Option<u32> {
    if keys.split([' ', ',']).any(|key| key == word) {
        return Some(0);
    }
    if text.starts_with(word) {
        return Some(1);
    }
    let begins = |at: usize| !text[..at].ends_with(char::is_alphanumeric);
    match text.match_indices(word).map(|(at, _)| begins(at)).max() {
        Some(true) => Some(2),
        Some(false) => Some(3),
        None => initials(text, word).then_some(9),
    }
}

/// Whether the letters of `word` begin words of the text in this order: `lar` finds “Look at the
/// request”. Letters from anywhere would find nearly everything.
fn initials(text: &str, word: &str) -> bool {
    let mut initials = text.split_whitespace().filter_map(|word| word.chars().next());
    word.chars().count() > 1 && word.chars().all(|letter| initials.any(|c| c == letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(title: &str, keys: &str, not_now: bool) -> Item {
        Item {
            title: title.into(),
            about: None,
            keys: keys.to_owned(),
            not_now: not_now.then(|| "why".into()),
            next: false,
            action: Action::Nothing,
        }
    }

    #[test]
    fn it_is_found_by_words_by_initials_and_by_key() {
        let items = [
            item("Write a note into the record", "n", false),
            item("Skip, with a reason", "", false),
            item("Look at the request, then send it", "", true),
            item("Connote", "", false),
        ];
        assert_eq!(found(&items, ""), [0, 1, 3, 2]);
        assert_eq!(found(&items, "n")[0], 0, "its key");
        assert_eq!(found(&items, "note"), [0, 3]);
        assert_eq!(found(&items, "send LOOK"), [2]);
        assert_eq!(found(&items, "lar"), [2]);
        assert_eq!(found(&items, "skp"), Vec::<usize>::new());
        assert_eq!(found(&items, "nothing like it"), Vec::<usize>::new());
    }
}
