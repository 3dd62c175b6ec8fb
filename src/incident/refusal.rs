//! Why something cannot be done now, in the words that every face shows.

use super::id::{ClaimId, TimerId};
use crate::text::Shown;

/// A refusal; its `Display` is what a person reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this incident is read-only: {0}")]
    ReadOnly(Shown),
    #[error(
        "the disk is almost full: results of running calls are still saved, but nothing new may start; free space, or resume with --continue-in DIR"
    )]
    NoRoom,
    #[error("the console is closing")]
    Stopping,
    #[error("no incident is open yet")]
    NotOpen,
    #[error("the incident is already open")]
    AlreadyOpen,
    #[error("the incident is closed")]
    Closed,
    #[error("there is no step {id}{}", suggestion(.nearest.as_deref()))]
    UnknownStep { id: String, nearest: Option<String> },
    #[error("this is about an earlier turn of the step; it now stands as {now}")]
    Stale { now: String },
    #[error("the step is {0}, so this is not possible")]
    WrongProgress(&'static str),
    #[error("this step is not {0}")]
    WrongTask(&'static str),
    #[error("it does not apply: {0}")]
    NotApplicable(String),
    #[error("it needs what {} saves", list(.0))]
    Requires(Vec<String>),
    #[error("{} should come first; give a reason to go out of order", list(.0))]
    ComesAfter(Vec<String>),
    #[error("it changes a live system: look at the request first, then confirm it")]
    NeedsConfirmation,
    #[error("it only reads: start it, there is nothing to confirm")]
    NeedsNoConfirmation,
    #[error("it is not armed: look at the request first")]
    NotArmed,
    #[error("the confirmation expired; look at the request again")]
    Expired,
    #[error("what would be sent is not what was shown; look at the request again")]
    Changed,
    #[error("what was typed is not {0}")]
    TypedOtherwise(Shown),
    #[error("a reason is needed")]
    NeedsReason,
    #[error("nothing was written")]
    Blank,
    #[error("this is no drill")]
    NoDrill,
    #[error("the exercise is over: what is left is to talk about it")]
    ExerciseOver,
    #[error("the exercise is not over yet")]
    NotEnded,
    #[error("the exercise is paused: resume it first")]
    IsPaused,
    #[error("the exercise is not paused")]
    NotPaused,
    #[error("the clock goes at that rate already")]
    SameRate,
    #[error("the scenario's clock only leaps ahead")]
    ClockOnlyAhead,
    #[error("that is asked for already")]
    IsAskedFor,
    #[error("a decision is asked of you first: {0}")]
    AsksForDecision(Shown),
    #[error("no inject {0} arrived")]
    UnknownInject(String),
    #[error("that inject arrived already")]
    HasArrived,
    #[error("it was opened before")]
    WasSeen,
    #[error("that time has not come yet: what happened lies in the past")]
    NotYet,
    #[error("it is longer than {limit} bytes; keep it as a file, and note its name and hash")]
    TooLong { limit: usize },
    #[error("{option} is not an option; choose {}", list(.options))]
    NotAnOption { option: Shown, options: Vec<String> },
    #[error("the step has no proof to ask for")]
    NoProof,
    #[error("its checks prove the step, not that it was undone: say what you know instead")]
    ProvesOnlyTheStep,
    #[error("a check of this step is being made")]
    AlreadyChecking,
    #[error("the step cannot be undone: the playbook names no undo")]
    NoUndo,
    #[error("sending it twice may do it twice: ask the proof, or say what you know, with a reason")]
    NeverRepeat,
    #[error(
        "the back end forgot the key of the first attempt {ago} ago: sending again may do it twice"
    )]
    KeyExpired { ago: String },
    #[error("this step stands for a playbook: what is done are the steps under it")]
    StandsForOthers,
    #[error("the step cannot be taken so:\n{}", .0.join("\n"))]
    BadStep(Vec<String>),
    #[error("nothing is changed")]
    SameStep,
    #[error(
        "its text does not stand together in its file: add a step with `do`, and skip this one"
    )]
    NoStepText,
    #[error(
        "the text holds the value of a secret: name the secret in `auth` instead, and never write it \
         down; what was typed was not recorded"
    )]
    HoldsSecret,
    #[error("the request cannot be made: {0}")]
    CannotRender(Shown),
    #[error("there is no input {name}{}", suggestion(.nearest.as_deref()))]
    UnknownInput { name: String, nearest: Option<String> },
    #[error("it is in the scope already")]
    AlreadyInScope,
    #[error("the scope holds no {0} yet: add one")]
    EmptyScope(Shown),
    #[error("it is done for each {scope}: say for which, such as {example}")]
    NeedsMember { scope: Shown, example: Shown },
    #[error("the scope holds no {scope} {name}{}", suggestion(.nearest.as_deref()))]
    NotInScope { scope: Shown, name: Shown, nearest: Option<String> },
    #[error(
        "{scope} {name} is not admitted: nothing is sent there before a person says at which URL it is, and how we know that it is ours"
    )]
    NotAdmitted { scope: Shown, name: Shown },
    #[error(
        "the secret {secret} would go to {scope} {name}, which was admitted without secrets: admit it again with them, or have the step ask without"
    )]
    NoSecretsThere { scope: Shown, name: Shown, secret: String },
    #[error("the URL {0}")]
    WrongUrl(Shown),
    #[error("it is admitted so already")]
    AlreadyAdmitted,
    #[error("there is no claim {claim}{}", known("claims", *.last))]
    UnknownClaim { claim: ClaimId, last: Option<ClaimId> },
    #[error("the claim is {0} already")]
    SameStatus(&'static str),
    #[error("the claim is acted on already")]
    ActedOn,
    #[error("the claim is not acted on as if it were so")]
    NotActedOn,
    #[error("there is no reminder {timer}{}", known("reminders", *.last))]
    UnknownTimer { timer: TimerId, last: Option<TimerId> },
    #[error("the reminder is done already")]
    TimerIsDone,
    #[error("that time has passed: a reminder lies ahead")]
    Passed,
    #[error("that time has passed: it must lie ahead")]
    NotAhead,
    #[error("it is declared already; change the severity instead")]
    AlreadyDeclared,
    #[error("it is not declared yet: declare it, with its severity")]
    NotDeclared,
    #[error("the severity is {0} already")]
    SameSeverity(&'static str),
    #[error("there is no duty {id}{}", suggestion(.nearest.as_deref()))]
    UnknownDuty { id: String, nearest: Option<String> },
    #[error("nobody decided yet whether this duty applies: decide that first")]
    DutyUndecided,
    #[error("it was decided that this duty does not apply; decide again first")]
    DutyIsOff,
    #[error("the duty is met already")]
    DutyIsMet,
    #[error(
        "a duty that applies needs the time from which it counts: when was \u{201c}{0}\u{201d}?"
    )]
    NeedsStart(String),
    #[error("there is no cadence {id}{}", suggestion(.nearest.as_deref()))]
    UnknownCadence { id: String, nearest: Option<String> },
    #[error("no update is promised yet: it starts when the incident is {0}")]
    NothingPromised(&'static str),
    #[error("no more updates are promised here")]
    UpdatesEnded,
    #[error("that is more than 366 days ahead: nobody will be here to be reminded")]
    TooFar,
    #[error(
        "the file was not read: evidence needs its SHA-256, 64 lower-case hex digits; attach it by its path at a face"
    )]
    NotHashed,
    /// Why a file could not be read.
    #[error("{0}")]
    Evidence(Shown),
    #[error(
        "this is a drill, and a command reaches the real world; add --anyway to run it all the same"
    )]
    RealInDrill,
    #[error("no command was started under the name {0}")]
    UnknownRun(String),
    #[error("it is recorded already how that command ended")]
    RunIsOver,
    #[error("a command was started under that name already")]
    RunIsKnown,
    /// The words of an engine in another process.
    #[error("{0}")]
    Elsewhere(Shown),
    #[error("you only look: attach without --read-only to act")]
    OnlyLooks,
    #[error(
        "no engine runs this incident any more, and nothing was recorded: `stanch resume` takes it up"
    )]
    NoEngine,
    #[error(
        "the connection ended before the answer came: look in the record whether this was taken in"
    )]
    Unanswered,
    #[error("what it printed cannot be kept: {0}")]
    CannotKeep(Shown),
    #[error("there is no kept body {0}")]
    UnknownBlob(String),
    #[error("not before this is settled: {}", list(.0))]
    Unsettled(Vec<String>),
    #[error(
        "this record was moved, and goes on in {0}: `stanch resume` it there; where that copy is lost, `stanch move INCIDENT --back` takes it up here"
    )]
    Moved(Shown),
    #[error(
        "the record went on in {0}: it cannot be taken up here too; `stanch verify` tells how two copies stand to each other"
    )]
    WentOn(Shown),
    #[error("it was not moved: nothing is to be taken up elsewhere or back")]
    NotMoved,
    #[error("a role, or a name, is one line of at most {limit} bytes")]
    LongName { limit: usize },
    #[error("there is no role {role}; did you mean {nearest}?")]
    RoleMeant { role: Shown, nearest: &'static str },
    #[error("{who} holds the role of {role} already")]
    RoleIsTheirs { role: Shown, who: Shown },
    #[error(
        "{who} is {role}: have it handed over, or take it over with a reason where {who} cannot be reached"
    )]
    RoleHeld { role: Shown, who: Shown },
    #[error(
        "the commander decides and holds no other role: give it to somebody else, or give a reason where nobody else is there"
    )]
    BesideCommander,
    #[error("{} the role of {role}", holds_not(.who.as_ref()))]
    NotHeld { role: Shown, who: Option<Shown> },
    #[error(
        "{who} is {role}, and only {who} can hand it over; take it over with a reason where they cannot be reached"
    )]
    NotTheirs { role: Shown, who: Shown },
    #[error("the role of {role} is not on offer to anybody")]
    NotOffered { role: Shown },
    #[error(
        "the role of {role} was offered to {to}: only they can accept it (--who says who you are), or take it over with a reason"
    )]
    OfferedTo { role: Shown, to: Shown },
    #[error("the hand-over page has changed since it was read: read it again, then accept")]
    PageChanged,
    #[error("this answer belongs to nothing that is under way")]
    Unexpected,
}

impl Refusal {
    /// The name of the variant in small letters, for programs: `only_looks`.
    pub fn kind(&self) -> String {
        let name = format!("{self:?}");
        let mut kind = String::new();
        for c in name.chars().take_while(char::is_ascii_alphanumeric) {
            if c.is_ascii_uppercase() && !kind.is_empty() {
                kind.push('_');
            }
            kind.push(c.to_ascii_lowercase());
        }
        kind
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

fn known(what: &str, last: Option<u32>) -> String {
    last.map_or_else(
        || "; none was entered yet".to_owned(),
        |last| format!("; {what} go from 1 to {last}"),
    )
}

fn holds_not(who: Option<&Shown>) -> String {
    who.map_or_else(|| "nobody holds".to_owned(), |who| format!("{who} does not hold"))
}

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
