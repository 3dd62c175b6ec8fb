//! Several at once: each sees all, each acts as themselves, and leaving leaves the engine running.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::harness::{Ended, Home};
use crate::pipe::Pipe;
use crate::record::lines;
use crate::served::{Served, Wire, attach, note, sees};

fn piped(mut command: Command, text: &str) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Ended::of(&child.wait_with_output().unwrap())
}

#[test]
fn two_faces_and_a_pipe_at_once() {
    let home = Home::new();
    let mut served = Served::drill(&home);
    let dir = home.incident();
    let mut ana = attach(&home, "ana", &["--role", "responder"]);
    let mut eve = attach(&home, "eve", &["--read-only"]);
    sees(&mut ana, "with eve [only looks]");
    sees(&mut eve, "with ana (responder)");
    ana.say("note The door stood open.");
    ana.expect("> ");
    let noted = piped(
        home.command(&["--who", "ben", "note", "--source", "load balancer"]),
        "503 503\n200 200\n",
    );
    assert_eq!(noted.code, 0, "{noted:?}");
    sees(&mut eve, "noted, from load balancer: 503 503⏎200 200");
    sees(&mut ana, "noted, from load balancer: 503 503⏎200 200");
    eve.say("note I must not.");
    eve.expect("you only look");

    ana.say("quit");
    let left = ana.end();
    assert!(left.told().contains("Left; the engine goes on."), "{left:?}");
    served.pipe.expect("ana (responder) left");
    eve.say("quit");
    assert_eq!(eve.end().code, 0);
    let ended = served.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    for told in ["ana (responder) attached", "eve [only looks] attached", "ana (responder) left"] {
        assert!(ended.text().contains(told), "{ended:?}");
    }
    let all = lines(&dir);
    let by = |text: &str| all.iter().find(|line| line["text"] == text).unwrap()["by"].clone();
    assert_eq!(by("The door stood open.")["role"], "responder");
    assert_eq!(by("503 503\n200 200")["who"], "ben");
    let came: Vec<_> = all.iter().filter(|line| line["kind"] == "attached").collect();
    assert_eq!(came.len(), 2, "who writes a note is no face: {came:?}");
    assert!(came.iter().any(|line| line["by"]["who"] == "eve" && line["may_act"] == false));
    assert_eq!(home.run(&["verify"]).code, 0);
}

#[test]
fn who_comes_again_and_again_is_recorded_once() {
    let home = Home::new();
    let served = Served::drill(&home);
    let dir = home.incident();
    for _ in 0..20 {
        drop(Wire::attach(&served.socket, "ana", true));
    }
    let mut last = Wire::attach(&served.socket, "ana", true);
    last.say(&note(1, "still here"));
    last.expect("accepted");
    let attached = lines(&dir).iter().filter(|line| line["kind"] == "attached").count();
    assert_eq!(attached, 1);
    served.end();
}

#[test]
fn an_answer_names_its_own_record_and_a_refusal_has_the_words_of_every_face() {
    let home = Home::new();
    let served = Served::drill(&home);
    let dir = home.incident();
    let mut wire = Wire::attach(&served.socket, "ana", true);
    wire.say(&note(7, "mine"));
    let accepted = wire.expect("accepted");
    assert_eq!(accepted["id"], 7);
    let seq = usize::try_from(accepted["seq"].as_u64().unwrap()).unwrap();
    assert_eq!(lines(&dir)[seq]["text"], "mine");
    wire.say(&note(8, "  "));
    let refused = wire.expect("refused");
    assert_eq!((&refused["id"], &refused["kind"]), (&8.into(), &"blank".into()));
    assert_eq!(refused["words"], "nothing was written");
    let mut looks = Wire::attach(&served.socket, "eve", false);
    looks.say(&note(1, "mine too"));
    assert_eq!(looks.expect("refused")["kind"], "only_looks");
    served.end();
}

#[test]
fn the_face_that_opened_it_waits_for_those_who_are_attached() {
    let home = Home::new();
    let drill = crate::harness::small("drills/small.toml");
    let mut first = Pipe::start(home.command(&["drill", &drill, "--plain"]));
    first.expect("> ");
    let mut ben = attach(&home, "ben", &[]);
    first.say("quit");
    first.expect("Left. ");
    // The engine is still there for him.
    ben.say("note Still here.");
    ben.expect("noted: Still here.");
    ben.say("quit");
    ben.end();
    let left = first.end();
    assert_eq!(left.code, 0, "{left:?}");
    assert!(left.told().contains("Still attached: ben."), "{left:?}");
}

#[test]
fn resuming_what_is_run_already_names_the_way_in() {
    let home = Home::new();
    let served = Served::drill(&home);
    let refused = home.run(&["resume", "--plain"]);
    assert_eq!(refused.code, 1);
    assert!(refused.told().contains("attach to it with `stanch attach`"), "{refused:?}");
    served.end();
    let nobody = home.run(&["attach", "--plain"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.told().contains("no engine runs"), "{nobody:?}");
    assert!(nobody.told().contains("stanch resume"), "{nobody:?}");
}
