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

/// Encodings in the order of preference, and the endings of files that have them.
const ENCODINGS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

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
        let accepted = ENCODINGS.map(|(name, _)| accepts(headers, name));
        let whole = !path.ends_with('/');
        let found = tokio::task::spawn_blocking(move || {
            let found = find(&target, accepted);
            // A page's address has no ending: /fractal is fractal.html.
            if whole && matches!(&found, Err(error) if error.kind() == io::ErrorKind::NotFound) {
                target.as_mut_os_string().push(".html");
                return (find(&target, accepted), target);
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

fn find(target: &Path, accepted: [bool; 2]) -> io::Result<Found> {
    let Some((plain, plain_length, _)) = open(target)? else {
        return Ok(Found::Folder);
    };
    let mut varies = false;
    let mut chosen = None;
    for ((encoding, ending), accepted) in ENCODINGS.into_iter().zip(accepted) {
        let mut sibling = target.as_os_str().to_owned();
        sibling.push(".");
        sibling.push(ending);
        // One that is older than the file itself is left over from another build.
        if let Ok(Some((file, length, modified))) = open(Path::new(&sibling))
            && modified + 2_000_000_000 >= stamp(&plain)?
        {
            varies = true;
            if accepted && chosen.is_none() {
                chosen = Some((file, length, encoding));
            }
        }
    }
    let modified = stamp(&plain)?;
    Ok(match chosen {
        Some((file, length, encoding)) => Found::File {
            file,
            length,
            etag: format!("\"{modified:x}-{plain_length:x}-{encoding}\""),
            encoding: Some(encoding),
            varies,
        },
        None => Found::File {
            file: plain,
            length: plain_length,
            etag: format!("\"{modified:x}-{plain_length:x}\""),
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

/// Whether the client takes an encoding: named, and not with quality 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            let refused = parts.any(|part| {
                part.strip_prefix("q=").is_some_and(|quality| {
                    quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0)
                })
            });
            named && !refused
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
    fn encodings_are_taken_only_where_named() {
        let with = |value: &'static str| {
            HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))])
        };
        assert!(accepts(&with("gzip, deflate, br"), "br"));
        assert!(accepts(&with("gzip;q=0.5,BR"), "br"));
        assert!(!accepts(&with("br;q=0"), "br"));
        assert!(!accepts(&with("gzip"), "br"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
