//! Carries one request out and its answer back.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use crate::backend::address::bare_host;
use crate::backend::auth;
use crate::backend::client::{CONNECT_LIMIT, Clients, Way};
use crate::backend::egress::{Egress, Route, Vantage};
use crate::backend::exchange::{Arrival, exchange};
use crate::backend::keep;
use crate::backend::reach::{self, Reached};
use crate::backend::secret::{SecretError, Secrets};
use crate::backend::{tunnel, verdict};
use crate::incident::{CallResult, CheckResult, Finding, Judge, Mode, Question, Request};

/// What every request needs.
pub(super) struct Courier {
    egress: Egress,
    clients: Mutex<Clients>,
    secrets: Secrets,
}

impl Courier {
    pub(super) fn new(egress: Egress, clients: Clients, secrets: Secrets) -> Self {
        Self { egress, clients: Mutex::new(clients), secrets }
    }

    /// Lets requests to this member of the scope go to `url`.
    pub(super) fn admit(&self, backend: &str, url: &str, secrets: bool) {
        self.egress.admit(backend, url, secrets);
    }

    /// Sends and judges.
    pub(super) async fn call(&self, request: &Request, judge: &Judge) -> CallResult {
        let mut arrival = self.send(request, Connection::Kept).await;
        let mut judged = verdict::call(&arrival, judge);
        if is_unauthorised(&arrival) && !judged.succeeded() {
            match self.send_renewed(request, Connection::Kept).await {
                Renewed::Sent(again) => {
                    arrival = again;
                    judged = verdict::call(&arrival, judge);
                    judged.why.push_str(AGAIN);
                }
                Renewed::Same => {}
                Renewed::Unreadable(what) => judged.why.push_str(&what),
            }
        }
        keep::call(&self.secrets.redactor(), &arrival, judged, judge.keep_body)
    }

    /// Asks and judges.
    pub(super) async fn ask(&self, request: &Request, question: &Question) -> CheckResult {
        let mut arrival = self.send(request, Connection::Fresh).await;
        let mut found = verdict::question(&arrival, question);
        if is_unauthorised(&arrival) && found.0 != Finding::Passed {
            match self.send_renewed(request, Connection::Fresh).await {
                Renewed::Sent(again) => {
                    arrival = again;
                    found = verdict::question(&arrival, question);
                    found.1.push_str(AGAIN);
                }
                Renewed::Same => {}
                Renewed::Unreadable(what) => found.1.push_str(&what),
            }
        }
        keep::question(&self.secrets.redactor(), &arrival, found)
    }

