//! Every inject of the exercise: when it came, and what was made of it.

use serde::Serialize;

use super::Reader;
use super::told::Mark;
use crate::incident::exercise::{Arrived, Delivery};
use crate::text::Shown;

/// One inject that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InjectTold {
    pub id: String,
    pub channel: Shown,
    pub from: Shown,
    pub subject: Shown,
    pub arrived: Option<Mark>,
    /// Why it came when it did; `ad_hoc` where it is in no scenario.
    pub why: Delivery,
    pub edited: bool,
    /// Until somebody opened it, scenario seconds.
    pub opened_after_s: Option<i64>,
    pub answered_after_s: Option<i64>,
    pub option: Option<Shown>,
    pub text: Option<Shown>,
    /// What was chosen is the best option; `None` where there is none.
    pub best: Option<bool>,
}

/// In the order in which they came.
pub(super) fn injects(reader: &Reader) -> Vec<InjectTold> {
    let all = reader.state.exercise.as_deref().map(|exercise| exercise.injects.as_slice());
    all.unwrap_or_default().iter().map(|arrived| told(reader, arrived)).collect()
}

fn told(reader: &Reader, arrived: &Arrived) -> InjectTold {
    let Arrived { inject, at, seen, reply, .. } = arrived;
    let planned = reader.watch.plan().inject(&inject.inject);
    let best = planned.and_then(|planned| planned.message.options.get(planned.best?));
    let option = reply.as_ref().and_then(|reply| reply.option.clone());
    InjectTold {
        id: inject.inject.clone(),
        channel: Shown::new(&inject.channel),
        from: inject.from.clone(),
        subject: inject.subject.clone(),
        arrived: reader.watch.arrived(&inject.inject).map(Mark::from),
        why: inject.why.clone(),
        edited: inject.original.is_some(),
        opened_after_s: seen.map(|seen| (seen - *at).num_seconds()),
        answered_after_s: reply.as_ref().map(|reply| (reply.at - *at).num_seconds()),
        best: best.and_then(|best| option.as_ref().map(|option| option == best)),
        option,
        text: reply.as_ref().map(|reply| reply.text.clone()),
    }
}
