//! What is looked at: the back ends, secrets and vantage points that the named playbooks use, or
//! without one the back ends that the configuration names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::finding::{Finding, Group, Verdict};
use crate::cli::document;
use crate::config::Config;
use crate::incident::Request;
use crate::playbook::{Auth, Backend, Playbook, Task};

/// Of what is not in a playbook.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One back end.
#[derive(Debug, Clone)]
pub(super) struct System {
    /// The id; where two playbooks mean different systems by one id, the later with its playbook.
    pub(super) key: String,
    /// As the configuration calls it.
    pub(super) id: String,
    /// As configured, else the playbook's.
    pub(super) url: String,
    /// `None` for one that only the configuration names: how to prove who asks stands in playbooks.
    pub(super) auth: Option<Auth>,
    /// Method and path.
    pub(super) health: Option<(String, String)>,
    pub(super) timeout: Duration,
    /// A PEM file with authorities of its own.
    pub(super) authority: Option<PathBuf>,
}

impl System {
    /// A request to it: its `health`, or nothing but the way there.
    pub(super) fn request(&self, limit: Duration, via: Option<&str>) -> Request {
        let (method, path) = match (&self.health, via) {
            (Some((method, path)), None) => (method.clone(), path.clone()),
            _ => ("HEAD".to_owned(), "/".to_owned()),
        };
        Request {
            backend: self.key.clone(),
            method,
            url: format!("{}{path}", self.url),
            headers: Vec::new(),
            body: None,
            auth: self.auth.clone().unwrap_or(Auth::None),
            via: via.map(str::to_owned),
            timeout_ms: u64::try_from(self.timeout.min(limit).as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        (&self.id, &self.url, &self.auth, &self.health)
            == (&other.id, &other.url, &other.auth, &other.health)
    }
}

/// All that is looked at.
#[derive(Debug, Default)]
pub(super) struct Subject {
    pub(super) systems: Vec<System>,
    /// Every secret that a playbook names.
    pub(super) secrets: BTreeSet<String>,
    /// For each vantage point that a playbook names: the keys of the systems that are asked from
    /// there.
    pub(super) through: BTreeMap<String, BTreeSet<String>>,
}

impl Subject {
    /// Reads the playbooks; one that cannot be read becomes a finding.
    pub(super) fn new(config: &Config, names: &[String], findings: &mut Vec<Finding>) -> Self {
        let mut subject = Self::default();
        for name in names {
            match playbook(name) {
                Ok(playbook) => {
                    findings.push(Finding::good(
                        Group::Configuration,
                        format!("playbook {name}"),
                        playbook.title.as_str(),
                    ));
                    subject.add(config, playbook);
                }
                Err(finding) => findings.push(*finding),
            }
        }
        if names.is_empty() {
            for (id, backend) in &config.backends {
                subject.systems.extend(backend.url.clone().map(|url| System {
                    key: id.clone(),
                    id: id.clone(),
                    url,
                    auth: None,
                    health: None,
                    timeout: TIMEOUT,
                    authority: backend.ca.clone(),
                }));
            }
        }
        subject
    }

    fn add(&mut self, config: &Config, playbook: Playbook) {
        let urls = playbook.backends.iter().map(|one| (one.id.as_str(), one.url.as_str()));
        let urls = config.urls(urls);
        let playbook = playbook.with_urls(&urls);
        let mut keys = BTreeMap::new();
        for backend in &playbook.backends {
            keys.insert(backend.id.as_str(), self.system(config, &playbook.id, backend));
            self.secrets.extend(backend.auth.secret().map(str::to_owned));
        }
        for step in &playbook.steps {
            let act = if let Task::Call(call) = &step.task { Some(call) } else { None };
            let calls = act.into_iter().chain(&step.undo).map(|call| &call.auth);
            let auths = calls.chain(step.verify.iter().map(|check| &check.auth));
            self.secrets.extend(auths.flatten().filter_map(Auth::secret).map(str::to_owned));
            for check in &step.verify {
                let key = check.backend.backend().and_then(|id| keys.get(id));
                if let (Some(via), Some(key)) = (&check.via, key) {
                    self.through.entry(via.clone()).or_default().insert(key.clone());
                }
            }
        }
    }

    /// The key of the system, which is added where it is not there yet.
    fn system(&mut self, config: &Config, playbook: &str, backend: &Backend) -> String {
        let health = backend.health.as_ref().and_then(|line| line.split_once(' '));
        let configured = config.backends.get(&backend.id);
        let mut system = System {
            key: backend.id.clone(),
            id: backend.id.clone(),
            url: backend.url.clone(),
            auth: Some(backend.auth.clone()),
            health: health.map(|(method, path)| (method.to_owned(), path.trim().to_owned())),
            timeout: backend.timeout,
            authority: configured.and_then(|one| one.ca.clone()),
        };
        if let Some(same) = self.systems.iter().find(|other| other.is_like(&system)) {
            return same.key.clone();
        }
        if self.systems.iter().any(|other| other.key == system.key) {
            system.key = format!("{} of {playbook}", backend.id);
        }
        self.systems.push(system.clone());
        system.key
    }
}

/// The playbook of this name, or what is wrong with it.
fn playbook(name: &str) -> Result<Playbook, Box<Finding>> {
    let bad = |what: String, mend: String| {
        let name = format!("playbook {name}");
        Box::new(Finding::mend(Group::Configuration, name, Verdict::Bad, what, mend))
    };
    let text = document::playbook_text(name).map_err(|error| {
        bad(format!("{error:#}"), "name a shipped playbook or an existing file".to_owned())
    })?;
    let checked = document::check_playbook(&text.file, &text.text);
    match (checked.playbook, checked.problems.first()) {
        (Some(playbook), None) => Ok(playbook),
        (_, first) => {
            let count = checked.problems.len();
            let first = first.map(ToString::to_string).unwrap_or_default();
            let first = first.lines().next().unwrap_or_default().to_owned();
            let what = format!("it has {count} problem(s), the first: {first}");
            Err(bad(what, format!("`stanch check {name}` tells all of them")))
        }
    }
}
