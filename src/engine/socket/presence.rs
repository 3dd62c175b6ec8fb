//! Who is there: the face in this process, and those that are attached.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::engine::handle::{Handle, Present};

/// So many different people are recorded as attached; more are only shown.
const KNOWN: usize = 256;

/// Tells the engine whenever it changes, which tells every face.
pub(super) struct Presence {
    handle: Handle,
    here: Mutex<Here>,
}

#[derive(Default)]
struct Here {
    own: Option<Present>,
    next: u64,
    guests: BTreeMap<u64, Present>,
    /// Whose coming stands in the record.
    known: BTreeSet<(String, bool)>,
}

impl Presence {
    pub(super) fn new(handle: Handle, own: Option<Present>) -> Self {
        let presence = Self { handle, here: Mutex::new(Here { own, ..Here::default() }) };
        presence.change(|_| ());
        presence
    }

    /// Somebody came; the number is theirs until they leave.
    pub(super) fn join(&self, guest: Present) -> u64 {
        let (number, is_new) = self.change(|here| {
            here.next += 1;
            let name = crate::incident::words::by_words(&guest.by).to_string();
            let is_new = here.known.len() < KNOWN && here.known.insert((name, guest.may_act));
            here.guests.insert(here.next, guest.clone());
            (here.next, is_new)
        });
        // Comings and goings could fill a record; who could act is what it must tell.
        if is_new {
            self.handle.attached(guest.by, guest.may_act);
        }
        number
    }

    pub(super) fn leave(&self, number: u64) {
        self.change(|here| drop(here.guests.remove(&number)));
    }

    pub(super) fn own_left(&self) {
        self.change(|here| here.own = None);
    }

    pub(super) fn guests(&self) -> Vec<Present> {
        let here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        here.guests.values().cloned().collect()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Here) -> T) -> T {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut here);
        let all = here.own.iter().chain(here.guests.values()).cloned().collect();
        // Under the lock, so that the last word is that of the last change.
        self.handle.here(all);
        changed
    }
}
