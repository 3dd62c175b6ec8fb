//! The scorecard as a page: for the screen of the hot wash, for terminals, and for reading aloud.

use chrono::TimeDelta;

use super::expected::Expected;
use super::{ObjectiveScore, Score};
use crate::drill::plan::Rating;
use crate::incident::exercise::Judged;
use crate::incident::page::{Line, Page, Section, Weight};
use crate::incident::words::brief;
use crate::text::Shown;

/// The section of the questions and their answers.
pub const HOT_WASH: &str = "Hot wash";
/// What is said where the record cannot tell.
pub(super) const NOT_MEASURED: &str = "not measured";

impl Score {
    /// All of it, in the order in which it is read.
    pub fn page(&self) -> Page {
        let title =
            format!("Scorecard of {} (DRILL): {}", self.incident.codename, self.scenario.title);
        let sections = vec![
            self.result(),
            self.objective_lines(),
            self.expectation_lines(),
            self.time_lines(),
            self.conduct_lines(),
            self.execution_lines(),
            self.communication_lines(),
            self.fault_lines(),
            self.record_lines(),
            self.hot_wash_lines(),
        ];
        Page { title: Shown::new(title), sections }
    }

    /// The page as text, under the banner.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.banner, self.page().text())
    }

    fn result(&self) -> Section {
        let total = &self.total;
        let mut points = format!("points: {} of {}", total.points, total.of);
        if total.hint_cost > super::Points::default() {
            points = format!("{points}, after {} for hints", total.hint_cost);
        }
        let weighted = total.weighted_percent.map(|share| format!("{share} %"));
        let counts = [
            (total.met, Judged::Met),
            (total.late, Judged::Late),
            (total.missed, Judged::Missed),
            (total.not_observed, Judged::NotObserved),
            (total.void, Judged::Void),
        ];
        let counts: Vec<String> =
            counts.iter().map(|(count, verdict)| format!("{count} {}", verdict.word())).collect();
        let conduct = &self.conduct;
        let mut lines = vec![
            plain(points),
            plain(format!("by weight of the objectives: {}", told(weighted))),
            plain(format!("expectations: {}", counts.join(", "))),
            line(
                if self.end.how.is_some() { Weight::Plain } else { Weight::Warning },
                format!("end: {}", self.end.words()),
            ),
        ];
        lines.push(if conduct.comparable {
            line(Weight::Good, "comparable with other runs of this scenario")
        } else {
            let note = &conduct.comparable_note;
            line(Weight::Warning, format!("not comparable with other runs: {note}"))
        });
        section("Result", "", lines)
    }

    fn objective_lines(&self) -> Section {
        let lines = self.objectives.iter().map(objective).collect();
        section("Objectives", "The scenario has none.", lines)
    }

    fn expectation_lines(&self) -> Section {
        let mut lines = Vec::new();
        for one in &self.expectations {
            lines.push(line(weight(one.verdict), expected(one)));
            match &one.reason {
                Some(reason) => {
                    let (by, reason) = (&one.by, reason.one_line());
                    lines.push(plain(format!("  judged by {by}, because: {reason}")));
                }
                None if one.why.is_blank() => {}
                None => lines.push(plain(format!("  {}", one.why))),
            }
        }
        section("Expectations", "The scenario has none.", lines)
    }

    fn time_lines(&self) -> Section {
        let lines = self.timing.iter().map(|one| {
            let wall = one.wall_s.map(|wall| format!(", {} of play", seconds_words(wall)));
            let words = format!(
                "{}: {}{}, {} were set; {} to {}",
                one.metric,
                told(one.sim_s.map(seconds_words)),
                wall.unwrap_or_default(),
                seconds_words(one.target_s),
                one.from,
                one.to
            );
            line(weight(one.status), format!("{}: {words}", one.status.word()))
        });
        section("Times", "The scenario measures none.", lines.collect())
    }

    fn conduct_lines(&self) -> Section {
        let conduct = &self.conduct;
        let injects = &conduct.injects;
        let rates: Vec<String> = conduct.rates.iter().map(|one| format!("\u{d7}{one}")).collect();
        let mut lines = vec![
            plain(format!(
                "played for {} min by the wall, paused {} ({} min), away {} min",
                conduct.wall_minutes,
                times(conduct.pauses),
                conduct.paused_minutes,
                conduct.away_minutes
            )),
            plain(format!("the scenario's clock went at {}", rates.join(", "))),
            plain(format!(
                "injects: {} of {} delivered; {} skipped, {} delayed, {} edited, {} sent by hand, \
                 {} ad hoc",
                injects.delivered,
                injects.scripted,
                injects.skipped,
                injects.delayed,
                injects.edited,
                injects.by_hand,
                injects.ad_hoc
            )),
            plain(format!(
                "contingencies: {} of {} fired",
                injects.contingency_fired, injects.contingencies
            )),
        ];
        lines.extend(conduct.jumps.iter().map(|jump| {
            let to = jump.to.format("%Y-%m-%d %H:%MZ");
            plain(format!("the clock jumped to {to}: {}", jump.what))
        }));
        lines.extend(conduct.hints.iter().map(|hint| {
            let about = hint.expectation.as_deref().map(|id| format!(" about {id}"));
            let about = about.unwrap_or_default();
            line(Weight::Warning, format!("hint{about}, for {} points: {}", hint.cost, hint.text))
        }));
        lines.extend(conduct.overrides.iter().map(|one| {
            let (from, to) = (one.from.word(), one.to.word());
            let words = format!(
                "{} set from {from} to {to} by {}: {}",
                one.expectation, one.by, one.reason
            );
            line(Weight::Warning, words)
        }));
        lines.extend(conduct.faults_by_hand.iter().map(|one| {
            let what = if one.armed { "armed" } else { "disarmed" };
            line(
                Weight::Warning,
                format!("fault {} {what} by {}: {}", one.fault, one.by, one.reason),
            )
        }));
        section("Conduct", "", lines)
    }

    fn execution_lines(&self) -> Section {
        let told = &self.execution;
        let doubts = &told.unknown_outcomes;
        let mut lines = vec![
            plain(format!(
                "calls: {}, {} of them succeeded at once; {}",
                told.api_calls,
                told.first_try_success,
                plural(told.retries, "retry", "retries")
            )),
            plain(match told.retries_after_retry_after {
                0 => "retries against Retry-After: none was asked to wait".to_owned(),
                of => format!(
                    "retries against Retry-After: {} of {of}",
                    told.retries_inside_retry_after
                ),
            }),
            plain(format!("changes proven: {} of {}", told.mutations.proven, told.mutations.of)),
            plain(format!(
                "outcomes in doubt: {}; settled by a probe {}, by a retry {}, by a person {}, \
                 set aside {}, left open {}",
                doubts.all,
                doubts.by_probe,
                doubts.by_retry,
                doubts.by_person,
                doubts.set_aside,
                doubts.open
            )),
            plain(format!(
                "checks: {} made; {} passed, {} failed, {} unknown",
                told.checks.made, told.checks.passed, told.checks.failed, told.checks.unknown
            )),
            plain(format!(
                "steps: {} completed, {} out of order, {} accepted without proof, {} done elsewhere",
                told.steps_completed,
                told.steps_out_of_order,
                told.unproven_accepted,
                told.done_elsewhere
            )),
            plain(format!(
                "steps skipped: {} with a reason, {} without",
                told.steps_skipped_with_reason, told.steps_skipped_without_reason
            )),
        ];
        if told.sent_again > 0 {
            let words = format!("the same change sent again: {}", times(told.sent_again));
            lines.push(line(Weight::Warning, words));
        }
        section("Execution", "", lines)
    }

    fn communication_lines(&self) -> Section {
        let talk = &self.communication;
        let mut lines: Vec<Line> = talk
            .cadences
            .iter()
            .map(|one| {
                plain(format!(
                    "updates, {}: {} given, {} late; longest time without one {}, promised every {}",
                    one.cadence,
                    one.given,
                    one.late,
                    told(one.max_gap_sim_s.map(seconds_words)),
                    seconds_words(one.target_s)
                ))
            })
            .collect();
        let (claims, injects, duties) = (talk.claims, talk.injects, talk.duties);
        let as_noted = match duties.noted {
            0 => String::new(),
            all => format!(", {} of {all} as the scenario has it", duties.as_noted),
        };
        lines.extend([
            plain(format!(
                "claims: {} entered; {} confirmed, {} refuted, {} disputed, {} without evidence, \
                 {} not looked into",
                claims.logged,
                claims.confirmed,
                claims.refuted,
                claims.disputed,
                claims.no_evidence,
                claims.asserted
            )),
            plain(format!(
                "injects: {} of {} opened, median after {}",
                injects.opened,
                injects.arrived,
                told(injects.median_to_open_s.map(seconds_words))
            )),
            plain(format!(
                "decisions asked for: {} of {} made, median after {}",
                injects.decided,
                injects.asked,
                told(injects.median_to_decide_s.map(seconds_words))
            )),
            plain(format!(
                "duties: {} of {} decided on{as_noted}; {} met, {} of them late, {} overdue",
                duties.decided, duties.all, duties.met, duties.met_late, duties.overdue
            )),
        ]);
        section("Communication", "", lines)
    }

    fn fault_lines(&self) -> Section {
        let lines = self.faults.iter().map(|fault| plain(fault.words())).collect();
        section("Faults", "None is told.", lines)
    }

    fn record_lines(&self) -> Section {
        let (record, chain) = (&self.record, &self.journal);
        let mut lines = vec![
            plain(format!("records: {}, {} by people", record.entries, record.by_people)),
            plain(format!(
                "decisions with a reason: {} of {}; notes: {}; pieces of evidence: {}",
                record.with_reason, record.decisions, record.notes, record.evidence
            )),
            plain(format!(
                "written down afterwards: {}; median lag {}",
                record.backdated_entries,
                told(record.median_record_lag_s.map(seconds_words))
            )),
            plain(format!(
                "longest silence: {}",
                told(record.longest_silent_gap_sim_s.map(seconds_words))
            )),
        ];
        let whole = chain.gaps == 0 && chain.unknown == 0 && chain.torn == 0;
        lines.push(line(
            if whole { Weight::Good } else { Weight::Bad },
            format!(
                "chain: {} gaps, {} kinds unknown, {} torn tails cut",
                chain.gaps, chain.unknown, chain.torn
            ),
        ));
        if let (Some(last), Some(head)) = (chain.last_seq, &chain.head) {
            lines.push(plain(format!("head, record {last}: {head}")));
        }
        lines.push(plain(format!(
            "scenario {} {}, sha256 {}",
            self.scenario.id, self.scenario.version, self.scenario.sha256
        )));
        section("Record", "", lines)
    }

    fn hot_wash_lines(&self) -> Section {
        let lines = self.hot_wash.iter().flat_map(|one| {
            let answer = one.text.as_ref().map_or("no answer yet", |text| text.as_str());
            [plain(&one.question), plain(format!("  {answer}"))]
        });
        section(HOT_WASH, "The scenario asks nothing.", lines.collect())
    }
}

