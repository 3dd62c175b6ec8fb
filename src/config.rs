//! Where things are on this machine, who I am, which secrets there are and where they come from.
//!
//! The only room that reads environment variables.

mod environment;
mod keys;
mod read;
mod screen;
mod table;
pub mod theme;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::backend::{HttpOptions, Proxy, SecretSource, Secrets, Vantage};
use crate::command::Keymap;
use crate::incident::{By, Mode};
use crate::playbook::{Problem, similar};
use crate::text::Shown;

pub use environment::Environment;
pub use screen::{Drawing, Notify, Screen, ThemeChoice};
use theme::ThemeFile;

/// A larger file is not read, bytes.
const FILE_LIMIT: u64 = 1024 * 1024;

/// Where themes are, below the directory of the configuration.
const THEMES: &str = "themes";

/// The configuration, with what it leaves out filled in.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Who acts: the configured name, else that of the user.
    pub name: String,
    pub role: Option<String>,
    /// Holds a directory for each incident.
    pub data: PathBuf,
    pub secrets: BTreeMap<String, SecretSource>,
    pub backends: BTreeMap<String, BackendConfig>,
    /// The proxy of each vantage point.
    pub vantages: BTreeMap<String, Proxy>,
    pub screen: Screen,
    /// The keys of the table of commands, with the person's own in their place.
    pub keymap: Keymap,
    /// Where its file is or would be; themes of the user's own are looked for below it.
    pub directory: Option<PathBuf>,
}

/// What the configuration says of one back end of a playbook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BackendConfig {
    /// Instead of the playbook's.
    pub url: Option<String>,
    /// A PEM file with authorities to trust beside the public ones.
    pub ca: Option<PathBuf>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration {} cannot be read: {what}", path.display())]
    Unreadable { path: PathBuf, what: String },
    #[error("the theme {} cannot be read: {what}", path.display())]
    UnreadableTheme { path: PathBuf, what: String },
    #[error("there is no theme `{name}`: {mend}")]
    NoTheme { name: String, mend: String },
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    #[error("there is no home directory to keep incidents in: set STANCH_DATA")]
    NoData,
}

impl Config {
    /// Reads `path`, or `STANCH_CONFIG`, or the user's own file, which alone may be missing.
    pub fn load(environment: &Environment, path: Option<&Path>) -> Result<Self, ConfigError> {
        let named = path.is_some() || environment.get("STANCH_CONFIG").is_some();
        let Some(place) = Self::place(environment, path) else {
            let config = Self::read("config.toml", "", environment)?;
            return Ok(Self { directory: None, ..config });
        };
        match text_of(&place) {
            Ok(text) => Self::read(&place.display().to_string(), &text, environment),
            Err(error) if !named && error.kind() == std::io::ErrorKind::NotFound => {
                let config = Self::read("config.toml", "", environment)?;
                Ok(Self { directory: place.parent().map(Path::to_owned), ..config })
            }
            Err(error) => Err(ConfigError::Unreadable { path: place, what: error.to_string() }),
        }
    }

    /// Where the configuration is read from: `path`, or `STANCH_CONFIG`, or the user's own file,
    /// which may be missing. `None` without a home directory.
    pub fn place(environment: &Environment, path: Option<&Path>) -> Option<PathBuf> {
        path.map(Path::to_owned)
            .or_else(|| environment.path("STANCH_CONFIG"))
            .or_else(|| environment.config_file())
    }

    /// Reads the text of a configuration; relative paths in it start at the directory of
    /// `file_name`.
    pub fn read(
        file_name: &str,
        text: &str,
        environment: &Environment,
    ) -> Result<Self, ConfigError> {
        let mut config = read::read(file_name, text, environment).map_err(ConfigError::Problems)?;
        config.directory = Path::new(file_name).parent().map(Path::to_owned);
        if let Some(data) = environment.path("STANCH_DATA") {
            config.data = data;
        } else if config.data.as_os_str().is_empty() {
            config.data = environment.data_directory().ok_or(ConfigError::NoData)?;
        }
        if config.name.is_empty() {
            config.name = environment.user();
        }
        Ok(config)
    }

