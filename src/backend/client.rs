//! The HTTP clients: one for each way out, kept with its connections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, Proxy, redirect, retry};

use super::address::Resolver;
use super::reach::HandshakeOnly;
use crate::incident::Mode;

/// Connecting may take half of the whole time, at most this long: so a connection that does not
/// come about is told apart from an answer that does not.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Header lines of an answer.
const HEADER_LINES: usize = 100;
/// A kept connection that is idle for longer is closed, before most servers do it.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub(super) backend: String,
    pub(super) proxy: Option<String>,
    pub(super) timeout: Duration,
    /// Each request makes a connection of its own.
    pub(super) fresh: bool,
    /// The connection is made, TLS included, and ended before anything is sent.
    pub(super) connect_only: bool,
}

/// Makes clients and keeps them.
pub(super) struct Clients {
    mode: Mode,
    authorities: BTreeMap<String, Vec<Certificate>>,
    pub(super) resolver: Resolver,
    made: BTreeMap<Way, Client>,
}

impl Clients {
    pub(super) fn new(mode: Mode, authorities: BTreeMap<String, Vec<Certificate>>) -> Self {
        Self { mode, authorities, resolver: Resolver::new(mode), made: BTreeMap::new() }
    }

    /// The client for this way; cheap after the first time.
    pub(super) fn get(&mut self, way: &Way) -> Result<Client, String> {
        if let Some(client) = self.made.get(way) {
            return Ok(client.clone());
        }
        let client = self.make(way).map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("the HTTP client cannot be made: {}", cause.unwrap_or(error.to_string()))
        })?;
        self.made.insert(way.clone(), client.clone());
        Ok(client)
    }

    fn make(&self, way: &Way) -> reqwest::Result<Client> {
        let connect = CONNECT_LIMIT.min(way.timeout / 2);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let builder = Client::builder()
            .user_agent(concat!("stanch/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(connect)
            .timeout(way.timeout)
            .http1_max_headers(HEADER_LINES)
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_max_idle_per_host(if way.fresh { 0 } else { 4 })
            .dns_resolver(Arc::new(self.resolver.clone()));
        let builder = match &way.proxy {
            Some(url) => builder.proxy(Proxy::all(url)?),
            None => builder,
        };
        let builder =
            if way.connect_only { builder.connector_layer(HandshakeOnly) } else { builder };
        match self.mode {
            // The range speaks plain HTTP: no certificate of any authority is looked at.
            Mode::Drill => builder.tls_certs_only([]).build(),
            Mode::Live => {
                let extra = self.authorities.get(&way.backend).cloned().unwrap_or_default();
                if extra.is_empty() {
                    // The system's authorities alone: those are looked at when they are needed.
                    builder.build()
                } else {
                    builder.tls_certs_merge(extra).build()
                }
            }
        }
    }
}
