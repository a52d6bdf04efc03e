//! The client of MySQL and MariaDB: SQL, and its own commands (mysql(1), "mysql Client Commands").

use super::statement::{Style, parts};
use crate::command::catalogue::Access;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a line; answers whether the client would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    // A named command is one only where a statement begins.
    let line = text.trim_start();
    // A named command ends with its line; what follows is judged by itself, with another end of statements if it said so.
    if let Some((first, rest)) = line.split_once('\n')
        && named(first, text.len() - line.len(), walk)
    {
        let from = text.len() - rest.len();
        let end = first.trim().to_ascii_lowercase().strip_prefix("delimiter").map(|end| end.trim().to_owned());
        match end.filter(|end| !end.is_empty() && end != ";" && end.is_ascii()) {
            Some(end) => {
                let plain = rest.replace(&end, &format!("{:width$}", ";", width = end.len()));
                parts(&plain, Style::Mysql).sql.iter().for_each(|(start, sql)| walk.sql(sql, from + start));
                return plain.trim_end().ends_with(';');
            }
            None => {
                after_named(first, text.len() - line.len(), walk);
                return statements(rest, from, walk);
            }
        }
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
    if !line.trim_end().contains('\n') && named(line, text.len() - line.len(), walk) {
        after_named(line, text.len() - line.len(), walk);
        return true;
    }
    statements(text, 0, walk)
}

/// What stands behind a named command on its line: the client looks for the end of a statement first (`tee x; DROP TABLE t;`).
fn after_named(line: &str, start: usize, walk: &mut Walk<'_>) {
    let rest = line.get(command_end(line)..).unwrap_or_default();
    statements(rest.trim_start_matches(';'), start + line.len() - rest.trim_start_matches(';').len(), walk);
}

/// Where a command by its name ends: at the end of a statement, outside of quotes.
fn command_end(line: &str) -> usize {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match quote {
            None if c == ';' => return at,
            None => quote = Some(c).filter(|c| matches!(c, '\'' | '"' | '`')),
            Some(open) if open == c => quote = None,
            Some(_) => {}
        }
    }
    line.len()
}

/// Judges statements, each of which may be a command by its name; answers whether the client would act on the last one now.
fn statements(text: &str, from: usize, walk: &mut Walk<'_>) -> bool {
    let parts = parts(text, Style::Mysql);
    for (start, sql) in &parts.sql {
        let mut at = 0;
        while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
            let bare = rest.trim_start();
            let begin = at + rest.len() - bare.len();
            if named(bare, from + start + begin, walk) {
                at = begin + command_end(bare) + 1;
                continue;
            }
            walk.sql(rest, from + start + at);
            // A command by its name may stand behind any end of a statement.
            for (end, _) in rest.match_indices(';') {
                let behind = rest.get(end + 1..).unwrap_or_default();
                let next = behind.split(';').next().unwrap_or_default();
                let blank = next.len() - next.trim_start().len();
                named(next.trim(), from + start + at + end + 1 + blank, walk);
            }
            break;
        }
    }
    for (start, command) in &parts.metas {
        let start = from + start;
        let rest = command.get(2..).unwrap_or_default();
        match command.chars().nth(1) {
            Some('!') => client("system", rest, start + 2, walk),
            Some('P') => client("pager", rest, start + 2, walk),
            Some('T') => client("tee", rest, start + 2, walk),
            Some('.') => client("source", rest, start + 2, walk),
            Some('e') => client("edit", rest, start + 2, walk),
            _ => {}
        }
    }
    parts.ended
}

fn named(line: &str, start: usize, walk: &mut Walk<'_>) -> bool {
    let end = line.find(|c: char| c.is_whitespace() || c == ';').unwrap_or(line.len());
    let name = line.get(..end).unwrap_or_default().to_ascii_lowercase();
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
    );
    if known {
        client(&name, line.get(end..command_end(line).max(end)).unwrap_or_default(), start + end, walk);
    }
    known
}

fn client(name: &str, rest: &str, start: usize, walk: &mut Walk<'_>) {
    let argument = rest.split(';').next().unwrap_or_default().trim();
    match name {
        "system" => walk.shell(rest, start),
        "pager" if !argument.is_empty() => {
            if argument.contains('>') || argument.starts_with("tee ") {
                let span = walk.span(start, start + rest.len());
                let reason = "puts what queries give into a file ({object})";
                walk.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, span, argument, reason);
            }
            walk.shell_fed(rest.trim_end().trim_end_matches(';'), start);
        }
        "tee" if !argument.is_empty() => walk.path(argument, Access::Append, start, start + rest.len()),
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
        assert_eq!(kinds("tee /tmp/all.txt; drop table cards;"), ["sql.destroy"]);
        assert_eq!(kinds("prompt x; drop database shop;"), ["db.destroy"]);
        assert_eq!(kinds("select 1; system rm -rf /srv;"), ["fs.destroy"]);
        assert!(kinds("nopager\nselect 1; tee /etc/cron.d/x;").contains(&"persistence"));
        for line in
            ["tee /tmp/all.txt; select 1; notee", "pager less -S; select 1;", "select 1; status;", "tee out.txt"]
        {
            assert_eq!(kinds(line), [""; 0], "{line}");
        }
    }
}
