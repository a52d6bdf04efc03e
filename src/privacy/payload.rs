//! Text that a terminal takes without drawing it: titles, links, notifications, the clipboard.
//!
//! It is read as it is and as what it may stand for: percent-encoded (RFC 3986 §2.1), base64 (RFC 4648 §4 and §5), hexadecimal.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::detect::{Detector, Memory};
use super::fold::fold;

/// Whether no value is in it, in any of these readings.
#[must_use]
pub fn is_harmless(detector: &Detector, payload: &[u8]) -> bool {
    let read = reading(payload);
    if !text_is_harmless(detector, &read) {
        return false;
    }
    let decoded = percent(&read);
    if decoded.len() != read.len() && !text_is_harmless(detector, &decoded) {
        return false;
    }
    let parts = payload.split(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')));
    parts.filter(|part| part.len() >= ENCODED_MIN).all(|part| {
        [STANDARD_NO_PAD.decode(part).ok(), URL_SAFE_NO_PAD.decode(part).ok(), hex(part)]
            .iter()
            .flatten()
            .all(|decoded| text_is_harmless(detector, &reading(decoded)))
    })
}

/// Line by line, and with the breaks taken out.
fn text_is_harmless(detector: &Detector, text: &[u8]) -> bool {
    let mut hits = Vec::new();
    detector.text(text, &mut Memory::default(), &mut hits);
    let joined: Vec<u8> = text.iter().copied().filter(|b| *b >= b' ' && *b != 0x7f).collect();
    if joined.len() != text.len() {
        detector.text(&joined, &mut Memory::default(), &mut hits);
    }
    hits.is_empty()
}

fn reading(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).chars().filter_map(fold).collect::<String>().into_bytes()
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'%', [high, low, more @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(nibble(*high) << 4 | nibble(*low));
                rest = more;
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

fn hex(part: &[u8]) -> Option<Vec<u8>> {
    let whole = part.len().is_multiple_of(2) && part.iter().all(u8::is_ascii_hexdigit);
    let byte = |pair: &[u8]| pair.iter().fold(0, |byte, b| byte << 4 | nibble(*b));
    whole.then(|| part.chunks(2).map(byte).collect())
}

const fn nibble(b: u8) -> u8 {
    match b {
        b'0'..=b'9' => b - b'0',
        b'a'..=b'f' => b - b'a' + 10,
        b'A'..=b'F' => b - b'A' + 10,
        _ => 0,
    }
}

/// The shortest value has nine characters: twelve in base64.
const ENCODED_MIN: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Settings;

    #[test]
    fn a_value_is_found_in_whatever_coding_it_comes() {
        let detector = Detector::new(&Settings::default());
        for payload in [
            "c;NDExMSAxMTExIDExMTEgMTExMQ==",
            "mailto:alice%40example.com",
            "x 4111\u{200b}111111111111",
            "34313131313131313131313131313131",
            "4111 1111\n 1111 1111",
        ] {
            assert!(!is_harmless(&detector, payload.as_bytes()), "{payload}");
        }
        for payload in
            ["alice@web-1: ~/src", "file://web-1/home/alice", "c;aGVsbG8gd29ybGQ=", "https://example.com/a%20b"]
        {
            assert!(is_harmless(&detector, payload.as_bytes()), "{payload}");
        }
    }
}
