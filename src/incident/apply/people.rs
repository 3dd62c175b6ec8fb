//! What a record about roles, and about where the record lies, makes of the state.

use std::sync::Arc;

use super::{Misfit, Stamp};
use crate::incident::people::{Held, Offered, People, is_single};
use crate::incident::record::Record;
use crate::incident::state::State;
use crate::text::Shown;

pub(super) fn fold(state: &mut State, stamp: Stamp, record: &Record) -> Result<(), Misfit> {
    let begun = |role: &Shown, who: &Shown, page: Option<&String>| Held {
        role: role.clone(),
        who: who.clone(),
        since: stamp.at,
        seq: stamp.seq,
        page_sha256: page.cloned(),
    };
    match record {
        Record::RoleTaken { role, who, from, .. } => {
            let people = Arc::make_mut(&mut state.people);
            if let Some(from) = from {
                leave(people, role, from)?;
            }
            take(people, begun(role, who, None))
        }
        Record::RoleLeft { role, who } => leave(Arc::make_mut(&mut state.people), role, who),
        Record::HandOverOffered { role, from, to, .. } => {
            let (role, from, to) = (role.clone(), from.clone(), to.clone());
            let offer = Offered { role, from, to, at: stamp.at, seq: stamp.seq };
            put_on_offer(Arc::make_mut(&mut state.people), offer)
        }
        Record::HandOverDeclined { role, from, to, .. } => {
            take_off(Arc::make_mut(&mut state.people), role, from, to)
        }
        Record::RoleHandedOver { role, from, to, page_sha256, .. } => {
            let people = Arc::make_mut(&mut state.people);
            take_off(people, role, from, to)?;
            leave(people, role, from)?;
            take(people, begun(role, to, Some(page_sha256)))
        }
        Record::Moved { to, .. } => {
            state.moved = Some(Shown::new(to));
            Ok(())
        }
        Record::Arrived { epoch, .. } => {
            if state.moved.take().is_none() {
                return Err("it arrived, and had not been moved".to_owned());
            }
            state.epoch = *epoch;
            Ok(())
        }
        other => Err(format!("{} is folded nowhere", other.kind())),
    }
}

fn take(people: &mut People, held: Held) -> Result<(), Misfit> {
    let (role, who) = (held.role.as_str(), &held.who);
    if people.holds(role, who) || (is_single(role) && people.holders(role).next().is_some()) {
        return Err(format!("{role} was taken by {who}, and is held already"));
    }
    people.held.push(held);
    Ok(())
}

/// What somebody no longer holds they can no longer hand over.
fn leave(people: &mut People, role: &Shown, who: &Shown) -> Result<(), Misfit> {
    let before = people.held.len();
    people.held.retain(|held| held.role != *role || held.who != *who);
    people.offered.retain(|offer| offer.role != *role || offer.from != *who);
    if people.held.len() == before {
        return Err(format!("{who} left the role of {role}, and did not hold it"));
    }
    Ok(())
}

/// A later offer takes the place of an earlier one.
fn put_on_offer(people: &mut People, offer: Offered) -> Result<(), Misfit> {
    if !people.holds(offer.role.as_str(), &offer.from) {
        return Err(format!("{} offered {}, and does not hold it", offer.from, offer.role));
    }
    people.offered.retain(|one| one.role != offer.role || one.from != offer.from);
    people.offered.push(offer);
    Ok(())
}

fn take_off(people: &mut People, role: &Shown, from: &Shown, to: &Shown) -> Result<(), Misfit> {
    let before = people.offered.len();
    people.offered.retain(|one| one.role != *role || one.from != *from || one.to != *to);
    if people.offered.len() == before {
        return Err(format!("{role} was not offered to {to} by {from}"));
    }
    Ok(())
}
