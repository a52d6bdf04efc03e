//! What stands between a key and its value.

use super::pair::{element_of_value, element_text, is_paired_name, next_element, paired};

/// How a value hangs on its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sep {
    /// `key=value`
    Tight,
    /// `key = value`, `key := value`, `key => value`
    Assign,
    /// `key -> value`
    Arrow,
    /// `key: value`
    Colon,
    /// `--key value`
    Flag,
    /// `<key>value</key>`
    Tag,
    /// `key is value`
    Prose,
    /// `key` in two blanks or a tab before a value: columns of two.
    Blanks,
    /// `name: key`, and the value on the next line.
    Paired,
}

/// What separates the key that ends at `to` from its value, where the value begins, and where the label ends.
pub(super) fn separator(line: &[u8], from: usize, to: usize) -> Option<(Sep, usize, usize)> {
    let own = line.get(from..to).unwrap_or_default();
    let at = |i: usize| line.get(i).copied();
    let before = from.checked_sub(1).and_then(at);
    let mut i = to;
    if before == Some(b'<') || before == Some(b':') && is_tag_prefix(line, from) {
        // `<ns2:BirthDate type="x">1985-05-12</ns2:BirthDate>`
        let inner = |text: usize| line.get(text..).and_then(element_of_value).map_or(text, |tag| text + tag);
        return element_text(line, to).map(|text| (Sep::Tag, inner(text), to));
    }
    if at(i) == Some(b'<')
        && let Some(text) = next_element(line, i)
    {
        return Some((Sep::Tag, text, to));
    }
    if at(i) == Some(b'<') && is_paired_name(line, from) {
        return Some((Sep::Paired, to, to));
    }
    let urn = before == Some(b':') && at(i) == Some(b':') && !matches!(at(i + 1), None | Some(b' '));
    if urn || before == Some(b'{') && is_expanded(line, from) {
        // A segment of a resource's name, or of an expansion: `arn:…:secret:x`, `${TOKEN:?must be set}`.
        return None;
    }
    if before == Some(b'(') && is_phase(line, from, i) {
        return None;
    }
    if at(i) == Some(b'.')
        && matches!(at(i + 1), Some(b' ' | b':' | b'\t'))
        && line.get(from..to).is_some_and(|own| own.contains(&b'.') || own.len() <= 4)
    {
        // `D.O.B. 1985-05-12`, `geb. 12.05.1985`
        i += 1;
    }
    if at(i) == Some(b'\\') && matches!(at(i + 1), Some(b'"' | b'\'')) {
        i += 1;
    }
    let quoted = matches!(at(i), Some(b'"' | b'\'' | b'`'));
    if quoted {
        i += 1;
    }
    if at(i) == Some(b']') {
        i += 1;
    }
    let quoted_end = i;
    let blanks = line.get(i..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let tab = line.get(i..i + blanks).is_some_and(|gap| gap.contains(&b'\t'));
    let mut j = i + blanks;
    let mut label_end = to;
    if !matches!(at(j), Some(b':' | b'=' | b'-')) && !quoted && blanks <= 1 {
        // `Phone number (home):`, `SSN #:`, `ID No.:`
        let rest = line.get(i..).unwrap_or_default();
        let gap = rest
            .iter()
            .take(24)
            .take_while(|b| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b' ' | b'.' | b'#' | b'(' | b')' | b'/' | b'\'' | b'-')
                    || **b >= 0x80
            })
            .count();
        if gap > 0
            && matches!(rest.get(gap), Some(b':' | b'='))
            && !rest.get(..gap).is_some_and(|gap| gap.trim_ascii_end().windows(2).any(|two| two == b"  "))
            && is_remark(rest.get(..gap).unwrap_or_default(), rest.get(gap) == Some(&b'='))
        {
            let words =
                rest.get(..gap).unwrap_or_default().split(|b| *b == b' ').filter(|word| !word.is_empty()).count();
            if words <= 2 {
                j = i + gap;
                label_end = j;
            }
        }
    }
    let skip = |from: usize| {
        from + line.get(from..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
    };
    if let Some((leader, end)) = leaders(line, j) {
        // `Last Name ........ Roe`, `Geboren am ..... 12.05.1985`
        return Some((Sep::Colon, skip(end), if leader > j { leader } else { label_end }));
    }
    if quoted
        && line.get(..from.saturating_sub(1)).is_some_and(|head| head.trim_ascii_end().ends_with(b"("))
        && at(i) == Some(b',')
    {
        // `define('DB_PASSWORD', 'x')`
        return Some((Sep::Assign, skip(i + 1), to));
    }
    if quoted
        && at(i) == Some(b',')
        && let Some(value) = second_of_two(line, from, i)
    {
        return Some((Sep::Assign, value, to));
    }
    if quoted
        && at(i) == Some(b';')
        && let Some(value) = serialized(line, i)
    {
        return Some((Sep::Assign, value, to));
    }
    if blanks == 1 && at(j) == Some(b'[') && line.ends_with(b"]:") {
        // `Full Name [Jane Roe]:` asks, and says what it is now.
        return Some((Sep::Colon, j + 1, label_end));
    }
    match (at(j), at(j + 1)) {
        // A comparison, a scope or a URL.
        (Some(b':'), Some(b':')) if at(j + 2) == Some(b' ') && blanks == 0 => {
            Some((Sep::Colon, skip(j + 2), label_end))
        }
        (Some(b'='), Some(b'=' | b'~')) | (Some(b':'), Some(b':' | b'/')) => None,
        (Some(b'='), Some(b'>')) | (Some(b':'), Some(b'=')) => Some((Sep::Assign, skip(j + 2), label_end)),
        // `$token->value` reads a member.
        (Some(b'-'), Some(b'>')) => (blanks > 0).then(|| (Sep::Arrow, skip(j + 2), label_end)),
        (Some(b'='), _) => {
            let sep = if blanks == 0 && !matches!(at(j + 1), Some(b' ')) { Sep::Tight } else { Sep::Assign };
            Some((sep, skip(j + 1), label_end))
        }
        // `v-model="form.password" :type="x"`: another attribute.
        (Some(b':'), Some(b'a'..=b'z')) if quoted && blanks > 0 => None,
        (Some(b':'), _) => Some((Sep::Colon, skip(j + 1), label_end)),
        (Some(b','), _) | (Some(b' ' | b'}'), _) if quoted => None,
        _ if quoted => paired(line, quoted_end)
            .map(|value| (Sep::Assign, value, to))
            .or_else(|| element_text(line, quoted_end).map(|text| (Sep::Tag, text, to))),
        (Some(_), _)
            if blanks == 1
                && line
                    .get(..from)
                    .is_some_and(|head| head.ends_with(b"--") || head.ends_with(b" -") && is_small(own)) =>
        {
            Some((Sep::Flag, j, to))
        }
        // `| password | x |`
        (Some(b'|'), Some(b' ')) if blanks > 0 => Some((Sep::Blanks, skip(j + 1), to)),
        (Some(_), _) if (blanks > 1 || tab) && is_cell(line, from, to, j) => None,
        (Some(_), _) if blanks > 1 || tab => Some((Sep::Blanks, j, to)),
        (Some(_), _) if blanks == 1 => (!assigns(line.get(j..).unwrap_or_default())).then_some((Sep::Prose, j, to)),
        (None, _) => is_paired_name(line, from).then_some((Sep::Paired, to, to)),
        _ => None,
    }
    .or_else(|| {
        (at(i) == Some(b',') || quoted)
            .then(|| paired(line, quoted_end))
            .flatten()
            .map(|value| (Sep::Assign, value, to))
    })
    .or_else(|| (quoted && is_paired_name(line, from.saturating_sub(1))).then_some((Sep::Paired, to, to)))
}

