//! Connections that no face would make: the engine goes on, and says why it ends them.

use std::io::Read as _;
use std::os::unix::net::UnixStream;

use serde_json::json;

use crate::harness::Home;
use crate::record::lines;
use crate::served::{Served, Wire, note};

/// Somebody else is served as ever.
fn is_well(served: &Served, text: &str) {
    let mut wire = Wire::attach(&served.socket, "ana", true);
    wire.say(&note(1, text));
    assert_eq!(wire.expect("accepted")["id"], 1);
}

#[test]
fn garbage_ends_only_itself() {
    let home = Home::new();
    let served = Served::drill(&home);
    for garbage in [
        &b"\n"[..],
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00\xff\xfe\n",
        b"{}\n",
        b"{\"hello\":{}}\n",
        b"{\"ask\":{\"id\":1}}\n",
        b"[[[[[[[[[[[[[[[[\n",
    ] {
        let mut wire = Wire::connect(&served.socket);
        wire.raw(garbage);
        assert!(wire.bye().starts_with("this is no message"), "{garbage:?}");
        assert_eq!(wire.hear(), None);
        let mut wire = Wire::attach(&served.socket, "eve", true);
        wire.raw(garbage);
        wire.expect("bye");
    }
    let mut early = Wire::connect(&served.socket);
    early.say(&note(1, "before the hello"));
    assert_eq!(early.bye(), "the first line must be a hello");
    let mut newer = Wire::connect(&served.socket);
    newer.say(&json!({"hello": {"version": 2, "who": "ana", "may_act": true}}));
    assert!(newer.bye().contains("speaks version 1"));
    for who in ["", "  ", "stanch", &"x".repeat(101)] {
        let mut nobody = Wire::connect(&served.socket);
        nobody.say(&json!({"hello": {"version": 1, "who": who, "may_act": true}}));
        nobody.bye();
    }
    is_well(&served, "after the garbage");
    served.end();
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn a_line_without_an_end_is_cut_off() {
    let home = Home::new();
    let served = Served::drill(&home);
    let mut wire = Wire::attach(&served.socket, "ana", true);
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..4 {
        wire.raw(&piece);
    }
    // What it still had to say may be lost with what was not read of ours.
    while wire.hear().is_some() {}
    let mut long = Wire::attach(&served.socket, "ana", true);
    long.say(&note(3, &"y".repeat(300 * 1024)));
    assert_eq!(long.expect("refused")["kind"], "too_long");
    is_well(&served, "after the long line");
    served.end();
}

#[test]
fn who_does_not_read_holds_up_nobody() {
    let home = Home::new();
    let served = Served::drill(&home);
    let mut deaf = Wire::attach(&served.socket, "eve", true);
    let mut ana = Wire::attach(&served.socket, "ana", true);
    // Far more answers than a socket holds; none of them is ever read.
    let text = "z".repeat(200 * 1024);
    let mask = json!({"mask": {"id": 1, "text": text}});
    let writer = std::thread::spawn(move || {
        for _ in 0..100 {
            deaf.say(&mask);
        }
        deaf
    });
    for id in 0..50 {
        ana.say(&note(id, "on it goes"));
        assert_eq!(ana.expect("accepted")["id"], id);
    }
    let deaf = writer.join().unwrap();
    // It was let go.
    let mut rest = Vec::new();
    let mut stream: UnixStream = deaf.stream;
    let _ = stream.read_to_end(&mut rest);
    is_well(&served, "without the deaf one");
    served.end();
}

#[test]
fn fifty_at_once_and_too_many() {
    let home = Home::new();
    let served = Served::drill(&home);
    let dir = home.incident();
    let mut all: Vec<Wire> = (0..50)
        .map(|number| Wire::attach(&served.socket, &format!("person {number}"), true))
        .collect();
    for (number, wire) in all.iter_mut().enumerate() {
        wire.say(&note(number as u64, &format!("note {number}")));
    }
    for (number, wire) in all.iter_mut().enumerate() {
        assert_eq!(wire.expect("accepted")["id"], number);
    }
    let notes = lines(&dir).iter().filter(|line| line["kind"] == "noted").count();
    assert_eq!(notes, 50);
    let mut more: Vec<Wire> =
        (0..14).map(|_| Wire::attach(&served.socket, "more", false)).collect();
    let mut last = Wire::connect(&served.socket);
    assert_eq!(last.bye(), "too many are attached already");
    // Who is there has all of them before their eyes.
    all[0].say(&note(99, "last"));
    all[0].expect("accepted");
    more.clear();
    drop(all);
    crate::harness::wait_for("a seat", || {
        let mut wire = Wire::connect(&served.socket);
        wire.say(&json!({"hello": {"version": 1, "who": "late", "may_act": true}}));
        wire.hear().filter(|message| message.get("hello").is_some())
    });
    served.end();
    assert_eq!(home.run(&["verify"]).code, 0);
}
