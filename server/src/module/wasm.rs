//! A wasm module's bytes: the header and the custom sections, no more.
//!
//! Only `\0asm` is accepted, and custom sections named `wasmedge` are dropped:
//! WasmEdge loads an ELF file, and such a section, as native code.

use std::path::Path;

use sha2::{Digest, Sha256};

/// Version 1 of the core format; components have another one.
const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";
/// The custom section in which WasmEdge keeps native code.
const NATIVE: &[u8] = b"wasmedge";
/// The largest module.
const MAX_MODULE: u64 = 256 << 20;

/// A module that may be compiled.
#[derive(Debug, Clone)]
pub struct Wasm {
    bytes: Vec<u8>,
}

/// Why bytes are no module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WasmError {
    /// The file can't be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The first bytes are not a core module's.
    #[error("not a WebAssembly module: it does not begin with `\\0asm` and version 1")]
    Header,
    /// A section's bounds are wrong.
    #[error("not a WebAssembly module: the section at byte {0} is broken")]
    Section(usize),
    /// The file is larger than any module should be.
    #[error("the module has {0} bytes, {MAX_MODULE} are allowed")]
    TooLarge(u64),
}

impl Wasm {
    /// Reads a module from a file.
    ///
    /// # Errors
    /// [`WasmError`] when there is none.
    pub fn open(path: &Path) -> Result<Self, WasmError> {
        let length = std::fs::metadata(path)?.len();
        if length > MAX_MODULE {
            return Err(WasmError::TooLarge(length));
        }
        Self::read(&std::fs::read(path)?)
    }

    /// Takes a module's bytes, without what must not be loaded.
    ///
    /// # Errors
    /// [`WasmError`] when it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, WasmError> {
        let mut kept = Vec::with_capacity(bytes.len());
        kept.extend_from_slice(&HEADER);
        for section in sections(bytes)? {
            if section.custom.is_none_or(|(name, _)| name != NATIVE) {
                kept.extend_from_slice(section.whole);
            }
        }
        Ok(Self { bytes: kept })
    }

    /// The module's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the module's bytes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The content of the first custom section of that name.
    #[must_use]
    pub fn custom(&self, name: &str) -> Option<&[u8]> {
        // What was read once can be read again.
        let sections = sections(&self.bytes).ok()?;
        let mut custom = sections.iter().filter_map(|section| section.custom);
        custom
            .find(|(own, _)| *own == name.as_bytes())
            .map(|(_, content)| content)
    }
}

struct Section<'a> {
    whole: &'a [u8],
    custom: Option<(&'a [u8], &'a [u8])>,
}

fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, WasmError> {
    let mut rest = bytes.strip_prefix(&HEADER).ok_or(WasmError::Header)?;
    let mut sections = Vec::new();
    while let [id, after @ ..] = rest {
        let broken = || WasmError::Section(bytes.len() - rest.len());
        let (length, content) = leb(after).ok_or_else(broken)?;
        let content = content.get(..length).ok_or_else(broken)?;
        let custom = if *id == 0 {
            let (length, name) = leb(content).ok_or_else(broken)?;
            Some(name.split_at_checked(length).ok_or_else(broken)?)
        } else {
            None
        };
        let head =
            rest.len() - after.len() + (after.len() - leb(after).ok_or_else(broken)?.1.len());
        let (whole, next) = rest.split_at(head + length);
        sections.push(Section { whole, custom });
        rest = next;
    }
    Ok(sections)
}

/// An unsigned 32-bit number in LEB128, and what follows it.
fn leb(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((value as usize, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn custom(name: &str, content: &[u8]) -> Vec<u8> {
        let mut section = vec![0, (1 + name.len() + content.len()) as u8, name.len() as u8];
        section.extend_from_slice(name.as_bytes());
        section.extend_from_slice(content);
        section
    }

    #[test]
    fn native_code_is_dropped_and_the_rest_is_kept() {
        let kept = [
            &HEADER[..],
            &custom("a", b"1"),
            &[1, 1, 0],
            &custom("b", b"2"),
        ]
        .concat();
        let with = [
            &HEADER[..],
            &custom("a", b"1"),
            &[1, 1, 0],
            &custom("wasmedge", b"ELF"),
            &custom("b", b"2"),
        ]
        .concat();
        assert_eq!(Wasm::read(&with).expect("a module").bytes(), kept);
        assert_eq!(Wasm::read(&kept).expect("a module").bytes(), kept);
    }

    #[test]
    fn custom_sections_are_found_by_name() {
        let bytes = [
            &HEADER[..],
            &custom("a", b"one"),
            &custom("b", b"two"),
            &custom("b", b"three"),
        ]
        .concat();
        let module = Wasm::read(&bytes).expect("a module");
        assert_eq!(module.custom("b"), Some(&b"two"[..]));
        assert_eq!(module.custom("c"), None);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [
            &b""[..],
            b"\x7fELF\x02\x01\x01\0",
            b"\0asm",
            b"\0asm\x0d\0\x01\0",
        ] {
            assert!(
                matches!(Wasm::read(bytes), Err(WasmError::Header)),
                "{bytes:?}"
            );
        }
        for section in [
            &[0u8][..],
            &[1, 5, 0],
            &[0, 1, 9],
            &[1, 0x80],
            &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0, 0],
        ] {
            let bytes = [&HEADER[..], section].concat();
            assert!(
                matches!(Wasm::read(&bytes), Err(WasmError::Section(8))),
                "{section:?}"
            );
        }
    }
}
