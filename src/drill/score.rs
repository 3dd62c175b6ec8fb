//! The score of a drill: a pure fold of its record, and nothing that the record does not tell.

mod communication;
mod compare;
mod conduct;
mod execution;
mod expected;
mod faults;
mod injects;
mod objective;
mod page;
mod played;
mod points;
mod quality;
mod told;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use communication::{Answers, Claims, Communication, Duties, Updates};
pub use compare::{Cell, CompareError, Compared, Comparison, Run, Trend};
pub use conduct::{Conduct, FaultByHand, Hinted, InjectCount, Jumped, Overridden, Ticked};
pub use execution::{Checks, Doubts, Execution, Part};
pub use expected::Expected;
pub use faults::FaultScore;
pub use injects::InjectTold;
pub use objective::ObjectiveScore;
pub use page::HOT_WASH;
pub(crate) use page::seconds_words;
pub use points::Points;
pub use quality::Quality;
pub use told::{Answered, Chain, EndTold, Improvement, IncidentTold, Mark, ScenarioTold};

use super::scenario::Scenario;
use super::watch::{Moment, Watch};
use crate::engine::fold_entry;
use crate::incident::exercise::{Control, Judged};
use crate::incident::words::by_words;
use crate::incident::{Record, State};
use crate::journal::{Entry, Fact, LineHash};
use crate::playbook::Playbook;
use crate::text::Shown;

/// What a drill came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// `stanch.scorecard/1`.
    pub schema: &'static str,
    /// Always: nothing of it happened to a live system.
    pub drill: bool,
    pub banner: Shown,
    pub scenario: ScenarioTold,
    pub incident: IncidentTold,
    pub journal: Chain,
    pub end: EndTold,
    pub conduct: Conduct,
    pub total: Total,
    pub objectives: Vec<ObjectiveScore>,
    pub expectations: Vec<Expected>,
    pub timing: Vec<Timing>,
    pub execution: Execution,
    pub communication: Communication,
    pub faults: Vec<FaultScore>,
    pub record: Quality,
    pub injects: Vec<InjectTold>,
    pub hot_wash: Vec<Answered>,
    pub improvement_plan: Vec<Improvement>,
}

/// All points, after what hints cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    pub points: Points,
    pub of: Points,
    pub hint_cost: Points,
    pub met: usize,
    pub late: usize,
    pub missed: usize,
    pub not_observed: usize,
    pub void: usize,
    /// The share of points of each objective, by its weight, of those that were observed; before what
    /// hints cost. `None`: none was.
    pub weighted_percent: Option<u64>,
}

/// A time that the scenario wants to know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timing {
    /// `declare`, `contain`, ….
    pub metric: String,
    /// What it counts from, and the expectation that ends it.
    pub from: Shown,
    pub to: String,
    /// `None`: not measured.
    pub sim_s: Option<i64>,
    /// Of play, by the wall.
    pub wall_s: Option<i64>,
    pub target_s: i64,
    pub status: Judged,
}

impl Score {
    /// Reads a drill's record: `entries` are all of it, in order. One that has not ended is scored as
    /// of its last record.
    pub fn of(
        scenario: &Scenario,
        playbook: Arc<Playbook>,
        entries: impl Iterator<Item = Entry>,
    ) -> Self {
        let mut reader = Reader::new(scenario, playbook);
        entries.for_each(|entry| reader.heard(&entry));
        reader.finish(scenario)
    }

    /// What became of the expectation with this id.
    pub fn expected(&self, id: &str) -> Option<&Expected> {
        self.expectations.iter().find(|one| one.id == id)
    }
}

/// Everything that is collected record by record.
struct Reader {
    state: State,
    watch: Watch,
    played: played::Played,
    conduct: conduct::Collected,
    execution: execution::Collected,
    communication: communication::Collected,
    faults: faults::Collected,
    quality: quality::Collected,
    chain: Chain,
    last: Option<(Moment, LineHash)>,
    end: Option<EndTold>,
}

