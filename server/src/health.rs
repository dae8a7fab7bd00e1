//! `locus health`: asks a server whether it works, for health checks in
//! containers, which have no curl.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::http::base::BasePath;

/// The longest answer that is read.
const MAX_ANSWER: u64 = 64 * 1024;

/// Why a server is not healthy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HealthError {
    /// Nothing answers there.
    #[error("nothing answers on {0}: {1}")]
    Unreachable(SocketAddr, io::Error),
    /// Something answers, and it is no healthy Locus.
    #[error("the server is not ready: {0}")]
    NotReady(String),
}

/// Asks the server that listens on `address` for its health, which is below
/// `base`, and returns the JSON that it answers.
///
/// # Errors
/// [`HealthError`] unless its status is `ok`, or `warming` where that will do.
pub fn check(
    address: SocketAddr,
    base: &BasePath,
    timeout: Duration,
    warming_will_do: bool,
) -> Result<String, HealthError> {
    let mut target = address;
    if address.ip().is_unspecified() {
        target.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let answer =
        ask(target, base, timeout).map_err(|error| HealthError::Unreachable(target, error))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status: Option<String> = serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|body| body.get("status")?.as_str().map(ToOwned::to_owned));
    match status.as_deref() {
        Some("ok") => Ok(body.to_owned()),
        Some("warming") if warming_will_do => Ok(body.to_owned()),
        Some(status) => Err(HealthError::NotReady(format!("its status is `{status}`"))),
        None => {
            let line = head.lines().next().unwrap_or("nothing");
            Err(HealthError::NotReady(format!("it answered {line:?}")))
        }
    }
}

fn ask(address: SocketAddr, base: &BasePath, timeout: Duration) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    write!(
        stream,
        "GET {base}/v1/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
