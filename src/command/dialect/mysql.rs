//! The client of MySQL and MariaDB: SQL, and its own commands (mysql(1), "mysql Client Commands").

use super::statement::{Style, blank, end, parts};
use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line; answers whether the client would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    let line = text.trim_start();
    // What follows another end of statements is judged with that one.
    if let Some((first, rest)) = line.split_once('\n')
        && let Some(end) = first.trim().to_ascii_lowercase().strip_prefix("delimiter").map(str::trim)
        && !matches!(end, "" | ";")
        && end.is_ascii()
    {
        let from = text.len() - rest.len();
        let plain = rest.replace(end, &format!("{:width$}", ";", width = end.len()));
        statements(&plain, from, walk);
        return plain.trim_end().ends_with(';');
    }
    // `delimiter $$ drop table t$$`: the client takes the rest of the line for the mark; whoever pastes it means the statement.
    if let Some(rest) =
        line.get(..10).filter(|word| word.eq_ignore_ascii_case("delimiter ")).and_then(|_| line.get(10..))
        && let Some((mark, statement)) = rest.trim_start().split_once(' ')
        && !line.contains('\n')
    {
        let start = text.len() - statement.len();
        walk.sql(&statement.replace(mark, ";"), start);
        return true;
    }
    statements(text, 0, walk)
}

/// Judges statements, and the commands by their names that may stand in the place of any: the client looks for the end of a statement, or of
/// the line, before it looks for its commands (`tee x; DROP TABLE t;`). Answers whether it would act on the last of them now.
fn statements(text: &str, from: usize, walk: &mut Walk<'_>) -> bool {
    let parts = parts(text, Style::Mysql);
    if parts.metas.iter().any(|(_, command)| command.starts_with("\\T")) {
        walk.writes_file();
    }
    let mut acts = parts.ended;
    for (start, chunk) in &parts.sql {
        let start = from + start;
        // Up to where what stands behind a command was judged as the shell's, too.
        let mut shelled = 0;
        // Where the SQL begins that is not judged yet, and where the next statement does.
        let (mut sql, mut at) = (0, 0);
        while let Some(rest) = chunk.get(at..).filter(|rest| !rest.trim().is_empty()) {
            let begin = at + blank(rest, Style::Mysql);
            let bare = chunk.get(begin..).unwrap_or_default();
            let line = bare.split('\n').next().unwrap_or_default();
            if let Some(width) = named(line, start + begin, walk) {
                // With another end of statements, which may have been set before, all of the line is the command's.
                let runs = ["system", "pager"]
                    .iter()
                    .any(|name| line.get(..6).unwrap_or(line).to_ascii_lowercase().starts_with(name));
                if runs && begin >= shelled {
                    shelled = begin + line.len();
                    also_shell(line.get(width..).unwrap_or_default(), start + begin + width, walk);
                }
                walk.sql(chunk.get(sql..begin).unwrap_or_default(), start + sql);
                at = begin + width;
                (sql, acts) = (at, acts || chunk.get(at..).is_none_or(|rest| rest.trim().is_empty()));
            } else {
                at = end(bare, Style::Mysql).map_or(chunk.len(), |(_, after)| begin + after);
            }
        }
        walk.sql(chunk.get(sql..).unwrap_or_default(), start + sql);
    }
    for (start, command) in &parts.metas {
        let (start, rest) = (from + start, command.get(2..).unwrap_or_default());
        match command.chars().nth(1) {
            Some('!') => client("system", rest, start + 2, walk),
            Some('P') => client("pager", rest, start + 2, walk),
            Some('T') => client("tee", rest, start + 2, walk),
            Some('.') => client("source", rest, start + 2, walk),
            Some('e') => client("edit", rest, start + 2, walk),
            _ => {}
        }
    }
    acts
}

/// A command by its name, judged; how many bytes of its line it takes.
fn named(line: &str, start: usize, walk: &mut Walk<'_>) -> Option<usize> {
    let name_end = line.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(line.len());
    let name = line.get(..name_end).unwrap_or_default().to_ascii_lowercase();
    let known = matches!(
        name.as_str(),
        "system"
            | "pager"
            | "nopager"
            | "tee"
            | "notee"
            | "edit"
            | "source"
            | "delimiter"
            | "prompt"
            | "help"
            | "quit"
            | "exit"
            | "status"
            | "clear"
            | "connect"
            | "rehash"
            | "charset"
            | "warnings"
            | "nowarning"
            | "ego"
            | "go"
            | "print"
            | "use"
    );
    if !known {
        return None;
    }
    let (end, after) = end(line, Style::Mysql).unwrap_or((line.len(), line.len()));
    client(&name, line.get(name_end..end).unwrap_or_default(), start + name_end, walk);
    Some(after)
}

