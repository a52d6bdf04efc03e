//! What `${name…}` does to a value (POSIX.1-2024, Shell Command Language 2.6.2; bash, "Shell Parameter Expansion").

use super::tree::{Change, Piece};
use super::words::Resolve;

/// What an expansion gives.
#[derive(Debug)]
pub(super) enum Expanded<'p> {
    /// A text.
    Text(String),
    /// Several words: an array, or the arguments of a function. `None` is one that is not known.
    Words(Vec<Option<String>>),
    /// What these pieces give.
    Pieces(&'p [Piece]),
    /// Something that is not known.
    Unknown,
}

/// Expands a variable.
pub(super) fn expand<'p>(name: &str, change: &'p Change, resolve: &dyn Resolve) -> Expanded<'p> {
    if matches!(name, "@" | "*") || matches!(change, Change::Elements | Change::Joined) {
        return match (resolve.elements(name), change) {
            (Some(words), Change::Keep | Change::Elements | Change::Joined | Change::Default(_)) => {
                Expanded::Words(words)
            }
            _ => Expanded::Unknown,
        };
    }
    let value = match change {
        Change::Element(at) => resolve.elements(name).and_then(|words| words.get(*at).cloned().flatten()),
        _ => resolve.variable(name),
    };
    let text = |text: Option<String>| text.map_or(Expanded::Unknown, Expanded::Text);
    match (change, value) {
        // An unset variable is likelier than a set one: whoever writes a default means it.
        (Change::Default(pieces), None) => Expanded::Pieces(pieces),
        (Change::Default(pieces), Some(value)) if value.is_empty() => Expanded::Pieces(pieces),
        // Whether it is set is not known where the variable is not: what would be put there counts.
        (Change::Instead(pieces), value) => match value {
            Some(value) if value.is_empty() => Expanded::Text(value),
            _ => Expanded::Pieces(pieces),
        },
        (Change::Replace { pattern, with, all }, Some(value)) => {
            text(plain(with, resolve).and_then(|with| replaced(&value, pattern, &with, *all)))
        }
        (Change::Indirect, Some(value)) => text(resolve.variable(&value)),
        (Change::Keep | Change::Default(_) | Change::Element(_), value) => text(value),
        // Every absolute path begins so.
        (Change::Slice { from: 0, length: Some(1) }, _)
            if matches!(name, "HOME" | "PWD" | "OLDPWD" | "PATH" | "SHELL") =>
        {
            Expanded::Text("/".to_owned())
        }
        // Of what is usual, a part says nothing: `${SHELL%bash}` is a folder, `${HOME:1:1}` a letter.
        (Change::Slice { .. } | Change::Case { .. } | Change::Cut { .. }, _) if is_letters(name, change, resolve) => {
            Expanded::Unknown
        }
        (Change::Case { upper, all }, value) => text(value.map(|value| cased(&value, *upper, *all))),
        (Change::Slice { from, length }, value) => text(value.map(|value| slice(&value, *from, *length))),
        (Change::Cut { pattern, end, longest }, value) => text(value.and_then(|v| cut(&v, pattern, *end, *longest))),
        (
            Change::Replace { .. }
            | Change::Indirect
            | Change::Elements
            | Change::Joined
            | Change::Prompt
            | Change::Other,
            _,
        ) => Expanded::Unknown,
    }
}

/// Whether a change picks letters of a value that is only guessed. A folder is often cut off a path, and what is left is a name.
fn is_letters(name: &str, change: &Change, resolve: &dyn Resolve) -> bool {
    let by_folder = matches!(change, Change::Cut { pattern, .. } if matches!(pattern.as_str(), "/*" | "*/"));
    // Nobody changes the separators but to hide something, and then that shows.
    name != "IFS" && resolve.is_guess(name) && !by_folder
}

/// The text of pieces that are all text or plain variables.
fn plain(pieces: &[Piece], resolve: &dyn Resolve) -> Option<String> {
    let one = |piece: &Piece| match piece {
        Piece::Text { text, .. } => Some(text.clone()),
        Piece::Variable { name, change: Change::Keep, .. } => resolve.variable(name),
        _ => None,
    };
    pieces.iter().map(one).collect()
}

