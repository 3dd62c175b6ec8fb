//! Which faults struck, and how they were handled.

use serde::Serialize;

use super::Reader;

/// One fault, as told at the end of the exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultScore {
    pub fault: String,
    /// How often; 0: it was never reached.
    pub struck: u64,
    pub reached: bool,
}

impl FaultScore {
    /// In words.
    pub fn words(&self) -> String {
        match self.struck {
            0 => format!("{}: never reached", self.fault),
            1 => format!("{}: struck once", self.fault),
            times => format!("{}: struck {times} times", self.fault),
        }
    }
}

/// As the end tells them; none before it.
pub(super) fn faults(reader: &Reader) -> Vec<FaultScore> {
    let ended = reader.state.exercise.as_deref().and_then(|exercise| exercise.ended.as_ref());
    let told = ended.map(|ended| ended.faults.as_slice()).unwrap_or_default();
    told.iter()
        .map(|one| FaultScore {
            fault: one.fault.clone(),
            struck: one.struck,
            reached: one.struck > 0,
        })
        .collect()
}
