//! A borrowed runner, and what becomes of it when the borrower leaves.

use std::sync::Weak;
use std::time::Duration;

use tokio::time::timeout;

use super::pool::Pool;
use super::process::Runner;
use super::wire::Kind;

/// How long a cancelled call may take to notice before its runner is killed.
const GRACE: Duration = Duration::from_millis(50);

/// A borrowed runner.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) runner: Option<Runner>,
    /// The number of the call that runs on it.
    pub(super) running: Option<u64>,
    /// Whether others waited when it was lent.
    pub(super) more: bool,
    pub(super) pool: Weak<Pool>,
}

impl Lease {
    /// The call has ended well.
    pub(super) fn give_back(mut self, pages: u32) {
        self.running = None;
        if let (Some(runner), Some(pool)) = (self.runner.take(), self.pool.upgrade()) {
            pool.give_back(runner, pages);
        }
    }

    /// The runner is dead or must die.
    pub(super) fn end(mut self) {
        self.runner = None;
        if let Some(pool) = self.pool.upgrade() {
            pool.replace_one();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(runner) = self.runner.take() else {
            return;
        };
        let lease = Self {
            runner: Some(runner),
            running: None,
            more: false,
            pool: self.pool.clone(),
        };
        match self.running {
            None => lease.give_back(0),
            Some(call) => drop(tokio::spawn(Stopping(Some(lease)).run(call))),
        }
    }
}

/// A runner whose call nobody wants any more. Dropped before it has stopped,
/// as happens to tasks when the server ends, the runner is ended.
struct Stopping(Option<Lease>);

impl Stopping {
    /// Asks for the call to stop, waits for the grace, and ends the runner if it did not.
    async fn run(mut self, call: u64) {
        let Some(runner) = self.0.as_mut().and_then(|lease| lease.runner.as_mut()) else {
            return;
        };
        let stopped = async {
            runner.cancel(call).ok()?;
            loop {
                let heard = runner.receive().await.ok()??;
                match heard.envelope.kind {
                    Kind::Progress => {}
                    Kind::Reply | Kind::OutOfMemory | Kind::TooLong => {
                        return Some(heard.envelope.pages);
                    }
                    _ => return None,
                }
            }
        };
        match timeout(GRACE, stopped).await {
            Ok(Some(pages)) => {
                if let Some(lease) = self.0.take() {
                    lease.give_back(pages);
                }
            }
            _ => tracing::debug!(call, "a cancelled call did not stop, its runner is ended"),
        }
    }
}

impl Drop for Stopping {
    fn drop(&mut self) {
        if let Some(lease) = self.0.take() {
            lease.end();
        }
    }
}
