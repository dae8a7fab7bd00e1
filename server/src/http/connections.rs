//! Connections: accepted up to a bound, each with bounds on its headers, all
//! ended in order when the server ends.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use locus_protocol::{ErrorBody, ErrorCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use warp::reply::Response as WarpResponse;

use super::call::refusal;
use super::door::{Door, Refusal};
use super::routes::{Peer, Site, routes};

/// Milliseconds that sent bytes may go unacknowledged or find no room.
const STALL: u32 = 60_000;
/// The most headers of a request.
const MAX_HEADERS: usize = 64;
/// The most bytes of a request's line and headers.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Bounds on connections.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Connections at the same time; the next ones wait in the system's queue.
    pub connections: usize,
    /// How long a request's headers may take to come, and how long a
    /// connection may stay idle.
    pub header_timeout: Duration,
    /// How long running calls may take to end when the server ends.
    pub drain: Duration,
}

/// Serves until `ending` turns true, then until running requests have ended.
/// Returns how many connections had to be cut off.
pub async fn serve(
    listener: TcpListener,
    site: &Arc<Site>,
    door: &Arc<Door>,
    bounds: &Bounds,
    mut ending: watch::Receiver<bool>,
) -> usize {
    let service = TowerToHyperService::new(warp::service(routes(site)));
    let places = Arc::new(Semaphore::new(bounds.connections));
    let http = http(bounds);
    loop {
        let accepted = tokio::select! {
            () = turned(&mut ending) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or a client that left already.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let connection = connection(
            stream,
            http.clone(),
            service.clone(),
            Arc::clone(door),
            ending.clone(),
        );
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    let all = u32::try_from(bounds.connections).unwrap_or(u32::MAX);
    match tokio::time::timeout(bounds.drain, places.acquire_many(all)).await {
        Ok(_) => 0,
        Err(_) => bounds.connections - places.available_permits(),
    }
}

/// Waits until the server is ending; its sender's end counts as that, too.
async fn turned(ending: &mut watch::Receiver<bool>) {
    let _ = ending.wait_for(|ending| *ending).await;
}

fn http(bounds: &Bounds) -> http1::Builder {
    let mut http = http1::Builder::new();
    // A client that closes its sending side counts as gone: it is the only sign that a browser gives when it drops a
    // call, and the price is that `nc`-like clients have to keep theirs open.
    http.half_close(false)
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_timeout)
        .max_headers(MAX_HEADERS)
        .max_header_size(MAX_HEADER_BYTES);
    http
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

async fn connection<S>(
    stream: TcpStream,
    http: http1::Builder,
    service: S,
    door: Arc<Door>,
    mut ending: watch::Receiver<bool>,
) where
    S: Service<Request<Incoming>, Response = WarpResponse, Error = Infallible> + Send + 'static,
    S::Future: Send,
{
    // Replies are written whole, so waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    // A client that takes nothing of its reply, or vanishes, is cut off.
    let _ = rustix::net::sockopt::set_tcp_user_timeout(&stream, STALL);
    let Ok(peer) = stream.peer_addr() else { return };
    let service = service_fn(move |mut request: Request<Incoming>| {
        let admitted = door.admit(&request);
        let answer = admitted.map(|()| {
            request.extensions_mut().insert(Peer(peer));
            service.call(request)
        });
        let door = Arc::clone(&door);
        async move {
            let mut response = match answer {
                Ok(answer) => answer.await?,
                Err(refusal) => refused(refusal, peer),
            };
            door.mark(response.headers_mut());
            Ok::<_, Infallible>(response)
        }
    });
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let result = tokio::select! {
        result = &mut connection => result,
        () = turned(&mut ending) => {
            // An idle connection ends now, another after its reply.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%peer, %error, "a connection broke");
    }
}

fn refused(why: Refusal, peer: std::net::SocketAddr) -> WarpResponse {
    tracing::info!(%peer, %why, "refused");
    let mut response = match why {
        Refusal::Origin => refusal(0, ErrorBody::new(ErrorCode::Forbidden, why.to_string())),
        Refusal::Host => {
            let mut response = Response::new(format!("Refused: {why}.\n").into());
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
    };
    // The body, if there is one, is not read.
    response
        .headers_mut()
        .insert("connection", HeaderValue::from_static("close"));
    response
}
