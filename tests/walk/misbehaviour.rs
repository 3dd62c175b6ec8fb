//! Back ends that misbehave, met by the program itself in a live run: what reaches whom, what the
//! record says of it, and that the walk is stuck there rather than going on.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::harness::{Ended, Home};
use crate::pipe::Pipe;
use crate::record::lines;
use crate::server::{Server, answer};

const MEBIBYTE: usize = 1024 * 1024;

/// One call to the back end at `url`; `call` are further fields of it.
fn playbook(url: &str, method: &str, repeat: &str, call: &str) -> String {
    format!(
        r#"
format = 1
id = "misbehaviour"
title = "Misbehaviour"
[backends.gate]
title = "Gate"
url = "{url}"
timeout = "1s"
[[steps]]
id = "close"
phase = "contain"
title = "Close it"
[steps.call]
backend = "gate"
request = "{method} /gate"
repeat = "{repeat}"
{call}
"#
    )
}

/// What became of a run: how it ended, and the record.
struct Walk {
    ended: Ended,
    record: Vec<Value>,
}

impl Walk {
    /// Runs the playbook live, to its end or to where it is stuck, and has the record verified.
    fn new(text: &str, variables: &[(&str, String)]) -> Self {
        let home = Home::new();
        let file = home.write("playbook.toml", text);
        let answers = home.write("answers.toml", "[steps.close]\nconfirm = true\n");
        let mut command = home.command(&["run", &file, "--answers", &answers]);
        command.envs(variables.iter().map(|(name, value)| (*name, value)));
        let ended = Pipe::start(command).end();
        let record = lines(&home.incident());
        assert_eq!(home.run(&["verify"]).code, 0);
        Self { ended, record }
    }

    fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.record.iter().filter(|line| line["kind"] == kind).collect()
    }

    /// The one record of this kind, and no step that is over.
    fn stuck_with(&self, kind: &str, words: &str) -> &Value {
        assert_eq!(self.ended.code, 1, "{}", self.ended.told());
        assert!(self.ended.told().contains(words), "{}", self.ended.told());
        assert!(self.of_kind("step_completed").is_empty());
        assert_eq!(self.of_kind("call_requested").len(), 1);
        let [line] = self.of_kind(kind)[..] else { panic!("{:?}", self.record) };
        line
    }
}

fn why(line: &Value) -> &str {
    line["why"].as_str().unwrap()
}

#[test]
fn a_redirect_to_another_origin_fails_and_nobody_is_asked_there() {
    let other = Server::start(|_| Some(answer(b"200 OK", b"", b"{}")));
    for (method, repeat) in [("GET", "reads"), ("PUT", "idempotent")] {
        let location = format!("Location: {}/gate\r\n", other.url());
        let gate = Server::start(move |_| Some(answer(b"307 Moved", location.as_bytes(), b"")));
        let walk = Walk::new(&playbook(&gate.url(), method, repeat, ""), &[]);
        let line = walk.stuck_with("call_answered", "stuck at close: it is failed");
        assert_eq!(
            (line["verdict"].as_str(), line["answer"]["status"].as_u64()),
            (Some("failed"), Some(307))
        );
        assert!(why(line).contains("redirects are not followed"), "{line}");
        assert_eq!(gate.requests().len(), 1);
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_body_that_never_ends_is_in_doubt_when_the_time_is_over() {
    // The head and a beginning, then nothing, with the connection open.
    let wire = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"done\": ";
    let gate = Server::start_open(|_| Some(wire.to_vec()));
    let walk = Walk::new(&playbook(&gate.url(), "PUT", "once", "ok = \"json.done\""), &[]);
    let line = walk.stuck_with("call_in_doubt", "stuck at close: it is in doubt");
    let took = line["answer"]["latency_us"].as_u64().unwrap();
    assert!((900_000..10_000_000).contains(&took), "{line}");
    assert_eq!(gate.requests().len(), 1, "it is not sent again");
}

#[test]
fn a_body_over_the_cap_is_cut_and_the_record_says_so() {
    let body = format!("{{\"pad\": \"{}\", \"done\": true}}", "x".repeat(3 * MEBIBYTE));
    let gate = Server::start(move |_| Some(answer(b"200 OK", b"", body.as_bytes())));
    let walk = Walk::new(&playbook(&gate.url(), "PUT", "once", "ok = \"json.done\""), &[]);
    let line = walk.stuck_with("call_in_doubt", "stuck at close: it is in doubt");
    assert_eq!(line["answer"]["truncated"], true, "{line}");
    assert_eq!(line["answer"]["length"], MEBIBYTE, "{line}");
}

#[test]
fn a_proxy_in_the_environment_gets_no_connection() {
    let proxy = Server::start(|_| Some(answer(b"200 OK", b"", b"{}")));
    let gate = Server::start(|_| Some(answer(b"200 OK", b"", b"{}")));
    let names =
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
    let variables = names.map(|name| (name, proxy.url()));
    let walk = Walk::new(&playbook(&gate.url(), "PUT", "idempotent", ""), &variables);
    assert_eq!(walk.ended.code, 0, "{}", walk.ended.told());
    assert_eq!(walk.of_kind("call_answered")[0]["verdict"], "succeeded");
    let url = self_signed().url;
    let walk = Walk::new(&playbook(&url, "PUT", "once", ""), &variables);
    assert!(why(walk.of_kind("call_answered")[0]).contains("certificate"), "it was met itself");
    assert_eq!((proxy.connections(), gate.requests().len()), (0, 1));
}

/// A server with a certificate that nobody signed.
pub(crate) struct SelfSigned {
    pub(crate) url: String,
    /// How many bytes of a request came, at most one for each connection.
    pub(crate) bytes: Arc<AtomicUsize>,
    /// The certificate, for those who trust it.
    pub(crate) pem: String,
}

/// A TLS server on loopback with a certificate that it signed itself; counts the requests, that is
/// the handshakes that the client took part in to their end.
pub(crate) fn self_signed() -> SelfSigned {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let (pem, certificate) = (certificate.pem(), certificate.der().clone());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (config, count) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&count);
    // Ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let read = std::io::Read::read(&mut stream, &mut [0; 1]);
            seen.fetch_add(read.unwrap_or(0), Ordering::SeqCst);
        }
    });
    SelfSigned { url, bytes: count, pem }
}

#[test]
fn nothing_is_sent_to_a_server_whose_certificate_nobody_signed() {
    let server = self_signed();
    let walk = Walk::new(&playbook(&server.url, "PUT", "once", ""), &[]);
    let line = walk.stuck_with("call_answered", "stuck at close");
    assert_eq!(line["verdict"], "not_sent", "{line}");
    assert!(why(line).contains("certificate"), "{line}");
    assert_eq!(server.bytes.load(Ordering::SeqCst), 0);
}
