//! How a line is laid out: where its text lies, and what it is to the lines around it.

use super::lanes::find_pair;

/// Where a prompt ends at the beginning of a line: `alice@web-1:~$ `, `mydb=> `, `mysql> `, `# `.
pub(super) fn prompt_end(line: &[u8]) -> Option<usize> {
    let head = line.get(..line.len().min(80)).unwrap_or_default();
    if memchr::memchr3(b'$', b'#', b'>', head).is_none() && memchr::memchr(b'%', head).is_none() {
        return None;
    }
    let mark = |b: u8| (b == b'$') | (b == b'#') | (b == b'>') | (b == b'%');
    let mark = find_pair(head, mark, b' ', |_| true)?;
    let before = head.get(..mark)?;
    let blanks = before.iter().filter(|b| **b == b' ').count();
    let named = before.contains(&b'@')
        || before.contains(&b'=')
        || before.contains(&b'[')
        || before.contains(&b':')
        || SHELLS.iter().any(|name| {
            before
                .strip_prefix(*name)
                .is_some_and(|rest| rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.')))
        });
    let bare = before.is_empty() && head.first().is_some_and(|b| matches!(b, b'$' | b'#' | b'>'));
    (blanks <= 2 && named && !before.contains(&b'|') && !before.contains(&b',') && !before.contains(&b'"')
        || bare && head.first() == Some(&b'$'))
    .then_some(mark + 2)
}

/// What calls itself by its name in its prompt: `bash-5.2$ `, `mysql> `.
const SHELLS: &[&[u8]] = &[
    b"bash", b"sh", b"zsh", b"ksh", b"dash", b"fish", b"mysql", b"sqlite", b"ftp", b"sftp", b"lftp", b"test",
    b"mongosh",
];

/// Where the text lies in a line, without quotes, commas and list marks around it.
pub(super) fn inner(line: &[u8]) -> (usize, usize) {
    let lead = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let trail = line.iter().skip(lead).rev().take_while(|b| matches!(b, b' ' | b'\t' | b',')).count();
    (lead, line.len() - trail)
}

pub(super) fn unwrapped(line: &[u8], from: usize, to: usize) -> (usize, usize) {
    let from = from + if line.get(from..to).is_some_and(|value| value.starts_with(b"- ")) { 2 } else { 0 };
    match line.get(from..to) {
        Some([b'"', .., b'"'] | [b'\'', .., b'\'']) => (from + 1, to - 1),
        Some([b'"' | b'\'', ..]) => (from + 1, to),
        _ => (from, to),
    }
}

pub(super) fn indentation(line: &[u8]) -> usize {
    line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

pub(super) fn is_assignment(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"$").unwrap_or(value);
    let word = value.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'"')).count();
    matches!(value.get(word), Some(b':' | b'=')) && word > 0 && word + 1 < value.len()
}

/// `API_TOKEN=`, `db_password:`: a key, and nothing behind it.
pub(super) fn is_bare_key(value: &[u8]) -> bool {
    let name = value.strip_suffix(b":").or_else(|| value.strip_suffix(b"="));
    name.is_some_and(|name| {
        let small =
            name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.'));
        let screaming = name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
        value.ends_with(b":") && small || screaming
    })
}

pub(super) fn string_end(line: &[u8], start: usize, quote: u8) -> usize {
    let mut i = start;
    while let Some(b) = line.get(i).copied() {
        match b {
            b'\\' => i += 2,
            b if b == quote => return i,
            _ => i += 1,
        }
    }
    line.len()
}

/// Whether all that a line has are names of columns, so that it is a header even where a row would fit.
pub(super) fn is_all_names(line: &[u8]) -> bool {
    !line.iter().any(|b| b.is_ascii_digit() || matches!(b, b'@' | b'"' | b'.'))
}

/// Cheaply: what has values in it is no header, but for SQL's.
pub(super) fn may_be_header(line: &[u8], is_sql: bool) -> bool {
    let values = || {
        memchr::memchr3(b'=', b'{', b'@', line).is_some()
            || memchr::memchr_iter(b':', line).any(|i| line.get(i + 1) == Some(&b' '))
    };
    // So that vectors count.
    let of = |part: &[u8]| part.iter().map(|b| u8::from(b.is_ascii_digit())).sum::<u8>();
    let digits = || line.chunks(u8::MAX.into()).map(|part| usize::from(of(part))).sum::<usize>();
    !values() && digits() * 5 < line.len() || is_sql
}

pub(super) fn is_sql(line: &[u8]) -> bool {
    insert_into(line.get(..line.len().min(200)).unwrap_or_default(), b"insert into").is_some()
}

/// Where `insert into`, or that with a blank behind it, stands in whatever case.
pub(super) fn insert_into(line: &[u8], phrase: &[u8]) -> Option<usize> {
    let start = |last: usize| (last + 1).checked_sub(b"insert".len());
    let here = |start: usize| line.get(start..start + phrase.len());
    let is = |last: usize| start(last).and_then(here).is_some_and(|here| here.eq_ignore_ascii_case(phrase));
    find_pair(line, |b| (b | 0x20) == b't', b' ', is).and_then(start)
}

/// ` 3) "taxFileNumber"` of `redis-cli`: where the text begins, its quote included.
pub(super) fn redis_item(line: &[u8]) -> Option<usize> {
    let lead = indentation(line);
    let rest = line.get(lead..)?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    (digits > 0 && rest.get(digits..)?.starts_with(b") \"")).then_some(lead + digits + 2)
}

/// `  string(14) "Jane Roe"` of PHP's `var_dump`: where the text begins, its quote included.
pub(super) fn dumped_string(line: &[u8]) -> Option<usize> {
    let lead = indentation(line);
    let rest = line.get(lead..)?.strip_prefix(b"string(")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    rest.get(digits..)?.starts_with(b") \"").then_some(lead + 7 + digits + 2)
}
