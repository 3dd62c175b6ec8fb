//! What can be done now, and why the rest cannot: the same words on every face.

mod clock;
mod exercise;
mod incident;
mod people;

use super::clocks::SkipKind;
use super::id::StepKey;
use super::input::{Ask, Now, SkipAs};
use super::permit::permit;
use super::record::Purpose;
use super::refusal::Refusal;
use super::reminder::When;
use super::state::{Member, Progress, Row, State};
use crate::playbook::{Danger, Step, Task};
use crate::text::Shown;
pub use clock::{DUTY_OFF, DUTY_ON};
pub use exercise::{REAL, hot_wash_offers};
use incident::incident_offers;

/// One thing that a person could ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// What to send; blanks (reason, text, option, typed) are for the face to fill as `needs` says.
    pub ask: Ask,
    /// A stable word for commands and answers files: `start`, `look`, `send`, `skip`, …
    pub verb: &'static str,
    /// The words on the face: `Skip, with a reason`.
    pub title: String,
    /// The step that it belongs to; `None` for the incident as a whole.
    pub step: Option<String>,
    pub needs: Needs,
    /// `None`: it would be accepted now, once `needs` are filled.
    pub refusal: Option<Refusal>,
    /// The one thing to do next in this step.
    pub recommended: bool,
}

/// What a face must ask for before it sends the offer's ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// A reason, in free words.
    Reason,
    /// Free text: an answer or a note.
    Text,
    /// One of these options, and a reason.
    OptionAndReason(Vec<String>),
    /// A second key, different from Enter, after the whole request was shown.
    SecondKey,
    /// This, typed letter by letter, after the whole request was shown.
    Typed(String),
    /// A name and a value, or a name and a source.
    NameAndText,
}

/// Everything that could be asked now, in the order of the timeline, the incident's own at the end.
pub fn offers(state: &State, now: Now) -> Vec<Offer> {
    let mut all = Vec::new();
    for row in state.timeline() {
        all.extend(step_offers(state, &row, now));
    }
    all.extend(incident_offers(state, now));
    all
}

/// The same for one instance, by its name; empty where there is none.
pub fn offers_of(state: &State, step: &str, now: Now) -> Vec<Offer> {
    state.row(step).map(|row| step_offers(state, &row, now)).unwrap_or_default()
}

/// The thing to do next: what is armed or in doubt first, then the first step that can go on.
pub fn recommended(state: &State, now: Now) -> Option<Offer> {
    let urgency = |row: &Row<'_>| match row.progress {
        Progress::Armed => 0,
        Progress::InDoubt { .. } => 1,
        Progress::Unproven => 2,
        // It was put off until a time that has come.
        _ if state.clocks.returned.contains_key(&state.key(&row.name)) => 3,
        _ => 4,
    };
    state
        .timeline()
        .flat_map(|row| {
            let urgency = urgency(&row);
            step_offers(state, &row, now)
                .into_iter()
                .filter(|offer| offer.recommended && offer.refusal.is_none())
                .map(move |offer| (urgency, offer))
        })
        // The first of equals is the first in file order.
        .min_by_key(|(urgency, _)| *urgency)
        .map(|(_, offer)| offer)
}

fn step_offers(state: &State, row: &Row<'_>, now: Now) -> Vec<Offer> {
    // Nobody plays any more, and the faces say so once.
    if state.is_drill_over() {
        return Vec::new();
    }
    let (step, progress) = (row.step, row.progress);
    let maker = Maker { state, step, key: state.key(&row.name), now };
    let mut all: Vec<Offer> = maker.to_admit(row).into_iter().collect();
    all.extend(match progress {
        Progress::Planned | Progress::Failed { .. } => maker.to_begin(progress),
        Progress::Armed => maker.armed(),
        Progress::Retrying { .. } => vec![maker.offer(
            "stop-retry",
            "Stop trying again",
            Needs::Nothing,
            Ask::StopRetry { step: maker.key.clone() },
        )],
        Progress::InDoubt { .. } => maker.in_doubt(),
        Progress::Unproven | Progress::Proven | Progress::Done => maker.took_effect(progress),
        Progress::Running { .. } | Progress::Proving | Progress::Skipped | Progress::Undone => {
            Vec::new()
        }
    });
    // What stands for a playbook is done by its steps, also once more.
    if !step.is_heading() && (progress.is_over() || progress == Progress::Unproven) {
        all.push(maker.offer(
            "reopen",
            "Do it again, with a reason",
            Needs::Reason,
            Ask::Reopen { step: maker.key.clone(), reason: blank() },
        ));
    }
    all.push(maker.offer(
        "amend",
        "Amend the step, with a reason",
        Needs::Text,
        Ask::Amend { step: step.id.clone(), toml: blank(), reason: blank() },
    ));
    // The first that is possible is the one to do next, but where nothing is needed any more.
    if !progress.is_over()
        && let Some(first) = all.iter_mut().find(|offer| offer.refusal.is_none())
        && !matches!(first.verb, "skip" | "defer")
        && first.verb != "stop-retry"
        && first.verb != "amend"
    {
        first.recommended = true;
    }
    all
}

