//! [`Http`]: the network over HTTP, in a thread of its own.

mod courier;
mod promise;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use reqwest::Certificate;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::client::Clients;
use super::dialling::Dialling;
use super::egress::{Egress, Vantage};
use super::reach::Reached;
use super::redact::Redactor;
use super::secret::{SecretError, Secrets};
use super::{Asked, Called, Network};
use crate::incident::{Judge, Mode, Question, Request};
use courier::Courier;
use promise::Promise;

/// What the network must know of the incident and of this machine.
#[derive(Debug)]
pub struct HttpOptions {
    pub mode: Mode,
    /// The logical URL of each back end: nothing goes elsewhere.
    pub backends: BTreeMap<String, String>,
    /// In a drill, where the range answers for each back end (plain HTTP on loopback; the `Host`
    /// stays the logical one). Ignored when live.
    pub addresses: BTreeMap<String, SocketAddr>,
    pub vantages: BTreeMap<String, Vantage>,
    /// In a drill, which back end of the range stands behind a host that may be admitted, by its
    /// URL; any other host is not there. Ignored when live.
    pub hosts: BTreeMap<String, String>,
    /// In a drill, what stands in the way of a connection. Ignored when live.
    pub dialling: Option<Arc<dyn Dialling>>,
    /// Ignored in a drill, where `drill:<name>` stands for a secret.
    pub secrets: Secrets,
    /// For a back end whose certificate no public authority signed: a PEM file with those to trust
    /// beside them.
    pub authorities: BTreeMap<String, PathBuf>,
}

impl HttpOptions {
    /// For a drill: the logical URLs, and where the range answers for each back end, from this
    /// machine and from each vantage point. There is no secret to read, and no host to admit.
    pub fn drill(
        backends: BTreeMap<String, String>,
        addresses: BTreeMap<String, SocketAddr>,
        vantages: BTreeMap<String, BTreeMap<String, SocketAddr>>,
    ) -> Self {
        let places = vantages.into_iter();
        Self {
            mode: Mode::Drill,
            backends,
            addresses,
            vantages: places.map(|(id, range)| (id, Vantage::Range(range))).collect(),
            hosts: BTreeMap::new(),
            dialling: None,
            secrets: Secrets::default(),
            authorities: BTreeMap::new(),
        }
    }
}

/// Why the network cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the certificates in {}, for the back end `{backend}`, cannot be used: {what}", path.display())]
    Authority { backend: String, path: PathBuf, what: String },
    #[error("the network's thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// The network over HTTP. Dropping it ends its thread; what is still running then ends as in
/// doubt, or as failed where the call changes nothing.
pub struct Http {
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
    redactor: Redactor,
}

enum Job {
    Admit(String, String, bool),
    Call(Request, Judge, Called),
    Ask(Request, Question, Asked),
    Reach(Request, Heard<Reached>),
    Knock(String, Duration, Heard<Reached>),
    Control(String, Duration, Heard<Option<Reached>>),
    Secret(String, Heard<Result<(), SecretError>>),
}

/// What is called with how it went; dropped unheard when the network ends before.
type Heard<T> = Box<dyn FnOnce(T) + Send>;

