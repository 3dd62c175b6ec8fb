//! `attach-file`: a file as evidence, by its path and hash.

use super::args::AttachFile;
use super::context::Context;
use super::reach::{self, Pen};
use super::{Outcome, out};
use crate::command::evidence;
use crate::incident::Ask;
use crate::text::Shown;

/// The file is hashed here, whoever runs the incident; it stays where it is.
pub(super) fn attach_file(context: &Context, args: &AttachFile) -> anyhow::Result<Outcome> {
    let path = Shown::new(args.path.to_string_lossy());
    let about = Shown::new(&args.about);
    let ask = Ask::Attach { path, sha256: String::new(), bytes: 0, about };
    let ask = evidence::hashed(ask).map_err(|why| anyhow::anyhow!("{why}"))?;
    let listed = context.find_open(args.incident.as_deref())?;
    let mut pen = Pen::take(context, &listed)?;
    let told = match &ask {
        Ask::Attach { sha256, bytes, .. } => format!("{bytes} bytes, sha256 {sha256}"),
        _ => String::new(),
    };
    let (seq, head) = pen.ask(ask)?;
    out::line(format!("Attached, {told}: {}", reach::spot(&listed, seq, &head)))?;
    Ok(Outcome::Good)
}
