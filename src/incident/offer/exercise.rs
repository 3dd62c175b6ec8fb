//! What can be done with a drill itself: its messages, its clock, its end, and to talk about it.

use super::{Needs, Offer, blank};
use crate::incident::exercise::{Arrived, Control, Exercise, ExerciseEnd, Rate, Wish};
use crate::incident::input::{Ask, Now};
use crate::incident::permit::permit;
use crate::incident::state::State;
use crate::text::Shown;

/// The channel of what is told of the exercise itself.
const BRIEF: &str = "brief";
/// What has to be typed so that a drill ends because of a real incident.
pub const REAL: &str = "REAL";

/// The injects that wait for a decision.
pub(super) fn to_decide(state: &State, now: Now) -> Vec<Offer> {
    let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
    let maker = Maker { state, now };
    exercise.unanswered().map(|one| maker.answer(one)).collect()
}

/// The other injects that can be answered: what tells of the exercise itself asks for nothing.
fn to_reply(exercise: &Exercise, maker: &Maker<'_>) -> Vec<Offer> {
    let others = exercise.injects.iter().filter(|one| {
        let inject = &one.inject;
        one.reply.is_some() || inject.options.is_empty() && inject.channel != BRIEF
    });
    others.map(|one| maker.answer(one)).collect()
}

/// What can be done with the drill as a whole; nothing where this is none.
pub(super) fn exercise_offers(state: &State, now: Now) -> Vec<Offer> {
    let Some(exercise) = state.exercise.as_deref() else { return Vec::new() };
    let maker = Maker { state, now };
    let mut all = Vec::from(maker.clock(exercise));
    all.extend(maker.wishes());
    all.extend(maker.ends());
    all.extend(to_reply(exercise, &maker));
    all
}

/// What is talked about when the exercise is over: one offer for each of these questions.
pub fn hot_wash_offers(state: &State, questions: &[Shown], now: Now) -> Vec<Offer> {
    let Some(exercise) = state.exercise.as_deref().filter(|exercise| exercise.is_over()) else {
        return Vec::new();
    };
    let maker = Maker { state, now };
    let offers = questions.iter().map(|question| {
        let was_answered = exercise.hot_wash.iter().any(|(asked, _)| asked == question);
        let anew = if was_answered { " (anew)" } else { "" };
        let title = format!("Hot wash{anew}: {}", question.one_line());
        let ask = Ask::HotWash { question: question.clone(), text: blank() };
        maker.offer("hot-wash", title, Needs::Text, ask)
    });
    offers.collect()
}

struct Maker<'a> {
    state: &'a State,
    now: Now,
}

impl Maker<'_> {
    fn offer(&self, verb: &'static str, title: impl Into<String>, needs: Needs, ask: Ask) -> Offer {
        Offer {
            refusal: permit(self.state, &ask, self.now).err(),
            ask,
            verb,
            title: title.into(),
            step: None,
            needs,
            recommended: false,
        }
    }

    fn control(
        &self,
        verb: &'static str,
        title: impl Into<String>,
        needs: Needs,
        control: Control,
    ) -> Offer {
        self.offer(verb, title, needs, Ask::Control { control })
    }

    fn answer(&self, arrived: &Arrived) -> Offer {
        let inject = &arrived.inject;
        let what = format!("inject {}: {}", Shown::new(&inject.inject), inject.subject.one_line());
        let title = match (&arrived.reply, inject.options.is_empty()) {
            (Some(_), _) => format!("Answer anew {what}"),
            (None, true) => format!("Answer {what}"),
            (None, false) => format!("Decide about {what}"),
        };
        let needs = if inject.options.is_empty() {
            Needs::Text
        } else {
            Needs::OptionAndReason(inject.options.iter().map(ToString::to_string).collect())
        };
        let ask = Ask::InjectAnswer {
            inject: inject.inject.clone(),
            option: inject.options.first().cloned(),
            text: blank(),
        };
        self.offer("answer-inject", title, needs, ask)
    }

    fn clock(&self, exercise: &Exercise) -> [Offer; 2] {
        let rate = exercise.clock.rate();
        // Any other than that of now, so that the rules look at the rest.
        let other = if rate == Rate::REAL { Rate::LIMITS.1 } else { Rate::REAL };
        let pause = if exercise.paused.is_some() {
            self.control("resume", "Resume the exercise", Needs::Nothing, Control::Resume)
        } else {
            let control = Control::Pause { reason: blank(), back_to: None };
            self.control("pause", "Pause the exercise, with a reason", Needs::Reason, control)
        };
        let title = format!(
            "Set the rate of the exercise: how fast the scenario's clock goes, \u{d7}{rate} now"
        );
        [pause, self.control("rate", title, Needs::Text, Control::Rate { rate: other })]
    }

    fn wishes(&self) -> [Offer; 2] {
        let ask =
            |verb, title, wish| self.control(verb, title, Needs::Nothing, Control::Ask { wish });
        [
            ask("hint", "Ask for a hint, which costs points", Wish::Hint),
            ask("onward", "Go on to what comes next, without waiting for it", Wish::Onward),
        ]
    }

    fn ends(&self) -> [Offer; 2] {
        let end = |verb, title, needs, how| {
            let control = Control::End { how, reason: blank(), faults: Vec::new() };
            self.control(verb, title, needs, control)
        };
        [
            end(
                "end-exercise",
                "End the exercise, with a reason",
                Needs::Reason,
                ExerciseEnd::Stopped,
            ),
            end(
                "real-incident",
                "Declare a REAL incident: the drill ends at once",
                Needs::Typed(REAL.to_owned()),
                ExerciseEnd::RealIncident,
            ),
        ]
    }
}
