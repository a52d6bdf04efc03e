use proptest::prelude::*;
use unicode_width::UnicodeWidthChar as _;

use super::*;
use crate::model::DataKind;
use crate::privacy::Kinds;
use crate::privacy::escape::{Scanner, Step};

const T0: Mono = Mono(1_000_000);

/// A stretch of a target's output.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// A value, drawn with sequences between its characters.
    Value(String, Vec<&'static str>),
    /// Anything that is none.
    Other(Vec<u8>),
}

pub(crate) fn stream() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec(prop_oneof![2 => value(), 3 => other()], 0..12)
}

pub(crate) fn bytes(parts: &[Part]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.bytes(|b| b)).collect()
}

impl Part {
    /// Its bytes with every byte of a value changed by `f`, between separators that no value reaches across.
    fn bytes(&self, f: impl Fn(u8) -> u8) -> Vec<u8> {
        match self {
            Self::Value(value, colours) => {
                let mut out = b" | ".to_vec();
                for (i, b) in value.bytes().enumerate() {
                    out.extend(colours.get(i).map_or(&b""[..], |colour| colour.as_bytes()));
                    out.push(f(b));
                }
                out.extend_from_slice(b" | ");
                out
            }
            Self::Other(bytes) => bytes.clone(),
        }
    }
}

fn value() -> impl Strategy<Value = Part> {
    let values = prop::sample::select(vec![
        "alice@example.com",
        "bob.jones+x@mail.example.co.uk",
        "4111111111111111",
        "4111 1111 1111 1111",
        "5555-5555-5555-4444",
        "378282246310005",
        "3714 496353 98431",
        "123-45-6789",
        "219 09 9999",
    ]);
    let colours =
        prop::sample::select(vec!["", "", "", "\x1b[1;31m", "\x1b[m\x1b[K", "\x1b(B\x1b[m\x0f", "\0", "\x1b[?25l"]);
    (values, prop::collection::vec(colours, 0..20)).prop_map(|(value, colours)| Part::Value(value.to_owned(), colours))
}

/// Nothing here is a value or becomes one beside a value: no digit but 9, no lone `@`.
fn other() -> impl Strategy<Value = Part> {
    let word = prop::sample::select(vec![
        "word",
        "a-long.word_with+signs",
        "\r\n",
        "\n",
        "\t",
        "\r99%",
        "git@host:",
        "caf\u{e9} \u{4f60}\u{597d}",
        "\x1b[99;9Hat",
        "\x1b[?9h",
        "\x1b]9;title\x07",
        "\x1b]9;link\x1b\\",
        "\x1bP9q",
        "\x1b[9",
        "\x18",
        "99-9999 999",
        "\x1b[>9m",
        "\x08\x08",
        "99999999999999999999999999999999999999999999",
    ]);
    let noise =
        prop::collection::vec(any::<u8>().prop_map(|b| if b.is_ascii_digit() || b == b'@' { b'9' } else { b }), 0..40);
    prop_oneof![
        3 => word.prop_map(|word| Part::Other(word.into())),
        1 => noise.prop_map(|mut noise| { noise.push(0x18); Part::Other(noise) }),
        1 => (0_usize..700).prop_map(|n| Part::Other(vec![b'x'; n])),
        1 => (0_usize..400).prop_map(|n| Part::Other("\x1b[m".repeat(n).into())),
    ]
}

/// Splits by sizes that repeat.
pub(crate) fn chunks<'a>(bytes: &'a [u8], sizes: &'a [usize]) -> Vec<&'a [u8]> {
    let mut rest = bytes;
    let mut out = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (chunk, more) = rest.split_at((*size).min(rest.len()));
        out.push(chunk);
        rest = more;
    }
    out
}

pub(crate) fn masked(bytes: &[u8], sizes: &[usize]) -> (Vec<u8>, Vec<Finding>) {
    masked_kinds(Kinds::ALL, bytes, sizes)
}

