//! The configuration, and whether every secret that is needed can be had. No value is looked at
//! here, and none is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::finding::{Finding, Group, Verdict};
use super::subject::Subject;
use super::{GRACE, Pending};
use crate::backend::{Http, SecretError, SecretSource};
use crate::config::{Config, ConfigError, Environment};

const GROUP: Group = Group::Configuration;

/// It could be read.
pub(super) fn loaded(environment: &Environment, path: Option<&Path>) -> Finding {
    match Config::place(environment, path) {
        Some(place) if place.exists() => Finding::good(GROUP, "file", place.display().to_string()),
        Some(place) => Finding::good(
            GROUP,
            "file",
            format!("there is none at {}; everything is as by default", place.display()),
        ),
        None => Finding::good(GROUP, "file", "there is none; everything is as by default"),
    }
}

/// It could not; the rest is looked at without it.
pub(super) fn broken(error: &ConfigError) -> Finding {
    let (what, mend) = match error {
        ConfigError::Problems(_) => {
            (error.to_string(), "mend what is told; stanch does not start with this file")
        }
        ConfigError::Unreadable { .. } => {
            (error.to_string(), "name an existing file with --config or STANCH_CONFIG")
        }
        ConfigError::UnreadableTheme { .. } | ConfigError::NoTheme { .. } => {
            (error.to_string(), "name another theme in [screen]")
        }
        ConfigError::NoData => (error.to_string(), "set STANCH_DATA, or HOME"),
    };
    Finding::mend(GROUP, "file", Verdict::Bad, what, mend)
}

/// How reading each secret went; absent: it did not end in time.
pub(super) type Read = BTreeMap<String, Option<Result<(), SecretError>>>;

/// Reads all secrets at once, each from its own source.
pub(super) fn read_secrets(http: &Http, subject: &Subject, limit: Duration) -> Read {
    let started: Vec<(&String, Pending<_>)> = subject
        .secrets
        .iter()
        .map(|name| (name, Pending::start(|done| http.read_secret(name, done))))
        .collect();
    let until = Instant::now() + limit + GRACE;
    started.into_iter().map(|(name, pending)| (name.clone(), pending.wait(until))).collect()
}

/// One for each secret that is needed.
pub(super) fn secrets(config: &Config, subject: &Subject, read: &Read) -> Vec<Finding> {
    let mut findings: Vec<Finding> = read
        .iter()
        .map(|(name, result)| secret(name, config.secrets.get(name), result.as_ref()))
        .collect();
    if findings.is_empty() && !subject.systems.is_empty() {
        findings.push(Finding::good(GROUP, "secrets", "none is needed"));
    }
    findings
}

fn secret(
    name: &str,
    source: Option<&SecretSource>,
    result: Option<&Result<(), SecretError>>,
) -> Finding {
    let label = format!("secret {name}");
    // The source alone: whoever prints it gets no value.
    let from = source.map(|source| format!("{source:?}")).unwrap_or_default();
    let mend = match (result, source) {
        (Some(Ok(())), _) => {
            return Finding::good(GROUP, label, format!("can be read, from {from}"));
        }
        (Some(Err(SecretError::Unknown { .. })), _) | (_, None) => {
            format!("add `[secrets.{name}]` with `env`, `file` or `command` to the configuration")
        }
        (_, Some(SecretSource::Given { variable, .. })) => {
            format!("set {variable} where stanch is started")
        }
        (_, Some(SecretSource::File(path))) => {
            format!("write the secret into {0}, on one line, and `chmod 600 {0}`", path.display())
        }
        (_, Some(SecretSource::Command { .. })) => format!(
            "run the command of `[secrets.{name}]` by hand: it must print the secret on one line, \
             with the few variables that docs/secrets.md names"
        ),
    };
    let what = match result {
        Some(Err(SecretError::Unknown { .. })) => {
            "a playbook names it, and it has no source".to_owned()
        }
        Some(Err(error)) => error.to_string(),
        _ => format!("the {from} did not yield it in time"),
    };
    Finding::mend(GROUP, label, Verdict::Bad, what, mend)
}
