//! E-mail addresses: RFC 5321 mailboxes without quoting, with a domain that could be real.
//!
//! `local@domain` is everywhere in server output without being an address: remotes, unit names, package versions, prompts.
//! What cannot be a mailbox is told by its surroundings and by the last label of its domain. A label that is no known
//! file or unit ending counts as a top-level domain: an unknown one is masked rather than shown.

use memchr::{memchr_iter, memrchr};

use crate::model::DataKind;

use super::{Hit, Tail, Text, Weight};

/// Appends the addresses in `text`; holds back what could become one.
pub(super) fn scan(text: Text<'_>, hits: &mut Vec<Hit>, tail: &mut Tail) {
    for at in memchr_iter(b'@', text.bytes) {
        let Some(start) = local_start(text, at) else { continue };
        let domain = domain(text, at + 1);
        // Most of what stands before an `@` is told by what stands behind it.
        if matches!(domain, Domain::None) || is_login(text, start, at) {
            continue;
        }
        match domain {
            Domain::Open { seen } => {
                tail.hold(start, if seen > 0 { Weight::Identifying } else { Weight::Light });
            }
            Domain::Ends(end) => hits.push(Hit { start, end, kind: DataKind::Email }),
            Domain::None => {}
        }
    }
    // In a URL `@` is `%40`, and `+` is `%2B`.
    for at in memchr::memmem::find_iter(text.bytes, b"%40") {
        let Some(start) = encoded_start(text, at) else { continue };
        match domain(text, at + 3) {
            Domain::Open { seen } => {
                tail.hold(start, if seen > 0 { Weight::Identifying } else { Weight::Light });
            }
            Domain::Ends(end) => hits.push(Hit { start, end, kind: DataKind::Email }),
            Domain::None => {}
        }
    }
    if text.may_grow()
        && let Some(start) = encoded_start(text, text.bytes.len())
        && text.slice(start, text.bytes.len()).iter().any(u8::is_ascii_alphabetic)
    {
        tail.hold(start, Weight::Light);
    }
    if text.may_grow()
        && let Some(start) = local_start(text, text.bytes.len())
    {
        tail.hold(start, Weight::Light);
    }
}

/// Where the local part that ends before `end` begins: at most 64 bytes, from a letter or digit.
fn local_start(text: Text<'_>, end: usize) -> Option<usize> {
    let window = text.slice(end.saturating_sub(LOCAL_MAX), end);
    let len = window.iter().rev().take_while(|b| is_local(**b)).count();
    let skip = window.iter().skip(window.len() - len).position(u8::is_ascii_alphanumeric)?;
    Some(end - len + skip)
}

/// The same with percent signs.
fn encoded_start(text: Text<'_>, end: usize) -> Option<usize> {
    let window = text.slice(end.saturating_sub(LOCAL_MAX), end);
    let len = window.iter().rev().take_while(|b| is_local(**b) || **b == b'%').count();
    let skip = window.iter().skip(window.len() - len).position(u8::is_ascii_alphanumeric)?;
    Some(end - len + skip)
}

/// Whether this is an account on a machine: the user part of a URL, or an account that is nobody's mailbox.
fn is_login(text: Text<'_>, start: usize, at: usize) -> bool {
    let local = text.slice(start, at);
    in_authority(text, start)
        || is_principal(text, start, at)
        || is_algorithm(text, at)
        || NOBODY.iter().any(|name| local.eq_ignore_ascii_case(name.as_bytes()))
}

/// `HTTP/web1.corp.lan@CORP.LAN`: a service of a host in a realm (RFC 4120 §6.2).
fn is_principal(text: Text<'_>, start: usize, at: usize) -> bool {
    let realm = text.slice(at + 1, text.bytes.len().min(at + 1 + DOMAIN_MAX));
    let len = realm.iter().take_while(|b| is_domain(**b)).count();
    start.checked_sub(1).and_then(|i| text.at(i)) == Some(b'/')
        && text.slice(start, at).contains(&b'.')
        && len > 0
        && realm.iter().take(len).all(|b| !b.is_ascii_lowercase())
}

/// `aes256-gcm@openssh.com`: a name of SSH that is not registered (RFC 4251 §6).
fn is_algorithm(text: Text<'_>, at: usize) -> bool {
    [&b"openssh.com"[..], b"libssh.org", b"lysator.liu.se", b"ssh.com", b"tinyssh.org", b"putty.projects.tartarus.org"]
        .iter()
        .any(|domain| {
            text.slice(at + 1, text.bytes.len().min(at + 1 + domain.len())) == *domain
                && text.at(at + 1 + domain.len()).is_none_or(|b| !is_domain(b))
        })
}

/// Whether it stands between `://` and the path of a URL.
fn in_authority(text: Text<'_>, start: usize) -> bool {
    let window = text.slice(start.saturating_sub(AUTHORITY_MAX), start);
    let Some((head, word)) = memrchr(b'/', window).and_then(|slash| window.split_at_checked(slash + 1)) else {
        return false;
    };
    head.ends_with(b"://") && word.iter().all(u8::is_ascii_graphic)
}

/// What stands after an `@`.
enum Domain {
    /// No domain.
    None,
    /// A domain that ends before this byte.
    Ends(usize),
    /// The text ends before that can be told; so many bytes of it are seen.
    Open { seen: usize },
}

