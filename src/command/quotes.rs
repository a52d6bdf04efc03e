//! Quotes and backslashes in a stretch of a word that the parser hands on as it is written.

use super::decode;
use super::parse::hides_command;
use super::tree::Piece;

/// Takes the backslashes of unquoted text away (POSIX.1-2024, Shell Command Language 2.2.1): `\x` is a quoted `x`, and a backslash before a newline is
/// nothing. Within braces the parser leaves quotes where they stand (`{'rm',-r}`): they are taken away too.
pub(super) fn unescape(text: &str, to: &mut Vec<Piece>) {
    let mut bare = String::new();
    let mut chars = text.chars();
    let flush = |bare: &mut String, to: &mut Vec<Piece>| {
        if !bare.is_empty() {
            to.push(Piece::Text { text: std::mem::take(bare), quoted: false });
        }
    };
    while let Some(c) = chars.next() {
        let rest = chars.as_str();
        let quoted = |text: String| Piece::Text { text, quoted: true };
        let (piece, behind) = match c {
            '\\' => match rest.chars().next() {
                Some('\n') => (None, rest.get(1..)),
                Some(escaped) => (Some(quoted(escaped.into())), rest.get(escaped.len_utf8()..)),
                None => {
                    bare.push('\\');
                    continue;
                }
            },
            '\'' => match rest.split_once('\'') {
                Some((inner, behind)) => (Some(quoted(inner.to_owned())), Some(behind)),
                None => (None, None),
            },
            '"' => match closing(rest, '"') {
                Some(at) => (Some(double(rest.get(..at).unwrap_or_default())), rest.get(at + 1..)),
                None => (None, None),
            },
            '$' if rest.starts_with('\'') => {
                let inner = rest.get(1..).unwrap_or_default();
                match closing(inner, '\'') {
                    Some(at) => (Some(quoted(escaped(inner.get(..at).unwrap_or_default()))), inner.get(at + 1..)),
                    None => (None, None),
                }
            }
            _ => (None, None),
        };
        match behind {
            None => bare.push(c),
            Some(behind) => {
                flush(&mut bare, to);
                to.extend(piece);
                chars = behind.chars();
            }
        }
    }
    flush(&mut bare, to);
}

/// What `$'…'` says (bash, "ANSI-C Quoting").
pub(super) fn escaped(text: &str) -> String {
    decode::unescape(&text.replace("\\'", "'"))
}

/// Where a quote is closed, behind no backslash.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// What stands in double quotes, where the parser has not looked into them.
fn double(text: &str) -> Piece {
    if hides_command(text) {
        return Piece::Buried;
    }
    if text.contains('$') {
        return Piece::Unknown;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.next_if(|next| c == '\\' && matches!(next, '\\' | '"' | '\n')) {
            Some('\n') => {}
            Some(escaped) => out.push(escaped),
            None => out.push(c),
        }
    }
    Piece::Text { text: out, quoted: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(String, bool)> {
        let mut to = Vec::new();
        unescape(text, &mut to);
        let text = |piece| match piece {
            Piece::Text { text, quoted } => (text, quoted),
            _ => ("?".to_owned(), true),
        };
        to.into_iter().map(text).collect()
    }

    #[test]
    fn quotes_within_braces_are_taken_away() {
        let one = |text: &str, quoted| (text.to_owned(), quoted);
        assert_eq!(pieces("{'rm',-r}"), [one("{", false), one("rm", true), one(",-r}", false)]);
        assert_eq!(pieces(r#"{"a\"b",c}"#), [one("{", false), one("a\"b", true), one(",c}", false)]);
        assert_eq!(pieces(r"{$'\x72m'}"), [one("{", false), one("rm", true), one("}", false)]);
        assert_eq!(pieces(r#"{"$x"}"#), [one("{", false), one("?", true), one("}", false)]);
        assert_eq!(pieces(r"a\ b"), [one("a", false), one(" ", true), one("b", false)]);
    }

    #[test]
    fn a_quote_that_nothing_closes_stays() {
        for text in ["it's", "say \"x", "$'a", "\\"] {
            assert_eq!(pieces(text), [(text.to_owned(), false)], "{text}");
        }
    }
}
