//! Whole incidents by chance: asks, answers, pauses, faults and deaths in any order. Every failure
//! can be run again by its seed. More of them: `STANCH_SEEDS=10000 cargo test --test engine`.

use std::io::ErrorKind;
use std::time::Duration;

use stanch::engine::{Clock, Handle};
use stanch::incident::{Ask, CallOutcome, Finding, Offer, Refusal, Verdict, offers};

use crate::disk::{DIR, Failure};
use crate::walk::fill;
use crate::world::{Dice, World, flying, found, journal, person, result, settle};

/// What the seeds came to, so that an idle simulation is seen.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    accepted: u64,
    refused: u64,
    sent: u64,
    answered: u64,
    asked: u64,
    deaths: u64,
    read_only: u64,
    no_room: u64,
}

struct Simulation {
    world: World,
    handle: Handle,
    dice: Dice,
    /// The record up to the last thing that was accepted.
    accepted: Vec<u8>,
    tally: Tally,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let world = World { seed, ..World::new() };
        world.clock.by_hand();
        world.ledger().hold = true;
        let handle = world.open(None).unwrap();
        let (dice, accepted) = (Dice::new(seed), world.disk.bytes(journal()));
        Self { world, handle, dice, accepted, tally: Tally::default() }
    }

    fn one_move(&mut self) {
        match self.dice.below(20) {
            0..8 => self.offer(),
            8..12 => self.answer_call(),
            12..15 => self.answer_question(),
            15 | 16 => self.pass(),
            17 => {
                let seconds = i64::try_from(self.dice.below(7_200)).unwrap() - 3_600;
                self.world.clock.step_wall(seconds);
            }
            18 => self.fault(),
            _ => self.die(),
        }
    }

    fn offer(&mut self) {
        let state = settle(&self.handle).state.clone();
        // Most of the time somebody works on the steps: there is much else that can be written down.
        let works = self.dice.below(4) > 0;
        let is_work = |offer: &Offer| {
            let leaves = matches!(offer.verb, "skip" | "defer" | "done-elsewhere");
            offer.step.is_some() && !leaves
        };
        let mut asks: Vec<Ask> = offers(&state, self.world.clock.now())
            .into_iter()
            .filter(|offer| offer.refusal.is_none())
            // Closing early would end most of them, and nobody adds to the scope without a name.
            .filter(|offer| {
                !matches!(
                    offer.ask,
                    Ask::Close { .. } | Ask::AddScope { .. } | Ask::SetInput { .. }
                )
            })
            .filter(|offer| !works || is_work(offer))
            .map(|offer| fill(&state, offer.ask))
            .collect();
        if asks.is_empty() {
            return;
        }
        let ask = asks.swap_remove(self.dice.below(asks.len()));
        match self.handle.ask(person(), ask.clone()) {
            Ok(accepted) => {
                let record = self.world.disk.bytes(journal());
                let upto = usize::try_from(accepted.seq).unwrap() + 1;
                let lines = record.split_inclusive(|byte| *byte == b'\n');
                self.accepted = lines.take(upto).flatten().copied().collect();
                self.tally.accepted += 1;
            }
            Err(Refusal::ReadOnly(_)) => {
                self.tally.read_only += 1;
                if self.dice.below(2) == 0 {
                    self.die();
                }
            }
            Err(Refusal::NoRoom) => self.tally.no_room += 1,
            Err(refusal) => {
                assert!(!matches!(refusal, Refusal::Stopping), "{ask:?}: {refusal}");
                self.tally.refused += 1;
            }
        }
    }

    fn answer_call(&mut self) {
        let held = self.world.ledger().calls.len();
        let chosen = self.dice.below(held);
        let Some((_, judge, done)) = self.world.ledger().calls.remove(chosen) else { return };
        let known = |verdict| CallOutcome::Known { verdict };
        let outcome = match self.dice.below(8) {
            0..4 => known(Verdict::Succeeded),
            4 => known(Verdict::Failed),
            5 => known(Verdict::NotDone),
            6 => known(Verdict::NotSent),
            _ => CallOutcome::InDoubt,
        };
        let mut result = result(outcome, &judge);
        result.retry_after_ms = (self.dice.below(2) == 0).then_some(1_500);
        done(result);
        self.tally.answered += 1;
    }

    fn answer_question(&mut self) {
        let Some(done) = self.world.ledger().questions.pop_front() else { return };
        done(found(match self.dice.below(6) {
            0..4 => Finding::Passed,
            4 => Finding::Failed,
            _ => Finding::Unknown,
        }));
    }

    fn pass(&mut self) {
        let seconds = [1, 5, 30, 60, 1_200][self.dice.below(5)];
        self.world.pass(&self.handle, Duration::from_secs(seconds));
    }

    fn fault(&mut self) {
        let at = self.world.disk.inside().calls + 1 + self.dice.below(8) as u64;
        let kind = [ErrorKind::Other, ErrorKind::StorageFull][self.dice.below(2)];
        let lasting = self.dice.below(2) == 0;
        self.world.disk.inside().failure = Some(Failure { at, kind, lasting });
    }

    /// The process is killed, or the power goes off; another engine takes the record up.
    fn die(&mut self) {
        let share = u8::try_from(self.dice.below(256)).unwrap();
        let disk = match self.dice.below(2) {
            0 => self.world.disk.after_power_cut(share),
            _ => self.world.disk.copy(),
        };
        disk.mend();
        self.end();
        self.world = self.world.on(disk);
        if self.dice.below(3) == 0 {
            let boot = self.dice.next();
            self.world.clock.reboot(boot);
        }
        let before = self.world.ledger().sent.len();
        self.handle = self.world.resume().unwrap();
        settle(&self.handle);
        assert_eq!(self.world.ledger().sent.len(), before, "taking up sends nothing");
        self.tally.deaths += 1;
    }

    /// Lets the old engine end on a disk that takes nothing any more.
    fn end(&mut self) {
        self.world.disk.inside().power_ends_at = Some(0);
        let calls: Vec<_> = self.world.ledger().calls.drain(..).collect();
        for (_, judge, done) in calls {
            done(result(CallOutcome::InDoubt, &judge));
        }
        self.handle.stop();
        self.world.ledger().questions.clear();
    }

    /// What must hold after every move.
    fn look(&self) {
        let view = settle(&self.handle);
        assert_eq!(self.world.sound(), Ok(()));
        let record = self.world.disk.bytes(journal());
        assert!(record.starts_with(&self.accepted), "what was accepted is gone");
        let state = &view.state;
        assert!(state.anomalies.is_empty(), "{:?}", state.anomalies);
        let ledger = self.world.ledger();
        let known = |hash: &str| state.calls.values().any(|call| call.hash == hash);
        assert!(ledger.sent.iter().all(|sent| known(&sent.hash)), "sent and not in the state");
        let waits = ledger.calls.len() + view.unsaved.len();
        assert!(flying(state).len() <= waits, "in flight, and nobody waits for it");
        drop(ledger);
        if view.read_only.is_none() {
            let copy = self.world.on(self.world.disk.copy());
            copy.disk.mend();
            assert!(copy.folded(DIR) == *state, "what is shown is not the fold of the record");
        }
    }
}

