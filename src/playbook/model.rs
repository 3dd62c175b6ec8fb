//! A playbook as plain data: what should be done, to whom, and how it is proven.
//!
//! Built only by [`super::read()`], which has checked every reference, so the rest of the house may
//! rely on what the field comments promise. Serialisation is not derived on purpose: the file as
//! opened is kept byte for byte beside the record, and is named there by its hash.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Cadence, Duty};
use super::expression::Expression;
use super::library::Reference;
use super::source::Source;
use super::template::Template;

/// One checked playbook.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Playbook {
    /// `[a-z0-9][a-z0-9-]{0,63}`; names the incident's kind in lists and exports.
    pub id: String,
    pub title: String,
    /// Markdown; empty when the file has none.
    pub text: String,
    pub inputs: Vec<Input>,
    pub backends: Vec<Backend>,
    /// In file order, which is the order of the timeline and the tie-break for what comes next.
    pub steps: Vec<Step>,
    pub duties: Vec<Duty>,
    pub cadences: Vec<Cadence>,
    /// The files that it was read from: its own first, then those of sub-playbooks.
    pub sources: Vec<Arc<Source>>,
    /// Which secret goes to which back end, as it was read first: no amendment adds to that.
    pub(super) secrets: Arc<BTreeSet<(String, String)>>,
    /// In the place of the file's, by back end.
    pub(super) urls: BTreeMap<String, String>,
}

impl Playbook {
    /// Nothing but its name, where the rest is lost.
    pub fn without_steps(id: String, title: String) -> Self {
        Self { id, title, ..Self::default() }
    }

    /// The duty with this id.
    pub fn duty(&self, id: &str) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.id == id)
    }

    /// The cadence with this id.
    pub fn cadence(&self, id: &str) -> Option<&Cadence> {
        self.cadences.iter().find(|cadence| cadence.id == id)
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The same with these URLs in the place of the file's, by back end: a profile, or what an
    /// incident was opened with.
    #[must_use]
    pub fn with_urls(mut self, urls: &BTreeMap<String, String>) -> Self {
        self.urls.clone_from(urls);
        for backend in &mut self.backends {
            if let Some(url) = urls.get(&backend.id) {
                backend.url.clone_from(url);
            }
        }
        self
    }

    /// The kinds of scope that its steps speak of, each once: those with a step for each member
    /// first.
    pub fn scopes(&self) -> Vec<&str> {
        let each = self.steps.iter().filter_map(|step| step.each.as_deref());
        let found = self.steps.iter().filter_map(|step| step.discover.as_ref());
        let mut scopes: Vec<&str> = Vec::new();
        for scope in each.chain(found.map(|discover| discover.scope.as_str())) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        scopes
    }

    /// Some step goes to the hosts of this scope's members.
    pub fn reaches(&self, scope: &str) -> bool {
        let of_scope = |step: &&Step| step.each.as_deref() == Some(scope);
        self.steps.iter().filter(of_scope).any(Step::goes_to_members)
    }

    /// The back end with this id.
    pub fn backend(&self, id: &str) -> Option<&Backend> {
        self.backends.iter().find(|backend| backend.id == id)
    }

    /// What expressions see as `backends`: url and host of each.
    pub fn backend_values(&self) -> serde_json::Value {
        let value = |backend: &Backend| {
            let url_and_host = serde_json::json!({ "url": backend.url, "host": backend.host() });
            (backend.id.clone(), url_and_host)
        };
        self.backends.iter().map(value).collect::<serde_json::Map<_, _>>().into()
    }
}

/// A value that the person on call may set; expressions see it as `inputs.<id>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// An identifier: `[a-z_][a-z0-9_]*`.
    pub id: String,
    pub title: String,
    pub default: Option<String>,
}

/// A system that calls go to; expressions see `backends.<id>.url` and `backends.<id>.host`.
#[derive(Debug, Clone, PartialEq)]
pub struct Backend {
    /// An identifier: `[a-z_][a-z0-9_]*`.
    pub id: String,
    pub title: String,
    /// Origin and optional path prefix, without a trailing slash:
    /// `https://search.example.com:9200`.
    pub url: String,
    pub auth: Auth,
    /// A request line that `doctor` may send to see whether the back end answers.
    pub health: Option<String>,
    /// Bound on a whole call, connect to last byte.
    pub timeout: Duration,
}

impl Backend {
    /// The host of its address, without the port.
    pub fn host(&self) -> &str {
        super::words::host(&self.url)
    }
}

