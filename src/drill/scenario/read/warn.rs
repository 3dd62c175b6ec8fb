//! What may be meant so, and hardly is: told as a warning, and the drill can be played all the same.

use chrono::TimeDelta;

use super::exercise::{Noun, Spots};
use crate::drill::fields::Source;
use crate::drill::scenario::plan::{Expectation, InjectKind, Plan, RoleKind, Since, Trigger};
use crate::incident::exercise::Rate;

/// Less than this by the clock on the wall is no time to read, decide and act.
const HUMAN: TimeDelta = TimeDelta::minutes(3);

/// Warns of what the parts of the exercise are to one another.
pub(super) fn warn(source: &Source<'_>, plan: &Plan, spots: &Spots) {
    let place = |noun, id: &str| spots.get(&(noun, id.to_owned())).copied().unwrap_or_default();
    for expectation in &plan.expectations {
        let at = place(Noun::Expectation, &expectation.id);
        too_short(source, at, plan, expectation);
        if expectation.critical && expectation.on_miss.is_none() {
            let what =
                format!("`{}` is critical, and nothing comes where it is missed", expectation.id);
            source.warn(at, what, "name a contingency with `on_miss`, so that the play goes on");
        }
    }
    for objective in &plan.objectives {
        if !plan.expectations.iter().any(|one| one.objective == objective.id) {
            let what = format!("nothing is expected for the objective `{}`", objective.id);
            let mend = "name it in an expectation, or remove it";
            source.warn(place(Noun::Objective, &objective.id), what, mend);
        }
    }
    for inject in &plan.injects {
        let id = &inject.message.inject;
        let fires = |one: &Expectation| one.on_miss.as_ref() == Some(id);
        if inject.kind == InjectKind::Contingency && !plan.expectations.iter().any(fires) {
            let what = format!("nothing fires the contingency `{id}`");
            let mend = "name it in the `on_miss` of an expectation";
            source.warn(place(Noun::Inject, id), what, mend);
        }
    }
    let told = |role: &str| {
        let to = |one: &crate::incident::exercise::Inject| {
            one.to.is_empty() || one.to.iter().any(|to| to.as_str() == role)
        };
        plan.injects.iter().any(|inject| to(&inject.message))
    };
    for role in plan.roles.iter().filter(|role| role.kind == RoleKind::Player) {
        if !told(&role.id) {
            let what = format!("no inject is to the role `{}`", role.id);
            source.warn(place(Noun::Role, &role.id), what, "name it in `to`, or remove it");
        }
    }
}

fn too_short(source: &Source<'_>, at: usize, plan: &Plan, expectation: &Expectation) {
    let begins = match &expectation.since {
        Since::Inject(inject) => comes(plan, inject, 0),
        Since::Event(_) => None,
    };
    // Where nobody knows in which module it runs, the slowest is the kindest.
    let slowest = plan.modules.iter().map(|module| module.rate).min();
    let rate = begins.and_then(|time| rate_at(plan, time)).or(slowest);
    let rate = rate.unwrap_or(plan.clock.rate);
    let human = u64::try_from(HUMAN.num_microseconds().unwrap_or_default()).unwrap_or_default();
    let wall = rate.wait_us(expectation.within);
    if expectation.within.is_zero() || wall >= human {
        return;
    }
    let least = rate.scenario(HUMAN).num_seconds().div_euclid(60);
    let what = format!(
        "at a rate of {rate} the window of `{}` is open for {} seconds only: no human can meet it",
        expectation.id,
        wall / 1_000_000
    );
    let mend = format!("give it at least {}m, or a lower rate", least.max(1));
    source.warn(at, what, mend);
}

/// When an inject comes, from the scenario's start, where that can be told: a contingency when the
/// first window that fires it has closed.
fn comes(plan: &Plan, inject: &str, depth: usize) -> Option<TimeDelta> {
    match plan.inject(inject)?.when {
        Trigger::At(time) => Some(time),
        Trigger::After { .. } => None,
        // Contingencies may lead to one another.
        Trigger::Never if depth > 8 => None,
        Trigger::Never => plan
            .expectations
            .iter()
            .filter(|one| one.on_miss.as_deref() == Some(inject))
            .filter_map(|one| match &one.since {
                Since::Inject(other) => Some(comes(plan, other, depth + 1)? + one.within),
                Since::Event(_) => None,
            })
            .min(),
    }
}

fn rate_at(plan: &Plan, time: TimeDelta) -> Option<Rate> {
    let on =
        |module: &&crate::drill::scenario::plan::Module| module.start <= time && time < module.end;
    plan.modules.iter().find(on).map(|module| module.rate)
}
