//! A file becomes evidence at a face: by its path, its hash and its length.

use sha2::{Digest, Sha256};
use stanch::incident::hex;

use crate::harness::{Home, small};
use crate::pipe::Pipe;
use crate::record::lines;

#[test]
fn a_file_is_attached_by_its_path_and_told_in_the_timeline() {
    let home = Home::new();
    let content = b"{\"leaked\": true}\n".repeat(10_000);
    let path = home.write("evidence/dump.json", &content);
    let mut face = Pipe::start(home.command(&["drill", &small("drills/small.toml"), "--plain"]));
    face.expect("> ");
    for (answer, then) in [
        ("attach", "Path of the file"),
        ("evidence/missing.json", "About"),
        ("the leak", "evidence/missing.json cannot be attached"),
        ("attach", "Path of the file"),
        // From the directory in which it was started.
        ("evidence/dump.json", "About"),
        ("the leak", "evidence"),
    ] {
        face.say(answer);
        face.expect(then);
    }
    face.say("quit");
    let ended = face.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    let all = lines(&home.incident());
    let attached: Vec<_> = all.iter().filter(|line| line["kind"] == "evidence_attached").collect();
    let [attached] = attached.as_slice() else { panic!("one of the two: {attached:?}") };
    assert_eq!(attached["path"], path.as_str());
    assert_eq!(attached["sha256"], hex(&Sha256::digest(&content)));
    assert_eq!(attached["bytes"], content.len());
    let timeline = home.run(&["export", "--format", "md"]).text();
    let row = format!("`{path}` | {} | `{}`", content.len(), hex(&Sha256::digest(&content)));
    assert!(timeline.contains(&row), "{timeline}");
}
