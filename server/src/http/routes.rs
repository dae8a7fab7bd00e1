//! The routes, as one warp filter.

use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::{Filter, Rejection, Reply};

use super::call::{self, Calls};
use super::pages::Pages;
use crate::operations::Operations;
use crate::runner::Pool;
use crate::runner::pool::Counts;

/// What the routes answer from.
#[derive(Debug)]
pub struct Site {
    /// How calls are run.
    pub calls: Arc<Calls>,
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
        warp::get()
            .or(warp::head())
            .unify()
            .and(warp::path::full())
            .and(warp::header::headers_cloned())
            .and_then(move |path: FullPath, headers: HeaderMap| {
                let pages = Arc::clone(&pages);
                async move {
                    pages
                        .answer(path.as_str(), &headers)
                        .await
                        .ok_or_else(warp::reject)
                }
            })
    };
    call.or(operations)
        .unify()
        .or(health)
        .unify()
        .or(pages)
        .unify()
        .recover(rejected)
        .unify()
        .boxed()
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    runners: Counts,
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
