//! Hosts: whether what is sent there leaves the house.

use std::net::IpAddr;

use super::super::words::HOLE;
use super::glob::Globs;

/// The host that an operand names: of a URL, of `user@host:path`, of `rsync://host/…`; or the operand itself where it looks like a name
/// or an address. `None` if it names none.
pub(super) fn host(text: &str) -> Option<&str> {
    // restic and rclone name the way before the host.
    let text = text.strip_prefix("sftp:").filter(|rest| !rest.starts_with('/')).unwrap_or(text);
    let (authority, sure) = match text.split_once("://") {
        Some((_, rest)) => (rest.split(['/', '?', '#']).next().unwrap_or_default(), true),
        None => {
            // `host:path`, but not `C:\`, `/a:b` or `./a:b`.
            let head = text.split_once(':').map(|(head, _)| head).filter(|head| !head.contains('/') && head.len() > 1);
            match (head, text.split_once('@')) {
                (Some(head), _) => (head, true),
                (None, Some((_, host))) => (host.split('/').next().unwrap_or_default(), true),
                (None, None) => (text.split('/').next().unwrap_or_default(), false),
            }
        }
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None if host.matches(':').count() == 1 => host.split(':').next().unwrap_or_default(),
        None => host,
    };
    let looks = host.parse::<IpAddr>().is_ok() || (host.contains('.') && !host.starts_with('.') && !names_a_file(host));
    (!host.is_empty() && (sure || looks)).then_some(host)
}

/// Whether a host is one of those that anybody may own: not this machine, no private address (RFC 1918, RFC 4193, RFC 3927), no name of one
/// label, no name under a domain that only a house's own resolver answers (RFC 6762, RFC 8375, `.internal`), and none of `known`.
pub(super) fn outside(host: &str, known: &[Globs]) -> bool {
    if known.iter().any(|known| known.fit_any_case(host)) || host.contains(HOLE) {
        return false;
    }
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified()),
        Ok(IpAddr::V6(v6)) => {
            let first = v6.segments().first().copied().unwrap_or_default();
            !(v6.is_loopback() || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80)
        }
        Err(_) => {
            let last = host.rsplit('.').next().unwrap_or_default();
            host.contains('.') && !HOME.iter().any(|home| last.eq_ignore_ascii_case(home))
        }
    }
}

/// A bare word with a dot is more often a file than a host.
fn names_a_file(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    FILES.iter().any(|end| last.eq_ignore_ascii_case(end))
}

/// Last labels that no public server answers for.
const HOME: [&str; 10] =
    ["local", "localhost", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "arpa"];

/// Ends of file names that look like domains.
const FILES: [&str; 40] = [
    "txt", "log", "csv", "json", "yaml", "yml", "xml", "sql", "gz", "tgz", "zip", "bz2", "xz", "zst", "tar", "md",
    "py", "rb", "js", "ts", "go", "rs", "c", "h", "java", "conf", "cfg", "ini", "toml", "html", "css", "png", "jpg",
    "pdf", "db", "iso", "img", "bak", "pem", "key",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_found_in_every_form() {
        for (text, want) in [
            ("https://x.example/a?b", Some("x.example")),
            ("ftp://u:p@10.0.0.1:21/", Some("10.0.0.1")),
            ("root@db-1:/srv", Some("db-1")),
            ("db-1:", Some("db-1")),
            ("http://[::1]:80/", Some("::1")),
            ("198.51.100.7", Some("198.51.100.7")),
            ("evil.example", Some("evil.example")),
            ("sftp:u@x.example:/r", Some("x.example")),
            ("notes.txt", None),
            ("./a:b", None),
            ("8080", None),
        ] {
            assert_eq!(host(text), want, "{text}");
        }
    }

    #[test]
    fn what_only_the_house_can_own_is_inside() {
        for inside in ["localhost", "10.1.2.3", "192.168.0.9", "db-1", "nas.local", "::1", "fd00::1", "api.internal"] {
            assert!(!outside(inside, &[]), "{inside}");
        }
        let ours = [Globs::from("*.house.example".to_owned())];
        assert!(outside("x.example", &ours) && outside("8.8.8.8", &ours) && !outside("a.house.example", &ours));
    }
}
