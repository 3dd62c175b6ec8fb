//! One listener of the range, which can be shut and opened again at the same address.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::{Shared, http};

/// Connections of one door at a time; more of them wait.
const CONNECTIONS: usize = 64;
/// How long to leave the system alone when it has no more sockets.
const BREATH: Duration = Duration::from_millis(50);

/// The handle of a door.
pub(super) struct Door {
    pub(super) backend: String,
    pub(super) vantage: String,
    wanted: watch::Sender<bool>,
    open: watch::Receiver<bool>,
}

/// What keeps a door.
pub(super) struct Keeper {
    backend: Arc<str>,
    vantage: Arc<str>,
    address: SocketAddr,
    /// Until the keeper takes it.
    listener: Option<std::net::TcpListener>,
    wanted: watch::Receiver<bool>,
    open: watch::Sender<bool>,
}

/// An open door on `listener`.
pub(super) fn new(
    backend: &str,
    vantage: &str,
    address: SocketAddr,
    listener: std::net::TcpListener,
) -> (Door, Keeper) {
    let (want, wanted) = watch::channel(true);
    let (opened, open) = watch::channel(true);
    let door =
        Door { backend: backend.to_owned(), vantage: vantage.to_owned(), wanted: want, open };
    let keeper = Keeper {
        backend: backend.into(),
        vantage: vantage.into(),
        address,
        listener: Some(listener),
        wanted,
        open: opened,
    };
    (door, keeper)
}

impl Door {
    /// Opens or shuts it; returns when it is.
    pub(super) async fn set(&self, open: bool) {
        self.wanted.send_replace(open);
        // The keeper is gone only when the whole range ends.
        let _ = self.open.clone().wait_for(|now| *now == open).await;
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
        let Some(listener) = self.listener.take() else { return Ok(()) };
        let mut listener = TcpListener::from_std(listener)?;
        loop {
            self.serve(&listener, shared).await?;
            drop(listener);
            // Bound but not listening: connections are refused, and nobody else gets the port.
            let held = bind(self.address)?;
            self.open.send_replace(false);
            self.wanted.wait_for(|open| *open).await.map_err(io::Error::other)?;
            listener = held.listen(1024)?;
            self.open.send_replace(true);
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

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
