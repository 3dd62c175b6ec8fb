//! The program itself, as people meet it: started in a terminal, in a pipe, with files; judged by
//! what it prints, what it leaves on the disk, and what the back ends saw.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(
    clippy::format_collect,
    clippy::format_push_string,
    clippy::naive_bytecount,
    reason = "small texts, and plain words"
)]

mod attach;
mod attention;
mod canary;
mod commands;
mod continue_in;
mod doctor;
mod dress;
mod escapes;
mod harness;
mod home;
mod hostile_files;
mod killed;
mod misbehaviour;
mod night;
mod people;
mod pipe;
mod played;
mod pty;
mod record;
mod register;
mod resize;
mod scored;
mod server;
mod shell;
mod shipped;
mod sockets;
mod stage;
mod terminal;
mod tmux;
mod together;
mod ways;
mod wire;
mod within;