/// How a call proves who asks. Only here are secrets named; where one comes from is the user's
/// configuration.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "scheme", rename_all = "kebab-case")]
pub enum Auth {
    None,
    Basic {
        user: String,
        secret: String,
    },
    Bearer {
        secret: String,
    },
    /// Any header of the back end's own (`scheme = "header"`): the whole value is the secret.
    Header {
        name: String,
        secret: String,
    },
    /// Elasticsearch's `Authorization: ApiKey <secret>`.
    ApiKey {
        secret: String,
    },
}

impl Auth {
    /// The name of the secret that this needs, if any.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Basic { secret, .. }
            | Self::Bearer { secret }
            | Self::Header { secret, .. }
            | Self::ApiKey { secret } => Some(secret),
        }
    }

    /// For people: the scheme, and the secret by its name.
    pub fn words(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Basic { user, secret } => format!("basic as {user}, secret {secret}"),
            Self::Bearer { secret } => format!("bearer, secret {secret}"),
            Self::Header { name, secret } => format!("header {name}, secret {secret}"),
            Self::ApiKey { secret } => format!("api-key, secret {secret}"),
        }
    }
}

/// A label for the timeline, never an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Detect,
    Contain,
    Eradicate,
    Recover,
    Notify,
    Learn,
}

impl Phase {
    /// All phases, in the order of the screens.
    pub const ALL: [Self; 6] =
        [Self::Detect, Self::Contain, Self::Eradicate, Self::Recover, Self::Notify, Self::Learn];

    /// The word in the file format and on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Contain => "contain",
            Self::Eradicate => "eradicate",
            Self::Recover => "recover",
            Self::Notify => "notify",
            Self::Learn => "learn",
        }
    }
}

/// How much a person must do before a call leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Starts on Enter. Only calls that read may say so.
    None,
    /// A second, different key after the exact request was shown.
    Confirm,
    /// The target must be typed: it cannot be undone, or customers feel it.
    Type,
}

impl Danger {
    /// The word in the file format and on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Confirm => "confirm",
            Self::Type => "type",
        }
    }
}

/// One step of the playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// `[a-z0-9][a-z0-9-]{0,63}`.
    pub id: String,
    pub phase: Phase,
    pub title: String,
    /// Markdown; empty when the file has none.
    pub text: String,
    /// Done once for each member of this scope; `None`: once for the incident.
    pub each: Option<String>,
    /// Asked again until the step starts; a boolean expression.
    pub when: Option<Expression>,
    /// Advice: these come first unless a person says otherwise, with a reason.
    pub after: Vec<String>,
    /// Hard: this needs what those saved.
    pub requires: Vec<String>,
    pub danger: Danger,
    /// What a person must recognise (or type) before the call leaves.
    pub target: Option<Template>,
    pub task: Task,
    /// Proofs, asked before the call (the state before) and after it.
    pub verify: Vec<Check>,
    /// Takes the effect back; it has its own `ok` and `repeat`. Its backend defaults to that of the
    /// call.
    pub undo: Option<Call>,
    /// Adds what the call's answer found to the scope.
    pub discover: Option<Discover>,
    /// The step that stands for the sub-playbook whose this is; `None` for the playbook's own.
    pub under: Option<String>,
    /// How it came into the plan.
    pub origin: Origin,
    /// Its bytes in its file, where they stand together.
    pub(super) span: Option<Range<usize>>,
}

impl Step {
    /// It stands for a sub-playbook: what it does is what the steps under it do.
    pub fn is_heading(&self) -> bool {
        matches!(self.task, Task::Playbook(_))
    }

    /// The id that its own file gives it.
    pub fn local_id(&self) -> &str {
        self.id.rsplit_once('.').map_or(self.id.as_str(), |(_, local)| local)
    }

    /// A call that changes something, off the playbook, with nothing to prove it.
    pub fn stays_unproven(&self) -> bool {
        let changes = matches!(&self.task, Task::Call(call) if call.repeat != Repeat::Reads);
        self.origin == Origin::Added && changes && self.verify.is_empty()
    }
}

/// How a step came into the plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// As the playbook was opened.
    #[default]
    Opened,
    /// It was changed during the incident.
    Amended,
    /// It stands in no playbook.
    Added,
}

/// What a step does: exactly one of these.
#[expect(clippy::large_enum_variant, reason = "most steps are calls, and there are dozens at most")]
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    Call(Call),
    Ask(Ask),
    Decide(Decide),
    /// The steps of another playbook, which follow this one.
    Playbook(Sub),
}

/// A sub-playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Sub {
    pub reference: Reference,
    /// Of the other playbook; empty until that was read.
    pub title: String,
    /// Markdown, likewise.
    pub text: String,
    /// Templates over the inputs of the playbook that names it.
    pub inputs: Vec<(String, Template)>,
}

