//! The vantage points: whether each proxy is there, and whether it opens a tunnel to the back ends
//! that a playbook asks from it. Nothing is sent through the tunnel.

use std::time::{Duration, Instant};

use super::finding::{Finding, Group, Verdict};
use super::subject::{Subject, System};
use super::{Pending, millis};
use crate::backend::{Http, Reached};
use crate::config::Config;

const GROUP: Group = Group::Vantages;

/// What runs for each vantage point.
pub(super) struct Knocked<'a> {
    proxies: Vec<(&'a str, Pending<Reached>)>,
    /// `None`: the vantage point has no control.
    controls: Vec<(&'a str, Pending<Option<Reached>>)>,
    /// Vantage point, back end.
    tunnels: Vec<(&'a str, &'a System, Pending<Reached>)>,
}

/// Starts all at once.
pub(super) fn start<'a>(
    http: &Http,
    config: &'a Config,
    subject: &'a Subject,
    unusable: &[String],
    limit: Duration,
) -> Knocked<'a> {
    let knock = |id: &'a String| (id.as_str(), Pending::start(|done| http.knock(id, limit, done)));
    let mut tunnels = Vec::new();
    for (id, keys) in &subject.through {
        let known = config.vantages.contains_key(id);
        let systems = subject.systems.iter().filter(|system| keys.contains(&system.key));
        for system in systems.filter(|system| known && !unusable.contains(&system.key)) {
            let request = system.request(limit, Some(id));
            let tunnel = Pending::start(|done| http.reach(&request, done));
            tunnels.push((id.as_str(), system, tunnel));
        }
    }
    let control =
        |id: &'a String| (id.as_str(), Pending::start(|done| http.control(id, limit, done)));
    Knocked {
        proxies: config.vantages.keys().map(knock).collect(),
        controls: config.vantages.keys().map(control).collect(),
        tunnels,
    }
}

/// One finding for each vantage point, and one for each tunnel of those that are there.
pub(super) fn finish(
    config: &Config,
    subject: &Subject,
    knocked: Knocked<'_>,
    until: Instant,
) -> Vec<Finding> {
    let missing = subject.through.keys().filter(|id| !config.vantages.contains_key(*id));
    let mut findings: Vec<Finding> = missing.map(|id| unknown_to_the_configuration(id)).collect();
    for ((id, pending), (_, control)) in knocked.proxies.into_iter().zip(knocked.controls) {
        let Some(vantage) = config.vantages.get(id) else { continue };
        let reached = pending.wait(until);
        let there = reached.as_ref().is_some_and(|reached| reached.fault.is_none());
        findings.push(at_the_door(id, &vantage.url, reached));
        if there {
            findings.push(match vantage.control {
                None => uncontrolled(id),
                Some(_) => controlled(id, control.wait(until).flatten()),
            });
        }
        for (via, system, pending) in &knocked.tunnels {
            // What a dead proxy does to its tunnels needs no words.
            if *via == id && there {
                findings.push(through(id, system, pending.wait(until)));
            }
        }
    }
    findings
}

fn unknown_to_the_configuration(id: &str) -> Finding {
    Finding::mend(
        GROUP,
        id,
        Verdict::Bad,
        "the playbook asks from it, and the configuration does not know it",
        format!("add `[vantages.{id}]` with `proxy = \"http://…\"` to the configuration"),
    )
}

fn at_the_door(id: &str, proxy: &str, reached: Option<Reached>) -> Finding {
    let bad = |why: &str| {
        let mend = format!(
            "see that the proxy runs and lets this machine in, or write another under \
             `[vantages.{id}]`; every check from there is unknown until then"
        );
        Finding::mend(GROUP, id, Verdict::Bad, format!("{proxy}: {why}"), mend)
    };
    match reached {
        None => bad("no connection came about in time"),
        Some(Reached { fault: Some(why), .. }) => bad(why.as_str()),
        Some(Reached { latency_us, .. }) => {
            let took = millis(latency_us);
            Finding::good(GROUP, id, format!("{proxy} is reachable, in {took:.0} ms"))
                .with("latency_ms", took)
        }
    }
}

fn uncontrolled(id: &str) -> Finding {
    let what = "there is none: a check from there is unknown once the back end is closed to it";
    let mend = format!(
        "add `control = \"HOST:PORT\"` to `[vantages.{id}]`, a place that can always be reached \
         from there"
    );
    Finding::mend(GROUP, format!("{id} to its control"), Verdict::Warning, what, mend)
}

fn controlled(id: &str, reached: Option<Reached>) -> Finding {
    let name = format!("{id} to its control");
    let why = match reached {
        Some(Reached { fault: None, latency_us, .. }) => {
            let took = millis(latency_us);
            let what = format!("a tunnel to it comes about, in {took:.0} ms");
            return Finding::good(GROUP, name, what).with("latency_ms", took);
        }
        Some(Reached { fault: Some(why), .. }) => why.as_str().to_owned(),
        None => "no connection came about in time".to_owned(),
    };
    let mend = "let the proxy allow CONNECT to it, or name another; a check from there is unknown \
                until then";
    Finding::mend(GROUP, name, Verdict::Bad, format!("no tunnel to it: {why}"), mend)
}

fn through(id: &str, system: &System, reached: Option<Reached>) -> Finding {
    let name = format!("{id} to {}", system.key);
    let why = match reached {
        Some(Reached { fault: None, latency_us, .. }) => {
            let took = millis(latency_us);
            let what = format!("a tunnel to {} comes about, in {took:.0} ms", system.url);
            return Finding::good(GROUP, name, what).with("latency_ms", took);
        }
        Some(Reached { fault: Some(why), .. }) => why.as_str().to_owned(),
        None => "no connection came about in time".to_owned(),
    };
    // The back end may be closed to the outside, as it should be: so this is not bad.
    let what = format!("no tunnel to {}: {why}", system.url);
    let mend = "let the proxy allow CONNECT to it; where the back end itself is closed to it, as it \
                may be meant, all is well";
    Finding::mend(GROUP, name, Verdict::Warning, what, mend)
}
