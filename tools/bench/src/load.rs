//! A client that is as small as can be: the same request over and over, or a
//! list of them, on connections that stay open, one at a time on each. Of the
//! same request every latency is kept and every answer compared. One thread drives all connections, so that the
//! client takes little of the machine that it shares with the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// The longest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

/// Connections to one server.
#[derive(Debug)]
pub struct Client {
    connections: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    request: Arc<[u8]>,
    expected: Option<Arc<[u8]>>,
    buffer: Vec<u8>,
}

/// A whole POST of `body` to `path`, as bytes.
#[must_use]
pub fn post(address: SocketAddr, path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

impl Client {
    /// Opens `count` connections over which `request` goes. An answer whose
    /// body is not `expected`, where that is given, ends the measurement.
    ///
    /// # Errors
    /// When nobody listens.
    pub async fn connect(
        address: SocketAddr,
        count: usize,
        request: &[u8],
        expected: Option<&[u8]>,
    ) -> Result<Self> {
        let request: Arc<[u8]> = request.into();
        let expected: Option<Arc<[u8]>> = expected.map(Into::into);
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            let stream = TcpStream::connect(address)
                .await
                .with_context(|| format!("no server on {address}"))?;
            stream.set_nodelay(true)?;
            let (request, expected) = (Arc::clone(&request), expected.clone());
            connections.push(Connection {
                stream,
                request,
                expected,
                buffer: vec![0; 16 * 1024],
            });
        }
        Ok(Self { connections })
    }

    /// Asks once over the first connection and returns the answer's body.
    ///
    /// # Errors
    /// When it is no answer with status 200.
    pub async fn ask(&mut self) -> Result<Vec<u8>> {
        let first = self
            .connections
            .first_mut()
            .context("a client has connections")?;
        first.ask().await
    }

    /// Asks over all connections for as long as `time`; the latency of every
    /// request in microseconds, from before it is written until the answer's
    /// last byte has been read.
    ///
    /// # Errors
    /// At the first answer that is not as it should be.
    pub async fn run(&mut self, time: Duration) -> Result<Vec<f64>> {
        let end = Instant::now() + time;
        let mut tasks = JoinSet::new();
        for mut connection in self.connections.drain(..) {
            tasks.spawn(async move {
                let mut latencies = Vec::with_capacity(4096);
                loop {
                    let began = Instant::now();
                    if began >= end {
                        return anyhow::Ok((connection, latencies));
                    }
                    connection.exchange().await?;
                    latencies.push(began.elapsed().as_secs_f64() * 1e6);
                }
            });
        }
        let mut all = Vec::new();
        while let Some(task) = tasks.join_next().await {
            let (connection, latencies) = task??;
            self.connections.push(connection);
            all.extend(latencies);
        }
        Ok(all)
    }
}

/// Asks for all of `requests` over so many connections, each of which takes
/// the next one when it has an answer, as a browser does; the answers' bodies,
/// in no order.
///
/// # Errors
/// At the first answer that has not the status 200.
pub async fn ask_all(
    address: SocketAddr,
    connections: usize,
    requests: &[Arc<[u8]>],
) -> Result<Vec<Vec<u8>>> {
    let first = requests.first().context("there is something to ask")?;
    let client = Client::connect(address, connections, first, None).await?;
    let next = Arc::new(AtomicUsize::new(0));
    let requests: Arc<[Arc<[u8]>]> = requests.into();
    let mut tasks = JoinSet::new();
    for mut connection in client.connections {
        let (next, requests) = (Arc::clone(&next), Arc::clone(&requests));
        tasks.spawn(async move {
            let mut bodies = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                connection.request = Arc::clone(request);
                bodies.push(connection.ask().await?);
            }
            anyhow::Ok(bodies)
        });
    }
    let mut all = Vec::new();
    while let Some(bodies) = tasks.join_next().await {
        all.extend(bodies??);
    }
    Ok(all)
}

impl Connection {
    async fn exchange(&mut self) -> Result<()> {
        let (at, length) = self.answer().await?;
        if let Some(expected) = &self.expected {
            let answer = &self.buffer[..length];
            // Bodies that came in one piece are compared where they lie.
            let same = match answer.get(at..) {
                Some(body) if body.len() == expected.len() => body == &**expected,
                _ => parse(answer)?.is_some_and(|answer| answer.body == **expected),
            };
            ensure!(same, "an answer is not what it should be");
        }
        Ok(())
    }