    /// The theme of this name: the file `themes/NAME.toml` beside the configuration, else the
    /// built-in one.
    pub fn theme(&self, name: &str) -> Result<ThemeFile, ConfigError> {
        if let Some(path) = self.theme_file(name) {
            match text_of(&path) {
                Ok(text) => {
                    let file_name = path.display().to_string();
                    return ThemeFile::read(name, &file_name, &text).map_err(ConfigError::Problems);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(ConfigError::UnreadableTheme { path, what: error.to_string() });
                }
            }
        }
        ThemeFile::shipped(name).ok_or_else(|| self.no_theme(name))
    }

    /// The names of all themes: the built-in ones, then those of the user's own, in order. What is
    /// in the files is not looked at.
    pub fn themes(&self) -> Vec<String> {
        let directory = self.directory.as_ref().map(|directory| directory.join(THEMES));
        let entries = directory.and_then(|directory| std::fs::read_dir(directory).ok());
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            let name =
                entry.ok()?.file_name().into_string().ok()?.strip_suffix(".toml")?.to_owned();
            (table::is_name(&name) && ThemeFile::names().all(|one| one != name)).then_some(name)
        };
        let mut own: Vec<String> = entries.into_iter().flatten().filter_map(name).collect();
        own.sort();
        ThemeFile::names().map(str::to_owned).chain(own).collect()
    }

    /// A name that is none is looked for nowhere: it could lead out of the directory.
    fn theme_file(&self, name: &str) -> Option<PathBuf> {
        let directory = self.directory.as_ref().filter(|_| table::is_name(name))?;
        Some(directory.join(THEMES).join(format!("{name}.toml")))
    }

    fn no_theme(&self, name: &str) -> ConfigError {
        let names = self.themes();
        let mend = match similar(name, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are `{}`", names.join("`, `")),
        };
        ConfigError::NoTheme { name: Shown::new(name).one_line().into_owned(), mend }
    }

    /// Who acts, for the record.
    pub fn by(&self) -> By {
        By { who: Shown::new(&self.name), role: self.role.as_ref().map(Shown::new) }
    }

    /// The logical URLs of a playbook's back ends, with those configured here in their place.
    pub fn urls<'a>(
        &self,
        playbook: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> BTreeMap<String, String> {
        let configured = |id| self.backends.get(id).and_then(|backend| backend.url.clone());
        playbook
            .into_iter()
            .map(|(id, url)| (id.to_owned(), configured(id).unwrap_or_else(|| url.to_owned())))
            .collect()
    }

    /// The network for a live incident whose back ends have these logical URLs.
    pub fn live(&self, backends: BTreeMap<String, String>) -> HttpOptions {
        let authorities = self
            .backends
            .iter()
            .filter(|(id, _)| backends.contains_key(*id))
            .filter_map(|(id, backend)| Some((id.clone(), backend.ca.clone()?)))
            .collect();
        let proxies = self.vantages.iter();
        HttpOptions {
            mode: Mode::Live,
            backends,
            addresses: BTreeMap::new(),
            vantages: proxies.map(|(id, url)| (id.clone(), Vantage::Proxy(url.clone()))).collect(),
            hosts: BTreeMap::new(),
            dialling: None,
            secrets: Secrets::new(self.secrets.clone()),
            authorities,
        }
    }
}

fn text_of(path: &Path) -> std::io::Result<String> {
    use std::io::{Error, ErrorKind};
    let facts = std::fs::metadata(path)?;
    if !facts.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    if facts.len() > FILE_LIMIT {
        let what = format!("it is larger than {FILE_LIMIT} bytes");
        return Err(Error::new(ErrorKind::FileTooLarge, what));
    }
    std::fs::read_to_string(path)
}
