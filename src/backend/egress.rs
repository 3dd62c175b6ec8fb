//! Where a request may go: only to its own back end, or to the host of a member of the scope that a
//! person admitted; in a drill, only to the range.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;

use super::address::bare_host;
use super::client::CONNECT_LIMIT;
use super::dialling::{Dial, Dialling};
use crate::incident::{Mode, Request};

/// A name that nobody may have (RFC 2606); in a drill no name is looked up anyway.
const NO_NAME: &str = "no-such-name.invalid";

/// A place that checks can be made from, other than this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vantage {
    /// An HTTP proxy that stands there: `http://probe.example.net:3128`. Requests go through it in
    /// a tunnel, end to end encrypted.
    Proxy(Proxy),
    /// In a drill: where the range answers it for each back end.
    Range(BTreeMap<String, SocketAddr>),
}

/// The HTTP proxy of a vantage point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// `http://probe.example.net:3128`.
    pub url: String,
    /// Host and port that can always be reached from there: what tells a back end that is closed
    /// from a vantage point that is cut off.
    pub control: Option<String>,
    /// How long one question to it may take.
    pub patience: Duration,
}

impl Proxy {
    /// With the patience that a check has for connecting.
    pub fn new(url: impl Into<String>, control: Option<String>) -> Self {
        Self { url: url.into(), control, patience: CONNECT_LIMIT }
    }
}

/// What the guard knows.
#[derive(Debug)]
pub(super) struct Egress {
    pub(super) mode: Mode,
    /// The logical URL of each back end.
    pub(super) backends: BTreeMap<String, String>,
    /// In a drill: where the range answers for each back end.
    pub(super) range: BTreeMap<String, SocketAddr>,
    pub(super) vantages: BTreeMap<String, Vantage>,
    /// In a drill: which back end of the range stands behind a host.
    pub(super) hosts: BTreeMap<String, String>,
    /// In a drill: what stands in the way of a connection.
    pub(super) dialling: Option<Arc<dyn Dialling>>,
    /// The members of the scope that a person admitted.
    pub(super) admitted: Mutex<BTreeMap<String, Admitted>>,
}

/// Where a member is, and whether secrets may go there.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    url: String,
    secrets: bool,
}

/// How a request is really sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) url: Url,
    /// The `Host` to send, where that is not the one in `url`.
    pub(super) host: Option<String>,
    /// The proxy in between.
    pub(super) proxy: Option<Proxy>,
}

impl Egress {
    /// The way of `request`, or why it must not leave.
    pub(super) fn route(&self, request: &Request) -> Result<Route, String> {
        let url = Url::parse(&request.url)
            .map_err(|error| format!("the URL {} cannot be read: {error}", request.url))?;
        let Admitted { url: allowed, secrets } = self.allowed(&request.backend)?;
        belongs(&request.backend, &allowed, &url)?;
        if let Some(secret) = request.auth.secret().filter(|_| !secrets) {
            return Err(format!(
                "the secret {secret} would go to `{}`, which was admitted without secrets",
                request.backend
            ));
        }
        match self.mode {
            Mode::Drill => self.to_range(request, &allowed, url),
            // What a person admitted without secrets may be reached as it is.
            Mode::Live => self.to_world(request, url, !secrets),
        }
    }

    /// From now on the member that is called `backend` may be reached at `url`, and nowhere else.
    pub(super) fn admit(&self, backend: &str, url: &str, secrets: bool) {
        // A back end of the playbook is where the incident was opened with it.
        if !self.backends.contains_key(backend) {
            let mut admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
            admitted.insert(backend.to_owned(), Admitted { url: url.to_owned(), secrets });
        }
    }

    /// Where a back end is, or an admitted member.
    fn allowed(&self, backend: &str) -> Result<Admitted, String> {
        let own = self.backends.get(backend);
        let own = own.map(|url| Admitted { url: url.clone(), secrets: true });
        let admitted = || {
            let admitted = self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
            admitted.get(backend).cloned()
        };
        own.or_else(admitted).ok_or_else(|| {
            format!("the back end `{backend}` is not one of this incident, nor an admitted host")
        })
    }

    /// What of the range stands behind a back end; an admitted host that the scenario does not know
    /// is not there.
    fn played(&self, backend: &str, allowed: &str) -> Result<String, String> {
        if self.backends.contains_key(backend) {
            return Ok(backend.to_owned());
        }
        let wanted = Url::parse(allowed).ok();
        let found = self.hosts.iter().find(|(host, _)| Url::parse(host).ok() == wanted);
        found.map(|(_, id)| id.clone()).ok_or_else(|| {
            format!("nobody is at {allowed} in this drill: its scenario plays no such host")
        })
    }