    async fn ask(&mut self) -> Result<Vec<u8>> {
        let (_, length) = self.answer().await?;
        Ok(parse(&self.buffer[..length])?
            .context("a whole answer")?
            .body)
    }

    /// Asks; where the body begins in the buffer, and the whole answer's length.
    async fn answer(&mut self) -> Result<(usize, usize)> {
        self.stream.write_all(&self.request).await?;
        let mut length = 0;
        loop {
            if length == self.buffer.len() {
                ensure!(
                    length < MAX_ANSWER,
                    "an answer is longer than {MAX_ANSWER} bytes"
                );
                self.buffer.resize(2 * length, 0);
            }
            let read = self.stream.read(&mut self.buffer[length..]).await?;
            ensure!(read > 0, "the server closed a connection");
            length += read;
            if let Some((at, end)) = extent(&self.buffer[..length])? {
                ensure!(end == length, "bytes follow an answer");
                return Ok((at, length));
            }
        }
    }
}

/// Where an answer's body begins and where the answer ends; `None` while it is not whole.
fn extent(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(at) = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map(|at| at + 4)
    else {
        return Ok(None);
    };
    let head = &bytes[..at];
    if !head.starts_with(b"HTTP/1.1 200 ") {
        bail!("an answer is {:?}", String::from_utf8_lossy(bytes));
    }
    if let Some(length) = header(head, b"content-length") {
        let length: usize = std::str::from_utf8(length)?.trim().parse()?;
        return Ok((bytes.len() >= at + length).then_some((at, at + length)));
    }
    ensure!(
        header(head, b"transfer-encoding") == Some(b"chunked"),
        "an answer has no length"
    );
    Ok(chunks(&bytes[at..], |_| ())?.map(|length| (at, at + length)))
}

struct Answer {
    body: Vec<u8>,
}

fn parse(bytes: &[u8]) -> Result<Option<Answer>> {
    let Some((at, end)) = extent(bytes)? else {
        return Ok(None);
    };
    let mut body = Vec::new();
    if header(&bytes[..at], b"content-length").is_some() {
        body.extend_from_slice(&bytes[at..end]);
    } else {
        chunks(&bytes[at..end], |chunk| body.extend_from_slice(chunk))?;
    }
    Ok(Some(Answer { body }))
}

/// A header's value; hyper writes names in lower case and one space before the value.
fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|&byte| byte == b'\n').find_map(|line| {
        let (before, value) = line.split_at_checked(name.len())?;
        before
            .eq_ignore_ascii_case(name)
            .then_some(value.strip_prefix(b": ")?.trim_ascii_end())
    })
}

/// Hands each chunk to `each`; the length of the chunked body, `None` while it is not whole.
fn chunks(bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<Option<usize>> {
    let mut at = 0;
    loop {
        let Some(line) = bytes[at..].windows(2).position(|two| two == b"\r\n") else {
            return Ok(None);
        };
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[at..at + line])?, 16)?;
        let begin = at + line + 2;
        let Some(chunk) = bytes.get(begin..begin.saturating_add(size).saturating_add(2)) else {
            return Ok(None);
        };
        at = begin + size + 2;
        if size == 0 {
            return Ok(Some(at));
        }
        each(&chunk[..size]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: x\r\ncontent-length: 5\r\n\r\nhello";
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

    #[test]
    fn answers_are_read_with_a_length_and_in_chunks() {
        for bytes in [WHOLE, CHUNKED] {
            let answer = parse(bytes).expect("it is valid").expect("it is whole");
            assert_eq!(answer.body, b"hello");
        }
    }

    #[test]
    fn an_answer_is_whole_at_its_last_byte() {
        for bytes in [WHOLE, CHUNKED] {
            for end in 0..bytes.len() {
                assert_eq!(extent(&bytes[..end]).expect("it is valid"), None, "{end}");
            }
            assert_eq!(
                extent(bytes).expect("it is valid").map(|(_, end)| end),
                Some(bytes.len())
            );
        }
    }

    #[test]
    fn other_answers_end_the_measurement() {
        assert!(extent(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").is_err());
        assert!(extent(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n").is_err());
    }
}
