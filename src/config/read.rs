//! From the text of a configuration to [`Config`], or everything that is wrong with it.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::table::{Findings, Table};
use super::{BackendConfig, Config, keys, screen};
use crate::backend::{Proxy, SecretSource};
use crate::playbook::{Problem, base_url};

/// What people write where only the source of a secret belongs.
const LITERALS: &[&str] = &["key", "password", "secret", "token", "value"];

/// Reads the text; what it leaves out stays empty.
pub(super) fn read(
    file_name: &str,
    text: &str,
    environment: &Environment,
) -> Result<Config, Vec<Problem>> {
    let findings = Findings::new(file_name, text);
    let mut config = Config::default();
    if let Some(document) = findings.document() {
        let reader = Reader {
            findings: &findings,
            base: Path::new(file_name).parent().unwrap_or(Path::new("")),
            environment,
        };
        reader.document(Table::new(&findings, document.get_ref(), 0), &mut config);
    }
    let problems = findings.finish();
    if problems.is_empty() { Ok(config) } else { Err(problems) }
}

struct Reader<'a> {
    findings: &'a Findings<'a>,
    /// Relative paths start here.
    base: &'a Path,
    environment: &'a Environment,
}

impl<'a> Reader<'a> {
    fn document(&self, file: Table<'a>, config: &mut Config) {
        if let Some((data, at)) = file.text("data") {
            config.data = self.path(&data, at);
        }
        if let Some(me) = file.table("me") {
            config.name = me.text("name").map(|(name, _)| name).unwrap_or_default();
            config.role = me.text("role").map(|(role, _)| role);
            me.finish(|_| None);
        }
        for (name, table) in file.named("secrets") {
            config.secrets.extend(self.secret(&name, table).map(|source| (name, source)));
        }
        for (name, table) in file.named("backends") {
            config.backends.insert(name, self.backend(table));
        }
        for (name, table) in file.named("vantages") {
            config.vantages.extend(self.vantage(&name, table).map(|proxy| (name, proxy)));
        }
        config.keymap = keys::read(self.findings, file.named("keys"));
        if let Some(table) = file.table("screen") {
            config.screen = screen::read(self.findings, table);
        }
        file.finish(|_| None);
    }

    fn secret(&self, name: &str, table: Table<'a>) -> Option<SecretSource> {
        let places = ["env", "file", "command"].map(|key| table.place(key));
        let pass_at = table.place("pass");
        let pass = table.texts("pass").unwrap_or_default();
        let source = match places {
            [Some(_), None, None] => table.text("env").map(|(variable, _)| {
                let value = self.environment.secret(&variable);
                SecretSource::Given { variable, value }
            }),
            [None, Some(_), None] => {
                table.text("file").map(|(path, at)| SecretSource::File(self.path(&path, at)))
            }
            [None, None, Some(at)] => self.command(&table, at, &pass),
            _ => {
                let what = format!("the secret `{name}` needs one source, and only one");
                let mend = "write one of `env = \"VARIABLE\"`, `file = \"PATH\"`, \
                            `command = [\"program\", \"argument\"]`";
                self.findings.mend(table.at, what, mend);
                None
            }
        };
        if let ([_, _, None], Some(at)) = (places, pass_at) {
            self.findings.add(at, "`pass` is for a secret with a `command`");
        }
        table.finish(|word| {
            LITERALS.contains(&word).then_some(
                "a secret itself does not belong in this file: say with `env`, `file` or \
                 `command` where it comes from",
            )
        });
        source
    }

    fn command(&self, table: &Table<'a>, at: usize, pass: &[String]) -> Option<SecretSource> {
        let argv = table.texts("command")?;
        if argv.first().is_none_or(String::is_empty) {
            self.findings.add(at, "`command` names no program");
            return None;
        }
        Some(SecretSource::Command { argv, environment: self.environment.passed(pass) })
    }

    fn backend(&self, table: Table<'a>) -> BackendConfig {
        let url = table.text("url").and_then(|(url, at)| match base_url(&url) {
            Ok(url) => Some(url),
            Err(what) => {
                self.findings.add(at, format!("`url` {what}"));
                None
            }
        });
        let ca = table.text("ca").map(|(path, at)| self.path(&path, at));
        table.finish(|word| (word == "auth").then_some("`auth` stands in the playbook"));
        BackendConfig { url, ca }
    }

    fn vantage(&self, name: &str, table: Table<'a>) -> Option<Proxy> {
        let control = table.text("control");
        let Some((proxy, at)) = table.text("proxy") else {
            if table.place("proxy").is_none() {
                let what = format!("the vantage point `{name}` has no `proxy`");
                let mend = "write like `proxy = \"http://probe.example.net:3128\"`";
                self.findings.mend(table.at, what, mend);
            }
            table.finish(|_| None);
            return None;
        };
        table.finish(|_| None);
        let wrong = match reqwest::Url::parse(&proxy) {
            Err(error) => Some(format!("cannot be read: {error}")),
            Ok(url) if !["http", "https"].contains(&url.scheme()) || !url.has_host() => {
                Some("must begin with http:// or https:// and name a host".to_owned())
            }
            Ok(url) if !url.username().is_empty() || url.password().is_some() => {
                Some("holds a user or password, which this file must not".to_owned())
            }
            Ok(_) => None,
        };
        if let Some(what) = wrong {
            self.findings.add(at, format!("`proxy` {what}"));
            return None;
        }
        let control = match control.map(|(text, at)| (host_and_port(&text), at)) {
            None => None,
            Some((Some(place), _)) => Some(place),
            Some((None, at)) => {
                let mend = "write a host and port that can always be reached from there, like \
                            `control = \"www.example.com:443\"`";
                self.findings.mend(at, "`control` is no host with a port", mend);
                return None;
            }
        };
        Some(Proxy::new(proxy, control))
    }

    /// `~/` is the home directory; what is relative starts at the file's own directory.
    fn path(&self, text: &str, at: usize) -> PathBuf {
        let Some(rest) = text.strip_prefix("~/") else { return self.base.join(text) };
        let home = self.environment.home();
        if home.is_none() {
            self.findings.add(at, "there is no home directory: HOME is not set");
        }
        home.unwrap_or_default().join(rest)
    }
}

/// `www.example.com:443`, as it is asked for; `None` where it is not that.
fn host_and_port(text: &str) -> Option<String> {
    let url = reqwest::Url::parse(&format!("https://{text}")).ok()?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let whole = plain && url.username().is_empty() && text.contains(':') && !text.contains('/');
    let port = url.port_or_known_default()?;
    whole.then(|| url.host_str().map(|host| format!("{host}:{port}")))?
}
