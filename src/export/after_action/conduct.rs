//! The hot wash, how the exercise was run, and the record that all of it is from.

use std::fmt::Write as _;

use super::{Report, TO_BE_WRITTEN, code, measured};

impl Report<'_> {
    pub(super) fn hot_wash(&self, out: &mut String) -> std::fmt::Result {
        self.section(out, "Hot wash")?;
        for one in &self.score.hot_wash {
            writeln!(out, "- {}", code(&one.question))?;
            match &one.text {
                Some(text) => writeln!(out, "  - {}", code(text))?,
                None => writeln!(out, "  - {TO_BE_WRITTEN}")?,
            }
        }
        if self.score.hot_wash.is_empty() {
            writeln!(out, "{TO_BE_WRITTEN}")?;
        }
        writeln!(out)
    }

    pub(super) fn conduct(&self, out: &mut String) -> std::fmt::Result {
        let conduct = &self.score.conduct;
        self.section(out, "Conduct of the exercise")?;
        let injects = &conduct.injects;
        let rates: Vec<String> = conduct.rates.iter().map(|one| format!("\u{d7}{one}")).collect();
        writeln!(out, "| | |\n|---|---|")?;
        writeln!(out, "| Played | {} min |", conduct.wall_minutes)?;
        writeln!(out, "| Pauses | {} ({} min) |", conduct.pauses, conduct.paused_minutes)?;
        writeln!(out, "| Away | {} min |", conduct.away_minutes)?;
        writeln!(out, "| Rates of the scenario's clock | {} |", rates.join(", "))?;
        writeln!(out, "| Injects delivered | {} of {} |", injects.delivered, injects.scripted)?;
        writeln!(
            out,
            "| Contingencies fired | {} of {} |",
            injects.contingency_fired, injects.contingencies
        )?;
        writeln!(out, "| Hints | {} |", conduct.hints.len())?;
        if self.is_for_controllers() {
            writeln!(
                out,
                "| Injects skipped, delayed, edited, by hand, ad hoc | {}, {}, {}, {}, {} |",
                injects.skipped, injects.delayed, injects.edited, injects.by_hand, injects.ad_hoc
            )?;
        }
        let note = if conduct.comparable {
            "yes".to_owned()
        } else {
            format!("no: {}", code(&conduct.comparable_note))
        };
        writeln!(out, "| Comparable with other runs | {note} |\n")?;
        if self.is_for_controllers() {
            self.acts(out)?;
        }
        Ok(())
    }

    /// What those who run the exercise did to it, each with its reason.
    fn acts(&self, out: &mut String) -> std::fmt::Result {
        let conduct = &self.score.conduct;
        for one in &conduct.hints {
            let about = one.expectation.as_ref().map(|id| format!(" about {}", code(id)));
            writeln!(
                out,
                "- Hint{}, for {} points: {}",
                about.unwrap_or_default(),
                one.cost,
                code(&one.text)
            )?;
        }
        for one in &conduct.overrides {
            writeln!(
                out,
                "- {} set from {} to {}: {}",
                code(&one.expectation),
                one.from.word(),
                one.to.word(),
                code(&one.reason)
            )?;
        }
        for one in &conduct.ticks {
            writeln!(
                out,
                "- {} ticked as {}: {}",
                code(&one.expectation),
                one.verdict.word(),
                code(&one.reason)
            )?;
        }
        for one in &conduct.faults_by_hand {
            let what = if one.armed { "armed" } else { "disarmed" };
            writeln!(out, "- Fault {} {what} by hand: {}", code(&one.fault), code(&one.reason))?;
        }
        for one in &conduct.jumps {
            writeln!(out, "- The clock jumped to {}: {}", super::utc(one.to), code(&one.what))?;
        }
        writeln!(out)
    }

    pub(super) fn record(&self, out: &mut String) -> std::fmt::Result {
        let (record, chain) = (&self.score.record, &self.score.journal);
        self.section(out, "Record")?;
        writeln!(out, "| | |\n|---|---|")?;
        writeln!(out, "| Records | {} |", chain.records)?;
        writeln!(
            out,
            "| Decisions with a reason | {} of {} |",
            record.with_reason, record.decisions
        )?;
        writeln!(out, "| Written down afterwards | {} |", record.backdated_entries)?;
        writeln!(
            out,
            "| Median time from what happened to its entry | {} |",
            measured(record.median_record_lag_s)
        )?;
        writeln!(out, "| Longest silence | {} |", measured(record.longest_silent_gap_sim_s))?;
        writeln!(out, "| Gaps in the chain | {} |", chain.gaps)?;
        if let (Some(seq), Some(head)) = (chain.last_seq, &chain.head) {
            writeln!(out, "| Head of the chain, record {seq} | {} |", code(head))?;
        }
        writeln!(out, "| Scenario | SHA-256 {} |", code(&self.score.scenario.sha256))?;
        writeln!(out, "| stanch | {} |", code(&self.score.incident.stanch))
    }
}
