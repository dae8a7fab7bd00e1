//! The door: who may ask what, and the headers on every reply.
//!
//! A server on loopback needs no login, but every page that its user opens
//! can reach loopback. So a request must name a host that this server goes
//! by (else a foreign name that was rebound to loopback would pass for ours),
//! and what computes must not come from another origin's page. What is no
//! browser sends neither `Origin` nor `Sec-Fetch-Site` and may ask.

use std::net::{IpAddr, Ipv6Addr};

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use http::uri::Authority;
use http::{Method, Request, Uri};

/// Who may ask.
#[derive(Debug, Clone)]
pub struct Door {
    hosts: Vec<String>,
    isolation: bool,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request names another host, or none.
    #[error(
        "this server does not go by that host's name (`locus serve --allow-host NAME` adds one)"
    )]
    Host,
    /// The request comes from another origin's page.
    #[error("pages of other origins may not compute here")]
    Origin,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Pages may ask other sites for pictures that the visitor names by their
/// address (`?url=`); such a site has to allow it. Everything else is ours.
const CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; \
     img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; connect-src 'self' https: http:; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// On every reply.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    ),
    (
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(CSP),
    ),
    (
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// What makes a page cross-origin isolated, which wasm threads need.
const ISOLATION: [(HeaderName, HeaderValue); 2] = [
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        HeaderValue::from_static("require-corp"),
    ),
];

impl Door {
    /// A door for a server that listens on `address` and goes by `hosts`,
    /// each a name or an address, without port.
    #[must_use]
    pub fn new(address: IpAddr, hosts: &[String], isolation: bool) -> Self {
        let mut hosts: Vec<String> = hosts.iter().map(|host| written(host)).collect();
        if !address.is_unspecified() {
            hosts.push(written(&address.to_string()));
        }
        Self { hosts, isolation }
    }

    /// Whether the request may pass at all.
    ///
    /// # Errors
    /// [`Refusal`] for the first reason against it.
    pub fn admit<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let host = host(request).ok_or(Refusal::Host)?;
        if !self.goes_by(host.host()) {
            return Err(Refusal::Host);
        }
        let reads = matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        );
        if !reads && !same_origin(request.headers(), &host) {
            return Err(Refusal::Origin);
        }
        Ok(())
    }

    fn goes_by(&self, host: &str) -> bool {
        is_loopback(host) || self.hosts.contains(&written(host))
    }

    /// Puts on the headers that every reply has.
    pub fn mark(&self, headers: &mut HeaderMap) {
        headers.reserve(HEADERS.len() + ISOLATION.len());
        headers.extend(HEADERS);
        if self.isolation {
            headers.extend(ISOLATION);
        }
    }
}

/// The one host that a request names.
fn host<B>(request: &Request<B>) -> Option<Authority> {
    let mut named = request.headers().get_all(HOST).iter();
    let host = named.next()?;
    if named.next().is_some() {
        return None;
    }
    let host: Authority = host.to_str().ok()?.parse().ok()?;
    // A request line in absolute form counts too (RFC 9112, 3.2.2).
    match request.uri().authority() {
        Some(authority) if authority != &host => None,
        _ => Some(host),
    }
}

/// A host in the one form in which hosts are compared: an IPv6 address can be
/// written in many, with brackets in a URL and without them on a command line.
fn written(host: &str) -> String {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse().map_or_else(
        |_| host.to_ascii_lowercase(),
        |address: Ipv6Addr| format!("[{address}]"),
    )
}

fn is_loopback(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    address
        .parse()
        .is_ok_and(|address: IpAddr| address.is_loopback())
}

fn same_origin(headers: &HeaderMap, host: &Authority) -> bool {
    let site = headers
        .get_all(SEC_FETCH_SITE)
        .iter()
        .all(|site| site == "same-origin" || site == "none");
    site && headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.parse::<Uri>().ok());
        origin.is_some_and(|origin| {
            let standard = match origin.scheme_str() {
                Some("http") => 80,
                Some("https") => 443,
                _ => return false,
            };
            origin.authority().is_some_and(|authority| {
                authority.host().eq_ignore_ascii_case(host.host())
                    && authority.port_u16().unwrap_or(standard)
                        == host.port_u16().unwrap_or(standard)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(method: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
        let door = Door::new([192, 168, 1, 5].into(), &["Locus.example".into()], true);
        let request = headers.iter().fold(
            Request::builder().method(method).uri("/v1/call"),
            |request, (name, value)| request.header(*name, *value),
        );
        door.admit(&request.body(()).expect("a valid request"))
    }

    #[test]
    fn own_names_pass_and_others_do_not() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:80",
            "localhost.:8080",
            "192.168.1.5:8080",
            "locus.example",
            "LOCUS.EXAMPLE:443",
        ] {
            assert_eq!(ask("GET", &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "192.168.1.6",
            "",
            "a b",
            "[::2]",
            "127.0.0.1.evil.example",
        ] {
            assert_eq!(ask("GET", &[("host", host)]), Err(Refusal::Host), "{host}");
        }
        assert_eq!(ask("GET", &[]), Err(Refusal::Host));
        assert_eq!(
            ask("GET", &[("host", "localhost"), ("host", "localhost")]),
            Err(Refusal::Host)
        );
    }

    #[test]
    fn an_ipv6_address_is_one_however_it_is_written() {
        let ask = |door: &Door, host: &str| {
            let request = Request::builder().uri("/").header("host", host).body(());
            door.admit(&request.expect("a valid request"))
        };
        for own in ["fd00::5", "[fd00::5]", "FD00:0:0::0:5"] {
            let named = Door::new(Ipv6Addr::UNSPECIFIED.into(), &[own.into()], true);
            let listening = Door::new("fd00::5".parse().expect("an address"), &[], true);
            for door in [named, listening] {
                for host in ["[fd00::5]", "[fd00::5]:8080", "[FD00:0::5]:80", "[::1]"] {
                    assert_eq!(ask(&door, host), Ok(()), "{own} {host}");
                }
                for host in ["[fd00::6]:8080", "[::]", "fd00::5"] {
                    assert_eq!(ask(&door, host), Err(Refusal::Host), "{own} {host}");
                }
            }
        }
    }

    #[test]
    fn computing_is_for_the_same_origin() {
        let call = |name, value| ask("POST", &[("host", "localhost:8080"), (name, value)]);
        assert_eq!(ask("POST", &[("host", "localhost:8080")]), Ok(()));
        assert_eq!(call("origin", "http://localhost:8080"), Ok(()));
        assert_eq!(call("sec-fetch-site", "same-origin"), Ok(()));
        for origin in [
            "http://localhost:8081",
            "http://localhost",
            "http://evil.example",
            "null",
            "",
            "file://",
            "ftp://localhost:8080",
        ] {
            assert_eq!(call("origin", origin), Err(Refusal::Origin), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert_eq!(call("sec-fetch-site", site), Err(Refusal::Origin), "{site}");
        }
        let behind_tls = [
            ("host", "locus.example"),
            ("origin", "https://locus.example"),
        ];
        assert_eq!(ask("POST", &behind_tls), Ok(()));
    }
}