impl Reader {
    fn new(scenario: &Scenario, playbook: Arc<Playbook>) -> Self {
        Self {
            state: State::new(playbook),
            watch: Watch::new(Arc::new(scenario.plan.clone())),
            played: played::Played::default(),
            conduct: conduct::Collected::default(),
            execution: execution::Collected::default(),
            communication: communication::Collected::default(),
            faults: faults::Collected::new(scenario),
            quality: quality::Collected::default(),
            chain: Chain::default(),
            last: None,
            end: None,
        }
    }

    fn heard(&mut self, entry: &Entry) {
        fold_entry(&mut self.state, entry);
        self.watch.heard(entry, &self.state);
        self.played.heard(entry, &self.state);
        self.conduct.heard(entry, self.watch.plan(), self.watch.start());
        self.execution.heard(entry);
        self.communication.heard(entry);
        self.faults.heard(entry, &self.state);
        self.quality.heard(entry);
        self.link(entry);
        if let Some(Record::ExerciseControlled(Control::End { how, reason, .. })) =
            entry.record.known()
        {
            self.end.get_or_insert_with(|| EndTold {
                how: Some(*how),
                reason: Some(reason.clone()),
                by: Some(by_words(&entry.by)),
                at: Some(Moment::of(entry).into()),
            });
        }
    }

    fn link(&mut self, entry: &Entry) {
        let chain = &mut self.chain;
        if let Some((last, hash)) = &self.last
            && (entry.seq != last.seq + 1 || entry.prev != *hash)
        {
            chain.gaps += 1;
        }
        chain.records += 1;
        chain.first_seq.get_or_insert(entry.seq);
        chain.last_seq = Some(entry.seq);
        chain.head = Some(entry.hash.to_string());
        chain.unknown += u64::from(matches!(entry.record, Fact::Unknown { .. }));
        chain.torn += u64::from(matches!(entry.record.known(), Some(Record::Recovered { .. })));
        self.last = Some((Moment::of(entry), entry.hash));
    }

    /// By the scenario's clock.
    fn last_moment(&self) -> DateTime<Utc> {
        self.last.as_ref().map(|(last, _)| last.scenario).unwrap_or_default()
    }

    fn finish(self, scenario: &Scenario) -> Score {
        let table = expected::table(&self);
        let conduct = conduct::conduct(&self, &table);
        let plan = self.watch.plan().clone();
        let objectives = objective::objectives(&plan, &table);
        let over = self.watch.ended().map_or_else(|| self.last_moment(), |end| end.scenario);
        let end = self.end.clone().unwrap_or_else(|| EndTold {
            how: None,
            reason: None,
            by: None,
            at: self.last.as_ref().map(|(last, _)| (*last).into()),
        });
        Score {
            schema: "stanch.scorecard/1",
            drill: true,
            banner: Shown::new(&scenario.banner),
            scenario: self.scenario(scenario),
            incident: self.incident(),
            journal: self.chain.clone(),
            end,
            total: total(&table, &objectives, &conduct),
            timing: timing(&plan, &table),
            execution: self.execution.finish(&self.state),
            communication: self.communication.finish(&self.state, &scenario.plan.duties, over),
            faults: faults::faults(&self),
            record: self.quality.finish(&self.state),
            injects: injects::injects(&self),
            hot_wash: self.hot_wash(),
            improvement_plan: improvements(&objectives, &table),
            conduct,
            objectives,
            expectations: table,
        }
    }

    fn scenario(&self, scenario: &Scenario) -> ScenarioTold {
        let briefing = self.state.opened.as_ref().and_then(|opened| opened.exercise.as_ref());
        ScenarioTold {
            id: scenario.id.clone(),
            version: scenario.plan.version.clone(),
            title: Shown::new(&scenario.title),
            sha256: scenario.sha256.clone(),
            world_sha256: briefing.and_then(|briefing| briefing.world_sha256.clone()),
        }
    }

