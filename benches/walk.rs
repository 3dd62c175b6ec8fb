//! What a playbook costs: 200 POSTs, each with an assertion and a saved value, walked by the engine
//! with its record, beside a bare reqwest loop that flushes twice a step and keeps nothing else.
//!
//! `cargo bench --bench walk [STEPS]`. Both talk to the same loopback server in this process, in
//! turn, so that the machine's noise meets both. A walk is timed from its first ask until its last
//! step is recorded as completed; opening the incident, which also keeps 8 MiB of the disk free, comes
//! before, as making the file does for the bare loop.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run says so by panicking")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use stanch::backend::{Http, HttpOptions};
use stanch::engine::{Clock, Launch, Pilot, Ports, SystemClock, SystemRandom, open};
use stanch::incident::{Ask, By, Mode, Now, Opened, Progress, Refusal, State};
use stanch::journal::{Disk, DiskFile, Open, RealDisk};
use stanch::playbook::read;

const ROUNDS: usize = 9;

fn main() {
    let steps = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(200);
    let server = serve();
    // Not in the memory file system that a temporary directory may be: a flush would cost nothing.
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut bare = Vec::new();
    let mut walked = Vec::new();
    let mut flushes = 0;
    for round in 0..=ROUNDS {
        let one = bare_loop(server, steps, &home.path().join(format!("bare-{round}")));
        let (other, count) = walk(server, steps, &home.path().join(format!("walk-{round}")));
        // The first round warms up.
        if round > 0 {
            bare.push(one);
            walked.push(other);
            flushes = count;
        }
    }
    let mut ratios: Vec<f64> = walked
        .iter()
        .zip(&bare)
        .map(|(walked, bare)| walked.as_secs_f64() / bare.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("{steps} POSTs, each with an assertion and a saved value, {ROUNDS} rounds in turn");
    println!("{:<44} {:>8} {:>8} {:>8} {:>8}", "", "min ms", "median", "max", "flushes");
    report("bare reqwest loop, two flushes a step", &mut bare, 2 * steps as u64);
    report("stanch, with its record", &mut walked, flushes);
    println!(
        "ratio, round by round: min {:.2}, median {:.2}, max {:.2}",
        ratios[0],
        ratios[ratios.len() / 2],
        ratios[ratios.len() - 1]
    );
}

fn report(name: &str, times: &mut [Duration], flushes: u64) {
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "{name:<44} {:>8.1} {:>8.1} {:>8.1} {flushes:>8}",
        millis(times[0]),
        millis(times[times.len() / 2]),
        millis(times[times.len() - 1])
    );
}

/// A server on loopback that answers every POST with a number.
fn serve() -> SocketAddr {
    let (tell, address) = channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service_fn(answer)),
                );
            }
        });
    });
    address.recv().unwrap()
}