impl Step {
    /// Its call, its undo and its proofs: where each goes.
    pub fn destinations(&self) -> impl Iterator<Item = &Destination> {
        let call = match &self.task {
            Task::Call(call) => Some(&call.backend),
            Task::Ask(_) | Task::Decide(_) | Task::Playbook(_) => None,
        };
        let undo = self.undo.as_ref().map(|undo| &undo.backend);
        call.into_iter().chain(undo).chain(self.verify.iter().map(|check| &check.backend))
    }

    /// Something of it goes to the host of the member itself.
    pub fn goes_to_members(&self) -> bool {
        self.destinations().any(|one| matches!(one, Destination::Member(_)))
    }
}

/// Where a call goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// This back end of the playbook.
    Backend(String),
    /// The member of this scope that the step acts on: its host, once a person admitted that.
    Member(String),
}

impl Destination {
    /// The back end of the playbook, where it is one.
    pub fn backend(&self) -> Option<&str> {
        match self {
            Self::Backend(id) => Some(id),
            Self::Member(_) => None,
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Backend(id) => f.write_str(id),
            Self::Member(scope) => write!(f, "each {scope}"),
        }
    }
}

/// A request to a back end.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub backend: Destination,
    /// `None`: that of the back end.
    pub auth: Option<Auth>,
    /// Upper-case token: `GET`, `PUT`, …
    pub method: String,
    /// Path and query after the back end's URL; starts with `/`.
    pub path: Template,
    /// Names as written; never `Host`, `Authorization`, `Content-Length` or a hop-by-hop name.
    pub headers: Vec<(String, Template)>,
    pub body: Body,
    /// A condition on the answer; `None`: any 2xx.
    pub ok: Option<Expression>,
    /// A condition on the answer that says: nothing happened, asking again is harmless.
    pub not_done: Option<Expression>,
    pub repeat: Repeat,
    /// Values of the answer kept for later steps: expressions see them as `saved.<name>`.
    pub save: Vec<(String, Expression)>,
    /// Keep the redacted body as a blob of the incident; by default only hash, length and saved
    /// values stay.
    pub keep_body: bool,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Empty,
    /// `application/json`.
    Json(JsonTemplate),
    /// `application/x-www-form-urlencoded`, in file order.
    Form(Vec<(String, Template)>),
    /// `text/plain; charset=utf-8` unless a header says otherwise.
    Text(Template),
}

/// A JSON value with templates in its strings. A string that is exactly one expression keeps its
/// type.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonTemplate {
    Bool(bool),
    Number(serde_json::Number),
    Text(Template),
    Array(Vec<JsonTemplate>),
    /// In file order.
    Object(Vec<(String, JsonTemplate)>),
}

/// What it means to send the same call again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "class", rename_all = "kebab-case")]
pub enum Repeat {
    /// Changes nothing.
    Reads,
    /// Twice is the same as once.
    Idempotent,
    /// The server honours `Idempotency-Key` for this many seconds after the first attempt.
    Keyed { life_s: u64 },
    /// Never sent again by itself.
    Once,
}

impl Repeat {
    /// The word in the file format and on every face.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Idempotent => "idempotent",
            Self::Keyed { .. } => "keyed",
            Self::Once => "once",
        }
    }
}

/// A question to the outside world whose answer proves an effect, or refutes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub title: String,
    pub backend: Destination,
    /// `None`: that of the back end.
    pub auth: Option<Auth>,
    /// A vantage point of the user's configuration; `None`: from this machine.
    pub via: Option<String>,
    /// `GET` or `HEAD` (or a `POST` that only reads, such as token introspection).
    pub method: String,
    pub path: Template,
    pub headers: Vec<(String, Template)>,
    pub body: Body,
    /// `refused` and `timed_out` are answers too.
    pub ok: Expression,
    /// Pause between two askings.
    pub every: Duration,
    /// So many passes in a row make the proof.
    pub times: u32,
    /// When this has passed without proof, the check has failed.
    pub within: Duration,
    pub guard: Option<Guard>,
}

/// Asks a proven check again while the incident is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    pub every: Duration,
    /// So many failures in a row raise the alarm.
    pub alarm_after: u32,
}

/// A manual step: instructions in the step's text, an answer to record.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    pub question: String,
    /// Keeps the answer as `saved.<name>`.
    pub save: Option<String>,
}

/// A decision: one of the options, with a reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Decide {
    pub question: String,
    /// At least two.
    pub options: Vec<String>,
    /// Keeps the chosen option as `saved.<name>`.
    pub save: Option<String>,
}

/// Adds what a call found to the scope of the incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Discover {
    /// What kind of thing: `index`, `database`, `host`.
    pub scope: String,
    /// Yields a list of strings: the names of what was found.
    pub items: Expression,
}