/// Stands for what the face will fill in; never blank, so that the rules look at the rest.
fn blank() -> Shown {
    Shown::new("…")
}

/// What a person may leave so, and write better later.
const NOT_KNOWN: &str = "not known yet";
/// Nothing is proposed: the URL and the reason are a person's own.
fn admit(member: &Member) -> Ask {
    Ask::Admit {
        scope: member.scope.clone(),
        name: member.name.clone(),
        url: Shown::default(),
        secrets: false,
        reason: blank(),
    }
}

fn admit_title(member: &Member) -> String {
    let what = format!("{} {}", Shown::new(&member.scope), member.name.one_line());
    match &member.admitted {
        None => format!("Admit {what}: at which URL it is, and how we know that it is ours"),
        Some(_) => format!("Admit {what} again, with another URL or other secrets"),
    }
}

struct Maker<'a> {
    state: &'a State,
    step: &'a Step,
    key: StepKey,
    now: Now,
}

impl Maker<'_> {
    fn offer(&self, verb: &'static str, title: &str, needs: Needs, ask: Ask) -> Offer {
        let mut refusal = permit(self.state, &ask, self.now).err();
        // What the face will still ask for is no reason against offering it.
        if matches!((&refusal, &needs), (Some(Refusal::TypedOtherwise(_)), Needs::Typed(_))) {
            refusal = None;
        }
        Offer {
            ask,
            verb,
            title: title.to_owned(),
            step: Some(self.key.name().into_owned()),
            needs,
            refusal,
            recommended: false,
        }
    }

    /// The first thing to do with a host that nobody admitted yet.
    fn to_admit(&self, row: &Row<'_>) -> Option<Offer> {
        let member = row.member.filter(|_| {
            matches!(row.progress, Progress::Planned | Progress::Failed { .. } | Progress::Unproven)
        })?;
        self.state.waits_for(member).filter(|first| first.name == row.name)?;
        Some(self.offer("admit", &admit_title(member), Needs::NameAndText, admit(member)))
    }

    /// Offers what begins the step; where only advice is against it, also with a reason.
    fn begin(
        &self,
        verb: &'static str,
        title: &str,
        needs: Needs,
        with: &dyn Fn(Option<Shown>) -> Ask,
    ) -> Vec<Offer> {
        let plain = self.offer(verb, title, needs, with(None));
        if !matches!(plain.refusal, Some(Refusal::ComesAfter(_))) {
            return vec![plain];
        }
        let title = format!("{title}, out of order");
        let ask = with(Some(blank()));
        let out_of_order = self.offer("out-of-order", &title, Needs::Reason, ask);
        vec![plain, out_of_order]
    }

    fn to_begin(&self, progress: Progress) -> Vec<Offer> {
        let failed = matches!(progress, Progress::Failed { .. });
        let again = if failed { " again" } else { "" };
        let key = || self.key.clone();
        let mut all = match &self.step.task {
            Task::Call(_) if self.step.danger == Danger::None => {
                self.begin("start", &format!("Ask{again}"), Needs::Nothing, &|reason| Ask::Start {
                    step: key(),
                    reason,
                })
            }
            Task::Call(_) => {
                let title = format!("Look at the request{again}, then send it");
                self.begin("look", &title, Needs::Nothing, &|reason| Ask::Arm {
                    step: key(),
                    purpose: Purpose::Act,
                    reason,
                })
            }
            Task::Ask(ask) => self.begin("answer", &ask.question, Needs::Text, &|reason| {
                Ask::Answer { step: key(), text: blank(), reason }
            }),
            Task::Decide(decide) => {
                let needs = Needs::OptionAndReason(decide.options.clone());
                let first = decide.options.first().map_or("", String::as_str);
                self.begin("decide", &decide.question, needs, &|reason| Ask::Decide {
                    step: key(),
                    option: first.into(),
                    because: blank(),
                    reason,
                })
            }
            // Its steps are begun, not it.
            Task::Playbook(_) => return Vec::new(),
        };
        all.extend(self.to_leave_out());
        self.with_elsewhere(all)
    }

    fn to_leave_out(&self) -> [Offer; 2] {
        let ask = |skip| Ask::Skip { step: self.key.clone(), skip: Some(skip), reason: blank() };
        let kinds = [SkipKind::NotApplicable, SkipKind::RiskAccepted];
        let kinds = kinds.map(|kind| kind.word().to_owned()).to_vec();
        let until = When::After { seconds: 3_600 };
        [
            self.offer(
                "skip",
                "Skip: it is not applicable, or its risk is accepted; with a reason",
                Needs::OptionAndReason(kinds),
                ask(SkipAs::NotApplicable),
            ),
            self.offer(
                "defer",
                "Put it off until a time, with a reason",
                Needs::Reason,
                ask(SkipAs::Deferred { until }),
            ),
        ]
    }

    /// Also what somebody did by another way; first of all where the proofs say that it is so
    /// already. What is not known is said to be not known.
    fn with_elsewhere(&self, mut all: Vec<Offer>) -> Vec<Offer> {
        if !matches!(self.step.task, Task::Call(_)) {
            return all;
        }
        let since = self.state.already_true(&self.key.name());
        let title = match since {
            Some(_) => "Already true: record it as done elsewhere",
            None => "Record it as done elsewhere, with who and where",
        };
        let reason = since.map_or_else(blank, |at| {
            let found = "The proof passed before anything was sent from here, at";
            Shown::new(format!("{found} {}.", at.format("%Y-%m-%d %H:%M:%SZ")))
        });
        let ask = Ask::DoneElsewhere {
            step: self.key.clone(),
            by_whom: NOT_KNOWN.into(),
            place: NOT_KNOWN.into(),
            occurred: None,
            evidence: None,
            reason,
        };
        let offer = self.offer("done-elsewhere", title, Needs::Reason, ask);
        let place = if since.is_some() { 0 } else { all.len() };
        all.insert(place, offer);
        all
    }

    fn armed(&self) -> Vec<Offer> {
        let Some(armed) =
            self.state.instance(&self.key.name()).and_then(|instance| instance.armed.as_deref())
        else {
            return Vec::new();
        };
        let purpose = armed.purpose;
        let needs = match (self.step.danger, &armed.target) {
            (Danger::Type, Some(target)) => Needs::Typed(target.to_string()),
            (Danger::Type, None) => Needs::Typed(self.step.title.clone()),
            _ => Needs::SecondKey,
        };
        let title = format!("Send {} {}", armed.request.method, Shown::new(&armed.request.url));
        let step = || self.key.clone();
        let confirm = Ask::Confirm { step: step(), hash: armed.hash.clone(), typed: None };
        let mut all = vec![self.offer("send", &title, needs, confirm)];
        if armed.expires <= self.now.at {
            all.push(self.offer(
                "look",
                "Look at the request again",
                Needs::Nothing,
                Ask::Arm { step: step(), purpose, reason: armed.out_of_order.clone() },
            ));
        }
        let disarm = Ask::Disarm { step: step() };
        all.push(self.offer("put-away", "Do not send it", Needs::Nothing, disarm));
        if purpose == Purpose::Act { self.with_elsewhere(all) } else { all }
    }

    fn in_doubt(&self) -> Vec<Offer> {
        let step = || self.key.clone();
        let resolve = |took_effect| Ask::Resolve { step: step(), took_effect, reason: blank() };
        let ways = vec![
            self.offer(
                "probe",
                "Ask the proof whether it took effect",
                Needs::Nothing,
                Ask::Probe { step: step() },
            ),
            self.offer(
                "retry",
                "Send the same request again",
                Needs::Nothing,
                Ask::Retry { step: step() },
            ),
            self.offer(
                "took-effect",
                "State that it took effect, and how you know",
                Needs::Reason,
                resolve(true),
            ),
            self.offer(
                "no-effect",
                "State that it had no effect, and how you know",
                Needs::Reason,
                resolve(false),
            ),
        ];
        self.with_elsewhere(ways)
    }

    fn took_effect(&self, progress: Progress) -> Vec<Offer> {
        let step = || self.key.clone();
        let mut all = Vec::new();
        if !self.step.verify.is_empty() {
            all.push(self.offer(
                "check-again",
                "Make the proof again",
                Needs::Nothing,
                Ask::CheckAgain { step: step() },
            ));
        }
        if progress == Progress::Unproven {
            all.push(self.offer(
                "accept-unproven",
                "Take it as done without proof, with a reason",
                Needs::Reason,
                Ask::AcceptUnproven { step: step(), reason: blank() },
            ));
        }
        if self.step.undo.is_some() {
            all.push(self.offer(
                "undo",
                "Look at the request that undoes it",
                Needs::Nothing,
                Ask::Arm { step: step(), purpose: Purpose::Undo, reason: None },
            ));
        }
        all
    }
}