async fn answer(
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, hyper::Error> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    request.into_body().collect().await?;
    let id = COUNT.fetch_add(1, Ordering::Relaxed);
    Ok(hyper::Response::new(Full::from(format!(r#"{{"ok":true,"id":{id}}}"#))))
}

/// The floor: the intent flushed, the request, the answer parsed and asserted, the result flushed.
fn bare_loop(server: SocketAddr, steps: usize, dir: &Path) -> Duration {
    std::fs::create_dir(dir).unwrap();
    let mut file = File::create(dir.join("bare.jsonl")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let begun = Instant::now();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for step in 0..steps {
            writeln!(file, r#"{{"step":{step},"intent":"POST /revoke"}}"#).unwrap();
            file.sync_data().unwrap();
            let response = client
                .post(format!("http://{server}/revoke/{step}"))
                .header("content-type", "application/json")
                .body(format!(r#"{{"step":{step}}}"#))
                .send()
                .await
                .unwrap();
            assert!(response.status().is_success());
            let body: serde_json::Value =
                serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
            assert_eq!(body["ok"], true);
            writeln!(file, r#"{{"step":{step},"saved":{}}}"#, body["id"]).unwrap();
            file.sync_data().unwrap();
        }
    });
    begun.elapsed()
}

/// The engine, headless: the same requests from a playbook.
fn walk(server: SocketAddr, steps: usize, dir: &Path) -> (Duration, u64) {
    let playbook = read("bench.toml", &playbook_text(server, steps));
    let playbook = Arc::new(playbook.playbook.unwrap());
    let backends = BTreeMap::from([("service".to_owned(), format!("http://{server}"))]);
    let flushes = Arc::new(AtomicU64::new(0));
    let http = Http::new(HttpOptions {
        mode: Mode::Live,
        backends: backends.clone(),
        addresses: BTreeMap::new(),
        vantages: BTreeMap::new(),
        hosts: BTreeMap::new(),
        dialling: None,
        secrets: stanch::backend::Secrets::default(),
        authorities: BTreeMap::new(),
    })
    .unwrap();
    let redactor = http.redactor();
    let clock = Arc::new(SystemClock);
    let ports = Ports {
        disk: Arc::new(Counting { flushes: flushes.clone() }),
        clock: clock.clone(),
        network: Arc::new(http),
        random: Box::new(SystemRandom),
        redactor,
    };
    let (ended, end) = channel();
    let launch = Launch {
        dir: dir.to_owned(),
        playbook,
        by: By::console(),
        emergency: dir.join("emergency"),
        pilots: vec![Box::new(Straight { step: 0, begun: false, ended })],
    };
    let handle = open(ports, launch, opened(&*clock, backends)).unwrap();
    let begun = end.recv().unwrap();
    end.recv().unwrap();
    let view = handle.idle().unwrap();
    let time = begun.elapsed();
    assert!(view.state.timeline().all(|row| row.progress == Progress::Done));
    handle.stop();
    (time, flushes.load(Ordering::Relaxed))
}

fn opened(clock: &dyn Clock, backends: BTreeMap<String, String>) -> Opened {
    Opened {
        incident: "bench".to_owned(),
        codename: "bench".to_owned(),
        mode: Mode::Live,
        playbook: "bench".to_owned(),
        title: "bench".to_owned(),
        playbook_sha256: String::new(),
        sub_playbooks: BTreeMap::new(),
        scenario_sha256: None,
        exercise: None,
        version: String::new(),
        boot: clock.boot(),
        inputs: BTreeMap::new(),
        backends,
    }
}

fn playbook_text(server: SocketAddr, steps: usize) -> String {
    let mut text = format!(
        "format = 1\nid = \"bench\"\ntitle = \"bench\"\n\
         [backends.service]\ntitle = \"service\"\nurl = \"http://{server}\"\n"
    );
    for step in 0..steps {
        write!(
            text,
            "[[steps]]\nid = \"s{step}\"\nphase = \"contain\"\ntitle = \"step {step}\"\n\
             danger = \"none\"\n[steps.call]\nbackend = \"service\"\n\
             request = \"POST /revoke/{step}\"\njson = {{ step = {step} }}\nrepeat = \"reads\"\n\
             ok = \"status == 200 and json.ok == true\"\nsave = {{ v{step} = \"json.id\" }}\n"
        )
        .unwrap();
    }
    text
}

/// Starts one step after the other.
struct Straight {
    step: usize,
    begun: bool,
    /// Told the time at the beginning and at the end.
    ended: Sender<Instant>,
}

impl Pilot for Straight {
    fn next(&mut self, state: &State, _: Now, refused: Option<&Refusal>) -> Option<(By, Ask)> {
        assert_eq!(refused, None);
        if !self.begun {
            self.begun = true;
            let _ = self.ended.send(Instant::now());
        }
        let Some(step) = state.playbook.steps.get(self.step) else {
            let _ = self.ended.send(Instant::now());
            return None;
        };
        match state.progress(&step.id) {
            Progress::Planned => {
                let ask = Ask::Start { step: state.key(&step.id), reason: None };
                Some((By::console(), ask))
            }
            progress if progress.is_over() => {
                self.step += 1;
                self.next(state, SystemClock.now(), None)
            }
            _ => None,
        }
    }
}

/// The real disk, with its flushes counted.
struct Counting {
    flushes: Arc<AtomicU64>,
}

struct CountingFile {
    file: Box<dyn DiskFile>,
    flushes: Arc<AtomicU64>,
}

impl Disk for Counting {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        RealDisk.create_dir(path)
    }
    fn open(&self, path: &Path, how: Open) -> io::Result<Box<dyn DiskFile>> {
        let file = RealDisk.open(path, how)?;
        Ok(Box::new(CountingFile { file, flushes: self.flushes.clone() }))
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        RealDisk.sync_dir(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        RealDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        RealDisk.list(path)
    }
}

impl DiskFile for CountingFile {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.append(bytes)
    }
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }
    fn sync_data(&mut self) -> io::Result<()> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        self.file.sync_data()
    }
    fn sync_all(&mut self) -> io::Result<()> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        self.file.sync_all()
    }
    fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }
    fn try_lock(&mut self) -> io::Result<bool> {
        self.file.try_lock()
    }
}
