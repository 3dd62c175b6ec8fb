//! The command line: one file for each subcommand. The composition root, and the only room that
//! prints.

mod args;
mod attach;
mod attach_file;
mod check;
mod completions;
mod context;
mod debrief;
mod doctor;
mod document;
mod drill;
mod export;
mod face;
mod handover;
mod harden;
mod home;
mod list;
mod log;
mod logging;
mod look;
mod note;
mod open;
mod out;
mod plan;
mod promote;
mod ran;
mod reach;
mod relocate;
mod run;
mod score;
mod serve;
mod session;
mod show;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

pub use args::Cli;
use args::{Command, DrillCommand};
use context::Context;

/// How a command ended; the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// 0.
    Good,
    /// 1: what was asked for was looked at, and is not good.
    Bad,
    /// Of a command that was run.
    Code(u8),
}

/// Runs the command line of this process: 0 good, 1 not good or failed, 2 not understood.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // What was not understood is repeated in it, and may come from elsewhere.
            out::note(error.render().to_string().trim_end());
            return ExitCode::from(2);
        }
        Err(help) => {
            // Nobody is left to tell when the terminal is gone.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match dispatch(cli) {
        Ok(Outcome::Good) => ExitCode::SUCCESS,
        Ok(Outcome::Bad) => ExitCode::from(1),
        Ok(Outcome::Code(code)) => ExitCode::from(code),
        Err(error) if out::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            out::error(&error);
            ExitCode::from(1)
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<Outcome> {
    // These need neither configuration nor data.
    match &cli.command {
        Some(Command::Completions { shell }) => return completions::completions(*shell),
        Some(Command::Check(args)) => return check::check(args),
        _ => {}
    }
    let runs = matches!(&cli.command, Some(Command::Run(args)) if !args.command.is_empty());
    let before = harden::harden(!runs)?;
    // It tells what is wrong with the configuration among the rest.
    if let Some(Command::Doctor(args)) = &cli.command {
        return doctor::doctor(&cli, args);
    }
    let context = Context::new(&cli)?;
    let Some(command) = cli.command else {
        return home::home(&Arc::new(context), &cli.face);
    };
    match command {
        Command::Open(args) => open::open(&context, &args),
        Command::Resume(args) => open::resume(&context, &args),
        Command::Drill(args) => match &args.then {
            None => drill::drill(&context, &args),
            Some(DrillCommand::Score(args)) => score::score(&context, args),
            Some(DrillCommand::Compare(args)) => score::compare(&context, args),
        },
        Command::Run(args) if runs => Ok(ran::ran(&context, &args, &before)),
        Command::Run(args) => run::run(&context, &args),
        Command::Serve(args) => serve::serve(&context, &args),
        Command::Attach(args) => attach::attach(&context, &args),
        Command::Note(args) => note::note(&context, &args),
        Command::AttachFile(args) => attach_file::attach_file(&context, &args),
        Command::Move(args) => relocate::relocate(&context, &args),
        Command::List(args) => list::list(&context, &args),
        Command::Show(args) => show::show(&context, &args),
        Command::Handover(args) => handover::handover(&context, &args),
        Command::Log(args) => log::log(&context, &args),
        Command::Plan(args) => plan::plan(&args),
        Command::Promote(args) => promote::promote(&context, &args),
        Command::Verify(args) => verify::verify(&context, &args),
        Command::Export(args) => export::export(&context, &args),
        Command::Check(_) | Command::Completions { .. } | Command::Doctor(_) => Ok(Outcome::Good),
    }
}
