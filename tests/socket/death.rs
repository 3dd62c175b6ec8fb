//! Whatever is killed, nothing that was flushed is lost, and nobody is told less than before.

use std::sync::{Arc, Condvar, Mutex};

use rustix::process::Signal;

use crate::harness::{Home, wait_for};
use crate::record::{has, kinds};
use crate::served::{Served, attach, kill, sees};
use crate::server::{Server, answer};

type Gate = Arc<(Mutex<bool>, Condvar)>;

/// A live door that answers only once it is let.
fn door(home: &Home) -> (Server, Gate, String) {
    let gate: Gate = Arc::default();
    let held = Arc::clone(&gate);
    let server = Server::start(move |_| {
        let open = held.0.lock().unwrap();
        drop(held.1.wait_while(open, |open| !*open).unwrap());
        Some(answer(b"200 OK", b"", b"{}"))
    });
    let playbook = home.write(
        "change.toml",
        format!(
            r#"
            format = 1
            id = "change"
            title = "One change"
            [backends.door]
            title = "The door"
            url = "{}"
            [[steps]]
            id = "lock"
            phase = "contain"
            title = "Lock door"
            danger = "confirm"
            call = {{ backend = "door", request = "POST /lock", repeat = "once" }}
            "#,
            server.url()
        ),
    );
    (server, gate, playbook)
}

fn open(gate: &Gate) {
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
}

/// From the first look to the request that has left.
fn send(face: &mut crate::pipe::Pipe, server: &Server) {
    face.say("1");
    face.expect("Type send to send it");
    face.say("send");
    wait_for("the request", || server.requests().pop());
}

#[test]
fn a_face_that_is_killed_in_the_middle_of_a_step_loses_nothing() {
    let home = Home::new();
    let (server, gate, playbook) = door(&home);
    let engine = Served::start(&home, &["--open", &playbook]);
    let dir = home.incident();
    let mut first = attach(&home, "ana", &[]);
    send(&mut first, &server);
    kill(first.id(), Signal::KILL);
    first.end();
    let mut second = attach(&home, "ana", &["--role", "responder"]);
    let said = sees(&mut second, "running");
    assert!(said.contains("1 under way"), "{said}");
    open(&gate);
    wait_for("the end of the step", || has(&dir, "step_completed", "lock").then_some(()));
    sees(&mut second, "ALL STEPS OVER");
    assert_eq!(server.requests().len(), 1, "it was sent once");
    second.say("quit");
    second.end();
    engine.end();
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn an_engine_that_is_killed_is_missed_and_the_next_one_is_found() {
    let home = Home::new();
    let (server, _gate, playbook) = door(&home);
    let engine = Served::start(&home, &["--open", &playbook]);
    let dir = home.incident();
    let mut ana = attach(&home, "ana", &[]);
    let mut eve = attach(&home, "eve", &[]);
    send(&mut eve, &server);
    engine.signal(Signal::KILL);
    engine.pipe.end();
    let said = sees(&mut ana, "READ-ONLY: the engine is gone");
    assert!(said.contains("Lock door"), "all can still be read: {said}");
    ana.say("note To nobody.");
    ana.expect("read-only");

    let next = Served::start(&home, &[]);
    sees(&mut ana, "1 IN DOUBT");
    sees(&mut ana, "with eve");
    ana.say("note Found again.");
    ana.expect("noted: Found again.");
    sees(&mut eve, "noted: Found again.");
    assert!(!kinds(&dir).contains(&"call_answered".to_owned()));
    assert_eq!(server.requests().len(), 1, "it was never sent again");
    let ended = next.end();
    assert!(ended.told().contains("1 in doubt"), "{ended:?}");
    ana.say("quit");
    let left = ana.end();
    assert!(left.told().contains("no engine runs it now"), "{left:?}");
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_signal_ends_a_served_engine_when_the_running_call_is_recorded() {
    let home = Home::new();
    let (server, gate, playbook) = door(&home);
    let engine = Served::start(&home, &["--open", &playbook]);
    let dir = home.incident();
    let mut ana = attach(&home, "ana", &[]);
    send(&mut ana, &server);
    engine.signal(Signal::HUP);
    wait_for("the socket to go", || (!engine.socket.exists()).then_some(()));
    assert!(!kinds(&dir).contains(&"call_answered".to_owned()));
    open(&gate);
    assert_eq!(engine.pipe.end().code, 0);
    assert!(has(&dir, "step_completed", "lock"), "{:?}", kinds(&dir));
    drop(ana);
}
