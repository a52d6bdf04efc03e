//! A pager's prompt (less(1), more(1)): `!command`, `|mark command`, `#command`, `s file`, `:e file`; what is searched for is text.

use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::Severity;

/// Judges a line; answers whether the program would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    let line = text.trim_start();
    let start = text.len() - line.len();
    let Some(first) = line.chars().next() else { return true };
    let rest = line.get(first.len_utf8()..).unwrap_or_default();
    match first {
        '/' | '?' | '&' => {}
        // After `:` some keys mean the same as without it.
        ':' if rest.starts_with('!') => shell(rest.get(1..).unwrap_or_default(), start + 2, walk),
        ':' => file(rest.strip_prefix("e "), Access::Read, start + 1, walk),
        '!' | '#' => shell(rest, start + 1, walk),
        '|' => {
            // One letter says which part of the file goes there.
            let mark = rest.chars().next().map_or(0, char::len_utf8);
            let command = rest.get(mark..).unwrap_or_default();
            match command.starts_with('!') {
                true => shell(command, start + 1 + mark, walk),
                false => walk.shell_fed(command, start + 1 + mark),
            }
        }
        's' => file(rest.strip_prefix(' '), Access::Overwrite, start, walk),
        '-' if rest.starts_with(['o', 'O']) => file(rest.get(1..), Access::Overwrite, start + 1, walk),
        _ => {}
    }
    true
}

fn shell(command: &str, start: usize, walk: &mut Walk<'_>) {
    if command.starts_with('!') {
        let span = walk.span(start, start + command.len());
        return walk.opaque(Severity::Medium, span, "the last command runs again, which the text does not show");
    }
    walk.shell(command, start);
}

fn file(name: Option<&str>, access: Access, start: usize, walk: &mut Walk<'_>) {
    if let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) {
        walk.path(name, access, start, start + 1 + name.len());
    }
}
