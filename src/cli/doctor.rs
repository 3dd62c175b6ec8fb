//! `doctor`: before the night, not in it. Looks at configuration, back ends, vantage points, disk,
//! clock and terminal; says of each what was measured and how to mend it. Changes nothing outside:
//! of a back end only `health` is asked.

mod backends;
mod clock;
mod configuration;
mod finding;
mod journal;
mod subject;
mod terminal;
mod vantages;

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::args::{Cli, Doctor};
use super::context::Context;
use super::{Outcome, out};
use crate::backend::{Http, HttpOptions, Secrets, Vantage};
use crate::config::{Config, Environment};
use crate::incident::Mode;
use finding::{Finding, Report};
use subject::Subject;

/// How much longer than a check's own bound its answer is waited for: who is bound should say so
/// himself.
const GRACE: Duration = Duration::from_millis(500);

/// Good when nothing is bad; with `--strict`, when everything is good.
pub(super) fn doctor(cli: &Cli, args: &Doctor) -> anyhow::Result<Outcome> {
    let environment = Environment::of_process();
    let mut findings = Vec::new();
    let config = match Config::load(&environment, cli.config.as_deref()) {
        Ok(config) => {
            findings.push(configuration::loaded(&environment, cli.config.as_deref()));
            config
        }
        Err(error) => {
            findings.push(configuration::broken(&error));
            // The disk, the clock and the terminal can still be looked at.
            Config::read("config.toml", "", &environment).unwrap_or_default()
        }
    };
    let context = Context::with(cli, environment, config);
    let subject = Subject::new(&context.config, &args.playbooks, &mut findings);
    let report = Report::new(examine(&context, &subject, findings, args.timeout));
    if args.json {
        out::line(report.to_json())?;
    } else {
        for line in report.lines() {
            out::line(line)?;
        }
        if args.playbooks.is_empty() {
            out::line(
                "No playbook was named, so no credentials were checked: \
                 `stanch doctor exposed-database` checks those of a playbook.",
            )?;
        }
    }
    Ok(if report.passes(args.strict) { Outcome::Good } else { Outcome::Bad })
}

/// All groups, in the order of the report. Each check is bounded by `timeout`, seconds.
fn examine(
    context: &Context,
    subject: &Subject,
    mut findings: Vec<Finding>,
    timeout: u64,
) -> Vec<Finding> {
    let limit = Duration::from_secs(timeout);
    let begun = context.clock.now();
    let disk = journal::start(context);
    let by_disk = Instant::now() + limit + GRACE;
    let mut samples = Vec::new();
    match network(context, subject, &mut findings) {
        Ok((http, unusable)) => {
            let secrets = configuration::read_secrets(&http, subject, limit);
            findings.extend(configuration::secrets(&context.config, subject, &secrets));
            let asked = backends::start(&http, context, subject, &secrets, &unusable, limit);
            let knocked = vantages::start(&http, &context.config, subject, &unusable, limit);
            let until = Instant::now() + limit + GRACE;
            findings.extend(backends::finish(&context.config, subject, asked, until, &mut samples));
            findings.extend(vantages::finish(&context.config, subject, knocked, until));
        }
        Err(error) => findings.push(backends::no_network(&error)),
    }
    findings.extend(journal::finish(&disk, by_disk));
    findings.extend(clock::clock(context, begun, &samples));
    findings.extend(terminal::terminal(context));
    findings.push(terminal::theme(context));
    findings
}

/// The network as a live incident would have it; the back ends whose own certificates cannot be
/// used are left out, each told as a finding, and named.
fn network(
    context: &Context,
    subject: &Subject,
    findings: &mut Vec<Finding>,
) -> Result<(Http, Vec<String>), crate::backend::OpenError> {
    let mut unusable: Vec<String> = Vec::new();
    loop {
        let systems = || subject.systems.iter().filter(|system| !unusable.contains(&system.key));
        let proxies = context.config.vantages.iter();
        let options = HttpOptions {
            dialling: None,
            mode: Mode::Live,
            backends: systems().map(|one| (one.key.clone(), one.url.clone())).collect(),
            addresses: std::collections::BTreeMap::new(),
            vantages: proxies.map(|(id, url)| (id.clone(), Vantage::Proxy(url.clone()))).collect(),
            hosts: std::collections::BTreeMap::new(),
            secrets: Secrets::new(context.config.secrets.clone()),
            authorities: systems()
                .filter_map(|one| Some((one.key.clone(), one.authority.clone()?)))
                .collect(),
        };
        match Http::new(options) {
            Ok(http) => return Ok((http, unusable)),
            Err(crate::backend::OpenError::Authority { backend, path, what }) => {
                findings.push(backends::unusable_authority(&backend, &path, &what));
                unusable.push(backend);
            }
            Err(error) => return Err(error),
        }
    }
}

/// An answer that another thread will give.
struct Pending<T>(Receiver<T>);

impl<T: Send + 'static> Pending<T> {
    /// `start` gets what is to be called with the answer.
    fn start(start: impl FnOnce(Box<dyn FnOnce(T) + Send>)) -> Self {
        let (sender, receiver) = channel();
        // Nobody may wait any more.
        start(Box::new(move |answer| drop(sender.send(answer))));
        Self(receiver)
    }

    /// The answer, or `None` when there is none by then.
    fn wait(&self, until: Instant) -> Option<T> {
        self.0.recv_timeout(until.saturating_duration_since(Instant::now())).ok()
    }
}

/// A duration for people and for JSON: milliseconds, from microseconds.
fn millis(us: u64) -> f64 {
    f64::from(u32::try_from(us).unwrap_or(u32::MAX)) / 1_000.0
}
