//! `run -- COMMAND`: a command of the person's own, with what it printed as evidence.
//!
//! That it is about to be started is flushed before it is. Its output passes through as it comes.

mod child;

use std::ffi::OsString;

use super::args::Run;
use super::context::Context;
use super::harden::Before;
use super::reach::{self, Pen};
use super::{Outcome, out};
use crate::engine::wire::{KEEP_LIMIT, KEEP_OVERLAP};
use crate::engine::{Random as _, SystemRandom};
use crate::incident::{Ask, CommandEnd, HowEnded, Output, hex};
use crate::journal::Listed;
use crate::text::Shown;
use child::{Caught, Ran};

/// Nothing was started: it could not be recorded.
const NOT_RECORDED: u8 = 125;
/// It is there and cannot be started.
const NOT_STARTED: u8 = 126;
/// There is no such program.
const NOT_FOUND: u8 = 127;

/// The exit code is that of the command; 128 and the signal that ended it; 125 where it was not
/// started since that could not be recorded.
pub(super) fn ran(context: &Context, args: &Run, before: &Before) -> Outcome {
    match begin(context, args) {
        Ok((listed, run)) => Outcome::Code(finish(context, args, &listed, &run, before)),
        Err(error) => {
            out::error(&error.context("the command was not started, since it cannot be recorded"));
            Outcome::Code(NOT_RECORDED)
        }
    }
}

/// Records what is about to be run.
fn begin(context: &Context, args: &Run) -> anyhow::Result<(Listed, String)> {
    let listed = context.find_open(args.incident.as_deref())?;
    let mut random = [0; 8];
    SystemRandom.fill(&mut random)?;
    let run = hex(&random);
    let mask = |text: &OsString| context.redactor().shown(text.to_string_lossy());
    let directory = std::env::current_dir()?;
    let start = Ask::CommandStart {
        run: run.clone(),
        argv: args.command.iter().map(mask).collect(),
        directory: Shown::new(directory.to_string_lossy()),
        host: Shown::new(rustix::system::uname().nodename().to_string_lossy()),
        anyway: args.anyway,
    };
    Pen::take(context, &listed)?.ask(start)?;
    Ok((listed, run))
}

/// Runs it, and records how it ended.
fn finish(context: &Context, args: &Run, listed: &Listed, run: &str, before: &Before) -> u8 {
    let begun = context.clock.now().up;
    let ran = child::run(&args.command, before);
    let took_ms = context.clock.now().up.saturating_sub(begun) / 1_000;
    let (how, code) = how(&ran);
    let recorded = record(context, listed, run.to_owned(), how.clone(), took_ms, &ran);
    if let Err(error) = recorded {
        let kept = [b"stdout:\n", &ran.stdout.kept[..], b"\nstderr:\n", &ran.stderr.kept].concat();
        let head = format!("run {run} of {}: {how:?}, {took_ms} ms\n", reach::name_of(listed));
        let place = match reach::rescue(context, "run", &[head.as_bytes(), &kept].concat()) {
            Ok(path) => format!("it is kept in {}", path.display()),
            Err(lost) => format!("and it cannot be kept in a file either: {lost}"),
        };
        out::error(&error.context(format!("HOW IT ENDED IS NOT RECORDED; {place}")));
    }
    code
}

fn how(ran: &Ran) -> (HowEnded, u8) {
    match &ran.ended {
        Err(error) => {
            let is_missing = error.kind() == std::io::ErrorKind::NotFound;
            let why = Shown::new(error.to_string());
            out::note(format!("stanch: the command could not be started: {why}"));
            let code = if is_missing { NOT_FOUND } else { NOT_STARTED };
            (HowEnded::NotStarted { why }, code)
        }
        Ok(child::Ended::Code(code)) => {
            (HowEnded::Exited { code: *code }, u8::try_from(*code).unwrap_or(1))
        }
        Ok(child::Ended::Signal(signal)) => {
            let code = u8::try_from(128 + signal).unwrap_or(1);
            (HowEnded::Signalled { signal: *signal }, code)
        }
    }
}

fn record(
    context: &Context,
    listed: &Listed,
    run: String,
    how: HowEnded,
    took_ms: u64,
    ran: &Ran,
) -> anyhow::Result<()> {
    let mut pen = Pen::take(context, listed)?;
    let stdout = keep(context, &pen, &ran.stdout)?;
    let stderr = keep(context, &pen, &ran.stderr)?;
    let end = CommandEnd { how, took_ms, stdout, stderr };
    let (seq, head) = pen.ask(Ask::CommandEnd { run, end })?;
    out::note(format!("stanch: recorded up to {}", reach::spot(listed, seq, &head)));
    Ok(())
}

/// Masked here with what this process knows, and by whoever keeps it with the rest.
fn keep(context: &Context, pen: &Pen, caught: &Caught) -> anyhow::Result<Output> {
    if caught.kept.is_empty() {
        return Ok(Output { bytes: caught.bytes, ..Output::default() });
    }
    let masked = context.redactor().mask_up_to(&caught.kept, KEEP_LIMIT + KEEP_OVERLAP / 2);
    let sha256 = Some(pen.keep(&masked)?);
    Ok(Output { bytes: caught.bytes, truncated: caught.bytes > KEEP_LIMIT as u64, sha256 })
}