/// What begins a statement that people type behind a command.
const SQL: [&str; 9] = ["select", "show", "insert", "update", "delete", "drop", "use", "notee", "explain"];

/// Judges the parts of what stands behind a command that begin no statement as a shell's.
fn also_shell(more: &str, start: usize, walk: &mut Walk<'_>) {
    let mut at = 0;
    for part in more.split(';') {
        let first = part.split_whitespace().next().unwrap_or_default();
        if !first.is_empty() && !SQL.iter().any(|word| first.eq_ignore_ascii_case(word)) {
            walk.shell(part, start + at);
        }
        at += part.len() + 1;
    }
}

fn client(name: &str, rest: &str, start: usize, walk: &mut Walk<'_>) {
    let argument = rest.trim().trim_end_matches(';').trim();
    match name {
        "system" => walk.shell(rest, start),
        "pager" if !argument.is_empty() => {
            if argument.contains('>') || argument.starts_with("tee ") {
                let span = walk.span(start, start + rest.len());
                let reason = "puts what queries give into a file ({object})";
                walk.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, span, argument, reason);
            }
            walk.shell_fed_later(rest.trim_end().trim_end_matches(';'), start);
        }
        "tee" if !argument.is_empty() => {
            walk.path(argument, Access::Append, start, start + rest.len());
            walk.writes_file();
        }
        "source" if super::anybodys(argument) => {
            let span = walk.span(start, start + rest.len());
            walk.opaque(Severity::Medium, span, "runs a file that anybody may have written");
        }
        "edit" => {
            let span = walk.span(start, start + rest.len());
            walk.opaque(Severity::Medium, span, "runs what comes back from an editor");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::command::{Context, Dialect, analyse};

    fn kinds(line: &str) -> Vec<&'static str> {
        analyse(line, &Context::typed_at(Dialect::Mysql)).effects.iter().map(|effect| effect.kind.as_str()).collect()
    }

    /// As MariaDB's client reads them: it looks for the end of a statement before it looks for a command.
    #[test]
    fn what_stands_behind_a_command_by_its_name_is_judged() {
        for (line, kind) in [
            ("tee /tmp/all.txt; drop table cards;", "sql.destroy"),
            ("tee \"a\\\"b\"; drop table t;", "sql.destroy"),
            ("tee x /* it's */ ; drop database shop;", "db.destroy"),
            ("prompt x; drop database shop;", "db.destroy"),
            ("notee\nnowarning\ndrop database shop;", "db.destroy"),
            ("\n\nnotee\nnopager\ndrop table t;", "sql.destroy"),
            ("pager less\npager more\ntruncate users;", "sql.destroy"),
            ("select 1; nopager x\ndrop database shop;", "db.destroy"),
            ("select 1; system rm -rf /srv;", "fs.destroy"),
            ("use shop\ndrop table t;", "sql.destroy"),
            ("/* x */ system rm -rf /srv;", "fs.destroy"),
            ("# hi\nsystem rm -rf /srv", "fs.destroy"),
            ("delimiter //\nsystem rm -rf /srv", "fs.destroy"),
            ("system ls; use x; rm -rf /srv", "fs.destroy"),
            ("pager cat; rm -rf /srv", "fs.destroy"),
            ("nopager\nselect 1; tee /etc/cron.d/x;", "persistence"),
            ("system echo a; rm -rf /srv", "fs.destroy"),
            ("\\T x\nsystem ls; notee; drop table t;", "sql.destroy"),
        ] {
            assert!(kinds(line).contains(&kind), "{line}");
        }
        for line in [
            "tee /tmp/all.txt; select 1; notee",
            "pager less -S; select 1;",
            "select 1; status;",
            "tee out.txt",
            "system ls; select 1;",
            "insert into notes values ('step 1; system reboot; step 2');",
            "select 1; -- ; system reboot",
        ] {
            assert_eq!(kinds(line), [""; 0], "{line}");
        }
    }
}
