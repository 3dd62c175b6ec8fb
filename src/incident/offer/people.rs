//! Roles that can be taken, left, offered and accepted.

use std::collections::BTreeSet;

use super::{Needs, Offer, blank};
use crate::incident::input::{Ask, Now};
use crate::incident::page::hand_over_page;
use crate::incident::people::Held;
use crate::incident::permit::permit;
use crate::incident::state::State;

pub(super) fn people_offers(state: &State, now: Now) -> Vec<Offer> {
    let offer = |verb, title: String, needs, ask| Offer {
        refusal: permit(state, &ask, now).err(),
        ask,
        verb,
        title,
        step: None,
        needs,
        recommended: false,
    };
    // Whether a reason is needed depends on the role and the person: the form has room for one.
    let (role, who, reason) = (blank(), None, Some(blank()));
    let mut all = vec![offer(
        "take-role",
        "Take a role, or give it to somebody".to_owned(),
        Needs::NameAndText,
        Ask::TakeRole { role, who, reason },
    )];
    for one in &state.people.offered {
        let (role, from, to) = (&one.role, &one.from, &one.to);
        let page_sha256 = hand_over_page(state).sha256();
        all.push(offer(
            "accept-role",
            format!("{to}: read the hand-over page and accept the role of {role} from {from}"),
            Needs::Nothing,
            Ask::AcceptHandOver { role: role.clone(), page_sha256 },
        ));
        all.push(offer(
            "decline-role",
            format!("The role of {role} does not go from {from} to {to}, with a reason"),
            Needs::Reason,
            Ask::DeclineHandOver { role: role.clone(), reason: blank() },
        ));
    }
    let mut seen = BTreeSet::new();
    for Held { role, who, .. } in &state.people.held {
        if seen.insert(role) {
            all.push(offer(
                "hand-over",
                format!("Offer to hand over the role of {role} ({who})"),
                Needs::NameAndText,
                Ask::OfferHandOver { role: role.clone(), to: blank() },
            ));
        }
        all.push(offer(
            "give-up-role",
            format!("{who} gives up the role of {role}"),
            Needs::Nothing,
            Ask::GiveUpRole { role: role.clone(), who: Some(who.clone()) },
        ));
    }
    all
}