fn cased(value: &str, upper: bool, all: bool) -> String {
    let change = |text: &str| if upper { text.to_uppercase() } else { text.to_lowercase() };
    if all {
        return change(value);
    }
    let mut chars = value.chars();
    let first = chars.next().map(|c| change(c.encode_utf8(&mut [0; 4]))).unwrap_or_default();
    first + chars.as_str()
}

fn slice(value: &str, from: i64, length: Option<i64>) -> String {
    let count = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
    let from = if from < 0 { (count + from).max(0) } else { from };
    let to = match length {
        None => count,
        Some(length) if length < 0 => count + length,
        Some(length) => from.saturating_add(length),
    };
    let (from, to) = (usize::try_from(from).unwrap_or(usize::MAX), usize::try_from(to).unwrap_or(0));
    value.chars().skip(from).take(to.saturating_sub(from)).collect()
}

/// Cuts a match of the pattern off one end; `None` where finding it would take too long.
fn cut(value: &str, pattern: &str, end: bool, longest: bool) -> Option<String> {
    if value.len() > MAX_SEARCHED {
        return None;
    }
    let mut places: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    // From the shortest to the longest piece that may go.
    if end != longest {
        places.reverse();
    }
    for at in places {
        let (head, tail) = value.split_at_checked(at)?;
        let (gone, kept) = if end { (tail, head) } else { (head, tail) };
        if glob(pattern, gone) {
            return Some(kept.to_owned());
        }
    }
    Some(value.to_owned())
}

/// Replaces what a pattern without `*` matches; `None` for one with it.
fn replaced(value: &str, pattern: &str, with: &str, all: bool) -> Option<String> {
    if value.len() > MAX_SEARCHED || pattern.is_empty() {
        return None;
    }
    if let Some(pattern) = pattern.strip_prefix('#').filter(|_| !all) {
        return Some(value.strip_prefix(pattern).map_or_else(|| value.to_owned(), |rest| format!("{with}{rest}")));
    }
    if let Some(pattern) = pattern.strip_prefix('%').filter(|_| !all) {
        return Some(value.strip_suffix(pattern).map_or_else(|| value.to_owned(), |rest| format!("{rest}{with}")));
    }
    if pattern.contains(['*', '?']) {
        return None;
    }
    Some(if all { value.replace(pattern, with) } else { value.replacen(pattern, with, 1) })
}

fn glob(pattern: &str, text: &str) -> bool {
    // A pattern of the shell has no alternatives.
    !pattern.contains('|') && super::catalogue::glob_matches(pattern, text)
}

/// Bytes of a value in which a pattern is looked for at every place.
const MAX_SEARCHED: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_changed_as_bash_changes_them() {
        assert_eq!(slice("xrmx", 1, Some(2)), "rm");
        assert_eq!(slice("farm", -2, None), "rm");
        assert_eq!(slice("armor", 1, Some(-2)), "rm");
        assert_eq!(slice("é", 5, Some(2)), "");
        assert_eq!(cut("a.tar.gz", "*.", false, false).as_deref(), Some("tar.gz"));
        assert_eq!(cut("a.tar.gz", "*.", false, true).as_deref(), Some("gz"));
        assert_eq!(cut("a.tar.gz", ".*", true, false).as_deref(), Some("a.tar"));
        assert_eq!(cut("a.tar.gz", ".*", true, true).as_deref(), Some("a"));
        assert_eq!(cut("rmfoo", "foo", true, false).as_deref(), Some("rm"));
        assert_eq!(replaced("rXm", "X", "", false).as_deref(), Some("rm"));
        assert_eq!(replaced("aXbX", "X", "-", true).as_deref(), Some("a-b-"));
        assert_eq!(replaced("%72%6d", "%", "\\x", true).as_deref(), Some("\\x72\\x6d"), "it anchors the first alone");
        assert_eq!(replaced("%72", "%", "x", false).as_deref(), Some("%72x"));
        assert_eq!(cased("RM", false, true), "rm");
        assert_eq!(cased("Rm", false, false), "rm");
    }
}
