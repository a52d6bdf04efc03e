use proptest::prelude::*;

use super::*;
use crate::model::DataKind;
use crate::privacy::stream::tests::{bytes, chunks, stream};

fn bulk(bytes: &[u8], sizes: &[usize]) -> (Vec<u8>, Vec<Finding>) {
    let mut masker = BulkMasker::new(&Settings::default());
    let mut out = Vec::new();
    for chunk in chunks(bytes, sizes) {
        masker.feed(Bytes::copy_from_slice(chunk), &mut out);
    }
    masker.finish(&mut out);
    let mut findings = masker.take_findings();
    findings.sort_by_key(|finding| finding.kind);
    (out.concat(), findings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_fast_way_gives_what_the_slow_one_gives(
        parts in stream(),
        lines in prop::collection::vec(0_usize..SAMPLES.len(), 0..400),
        sizes in prop::collection::vec(1_usize..12_000, 1..5),
    ) {
        let mut all = bytes(&parts);
        for i in lines {
            all.extend_from_slice(SAMPLES[i].as_bytes());
        }
        all.extend(bytes(&parts));
        // What makes a line binary may come behind a value on it; that depends on the cut.
        all.retain(|b| !matches!(b, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f));
        prop_assert_eq!(bulk(&all, &sizes), bulk(&all, &[97]));
    }
}

/// Plain text, so that large chunks go the fast way; values may run into each other.
const SAMPLES: &[&str] = &[
    "Nov 21 04:13:51 web-1 sshd[4711]: Accepted publickey for alice from 10.0.0.7 port 51234\n",
    "{\"id\": 4711, \"mail\": \"alice@example.com\", \"card\": \"4111 1111 1111 1111\"}\n",
    " 4111-1111-1111-1111 ",
    "123-45-6789",
    "alice@example.com",
    "0123456789abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "4111111111111111\n",
    " 12 345 6789 4111 1111 1111 1111 ",
    "ssn ",
    "123456789",
];

#[test]
fn a_large_chunk_of_harmless_text_is_not_copied() {
    let text = Bytes::from("a harmless line of a log, 2026-11-21 04:13:51, 12345 bytes\n".repeat(1000));
    let mut masker = BulkMasker::new(&Settings::default());
    let mut out = Vec::new();
    masker.feed(text.clone(), &mut out);
    let body = out.iter().max_by_key(|piece| piece.len()).unwrap();
    assert!(body.len() > text.len() - 3000);
    let range = text.as_ptr() as usize..text.as_ptr() as usize + text.len();
    assert!(range.contains(&(body.as_ptr() as usize)), "the piece lies in the chunk");
    assert_eq!(out.concat(), text);
}

#[test]
fn a_value_across_chunks_is_found_once() {
    let pad = "x ".repeat(5000);
    let text = format!("{pad}alice@example.com {pad}");
    for cut in pad.len()..pad.len() + 18 {
        let (out, findings) = bulk(text.as_bytes(), &[cut, usize::MAX]);
        assert_eq!(String::from_utf8(out).unwrap(), format!("{pad}***************** {pad}"));
        assert_eq!(findings, [Finding { kind: DataKind::Email, count: 1 }]);
    }
}

#[test]
fn text_between_stray_controls_is_searched_and_a_format_is_left_alone() {
    for (plain, masked) in [
        (
            &b"HOME=/root\0DB_PASSWORD=hunter2!x\0TERM=xterm\0"[..],
            &b"HOME=/root\0DB_PASSWORD=*********\0TERM=xterm\0"[..],
        ),
        (b"id\x1falice@example.com\x1fok\x1e\n", b"id\x1f*****************\x1fok\x1e\n"),
        (b"a\x01mail alice@example.com\n", b"a\x01mail *****************\n"),
        (b"ustar\0\0\0\0\0alice@example.com\n", b"ustar\0\0\0\0\0alice@example.com\n"),
        (b"\x05\0\0\x03alice@example.com\n", b"\x05\0\0\x03alice@example.com\n"),
        (
            b"\x01\xfe\x02alice@example.com\nto alice@example.com\n",
            b"\x01\xfe\x02alice@example.com\nto *****************\n",
        ),
        (b"a\0b\0c\0d\0e\0DB_PASSWORD=hunter2!x\0", b"a\0b\0c\0d\0e\0DB_PASSWORD=*********\0"),
    ] {
        for size in [1, 3, usize::MAX] {
            let (out, _) = bulk(plain, &[size]);
            assert_eq!(out, masked, "{:?} by {size}", String::from_utf8_lossy(plain));
        }
    }
}

#[test]
fn utf_16_is_text() {
    let text = "Name: Zoë\r\nmail: alice@example.com, card 4111 1111 1111 1111 \u{1f600}\r\n";
    let masked = "Name: Zoë\r\nmail: *****************, card ******************* \u{1f600}\r\n";
    for mark in ["\u{feff}", ""] {
        for big in [false, true] {
            let wide = |text: &str| -> Vec<u8> {
                let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                format!("{mark}{text}").encode_utf16().flat_map(unit).collect()
            };
            for size in [16, 17, 31, usize::MAX] {
                let (out, findings) = bulk(&wide(text), &[size]);
                assert_eq!(out, wide(masked), "mark {mark:?}, big {big}, by {size}");
                assert_eq!(findings.len(), 2);
            }
        }
    }
    // Back to bytes when it ends, and half a unit is not lost.
    let (out, _) = bulk(&[&b"\xff\xfea\0b\0"[..], b"then alice@example.com\n"].concat(), &[6, usize::MAX]);
    assert_eq!(out, b"\xff\xfea\0b\0then *****************\n");
    assert_eq!(bulk(b"\xff\xfea\0b", &[usize::MAX]).0, b"\xff\xfea\0b");
}