    fn to_range(&self, request: &Request, allowed: &str, mut url: Url) -> Result<Route, String> {
        let backend = self.played(&request.backend, allowed)?;
        let range = match request.via.as_ref().map(|via| (via, self.vantages.get(via))) {
            None => &self.range,
            Some((_, Some(Vantage::Range(addresses)))) => addresses,
            Some((via, Some(Vantage::Proxy(_)) | None)) => {
                return Err(format!("the range has no vantage point `{via}`"));
            }
        };
        let address = range
            .get(&backend)
            .filter(|address| address.ip().is_loopback())
            .ok_or_else(|| format!("the range does not play the back end `{}`", request.backend))?;
        let host = authority(&url);
        let via = request.via.as_deref();
        let dial = |dialling: &Arc<dyn Dialling>| {
            dialling.dial(&backend, via, &request.method, url.path())
        };
        let dial = self.dialling.as_ref().map_or(Dial::Open, dial);
        let address = match dial {
            Dial::Refused(address) if address.ip().is_loopback() => address,
            _ => *address,
        };
        let scheme = if dial == Dial::NoHandshake { "https" } else { "http" };
        let moved = url.set_scheme(scheme).is_ok()
            && match dial {
                Dial::NoName => url.set_host(Some(NO_NAME)).is_ok(),
                _ => url.set_ip_host(address.ip()).is_ok(),
            }
            && url.set_port(Some(address.port())).is_ok();
        if !moved {
            return Err(format!("{} cannot be played by the range", request.url));
        }
        Ok(Route { url, host: Some(host), proxy: None })
    }

    fn to_world(&self, request: &Request, url: Url, in_clear: bool) -> Result<Route, String> {
        if url.scheme() != "https" && !in_clear && !is_this_machine(&url) {
            return Err(format!(
                "{} is not https: over plain http anybody on the way could read and change the \
                 call",
                url.origin().ascii_serialization()
            ));
        }
        let proxy = match &request.via {
            None => None,
            Some(via) => match self.vantages.get(via) {
                // Without a tunnel, the proxy's own answers would pass for the back end's.
                Some(Vantage::Proxy(_)) if url.scheme() != "https" => {
                    return Err(format!("only https can go through the vantage point `{via}`"));
                }
                Some(Vantage::Proxy(proxy)) => Some(proxy.clone()),
                Some(Vantage::Range(_)) => {
                    return Err(format!("the vantage point `{via}` is part of a range"));
                }
                None => {
                    return Err(format!(
                        "the vantage point `{via}` is not configured: add `[vantages.{via}]` with \
                         `proxy = \"http://…\"` to the configuration"
                    ));
                }
            },
        };
        Ok(Route { url, host: None, proxy })
    }
}

/// The guard itself: scheme, host, port and path prefix are those of the back end.
fn belongs(backend: &str, allowed: &str, url: &Url) -> Result<(), String> {
    let base = Url::parse(allowed)
        .map_err(|error| format!("the URL {allowed} of `{backend}` cannot be read: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL must not hold a user or password: use `auth`".to_owned());
    }
    let prefix = base.path().trim_end_matches('/');
    let below = url
        .path()
        .strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if url.origin() != base.origin() || !url.has_host() || !below {
        return Err(format!(
            "it would go to {}{}, but the back end `{backend}` is {allowed}",
            url.origin().ascii_serialization(),
            url.path()
        ));
    }
    Ok(())
}

/// Host and port as in the URL, the port only where it is not the scheme's own.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn is_this_machine(url: &Url) -> bool {
    let host = bare_host(url).unwrap_or_default();
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::Auth;

    fn request(auth: Auth) -> Request {
        Request {
            backend: "database/db2".to_owned(),
            method: "GET".to_owned(),
            url: "http://db2.example.com:9200/".to_owned(),
            headers: Vec::new(),
            body: None,
            auth,
            via: None,
            timeout_ms: 1_000,
        }
    }

    #[test]
    fn only_what_was_admitted_without_secrets_is_reached_in_the_clear() {
        let egress = Egress {
            mode: Mode::Live,
            backends: BTreeMap::new(),
            range: BTreeMap::new(),
            vantages: BTreeMap::new(),
            hosts: BTreeMap::new(),
            dialling: None,
            admitted: Mutex::default(),
        };
        assert!(egress.route(&request(Auth::None)).is_err(), "not admitted");
        egress.admit("database/db2", "http://db2.example.com:9200", false);
        assert!(egress.route(&request(Auth::None)).is_ok());
        let bearer = Auth::Bearer { secret: "key".to_owned() };
        assert!(egress.route(&request(bearer)).unwrap_err().contains("admitted without secrets"));
        egress.admit("database/db2", "http://db2.example.com:9200", true);
        assert!(egress.route(&request(Auth::None)).unwrap_err().contains("is not https"));
    }
}
