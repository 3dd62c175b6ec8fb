//! Secrets: where they come from, and the only place that holds their values.

mod command;
mod file;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::redact::Redactor;

/// A shorter value cannot be masked without masking half the language with it.
pub(super) const SHORTEST: usize = 8;
/// Longer than any header that a server would take.
pub(super) const LONGEST: usize = 16 * 1024;

/// Where a secret comes from. The value itself appears only in `Given`, as a type that cannot be
/// printed.
#[derive(Clone)]
pub enum SecretSource {
    /// Read already, from the environment variable `variable`; absent when it is not set.
    Given { variable: String, value: Option<SecretString> },
    /// A regular file that only its owner can read, and that is ours.
    File(PathBuf),
    /// The first line that a program prints. No shell; the environment is `environment` alone.
    Command { argv: Vec<String>, environment: Vec<(String, String)> },
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given { variable, .. } => write!(f, "environment variable {variable}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Command { argv, .. } => {
                write!(f, "command {}", argv.first().map_or("", String::as_str))
            }
        }
    }
}

/// Why a secret cannot be had. Never holds its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error(
        "the secret `{name}` has no source: add `[secrets.{name}]` with `env`, `file` or \
         `command` to the configuration"
    )]
    Unknown { name: String },
    #[error("the secret `{name}`: the environment variable {variable} is not set")]
    NotSet { name: String, variable: String },
    #[error("the secret `{name}`: {what}")]
    Source { name: String, what: String },
    #[error(
        "the secret `{name}` is shorter than {SHORTEST} bytes: it could not be masked safely, use \
         a longer one"
    )]
    TooShort { name: String },
    #[error("the secret `{name}` is longer than {LONGEST} bytes: is it the right file?")]
    TooLong { name: String },
    #[error("the secret `{name}` holds a line break or another control character")]
    Unprintable { name: String },
}

/// All secrets that the configuration names. A value is read when it is first needed, and kept.
pub struct Secrets {
    sources: BTreeMap<String, SecretSource>,
    values: Mutex<BTreeMap<String, Arc<SecretString>>>,
    redactor: Redactor,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.sources).finish()
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new(BTreeMap::new())
    }
}

impl Secrets {
    /// Secrets by name. Values that are there already are masked from now on, used or not.
    pub fn new(sources: BTreeMap<String, SecretSource>) -> Self {
        let redactor = Redactor::default();
        for (name, source) in &sources {
            if let SecretSource::Given { value: Some(value), .. } = source
                && value.expose_secret().len() >= SHORTEST
            {
                redactor.learn(name, value);
            }
        }
        Self { sources, values: Mutex::default(), redactor }
    }

    /// Masks every value read so far, and those read later.
    pub fn redactor(&self) -> Redactor {
        self.redactor.clone()
    }

    /// The value, read at most once.
    pub(super) async fn get(&self, name: &str) -> Result<Arc<SecretString>, SecretError> {
        let known = self.kept().get(name).cloned();
        match known {
            Some(value) => Ok(value),
            None => self.read(name).await,
        }
    }

    /// Reads the source again; `None` when it still yields the value that is known.
    pub(super) async fn renew(&self, name: &str) -> Result<Option<Arc<SecretString>>, SecretError> {
        let old = self.kept().get(name).cloned();
        let new = self.read(name).await?;
        let same = old.is_some_and(|old| old.expose_secret() == new.expose_secret());
        Ok((!same).then_some(new))
    }

    async fn read(&self, name: &str) -> Result<Arc<SecretString>, SecretError> {
        let fault = |what| SecretError::Source { name: name.to_owned(), what };
        let value = match self.sources.get(name) {
            None => return Err(SecretError::Unknown { name: name.to_owned() }),
            Some(SecretSource::Given { variable, value }) => value.clone().ok_or_else(|| {
                SecretError::NotSet { name: name.to_owned(), variable: variable.clone() }
            })?,
            Some(SecretSource::File(path)) => file::read(path).map_err(fault)?,
            Some(SecretSource::Command { argv, environment }) => {
                command::read(argv, environment).await.map_err(fault)?
            }
        };
        examine(name, value.expose_secret())?;
        // Masked before anybody can send it, so before anybody can echo it.
        self.redactor.learn(name, &value);
        let value = Arc::new(value);
        self.kept().insert(name.to_owned(), value.clone());
        Ok(value)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<SecretString>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn examine(name: &str, value: &str) -> Result<(), SecretError> {
    let name = || name.to_owned();
    if value.len() < SHORTEST {
        Err(SecretError::TooShort { name: name() })
    } else if value.len() > LONGEST {
        Err(SecretError::TooLong { name: name() })
    } else if value.chars().any(char::is_control) {
        Err(SecretError::Unprintable { name: name() })
    } else {
        Ok(())
    }
}

/// Text without the line break that editors and programs put at the end.
fn without_line_end(mut bytes: Vec<u8>) -> Result<SecretString, String> {
    use zeroize::Zeroize as _;
    while matches!(bytes.last(), Some(b'\n' | b'\r')) {
        bytes.pop();
    }
    let secret = std::str::from_utf8(&bytes).map(SecretString::from);
    bytes.zeroize();
    secret.map_err(|_| "it is not UTF-8 text".to_owned())
}
