//! Claims, reminders and evidence: numbered, timed, recorded.

use super::Turn;
use crate::incident::claim::Count;
use crate::incident::evidence::is_sha256;
use crate::incident::input::Ask;
use crate::incident::record::Record;
use crate::incident::refusal::Refusal;

/// What a person asks of them; any other ask changes nothing.
pub(super) fn asked(turn: &mut Turn, ask: Ask) -> Result<(), Refusal> {
    match ask {
        Ask::CommandStart { run, argv, directory, host, .. } => {
            turn.push(Record::CommandStarted { run, argv, directory, host });
        }
        Ask::CommandEnd { run, end } => turn.push(Record::CommandEnded { run, end }),
        Ask::ClaimMake { text, source, data } => {
            let claim = turn.state.claims.get_max().map_or(1, |(id, _)| id + 1);
            turn.push(Record::ClaimMade { claim, text, source, data });
        }
        Ask::ClaimAmend { claim, status, reason } => {
            let (status, reason) = (Some(status), Some(reason));
            let (count, act_as_if) = (None, None);
            turn.push(Record::ClaimAmended { claim, status, count, act_as_if, reason });
        }
        Ask::ClaimCount { claim, count, source } => {
            let count = Some(Count { count, source });
            let (status, act_as_if, reason) = (None, None, None);
            turn.push(Record::ClaimAmended { claim, status, count, act_as_if, reason });
        }
        Ask::ClaimActAsIf { claim, act, reason } => {
            let (act_as_if, reason) = (Some(act), Some(reason));
            let (status, count) = (None, None);
            turn.push(Record::ClaimAmended { claim, status, count, act_as_if, reason });
        }
        Ask::Remind { what, who, when } => {
            let timer = turn.state.timers.get_max().map_or(1, |(id, _)| id + 1);
            let due = when.due(turn.now.at).ok_or(Refusal::TooFar)?;
            turn.push(Record::TimerSet { timer, what, who, due });
        }
        Ask::TimerDone { timer, how } => turn.push(Record::TimerDone { timer, how }),
        Ask::Attach { path, sha256, bytes, about } => {
            if !is_sha256(&sha256) {
                return Err(Refusal::NotHashed);
            }
            turn.push(Record::EvidenceAttached { path, sha256, bytes, about });
        }
        _ => {}
    }
    Ok(())
}
