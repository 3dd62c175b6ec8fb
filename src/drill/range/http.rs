//! One connection of the range: one request, one answer.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming as Body};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Map, Value};
use tokio::net::TcpStream;

use super::{Shared, raw};
use crate::drill::incoming::Incoming;
use crate::drill::record::Reply;
use crate::drill::world::{Act, Turn, trouble};

/// A longer request body is refused, bytes.
const BODY_LIMIT: usize = 1024 * 1024;
/// For the head of a request, and again for its body.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves one connection to its end.
pub(super) async fn serve(mut stream: TcpStream, backend: &str, vantage: &str, shared: &Shared) {
    if shared.tls.iter().any(|one| one == backend) && raw::breaks_handshake(&mut stream).await {
        return;
    }
    let taken = Mutex::new(None);
    let service = service_fn(|request| async {
        let (act, fault) = answer(request, backend, vantage, shared).await;
        match act {
            Act::Reply(reply) => Ok(response(reply)),
            act => {
                *taken.lock().unwrap_or_else(PoisonError::into_inner) = Some((act, fault));
                Err(Taken)
            }
        }
    });
    // One request for each connection: a kept-alive one would walk through a shut door.
    let mut connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // What a client does wrong on the wire concerns that client alone.
    let _ = (&mut connection).await;
    let taken = taken.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((act, fault)) = taken {
        raw::act(connection.into_parts().io.into_inner(), act, fault, shared).await;
    }
}

/// The server lets go of the connection, which is answered by hand.
#[derive(Debug)]
struct Taken;

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault took the connection over")
    }
}

impl std::error::Error for Taken {}

/// What the client gets, and the fault that made it so.
async fn answer(
    request: Request<Body>,
    backend: &str,
    vantage: &str,
    shared: &Shared,
) -> (Act, Option<usize>) {
    let incoming = match incoming(request, backend, vantage).await {
        Ok(incoming) => incoming,
        Err(reply) => return (Act::Reply(reply), None),
    };
    let Turn { up_to, doors, delay_ms, fault, act } = shared.world().answer(&incoming);
    let mut act = act;
    if !shared.flushed(up_to).await {
        let what = "the range's log cannot be flushed: start the drill anew";
        act = Act::Reply(trouble(500, what));
    }
    // Before the answer leaves: whoever has it finds the doors as it says.
    if doors && !shared.settle().await {
        let what = "done, but the range could not open or shut its listeners for it";
        act = Act::Reply(trouble(500, what));
    }
    if delay_ms > 0 && !shared.hurry {
        shared.hold(Some(delay_ms), fault).await;
    }
    (act, fault)
}

async fn incoming(request: Request<Body>, backend: &str, vantage: &str) -> Result<Incoming, Reply> {
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(PATIENCE, Limited::new(body, BODY_LIMIT).collect()).await;
    let body = match body {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            return Err(trouble(413, "the body is longer than 1 MiB"));
        }
        Ok(Err(_)) => return Err(trouble(400, "the body ends too early")),
        Err(_) => return Err(trouble(408, "the body did not come in time")),
    };
    Ok(Incoming {
        backend: backend.to_owned(),
        vantage: vantage.to_owned(),
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: headers(&head.headers),
        body: body.to_vec(),
    })
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
