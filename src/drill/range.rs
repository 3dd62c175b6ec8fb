//! The range: the back ends of a scenario, simulated in this process on loopback.
//!
//! Each back end listens once for the responder's own machine and once for each vantage point, so
//! that a route knows where a question comes from. A refused vantage is a closed listener: the
//! client's connection is refused, as by a firewall that rejects.

mod control;
mod door;
mod http;
mod raw;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpSocket;
use tokio::sync::{Notify, oneshot, watch};

use super::fault::FaultKind;
use super::flush::Flushed;
use super::record::RecordError;
use super::scenario::Scenario;
use super::world::{HERE, RouteCount, World, check_refusals};
use crate::playbook::ExpressionError;
pub use control::RangeControl;
use door::Door;

/// In a hurry nobody is kept waiting for longer than this.
const HURRIED: Duration = Duration::from_millis(100);

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
    /// How far the log is on the disk.
    flushed: watch::Receiver<Flushed>,
    /// Where nobody listens.
    nowhere: SocketAddr,
    /// Nobody is kept waiting: for a drill that plays by itself.
    hurry: bool,
    /// Back ends where a handshake may have to fail.
    tls: Vec<String>,
    /// Doors may have to open or shut.
    doors_due: Notify,
    /// Counts how often faults were armed or taken away.
    faults_changed: watch::Sender<u64>,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the log is on the disk up to this entry; false if that cannot be.
    async fn flushed(&self, up_to: u64) -> bool {
        let mut flushed = self.flushed.clone();
        let so_far = flushed.wait_for(|flushed| flushed.failed || flushed.up_to >= up_to).await;
        so_far.is_ok_and(|flushed| flushed.up_to >= up_to)
    }

    /// Lets what goes by the faults go by them as they are now.
    fn look_again(&self) {
        self.faults_changed.send_modify(|times| *times += 1);
        self.doors_due.notify_one();
    }

    /// Waits so many milliseconds, or without end; no longer than the fault is armed.
    async fn hold(&self, limit_ms: Option<u64>, fault: Option<usize>) {
        let limit = limit_ms.map(Duration::from_millis);
        let limit = if self.hurry { Some(limit.unwrap_or(HURRIED).min(HURRIED)) } else { limit };
        let over = async {
            match limit {
                Some(limit) => tokio::time::sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        let off = async {
            let Some(index) = fault else { return std::future::pending().await };
            let mut changed = self.faults_changed.subscribe();
            while self.world().is_on(index) {
                if changed.changed().await.is_err() {
                    break;
                }
            }
        };
        tokio::select! { () = over => {}, () = off => {} }
    }

    /// Keeps the doors as the faults say.
    async fn watch_doors(&self) {
        loop {
            self.doors_due.notified().await;
            self.settle().await;
        }
    }

    /// Opens and shuts doors as the state says; returns whether they are so now.
    async fn settle(&self) -> bool {
        let mut settled = true;
        for door in self.doors.iter().filter(|door| door.may_shut) {
            let refused = self.world().refuses(&door.backend, &door.vantage);
            match refused {
                Ok(refused) => settled &= door.set(!refused).await,
                Err(error) => tracing::warn!(%error, "a refusal of the scenario stays as it was"),
            }
        }
        settled
    }

    /// Opens all doors that nothing can shut, for the first time, and the others as the state says.
    async fn begin(&self) -> bool {
        let mut open = true;
        for door in self.doors.iter().filter(|door| !door.may_shut) {
            open &= door.set(true).await;
        }
        open && self.settle().await
    }
}

impl Range {
    /// Starts the back ends of `scenario`; the state comes from `range.jsonl` in `directory`, where
    /// an earlier run of the same drill left it.
    pub fn start(scenario: Scenario, directory: &Path) -> Result<Self, RangeError> {
        Self::start_as(scenario, directory, false)
    }

    /// The same for a drill that plays by itself: nothing takes its time. A latency is none, and
    /// where no answer would ever come the connection is reset after 0.1 seconds.
    pub fn hurried(scenario: Scenario, directory: &Path) -> Result<Self, RangeError> {
        Self::start_as(scenario, directory, true)
    }

    fn start_as(scenario: Scenario, directory: &Path, hurry: bool) -> Result<Self, RangeError> {
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
                let (door, keeper) = door::new(&scenario, backend, vantage)?;
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
        let (holder, nowhere) = nowhere()?;
        let tls = scenario.faults.iter().filter(|fault| fault.kind == FaultKind::Tls);
        let shared = Arc::new(Shared {
            flushed: world.flushed(),
            world: Mutex::new(world),
            doors,
            nowhere,
            hurry,
            tls: tls.map(|fault| fault.target.backend.clone()).collect(),
            doors_due: Notify::new(),
            faults_changed: watch::channel(0).0,
        });
        let (stop, stopped) = oneshot::channel();
        let thread = spawn(shared.clone(), keepers, holder, stopped)?;
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

    /// The handle for its faults.
    pub fn control(&self) -> RangeControl {
        RangeControl { shared: self.shared.clone() }
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

/// A socket that is bound and never listens, and its address: who dials it is refused, and nobody
/// else gets the port.
fn nowhere() -> io::Result<(TcpSocket, SocketAddr)> {
    let holder = TcpSocket::new_v4()?;
    holder.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = holder.local_addr()?;
    Ok((holder, address))
}

impl Drop for Range {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported by its own hook.
            let _ = thread.join();
        }
        // Another range may go on with the log while somebody holds a control of this one.
        self.shared.world().close();
    }
}

/// Runs the range on a thread of its own; returns when every door stands as the state says.
fn spawn(
    shared: Arc<Shared>,
    keepers: Vec<door::Keeper>,
    holder: TcpSocket,
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
            let _ = ready.send(shared.begin().await);
            let doors = tokio::spawn(async move { shared.watch_doors().await });
            // Either end of the channel's life says the same: stop.
            let _ = stopped.await;
            doors.abort();
            drop(holder);
        });
    })?;
    match is_ready.recv() {
        Ok(true) => Ok(thread),
        _ => Err(io::Error::other("a listener could not be opened")),
    }
}
