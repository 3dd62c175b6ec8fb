//! What a server can make us read, wait for, or do: bounded, and each bound ends in a result.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use stanch::incident::{CallOutcome, Finding, Judge, Request, Verdict};

use crate::server::{
    Server, answer, ask, expression, judge, known, network, question, request, send,
};

const MEBIBYTE: u64 = 1024 * 1024;

fn impatient(method: &str, url: &str) -> Request {
    Request { timeout_ms: 400, ..request(method, url) }
}

#[test]
fn a_compressed_body_is_not_expanded() {
    // The head of a gzip file; what follows would be gigabytes.
    let mut wire =
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 14\r\n\r\n".to_vec();
    wire.extend(b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xed\xc1\x01\r");
    let server = Server::saying(wire);
    let judge = Judge { keep_body: true, ..judge() };
    let result = send(&network(&server.url()), &request("GET", &server.url()), &judge);
    assert!(result.body.unwrap().starts_with(b"\x1f\x8b\x08"));
    assert_eq!(result.answer.unwrap().length, 14);
    let sent = server.requests()[0].to_lowercase();
    assert!(sent.contains("accept-encoding: identity\r\n"), "{sent}");
    assert!(!sent.contains("referer") && !sent.contains("cookie"), "{sent}");
}

#[test]
fn an_endless_body_is_cut_and_the_server_let_go() {
    let (sender, gone) = channel();
    let server = Server::new(move |stream, _, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 8192]).is_ok() {}
        sender.send(()).unwrap();
        false
    });
    let network = network(&server.url());
    let result = send(&network, &request("POST", &server.url()), &judge());
    gone.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(result.outcome, known(Verdict::Succeeded), "{}", result.why);
    assert!(result.why.as_str().contains("was cut there"), "{}", result.why);
    let answer = result.answer.unwrap();
    assert!(answer.truncated);
    assert_eq!(answer.length, MEBIBYTE);
    let judge = Judge { ok: Some(expression("json.done")), ..judge() };
    let result = send(&network, &request("POST", &server.url()), &judge);
    assert_eq!(result.outcome, CallOutcome::InDoubt, "cut JSON is no JSON: {}", result.why);
}

#[test]
fn a_body_of_just_the_cap_is_whole() {
    let body = "x".repeat(usize::try_from(MEBIBYTE).unwrap());
    let server = Server::saying(answer("200 OK", "", &body));
    let result = send(&network(&server.url()), &request("GET", &server.url()), &judge());
    let answer = result.answer.unwrap();
    assert_eq!((answer.length, answer.truncated), (MEBIBYTE, false));
}

#[test]
fn a_flood_of_headers_is_in_doubt() {
    let many = "X-Flood: y\r\n".repeat(10_000);
    let large = format!("X-Flood: {}\r\n", "y".repeat(5 * 1024 * 1024));
    let middling = format!("X-Flood: {}\r\n", "y".repeat(1_500)).repeat(50);
    for flood in [many, large, middling] {
        let server = Server::saying(answer("200 OK", &flood, ""));
        let network = network(&server.url());
        let result = send(&network, &request("POST", &server.url()), &judge());
        assert_eq!(result.outcome, CallOutcome::InDoubt, "{}", result.why);
        let found = ask(&network, &request("GET", &server.url()), &question("true"));
        assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
        assert_eq!(server.requests().len(), 2, "each is sent once");
    }
}

#[test]
fn silence_after_the_request_is_in_doubt_and_an_answer_to_a_question() {
    let server = Server::new(|stream, _, _| {
        // Until the other side gives up.
        std::io::copy(stream, &mut std::io::sink()).is_err()
    });
    let network = network(&server.url());
    let result = send(&network, &impatient("POST", &server.url()), &judge());
    assert_eq!(result.outcome, CallOutcome::InDoubt, "{}", result.why);
    let result =
        send(&network, &impatient("GET", &server.url()), &Judge { reads: true, ..judge() });
    assert_eq!(result.outcome, known(Verdict::Failed), "{}", result.why);
    let found = ask(&network, &impatient("GET", &server.url()), &question("timed_out"));
    assert_eq!(found.finding, Finding::Passed, "{}", found.why);
}

/// Writes `start`, then a byte now and then, for ever: no pause is long, the whole is.
fn dripping(start: &'static [u8], drop: &'static [u8]) -> Server {
    Server::new(move |stream, _, _| {
        let mut open = stream.write_all(start).is_ok();
        while open {
            std::thread::sleep(Duration::from_millis(20));
            open = stream.write_all(drop).is_ok();
        }
        false
    })
}

#[test]
fn dripping_headers_and_bodies_end_at_the_whole_time() {
    let headers = dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"y");
    let body = dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"y");
    for (server, finding) in [(headers, Finding::Passed), (body, Finding::Unknown)] {
        let network = network(&server.url());
        let begun = Instant::now();
        let result = send(&network, &impatient("POST", &server.url()), &judge());
        assert_eq!(result.outcome, CallOutcome::InDoubt, "{}", result.why);
        assert!(begun.elapsed() < Duration::from_secs(5));
        // A body that never ends came from a server that answers: that is no silence.
        let found = ask(&network, &impatient("GET", &server.url()), &question("timed_out"));
        assert_eq!(found.finding, finding, "{}", found.why);
    }
}

#[test]
fn a_handshake_that_does_not_come_about_is_not_sent() {
    // Accepted by the system, and never answered.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let network = network(&url);
    let result = send(&network, &impatient("POST", &url), &judge());
    assert_eq!(result.outcome, known(Verdict::NotSent), "{}", result.why);
    assert!(result.why.as_str().contains("in time"), "{}", result.why);
}

#[test]
fn proxy_variables_are_ignored() {
    let proxy = Server::saying(answer("200 OK", "", ""));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "verdicts::an_answer_is_judged::case_01_success"])
        .envs(
            ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
                .map(|name| (name, proxy.url())),
        )
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success() && printed.contains("1 passed"), "{printed}");
    assert_eq!(proxy.connections(), 0);
}
