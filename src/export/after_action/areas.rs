//! What to make better, with its analysis, and what the faults did.

use std::fmt::Write as _;

use super::{Report, TO_BE_WRITTEN, code, measured, seconds_words};
use crate::drill::score::{Expected, InjectTold};
use crate::incident::exercise::{Delivery, Judged};

impl Report<'_> {
    pub(super) fn areas(&self, out: &mut String) -> std::fmt::Result {
        self.section(out, "Areas for improvement")?;
        let mut areas: Vec<&Expected> = self.score.expectations.iter().collect();
        areas.retain(|one| matches!(one.verdict, Judged::Missed | Judged::Late));
        areas.sort_by_key(|one| (one.verdict != Judged::Missed, !one.critical));
        for one in &areas {
            self.area(out, one)?;
        }
        if areas.is_empty() {
            writeln!(out, "Nothing that was expected was late or missed.\n")?;
        }
        Ok(())
    }

    fn area(&self, out: &mut String, one: &Expected) -> std::fmt::Result {
        writeln!(out, "### {}\n", code(&one.title))?;
        let critical = if one.critical { ", critical" } else { "" };
        writeln!(
            out,
            "- Verdict: {}{critical}, {} of {} points",
            one.verdict.word(),
            one.points,
            one.of
        )?;
        writeln!(out, "- Analysis: {}", code(&one.why))?;
        writeln!(
            out,
            "- Time: {} by the scenario's clock, {} of play; {} were set, from {}",
            measured(one.sim_s),
            measured(one.wall_s),
            seconds_words(one.within_s),
            code(&one.from)
        )?;
        if one.contingency {
            writeln!(out, "- A contingency brought play back to it.")?;
        }
        if one.hinted {
            writeln!(out, "- A hint was given.")?;
        }
        if self.is_for_controllers() {
            self.for_controllers(out, one)?;
        }
        writeln!(out, "- Causes: {TO_BE_WRITTEN}\n")
    }

    /// What an evaluator was to look for, and what a person said instead of the rule.
    fn for_controllers(&self, out: &mut String, one: &Expected) -> std::fmt::Result {
        if let Some(inject) = self.scenario.plan.inject(&one.inject)
            && !inject.evaluator.is_blank()
        {
            writeln!(out, "- Evaluator's note: {}", code(&inject.evaluator))?;
        }
        if let Some(reason) = &one.reason {
            writeln!(
                out,
                "- Set by a person; the rule found it {}: {}",
                one.found.word(),
                code(reason)
            )?;
        }
        Ok(())
    }

    pub(super) fn faults(&self, out: &mut String) -> std::fmt::Result {
        let faults = &self.score.faults;
        if faults.is_empty() {
            return Ok(());
        }
        self.section(out, "Faults")?;
        let struck = faults.iter().filter(|fault| fault.reached).count();
        writeln!(out, "Of {} faults {struck} struck.\n", faults.len())?;
        if self.is_for_controllers() {
            for fault in faults {
                writeln!(out, "- {}", code(fault.words()))?;
            }
            writeln!(out)?;
        }
        let told = &self.score.execution;
        let doubts = told.unknown_outcomes;
        writeln!(out, "| | |\n|---|---|")?;
        writeln!(out, "| Calls | {} |", told.api_calls)?;
        writeln!(out, "| Succeeded at once | {} |", told.first_try_success)?;
        writeln!(out, "| Retries | {} |", told.retries)?;
        writeln!(
            out,
            "| Retries before a `Retry-After` was over | {} of {} |",
            told.retries_inside_retry_after, told.retries_after_retry_after
        )?;
        writeln!(out, "| Outcomes in doubt | {} |", doubts.all)?;
        writeln!(
            out,
            "| Settled by a probe, a retry, a person | {}, {}, {} |",
            doubts.by_probe, doubts.by_retry, doubts.by_person
        )?;
        writeln!(out, "| The same change sent again | {} |\n", told.sent_again)
    }

    /// The answers to injects, each with the best one; for those who run the exercise.
    pub(super) fn injects(&self, out: &mut String) -> std::fmt::Result {
        if !self.is_for_controllers() || self.score.injects.is_empty() {
            return Ok(());
        }
        self.section(out, "Injects")?;
        writeln!(
            out,
            "| Inject | Arrived (scenario) | Opened | Answered | Choice | Best | Look for |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|---|")?;
        for one in &self.score.injects {
            self.inject(out, one)?;
        }
        writeln!(out)
    }

    fn inject(&self, out: &mut String, one: &InjectTold) -> std::fmt::Result {
        let planned = self.scenario.plan.inject(&one.id);
        let best = planned.and_then(|planned| planned.message.options.get(planned.best?));
        let cell = |text: Option<&crate::text::Shown>| {
            text.filter(|text| !text.is_blank()).map(code).unwrap_or_default()
        };
        let after = |seconds: Option<i64>| {
            seconds.map_or_else(String::new, |one| format!("after {}", seconds_words(one)))
        };
        let why = match &one.why {
            Delivery::Planned => "",
            Delivery::Contingency { .. } => ", contingency",
            Delivery::ByHand => ", by hand",
            Delivery::AdHoc => ", ad hoc",
        };
        writeln!(
            out,
            "| {} {}{why} | {} | {} | {} | {} | {} | {} |",
            code(&one.id),
            code(&one.subject),
            one.arrived.map_or_else(String::new, |at| super::utc(at.sim)),
            after(one.opened_after_s),
            after(one.answered_after_s),
            cell(one.option.as_ref()),
            cell(best),
            cell(planned.map(|planned| &planned.evaluator)),
        )
    }
}
