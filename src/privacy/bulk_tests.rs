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
