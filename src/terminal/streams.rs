//! Random streams of what programs send, for the property tests of this room.

use proptest::collection::vec;
use proptest::prelude::*;

/// A stream of one or more of the things that programs send, in mixed order.
pub(super) fn stream(pieces: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), 0..pieces).prop_map(|p| p.concat())
}

/// Cuts a stream into chunks at pseudo-random places.
pub(super) fn chunks(bytes: &[u8], seed: u64) -> Vec<&[u8]> {
    let (mut rest, mut state, mut out) = (bytes, seed | 1, Vec::new());
    while !rest.is_empty() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let size = match (state >> 33) % 4 {
            0 => 1,
            1 => 1 + (state >> 40) as usize % 16,
            2 => 1 + (state >> 40) as usize % 700,
            _ => 1 + (state >> 40) as usize % 20_000,
        };
        let (chunk, tail) = rest.split_at(size.min(rest.len()));
        out.push(chunk);
        rest = tail;
    }
    out
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[ -~]{0,40}".prop_map(String::into_bytes),
        2 => "[a-z世界é👍\u{301}\u{fe0f}\u{200d}]{0,12}".prop_map(String::into_bytes),
        3 => Just(b"\r\n".to_vec()),
        2 => prop_oneof![Just(b"\r".to_vec()), Just(b"\n".to_vec()), Just(b"\x08".to_vec()), Just(b"\t".to_vec())],
        5 => control(),
        1 => "\x1b[78=>MDEc(]0?".prop_map(String::into_bytes),
        2 => prop::sample::select(vec!["\x1b7", "\x1b8", "\x1bM", "\x1bD", "\x1bE", "\x1b(0", "\x1b(B", "\x1b)0", "\x0e", "\x0f", "\x1b]0;title\x07", "\x1bPq~~\x1b\\"])
            .prop_map(|s| s.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..6),
    ]
}

/// Control sequences, most of them with an effect.
fn control() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![3 => 0_u16..12, 2 => 0_u16..90, 1 => any::<u16>()];
    prop_oneof![
        6 => (vec(number, 0..3), prop::sample::select(b"ABCDEFGHJKLMPSTX@`aedfr".to_vec())).prop_map(|(n, last)| csi("", &n, last)),
        3 => (prop::sample::select(vec![0_u16, 1, 2, 7, 22, 27, 31, 39, 41, 49, 90, 103])).prop_map(|n| csi("", &[n], b'm')),
        1 => Just(b"\x1b[38;5;240m".to_vec()),
        2 => (prop::sample::select(vec![1_u16, 6, 25, 47, 1049, 2004, 1000, 1006]), any::<bool>())
            .prop_map(|(n, on)| csi("?", &[n], if on { b'h' } else { b'l' })),
        1 => prop::sample::select(vec!["\x1b[s", "\x1b[u", "\x1b[3J", "\x1b[!p", "\x1b[1;2:3r"]).prop_map(|s| s.as_bytes().to_vec()),
    ]
}

fn csi(marker: &str, numbers: &[u16], last: u8) -> Vec<u8> {
    let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
    format!("\x1b[{marker}{}{}", numbers.join(";"), char::from(last)).into_bytes()
}