fn masked_kinds(kinds: Kinds, bytes: &[u8], sizes: &[usize]) -> (Vec<u8>, Vec<Finding>) {
    let mut masker = StreamMasker::new(&Settings { kinds, ..Settings::default() });
    let mut out = Vec::new();
    for chunk in chunks(bytes, sizes) {
        masker.feed(chunk, T0, &mut out);
    }
    masker.finish(&mut out);
    let mut findings = masker.take_findings();
    findings.sort_by_key(|finding| finding.kind);
    (out, findings)
}

/// What a reader sees of bytes, sequences left out.
fn visible(bytes: &[u8]) -> String {
    let mut scanner = Scanner::default();
    let text = bytes.iter().filter(|b| scanner.step(**b) == Step::Text).copied().collect::<Vec<_>>();
    String::from_utf8_lossy(&text).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn output_does_not_depend_on_how_the_bytes_were_split(parts in stream(), sizes in prop::collection::vec(1_usize..40, 1..9)) {
        let bytes = bytes(&parts);
        let whole = masked(&bytes, &[usize::MAX]);
        prop_assert_eq!(&masked(&bytes, &sizes), &whole);
        prop_assert_eq!(&masked(&bytes, &[1]), &whole);
    }

    #[test]
    fn values_are_masked_one_for_one_and_nothing_else_is_touched(parts in stream(), sizes in prop::collection::vec(1_usize..40, 1..9)) {
        let expected: Vec<u8> = parts.iter().flat_map(|part| part.bytes(|_| b'*')).collect();
        let (out, _) = masked(&bytes(&parts), &sizes);
        prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
    }

    #[test]
    fn with_nothing_sensitive_every_byte_passes(noise in prop::collection::vec(any::<u8>(), 0..600), sizes in prop::collection::vec(1_usize..99, 1..9)) {
        let none = Settings { kinds: Kinds::NONE, ..Settings::default() };
        let mut masker = StreamMasker::new(&none);
        let mut out = Vec::new();
        chunks(&noise, &sizes).into_iter().for_each(|chunk| masker.feed(chunk, T0, &mut out));
        masker.finish(&mut out);
        prop_assert_eq!(&out, &noise);

        // No digit but one, no letter but one, and nothing that stands between a key and its value.
        let harmless: Vec<u8> = noise
            .iter()
            .map(|b| match b {
                b'0'..=b'9' | b'@' | b':' | b'=' => b'9',
                b'a'..=b'z' | b'A'..=b'Z' => b'x',
                other => *other,
            })
            .collect();
        prop_assert_eq!(masked(&harmless, &sizes), (harmless, Vec::new()));
    }

    #[test]
    fn no_whole_value_is_ever_shown_however_slowly_it_comes(
        parts in stream(),
        sizes in prop::collection::vec(1_usize..25, 1..9),
        pauses in prop::collection::vec(0_u64..12_000, 1..9),
        typed in prop::sample::select(vec!["", "ls word", "alice@example.com", "4111111111111111 123-45-6789", "0123456789"]),
    ) {
        let bytes = bytes(&parts);
        let mut masker = StreamMasker::new(&Settings::default());
        let (mut out, mut now) = (Vec::new(), T0);
        for (chunk, pause) in chunks(&bytes, &sizes).into_iter().zip(pauses.iter().cycle()) {
            masker.typed(typed.as_bytes(), now);
            masker.feed(chunk, now, &mut out);
            now = now.after(Duration::from_micros(*pause));
            masker.expire(now, &mut out);
            prop_assert!(masker.wake_at().is_none_or(|at| at > now));
        }
        masker.finish(&mut out);
        let seen = visible(&out);
        for part in &parts {
            if let Part::Value(value, _) = part {
                prop_assert!(!seen.contains(value.as_str()), "{value} in {seen:?}");
            }
        }
        prop_assert_eq!(columns(&out), columns(&bytes));
    }
}

/// Columns of the text, and one for each control and each byte of no character.
fn columns(bytes: &[u8]) -> usize {
    let of = |chunk: std::str::Utf8Chunk<'_>| {
        let valid: usize = chunk.valid().chars().map(|c| c.width().unwrap_or(1)).sum();
        valid + chunk.invalid().len()
    };
    bytes.utf8_chunks().map(of).sum()
}

fn shown(masker: &mut StreamMasker, bytes: &str, now: Mono) -> String {
    let mut out = Vec::new();
    masker.feed(bytes.as_bytes(), now, &mut out);
    String::from_utf8(out).unwrap()
}

