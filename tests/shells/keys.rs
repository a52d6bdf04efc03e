//! The cases, and what their keys are as bytes.

/// One sequence of keys.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// As it stands in the file.
    pub(crate) text: String,
    /// Each key by itself.
    pub(crate) keys: Vec<Key>,
    /// A line runs that no key of it commits, and a shell with our hooks must say so.
    pub(crate) alarms: bool,
}

/// One key, a pause, or a window that is drawn smaller or larger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Bytes(Vec<u8>),
    /// Until nothing more comes.
    Wait,
    /// The terminal gets so many columns.
    Columns(u16),
}

/// The cases for this shell.
pub(crate) fn cases(shell: &str) -> Vec<Case> {
    let only = std::env::var("HOLDPOINT_SHELLS_ONLY").ok();
    let file = include_str!("cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    file.filter_map(|line| {
        let (shells, keys) = line.split_once(' ').expect("shells and keys");
        let keys = keys.trim_start();
        let shells = match shells {
            "all" => "bash,zsh,fish,dash,ash",
            "edit" => "bash,zsh,fish,ash",
            "line" => "bash,zsh,fish",
            "vi" => "bash,zsh",
            other => other,
        };
        let wanted = shells.split(',').any(|name| name == shell)
            && only.as_ref().is_none_or(|only| keys.contains(only.as_str()));
        let (keys, alarms) = keys.strip_suffix(ALARM).map_or((keys, false), |keys| (keys.trim_end(), true));
        wanted.then(|| Case { text: keys.to_owned(), keys: read(keys), alarms })
    })
    .collect()
}

/// The keys that a text stands for.
pub(crate) fn read(text: &str) -> Vec<Key> {
    let (mut keys, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let named = rest
            .strip_prefix('<')
            .and_then(|rest| rest.split_once('>'))
            .and_then(|(name, rest)| Some((key(name)?, rest)));
        if let Some((key, after)) = named {
            keys.push(key);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('\\') {
            let (byte, after) = escape(after);
            keys.push(Key::Bytes(vec![byte]));
            rest = after;
        } else {
            keys.push(Key::Bytes(first.to_string().into_bytes()));
            rest = &rest[first.len_utf8()..];
        }
    }
    joined(keys)
}

/// The bytes of one character, or of one sequence, are one key.
fn joined(keys: Vec<Key>) -> Vec<Key> {
    let mut out: Vec<Key> = Vec::new();
    let mut sequence = false;
    for key in keys {
        let Key::Bytes(bytes) = &key else {
            out.push(key);
            continue;
        };
        let last = out.last_mut();
        match (last, bytes.as_slice()) {
            (Some(Key::Bytes(before)), [byte])
                if sequence || (*byte >= 0x80 && before.last().is_some_and(|b| *b >= 0xc0)) =>
            {
                before.push(*byte);
                let body = before.get(1..).unwrap_or_default();
                sequence = sequence && (body == b"[" || !matches!(byte, 0x40..=0x7e));
            }
            _ => {
                sequence = bytes == b"\x1b";
                out.push(key);
                continue;
            }
        }
    }
    out
}

fn escape(after: &str) -> (u8, &str) {
    let kind = after.chars().next().expect("an escape");
    let rest = &after[kind.len_utf8()..];
    match kind {
        'r' => (b'\r', rest),
        'n' => (b'\n', rest),
        'x' => (u8::from_str_radix(&rest[..2], 16).expect("two digits"), &rest[2..]),
        '\\' => (b'\\', rest),
        '<' | ' ' => (b'\\', after),
        other => panic!("what is \\{other}?"),
    }
}

fn key(name: &str) -> Option<Key> {
    if let Some(columns) = name.strip_prefix("cols-") {
        return Some(Key::Columns(columns.parse().expect("a number")));
    }
    let bytes: &[u8] = match name {
        "wait" => return Some(Key::Wait),
        "cr" => b"\r",
        "lf" => b"\n",
        "bs" => b"\x7f",
        "tab" => b"\t",
        "esc" => b"\x1b",
        "up" => b"\x1b[A",
        "down" => b"\x1b[B",
        "right" => b"\x1b[C",
        "left" => b"\x1b[D",
        "home" => b"\x1b[H",
        "end" => b"\x1b[F",
        "del" => b"\x1b[3~",
        "c-left" => b"\x1b[1;5D",
        "c-right" => b"\x1b[1;5C",
        "m-right" => b"\x1b[1;3C",
        "m-left" => b"\x1b[1;3D",
        "paste" => b"\x1b[200~",
        "/paste" => b"\x1b[201~",
        "m-\\x7f" => b"\x1b\x7f",
        "m-<" => b"\x1b<",
        _ => {
            let (kind, letter) = name.split_once('-')?;
            let letter = *letter.as_bytes().first().filter(|_| letter.len() == 1)?;
            return match kind {
                "c" => Some(Key::Bytes(vec![letter & 0x1f])),
                "m" => Some(Key::Bytes(vec![0x1b, letter])),
                _ => None,
            };
        }
    };
    Some(Key::Bytes(bytes.to_vec()))
}

/// Behind a case: it must raise an alarm.
const ALARM: &str = " ALARM";
