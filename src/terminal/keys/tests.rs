use proptest::collection::vec;
use proptest::prelude::*;

use super::super::streams::chunks;
use super::*;

fn kinds(bytes: &[u8]) -> Vec<Kind> {
    let mut keys = Keys::new();
    let mut tokens = keys.feed(bytes);
    tokens.extend(keys.flush());
    assert_eq!(tokens.iter().flat_map(|t| t.raw.clone()).collect::<Vec<_>>(), bytes);
    tokens.into_iter().map(|t| t.kind).collect()
}

/// Tokens with neighbouring text joined.
fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for token in tokens {
        match out.last_mut() {
            Some(last) if last.kind == token.kind && matches!(token.kind, Kind::Text | Kind::PasteText) => {
                last.raw.extend(token.raw);
            }
            _ => out.push(token),
        }
    }
    out
}

fn typed() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "ls",
        "rm -rf x",
        "é世",
        "\r",
        "\n",
        "\x0f",
        "\x1b",
        "\x1b[A",
        "\x1b[1;5C",
        "\x1bOM",
        "\x1b[13;5u",
        "\x1b[27;5;13~",
        "\x1b[200~",
        "a\nb\r\tc",
        "\x1b[201~",
        "\x1b[12;40R",
        "\x1b]10;rgb:ff/ff/ff\x07",
        "\x1b]11;rgb:0/0/0\x1b\\",
        "\x1bP>|XTerm(388)\x1b\\",
        "\x1b[<0;1;2M",
        "\x1b[M !!",
        "\x1b[I",
        "\x1bb",
        "\x1b#",
        "\x1b]",
        "\x1bP",
        "\x1b_",
        "\x7f",
        "\x03",
    ]);
    vec(prop_oneof![4 => known.prop_map(|s| s.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..4)], 0..20)
        .prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn tokens_do_not_depend_on_how_bytes_arrive_and_lose_none(bytes in typed(), seed in any::<u64>()) {
        let mut whole = Keys::new();
        let mut expected = whole.feed(&bytes);
        expected.extend(whole.flush());
        for parts in [chunks(&bytes, seed), bytes.chunks(1).collect()] {
            let mut keys = Keys::new();
            let mut tokens: Vec<Token> = parts.into_iter().flat_map(|c| keys.feed(c)).collect();
            tokens.extend(keys.flush());
            prop_assert_eq!(tokens.iter().flat_map(|t| t.raw.clone()).collect::<Vec<_>>(), bytes.clone());
            prop_assert_eq!(joined(tokens), joined(expected.clone()));
        }
    }

    #[test]
    fn a_byte_that_accepts_a_line_is_never_text(bytes in typed(), flushes in vec(any::<bool>(), 0..60)) {
        let mut keys = Keys::new();
        let mut tokens = Vec::new();
        for (i, byte) in bytes.iter().enumerate() {
            tokens.extend(keys.feed(&[*byte]));
            if flushes.get(i).copied().unwrap_or_default() {
                tokens.extend(keys.flush());
            }
            prop_assert!(keys.pending().len() <= STRING_MAX);
        }
        tokens.extend(keys.flush());
        prop_assert_eq!(tokens.iter().flat_map(|t| t.raw.clone()).collect::<Vec<_>>(), bytes);
        for token in tokens {
            if token.raw.iter().any(|b| matches!(b, b'\r' | b'\n' | 0x0f)) {
                prop_assert!(matches!(
                    token.kind,
                    Kind::Commit(_) | Kind::PasteNewline | Kind::PasteControl | Kind::Unmodelled
                ), "{token:?}");
            }
        }
    }
}

#[test]
fn every_way_to_accept_a_line_is_a_commit_point() {
    for (bytes, commit) in [
        ("\r", Commit::Cr),
        ("\n", Commit::Lf),
        ("\x0f", Commit::OperateAndGetNext),
        ("\x1bOM", Commit::KeypadEnter),
        ("\x1b[13u", Commit::Encoded),
        ("\x1b[13;5u", Commit::Encoded),
        ("\x1b[57414u", Commit::Encoded),
        ("\x1b[106;5u", Commit::Encoded),
        ("\x1b[109:77;5:1u", Commit::Encoded),
        ("\x1b[27;5;13~", Commit::Encoded),
        ("\x1b[27;5;106~", Commit::Encoded),
        ("\x1b#", Commit::Meta),
        ("\x1ba", Commit::Meta),
    ] {
        assert_eq!(kinds(bytes.as_bytes()), [Kind::Commit(commit)], "{bytes:?}");
    }
}

