//! The back ends: whether each answers, and whether it takes the credentials. Only `health` is
//! sent; without one, the connection is made and ended, and nothing is claimed of credentials.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::configuration::Read;
use super::finding::{Finding, Group, Verdict};
use super::subject::{Subject, System};
use super::{Pending, millis};
use crate::backend::{Http, Network as _, OpenError, Reached};
use crate::cli::context::Context;
use crate::config::Config;
use crate::incident::{Answer, CheckResult, Now, Question};
use crate::playbook::{Auth, Expression, Values};

const GROUP: Group = Group::BackEnds;

/// What a back end said of the time.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) backend: String,
    /// Its `Date`, to the second.
    pub(super) said: DateTime<Utc>,
    /// When that came here.
    pub(super) here: DateTime<Utc>,
}

/// What runs for one system.
enum Running {
    Health(Pending<(CheckResult, Now)>),
    /// With why `health` is not asked.
    Reach(Pending<Reached>, Unasked),
    /// Told already.
    Unusable,
}

/// Why no credentials are checked.
enum Unasked {
    /// Only the configuration names the system.
    OnlyConfigured,
    NoHealth,
    Secretless(String),
}

/// One entry for each system, in their order.
pub(super) struct Asked(Vec<Running>);

/// Starts all at once.
pub(super) fn start(
    http: &Http,
    context: &Context,
    subject: &Subject,
    secrets: &Read,
    unusable: &[String],
    limit: Duration,
) -> Asked {
    let missing = |auth: &Auth| {
        let name = auth.secret()?;
        let there = matches!(secrets.get(name), Some(Some(Ok(()))));
        (!there).then(|| name.to_owned())
    };
    let one = |system: &System| {
        if unusable.contains(&system.key) {
            return Running::Unusable;
        }
        let request = system.request(limit, None);
        let unasked = match (&system.auth, &system.health) {
            (None, _) => Some(Unasked::OnlyConfigured),
            (_, None) => Some(Unasked::NoHealth),
            (Some(auth), _) => missing(auth).map(Unasked::Secretless),
        };
        match (unasked, question()) {
            (None, Some(question)) => {
                let clock = context.clock.clone();
                Running::Health(Pending::start(|done| {
                    let done = Box::new(move |result| done((result, clock.now())));
                    http.ask(&request, &question, done);
                }))
            }
            (unasked, _) => Running::Reach(
                Pending::start(|done| http.reach(&request, done)),
                unasked.unwrap_or(Unasked::NoHealth),
            ),
        }
    };
    Asked(subject.systems.iter().map(one).collect())
}

/// The status is judged here; the question only has to be one.
fn question() -> Option<Question> {
    let ok = Expression::parse("status in [200, 201, 202, 203, 204, 206]").ok()?;
    let values = Values::default();
    Some(Question { ok, every_ms: 0, times: 1, within_ms: 0, once: true, values })
}

/// One finding for each system, and what those said of the time.
pub(super) fn finish(
    config: &Config,
    subject: &Subject,
    asked: Asked,
    until: Instant,
    samples: &mut Vec<Sample>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (system, running) in subject.systems.iter().zip(asked.0) {
        findings.extend(match running {
            Running::Unusable => None,
            Running::Health(pending) => Some(match pending.wait(until) {
                None => silent(system),
                Some((result, now)) => {
                    samples.extend(sample(system, &result, now));
                    health(config, system, &result)
                }
            }),
            Running::Reach(pending, unasked) => Some(match pending.wait(until) {
                None => silent(system),
                Some(reached) => reach(system, &reached, &unasked),
            }),
        });
    }
    findings
}

fn silent(system: &System) -> Finding {
    unreachable(system, "no answer came in time")
}

fn unreachable(system: &System, why: &str) -> Finding {
    let mend = format!(
        "see that this machine reaches {0}; where it is elsewhere, write `url` under \
         `[backends.{1}]` in the configuration",
        system.url, system.id
    );
    let what = format!("{}: {why}", system.url);
    Finding::mend(GROUP, &system.key, Verdict::Bad, what, mend)
}

/// The words of an asking with an answer, and of one without.
fn health(config: &Config, system: &System, result: &CheckResult) -> Finding {
    let status = result.answer.as_ref().and_then(|answer| Some((answer, answer.status?)));
    let Some((answer, status)) = status else {
        return unreachable(system, result.why.as_str());
    };
    let finding = answered(config, system, answer, status);
    finding.with("status", status).with("latency_ms", millis(answer.latency_us))
}

