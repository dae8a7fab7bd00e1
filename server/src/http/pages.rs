//! Static files: the pages, precompressed siblings where the client takes
//! them, and validators so that what it has is not sent again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, IF_NONE_MATCH, LOCATION, VARY,
};
use http::{Response, StatusCode};
use warp::reply::Response as WarpResponse;

use crate::bulk::FileStream;

/// Files up to this length are read at once.
const WHOLE: u64 = 256 * 1024;

/// An encoding's name, and the ending of files that have it.
type Encoding = (&'static str, &'static str);

/// In the order of preference.
const ENCODINGS: [Encoding; 2] = [("br", "br"), ("gzip", "gz")];

/// A folder of static files.
#[derive(Debug)]
pub struct Pages {
    folder: Option<PathBuf>,
}

/// What a path stands for.
enum Found {
    File {
        file: File,
        length: u64,
        etag: String,
        encoding: Option<&'static str>,
        /// Whether other clients would get another encoding.
        varies: bool,
    },
    Folder,
}

impl Pages {
    /// Serves `folder`; nothing at all when it is `None`.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The file for a request's path; `None` when there is none.
    pub async fn answer(&self, path: &str, headers: &HeaderMap) -> Option<WarpResponse> {
        let relative = relative(path)?;
        let mut target = self.folder.as_ref()?.join(&relative);
        if path.ends_with('/') {
            target.push("index.html");
        }
        let accepted = accepted(headers);
        let whole = !path.ends_with('/');
        let found = tokio::task::spawn_blocking(move || {
            let found = find(&target, &accepted);
            // A page's address has no ending: /fractal is fractal.html.
            if whole && matches!(&found, Err(error) if error.kind() == io::ErrorKind::NotFound) {
                target.as_mut_os_string().push(".html");
                return (find(&target, &accepted), target);
            }
            (found, target)
        })
        .await
        .ok()?;
        let (found, name) = found;
        match found {
            Ok(Found::Folder) if !path.ends_with('/') => Some(redirect(&relative)),
            Ok(Found::Folder) | Err(_) => None,
            Ok(Found::File {
                file,
                length,
                etag,
                encoding,
                varies,
            }) => {
                let etag = HeaderValue::from_str(&etag).ok()?;
                let fresh = headers
                    .get_all(IF_NONE_MATCH)
                    .iter()
                    .filter_map(|value| value.to_str().ok())
                    .flat_map(|value| value.split(','))
                    .any(|tag| {
                        tag.trim() == "*"
                            || tag.trim().trim_start_matches("W/").as_bytes() == etag.as_bytes()
                    });
                let mut response = if fresh {
                    let mut response = Response::new(Bytes::new().into());
                    *response.status_mut() = StatusCode::NOT_MODIFIED;
                    response
                } else {
                    body(file, length)?
                };
                let headers = response.headers_mut();
                headers.insert(ETAG, etag);
                headers.insert(CACHE_CONTROL, HeaderValue::from_static(lifetime(&name)));
                if varies {
                    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
                }
                if !fresh {
                    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(&name)));
                    headers.insert(CONTENT_LENGTH, length.into());
                    if let Some(encoding) = encoding {
                        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
                    }
                }
                Some(response)
            }
        }
    }
}

fn body(file: File, length: u64) -> Option<WarpResponse> {
    let mut file = FileStream::new(file, length);
    if length > WHOLE {
        return Some(warp::Reply::into_response(warp::reply::stream(file)));
    }
    let bytes = match file.read() {
        None => Bytes::new(),
        Some(read) => read.ok()?,
    };
    Some(Response::new(bytes.into()))
}

fn redirect(relative: &Path) -> WarpResponse {
    let mut location = String::from("/");
    for part in relative {
        // Only what `relative` decoded needs to be encoded again.
        for byte in part.as_encoded_bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
                location.push(char::from(*byte));
            } else {
                location.push_str(&format!("%{byte:02X}"));
            }
        }
        location.push('/');
    }
    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// A request's path as a path below the folder; `None` for what leads out of
/// it, into hidden files, or is no path.
fn relative(path: &str) -> Option<PathBuf> {
    let mut relative = PathBuf::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = decode(part)?;
        if part.starts_with('.') || part.contains(['/', '\\', '\0']) {
            return None;
        }
        relative.push(part);
    }
    Some(relative)
}

fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

fn find(target: &Path, accepted: &[Encoding]) -> io::Result<Found> {
    let Some((plain, plain_length, _)) = open(target)? else {
        return Ok(Found::Folder);
    };
    let changed = stamp(&plain)?;
    let packed = |&(name, ending): &Encoding| {
        let mut sibling = target.as_os_str().to_owned();
        sibling.push(".");
        sibling.push(ending);
        let (file, length, modified) = open(Path::new(&sibling)).ok()??;
        // One that is older than the file itself is left over from another build.
        (modified + 2_000_000_000 >= changed).then_some((file, length, name))
    };
    let chosen = accepted.iter().find_map(packed);
    let varies = chosen.is_some() || ENCODINGS.iter().any(|encoding| packed(encoding).is_some());
    Ok(match chosen {
        Some((file, length, encoding)) => Found::File {
            file,
            length,
            etag: format!("\"{changed:x}-{plain_length:x}-{encoding}\""),
            encoding: Some(encoding),
            varies,
        },
        None => Found::File {
            file: plain,
            length: plain_length,
            etag: format!("\"{changed:x}-{plain_length:x}\""),
            encoding: None,
            varies,
        },
    })
}

