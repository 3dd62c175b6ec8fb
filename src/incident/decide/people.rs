//! Roles taken, left and handed over; the record moved and taken up again.

use super::Turn;
use crate::incident::input::Ask;
use crate::incident::page::hand_over_page;
use crate::incident::people::{COMMANDER, is_single, name_of};
use crate::incident::permit::reasoned;
use crate::incident::record::{By, Record};
use crate::incident::refusal::Refusal;
use crate::text::Shown;

/// What a person asks of roles; any other ask changes nothing.
pub(super) fn asked(turn: &mut Turn, by: &By, ask: Ask) -> Result<(), Refusal> {
    let me = name_of(by);
    match ask {
        Ask::TakeRole { role, who, reason } => {
            let holder = turn.state.people.holders(role.as_str()).next();
            let from = holder.filter(|_| is_single(role.as_str())).map(|held| held.who.clone());
            let who = who.unwrap_or(me);
            turn.push(Record::RoleTaken { role, who, from, reason });
        }
        Ask::GiveUpRole { role, who } => {
            turn.push(Record::RoleLeft { role, who: who.unwrap_or(me) });
        }
        Ask::OfferHandOver { role, to } => {
            let (page_sha256, page_seq) = page(turn);
            turn.push(Record::HandOverOffered { role, from: me, to, page_sha256, page_seq });
        }
        Ask::AcceptHandOver { role, .. } => accept(turn, role, &me)?,
        Ask::DeclineHandOver { role, reason } => {
            let offer = turn.state.people.offer_of(role.as_str(), Some(&me));
            let offer = offer.ok_or(Refusal::Unexpected)?;
            let (from, to) = (offer.from.clone(), offer.to.clone());
            turn.push(Record::HandOverDeclined { role, from, to, reason });
        }
        _ => {}
    }
    Ok(())
}

/// The page as it is now: the fold of everything up to the last record.
fn page(turn: &Turn) -> (String, u64) {
    (hand_over_page(&turn.state).sha256(), turn.state.seq.unwrap_or(0))
}

fn accept(turn: &mut Turn, role: Shown, me: &Shown) -> Result<(), Refusal> {
    let offer = turn.state.people.offer_of(role.as_str(), Some(me));
    let from = offer.ok_or(Refusal::Unexpected)?.from.clone();
    let (page_sha256, page_seq) = page(turn);
    let commands = role.as_str() == COMMANDER;
    let others: Vec<Shown> = turn.state.people.roles_of(me).into_iter().cloned().collect();
    let to = me.clone();
    turn.push(Record::RoleHandedOver { role, from, to, page_sha256, page_seq });
    // Whoever commands does nothing else.
    for role in others.into_iter().filter(|_| commands) {
        turn.push(Record::RoleLeft { role, who: me.clone() });
    }
    Ok(())
}

/// From here on only the copy may be written.
pub(super) fn moved(turn: &mut Turn, to: &str, reason: &Shown) -> Result<(), Refusal> {
    if let Some(why) = &turn.state.read_only {
        return Err(Refusal::ReadOnly(why.clone()));
    }
    if turn.state.opened.is_none() {
        return Err(Refusal::NotOpen);
    }
    if let Some(to) = &turn.state.moved {
        return Err(Refusal::Moved(to.clone()));
    }
    reasoned(reason)?;
    let epoch = turn.state.epoch;
    turn.push(Record::Moved { to: to.to_owned(), reason: reason.clone(), epoch });
    Ok(())
}

/// Before anything else is done with it: resuming comes after.
pub(super) fn arrived(turn: &mut Turn, from: &str, host: &Shown) -> Result<(), Refusal> {
    if let Some(why) = &turn.state.read_only {
        return Err(Refusal::ReadOnly(why.clone()));
    }
    if turn.state.moved.is_none() {
        return Err(Refusal::NotMoved);
    }
    let (from, host) = (from.to_owned(), host.clone());
    turn.push(Record::Arrived { from, epoch: turn.state.epoch + 1, host });
    Ok(())
}
