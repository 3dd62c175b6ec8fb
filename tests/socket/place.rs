//! Where sockets lie: ours alone, or nowhere.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::harness::{Home, small, wait_for};
use crate::pipe::Pipe;
use crate::served::Served;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_socket_is_its_owners_alone_and_goes_with_the_engine() {
    let home = Home::new();
    let served = Served::drill(&home);
    let socket = served.socket.clone();
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    served.end();
    assert!(!socket.exists());
}

#[test]
fn what_a_dead_engine_left_is_replaced_and_a_file_is_not() {
    let home = Home::new();
    let mut served = Served::drill(&home);
    served.pipe.kill();
    let socket = served.socket.clone();
    served.pipe.end();
    assert!(socket.exists(), "nobody was left to remove it");
    Served::start(&home, &[]).end();
    std::fs::write(&socket, "something else").unwrap();
    let refused = home.run(&["serve"]);
    assert_eq!(refused.code, 1);
    assert!(refused.told().contains("no socket"), "{refused:?}");
    assert_eq!(std::fs::read(&socket).unwrap(), b"something else");
}

#[test]
fn a_directory_that_others_could_change_is_refused_with_the_way_out() {
    let home = Home::new();
    home.variables();
    let place = home.path("runtime/stanch");
    let refused = |words: &str| {
        let drill = small("drills/small.toml");
        let ended = home.run(&["serve", "--drill", &drill]);
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.told().contains(words), "{ended:?}");
    };
    std::fs::create_dir(&place).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o770)).unwrap();
    refused("is open to others (mode 0770); chmod 700 ");
    std::fs::remove_dir(&place).unwrap();
    symlink(home.dir.path(), &place).unwrap();
    refused("is no directory; set XDG_RUNTIME_DIR");
    std::fs::remove_file(&place).unwrap();
    std::fs::write(&place, "").unwrap();
    refused("cannot be made");
}

#[test]
fn a_path_that_is_too_long_is_refused_by_serve_and_told_by_a_face() {
    let home = Home::new();
    let long = home.path(&"d".repeat(90));
    std::fs::create_dir(&long).unwrap();
    let drill = small("drills/small.toml");
    let mut serve = home.command(&["serve", "--drill", &drill]);
    serve.env("XDG_RUNTIME_DIR", &long);
    let refused = Pipe::start(serve).end();
    assert_eq!(refused.code, 1);
    assert!(refused.told().contains("a socket takes at most"), "{refused:?}");
    assert!(refused.told().contains("set XDG_RUNTIME_DIR"), "{refused:?}");
    // The incident can be run all the same.
    let mut face = home.command(&["drill", &drill, "--plain"]);
    face.env("XDG_RUNTIME_DIR", &long);
    let mut face = Pipe::start(face);
    face.expect("> ");
    face.say("note Alone.");
    face.expect("noted: Alone.");
    face.say("quit");
    let ended = face.end();
    assert_eq!(ended.code, 0);
    assert!(ended.told().contains("nobody can attach"), "{ended:?}");
}

#[test]
fn without_a_runtime_directory_it_is_the_users_own_under_the_temporary_one() {
    let home = Home::new();
    home.variables();
    let mut command = home.command(&["serve", "--drill", &small("drills/small.toml")]);
    command.env_remove("XDG_RUNTIME_DIR");
    let mut pipe = Pipe::start(command);
    pipe.expect("Listening on ");
    let socket = std::path::PathBuf::from(pipe.expect("\n").trim_end());
    let uid = rustix::process::getuid().as_raw();
    assert!(socket.starts_with(home.path(&format!("runtime/stanch-{uid}"))), "{socket:?}");
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
    crate::served::kill(pipe.id(), rustix::process::Signal::INT);
    assert_eq!(pipe.end().code, 0);
    wait_for("the socket to go", || (!socket.exists()).then_some(()));
}
