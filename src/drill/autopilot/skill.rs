//! How well the autopilot plays: all that differs between a perfect and a careless hand.

use chrono::TimeDelta;

use crate::drill::plan::Doing;
use crate::pilot::Answer;

/// How well it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Skill {
    /// Everything that the solution says, at once and proven.
    #[default]
    Perfect,
    /// The same, slower by a random amount, and now and then something is forgotten.
    Average,
    /// The steps alone: no proof is made again, doubts are settled by sending once more, nothing is
    /// written down, and of options a wrong one is taken.
    Careless,
}

/// A skill with its own random numbers: the same for the same seed.
pub(super) struct Hand {
    skill: Skill,
    seed: u64,
    drawn: u64,
}

impl Hand {
    pub(super) fn new(skill: Skill, seed: u64) -> Self {
        Self { skill, seed, drawn: 0 }
    }

    /// Evenly below `limit`. `SplitMix64` (Steele, Lea, Flood, 2014): a few lines, and the same
    /// numbers for ever.
    fn below(&mut self, limit: u64) -> u64 {
        self.drawn += 1;
        mixed(self.seed.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15))) % limit
    }

    /// Between two acts in steps, microseconds of wall time: people are not accelerated.
    pub(super) fn thinks_us(&mut self) -> u64 {
        match self.skill {
            Skill::Perfect => 5_000_000,
            Skill::Average => 10_000_000 + self.below(20_000_000),
            Skill::Careless => 3_000_000,
        }
    }

    /// From the first inject until the steps are begun, scenario time.
    pub(super) fn begins_after(&self) -> TimeDelta {
        match self.skill {
            Skill::Perfect => TimeDelta::zero(),
            Skill::Average => TimeDelta::minutes(2),
            Skill::Careless => TimeDelta::minutes(20),
        }
    }

    /// From the arrival of an inject until it is opened, scenario time.
    pub(super) fn reads_after(&self) -> TimeDelta {
        match self.skill {
            Skill::Perfect => TimeDelta::seconds(30),
            Skill::Average => TimeDelta::minutes(2),
            Skill::Careless => TimeDelta::minutes(30),
        }
    }

    pub(super) fn is_careful(&self) -> bool {
        self.skill != Skill::Careless
    }

    /// Whether it does anything beside the steps.
    pub(super) fn does_acts(&self) -> bool {
        self.is_careful()
    }

    /// Whether it does this act of the solution, by its place there; what an average hand forgets
    /// depends on the seed alone.
    pub(super) fn does(&self, place: usize, what: &Doing) -> bool {
        match (self.skill, what) {
            // An evaluator ticks what a perfect team did, and nothing of the others.
            (Skill::Perfect, _) => true,
            (_, Doing::Judge { .. }) | (Skill::Careless, _) => false,
            (Skill::Average, _) => {
                let place = u64::try_from(place).unwrap_or(u64::MAX);
                !mixed(mixed(self.seed) ^ place).is_multiple_of(4)
            }
        }
    }

    /// Which option it takes of so many.
    pub(super) fn option(&self, best: usize, count: usize) -> usize {
        if self.is_careful() || count < 2 { best } else { (best + 1) % count }
    }

    /// What the solution says of a step, with what this hand makes of it.
    pub(super) fn answer(&self, mut answer: Answer) -> Answer {
        if answer.doubt.is_none() {
            let doubt = if self.is_careful() { "probe" } else { "retry" };
            answer.doubt = Some(doubt.to_owned());
        }
        if !self.is_careful() && answer.unproven.is_none() {
            answer.unproven = Some("it will have worked".to_owned());
        }
        answer
    }
}

/// The output function of `SplitMix64`.
fn mixed(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
