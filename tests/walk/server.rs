//! A back end on loopback that says exactly what it is told to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What to answer to a request, byte for byte; `None`: nothing, ever.
type Says = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

pub(crate) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub(crate) fn start(says: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::with(says, false)
    }

    /// Says it, and keeps the connection open until the other side ends it.
    pub(crate) fn start_open(
        says: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self::with(says, true)
    }

    fn with(says: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static, open: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, says): (_, Arc<Says>) = (Arc::clone(&requests), Arc::new(says));
        let connections = Arc::new(AtomicUsize::new(0));
        let came = Arc::clone(&connections);
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                came.fetch_add(1, Ordering::SeqCst);
                let (seen, says) = (Arc::clone(&seen), Arc::clone(&says));
                std::thread::spawn(move || serve(stream, &seen, says.as_ref(), open));
            }
        });
        Self { port, requests, connections }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Whether or not a request came over them.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, says: &Says, open: bool) {
    let Some(request) = read(&mut stream) else { return };
    seen.lock().unwrap().push(request.clone());
    let answer = says(&request);
    // The client may have gone away; that is for it to tell.
    if let Some(answer) = &answer {
        drop(stream.write_all(answer));
    }
    if open || answer.is_none() {
        drop(stream.read(&mut [0; 1]));
    }
}

/// Head and body of one request.
fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
}

/// An answer with header lines, each ended, and a body.
pub(crate) fn answer(status: &[u8], headers: &[u8], body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [b"HTTP/1.1 ", status, b"\r\n", headers, length.as_bytes(), body].concat()
}
