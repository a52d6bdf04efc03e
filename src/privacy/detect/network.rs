//! Addresses of machines and UUIDs: what an operator must ask for, because engineers work with them.
//!
//! | kind | written as | not |
//! |---|---|---|
//! | IPv4 | `192.0.2.7`, with `:80` or `/24` behind it | `v1.2.3.4`, `1.2.3.4.5`, `300.1.1.1` |
//! | IPv6 (RFC 4291) | `2001:db8::7`, `fe80::1%eth0`, `::ffff:192.0.2.7` | times, scopes (`std::vec`), `::` alone |
//! | hardware addresses | `00:1b:21:3a:4f:5c`, `00-1B-21-3A-4F-5C`, `001b.213a.4f5c` | fingerprints, which are longer |
//! | UUID (RFC 9562) | `550e8400-e29b-41d4-a716-446655440000` | longer rows of hexadecimal digits |

use core::net::Ipv6Addr;

use super::{Hit, Scan, Tail, Weight};
use crate::model::DataKind;

/// Appends what was asked for; holds back what could become it.
pub(super) fn scan(scan: &mut Scan<'_>, tail: &mut Tail) {
    let asked = [DataKind::IpAddress, DataKind::MacAddress, DataKind::Uuid].map(|kind| scan.kinds.contains(kind));
    if asked == [false; 3] {
        return;
    }
    let text = scan.text;
    let mut at = 0;
    while at < text.bytes.len() {
        let rest = text.slice(at, text.bytes.len());
        let len = rest.iter().take_while(|b| is_part(**b)).count();
        if len == 0 {
            at += 1;
            continue;
        }
        let word = rest.get(..len).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|i| text.at(i));
        let free = before.map_or(!text.cut_left(), |b| !b.is_ascii_alphanumeric() && b != b'_');
        let behind = text.at(at + len);
        let ends = behind.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'_');
        if free && len >= SHORTEST {
            let found = found(word, ends).filter(|(.., kind)| scan.kinds.contains(*kind));
            scan.hits.extend(found.map(|(start, end, kind)| Hit { start: at + start, end: at + end, kind }));
        }
        if behind.is_none() && text.may_grow() && free {
            let joints = word.iter().filter(|b| !b.is_ascii_hexdigit()).count();
            tail.hold(at, if joints >= 2 && len > SHORTEST { Weight::Identifying } else { Weight::Light });
        }
        at += len;
    }
}

const fn is_part(b: u8) -> bool {
    b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'-')
}

/// What a run of hexadecimal digits, dots, colons and dashes is; `ends`: whether no letter follows.
fn found(word: &[u8], ends: bool) -> Option<(usize, usize, DataKind)> {
    let lead = word.iter().take_while(|b| matches!(b, b'.' | b'-')).count();
    let trail = word.iter().rev().take_while(|b| matches!(b, b'.' | b'-')).count();
    let core = word.get(lead..word.len().checked_sub(trail)?)?;
    let whole = |kind| Some((lead, lead + core.len(), kind));
    let sound = ends || trail > 0;
    if sound && is_uuid(core) {
        return whole(DataKind::Uuid);
    }
    if sound && is_mac(core) {
        return whole(DataKind::MacAddress);
    }
    if sound && is_ipv6(core) {
        return whole(DataKind::IpAddress);
    }
    let v4 = ipv4_len(core)?;
    // A port, or a mask behind it in a word of its own.
    let rest = core.get(v4..)?;
    let alone = rest.is_empty() && sound || matches!(rest.first(), Some(b':' | b'-'));
    alone.then_some((lead, lead + v4, DataKind::IpAddress))
}

/// How long the four numbers of at most 255 are that `text` begins with, if no fifth follows.
fn ipv4_len(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in 0..4 {
        let digits = text.get(at..)?.iter().take_while(|b| b.is_ascii_digit()).count();
        let number = text
            .get(at..at + digits)?
            .iter()
            .fold(0_u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b - b'0')));
        if !(1..=3).contains(&digits) || number > 255 || digits > 1 && text.get(at) == Some(&b'0') {
            return None;
        }
        at += digits;
        match text.get(at) {
            Some(b'.') if part < 3 => at += 1,
            Some(b'.') => return None,
            Some(b) if b.is_ascii_hexdigit() => return None,
            _ if part < 3 => return None,
            _ => {}
        }
    }
    Some(at)
}

