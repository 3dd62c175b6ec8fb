//! A playbook within another is kept as it was opened; and what was changed on the way is taken out of
//! the record again.

use crate::harness::Home;
use crate::pipe::Pipe;
use crate::record::{kinds, lines};

const WHOLE: &str = r#"format = 1
id = "whole"
title = "Whole"
[[steps]]
id = "leak"
phase = "detect"
title = "What leaked"
playbook = { file = "leak.toml" }
"#;

const LEAK: &str = r#"format = 1
id = "leak"
title = "Leak"
[[steps]]
id = "look"
phase = "detect"
title = "Look"
ask = { question = "How many?" }
"#;

const AMENDED: [&str; 6] = [
    "[[steps]]",
    "id = \"look\"",
    "phase = \"detect\"",
    "title = \"Look twice\"",
    "# the first count was wrong",
    "ask = { question = \"How many?\" }",
];

#[test]
fn what_is_amended_at_night_is_promoted_by_day() {
    let home = Home::new();
    let whole = home.write("books/whole.toml", WHOLE);
    home.write("books/leak.toml", LEAK);
    assert!(home.run(&["check", &whole]).text().ends_with("good\n"));
    assert!(home.run(&["plan", &whole]).text().contains("leak.look [detect] Look"));
    let mut pipe = Pipe::start(home.command(&["open", &whole, "--plain"]));
    pipe.expect("> ");
    pipe.say("step leak.look");
    pipe.expect("> ");
    pipe.say("amend");
    pipe.expect("a line with only a dot ends it.");
    for line in AMENDED {
        pipe.say(line);
    }
    pipe.say(".");
    pipe.expect("What changes:");
    pipe.expect("+title = \"Look twice\"");
    pipe.expect("Reason (empty: nothing happens): ");
    pipe.say("one count is no count");
    pipe.expect("leak.look amended (1 lines out, 2 in): one count is no count");
    pipe.expect("> ");
    pipe.say("quit");
    assert_eq!(pipe.end().code, 0);
    let dir = home.incident();
    assert!(kinds(&dir).contains(&"step_amended".to_owned()));
    let first = &lines(&dir)[0];
    let sha256 = first["sub_playbooks"]["leak"].as_str().unwrap().to_owned();
    let kept = dir.join(format!("playbook-{sha256}.toml"));
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), LEAK, "as it was opened");
    let name = first["codename"].as_str().unwrap();
    let promoted = home.run(&["promote", name, "leak.look"]);
    assert_eq!(promoted.code, 0, "{promoted:?}");
    assert_eq!(promoted.text(), AMENDED.join("\n") + "\n");
    let other = home.run(&["promote", name, "leak"]);
    assert!(other.told().contains("neither added nor amended"), "{other:?}");
    assert!(home.run(&["export", name]).text().contains("## Changes of the plan"));
    // The book that it came from may change; the copy may not.
    home.write("books/leak.toml", "nothing");
    assert!(home.run(&["show", name]).text().contains("Look twice"));
    std::fs::write(&kept, LEAK.replace("Look", "Leave")).unwrap();
    let resumed = home.run(&["resume", name, "--plain"]);
    assert_eq!(resumed.code, 1);
    assert!(resumed.told().contains("a document that changed since the incident was opened"));
}