/// Whether a name with a wide gap behind it is a cell among others, and not the name of the next one: the type of a resource
/// (`AWS::SecretsManager::Secret  Xenon`), the head of a column (`NAME  HOLDER  AGE`).
fn is_cell(line: &[u8], from: usize, to: usize, at: usize) -> bool {
    let head = line.get(..from).unwrap_or_default();
    let capitals = |text: &[u8]| text.len() > 1 && text.iter().all(u8::is_ascii_uppercase);
    let next = line.get(at..).unwrap_or_default();
    let word = next.iter().take_while(|b| !matches!(b, b' ' | b'\t')).count();
    let more = head.ends_with(b"  ") || head.ends_with(b"\t");
    let titles = more && line.get(from..to).is_some_and(capitals) && next.get(..word).is_some_and(capitals);
    head.ends_with(b"::") || titles && word < 16
}

/// `<ns2:` before a name.
fn is_tag_prefix(line: &[u8], from: usize) -> bool {
    let head = line.get(..from.saturating_sub(1)).unwrap_or_default();
    let prefix = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    prefix > 0 && prefix < 20 && head.len().checked_sub(prefix + 1).and_then(|i| head.get(i)) == Some(&b'<')
}

/// `pam_unix(passwd:chauthtok)`: a service and what it does.
fn is_phase(line: &[u8], from: usize, colon: usize) -> bool {
    let called = from.checked_sub(2).and_then(|i| line.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    let rest = line.get(colon..).and_then(|rest| rest.strip_prefix(b":")).unwrap_or_default();
    let word = rest.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'_').count();
    called && word > 0 && rest.get(word) == Some(&b')')
}

