//! Which faults struck, and how the calls ended that they were meant for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Reader;
use crate::drill::fault::Fault;
use crate::drill::pattern;
use crate::drill::scenario::Scenario;
use crate::drill::world::HERE;
use crate::incident::{Record, Request, State, Verdict};
use crate::journal::Entry;
use crate::text::Shown;

/// One fault, as told at the end of the exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultScore {
    pub fault: String,
    pub title: Shown,
    /// `reset`, `stale`, …; absent where the scenario does not know it.
    pub kind: Option<String>,
    /// How often; 0: it was never reached.
    pub struck: u64,
    pub reached: bool,
    /// How the attempts and checks ended that went to its target, each with how often; also those
    /// that it did not strike.
    pub verdicts: BTreeMap<&'static str, u64>,
}

impl FaultScore {
    /// In words.
    pub fn words(&self) -> String {
        let struck = match self.struck {
            0 => "never reached".to_owned(),
            1 => "struck once".to_owned(),
            times => format!("struck {times} times"),
        };
        let kind = self.kind.as_ref().map_or_else(String::new, |kind| format!(" ({kind})"));
        let verdicts: Vec<String> =
            self.verdicts.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let verdicts = match verdicts.len() {
            0 => String::new(),
            _ => format!("; what went there: {}", verdicts.join(", ")),
        };
        format!("{}{kind}: {struck}{verdicts}", self.title)
    }
}

/// What is collected record by record.
#[derive(Debug)]
pub(super) struct Collected {
    faults: Vec<Fault>,
    /// Which back end stands behind a host that somebody phoned in, by its URL.
    hosts: BTreeMap<String, String>,
    verdicts: BTreeMap<String, BTreeMap<&'static str, u64>>,
}

impl Collected {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let (faults, hosts) = (scenario.faults.clone(), scenario.hosts.clone());
        Self { faults, hosts, verdicts: BTreeMap::new() }
    }

    pub(super) fn heard(&mut self, entry: &Entry, state: &State) {
        let of_call = |call| state.calls.get(call).map(|call| &call.request);
        let of_check = |check| state.checks.get(check).map(|check| &check.request);
        let (request, word) = match entry.record.known() {
            Some(Record::CallAnswered { call, verdict, .. }) => (of_call(call), word(*verdict)),
            Some(Record::CallInDoubt { call, .. }) => (of_call(call), "in doubt"),
            Some(Record::CheckPassed(end)) => (of_check(&end.check), "check passed"),
            Some(Record::CheckFailed(end)) => (of_check(&end.check), "check failed"),
            Some(Record::CheckUnknown(end)) => (of_check(&end.check), "check unknown"),
            _ => return,
        };
        let Some(request) = request else { return };
        let meant: Vec<String> = self
            .faults
            .iter()
            .filter(|fault| self.is_for(fault, request))
            .map(|fault| fault.id.clone())
            .collect();
        for fault in meant {
            *self.verdicts.entry(fault).or_default().entry(word).or_default() += 1;
        }
    }

    fn is_for(&self, fault: &Fault, request: &Request) -> bool {
        let (target, vantage) = (&fault.target, request.via.as_deref().unwrap_or(HERE));
        let path = path(&request.url);
        self.backend(request) == Some(&target.backend)
            && target.method.as_ref().is_none_or(|method| *method == request.method)
            && target.vantage.as_ref().is_none_or(|wanted| wanted == vantage)
            && target.path.as_ref().is_none_or(|wanted| {
                pattern::segments(path).is_some_and(|path| wanted.matches(&path).is_some())
            })
    }

    /// The back end of the range that answered.
    fn backend<'a>(&'a self, request: &'a Request) -> Option<&'a String> {
        let is_host = |host: &str| {
            request.url.strip_prefix(host).is_some_and(|rest| rest.starts_with(['/', '?']))
        };
        let host = self.hosts.iter().find(|(url, _)| is_host(url));
        host.map(|(_, backend)| backend).or(Some(&request.backend))
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Succeeded => "succeeded",
        Verdict::Failed => "failed",
        Verdict::NotDone => "not done",
        Verdict::NotSent => "not sent",
    }
}

/// Of a whole URL, without its query.
fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
    path.split(['?', '#']).next().unwrap_or(path)
}

/// As the end tells them; none before it.
pub(super) fn faults(reader: &Reader) -> Vec<FaultScore> {
    let ended = reader.state.exercise.as_deref().and_then(|exercise| exercise.ended.as_ref());
    let told = ended.map(|ended| ended.faults.as_slice()).unwrap_or_default();
    let collected = &reader.faults;
    told.iter()
        .map(|one| {
            let known = collected.faults.iter().find(|fault| fault.id == one.fault);
            FaultScore {
                fault: one.fault.clone(),
                title: known.map_or_else(|| Shown::new(&one.fault), |it| Shown::new(&it.title)),
                kind: known.map(|fault| fault.kind.word().to_owned()),
                struck: one.struck,
                reached: one.struck > 0,
                verdicts: collected.verdicts.get(&one.fault).cloned().unwrap_or_default(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn the_path_of_a_url() {
        assert_eq!(path("https://search.example.com:9200/users/_search?size=0"), "/users/_search");
        assert_eq!(path("https://search.example.com"), "/");
    }
}