fn is_ipv6(text: &[u8]) -> bool {
    let colons = text.iter().filter(|b| **b == b':').count();
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    colons >= 2
        && (digits > 0 && text.len() > 2 || colons > 3)
        && std::str::from_utf8(text).is_ok_and(|text| text.parse::<Ipv6Addr>().is_ok())
}

fn is_mac(text: &[u8]) -> bool {
    let grouped = |joint: u8, count: usize, len: usize| {
        let mut groups = text.split(|b| *b == joint);
        groups.clone().count() == count
            && groups.all(|group| group.len() == len && group.iter().all(u8::is_ascii_hexdigit))
    };
    let same = text.iter().filter(|b| b.is_ascii_hexdigit()).all(|b| *b == b'0');
    !same && (grouped(b':', 6, 2) || grouped(b'-', 6, 2) || grouped(b'.', 3, 4))
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Nothing shorter is looked for: `::1` and `1.1.1.1`.
const SHORTEST: usize = 3;

#[cfg(test)]
mod tests {
    use crate::model::DataKind;
    use crate::privacy::detect::{Detector, Memory, find};
    use crate::privacy::{Kinds, Settings};

    fn asked() -> Kinds {
        [DataKind::IpAddress, DataKind::MacAddress, DataKind::Uuid].into_iter().collect()
    }

    #[test]
    fn addresses_are_found_where_they_are_asked_for() {
        for example in [
            "from «192.0.2.7» port 22",
            "«10.0.0.1»:8080 and «10.0.0.0»/24, [«::1»]:443",
            "inet6 «fe80::21b:21ff:fe3a:4f5c»%eth0 scope link",
            "«2001:db8::7». «::ffff:192.0.2.7»",
            "link/ether «00:1b:21:3a:4f:5c» brd «ff:ff:ff:ff:ff:ff»",
            "«00-1B-21-3A-4F-5C» or «001b.213a.4f5c»",
            "id=«550e8400-e29b-41d4-a716-446655440000», x",
            "v1.2.3.4 1.2.3.4.5 300.1.1.1 1.2.3 12:30:45 std::vec a::b :: 0.1.2.3x",
            "MD5:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99 550e8400-e29b-41d4-a716-4466554400001",
            "00:00:00:00:00:00 2026-11-21T04:13:51 10.01.2.3",
        ] {
            let values: Vec<&str> = example.split('«').skip(1).map(|part| part.split_once('»').unwrap().0).collect();
            let text = example.replace(['«', '»'], "");
            let hits = find(text.as_bytes(), asked());
            let found: Vec<&str> = hits.iter().map(|hit| text.get(hit.start..hit.end).unwrap()).collect();
            assert_eq!(found, values, "{example}");
            assert!(find(text.as_bytes(), Kinds::default()).is_empty(), "nobody asked: {example}");
        }
    }

    #[test]
    fn what_precedes_the_tail_never_changes() {
        let detector = Detector::new(&Settings { kinds: asked(), ..Settings::default() });
        for text in [
            "a 192.0.2.7:80 b",
            "x 00:1b:21:3a:4f:5c y",
            "2001:db8::7 z",
            "550e8400-e29b-41d4-a716-446655440000 1.2.3.4.5",
        ] {
            let whole = find(text.as_bytes(), asked());
            for cut in 0..text.len() {
                let mut hits = Vec::new();
                let tail = detector.open(&text.as_bytes()[..cut], &Memory::default(), &mut hits);
                let covers =
                    |hits: &[super::Hit], byte: usize| hits.iter().any(|hit| (hit.start..hit.end).contains(&byte));
                assert!((0..tail.from).all(|byte| covers(&hits, byte) == covers(&whole, byte)), "{text} cut at {cut}");
            }
        }
    }
}
