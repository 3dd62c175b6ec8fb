//! Connections that break: nothing is ever sent twice, and what may have arrived is in doubt.

use std::io::Write as _;
use std::net::Shutdown;
use std::sync::mpsc::channel;

use rstest::rstest;
use stanch::backend::Network as _;
use stanch::incident::{CallOutcome, Finding, Judge, Verdict};

use crate::server::{Server, answer, ask, judge, known, network, question, request, send};

#[rstest]
#[case::closed(b"")]
#[case::half_a_status(b"HTTP/1.1 20")]
#[case::half_the_headers(b"HTTP/1.1 200 OK\r\nContent-")]
#[case::half_the_body(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")]
#[case::half_a_chunk(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf")]
#[case::refused_in_part(b"HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\nhalf")]
#[case::not_http(b"220 mail.example.com ESMTP\r\n")]
#[case::two_lengths(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
fn a_request_that_got_no_whole_answer_is_in_doubt(#[case] wire: &'static [u8]) {
    let server = Server::new(move |stream, _, _| {
        stream.write_all(wire).unwrap();
        let _ = stream.shutdown(Shutdown::Both);
        false
    });
    let network = network(&server.url());
    let result = send(&network, &request("PUT", &server.url()), &judge());
    assert_eq!(result.outcome, CallOutcome::InDoubt, "{}", result.why);
    assert!(!result.why.is_blank() && result.answer.is_some());
    assert_eq!(server.requests().len(), 1, "it is sent once");
    let judge = Judge { reads: true, ..judge() };
    let result = send(&network, &request("GET", &server.url()), &judge);
    assert_eq!(result.outcome, known(Verdict::Failed), "{}", result.why);
    let found =
        ask(&network, &request("GET", &server.url()), &question("refused or timed_out or true"));
    assert_eq!(found.finding, Finding::Unknown, "{}", found.why);
    assert_eq!(server.requests().len(), 3, "each is sent once");
}

#[test]
fn two_hundred_calls_share_one_connection() {
    let server = Server::saying(answer("200 OK", "", "{}"));
    let network = network(&server.url());
    for _ in 0..200 {
        let result = send(&network, &request("POST", &server.url()), &judge());
        assert_eq!(result.outcome, known(Verdict::Succeeded));
    }
    assert_eq!((server.requests().len(), server.connections()), (200, 1));
}

#[test]
fn a_question_is_never_asked_over_an_old_connection() {
    let server = Server::saying(answer("200 OK", "", "{}"));
    let network = network(&server.url());
    for _ in 0..5 {
        ask(&network, &request("GET", &server.url()), &question("status == 200"));
        send(&network, &request("POST", &server.url()), &judge());
    }
    assert_eq!((server.requests().len(), server.connections()), (10, 6));
}

#[test]
fn a_kept_connection_that_breaks_is_not_tried_again_behind_our_back() {
    // Answers the first request of a connection; reads the second, and hangs up.
    let server = Server::new(|stream, _, number| {
        number % 2 == 0 && stream.write_all(answer("200 OK", "", "").as_bytes()).is_ok()
    });
    let network = network(&server.url());
    for round in 1..=50 {
        let result = send(&network, &request("PUT", &server.url()), &judge());
        assert_eq!(result.outcome, known(Verdict::Succeeded), "{}", result.why);
        let result = send(&network, &request("PUT", &server.url()), &judge());
        assert_eq!(result.outcome, CallOutcome::InDoubt, "{}", result.why);
        assert_eq!(server.requests().len(), round * 2, "none is sent twice");
    }
}

#[test]
fn a_connection_closed_between_two_calls_never_doubles_one() {
    // Hangs up right after each answer, without saying so.
    let server = Server::new(|stream, _, _| {
        stream.write_all(answer("200 OK", "", "").as_bytes()).unwrap();
        false
    });
    let network = network(&server.url());
    let mut answered = 0;
    for _ in 0..200 {
        let result = send(&network, &request("PUT", &server.url()), &judge());
        match result.outcome {
            CallOutcome::Known { verdict: Verdict::Succeeded } => answered += 1,
            // It raced with the hanging up: unknown, and said so.
            outcome => assert_eq!(outcome, CallOutcome::InDoubt, "{}", result.why),
        }
    }
    assert_eq!(server.requests().len(), answered, "what arrived was answered, once");
}

#[test]
fn ending_the_network_answers_what_is_running() {
    let (arrived, running) = channel();
    let server = Server::new(move |stream, _, _| {
        arrived.send(()).unwrap();
        std::io::copy(stream, &mut std::io::sink()).is_err()
    });
    let network = network(&server.url());
    let (sender, receiver) = channel();
    let sender_too = sender.clone();
    let done = Box::new(move |result| sender.send(result).unwrap());
    network.send(&request("PUT", &server.url()), &judge(), done);
    running.recv().unwrap();
    let reads = Judge { reads: true, ..judge() };
    let done = Box::new(move |result| sender_too.send(result).unwrap());
    network.send(&request("GET", &server.url()), &reads, done);
    running.recv().unwrap();
    drop(network);
    let mut outcomes: Vec<_> = receiver.iter().map(|result| result.outcome).collect();
    outcomes.sort_by_key(|outcome| *outcome != CallOutcome::InDoubt);
    assert_eq!(outcomes, [CallOutcome::InDoubt, known(Verdict::Failed)]);
}
