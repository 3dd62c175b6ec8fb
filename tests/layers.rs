//! The house as `src/lib.rs` draws it: a room knows only those above it, the pure rooms touch no
//! world, every file says what it is for, and the lock file holds one of each thing that must be
//! one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms in the order of the table in `src/lib.rs`.
fn rooms() -> Vec<String> {
    let lib = fs::read_to_string("src/lib.rs").unwrap();
    let rooms: Vec<String> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`")?.split_once('`').map(|(room, _)| room))
        .map(str::to_owned)
        .collect();
    let declared = lib.lines().filter(|line| line.starts_with("pub mod ")).count();
    assert_eq!(rooms.len(), declared, "the table in src/lib.rs names every room");
    rooms
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// The room of a file: the first part of its path below `src`.
fn room(path: &Path) -> String {
    let first = path.strip_prefix("src").unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

/// The code of a file without comments and without its unit tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every word that follows `crate::` or a crate's name with `::`.
fn paths_from(code: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let rest = &code[at + root.len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or("").split(',').collect(),
            None => vec![rest],
        };
        for name in names {
            let word: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            found.push(word);
        }
    }
    found
}

#[test]
fn a_room_knows_only_those_above_it() {
    let rooms = rooms();
    let rank: BTreeMap<&str, usize> =
        rooms.iter().enumerate().map(|(rank, room)| (room.as_str(), rank)).collect();
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        let here = room(&path);
        let Some(own) = rank.get(here.as_str()) else { continue };
        for used in paths_from(&code(&path), "crate::") {
            if rank.get(used.as_str()).is_some_and(|other| other > own) {
                wrong.push(format!("{} uses crate::{used}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn rules_are_pure_and_only_the_screen_knows_the_terminal() {
    let world =
        ["std::fs", "TcpStream", "UdpSocket", "std::env", "std::process", "tokio::", "reqwest::"];
    let terminal = ["ratatui::", "crossterm::", "tui_textarea::"];
    let network = ["reqwest::", "rustls::"];
    let mut wrong = Vec::new();
    for path in sources(Path::new("src")) {
        // A URL is a value, not a network; a key is one, not a terminal.
        let code = code(&path).replace("reqwest::Url", "").replace("crossterm::event::{Key", "");
        let here = room(&path);
        let mut forbidden: Vec<&str> = Vec::new();
        if ["text", "playbook", "incident"].contains(&here.as_str()) {
            forbidden.extend(world);
            forbidden.extend(["SystemTime", "Instant::now", "getrandom"]);
        }
        if here != "tui" {
            forbidden.extend(terminal);
        }
        if here != "backend" {
            forbidden.extend(network);
        }
        if here == "tui" || here == "plain" || here == "command" {
            forbidden.extend(["crate::backend", "hyper::"]);
        }
        for word in forbidden {
            if code.contains(word) {
                wrong.push(format!("{} uses {word}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What a panic says of the values it met may hold what nobody must see, so that only its place is
/// printed. The shipped program cannot be made to panic from outside, which leaves its source to
/// judge by: the two hooks never look at a panic's message, and nobody else sets or catches any.
#[test]
fn the_text_of_a_panic_is_looked_at_nowhere() {
    let mut hooks = Vec::new();
    for path in sources(Path::new("src")) {
        let code = code(&path);
        let message = [".payload()", ".payload_as_str()", "catch_unwind", "into_panic()"];
        for word in message {
            assert!(!code.contains(word), "{} uses {word}", path.display());
        }
        if let Some((_, hook)) = code.split_once("panic::set_hook(") {
            // The hook's own block, and what its closure calls a panic.
            let name = hook.split('|').nth(1).unwrap().to_owned();
            let body = hook.split("}));").next().unwrap().split('|').nth(2).unwrap().to_owned();
            hooks.push((path.display().to_string(), name, body));
        }
    }
    hooks.sort();
    let [(harden, name, body), (terminal, handed_on, rest)] = &hooks[..] else {
        unreachable!("another hook: {hooks:?}")
    };
    assert_eq!((harden.as_str(), terminal.as_str()), ("src/cli/harden.rs", "src/tui/terminal.rs"));
    // The first asks for the place alone; the second gives the terminal back and hands on.
    assert_eq!(body.matches(name.as_str()).count(), 1, "{body}");
    assert!(body.contains(&format!("{name}.location()")), "{body}");
    assert_eq!(rest.matches(handed_on.as_str()).count(), 1, "{rest}");
    assert!(rest.contains(&format!("previous({handed_on})")), "{rest}");
}

#[test]
fn every_file_opens_with_its_purpose() {
    let all = ["src", "tests", "benches"].map(Path::new).into_iter().flat_map(sources);
    let silent: Vec<PathBuf> =
        all.filter(|path| !fs::read_to_string(path).unwrap().starts_with("//! ")).collect();
    assert_eq!(silent, Vec::<PathBuf>::new());
}

/// Two of these would mean two event queues, two buffers, or two ideas of what a certificate is.
#[test]
fn the_lock_file_holds_one_of_each() {
    let lock = fs::read_to_string("Cargo.lock").unwrap();
    for name in
        ["crossterm", "ratatui-core", "ratatui-textarea", "ring", "rustls", "reqwest", "toml"]
    {
        let count = lock.matches(&format!("name = \"{name}\"\n")).count();
        assert_eq!(count, 1, "{name}");
    }
    for name in ["aws-lc-rs", "openssl", "native-tls"] {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name} is a second TLS");
    }
}
