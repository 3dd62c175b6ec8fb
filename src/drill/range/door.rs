//! One listener of the range, which can be shut and opened again at the same address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::{Shared, http};
use crate::drill::scenario::Scenario;

/// Connections of one door at a time; more of them wait.
const CONNECTIONS: usize = 64;
/// Connections that the system keeps until they are accepted.
const BACKLOG: u32 = 1024;
/// How long to leave the system alone when it has no more sockets.
const BREATH: Duration = Duration::from_millis(50);

/// The handle of a door.
pub(super) struct Door {
    pub(super) backend: String,
    pub(super) vantage: String,
    pub(super) address: SocketAddr,
    /// Some state of the world shuts it.
    pub(super) may_shut: bool,
    wanted: watch::Sender<bool>,
    open: watch::Receiver<bool>,
}

/// What keeps a door.
pub(super) struct Keeper {
    backend: Arc<str>,
    vantage: Arc<str>,
    /// Bound and never listening: while the door is shut, nobody else gets the port.
    holder: TcpSocket,
    wanted: watch::Receiver<bool>,
    open: watch::Sender<bool>,
}

/// A door at an address of its own, to be kept on the runtime that it is made on.
pub(super) fn new(scenario: &Scenario, backend: &str, vantage: &str) -> io::Result<(Door, Keeper)> {
    let holder = bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = holder.local_addr()?;
    let (want, wanted) = watch::channel(true);
    let (opened, open) = watch::channel(false);
    let mut refuses = scenario.refuses.iter();
    let may_shut = refuses.any(|refuse| refuse.backend == backend && refuse.vantage == vantage);
    let (here, from) = (backend.to_owned(), vantage.to_owned());
    let door = Door { backend: here, vantage: from, address, may_shut, wanted: want, open };
    let (backend, vantage) = (backend.into(), vantage.into());
    Ok((door, Keeper { backend, vantage, holder, wanted, open: opened }))
}

impl Door {
    /// Opens or shuts it; returns when it is, or is as somebody wants it since, or false when it
    /// cannot be.
    pub(super) async fn set(&self, open: bool) -> bool {
        self.wanted.send_replace(open);
        let (mut wanted, mut is) = (self.wanted.subscribe(), self.open.clone());
        loop {
            if *is.borrow_and_update() == *wanted.borrow_and_update() {
                return true;
            }
            let changed = tokio::select! {
                changed = is.changed() => changed,
                changed = wanted.changed() => changed,
            };
            if changed.is_err() {
                return false;
            }
        }
    }
}

impl Keeper {
    /// Accepts while the door is open, refuses while it is shut, until the range ends.
    pub(super) async fn keep(mut self, shared: Arc<Shared>) {
        if let Err(error) = self.keep_until_error(&shared).await {
            tracing::warn!(%error, backend = %self.backend, "a door of the range stays shut");
            self.open.send_replace(false);
        }
    }

    async fn keep_until_error(&mut self, shared: &Arc<Shared>) -> io::Result<()> {
        let address = self.holder.local_addr()?;
        loop {
            self.wanted.wait_for(|open| *open).await.map_err(io::Error::other)?;
            let listener = bind(address)?.listen(BACKLOG)?;
            self.open.send_replace(true);
            self.serve(&listener, shared).await?;
            drop(listener);
            self.open.send_replace(false);
        }
    }

    async fn serve(&self, listener: &TcpListener, shared: &Arc<Shared>) -> io::Result<()> {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let mut wanted = self.wanted.clone();
        loop {
            let accepted = async {
                let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
                Ok::<_, io::Error>((place, listener.accept().await?.0))
            };
            let shut = async { wanted.wait_for(|open| !*open).await.map(|_| ()) };
            tokio::select! {
                biased;
                shut = shut => return shut.map_err(io::Error::other),
                accepted = accepted => match accepted {
                    Ok((place, stream)) => self.answer(stream, place, shared),
                    Err(_) => tokio::time::sleep(BREATH).await,
                },
            }
        }
    }

    fn answer(
        &self,
        stream: TcpStream,
        place: tokio::sync::OwnedSemaphorePermit,
        shared: &Arc<Shared>,
    ) {
        let (backend, vantage) = (self.backend.clone(), self.vantage.clone());
        let shared = shared.clone();
        tokio::spawn(async move {
            http::serve(stream, &backend, &vantage, &shared).await;
            drop(place);
        });
    }
}

/// Two sockets of this process may share the address: the holder, and the one that listens.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}