#[test]
fn a_command_hidden_in_a_would_be_reply_is_still_a_command() {
    for hidden in [
        "\x1b]rm x\r",
        "\x1b]10;rm x\r",
        "\x1bPrm x\r",
        "\x1bP>|rm x\r",
        "\x1b[Mrm\r",
        "\x1b[<1\r",
        "\x1bO\r",
        "\x1b[\r",
    ] {
        assert_eq!(kinds(hidden.as_bytes()).last(), Some(&Kind::Commit(Commit::Cr)), "{hidden:?}");
    }
}

#[test]
fn a_key_sent_in_two_halves_with_a_pause_is_still_that_key() {
    for (rest, commit) in [("OM", Commit::KeypadEnter), ("[13u", Commit::Encoded), ("#", Commit::Meta)] {
        let mut keys = Keys::new();
        assert_eq!(keys.feed(b"\x1b"), []);
        assert_eq!(keys.flush(), [Token { kind: Kind::Key(Key::Escape), raw: b"\x1b".to_vec() }]);
        assert_eq!(keys.pending(), b"");
        let tokens = keys.feed(rest.as_bytes());
        assert_eq!(tokens, [Token { kind: Kind::Commit(commit), raw: rest.as_bytes().to_vec() }]);
    }
    // A vi user's ESC and then a key is that key.
    let mut keys = Keys::new();
    let _ = (keys.feed(b"\x1b"), keys.flush());
    assert_eq!(keys.feed(b"j"), [Token { kind: Kind::Text, raw: b"j".to_vec() }]);
}

#[test]
fn replies_of_terminals_are_told_from_keys() {
    for reply in [
        "\x1b[?1;2c",
        "\x1b[>41;388;0c",
        "\x1b[12;40R",
        "\x1b[0n",
        "\x1b[?2026;2$y",
        "\x1b[I",
        "\x1b[O",
        "\x1b[<0;10;20M",
        "\x1b[<0;10;20m",
        "\x1b[M !!",
        "\x1b]10;rgb:ffff/ffff/ffff\x07",
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1bP>|XTerm(388)\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b[8;24;80t",
        "\x1b[?1u",
    ] {
        assert_eq!(kinds(reply.as_bytes()), [Kind::Reply], "{reply:?}");
    }
}

#[test]
fn a_paste_has_its_line_ends_told_apart() {
    assert_eq!(
        kinds(b"\x1b[200~a\r\nb\tc\x1b[A\x1b[201~\r"),
        [
            Kind::PasteBegin,
            Kind::PasteText,
            Kind::PasteNewline,
            Kind::PasteNewline,
            Kind::PasteText,
            Kind::PasteControl,
            Kind::PasteText,
            Kind::PasteEnd,
            Kind::Commit(Commit::Cr),
        ]
    );
}

#[test]
fn editing_keys_have_names() {
    for (bytes, key) in [
        ("\x1b[A", Key::Up),
        ("\x1bOA", Key::Up),
        ("\x1b[1;5D", Key::WordLeft),
        ("\x1b[H", Key::Home),
        ("\x1b[4~", Key::End),
        ("\x1b[3~", Key::Delete),
        ("\x1b[3;5~", Key::Other),
        ("\x1b[15~", Key::Function(5)),
        ("\x1b[24~", Key::Function(12)),
        ("\x1bOP", Key::Function(1)),
        ("\x1bOp", Key::Keypad('0')),
        ("\x1b\x7f", Key::AltBackspace),
        ("\x01", Key::Ctrl('a')),
        ("\x1f", Key::Ctrl('_')),
        ("\x1bf", Key::Alt('f')),
        ("\x1b[97;5u", Key::Ctrl('a')),
        ("\x1b", Key::Escape),
    ] {
        assert_eq!(kinds(bytes.as_bytes()), [Kind::Key(key)], "{bytes:?}");
    }
    assert_eq!(kinds(b"\x18\x05"), [Kind::Unmodelled, Kind::Key(Key::Ctrl('e'))]);
    assert_eq!(kinds(b"\xff"), [Kind::Unmodelled]);
}
