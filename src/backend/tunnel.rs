//! Whose doing it was that no connection came about through a vantage point: the back end's, which
//! is an answer, or the vantage point's own, which proves nothing.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::address::bare_host;
use super::egress::{Proxy, Route};
use super::fault::Fault;

/// Of the proxy's answer, so many bytes are looked at.
const HEAD_LIMIT: usize = 8 * 1024;

/// What a proxy says when it is asked for a tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    /// The tunnel stands.
    Open,
    Status(u16),
    /// It took the question, and nothing came in time.
    Silent,
    /// It could not be asked.
    Mute(String),
}

/// Judges a connection that did not come about through the proxy of `route`: asks the proxy for a
/// tunnel to the back end once more, and for one to its control. Only where the control can be
/// reached from there does the silence, or the refusal, of the back end say something about it.
///
/// The back end is asked for by the address that its name has here, so that a proxy without names
/// does not pass for a closed port.
pub(super) async fn judge(fault: Fault, route: &Route, address: Option<SocketAddr>) -> Fault {
    let Some(proxy) = route.proxy.as_ref().filter(|_| !fault.sent) else { return fault };
    let Some(control) = &proxy.control else {
        return told(fault, "add `control` to it, so that this can be told from a closed back end");
    };
    let Some(place) = address.map(|address| address.to_string()) else {
        return told(fault, "the name of the back end leads nowhere from here");
    };
    let limit = proxy.patience;
    let (said, controlled) = tokio::join!(ask(proxy, &place, limit), ask(proxy, control, limit));
    if controlled != Said::Open {
        let words = words(&controlled);
        return told(fault, &format!("its control {control} cannot be reached either: {words}"));
    }
    let from_there = format!("from the vantage point, which reaches its control {control}");
    match said {
        Said::Status(status @ (502 | 503)) => Fault {
            refused: true,
            why: format!("no connection came about {from_there} (its proxy says {status})"),
            ..fault
        },
        Said::Status(504) | Said::Silent => Fault {
            timed_out: true,
            why: format!("no connection came about in time {from_there}"),
            ..fault
        },
        other => told(fault, &words(&other)),
    }
}

/// Whether the control of a vantage point can be reached from it; the error says why not.
pub(super) async fn control(proxy: &Proxy, control: &str, limit: Duration) -> Result<(), String> {
    match ask(proxy, control, limit).await {
        Said::Open => Ok(()),
        other => Err(words(&other)),
    }
}

fn told(mut fault: Fault, what: &str) -> Fault {
    fault.why = format!("{}; {what}", fault.why);
    fault
}

fn words(said: &Said) -> String {
    match said {
        Said::Open => "the proxy opens a tunnel now".to_owned(),
        Said::Status(status @ (403 | 407)) => {
            format!("the proxy itself says {status}: let it allow CONNECT to there")
        }
        Said::Status(status) => format!("the proxy says {status}"),
        Said::Silent => "the proxy says nothing".to_owned(),
        Said::Mute(why) => format!("the proxy cannot be asked: {why}"),
    }
}

async fn ask(proxy: &Proxy, place: &str, limit: Duration) -> Said {
    let Some(door) = door(&proxy.url) else {
        return Said::Mute("only one with http:// can".to_owned());
    };
    let mut stream = match tokio::time::timeout(limit, TcpStream::connect(door)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Said::Mute(error.to_string()),
        Err(_) => return Said::Mute("no connection came about in time".to_owned()),
    };
    match tokio::time::timeout(limit, converse(&mut stream, place)).await {
        Ok(Ok(said)) => said,
        Ok(Err(error)) => Said::Mute(error.to_string()),
        Err(_) => Said::Silent,
    }
}

fn door(url: &str) -> Option<(String, u16)> {
    let url = Url::parse(url).ok().filter(|url| url.scheme() == "http")?;
    Some((bare_host(&url)?.to_owned(), url.port_or_known_default()?))
}

async fn converse(stream: &mut TcpStream, place: &str) -> std::io::Result<Said> {
    let question = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.contains(&b'\n') && head.len() < HEAD_LIMIT {
        if stream.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(match status(&head) {
        Some(200..=299) => Said::Open,
        Some(status) => Said::Status(status),
        None => Said::Mute("its answer is not HTTP".to_owned()),
    })
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\n').next()?).ok()?;
    let (version, rest) = line.trim_end().split_once(' ')?;
    version.strip_prefix("HTTP/1.")?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_a_line_of_http_only() {
        for (head, wanted) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 504\r\n", Some(504)),
            ("SSH-2.0-OpenSSH_9.9\r\n", None),
            ("HTTP/1.1 yes\r\n", None),
            ("", None),
        ] {
            assert_eq!(status(head.as_bytes()), wanted, "{head:?}");
        }
    }
}
