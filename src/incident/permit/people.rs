//! Who may take a role, leave it, offer it and accept it.

use super::reasoned;
use crate::incident::input::Ask;
use crate::incident::page::hand_over_page;
use crate::incident::people::{COMMANDER, NAME_LIMIT, is_single, meant, name_of};
use crate::incident::record::By;
use crate::incident::refusal::Refusal;
use crate::incident::state::State;
use crate::text::Shown;

fn name(text: &Shown) -> Result<(), Refusal> {
    if text.is_blank() {
        return Err(Refusal::Blank);
    }
    if text.as_str().len() > NAME_LIMIT || text.as_str().contains('\n') {
        return Err(Refusal::LongName { limit: NAME_LIMIT });
    }
    Ok(())
}

/// `who` is absent where it is not known who will ask.
pub(super) fn take(
    state: &State,
    role: &Shown,
    who: Option<&Shown>,
    reason: Option<&Shown>,
) -> Result<(), Refusal> {
    name(role)?;
    who.map_or(Ok(()), name)?;
    reason.map_or(Ok(()), reasoned)?;
    if let Some(nearest) = meant(role.as_str()) {
        return Err(Refusal::RoleMeant { role: role.clone(), nearest });
    }
    let word = role.as_str();
    if let Some(who) = who
        && state.people.holds(word, who)
    {
        return Err(Refusal::RoleIsTheirs { role: role.clone(), who: who.clone() });
    }
    if reason.is_some() {
        return Ok(());
    }
    if let Some(held) = state.people.holders(word).next().filter(|_| is_single(word)) {
        return Err(Refusal::RoleHeld { role: role.clone(), who: held.who.clone() });
    }
    who.map_or(Ok(()), |who| beside(state, word, who))
}

/// The commander holds no other role, but for a reason.
fn beside(state: &State, role: &str, who: &Shown) -> Result<(), Refusal> {
    let others = state.people.roles_of(who);
    let both = match role {
        COMMANDER => !others.is_empty(),
        _ => others.iter().any(|other| other.as_str() == COMMANDER),
    };
    if both { Err(Refusal::BesideCommander) } else { Ok(()) }
}

pub(super) fn give_up(state: &State, role: &Shown, who: Option<&Shown>) -> Result<(), Refusal> {
    name(role)?;
    let held = match who {
        Some(who) => state.people.holds(role.as_str(), who),
        None => state.people.holders(role.as_str()).next().is_some(),
    };
    if held { Ok(()) } else { Err(Refusal::NotHeld { role: role.clone(), who: who.cloned() }) }
}

pub(super) fn offer(state: &State, role: &Shown, to: &Shown) -> Result<(), Refusal> {
    give_up(state, role, None)?;
    name(to)?;
    if state.people.holds(role.as_str(), to) {
        return Err(Refusal::RoleIsTheirs { role: role.clone(), who: to.clone() });
    }
    Ok(())
}

pub(super) fn offered(state: &State, role: &Shown) -> Result<(), Refusal> {
    let offer = state.people.offer_of(role.as_str(), None);
    offer.map(|_| ()).ok_or_else(|| Refusal::NotOffered { role: role.clone() })
}

/// What only certain people can ask.
pub(super) fn allowed_to(state: &State, by: &By, ask: &Ask) -> Result<(), Refusal> {
    let me = name_of(by);
    match ask {
        Ask::TakeRole { role, who: None, reason } => take(state, role, Some(&me), reason.as_ref()),
        Ask::GiveUpRole { role, who: None } => give_up(state, role, Some(&me)),
        Ask::OfferHandOver { role, .. } if !state.people.holds(role.as_str(), &me) => {
            let holder = state.people.holders(role.as_str()).next();
            Err(match holder {
                Some(held) => Refusal::NotTheirs { role: role.clone(), who: held.who.clone() },
                None => Refusal::NotHeld { role: role.clone(), who: None },
            })
        }
        Ask::AcceptHandOver { role, page_sha256 } => {
            let offer = state.people.offer_of(role.as_str(), Some(&me));
            let offer = offer.ok_or_else(|| Refusal::NotOffered { role: role.clone() })?;
            if offer.to != me {
                return Err(Refusal::OfferedTo { role: role.clone(), to: offer.to.clone() });
            }
            // What is accepted must be what is true, and not what was once.
            if hand_over_page(state).sha256() != *page_sha256 {
                return Err(Refusal::PageChanged);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