fn answered(config: &Config, system: &System, answer: &Answer, status: u16) -> Finding {
    let auth = system.auth.clone().unwrap_or(Auth::None);
    let took = millis(answer.latency_us);
    let (method, path) = system.health.clone().unwrap_or_default();
    let what = format!("{method} {}{path}: {status} in {took:.0} ms", system.url);
    let with = |verdict, words: &str, mend: String| {
        Finding::mend(GROUP, &system.key, verdict, format!("{what}; {words}"), mend)
    };
    match status {
        200..=299 if auth == Auth::None => {
            Finding::good(GROUP, &system.key, format!("{what}; no credentials are needed"))
        }
        200..=299 => {
            let words = format!("{what}; the credentials are taken ({})", auth.words());
            Finding::good(GROUP, &system.key, words)
        }
        401 | 403 => with(Verdict::Bad, "the credentials are refused", refused(config, &auth)),
        300..=399 => with(
            Verdict::Warning,
            "reachable, but it points elsewhere, and no redirect is followed: credentials not \
             checked",
            format!("write the final address as `url` under `[backends.{}]`", system.id),
        ),
        500.. => with(
            Verdict::Bad,
            "it is reachable, and says that it has failed",
            "ask whoever runs it; a playbook's calls would end the same way".to_owned(),
        ),
        _ => with(
            Verdict::Warning,
            "reachable; whether the credentials are valid, this answer does not tell",
            format!(
                "let `health` of `{}` be a request that a valid secret gets a 2xx for; if the path \
                 is right, the `url` may be that of another system",
                system.id
            ),
        ),
    }
}

fn refused(config: &Config, auth: &Auth) -> String {
    match auth.secret() {
        None => "the back end asks for credentials: give it `auth` in the playbook".to_owned(),
        Some(name) => {
            let source = config.secrets.get(name);
            let from = source.map(|source| format!(" ({source:?})")).unwrap_or_default();
            format!(
                "the secret `{name}`{from} has expired, was replaced, or may not do this: have it \
                 renewed, or its rights extended"
            )
        }
    }
}

fn reach(system: &System, reached: &Reached, unasked: &Unasked) -> Finding {
    if let Some(fault) = &reached.fault {
        return unreachable(system, fault.as_str());
    }
    let at = reached.address.as_ref().map(|address| format!(" ({address})")).unwrap_or_default();
    let what = format!("{}{at} is reachable", system.url);
    let needs_none = system.auth == Some(Auth::None);
    let unknown = |why: &str, mend: String| {
        let what = format!("{what}; credentials not checked: {why}");
        Finding::mend(GROUP, &system.key, Verdict::Unknown, what, mend)
    };
    let finding = match unasked {
        Unasked::OnlyConfigured => Finding::good(GROUP, &system.key, what),
        Unasked::NoHealth if needs_none => {
            Finding::good(GROUP, &system.key, format!("{what}; no credentials are needed"))
        }
        Unasked::NoHealth => unknown(
            "no `health`",
            format!("add `health = \"GET /…\"` to `[backends.{}]` of the playbook", system.id),
        ),
        Unasked::Secretless(name) => unknown(
            &format!("the secret `{name}` cannot be had"),
            "see under configuration".to_owned(),
        ),
    };
    finding.with("latency_ms", millis(reached.latency_us))
}

fn sample(system: &System, result: &CheckResult, now: Now) -> Option<Sample> {
    let headers = &result.answer.as_ref()?.headers;
    let (_, date) = headers.iter().find(|(name, _)| name == "date")?;
    let said = DateTime::parse_from_rfc2822(date.as_str()).ok()?.with_timezone(&Utc);
    Some(Sample { backend: system.key.clone(), said, here: now.at })
}

/// A PEM file of the configuration is no use.
pub(super) fn unusable_authority(backend: &str, path: &Path, what: &str) -> Finding {
    let what = format!("not asked: the certificates in {} cannot be used: {what}", path.display());
    let mend = format!("let `ca` under `[backends.{backend}]` name a PEM file of certificates");
    Finding::mend(GROUP, backend, Verdict::Bad, what, mend)
}

/// Nothing could be asked at all.
pub(super) fn no_network(error: &OpenError) -> Finding {
    let mend = "see what this machine is short of: threads, open files, memory";
    Finding::mend(GROUP, "network", Verdict::Bad, error.to_string(), mend)
}
