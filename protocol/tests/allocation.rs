//! Reading takes memory in proportion to the bytes that are there, whatever
//! they claim.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use locus_protocol::{Frame, MAX_HEADER, Prefix};

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is passed on to the system's allocator unchanged; the
// counter is a plain cell that allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = TAKEN.try_with(|taken| taken.set(taken.get() + layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Bytes that were ever taken while `bytes` were read, freed or not.
fn taken(bytes: &[u8]) -> usize {
    TAKEN.set(0);
    let _ = std::hint::black_box(Frame::parse_first(bytes));
    let _ = std::hint::black_box(Prefix::read(bytes));
    TAKEN.get()
}

fn frame(header: &str) -> Vec<u8> {
    let mut bytes = b"LOC1\0\0\0\0".to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.resize(bytes.len().next_multiple_of(16), b' ');
    let length = (bytes.len() - 8) as u32;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes
}

#[test]
fn a_claim_of_huge_payloads_takes_nothing() {
    let bytes = frame(r#"{"kind":"cancel","id":1,"payloads":[1152921504606846976,1099511627776]}"#);
    assert!(taken(&bytes) < 4096);
}

#[test]
fn a_claim_of_a_long_header_takes_nothing() {
    let mut bytes = b"LOC1".to_vec();
    bytes.extend_from_slice(&(MAX_HEADER as u32 - 8).to_le_bytes());
    assert!(taken(&bytes) < 1024);
}

#[test]
fn the_densest_header_costs_a_small_multiple_of_itself() {
    let zeros = "0,".repeat(500_000) + "0";
    let empties = "{},".repeat(300_000) + "{}";
    for header in [
        format!(r#"{{"kind":"call","id":1,"operation":"x","parameters":{{"a":[{zeros}]}}}}"#),
        format!(r#"{{"kind":"cancel","id":1,"payloads":[{zeros}]}}"#),
        format!(r#"{{"kind":"call","id":1,"operation":"x","inputs":[{empties}]}}"#),
    ] {
        let bytes = frame(&header);
        let taken = taken(&bytes);
        assert!(taken < 100 * bytes.len(), "{taken} for {}", bytes.len());
    }
}
