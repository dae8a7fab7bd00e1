//! Errors of the REST routes: RFC 9457 problem details, with the stable code
//! that frames have, too.

use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use locus_protocol::ErrorBody;
use serde_json::{Map, Value};
use warp::reply::Response as WarpResponse;

/// The problem with the status of its code.
pub(super) fn problem(error: ErrorBody) -> WarpResponse {
    let status = StatusCode::from_u16(error.code.http_status());
    problem_with(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error)
}

/// The problem with a status of its own.
pub(super) fn problem_with(status: StatusCode, error: ErrorBody) -> WarpResponse {
    let mut members = Map::new();
    members.insert("type".into(), "about:blank".into());
    members.insert(
        "title".into(),
        status.canonical_reason().unwrap_or_default().into(),
    );
    members.insert("status".into(), status.as_u16().into());
    members.insert("detail".into(), error.message.into());
    members.insert("code".into(), error.code.as_str().into());
    members.extend(error.details.unwrap_or_default());
    let mut response = Response::new(Value::Object(members).to_string().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
