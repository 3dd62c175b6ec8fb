//! The network of an incident: live systems, or the range and nothing else.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;

use crate::backend::{Http, HttpOptions};
use crate::cli::context::Context;
use crate::drill::plan::Plan;
use crate::drill::{Director, Range, Scenario};
use crate::engine::{Pilot, Ports, SystemRandom};
use crate::incident::{Mode, Opened};

/// Everything that an engine reaches.
pub(super) struct World {
    pub(super) ports: Ports,
    /// In a drill.
    pub(super) scenario: Option<Arc<Scenario>>,
    pub(super) range: Option<Range>,
}

impl World {
    /// For the incident in `dir`. `hurries`: the range does not wait, since nobody watches.
    pub(super) fn new(
        context: &Context,
        dir: &Path,
        opened: &Opened,
        scenario: Option<Scenario>,
        hurries: bool,
    ) -> anyhow::Result<Self> {
        let scenario = match (opened.mode, scenario) {
            (Mode::Live, _) => None,
            (Mode::Drill, Some(scenario)) => Some(scenario),
            (Mode::Drill, None) => bail!("the first record of this drill names no scenario"),
        };
        let begin = if hurries { Range::hurried } else { Range::start };
        let start = |scenario: &Scenario| begin(scenario.clone(), dir);
        let range = scenario.as_ref().map(start).transpose()?;
        let options = match &range {
            None => context.config.live(opened.backends.clone()),
            Some(range) => HttpOptions {
                hosts: range.hosts.clone(),
                dialling: Some(Arc::new(range.control())),
                ..HttpOptions::drill(
                    opened.backends.clone(),
                    range.addresses.clone(),
                    range.vantages.clone(),
                )
            },
        };
        let http = Http::new(options)?;
        let redactor = http.redactor();
        let ports = Ports {
            disk: context.disk.clone(),
            clock: context.clock.clone(),
            network: Arc::new(http),
            random: Box::new(SystemRandom),
            redactor,
        };
        Ok(Self { ports, scenario: scenario.map(Arc::new), range })
    }

    /// The exercise, in a drill.
    pub(super) fn plan(&self) -> Option<Arc<Plan>> {
        self.scenario.as_ref().map(|scenario| Arc::new(scenario.plan.clone()))
    }

    /// Who runs the exercise, in a drill.
    pub(super) fn directed(&self) -> Vec<Box<dyn Pilot>> {
        let direct = |(plan, range): (Arc<Plan>, &Range)| -> Box<dyn Pilot> {
            Box::new(Director::new(plan, Box::new(range.control())))
        };
        self.plan().zip(self.range.as_ref()).map(direct).into_iter().collect()
    }
}