/// The file, its length and when it changed; `None` when it is a folder.
fn open(path: &Path) -> io::Result<Option<(File, u64, u128)>> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Ok(None);
    }
    if !metadata.is_file() {
        // Opening a pipe would wait for ever.
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = File::open(path)?;
    let stamp = stamp(&file)?;
    let length = file.metadata()?.len();
    Ok(Some((file, length, stamp)))
}

fn stamp(file: &File) -> io::Result<u128> {
    let modified = file.metadata()?.modified()?;
    Ok(modified
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos()))
}

/// The encodings that the client takes rather than the file as it is, those it
/// likes best first (RFC 9110, 12.5.3).
fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let plain = weight(headers, "identity").unwrap_or_default();
    let weigh = |encoding: Encoding| {
        let any = || weight(headers, "*").unwrap_or_default();
        (encoding, weight(headers, encoding.0).unwrap_or_else(any))
    };
    let mut weighed = ENCODINGS.map(weigh);
    // The sort is stable: among equals our own order stays.
    weighed.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    weighed
        .into_iter()
        .filter(|&(_, weight)| weight > 0.0 && weight >= plain)
        .map(|(encoding, _)| encoding)
        .collect()
}

/// How much the client likes an encoding that it names, 0 for not at all.
fn weight(headers: &HeaderMap, encoding: &str) -> Option<f32> {
    let named = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    named.into_iter().find_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        if !parts.next()?.eq_ignore_ascii_case(encoding) {
            return None;
        }
        let quality = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.eq_ignore_ascii_case("q").then_some(value)
        });
        // What is no number is no wish that could be kept.
        Some(quality.map_or(1.0, |value| value.parse().unwrap_or(0.0)))
    })
}

/// What carries a hash of its content in its name never changes: files that
/// Vite wrote, and all of a codec's folder.
fn lifetime(path: &Path) -> &'static str {
    let folder = |path: &Path| {
        path.parent()
            .and_then(Path::file_name)
            .map(ToOwned::to_owned)
    };
    let file = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let hashed = folder(path).is_some_and(|folder| folder == "assets") && has_hash(file)
        || path.ancestors().any(|above| {
            folder(above).is_some_and(|folder| folder == "codec")
                && above != path
                && above
                    .file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(has_hash)
        });
    if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

/// Vite's names: NAME-HASH with a hash of eight characters, which may itself
/// hold a hyphen. scripts/build-web-codec names folders alike.
fn has_hash(name: &str) -> bool {
    name.len() > 9
        && name.is_ascii()
        && name.as_bytes()[name.len() - 9] == b'-'
        && name[name.len() - 8..]
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

fn content_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "jxl" => "image/jxl",
        "ico" => "image/x-icon",
        "txt" | "md" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder() {
        for path in [
            "/../x",
            "/a/../../x",
            "/%2e%2e/x",
            "/a/%2e%2E/x",
            "/.git/config",
            "/a%2fb",
            "/a%5cb",
            "/a%00",
            "/%zz",
            "/%e",
        ] {
            assert_eq!(relative(path), None, "{path}");
        }
        assert_eq!(relative("/"), Some(PathBuf::new()));
        assert_eq!(relative("//a///b%20c/"), Some("a/b c".into()));
    }

    #[test]
    fn only_hashed_assets_live_for_ever() {
        let for_ever = |path: &str| lifetime(Path::new(path)).contains("immutable");
        assert!(for_ever("/p/assets/index-B0xq_1-Z.js"));
        assert!(!for_ever("/p/assets/index.js"));
        assert!(!for_ever("/p/index-B0xq_1aZ.js"));
        assert!(!for_ever("/p/assets/photograph.jxl"));
        assert!(for_ever("/p/codec/threads-0a1b2c3d/locus_codec.js"));
        assert!(for_ever(
            "/p/codec/threads-0a1b2c3d/snippets/rayon-1/src/helpers.js"
        ));
        assert!(!for_ever("/p/codec/builds.json"));
        assert!(!for_ever("/p/codec/threads/locus_codec.js"));
    }

    #[test]
    fn encodings_are_taken_as_the_client_weighs_them() {
        for (value, taken) in [
            ("gzip, deflate, br, zstd", &["br", "gzip"][..]),
            ("gzip;q=0.5,BR", &["br", "gzip"]),
            ("gzip;q=1.0, br;q=0.8", &["gzip", "br"]),
            ("br ; Q=0.1, gzip ; q=0.2", &["gzip", "br"]),
            ("br;q=0, gzip;q=0.001", &["gzip"]),
            ("br;q=0.000", &[]),
            ("br;q=no", &[]),
            ("gzip", &["gzip"]),
            ("*", &["br", "gzip"]),
            ("*, br;q=0", &["gzip"]),
            ("*;q=0", &[]),
            ("br;q=0.5, *;q=0", &["br"]),
            ("identity", &[]),
            ("identity, br;q=0.5", &[]),
            ("identity;q=0.5, br;q=0.5, gzip;q=0.4", &["br"]),
            ("identity;q=0", &[]),
            ("", &[]),
            ("brotli, xgzip", &[]),
        ] {
            let headers =
                HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            let names: Vec<_> = accepted(&headers)
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names, taken, "{value}");
        }
        assert!(accepted(&HeaderMap::new()).is_empty());
        let two = ["gzip", "br"].map(|name| (ACCEPT_ENCODING, HeaderValue::from_static(name)));
        let mut headers = HeaderMap::new();
        for (name, value) in two {
            headers.append(name, value);
        }
        assert_eq!(accepted(&headers), ENCODINGS);
    }
}
