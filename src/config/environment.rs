//! The environment variables, taken once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use directories::ProjectDirs;
use secrecy::SecretString;

/// What a program that yields a secret gets of the environment without asking.
const PASSED: &[&str] = &[
    "DBUS_SESSION_BUS_ADDRESS",
    "HOME",
    "LANG",
    "LC_ALL",
    "LOGNAME",
    "PATH",
    "SSH_AUTH_SOCK",
    "TMPDIR",
    "USER",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
];

/// The environment variables. Values may be secrets, so this cannot be printed.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Environment ({} variables)", self.0.len())
    }
}

impl Environment {
    /// Those of this process; what is not UTF-8 is left out.
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    /// Those given.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self(variables.into_iter().map(own).collect())
    }

    /// The value, where it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// A directory for sockets: `$XDG_RUNTIME_DIR/stanch`, else one of the user's own under the
    /// directory for temporary files. It may not be there yet.
    pub fn runtime_directory(&self) -> PathBuf {
        if let Some(own) = self.absolute("XDG_RUNTIME_DIR") {
            return own.join("stanch");
        }
        let uid = rustix::process::getuid().as_raw();
        let base = self.absolute("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
        base.join(format!("stanch-{uid}"))
    }

    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }

    pub(super) fn home(&self) -> Option<PathBuf> {
        self.path("HOME")
    }

    pub(super) fn user(&self) -> String {
        let name = self.get("USER").or_else(|| self.get("LOGNAME"));
        let uid = || format!("uid {}", rustix::process::getuid().as_raw());
        name.map_or_else(uid, str::to_owned)
    }

    /// `$XDG_CONFIG_HOME/stanch/config.toml`, or the place that the system has for it.
    pub(super) fn config_file(&self) -> Option<PathBuf> {
        let own = self.absolute("XDG_CONFIG_HOME").map(|base| base.join("stanch"));
        let directory = own.or_else(|| Some(project()?.config_dir().to_owned()))?;
        Some(directory.join("config.toml"))
    }

    /// `$XDG_DATA_HOME/stanch`, or the place that the system has for it.
    pub(super) fn data_directory(&self) -> Option<PathBuf> {
        let own = self.absolute("XDG_DATA_HOME").map(|base| base.join("stanch"));
        own.or_else(|| Some(project()?.data_dir().to_owned()))
    }

    /// What a program that yields a secret gets: a short list, and what is asked for by name.
    pub(super) fn passed(&self, asked: &[String]) -> Vec<(String, String)> {
        let passes = |name: &str| PASSED.contains(&name) || asked.iter().any(|one| one == name);
        let variables = self.0.iter().filter(|(name, _)| passes(name));
        variables.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// XDG has a relative path ignored.
    fn absolute(&self, name: &str) -> Option<PathBuf> {
        self.path(name).filter(|path| path.is_absolute())
    }
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "stanch")
}
