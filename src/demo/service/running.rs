//! Starting a demo server and the handle to one that runs.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::auth::Keys;
use super::clock::Clock;
use super::fault_kind::{FaultKind, FaultSpec};
use super::log::{LoggedRequest, TakenWrite};
use super::options::{DemoOptions, FailRule};
use super::seed;
use super::server::Server;
use super::wire::{ConnectionCutter, CuttableListener};

/// How long [`RunningDemo::stop`] waits for answers that are under way.
const PATIENCE: Duration = Duration::from_secs(5);

/// A demo server that is running; dropping it closes it at once.
pub struct RunningDemo {
    server: Arc<Server>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

/// Binds the address, makes the organisation and serves it on the current runtime.
///
/// # Errors
/// When the address cannot be bound or the system gives no random numbers for a key.
pub async fn start(options: DemoOptions) -> io::Result<RunningDemo> {
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let clock = Clock::new(options.now);
    let (seeded, now) = (options.clone(), clock.start());
    let state = tokio::task::spawn_blocking(move || seed::organisation(&seeded, now)).await?;
    let keys = Keys::new(options.key.as_deref(), options.provider)?;
    let server = Arc::new(Server::new(options, &format!("http://{address}"), keys, clock, state));
    let (stop, stopped) = oneshot::channel::<()>();
    let service = server.router().into_make_service_with_connect_info::<ConnectionCutter>();
    let serving = axum::serve(CuttableListener(listener), service).with_graceful_shutdown(async move {
        // An error means that the handle is gone, which stops the server too.
        let _ = stopped.await;
    });
    let task = tokio::spawn(async move { serving.await });
    Ok(RunningDemo { server, address, stop: Some(stop), task })
}

impl RunningDemo {
    /// Address of the SCIM root, such as `http://127.0.0.1:4000/scim`.
    pub fn url(&self) -> &str {
        &self.server.base
    }

    /// The key of the organisation's administrator.
    pub fn key(&self) -> &str {
        &self.server.keys.admin
    }

    /// True where the release refuses keys as `Authorization: Bearer`.
    pub fn takes_basic_only(&self) -> bool {
        self.server.options.takes_basic_only()
    }

    /// The key of a team's service account, which is refused with 403.
    pub fn team_key(&self) -> &str {
        &self.server.keys.team
    }

    /// A new key of the user with this number, made behind the API's back.
    #[cfg(test)]
    pub(super) fn key_for(&self, number: u32) -> String {
        self.server.add_key(number)
    }

    /// The bound address.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The last 10,000 requests in the order of their arrival.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.server.requests()
    }

    /// The last 50,000 SCIM writes that took effect, in the order in which they did.
    pub fn taken(&self) -> Vec<TakenWrite> {
        self.server.taken()
    }

    /// Changes the wait before each answer, for requests that arrive from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.server.faults.set_latency(latency);
    }

    /// Lets writes that have arrived wait before they are looked at, or lets them go on.
    pub fn hold_writes(&self, hold: bool) {
        self.server.held.send_replace(hold);
    }

    /// Writes that wait because of [`Self::hold_writes`]. A write whose client is gone counts until its connection is closed.
    pub fn held_writes(&self) -> usize {
        self.server.held.receiver_count()
    }

    /// Changes the shares of requests that fail.
    pub fn set_fail(&self, rules: Vec<FailRule>) {
        self.server.faults.set_rules(rules);
    }

    /// Changes the shares of writes that fail, beside those of all requests.
    pub fn set_fail_writes(&self, rules: Vec<FailRule>) {
        self.server.faults.set_write_rules(rules);
    }

    /// Lets the next authorised writes fail with this status, without effect; replaces an earlier such order.
    pub fn fail_next(&self, status: u16, times: usize) {
        self.server.faults.fail_next(status, times);
    }

    /// Closes the connection of the next authorised write without an answer, after (`applied`) or before it took effect.
    pub fn cut_next_write(&self, applied: bool) {
        self.meet_next(if applied { FaultKind::CutAfter } else { FaultKind::CutBefore }, true);
    }

    /// Lets the next authorised write, or read, to which this can happen meet it; replaces an earlier such order.
    pub fn meet_next(&self, kind: FaultKind, write: bool) {
        self.server.faults.meet_next(kind, write);
    }

    /// Changes the share of requests that meets faults.
    pub fn set_faults(&self, spec: Option<FaultSpec>) {
        self.server.faults.set_spec(spec);
    }

    /// How often each kind of fault was met.
    pub fn faults_met(&self) -> BTreeMap<FaultKind, u64> {
        self.server.faults.met()
    }

    /// Takes no more requests and waits, at most five seconds, for the answers under way.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the server has ended already.
            let _ = stop.send(());
        }
        let _ = tokio::time::timeout(PATIENCE, &mut self.task).await;
    }
}

impl Drop for RunningDemo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for RunningDemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("url", &self.server.base)
            .field("options", &self.server.options)
            .finish_non_exhaustive()
    }
}
