//! A secret from a program: no shell, a bare environment, a bound on time and size.

use std::process::Stdio;
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::{LONGEST, without_line_end};

/// Long enough for a touch of a hardware key.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs the program and takes what it prints, or says in words why not. What it writes to its
/// standard error is thrown away: it may hold the secret.
pub(super) async fn read(
    argv: &[String],
    environment: &[(String, String)],
) -> Result<SecretString, String> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err("its command is empty".to_owned());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    let mut printed = Vec::with_capacity(LONGEST + 3);
    let limit = u64::try_from(LONGEST + 3).unwrap_or(u64::MAX);
    let finished = tokio::time::timeout(LIMIT, async {
        if let Some(pipe) = child.stdout.take() {
            pipe.take(limit).read_to_end(&mut printed).await?;
        }
        child.wait().await
    })
    .await;
    let secret = without_line_end(printed).map_err(|what| format!("`{program}`: {what}"));
    match finished {
        Err(_) => Err(format!("`{program}` did not end within {} s", LIMIT.as_secs())),
        Ok(Err(error)) => Err(format!("`{program}`: {error}")),
        Ok(Ok(status)) if !status.success() => Err(format!("`{program}` ended with {status}")),
        Ok(Ok(_)) => secret,
    }
}
