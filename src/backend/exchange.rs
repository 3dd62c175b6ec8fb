//! One request out, one answer in: bounded in time and size, not judged.

use std::time::{Duration, Instant};

use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode};

use super::egress::Route;
use super::fault::Fault;
use crate::incident::Request;

/// Of a body, so many bytes are read.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;
/// Of all header lines together, bytes.
const HEADER_LIMIT: usize = 64 * 1024;
/// Silence in the middle of a body. Before the header lines only the whole time counts: some calls
/// take long, and say so.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
/// What only this room may set, and what would change the meaning of the connection.
const OURS: &[&str] = &[
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What came back, raw.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// Absent when not even the header lines came.
    pub(super) head: Option<(StatusCode, HeaderMap)>,
    /// Up to [`BODY_LIMIT`] bytes, and then as many as masking needs to see beyond the cut.
    pub(super) body: Vec<u8>,
    pub(super) truncated: bool,
    /// Absent when the whole answer came, or as much of it as is wanted.
    pub(super) fault: Option<Fault>,
    pub(super) address: Option<String>,
    pub(super) latency_us: u64,
}

impl Arrival {
    /// It never left.
    pub(super) fn held_back(why: impl Into<String>) -> Self {
        Self { fault: Some(Fault::held_back(why)), ..Self::default() }
    }

    /// The part of the body below the cap.
    pub(super) fn capped(&self) -> &[u8] {
        &self.body[..self.body.len().min(BODY_LIMIT)]
    }
}

/// Sends `request` along `route`, once.
pub(super) async fn exchange(
    client: &Client,
    request: &Request,
    route: &Route,
    auth: Option<(HeaderName, HeaderValue)>,
    overlap: usize,
) -> Arrival {
    let built = match build(client, request, route, auth) {
        Ok(built) => built,
        Err(why) => return Arrival::held_back(why),
    };
    let begun = Instant::now();
    let fault =
        |error: &reqwest::Error| Fault::read(error, &request.backend, route.proxy.is_some());
    let mut arrival = Arrival::default();
    match client.execute(built).await {
        Err(error) => arrival.fault = Some(fault(&error)),
        Ok(mut response) => {
            arrival.address = response.remote_addr().map(|address| address.to_string());
            let size = head_size(response.headers());
            arrival.head = Some((response.status(), std::mem::take(response.headers_mut())));
            if size > HEADER_LIMIT {
                arrival.fault = Some(Fault::unusable(format!(
                    "the answer has {size} bytes of headers, more than {HEADER_LIMIT}"
                )));
            } else {
                let read = read_body(&mut response, &mut arrival, overlap, fault).await;
                arrival.fault = read.err();
            }
        }
    }
    arrival.latency_us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    arrival
}

fn build(
    client: &Client,
    request: &Request,
    route: &Route,
    auth: Option<(HeaderName, HeaderValue)>,
) -> Result<reqwest::Request, String> {
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| format!("`{}` is no method", request.method))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let parsed = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("`{name}` is no header name"))?;
        if OURS.contains(&parsed.as_str()) {
            return Err(format!("the header `{name}` is not a playbook's to set"));
        }
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| format!("the value of the header `{name}` holds a control character"))?;
        headers.append(parsed, value);
    }
    if let Some(host) = &route.host {
        let value = HeaderValue::from_str(host)
            .map_err(|_| format!("the host `{host}` cannot stand in a header"))?;
        headers.insert(HOST, value);
    }
    if let Some((name, value)) = auth {
        headers.insert(name, value);
    }
    let mut built = client.request(method, route.url.clone()).headers(headers);
    if let Some(body) = &request.body {
        built = built.body(body.clone());
    }
    built.build().map_err(|error| format!("the request cannot be made: {}", error.without_url()))
}

fn head_size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

async fn read_body(
    response: &mut reqwest::Response,
    arrival: &mut Arrival,
    overlap: usize,
    read: impl Fn(&reqwest::Error) -> Fault,
) -> Result<(), Fault> {
    // One more than the limit at least, to know that there is more.
    let enough = BODY_LIMIT + overlap.max(1);
    loop {
        // Header lines came, so the request went, whatever happens now.
        let chunk = tokio::time::timeout(SILENCE_LIMIT, response.chunk())
            .await
            .map_err(|_| Fault::unusable("the body stopped coming"))?
            .map_err(|error| Fault { sent: true, ..read(&error) })?;
        let Some(chunk) = chunk else { break };
        let room = enough.saturating_sub(arrival.body.len());
        arrival.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        // The rest is left unread: dropping the response closes the connection.
        if arrival.body.len() == enough {
            break;
        }
    }
    arrival.truncated = arrival.body.len() > BODY_LIMIT;
    Ok(())
}
