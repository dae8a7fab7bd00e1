//! The routes, as one warp filter.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::{Filter, Rejection, Reply};

use super::base::BasePath;
use super::blobs::{self, Blobs};
use super::call::{self, Calls};
use super::pages::Pages;
use super::probe;
use crate::operations::Operations;
use crate::runner::Pool;
use crate::runner::pool::Counts;

/// What the routes answer from.
#[derive(Debug)]
pub struct Site {
    /// Below which path all of it is.
    pub base: BasePath,
    /// How calls are run.
    pub calls: Arc<Calls>,
    /// How their inputs come and go.
    pub blobs: Arc<Blobs>,
    /// What can be called.
    pub operations: Arc<Operations>,
    /// The static files.
    pub pages: Arc<Pages>,
    /// Who runs the calls.
    pub pool: Arc<Pool>,
    /// Whether the server is ending.
    pub draining: tokio::sync::watch::Receiver<bool>,
}

/// The address of the client; put into each request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// All routes.
#[must_use]
pub fn routes(site: &Arc<Site>) -> BoxedFilter<(impl Reply + use<>,)> {
    let call = {
        let calls = Arc::clone(&site.calls);
        warp::path!("v1" / "call")
            .and(warp::post())
            .and(warp::any().map(move || Arc::clone(&calls)))
            .and(warp::body::stream())
            .then(call::answer)
    };
    let blobs = blobs(&site.blobs);
    let operations = {
        let operations = Arc::clone(&site.operations);
        warp::path!("v1" / "operations")
            .and(warp::get().or(warp::head()).unify())
            .map(move || json(StatusCode::OK, operations.json().to_owned()))
    };
    let health = {
        let site = Arc::clone(site);
        warp::path!("v1" / "health")
            .and(warp::get().or(warp::head()).unify())
            .map(move || health(&site))
    };
    let pages = {
        let pages = Arc::clone(&site.pages);
        let base = site.base.clone();
        warp::get()
            .or(warp::head())
            .unify()
            .and(warp::path::full())
            .and(warp::header::headers_cloned())
            .and_then(move |path: FullPath, headers: HeaderMap| {
                let (pages, base) = (Arc::clone(&pages), base.clone());
                async move {
                    let path = path.as_str().strip_prefix(base.as_str());
                    let path = path.unwrap_or_default();
                    let answer = pages.answer(path, &headers).await;
                    let answer = answer.map(|answer| base.put_before_location(answer));
                    answer.ok_or_else(warp::reject)
                }
            })
    };
    let all = call
        .or(blobs)
        .unify()
        .or(operations)
        .unify()
        .or(health)
        .unify()
        .or(probe())
        .unify()
        .or(pages)
        .unify();
    site.base.below().and(all).recover(rejected).unify().boxed()
}

fn blobs(blobs: &Arc<Blobs>) -> BoxedFilter<(warp::reply::Response,)> {
    let with = |blobs: &Arc<Blobs>| {
        let blobs = Arc::clone(blobs);
        warp::path!("v1" / "blobs" / String).map(move |digest| (Arc::clone(&blobs), digest))
    };
    let put = with(blobs)
        .and(warp::put())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(|(blobs, digest), headers, body| blobs::put(blobs, digest, headers, body));
    let head = with(blobs)
        .and(warp::head())
        .map(|(blobs, digest): (Arc<Blobs>, String)| blobs::head(&blobs, &digest));
    let get = with(blobs)
        .and(warp::get())
        .and(warp::header::headers_cloned())
        .then(|(blobs, digest), headers| blobs::get(blobs, digest, headers));
    put.or(head).unify().or(get).unify().boxed()
}

fn probe() -> BoxedFilter<(warp::reply::Response,)> {
    let get = warp::path!("v1" / "probe")
        .and(warp::get())
        .and(warp::query())
        .map(|wanted| probe::get(&wanted));
    let post = warp::path!("v1" / "probe")
        .and(warp::post())
        .and(warp::body::stream())
        .then(probe::post);
    get.or(post).unify().boxed()
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    runners: Counts,
    /// Milliseconds that a call which came now would wait, roughly.
    ahead_ms: f64,
    /// Bytes of inputs that are kept; `null` where none are.
    blobs: Option<u64>,
}

fn health(site: &Site) -> warp::reply::Response {
    let status = if *site.draining.borrow() {
        "draining"
    } else if site.pool.is_ready() {
        "ok"
    } else {
        "warming"
    };
    let health = Health {
        status,
        version: env!("CARGO_PKG_VERSION"),
        runners: site.pool.counts(),
        ahead_ms: (site.pool.ahead_ms() * 10.0).round() / 10.0,
        blobs: site.blobs.store.as_ref().map(|store| store.bytes()),
    };
    // Counts and words are always valid JSON.
    json(
        StatusCode::OK,
        serde_json::to_string(&health).unwrap_or_default(),
    )
}

fn json(status: StatusCode, body: String) -> warp::reply::Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        http::HeaderValue::from_static("application/json"),
    );
    headers.insert("cache-control", http::HeaderValue::from_static("no-cache"));
    response
}

/// A plain page for what no route answers.
async fn rejected(rejection: Rejection) -> Result<warp::reply::Response, Rejection> {
    let (status, words) = if rejection.is_not_found() {
        (StatusCode::NOT_FOUND, "There is nothing here.\n")
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        (
            StatusCode::METHOD_NOT_ALLOWED,
            "This can't be asked in that way.\n",
        )
    } else {
        tracing::debug!(?rejection, "rejected");
        (StatusCode::BAD_REQUEST, "This is not a valid request.\n")
    };
    let mut response = words.into_response();
    *response.status_mut() = status;
    Ok(response)
}