    fn incident(&self) -> IncidentTold {
        let opened = self.state.opened.as_deref();
        let text = |pick: fn(&crate::incident::Opened) -> &String| {
            opened.map(pick).cloned().unwrap_or_default()
        };
        IncidentTold {
            id: text(|opened| &opened.incident),
            codename: text(|opened| &opened.codename),
            playbook: text(|opened| &opened.playbook),
            playbook_sha256: text(|opened| &opened.playbook_sha256),
            opened_at: self.played.began(),
            stanch: text(|opened| &opened.version),
        }
    }

    /// The scenario's questions first, then those that were asked beside them.
    fn hot_wash(&self) -> Vec<Answered> {
        let given = self.state.exercise.as_deref().map(|exercise| exercise.hot_wash.as_slice());
        let given = given.unwrap_or_default();
        let questions = &self.watch.plan().questions;
        let asked = questions.iter().map(|question| {
            let answer = given.iter().find(|(asked, _)| asked == question);
            let text = answer.map(|(_, text)| text.clone());
            Answered { question: question.clone(), text }
        });
        let beside = given.iter().filter(|(asked, _)| !questions.contains(asked));
        let beside = beside.map(|(question, text)| {
            let (question, text) = (question.clone(), Some(text.clone()));
            Answered { question, text }
        });
        asked.chain(beside).collect()
    }
}

fn total(table: &[Expected], objectives: &[ObjectiveScore], conduct: &Conduct) -> Total {
    let count = |verdict| table.iter().filter(|one| one.verdict == verdict).count();
    let points: Points = table.iter().map(|one| one.points).sum();
    let hint_cost = conduct.hints.iter().map(|hint| Points::whole(hint.cost)).sum();
    Total {
        points: points.less(hint_cost),
        of: table.iter().map(|one| one.of).sum(),
        hint_cost,
        met: count(Judged::Met),
        late: count(Judged::Late),
        missed: count(Judged::Missed),
        not_observed: count(Judged::NotObserved),
        void: count(Judged::Void),
        weighted_percent: weighted(objectives),
    }
}

fn weighted(objectives: &[ObjectiveScore]) -> Option<u64> {
    let observed = objectives.iter().filter_map(|one| {
        let weight = u64::from(one.weight);
        Some((one.points.thousandths(one.of)? * weight, weight))
    });
    let (shares, weights) = observed
        .fold((0, 0), |(shares, weights), (share, weight)| (shares + share, weights + weight));
    Some(shares.checked_div(weights)? / 10)
}

fn timing(plan: &super::plan::Plan, table: &[Expected]) -> Vec<Timing> {
    let all = plan.expectations.iter().zip(table).filter_map(|(expectation, told)| {
        Some(Timing {
            metric: expectation.measures.clone()?,
            from: told.from.clone(),
            to: told.id.clone(),
            sim_s: told.sim_s,
            wall_s: told.wall_s,
            target_s: told.within_s,
            status: told.verdict,
        })
    });
    all.collect()
}

/// One row for each that was missed or late, the missed and the critical ones first.
fn improvements(objectives: &[ObjectiveScore], table: &[Expected]) -> Vec<Improvement> {
    let mut rows: Vec<&Expected> =
        table.iter().filter(|one| matches!(one.verdict, Judged::Late | Judged::Missed)).collect();
    rows.sort_by_key(|one| (one.verdict != Judged::Missed, !one.critical));
    let told = rows.into_iter().map(|one| {
        let objective = objectives.iter().find(|objective| objective.id == one.objective);
        let title = objective.map_or_else(|| Shown::new(&one.objective), |it| it.title.clone());
        Improvement {
            capability: title,
            issue: Shown::new(format!("{}: {}", one.title, one.verdict_words())),
            action: String::new(),
            element: String::new(),
            owner: String::new(),
            contact: String::new(),
            start: String::new(),
            due: String::new(),
        }
    });
    told.collect()
}
