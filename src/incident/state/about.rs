//! To which step a record belongs.

use std::borrow::Cow;

use super::State;
use crate::incident::id::{CallId, CheckId, GuardId};
use crate::incident::record::{Record, ScopeSource};

impl State {
    /// The name of the instance that a record belongs to. One that names only a call, check or guard belongs
    /// to the step of that, once the state knows it.
    pub fn step_of<'a>(&'a self, record: &'a Record) -> Option<Cow<'a, str>> {
        let of_call = |call: &CallId| self.calls.get(call).map(|call| call.step.name());
        let of_check = |check: &CheckId| self.checks.get(check).map(|one| one.step.name());
        let of_guard = |guard: &GuardId| self.guards.get(guard).map(|one| one.step.name());
        match record {
            Record::StepArmed(armed) => Some(armed.step.name()),
            Record::StepDoneElsewhere(done) => Some(done.step.name()),
            Record::StepAmended { step, .. } | Record::StepAdded { id: step, .. } => {
                Some(step.as_str().into())
            }
            Record::StepApplies { step, .. }
            | Record::StepDisarmed { step, .. }
            | Record::StepStarted { step, .. }
            | Record::StepAnswered { step, .. }
            | Record::Decided { step, .. }
            | Record::StepCompleted { step, .. }
            | Record::StepSkipped { step, .. }
            | Record::StepReturned { step }
            | Record::StepReopened { step, .. }
            | Record::StepUndone { step }
            | Record::CallRequested { step, .. }
            | Record::CheckStarted { step, .. }
            | Record::GuardArmed { step, .. } => Some(step.name()),
            Record::ScopeAdded { source: ScopeSource::Call { call }, .. }
            | Record::CallAnswered { call, .. }
            | Record::CallInDoubt { call, .. }
            | Record::CallResolved { call, .. }
            | Record::RetryStopped { call } => of_call(call),
            Record::CheckPassed(end) | Record::CheckFailed(end) | Record::CheckUnknown(end) => {
                of_check(&end.check)
            }
            Record::GuardHolds(change)
            | Record::GuardBroken(change)
            | Record::GuardUnknown(change) => of_guard(&change.guard),
            Record::GuardEnded { guard, .. } => of_guard(guard),
            Record::ScopeAdded { source: ScopeSource::Person { .. }, .. }
            | Record::ScopeAdmitted { .. }
            | Record::Opened(_)
            | Record::Resumed { .. }
            | Record::Recovered { .. }
            | Record::Continued { .. }
            | Record::ClockStepped { .. }
            | Record::Closed { .. }
            | Record::RoleTaken { .. }
            | Record::RoleLeft { .. }
            | Record::HandOverOffered { .. }
            | Record::HandOverDeclined { .. }
            | Record::RoleHandedOver { .. }
            | Record::Moved { .. }
            | Record::Arrived { .. }
            | Record::InputSet { .. }
            | Record::Noted { .. }
            | Record::Attached { .. }
            | Record::Visited { .. }
            | Record::CommandStarted { .. }
            | Record::CommandEnded { .. }
            | Record::ClaimMade { .. }
            | Record::ClaimAmended { .. }
            | Record::TimerSet { .. }
            | Record::TimerDue { .. }
            | Record::TimerDone { .. }
            | Record::Declared { .. }
            | Record::SeveritySet { .. }
            | Record::Aware { .. }
            | Record::DutyDecided { .. }
            | Record::DutyDue { .. }
            | Record::DutyMet { .. }
            | Record::UpdatePromised { .. }
            | Record::UpdateGiven { .. }
            | Record::UpdateDue { .. }
            | Record::UpdatesEnded { .. }
            | Record::EvidenceAttached { .. }
            | Record::Withheld { .. }
            | Record::InjectArrived(_)
            | Record::InjectSeen { .. }
            | Record::InjectAnswered { .. }
            | Record::ExerciseControlled(_)
            | Record::HotWashAnswered { .. } => None,
        }
    }
}