/// `SMTP_PORT=587`: another assignment, and no value of the name before it.
fn assigns(rest: &[u8]) -> bool {
    let name = rest.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_').count();
    let begins = rest.first().is_some_and(u8::is_ascii_uppercase);
    // Base64 ends in such signs.
    name > 1 && begins && rest.get(name) == Some(&b'=') && !matches!(rest.get(name + 1), None | Some(b'=' | b' '))
}

/// `${` before a name.
fn is_expanded(line: &[u8], from: usize) -> bool {
    from >= 2 && line.get(from - 2) == Some(&b'$')
}

/// Three dots or more between a label and its value, at most one word behind the name: where they begin and end.
fn leaders(line: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = line.get(at..)?;
    let word = rest.iter().take(16).take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'-' | b' ')).count();
    let dots = rest.get(word..)?.iter().take_while(|b| **b == b'.').count();
    let spaced = word == 0 || rest.get(word - 1) == Some(&b' ');
    let single = rest.get(..word)?.trim_ascii().iter().filter(|b| **b == b' ').count() == 0;
    (dots >= 3 && spaced && single).then_some((at + word, at + word + dots))
}

/// Whether what stands between a name and its colon only explains it: ` number (home)`, ` #`, ` (YYYY-MM-DD)`; before an equals sign no other word may.
fn is_remark(gap: &[u8], equals: bool) -> bool {
    let opened = gap.iter().position(|b| *b == b'(');
    let closed = gap.iter().rposition(|b| *b == b')');
    let paired = match (opened, closed) {
        (None, None) => !gap.contains(&b'-'),
        (Some(opened), Some(closed)) => opened < closed && !gap.get(..opened).is_some_and(|head| head.contains(&b'-')),
        _ => false,
    };
    // `Secret ID    = x` in a list of such.
    let listed = gap.ends_with(b"  ") && gap.trim_ascii().iter().all(u8::is_ascii_alphabetic);
    // `session v7.10.12 h1:…`
    let version = gap.windows(2).any(|two| matches!(two, [b'0'..=b'9', b'.']));
    paired
        && !version
        && (!equals || listed || !gap.trim_ascii_end().last().is_some_and(u8::is_ascii_alphabetic) && opened.is_none())
}

/// `-passphrase x`, but not `-pSecret1 x`.
fn is_small(option: &[u8]) -> bool {
    option.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
}

/// `s:9:"last_name";s:12:"Roe";` of PHP's `serialize`: where the quote of the second text stands.
fn serialized(line: &[u8], semicolon: usize) -> Option<usize> {
    let rest = line.get(semicolon + 1..)?.strip_prefix(b"s:")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    rest.get(digits..)?.starts_with(b":\"").then_some(semicolon + 1 + 2 + digits + 1)
}

/// `["first_name", "Jane"]`: where the text of the second begins, if there are two.
fn second_of_two(line: &[u8], from: usize, comma: usize) -> Option<usize> {
    let open = line.get(from.checked_sub(2)?)?;
    if line.get(comma.checked_sub(2)?).is_some_and(|b| b.eq_ignore_ascii_case(&b's')) {
        // `["secrets", "tokens"]` are two names.
        return None;
    }
    let value = comma + 1 + line.get(comma + 1..)?.iter().take_while(|b| **b == b' ').count();
    let quote = *line.get(value).filter(|b| matches!(b, b'"' | b'\''))?;
    let end = value + 1 + memchr::memchr(quote, line.get(value + 1..)?)?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        _ => return None,
    };
    (line.get(end + 1) == Some(&close)).then_some(value)
}
