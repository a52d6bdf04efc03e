//! PostgreSQL's client: SQL, and what its meta-commands run (psql(1), "Meta-Commands").

use super::statement::{Style, parts};
use crate::command::catalogue::Access;
use crate::command::sql;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line; answers whether the client would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    let parts = parts(text, Style::Psql);
    // Where a query's rows go is said before it (`\o`) or at its end (`\g`).
    let last = parts.sql.iter().rfind(|(_, sql)| !sql.trim().is_empty()).map_or(0, |(start, _)| *start);
    let sends = |start: usize, command: &str| {
        let name = command.split_whitespace().next().unwrap_or_default();
        !command.contains('|') && (matches!(name, "\\o" | "\\out") && start < last || matches!(name, "\\g" | "\\gx"))
    };
    for (start, command) in parts.metas.iter().filter(|(start, command)| sends(*start, command)) {
        meta(command, *start, walk);
    }
    for (start, sql) in &parts.sql {
        walk.sql(sql, *start);
        variable(sql, *start, walk);
    }
    for (start, command) in parts.metas.iter().filter(|(start, command)| !sends(*start, command)) {
        meta(command, *start, walk);
    }
    parts.ended
}

fn meta(command: &str, start: usize, walk: &mut Walk<'_>) {
    let end = command.find(char::is_whitespace).unwrap_or(command.len());
    let (name, rest) = (command.get(1..end).unwrap_or_default(), command.get(end..).unwrap_or_default());
    let whole = walk.span(start, start + command.len());
    if let Some(shell) = command.strip_prefix("\\!") {
        walk.shell(shell, start + 2);
        return;
    }
    // What stands in backquotes a shell runs, whatever the command.
    let mut quoted = rest.match_indices('`').map(|(at, _)| at);
    while let (Some(open), Some(close)) = (quoted.next(), quoted.next()) {
        walk.shell(rest.get(open + 1..close).unwrap_or_default(), start + end + open + 1);
    }
    let piped = || rest.find('|').map(|at| (at + 1, rest.get(at + 1..).unwrap_or_default()));
    match name {
        "o" | "out" | "w" | "write" | "g" | "gx" => match piped() {
            Some((at, shell)) if matches!(name, "o" | "out") => walk.shell_fed_later(shell, start + end + at),
            Some((at, shell)) => walk.shell_fed(shell, start + end + at),
            None => {
                path(rest, Access::Overwrite, start + end, walk);
                let file = rest.trim();
                if !matches!(name, "w" | "write")
                    && !file.is_empty()
                    && !file.starts_with(['(', '`'])
                    && file != "/dev/null"
                {
                    let severity = if super::carried(file) { Severity::Medium } else { Severity::Low };
                    walk.writes_file();
                    let reason = "puts what a query gives into {object}";
                    walk.effect(EffectKind::SqlExfil, severity, Undo::Never, whole, file, reason);
                }
            }
        },
        "copy" => {
            let words = || rest.split_whitespace().map(str::to_ascii_lowercase);
            match program(rest) {
                Some((at, shell)) if words().any(|word| word == "to") => walk.shell_fed(shell, start + end + at),
                Some((at, shell)) => walk.shell(shell, start + end + at),
                None if words().any(|word| word == "to")
                    && !words().any(|word| word == "stdout" || word == "pstdout") =>
                {
                    let table = rest.split_whitespace().next().unwrap_or_default();
                    let reason = "copies {object} into a file";
                    let severity = if is_report(rest) { Severity::Low } else { Severity::Medium };
                    walk.effect(EffectKind::SqlExfil, severity, Undo::Never, whole, table, reason);
                    if severity == Severity::Low {
                        walk.sql(rest, start + end);
                    }
                }
                // To the screen it is what `TABLE` or a query is.
                None if words().any(|word| word == "to") => walk.sql(command.get(1..).unwrap_or_default(), start + 1),
                None => {}
            }
        }
        "set" if ["HISTFILE", "HISTSIZE", "HISTCONTROL"].iter().any(|name| rest.trim_start().starts_with(name)) => {
            let reason = "keeps what follows out of the client's history";
            walk.effect(EffectKind::LogTamper, Severity::Medium, Undo::Easy, whole, rest.trim(), reason);
        }
        "i" | "ir" | "include" | "include_relative" if super::anybodys(rest) => {
            walk.opaque(Severity::Medium, whole, "runs a file that anybody may have written");
        }
        "password" => {
            let reason = "changes a password";
            walk.effect(EffectKind::SqlPriv, Severity::Medium, Undo::Hard, whole, rest.trim(), reason);
        }
        "gexec" => walk.opaque(Severity::Medium, whole, "runs what a query gives as SQL, which nobody has read"),
        "e" | "edit" | "ef" | "ev" => walk.opaque(Severity::Medium, whole, "runs what comes back from an editor"),
        "setenv" => {
            let words: Vec<&str> = rest.split_whitespace().collect();
            if let [variable, _, ..] = words.as_slice()
                && !matches!(*variable, "TZ" | "LC_ALL" | "LANG" | "COLUMNS")
            {
                let reason = "{object} makes programs that start later run something else";
                walk.effect(EffectKind::Evasion, Severity::Medium, Undo::Easy, whole, variable, reason);
            }
        }
        "lo_unlink" => {
            let reason = "deletes the large object {object}";
            walk.effect(EffectKind::SqlDestroy, Severity::High, Undo::Never, whole, rest.trim(), reason);
        }
        "lo_import" => path(rest.split_whitespace().next().unwrap_or_default(), Access::Read, start + end, walk),
        "lo_export" => {
            let reason = "copies the large object {object} into a file";
            walk.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, whole, rest.trim(), reason);
        }
        _ => {}
    }
}

/// The command of `… program 'command'`, and where it stands.
fn program(rest: &str) -> Option<(usize, &str)> {
    let at = rest.to_ascii_lowercase().find("program")? + "program".len();
    let open = rest.get(at..)?.find('\'')? + at + 1;
    let close = rest.get(open..)?.rfind('\'')? + open;
    Some((open, rest.get(open..close)?))
}

fn path(rest: &str, access: Access, start: usize, walk: &mut Walk<'_>) {
    let name = rest.trim();
    if !name.is_empty() && !name.starts_with('(') {
        let at = start + (rest.len() - rest.trim_start().len());
        walk.path(name.trim_matches('\''), access, at, at + name.len());
    }
}

/// A statement that begins with a variable is whatever was put into it.
fn variable(sql: &str, start: usize, walk: &mut Walk<'_>) {
    let mut from = start;
    for statement in sql.split(';') {
        let text = statement.trim_start();
        if text.starts_with(':') && !text.starts_with("::") {
            let span = walk.span(from + statement.len() - text.len(), from + statement.len());
            walk.opaque(Severity::Medium, span, "the text does not say which statement runs");
        }
        from += statement.len() + 1;
    }
}

/// `(select pair, mid from fx_rates where day = '2024-06-11') to 'fx.csv'`: what a query gives that takes no table whole, of no people, to
/// where somebody works.
fn is_report(rest: &str) -> bool {
    let Some((query, to)) = rest.trim_start().strip_prefix('(').and_then(|rest| rest.rsplit_once(") ")) else {
        return false;
    };
    let file = to.split_whitespace().nth(1).unwrap_or_default();
    let mut names = query.split(|c: char| !c.is_alphanumeric() && c != '_');
    sql::taken_whole(query).is_none() && !names.any(sql::people) && !super::carried(file) && !file.starts_with("'/")
}
