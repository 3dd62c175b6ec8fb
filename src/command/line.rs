//! What is said in one line, without questions: `remind 20m Ana: load-balancer logs`.

use super::palette::{Action, Item};
use crate::incident::{Ask, Needs, Offer, When};
use crate::text::Shown;

/// Nobody has a longer name.
const LONGEST_NAME: usize = 40;

/// A reminder from its line, without the word `remind`: when, perhaps for whom, and of what.
///
/// # Errors
///
/// What is missing, and how it is written.
pub fn reminder(line: &str) -> Result<Ask, Shown> {
    let line = line.trim();
    let (when, rest) = when(line)?;
    let named = rest.split_once(": ").filter(|(who, what)| {
        let (who, words) = (who.trim(), who.split_whitespace().count());
        !who.is_empty() && words <= 3 && who.len() <= LONGEST_NAME && !what.trim().is_empty()
    });
    let (who, what) = match named {
        Some((who, what)) => (Some(Shown::new(who.trim())), what.trim()),
        None => (None, rest.trim()),
    };
    if what.is_empty() {
        return Err(Shown::new(HOW));
    }
    Ok(Ask::Remind { what: Shown::new(what), who, when })
}

const HOW: &str = "write when, perhaps for whom, and of what: remind 20m Ana: load-balancer logs";

/// A time may have spaces: `2026-11-22 02:30Z`, `20 minutes`. The longest beginning that is one.
fn when(line: &str) -> Result<(When, &str), Shown> {
    let ends = line.match_indices(char::is_whitespace).map(|(at, _)| at).take(2);
    let ends: Vec<usize> = ends.chain([line.len()]).take(2).collect();
    let read = |end: &usize| {
        let (begin, rest) = line.split_at(*end);
        When::parse(begin).map(|when| (when, rest))
    };
    if let Some(found) = ends.iter().rev().find_map(|end| read(end).ok()) {
        return Ok(found);
    }
    match ends.first().map(read) {
        Some(Err(error)) if !line.is_empty() => Err(Shown::new(error.to_string())),
        _ => Err(Shown::new(HOW)),
    }
}

/// The reminder that is typed into the list of all that can be done, as a row of it.
pub fn reminder_item(typed: &str, items: &[Item]) -> Option<Item> {
    let ask = reminder(typed.strip_prefix("remind ")?).ok()?;
    let offered = items.iter().find(|item| verb(item) == Some("remind"))?;
    let title = format!("Set this {}", typed.replacen("remind ", "reminder: ", 1));
    let offer = Offer {
        ask,
        verb: REMIND_LINE,
        title: title.clone(),
        step: None,
        needs: Needs::Nothing,
        refusal: None,
        recommended: false,
    };
    Some(Item {
        title: Shown::new(Shown::new(title).one_line()),
        action: Action::Offer(Box::new(offer)),
        ..offered.clone()
    })
}

/// Whether the row is one that was typed.
pub fn is_typed(item: &Item) -> bool {
    verb(item) == Some(REMIND_LINE)
}

const REMIND_LINE: &str = "remind-line";

fn verb(item: &Item) -> Option<&'static str> {
    match &item.action {
        Action::Offer(offer) => Some(offer.verb),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> (When, Option<String>, String) {
        match reminder(line).unwrap() {
            Ask::Remind { what, who, when } => {
                (when, who.map(|who| who.to_string()), what.to_string())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reminder_is_read_from_one_line() {
        let twenty = When::After { seconds: 1_200 };
        let logs = "load-balancer logs".to_owned();
        assert_eq!(
            read("20m Ana: load-balancer logs"),
            (twenty, Some("Ana".to_owned()), logs.clone())
        );
        assert_eq!(read("20 minutes load-balancer logs"), (twenty, None, logs.clone()));
        assert_eq!(read(" 20m  load-balancer logs "), (twenty, None, logs));
        let at = When::parse("2026-11-22 02:30Z").unwrap();
        assert_eq!(read("2026-11-22 02:30Z call"), (at, None, "call".to_owned()));
        assert_eq!(read("20m look at http://a:1").2, "look at http://a:1");
        let long = "the people on the second floor: call";
        assert_eq!(read(&format!("20m {long}")), (twenty, None, long.to_owned()));
    }

    #[test]
    fn what_is_missing_is_said() {
        let said = |line: &str| reminder(line).unwrap_err().to_string();
        assert_eq!(said("20m"), HOW);
        assert_eq!(said(""), HOW);
        assert!(said("20 logs").starts_with("20 has no unit: write 20m"), "{}", said("20 logs"));
        assert!(said("soon call").contains("neither a duration nor a time"));
    }
}
