//! What stands where a secret would and is none: program text (`token = next(tokens)`, `$pw->gecos`) and sentences (`password: changed by root`).

use std::collections::HashSet;
use std::sync::LazyLock;

use super::names;

/// Whether a value without quotes is an expression of some language: a call, a member, a subscript, an operator.
pub(super) fn is_expression(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let member = [&b"->"[..], b"::"].iter().any(|mark| {
        memchr::memmem::find(value, mark)
            .and_then(|at| value.get(at.checked_sub(1)?))
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
    });
    member || is_special(value) || is_call(value) || is_members(value)
}

/// `@_`, `$!`, `$1`, `(start`, `"""`, `[]`, `{}`.
fn is_special(value: &[u8]) -> bool {
    let sigil = matches!(value.first(), Some(b'$' | b'@')) && matches!(value.len(), 2 | 3);
    let opened = matches!(value.first(), Some(b'(' | b'['))
        && value.len() > 2
        && value.iter().skip(1).all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.' | b','));
    sigil || opened || matches!(value, b"[]" | b"{}" | b"()" | b"\"\"" | b"''" | b"[" | b"{" | b"(")
}

/// `getpass.getpass(`, `data['`, `Optional[Credentials]`, `Prompt.ask(x)`: a name that is no value right before a bracket.
fn is_call(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|b| matches!(b, b'(' | b'[')) else { return false };
    let (name, rest) = value.split_at(at);
    let name =
        name.strip_prefix(b"&").or_else(|| name.strip_prefix(b"$")).or_else(|| name.strip_prefix(b"*")).unwrap_or(name);
    let known = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'!'));
    let letters = name.iter().filter(|b| b.is_ascii_lowercase()).count();
    let numbers = name.iter().filter(|b| b.is_ascii_digit()).count();
    let named = name.len() >= 2
        && known
        && numbers <= 2
        && letters * 2 >= name.len()
        && name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && !name.last().is_some_and(|b| matches!(b, b'.' | b'!') && name.len() < 4);
    let small = name.first().is_some_and(u8::is_ascii_lowercase) && numbers == 0;
    let open =
        rest.len() == 1 || rest.ends_with(b"(") || matches!(rest, [b'[', b'\'' | b'"', ..] | [_, b')' | b']', ..]);
    named && (small || open || name.contains(&b'.') || name.contains(&b'_') || matches!(rest, [b'[', .., b']']))
}

/// `self._credentials`, `Token.Comment.Single)`, `_DEFAULT_CIPHER`, `KEYBOX_BLOBTYPE_X509`: names of a program, joined.
fn is_members(value: &[u8]) -> bool {
    let value = value.strip_suffix(b")").or_else(|| value.strip_suffix(b";")).unwrap_or(value);
    let word = |part: &[u8]| {
        let letters = part.iter().filter(|b| b.is_ascii_alphabetic()).count();
        let rest = part.strip_prefix(b"_").unwrap_or(part);
        letters > 0 && rest.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
    };
    let dotted =
        value.split(|b| *b == b'.').all(word) && value.contains(&b'.') && value.iter().any(u8::is_ascii_lowercase);
    let constant = value.len() >= 6
        && value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
        && value.contains(&b'_')
        && value.split(|b| *b == b'_').filter(|part| !part.is_empty()).all(|part| {
            part.iter().filter(|b| b.is_ascii_digit()).count() * 2 <= part.len()
                || part.len() <= 4 && part.iter().any(u8::is_ascii_uppercase)
        })
        && value.iter().filter(|b| b.is_ascii_digit()).count() * 3 <= value.len();
    dotted || constant
}

/// Whether several words are a remark or a line of a program and not a passphrase.
pub(super) fn is_sentence(value: &[u8]) -> bool {
    let text = names::lossy(value);
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() < 2 || is_mnemonic(&words) {
        return false;
    }
    let speaks = words.iter().any(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'').to_lowercase();
        LITTLE.contains(bare.as_str())
    });
    let program = words
        .iter()
        .any(|word| matches!(*word, "=" | "==" | "!=" | "=>" | "->" | "{" | "}" | "||" | "&&" | "+=" | ":=" | "-"))
        || text.ends_with('{')
        || text.ends_with("):")
        || words.iter().any(|word| is_expression(word.as_bytes()));
    let first_alone =
        words.iter().skip(1).all(|word| word.chars().all(|c| c.is_lowercase()) && word.len() > 1) && words.len() < 4;
    speaks || program || first_alone
}

/// BIP 39: twelve to twenty-four words of small letters.
fn is_mnemonic(words: &[&str]) -> bool {
    matches!(words.len(), 12 | 15 | 18 | 21 | 24)
        && words.iter().all(|word| (3..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()))
}

