//! SQLite's shell: SQL, and its dot-commands (sqlite3(1), "Special commands to sqlite3").

use super::statement::{Style, parts};
use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line; answers whether the client would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    // Only at the beginning of a statement is it a command.
    if text.trim_start().starts_with('.') && !text.trim().contains('\n') {
        command(text, 0, walk);
        return true;
    }
    // Commands before a statement: `.output |sh`, then a query whose rows go there.
    if text.trim_start().starts_with('.') {
        let mut at = 0;
        let mut piped = false;
        for line in text.split_inclusive('\n') {
            let bare = line.trim_end();
            if bare.trim_start().starts_with('.') {
                command(bare, at, walk);
                piped |= bare.contains('|');
            } else {
                for (start, sql) in &parts(bare, Style::Sqlite).sql {
                    walk.sql(sql, at + start);
                }
                // What a query says word for word goes to the shell.
                if let Some(script) = bare.split('\'').nth(1).filter(|_| piped) {
                    walk.shell(script, at + bare.find('\'').map_or(0, |quote| quote + 1));
                }
            }
            at += line.len();
        }
        return true;
    }
    let parts = parts(text, Style::Sqlite);
    for (start, sql) in &parts.sql {
        walk.sql(sql, *start);
    }
    // `go` and `/` on a line of their own end a statement too.
    let last = text.trim_end().lines().last().unwrap_or_default().trim();
    parts.ended || last == "/" || last.eq_ignore_ascii_case("go")
}

fn command(text: &str, from: usize, walk: &mut Walk<'_>) {
    let line = text.trim_start();
    let start = from + text.len() - line.len();
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    let (name, rest) = (line.get(1..end).unwrap_or_default(), line.get(end..).unwrap_or_default());
    let whole = walk.span(start, from + text.len());
    let words: Vec<&str> = rest.split_whitespace().collect();
    let last = words.last().map_or("", |word| word.trim_matches(['"', '\'']));
    // A unique beginning is enough.
    let is = |full: &str, shortest: usize| name.len() >= shortest && full.starts_with(name);
    if is("shell", 2) || is("system", 2) {
        return walk.shell(rest, start + end);
    }
    if is("read", 3) && rest.trim_start_matches([' ', '"', '\'']).starts_with('|') {
        walk.opaque(Severity::Medium, whole, "runs what a command prints as SQL, which nobody has read");
    }
    let pipes = is("read", 3) || is("import", 1) || is("once", 2) || is("output", 1);
    if let Some(at) = rest.find('|').filter(|_| pipes) {
        let shell = rest.get(at + 1..).unwrap_or_default().trim_end_matches(['"', '\'']);
        let at = start + end + at + 1;
        return if is("once", 2) || is("output", 1) { walk.shell_fed_later(shell, at) } else { walk.shell(shell, at) };
    }
    if is("dump", 2)
        && (walk.goes_into_file() || words.is_empty() || words.iter().any(|word| crate::command::sql::people(word)))
    {
        let reason = "shows all of the database, or puts it into a file ({object})";
        walk.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, whole, last, reason);
    }
    if is("read", 3) && super::anybodys(last) {
        walk.opaque(Severity::Medium, whole, "runs a file that anybody may have written");
    } else if is("load", 2) {
        let reason = "loads a library from {object} into the client";
        walk.effect(EffectKind::Opaque, Severity::Medium, Undo::Hard, whole, last, reason);
    } else if is("restore", 3) {
        let reason = "overwrites the database with {object}";
        walk.effect(EffectKind::DbDestroy, Severity::High, Undo::Never, whole, last, reason);
    } else if is("open", 2) && words.contains(&"--new") {
        let reason = "empties the database {object} and opens it";
        walk.effect(EffectKind::DbDestroy, Severity::High, Undo::Never, whole, last, reason);
    } else if (is("backup", 2) || is("save", 2) || is("clone", 2) || is("once", 2) || is("output", 1))
        && !last.is_empty()
    {
        // A copy at home is made anew each time.
        let copies = is("backup", 2) || is("save", 2);
        let at_home = last.starts_with("/home/") || last.starts_with('~');
        if !(copies && at_home) {
            walk.path(last, Access::Overwrite, start, from + text.len());
        }
        if (is("backup", 2) || is("save", 2)) && super::anybodys(last) {
            let reason = "puts all of the database into {object}, where anybody may read it";
            walk.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, whole, last, reason);
        }
        if (is("once", 2) || is("output", 1))
            && !matches!(last, "stdout" | "off" | "/dev/null")
            && !last.starts_with('-')
            || is("clone", 2)
        {
            // What it gives is judged with the query.
            let severity = if is("clone", 2) || super::carried(last) { Severity::Medium } else { Severity::Low };
            walk.writes_file();
            let reason = "puts what a query gives into {object}";
            walk.effect(EffectKind::SqlExfil, severity, Undo::Never, whole, last, reason);
        }
    }
}