fn simulate(seed: u64) -> Tally {
    let mut simulation = Simulation::new(seed);
    for _ in 0..60 {
        simulation.one_move();
        simulation.look();
    }
    simulation.end();
    let Simulation { mut tally, world, .. } = simulation;
    tally.sent = world.ledger().sent.len() as u64;
    tally.asked = world.ledger().asked.len() as u64;
    tally
}

fn add(sum: &mut Tally, one: &Tally) {
    sum.accepted += one.accepted;
    sum.refused += one.refused;
    sum.sent += one.sent;
    sum.answered += one.answered;
    sum.asked += one.asked;
    sum.deaths += one.deaths;
    sum.read_only += one.read_only;
    sum.no_room += one.no_room;
}

#[test]
fn any_incident_keeps_its_promises() {
    #[expect(clippy::disallowed_methods, reason = "how long a test runs is no configuration")]
    let seeds: u64 = std::env::var("STANCH_SEEDS").map_or(300, |seeds| seeds.parse().unwrap());
    let mut sum = Tally::default();
    for seed in 0..seeds {
        let run = std::panic::catch_unwind(move || simulate(seed));
        add(&mut sum, &run.unwrap_or_else(|_| panic!("seed {seed}: run it again with this one")));
    }
    println!("{seeds} seeds: {sum:?}");
    assert!(sum.accepted > seeds * 5 && sum.sent > seeds && sum.deaths > seeds, "{sum:?}");
    assert!(sum.read_only > 0 && sum.no_room > 0 && sum.asked > seeds, "{sum:?}");
}

#[test]
fn a_seed_runs_the_same_way_again() {
    for seed in [3, 77] {
        assert_eq!(simulate(seed), simulate(seed));
    }
}
