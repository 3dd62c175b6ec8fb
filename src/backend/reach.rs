//! Reaching a back end or a proxy without sending it anything: names, routes, TLS and its
//! certificates are the same as for a call, and then the connection is ended.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use reqwest::{Client, Url};
use tower_layer::Layer;
use tower_service::Service;

use super::egress::Route;
use super::fault::{Fault, find};
use super::redact::Redactor;
use crate::incident::Request;
use crate::text::Shown;

/// What came of an attempt to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Why no connection came about; absent when it did.
    pub fault: Option<Shown>,
    /// From the first look-up to the connection or the fault, microseconds; 0 when nothing was
    /// tried.
    pub latency_us: u64,
    /// The address that was dialled, where it is known.
    pub address: Option<String>,
}

impl Reached {
    /// Nothing left this machine.
    pub(super) fn not_tried(redactor: &Redactor, why: &str) -> Self {
        Self { fault: Some(redactor.shown(why)), latency_us: 0, address: None }
    }

    pub(super) fn of(redactor: &Redactor, begun: Instant, fault: Option<&str>) -> Self {
        let latency_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        Self { fault: fault.map(|why| redactor.shown(why)), latency_us, address: None }
    }
}

/// Connects along `route` with a client of [`HandshakeOnly`].
pub(super) async fn backend(
    redactor: &Redactor,
    client: &Client,
    request: &Request,
    route: &Route,
) -> Reached {
    let begun = Instant::now();
    let fault = match client.head(route.url.clone()).send().await {
        Err(error) if find::<Stood>(&error).is_some() => None,
        Err(error) => Some(Fault::read(&error, &request.backend, route.proxy.is_some()).why),
        // The layer lets nothing through.
        Ok(_) => None,
    };
    Reached::of(redactor, begun, fault.as_deref())
}

/// Connects to a proxy, which knows by itself what it is.
pub(super) async fn proxy(redactor: &Redactor, url: &str, limit: Duration) -> Reached {
    let place = Url::parse(url)
        .ok()
        .and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?)));
    let Some((host, port)) = place else {
        return Reached::not_tried(redactor, &format!("the proxy {url} names no host"));
    };
    // A URL writes an IPv6 address in brackets, a look-up does not.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let begun = Instant::now();
    let connected = tokio::time::timeout(limit, tokio::net::TcpStream::connect((name, port))).await;
    let (fault, address) = match connected {
        Ok(Ok(stream)) => (None, stream.peer_addr().ok().map(|address| address.to_string())),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            (Some("the connection was refused".to_owned()), None)
        }
        Ok(Err(error)) => (Some(format!("no connection came about: {error}")), None),
        Err(_) => (Some("no connection came about in time".to_owned()), None),
    };
    let reached = Reached::of(redactor, begun, fault.as_deref());
    Reached { address: Some(address.unwrap_or(format!("{host}:{port}"))), ..reached }
}

/// Makes a client's connector end each connection when it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct HandshakeOnly;

impl<S> Layer<S> for HandshakeOnly {
    type Service = Ending<S>;

    fn layer(&self, inner: S) -> Ending<S> {
        Ending(inner)
    }
}

/// A connector whose connections end when they stand.
#[derive(Debug, Clone)]
pub(super) struct Ending<S>(S);

type AnyError = Box<dyn Error + Send + Sync>;

impl<S, R> Service<R> for Ending<S>
where
    S: Service<R, Error = AnyError>,
    S::Future: Send + 'static,
    S::Response: Send,
{
    type Response = S::Response;
    type Error = AnyError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, AnyError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), AnyError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.0.call(request);
        Box::pin(async move {
            drop(connecting.await?);
            Err(AnyError::from(Stood))
        })
    }
}

/// The connection stood; said as an error, so that nothing follows.
#[derive(Debug)]
struct Stood;

impl fmt::Display for Stood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection stood, and nothing was to be sent")
    }
}

impl Error for Stood {}