fn domain(text: Text<'_>, start: usize) -> Domain {
    let window = text.slice(start, text.bytes.len().min(start + DOMAIN_MAX));
    let len = window.iter().take_while(|b| is_domain(**b)).count();
    let end = start + len;
    let next = text.at(end);
    let after_colon = text.at(end + 1);
    let undecided = match next {
        None => len < DOMAIN_MAX || after_colon.is_none(),
        Some(b':') => after_colon.is_none(),
        Some(_) => false,
    };
    if undecided && text.may_grow() {
        return Domain::Open { seen: len };
    }
    let Some(valid) = valid_len(window.get(..len).unwrap_or_default()) else { return Domain::None };
    // `x@y.sum()` is a program; `alice@web.example.com:~$` is a prompt, `…:/srv` the other end of a copy.
    let elsewhere = matches!((next, after_colon), (Some(b'('), _) | (Some(b':'), Some(b'~' | b'/')));
    if valid == len && elsewhere { Domain::None } else { Domain::Ends(start + valid) }
}

/// How much of `run` is a domain name: at least two labels (RFC 1035 §2.3.1), the last of which could be a top-level
/// domain. Endings that cannot (`.bak`, `.1`, a full stop) are left off.
fn valid_len(run: &[u8]) -> Option<usize> {
    if !run.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    let mut end = 0;
    for label in run.split(|b| *b == b'.') {
        let last = end + label.len() >= run.len().saturating_sub(1);
        let label = if last { label.strip_suffix(b"-").unwrap_or(label) } else { label };
        if label.is_empty() || label.len() > 63 || label.starts_with(b"-") || label.ends_with(b"-") {
            break;
        }
        end += usize::from(end > 0) + label.len();
    }
    let mut name = run.get(..end)?;
    if is_version(name) {
        return None;
    }
    while let Some(dot) = name.iter().rposition(|b| *b == b'.') {
        let label = name.get(dot + 1..).unwrap_or_default();
        if is_top_level(label) {
            return Some(name.len());
        }
        if let Some(len) = glued(label) {
            return Some(dot + 1 + len);
        }
        name = name.get(..dot)?;
    }
    None
}

/// `1.2.3`, `v1.2.3-rc.1` (a package's version) or `2x.png` (an image's density).
fn is_version(name: &[u8]) -> bool {
    let mut labels = name.split(|b| *b == b'.');
    let (Some(first), Some(second)) = (labels.next(), labels.next()) else { return false };
    let digits = first.strip_prefix(b"v").unwrap_or(first);
    let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let density = matches!(first, [b'1'..=b'9', b'x']);
    (number && second.first().is_some_and(u8::is_ascii_digit)) || density
}

fn is_top_level(label: &[u8]) -> bool {
    let word = (2..=24).contains(&label.len()) && label.iter().all(u8::is_ascii_alphabetic);
    (word || label.len() > 4 && label.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"xn--")))
        && !NOT_TOP_LEVEL.iter().any(|ending| label.eq_ignore_ascii_case(ending.as_bytes()))
}

/// The length of a common top-level domain with something behind it that is no part of one: `….com-2024.csv`, or what a line was drawn over.
fn glued(label: &[u8]) -> Option<usize> {
    let len = label.iter().position(|b| !b.is_ascii_alphabetic())?;
    let (head, _) = label.split_at_checked(len)?;
    let common: [&[u8]; 8] = [b"com", b"org", b"net", b"edu", b"gov", b"info", b"biz", b"io"];
    common.iter().any(|known| head.eq_ignore_ascii_case(known)).then_some(len)
}

const fn is_local(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-' | b'\'')
}

const fn is_domain(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')
}

/// A longer user part of a URL is a token, and found as one.
const AUTHORITY_MAX: usize = 192;

/// RFC 5321 §4.5.3.1.1.
const LOCAL_MAX: usize = 64;

/// RFC 5321 §4.5.3.1.2 allows 255 octets of wire form, which is 253 characters of text.
const DOMAIN_MAX: usize = 253;

/// Accounts of version control and of the machine itself: no person's mailbox, and in every remote, prompt and log.
const NOBODY: &[&str] = &["git", "hg", "svn", "root"];

/// Endings of files and systemd units (systemd.unit(5)) that stand after an `@` and are no top-level domain (IANA root zone).
const NOT_TOP_LEVEL: &[&str] = &[
    "automount",
    "device",
    "mount",
    "path",
    "scope",
    "service",
    "slice",
    "socket",
    "swap",
    "target",
    "timer",
    "bak",
    "bmp",
    "bz2",
    "cfg",
    "cjs",
    "class",
    "conf",
    "cpp",
    "css",
    "csv",
    "desktop",
    "dll",
    "env",
    "exe",
    "gif",
    "gz",
    "hpp",
    "htm",
    "html",
    "ico",
    "ini",
    "jar",
    "java",
    "jpeg",
    "jpg",
    "js",
    "json",
    "jsx",
    "lock",
    "log",
    "mjs",
    "old",
    "orig",
    "pdf",
    "plist",
    "png",
    "scss",
    "svg",
    "swp",
    "tar",
    "tgz",
    "tmp",
    "toml",
    "ts",
    "tsx",
    "txt",
    "war",
    "webp",
    "whl",
    "xml",
    "xz",
    "yaml",
    "yml",
    "zst",
];