fn at(ms: u64) -> Mono {
    T0.after(Duration::from_millis(ms))
}

fn expired(masker: &mut StreamMasker, now: Mono) -> String {
    let mut out = Vec::new();
    masker.expire(now, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn colours_stay_and_separators_are_hidden() {
    let mut masker = StreamMasker::new(&Settings::default());
    let line = "to \x1b[31mbob\x1b[m@\x1b[1mexample.com\x1b[m 4111-1111-1111-1111\r\n";
    let expected = "to \x1b[31m***\x1b[m*\x1b[1m***********\x1b[m *******************\r\n";
    assert_eq!(shown(&mut masker, line, T0), expected);
    let findings = masker.take_findings();
    assert_eq!(findings.len(), 2);
    assert!(findings.contains(&Finding { kind: DataKind::Email, count: 1 }));
    assert!(masker.take_findings().is_empty());
}

#[test]
fn prompts_progress_and_whole_lines_are_never_held() {
    for text in [
        "alice@web-1:~$ ",
        "root@db:/# ",
        "Password: ",
        "mysql> ",
        "\r 45%",
        "total 12\r\n",
        "[y/N] ",
        ">>> ",
        "99% |####|",
    ] {
        let mut masker = StreamMasker::new(&Settings::default());
        assert_eq!(shown(&mut masker, text, T0), text);
        assert_eq!(masker.wake_at(), None, "{text:?}");
    }
}

#[test]
fn a_short_tail_is_let_go_at_the_deadline_and_a_long_one_is_masked() {
    for (tail, after) in [
        ("word", "word"),
        ("41111111", "41111111"),
        ("411111111", "*********"),
        ("123-45-", "123-45-"),
        ("123-45-6", "********"),
        ("alice@", "alice@"),
        ("alice@e", "*******"),
        ("ssn 12345", "12345"),
        ("ssn 123456", "******"),
    ] {
        let mut masker = StreamMasker::new(&Settings::default());
        let before = shown(&mut masker, tail, T0);
        assert_eq!(before, if tail.starts_with("ssn") { "ssn " } else { "" });
        assert_eq!(masker.wake_at(), Some(T0.after(HOLD)));
        assert_eq!(expired(&mut masker, at(4)), "");
        assert_eq!(expired(&mut masker, at(5)), after);
        assert_eq!(masker.wake_at(), None);
        assert!(masker.take_findings().is_empty(), "nothing is proven yet");
    }
}

#[test]
fn a_value_that_is_completed_after_its_deadline_is_masked_from_there() {
    let mut masker = StreamMasker::new(&Settings::default());
    shown(&mut masker, "card 4111 11", T0);
    assert_eq!(expired(&mut masker, at(5)), "4111 11");
    assert_eq!(shown(&mut masker, "11 1111 1111\n", at(90)), "************\n");
    assert_eq!(masker.take_findings(), [Finding { kind: DataKind::PaymentCard, count: 1 }]);
}

#[test]
fn the_deadline_is_that_of_the_oldest_byte_held() {
    let mut masker = StreamMasker::new(&Settings::default());
    shown(&mut masker, "ali", T0);
    shown(&mut masker, "ce", at(3));
    assert_eq!(masker.wake_at(), Some(at(5)));
    assert_eq!(shown(&mut masker, "\n$ bo", at(4)), "alice\n$ ");
    assert_eq!(masker.wake_at(), Some(at(9)), "what is held now came at 4 ms");
    assert_eq!(shown(&mut masker, "b", at(20)), "bo", "a late call decides what is due first");
}

#[test]
fn the_echo_of_typed_keys_is_never_held() {
    let mut masker = StreamMasker::new(&Settings::default());
    for (i, key) in "kubectl get pods".chars().enumerate() {
        let now = at(100 * i as u64);
        masker.typed(key.to_string().as_bytes(), now);
        assert_eq!(shown(&mut masker, &key.to_string(), now), key.to_string());
        assert_eq!(masker.wake_at(), None);
    }
    // zsh draws the word again, in colour.
    assert_eq!(shown(&mut masker, "\x08\x08\x08\x08\x1b[32mpods", at(1600)), "\x08\x08\x08\x08\x1b[32mpods");
    assert_eq!(shown(&mut masker, "\r\nNAM", at(1700)), "\r\n", "output is held again");
}

#[test]
fn an_echo_that_completes_a_value_is_masked_from_there() {
    let mut masker = StreamMasker::new(&Settings::default());
    let mut seen = String::new();
    for (i, key) in "alice@example.com\n".chars().enumerate() {
        let now = at(100 * i as u64);
        masker.typed(key.to_string().as_bytes(), now);
        seen.push_str(&shown(&mut masker, &key.to_string(), now));
    }
    assert_eq!(seen, "alice@example.c**\n");
}

#[test]
fn an_endless_line_and_endless_colours_keep_the_window_small() {
    let mut masker = StreamMasker::new(&Settings::default());
    let mut out = Vec::new();
    for chunk in [&[b'a'; 100_000][..], "\x1b[31m".repeat(50_000).as_bytes(), &[b'4'; 300_000], &[0; 300_000]] {
        out.clear();
        masker.feed(chunk, T0, &mut out);
        assert!(out.len() + 1024 >= chunk.len(), "{} of {}", out.len(), chunk.len());
    }
}

#[test]
fn kinds_that_are_not_asked_for_pass_at_once() {
    let mut masker = StreamMasker::new(&Settings { kinds: Kinds::NONE, ..Settings::default() });
    assert_eq!(shown(&mut masker, "alice@example.com", T0), "alice@example.com");
}

/// Runs over text that is nearly all candidates: every cut of it gives the same answer, and what a scan of the whole finds
/// is masked, nothing else. Bounded and repeatable.
#[test]
fn random_candidates_come_out_the_same_from_any_split() {
    let alphabets: [&[u8]; 5] =
        [b"0123456789", b"4111 -", b"12345 -.\n", b"ab.co@-:/~ (", b"ssn 123456789-\x1b[m41@a.co\n\r\x08\x00"];
    // Each detector alone too: what one forgets to hold back, another may hold by chance.
    let all_kinds = [
        Kinds::ALL,
        Kinds::NONE.with(DataKind::Email),
        Kinds::NONE.with(DataKind::PaymentCard),
        Kinds::NONE.with(DataKind::UsSsn),
    ];
    let mut random = Random(7);
    for round in 0..1_500 {
        let alphabet = alphabets[round % alphabets.len()];
        let bytes: Vec<u8> = (0..random.below(120)).map(|_| alphabet[random.below(alphabet.len())]).collect();
        let kinds = all_kinds[round % all_kinds.len()];
        let masked = |sizes: &[usize]| masked_kinds(kinds, &bytes, sizes);
        let whole = masked(&[usize::MAX]);
        let sizes = [1 + random.below(9), 1 + random.below(30)];
        assert_eq!(masked(&[1]), whole, "{:?}", String::from_utf8_lossy(&bytes));
        assert_eq!(masked(&sizes), whole, "{:?}", String::from_utf8_lossy(&bytes));
        if bytes.iter().all(|b| *b >= b' ' || *b == b'\n') {
            let expected = crate::privacy::window::hide(&bytes, &crate::privacy::detect::find(&bytes, kinds));
            assert_eq!(whole.0, expected, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}

/// The window forgets what no detector looks back on: a long stream byte by byte gives what a scan of the whole gives.
#[test]
fn a_long_stream_of_candidates_is_judged_as_if_nothing_had_been_forgotten() {
    let alphabets: [&[u8]; 3] =
        [b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab.co@", b"4111 4111 -ab.co@", b"ssn 12345678990  xxxxxx"];
    let mut random = Random(3);
    for round in 0..6 {
        let alphabet = alphabets[round % alphabets.len()];
        let bytes: Vec<u8> = (0..1500).map(|_| alphabet[random.below(alphabet.len())]).collect();
        let expected = crate::privacy::window::hide(&bytes, &crate::privacy::detect::find(&bytes, Kinds::ALL));
        let (out, _) = masked(&bytes, &[1, 2, 70]);
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&expected));
    }
}

/// PCG's multiplier: good enough to stir bytes, and the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}
