//! Private key blocks: RFC 7468, OpenSSH's, PGP's and PuTTY's, whatever stands before each of their lines.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Where a private key block begins in a line, and where its label ends.
pub(super) fn begin_of_block(line: &[u8]) -> Option<(usize, usize)> {
    static BEGIN: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("BEGIN "));
    static LINES: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("Private-Lines: "));
    let marks = if BEGIN.find(line).is_some() { &[&b"-----BEGIN "[..], b"---- BEGIN "][..] } else { &[] };
    for mark in marks.iter().copied() {
        let mut from = 0;
        while let Some(at) = memchr::memmem::find(line.get(from..)?, mark) {
            let start = from + at;
            let label = line.get(start + mark.len()..)?;
            let label = label.get(..label.len().min(64))?;
            let len = memchr::memmem::find(label, b"----").unwrap_or(label.len());
            let label = label.get(..len)?;
            if memchr::memmem::find(label, b"PRIVATE KEY").is_some()
                || label == b"OPENSSH PRIVATE KEY"
                || memchr::memmem::find(label, b"ENCRYPTED PRIVATE").is_some()
                || memchr::memmem::find(label, b"Static key").is_some()
            {
                return Some((start, start + mark.len() + len));
            }
            from = start + mark.len();
        }
    }
    LINES.find(line).map(|private| (private, line.len()))
}

pub(super) fn end_of_block(line: &[u8]) -> Option<usize> {
    for mark in [&b"-----END "[..], b"---- END "] {
        if let Some(at) = memchr::memmem::find(line, mark) {
            let rest = line.get(at + mark.len()..)?;
            let dashes = memchr::memmem::find(rest, b"----").map_or(rest.len(), |dash| {
                dash + rest.get(dash..).unwrap_or_default().iter().take_while(|b| **b == b'-').count()
            });
            return Some(at + mark.len() + dashes);
        }
    }
    memchr::memmem::find(line, b"Private-MAC: ").map(|at| {
        at + 13 + line.get(at + 13..).unwrap_or_default().iter().take_while(|b| b.is_ascii_hexdigit()).count()
    })
}

/// Where the text of a line begins behind indentation, line numbers and the marks of `diff`, `grep -n` and quotes.
pub(super) fn line_mark(line: &[u8]) -> usize {
    let lead = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let rest = line.get(lead..).unwrap_or_default();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let mark = rest.get(digits..).unwrap_or_default();
    if digits > 0 && matches!(mark.first(), Some(b':' | b'-' | b'|' | b' ' | b'\t')) {
        // One mark, and blanks: the dashes of `-----END` are no marks.
        let one = usize::from(matches!(mark.first(), Some(b':' | b'-' | b'|')));
        let more = mark.iter().skip(one).take_while(|b| matches!(b, b'|' | b' ' | b'\t')).count();
        return lead + digits + one + more;
    }
    let marks = rest.iter().take_while(|b| matches!(b, b'>' | b'|' | b'#' | b' ' | b'"' | b'\'' | b'\t')).count();
    lead + marks
}

/// A line of base64, a header of one (`Proc-Type: 4,ENCRYPTED`), or nothing.
pub(super) fn is_key_line(content: &[u8]) -> bool {
    let text = content.trim_ascii();
    // `cat -A` ends lines in `$` and `^M$`, programs in `\\n"` or a backslash.
    let text = text.strip_suffix(b"$").unwrap_or(text);
    let text = text.strip_suffix(b"^M").unwrap_or(text).trim_ascii();
    // A frame drawn around it, or the JSON of a container's log.
    let text = text.strip_suffix(b"|").unwrap_or(text).trim_ascii_end();
    if text.starts_with(b"{\"") && memchr::memmem::find(text, b"\\n\"").is_some() {
        return true;
    }
    let last = text.rsplit(|b| *b == b' ').next().unwrap_or_default();
    let base64 = last.iter().all(|b| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'+' | b'/' | b'=' | b'\\' | b'"' | b',' | b'\'' | b':' | b'-' | b'.' | b'_' | b'|' | b';')
    });
    let header = text.windows(2).any(|two| two == b": ");
    text.is_empty() || base64 && !text.contains(&b' ') || base64 && last.len() >= 16 || header && text.len() < 80
}
