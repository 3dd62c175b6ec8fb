//! The range: the back ends of a scenario, simulated in this process on loopback.
//!
//! Each back end listens once for the responder's own machine and once for each vantage point, so
//! that a route knows where a question comes from. A refused vantage is a closed listener: the
//! client's connection is refused, as by a firewall that rejects.

mod door;
mod http;

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;

use super::record::RecordError;
use super::scenario::Scenario;
use super::world::{HERE, RouteCount, World, check_refusals};
use crate::playbook::ExpressionError;
use door::Door;

/// A running range; dropping it ends it.
pub struct Range {
    /// Where each back end answers the responder's own machine.
    pub addresses: BTreeMap<String, SocketAddr>,
    /// For each vantage point, where each back end answers it.
    pub vantages: BTreeMap<String, BTreeMap<String, SocketAddr>>,
    /// Which back end stands behind each host that the scenario knows beside the playbook's, by its
    /// URL.
    pub hosts: BTreeMap<String, String>,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why the range did not start.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    /// Its log.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A refusal that cannot be evaluated.
    #[error("the scenario's refusal cannot be evaluated: {0}")]
    Refuse(#[from] ExpressionError),
    /// Loopback, or a thread.
    #[error("the range cannot listen on 127.0.0.1: {0}")]
    Listen(#[from] io::Error),
}

/// What the connections of all back ends share.
struct Shared {
    world: Mutex<World>,
    doors: Vec<Door>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens and shuts doors as the state says; returns whether they are so now.
    async fn settle(&self) -> bool {
        let mut settled = true;
        for door in &self.doors {
            let refused = self.world().refuses(&door.backend, &door.vantage);
            match refused {
                Ok(refused) => settled &= door.set(!refused).await,
                Err(error) => tracing::warn!(%error, "a refusal of the scenario stays as it was"),
            }
        }
        settled
    }
}

impl Range {
    /// Starts the back ends of `scenario`; the state comes from `range.jsonl` in `directory`, where
    /// an earlier run of the same drill left it.
    pub fn start(scenario: Scenario, directory: &Path) -> Result<Self, RangeError> {
        let scenario = Arc::new(scenario);
        let world = World::open(scenario.clone(), directory)?;
        check_refusals(&world, &scenario)?;
        let hosts = scenario.hosts.clone();
        let mut addresses = BTreeMap::new();
        let mut vantages = BTreeMap::new();
        let mut doors = Vec::new();
        let mut keepers = Vec::new();
        let places = || std::iter::once(HERE).chain(scenario.vantages.iter().map(String::as_str));
        for backend in &scenario.backends {
            for vantage in places() {
                let (door, keeper) = door::new(backend, vantage)?;
                let address = door.address;
                doors.push(door);
                keepers.push(keeper);
                if vantage == HERE {
                    addresses.insert(backend.clone(), address);
                } else {
                    let of_vantage: &mut BTreeMap<_, _> =
                        vantages.entry(vantage.to_owned()).or_default();
                    of_vantage.insert(backend.clone(), address);
                }
            }
        }
        let shared = Arc::new(Shared { world: Mutex::new(world), doors });
        let (stop, stopped) = oneshot::channel();
        let thread = spawn(shared.clone(), keepers, stopped)?;
        Ok(Self { addresses, vantages, hosts, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where `backend` is dialled from `via`, a vantage point, or from this machine without one.
    pub fn address(&self, backend: &str, via: Option<&str>) -> Option<SocketAddr> {
        match via {
            None => self.addresses.get(backend),
            Some(via) => self.vantages.get(via)?.get(backend),
        }
        .copied()
    }

    /// The state of the simulated world now.
    pub fn state(&self) -> Value {
        Value::Object(self.shared.world().state().clone())
    }

    /// How often each route answered since the start, in file order.
    pub fn requests(&self) -> Vec<RouteCount> {
        self.shared.world().counts().0
    }

    /// How many requests no route answered since the start.
    pub fn unknown_requests(&self) -> u64 {
        self.shared.world().counts().1
    }
}

impl Drop for Range {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by its own hook.
            let _ = thread.join();
        }
    }
}

/// Runs the range on a thread of its own; returns when every door stands as the state says.
fn spawn(
    shared: Arc<Shared>,
    keepers: Vec<door::Keeper>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ready, is_ready) = mpsc::channel();
    let thread = std::thread::Builder::new().name("range".to_owned()).spawn(move || {
        runtime.block_on(async {
            for keeper in keepers {
                tokio::spawn(keeper.keep(shared.clone()));
            }
            // The starting thread waits for this, or has gone.
            let _ = ready.send(shared.settle().await);
            // Either end of the channel's life says the same: stop.
            let _ = stopped.await;
        });
    })?;
    match is_ready.recv() {
        Ok(true) => Ok(thread),
        _ => Err(io::Error::other("a listener could not be opened")),
    }
}
