//! Any bytes either are a frame, and then what is written from it reads as
//! the same frame, or are refused with words; nothing panics, and nothing is
//! allocated that the bytes don't pay for.

#![no_main]

use libfuzzer_sys::fuzz_target;
use locus_protocol::{Frame, Prefix, write};

fuzz_target!(|bytes: &[u8]| {
    piecemeal_and_whole_agree(bytes);
    if let Ok((frame, length)) = Frame::parse_first(bytes) {
        assert!(length <= bytes.len());
        let written = write(&frame.message, &frame.payloads);
        let again = Frame::parse(&written).expect("what we write, we read");
        assert_eq!(again.payloads, frame.payloads);
        assert_eq!(write(&again.message, &again.payloads), written);
    }
});

/// A reader that gets the bytes one by one learns the same prefix, and not
/// sooner than its last byte has come.
fn piecemeal_and_whole_agree(bytes: &[u8]) {
    let whole = Prefix::read(bytes);
    let Ok(Some(prefix)) = whole else { return };
    assert!(prefix.length <= bytes.len());
    let short = Prefix::read(&bytes[..prefix.length - 1]);
    assert!(matches!(short, Ok(None)));
}