fn objective(one: &ObjectiveScore) -> Line {
    let (letter, words, weight) = match one.rating {
        None => ("-", "not observed", Weight::Plain),
        Some(rating) => (rating.letter(), rating.words(), rated(rating)),
    };
    let by = if one.rating_by == "rule" { String::new() } else { format!(" ({})", one.rating_by) };
    let words = format!(
        "{letter}  {:<10} {:>4} of {:<4} weight {:>3}  {}: {words}{by}",
        one.id,
        one.points.to_string(),
        one.of.to_string(),
        one.weight,
        one.title
    );
    line(weight, words)
}

fn rated(rating: Rating) -> Weight {
    match rating {
        Rating::P => Weight::Good,
        Rating::S => Weight::Plain,
        Rating::M => Weight::Warning,
        Rating::U => Weight::Bad,
    }
}

/// `met           15/15  8m of 39m       E-lock (critical): The cluster is locked`.
fn expected(one: &Expected) -> String {
    let time = match one.sim_s {
        Some(taken) if taken < 0 => "ahead".to_owned(),
        Some(taken) => format!("{} of {}", seconds_words(taken), seconds_words(one.within_s)),
        None => format!("- of {}", seconds_words(one.within_s)),
    };
    let critical = if one.critical { " (critical)" } else { "" };
    let points = format!("{}/{}", one.points, one.of);
    let word = one.verdict.word();
    format!("{word:<12} {points:>7}  {time:<15} {}{critical}: {}", one.id, one.title)
}

fn weight(verdict: Judged) -> Weight {
    match verdict {
        Judged::Met => Weight::Good,
        Judged::Late => Weight::Warning,
        Judged::Missed => Weight::Bad,
        Judged::NotObserved | Judged::Void => Weight::Plain,
    }
}

fn section(title: &'static str, none: &'static str, lines: Vec<Line>) -> Section {
    Section { title, none, lines }
}

fn line(weight: Weight, text: impl AsRef<str>) -> Line {
    Line { weight, text: Shown::new(Shown::new(text).one_line()) }
}

fn plain(text: impl AsRef<str>) -> Line {
    line(Weight::Plain, text)
}

fn told(measured: Option<String>) -> String {
    measured.unwrap_or_else(|| NOT_MEASURED.to_owned())
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// `8m`, or `4m ahead` where it was before.
pub(crate) fn seconds_words(seconds: i64) -> String {
    if seconds < 0 {
        format!("{} ahead", brief(TimeDelta::seconds(-seconds)))
    } else {
        brief(TimeDelta::seconds(seconds))
    }
}