impl Http {
    /// Starts the thread. Reads the PEM files, but no secret yet.
    pub fn new(options: HttpOptions) -> Result<Self, OpenError> {
        // The one provider in the tree. An error says that it is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut authorities = BTreeMap::new();
        if options.mode == Mode::Live {
            for (backend, path) in options.authorities {
                let certificates = certificates(&path).map_err(|what| OpenError::Authority {
                    backend: backend.clone(),
                    path,
                    what,
                })?;
                authorities.insert(backend, certificates);
            }
        }
        let redactor = options.secrets.redactor();
        let egress = Egress {
            mode: options.mode,
            backends: options.backends,
            range: options.addresses,
            vantages: options.vantages,
            hosts: options.hosts,
            dialling: options.dialling,
            admitted: Mutex::default(),
        };
        let clients = Clients::new(options.mode, authorities);
        let courier = Arc::new(Courier::new(egress, clients, options.secrets));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (jobs, inbox) = unbounded_channel();
        let thread =
            std::thread::Builder::new().name("stanch-http".to_owned()).spawn(move || {
                runtime.block_on(serve(inbox, courier));
                // A name that is being looked up cannot be interrupted: it is left behind.
                runtime.shutdown_background();
            })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), redactor })
    }

    /// Masks the secrets read so far, and those read later.
    pub fn redactor(&self) -> Redactor {
        self.redactor.clone()
    }

    /// Connects the way that `request` would go, through its vantage point if it has one, TLS
    /// included; then the connection is ended, and nothing of the request is sent.
    pub fn reach(&self, request: &Request, done: impl FnOnce(Reached) + Send + 'static) {
        self.take(Job::Reach(request.clone(), Box::new(done)));
    }

    /// Connects to the proxy of a vantage point within `limit`, and sends nothing.
    pub fn knock(
        &self,
        vantage: &str,
        limit: Duration,
        done: impl FnOnce(Reached) + Send + 'static,
    ) {
        self.take(Job::Knock(vantage.to_owned(), limit, Box::new(done)));
    }

    /// Asks the proxy of a vantage point for a tunnel to its control, and sends nothing through it.
    /// `None`: it has no control.
    pub fn control(
        &self,
        vantage: &str,
        limit: Duration,
        done: impl FnOnce(Option<Reached>) + Send + 'static,
    ) {
        self.take(Job::Control(vantage.to_owned(), limit, Box::new(done)));
    }

    /// Reads a secret from its source, as the first call that needs it would; the value stays here,
    /// masked from then on.
    pub fn read_secret(
        &self,
        name: &str,
        done: impl FnOnce(Result<(), SecretError>) + Send + 'static,
    ) {
        self.take(Job::Secret(name.to_owned(), Box::new(done)));
    }

    fn take(&self, job: Job) {
        // Were the thread gone, dropping the job would still answer it.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

impl Network for Http {
    fn send(&self, request: &Request, judge: &Judge, done: Called) {
        let done = Promise::call(done, judge.reads);
        self.take(Job::Call(request.clone(), judge.clone(), done));
    }

    fn admit(&self, backend: &str, url: &str, secrets: bool) {
        // In the same line as requests: one that comes after it finds the host admitted.
        self.take(Job::Admit(backend.to_owned(), url.to_owned(), secrets));
    }

    fn ask(&self, request: &Request, question: &Question, done: Asked) {
        self.take(Job::Ask(request.clone(), question.clone(), Promise::question(done)));
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // It ended by panicking at worst, which its hook has told already.
            let _ = thread.join();
        }
    }
}

async fn serve(mut inbox: UnboundedReceiver<Job>, courier: Arc<Courier>) {
    while let Some(job) = inbox.recv().await {
        let courier = courier.clone();
        match job {
            Job::Admit(backend, url, secrets) => courier.admit(&backend, &url, secrets),
            Job::Call(request, judge, done) => {
                tokio::spawn(async move { done(courier.call(&request, &judge).await) });
            }
            Job::Ask(request, question, done) => {
                tokio::spawn(async move { done(courier.ask(&request, &question).await) });
            }
            Job::Reach(request, done) => {
                tokio::spawn(async move { done(courier.reach(&request).await) });
            }
            Job::Control(vantage, limit, done) => {
                tokio::spawn(async move { done(courier.control(&vantage, limit).await) });
            }
            Job::Knock(vantage, limit, done) => {
                tokio::spawn(async move { done(courier.knock(&vantage, limit).await) });
            }
            Job::Secret(name, done) => {
                tokio::spawn(async move { done(courier.secret(&name).await) });
            }
        }
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(list) if list.is_empty() => Err("there is no certificate in it".to_owned()),
        Ok(list) => Ok(list),
        Err(error) => Err(error.to_string()),
    }
}