/// A version, a decimal, a colour, the number of a bug, a line and its column: `1.302.188`, `#d0d0d0`, `#979584`, `85:40:`.
pub(super) fn is_figure(value: &[u8]) -> bool {
    let version = value.iter().all(|b| b.is_ascii_digit() || *b == b'.') && value.contains(&b'.');
    let hash = value.strip_prefix(b"#").is_some_and(|rest| {
        matches!(rest.len(), 3..=8)
            && (rest.iter().all(u8::is_ascii_digit)
                || matches!(rest.len(), 3 | 6 | 8) && rest.iter().all(u8::is_ascii_hexdigit))
    });
    let place = value.iter().all(|b| b.is_ascii_digit() || *b == b':') && value.contains(&b':');
    // `-3074457345618258603`, `0x9e3779b97f4a7c15ULL`, an address of Ethereum: a position on a ring, a constant, a pointer.
    let signed = value.strip_prefix(b"-").is_some_and(|rest| !rest.is_empty() && rest.iter().all(u8::is_ascii_digit));
    let constant = value.strip_prefix(b"0x").or_else(|| value.strip_prefix(b"0X")).is_some_and(|rest| {
        let len = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let end = rest.get(len..).unwrap_or_default();
        (matches!(len, 1..=16) || len == 40) && end.iter().all(|b| matches!(b, b'u' | b'U' | b'l' | b'L' | b';' | b')'))
    });
    version || hash || place || signed || constant || is_community(value) || is_option(value)
}

/// `65001:100 65001:200 no-export`, `RT:65000:1`: how routers mark routes (RFC 1997, RFC 4360).
fn is_community(value: &[u8]) -> bool {
    let mut marks = value.split(|b| *b == b' ').map(|word| {
        let digits =
            word.split(|b| *b == b':').rev().take_while(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit));
        let (numbers, parts) = (digits.count(), word.split(|b| *b == b':').count());
        let kind = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        numbers >= 2
            && (parts == numbers || parts == numbers + 1 && (2..=8).contains(&kind) && word.get(kind) == Some(&b':'))
            || word.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'(' | b')')) && numbers == 0
    });
    value.first().is_some_and(u8::is_ascii_alphanumeric)
        && value.iter().any(u8::is_ascii_digit)
        && value.contains(&b':')
        && marks.all(|mark| mark)
}

/// `--status-bugs`, `-p PORT`: what a program is told, not a value.
fn is_option(value: &[u8]) -> bool {
    let name = value.strip_prefix(b"--").or_else(|| value.strip_prefix(b"-")).unwrap_or_default();
    let word = name.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'-').count();
    word > 0 && matches!(name.get(word), None | Some(b' ' | b'='))
}

/// Words that sentences and programs have and passphrases hardly do.
static LITTLE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a an and any are as at be because been but by can cannot could def did do does don't else every fix fixed for from had has have if import in into is isn't \
     it its just let like may more must my no not now of on only or our out over return self shall should so some than that the their them then \
     there these they this those to until up use used uses using var was we were what when where which while who why will with without would yield you your \
     const static void int bool str elif except raise class lambda async await none null true false nil undef"
        .split_whitespace()
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_text_is_told_from_a_secret() {
        for text in [
            "getpass.getpass(",
            "data['",
            "auth.split(",
            "self._credentials",
            "$pw->gecos)",
            "Optional[Credentials]",
            "@_",
            "_DEFAULT_CIPHER",
            "(start",
            "CPAN::Config",
            "b64encode(",
            "Token.Comment.Single)",
            "KEYBOX_BLOBTYPE_X509",
            "Credentials(",
            "p11_kit_modules_load()",
        ] {
            assert!(is_expression(text.as_bytes()), "{text}");
        }
        for text in
            ["hunter2", "Summer(2024)", "s3cr3t!Pw", "a8(Kd91x", "TR4-x_99", "x.Y7.zz9", "AKIA_9931", "p@ss->word1"]
        {
            assert!(!is_expression(text.as_bytes()) || text.contains("->"), "{text}");
        }
    }

    #[test]
    fn a_remark_is_told_from_a_passphrase() {
        for text in [
            "changed by root",
            "don't accept null password",
            "combine it into one",
            "yield pos + 1",
            "def f(self):",
            "Duplicated const.",
        ] {
            assert!(is_sentence(text.as_bytes()), "{text}");
        }
        for text in [
            "correct horse battery staple",
            "Tr0ub4dor & 3",
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
        ] {
            assert!(!is_sentence(text.as_bytes()), "{text}");
        }
    }
}
