//! The path below which everything is served: nothing, or something like
//! `/locus`, when a proxy gives this server a part of its site.

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use http::header::LOCATION;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response as WarpResponse;

/// A base path: empty, or `/` and a name, any number of times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasePath(String);

/// Why a text is no base path.
#[derive(Debug, thiserror::Error)]
#[error(
    "a base path is made of names of letters, digits and `-._~`, each after a slash, as in /locus"
)]
pub struct NoBasePath;

impl BasePath {
    /// As it stands before the other paths.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Passes what lies below, and takes the base off.
    pub(super) fn below(&self) -> BoxedFilter<()> {
        let mut below = warp::any().boxed();
        for name in self.0.split('/').skip(1) {
            below = below.and(warp::path(name.to_owned())).boxed();
        }
        below
    }

    /// Puts the base before an address within the site.
    pub(super) fn put_before_location(&self, mut response: WarpResponse) -> WarpResponse {
        if let Some(location) = response.headers_mut().get_mut(LOCATION)
            && !self.0.is_empty()
            && let Ok(within) = location.to_str()
            && let Ok(whole) = HeaderValue::from_str(&format!("{}{within}", self.0))
        {
            *location = whole;
        }
        response
    }
}

impl FromStr for BasePath {
    type Err = NoBasePath;

    fn from_str(text: &str) -> Result<Self, NoBasePath> {
        let path = text.strip_suffix('/').unwrap_or(text);
        let name = |name: &str| {
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            !name.is_empty() && name != "." && name != ".." && name.bytes().all(legal)
        };
        match path.strip_prefix('/') {
            None if path.is_empty() => Ok(Self::default()),
            Some(names) if names.split('/').all(name) => Ok(Self(path.to_owned())),
            _ => Err(NoBasePath),
        }
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_need_no_escape_are_taken() {
        let read = |text: &str| text.parse().ok().map(|BasePath(path)| path);
        for (text, path) in [
            ("", ""),
            ("/", ""),
            ("/locus", "/locus"),
            ("/locus/", "/locus"),
            ("/a-b/c.d_~", "/a-b/c.d_~"),
        ] {
            assert_eq!(read(text).as_deref(), Some(path), "{text}");
        }
        for text in [
            "locus",
            "//",
            "/a//b",
            "/a b",
            "/..",
            "/a/./b",
            "/ä",
            "/a?b",
            "/%20",
            "http://x/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
