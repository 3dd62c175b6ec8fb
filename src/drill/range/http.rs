//! One connection of the range: one request, one answer.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming as Body};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Map, Value};
use tokio::net::TcpStream;

use super::Shared;
use crate::drill::incoming::Incoming;
use crate::drill::record::Reply;
use crate::drill::world::trouble;

/// A longer request body is refused, bytes.
const BODY_LIMIT: usize = 1024 * 1024;
/// For the head of a request, and again for its body.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, backend: &str, vantage: &str, shared: &Shared) {
    let service = service_fn(|request| async move {
        let reply = answer(request, backend, vantage, shared).await;
        Ok::<_, Infallible>(response(reply))
    });
    // One request for each connection: a kept-alive one would walk through a shut door.
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // What a client does wrong on the wire concerns that client alone.
    let _ = connection.await;
}

async fn answer(request: Request<Body>, backend: &str, vantage: &str, shared: &Shared) -> Reply {
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(PATIENCE, Limited::new(body, BODY_LIMIT).collect()).await;
    let body = match body {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return trouble(413, "the body is longer than 1 MiB");
        }
        Ok(Err(_)) => return trouble(400, "the body ends too early"),
        Err(_) => return trouble(408, "the body did not come in time"),
    };
    let incoming = Incoming {
        backend: backend.to_owned(),
        vantage: vantage.to_owned(),
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers(&head.headers),
        body: body.to_vec(),
    };
    let reply = shared.world().answer(&incoming);
    // Before the answer leaves: whoever has it finds the doors as it says.
    if shared.settle().await {
        reply
    } else {
        trouble(500, "done, but the range could not open or shut its listeners for it")
    }
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let all = |name| headers.get_all(name).iter().map(text).collect::<Vec<_>>().join(", ");
    headers.keys().map(|name| (name.as_str().to_owned(), Value::String(all(name)))).collect()
}

fn response(reply: Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
        // The reader and the template refused what no header can carry.
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