    /// Connects as `request` would be sent, and sends nothing.
    pub(super) async fn reach(&self, request: &Request) -> Reached {
        let redactor = self.secrets.redactor();
        let prepared = self.egress.route(request).and_then(|route| {
            let way = Way {
                backend: request.backend.clone(),
                proxy: route.proxy.as_ref().map(|proxy| proxy.url.clone()),
                timeout: Duration::from_millis(request.timeout_ms.max(1)),
                fresh: true,
                connect_only: true,
            };
            let client = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&way)?;
            Ok((route, client))
        });
        let (route, client) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return Reached::not_tried(&redactor, &why),
        };
        let mut reached = reach::backend(&redactor, &client, request, &route).await;
        reached.address = self.dialled(&route);
        reached
    }

    /// Connects to the proxy of a vantage point, and says nothing to it.
    pub(super) async fn knock(&self, vantage: &str, limit: Duration) -> Reached {
        let redactor = self.secrets.redactor();
        match self.egress.vantages.get(vantage) {
            Some(Vantage::Proxy(proxy)) => reach::proxy(&redactor, &proxy.url, limit).await,
            Some(Vantage::Range(_)) | None => {
                let why = format!("the vantage point `{vantage}` has no proxy");
                Reached::not_tried(&redactor, &why)
            }
        }
    }

    /// Reads a secret as a call would, and gives nothing of it away.
    pub(super) async fn secret(&self, name: &str) -> Result<(), SecretError> {
        self.secrets.get(name).await.map(drop)
    }

    async fn send(&self, request: &Request, connection: Connection) -> Arrival {
        let secret = match request.auth.secret() {
            Some(name) if self.egress.mode == Mode::Live => match self.secrets.get(name).await {
                Ok(value) => Some(value),
                Err(error) => return Arrival::held_back(error.to_string()),
            },
            _ => None,
        };
        self.send_as(request, connection, secret.as_deref()).await
    }

    /// Sends once more, if the secret's source yields another value than the one refused.
    async fn send_renewed(&self, request: &Request, connection: Connection) -> Renewed {
        let Some(name) = request.auth.secret().filter(|_| self.egress.mode == Mode::Live) else {
            return Renewed::Same;
        };
        match self.secrets.renew(name).await {
            Ok(Some(value)) => Renewed::Sent(self.send_as(request, connection, Some(&value)).await),
            Ok(None) => Renewed::Same,
            Err(error) => Renewed::Unreadable(format!("; {error}")),
        }
    }

    async fn send_as(
        &self,
        request: &Request,
        connection: Connection,
        secret: Option<&SecretString>,
    ) -> Arrival {
        let prepared = self.egress.route(request).and_then(|route| {
            let way = Way {
                backend: request.backend.clone(),
                proxy: route.proxy.as_ref().map(|proxy| proxy.url.clone()),
                timeout: Duration::from_millis(request.timeout_ms.max(1)),
                fresh: connection == Connection::Fresh,
                connect_only: false,
            };
            let client = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&way)?;
            Ok((route, client, auth_header(request, secret)?))
        });
        let (route, client, auth) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => return Arrival::held_back(why),
        };
        let overlap = self.secrets.redactor().overlap();
        let mut arrival = exchange(&client, request, &route, auth, overlap).await;
        if arrival.address.is_none() {
            arrival.address = self.dialled(&route);
        }
        if connection == Connection::Fresh
            && route.proxy.is_some()
            && let Some(fault) = arrival.fault.take()
        {
            let address = self.address_here(&route).await;
            arrival.fault = Some(tunnel::judge(fault, &route, address).await);
        }
        arrival
    }

    /// The address that the back end's name has from this machine.
    async fn address_here(&self, route: &Route) -> Option<SocketAddr> {
        let place = (bare_host(&route.url)?, route.url.port_or_known_default()?);
        let looked_up = tokio::net::lookup_host(place);
        tokio::time::timeout(CONNECT_LIMIT, looked_up).await.ok()?.ok()?.next()
    }

    /// Whether the control of a vantage point can be reached from it; `None` where it has none.
    pub(super) async fn control(&self, vantage: &str, limit: Duration) -> Option<Reached> {
        let Some(Vantage::Proxy(proxy)) = self.egress.vantages.get(vantage) else { return None };
        let control = proxy.control.as_deref()?;
        let begun = std::time::Instant::now();
        let fault = tunnel::control(proxy, control, limit).await.err();
        let redactor = self.secrets.redactor();
        Some(Reached::of(&redactor, begun, fault.as_deref()))
    }

    /// Where the connection went that brought nothing: the literal address, or all that the name
    /// led to.
    fn dialled(&self, route: &Route) -> Option<String> {
        let url = match &route.proxy {
            Some(proxy) => reqwest::Url::parse(&proxy.url).ok()?,
            None => route.url.clone(),
        };
        let host = url.host_str()?;
        let port = url.port_or_known_default()?;
        if bare_host(&url)?.parse::<std::net::IpAddr>().is_ok() {
            return Some(format!("{host}:{port}"));
        }
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        Some(format!("{} port {port}", clients.resolver.seen(host)?))
    }
}

/// The header that proves who asks: with the secret's value, or in a drill with what stands for
/// it.
fn auth_header(
    request: &Request,
    secret: Option<&SecretString>,
) -> Result<Option<(HeaderName, HeaderValue)>, String> {
    match (request.auth.secret(), secret) {
        (None, _) => Ok(None),
        (Some(_), Some(value)) => auth::header(&request.auth, value.expose_secret()),
        (Some(name), None) => auth::header(&request.auth, &auth::placeholder(name)),
    }
}

const AGAIN: &str =
    "; sent twice: the first time the answer was 401, and the secret was read again";

/// Whether a request may go over a connection that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connection {
    Kept,
    /// A firewall that was closed meanwhile lets old connections live on: a question asked over
    /// one would prove nothing.
    Fresh,
}

enum Renewed {
    Sent(Arrival),
    /// There is no other value, so asking again would be the same.
    Same,
    Unreadable(String),
}

fn is_unauthorised(arrival: &Arrival) -> bool {
    arrival.fault.is_none()
        && arrival.head.as_ref().is_some_and(|(status, _)| *status == StatusCode::UNAUTHORIZED)
}
