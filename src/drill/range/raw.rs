//! What no HTTP server does: resets, half bodies, silence, bytes that mean nothing.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Shared;
use crate::drill::record::Reply;
use crate::drill::world::Act;

/// The first byte of a client that begins with TLS.
const HANDSHAKE: u8 = 0x16;
/// Alert, TLS 1.2, two bytes: fatal, handshake failure.
const ALERT: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 40];
/// The greeting of something that is no web server.
const BABBLE: &[u8] = b"SSH-2.0-OpenSSH_9.9\r\n";
/// How long a client is waited for that was told nothing.
const BREATH: Duration = Duration::from_secs(1);

/// Gives the client what the fault left of its answer.
pub(super) async fn act(stream: TcpStream, act: Act, fault: Option<usize>, shared: &Shared) {
    // What a client does meanwhile concerns that client alone.
    let _ = match act {
        Act::Reply(_) => Ok(()),
        Act::Reset => reset(&stream),
        Act::Half(reply) => half(stream, &reply).await,
        Act::Babble => babble(stream).await,
        Act::Silence(limit) => silence(stream, limit, fault, shared).await,
    };
}

/// The connection ends with a reset when the stream is dropped.
fn reset(stream: &TcpStream) -> io::Result<()> {
    stream.set_zero_linger()
}

/// Announces the whole body and sends half of it.
async fn half(mut stream: TcpStream, reply: &Reply) -> io::Result<()> {
    let body = if reply.body.is_empty() { "{}" } else { &reply.body };
    let mut head = format!("HTTP/1.1 {} \r\ncontent-length: {}\r\n", reply.status, body.len());
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body.as_bytes()[..body.len() / 2]).await?;
    stream.shutdown().await
}

async fn babble(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(BABBLE).await?;
    stream.shutdown().await
}

/// Says nothing until the client goes, the time is over or the fault is taken away.
async fn silence(
    mut stream: TcpStream,
    limit: Option<u64>,
    fault: Option<usize>,
    shared: &Shared,
) -> io::Result<()> {
    // What else the client sends is not listened to.
    let gone = async {
        let mut ear = [0; 1024];
        while stream.read(&mut ear).await.is_ok_and(|read| read > 0) {}
    };
    tokio::select! {
        () = gone => Ok(()),
        () = shared.hold(limit, fault) => reset(&stream),
    }
}

/// Answers a client that begins with TLS where none is spoken; true if it was one.
pub(super) async fn breaks_handshake(stream: &mut TcpStream) -> bool {
    let mut first = [0];
    let peeked = tokio::time::timeout(BREATH, stream.peek(&mut first)).await;
    if !matches!(peeked, Ok(Ok(1))) || first[0] != HANDSHAKE {
        return false;
    }
    // Unread bytes would turn the end into a reset.
    let mut hello = [0; 4096];
    let told = async {
        let _ = stream.read(&mut hello).await?;
        stream.write_all(&ALERT).await?;
        stream.shutdown().await
    };
    let _: io::Result<()> = told.await;
    true
}
