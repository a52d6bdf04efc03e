//! Where statements of SQL end in what is typed at a client, and where the client's own commands stand between them.
//!
//! The scan errs towards "ended": a text that is taken for whole is judged. What waits for more is judged when it ends.

/// How a client reads quotes, comments and backslashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// PostgreSQL "Lexical Structure"; psql(1) "Meta-Commands": a backslash begins one, up to the line's end or `\\`.
    Psql,
    /// MySQL "Comments", "String Literals"; mysql(1) "Commands": a backslash and a letter are one.
    Mysql,
    /// SQLite "SQL Syntax".
    Sqlite,
}

/// A text in its parts; each with the byte that it begins at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    /// SQL.
    pub(super) sql: Vec<(usize, &'t str)>,
    /// Commands of the client, with their backslash.
    pub(super) metas: Vec<(usize, &'t str)>,
    /// Whether the client would act on something of it now.
    pub(super) ended: bool,
}

/// Takes a text apart.
pub(super) fn parts(text: &str, style: Style) -> Parts<'_> {
    let mut parts = Parts::default();
    let (mut at, mut from) = (0, 0);
    // Nothing but blanks and comments behind the last end of a statement.
    let mut bare = true;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with('\\') && style != Style::Sqlite {
            let width = meta(rest, style);
            push(&mut parts.sql, text, from, at);
            push(&mut parts.metas, text, at, at + width);
            (at, from, bare) = (at + width, at + width, true);
            continue;
        }
        let (width, kind) = piece(rest, style);
        at += width;
        match kind {
            Piece::Blank => {}
            Piece::End => bare = true,
            // A quote or comment that is open: more belongs to it.
            Piece::Text | Piece::Open => bare = false,
        }
    }
    push(&mut parts.sql, text, from, text.len());
    parts.ended = bare || !parts.metas.is_empty();
    parts
}

/// Where the first statement of a text ends: its `;`, and what stands behind that. `None` if it is open.
pub(super) fn end(text: &str, style: Style) -> Option<(usize, usize)> {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (width, kind) = piece(rest, style);
        if matches!(kind, Piece::End) {
            return Some((at, at + width));
        }
        at += width;
    }
    None
}

/// The bytes of the blanks and comments that a text begins with.
pub(super) fn blank(text: &str, style: Style) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (width, kind) = piece(rest, style);
        if !matches!(kind, Piece::Blank) {
            break;
        }
        at += width;
    }
    at
}

enum Piece {
    Blank,
    Text,
    End,
    Open,
}

/// The first piece of a text that is not empty: its bytes and what it is.
fn piece(rest: &str, style: Style) -> (usize, Piece) {
    let first = rest.chars().next().unwrap_or(' ');
    let until = |end: &str, skip: usize| {
        let body = rest.get(skip..).unwrap_or_default();
        body.find(end).map(|at| skip + at + end.len())
    };
    let closed = |end: Option<usize>, kind: Piece| end.map_or((rest.len(), Piece::Open), |end| (end, kind));
    // In MySQL two dashes begin a comment only before a blank.
    let dashes =
        rest.strip_prefix("--").is_some_and(|rest| style != Style::Mysql || rest.starts_with(char::is_whitespace));
    match first {
        c if c.is_whitespace() => (c.len_utf8(), Piece::Blank),
        ';' => (1, Piece::End),
        _ if dashes || (first == '#' && style == Style::Mysql) => (until("\n", 0).unwrap_or(rest.len()), Piece::Blank),
        // MySQL runs what stands in `/*! … */`.
        '/' if rest.starts_with("/*") && !rest.starts_with("/*!") && !rest.starts_with("/*M!") => {
            closed(until("*/", 2), Piece::Blank)
        }
        '\'' | '"' => closed(quoted(rest, first, style == Style::Mysql), Piece::Text),
        '`' if style != Style::Psql => closed(quoted(rest, '`', false), Piece::Text),
        '[' if style == Style::Sqlite => closed(until("]", 1), Piece::Text),
        '$' if style == Style::Psql => match dollar(rest) {
            Some(tag) => closed(until(tag, tag.len()), Piece::Text),
            None => (1, Piece::Text),
        },
        'e' | 'E' if style == Style::Psql && rest.get(1..).is_some_and(|rest| rest.starts_with('\'')) => {
            let body = rest.get(1..).unwrap_or_default();
            closed(quoted(body, '\'', true).map(|end| end + 1), Piece::Text)
        }
        c if c.is_alphanumeric() || c == '_' => {
            // A word whole: the `e` in `name'x'` begins no escape string.
            (rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()), Piece::Text)
        }
        c => (c.len_utf8(), Piece::Text),
    }
}

/// The bytes up to the closing quote; a doubled quote does not close.
fn quoted(rest: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// `$tag$`, if the text begins with one.
fn dollar(rest: &str) -> Option<&str> {
    let end = rest.get(1..)?.find('$')? + 1;
    let tag = rest.get(1..end)?;
    let name = tag.chars().all(|c| c.is_alphanumeric() || c == '_') && !tag.starts_with(|c: char| c.is_ascii_digit());
    name.then(|| rest.get(..=end)).flatten()
}

/// The bytes of the client's command that the text begins with.
fn meta(rest: &str, style: Style) -> usize {
    let line = rest.find('\n').unwrap_or(rest.len());
    let letter = rest.chars().nth(1).map_or(0, char::len_utf8);
    match style {
        // Those that take the rest of the line.
        Style::Mysql
            if rest
                .get(1..)
                .is_some_and(|rest| rest.starts_with(['!', '.', 'T', 'P', 'R', 'd', 'u', 'C', 'r', 'h', '?'])) =>
        {
            line
        }
        Style::Mysql | Style::Sqlite => 1 + letter,
        // A shell's command may hold anything.
        Style::Psql if rest.starts_with("\\!") => line,
        // Those that take the rest of the line (psql(1), "Meta-Commands").
        Style::Psql
            if ["\\copy", "\\ef", "\\ev", "\\sf", "\\sv", "\\h"].iter().any(|command| rest.starts_with(command)) =>
        {
            line
        }
        // `\;` sends nothing yet, and what stands behind it is the next statement.
        Style::Psql if rest.starts_with("\\;") => 2,
        Style::Psql => next_meta(rest.get(..line).unwrap_or_default()),
    }
}

/// Where the next command begins: at a backslash that no quotes hold; `\\\\` only ends this one.
fn next_meta(line: &str) -> usize {
    let mut quote = None;
    let mut chars = line.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some('\''), '\\') => drop(chars.next()),
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '\\') => return at + if chars.peek().is_some_and(|(_, next)| *next == '\\') { 2 } else { 0 },
            _ => {}
        }
    }
    line.len()
}

fn push<'t>(parts: &mut Vec<(usize, &'t str)>, text: &'t str, from: usize, to: usize) {
    if let Some(part) = text.get(from..to).filter(|part| !part.trim().is_empty()) {
        parts.push((from, part));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Context, Dialect, analyse};

    fn ended(text: &str, style: Style) -> bool {
        parts(text, style).ended
    }

    #[test]
    fn a_statement_ends_at_its_semicolon_and_at_no_other() {
        for text in [
            "select 1;",
            "select ';';",
            "select 1; -- no more",
            "",
            "  ",
            "-- a note",
            "select $$;$$;",
            "select 1; /* ; */ ",
        ] {
            assert!(ended(text, Style::Psql), "{text}");
        }
        for text in [
            "select 1",
            "select ';",
            "select 1 -- ;",
            "select \";",
            "select $a$ ; $$ ;",
            "/* ;",
            "select 1; select 2",
            "select e'\\';",
        ] {
            assert!(!ended(text, Style::Psql), "{text}");
        }
        assert!(ended("select '\\';", Style::Psql), "a backslash is a letter there");
        assert!(!ended("select '\\';", Style::Mysql), "and here it is not");
        assert!(ended("select `a;b`, 5--1;", Style::Mysql));
        assert!(!ended("select `a;", Style::Mysql));
        assert!(!ended("select [a;", Style::Sqlite));
    }

    #[test]
    fn commands_of_the_client_stand_apart_from_sql() {
        let found = parts("select 1 \\g | sh\ndrop table t;", Style::Psql);
        assert_eq!(found.metas, [(9, "\\g | sh")]);
        assert_eq!(found.sql, [(0, "select 1 "), (16, "\ndrop table t;")]);
        assert!(found.ended);
        assert_eq!(parts("\\x \\\\ drop table t", Style::Psql).sql, [(5, " drop table t")]);
        assert_eq!(parts("select '\\! x';", Style::Psql).metas, []);
        assert_eq!(parts("\\! ls \\\\ x", Style::Psql).metas, [(0, "\\! ls \\\\ x")]);
        assert_eq!(parts("drop table t\\G", Style::Mysql).metas, [(12, "\\G")]);
    }

    /// What a client would do with a line: the kinds of its effects, and whether it would act now.
    #[track_caller]
    fn typed(dialect: Dialect, line: &str, kinds: &[&str], acts: bool) {
        let found = analyse(line, &Context::typed_at(dialect));
        let all: Vec<&str> = found.effects.iter().map(|effect| effect.kind.as_str()).collect();
        assert_eq!((all.as_slice(), found.complete), (kinds, acts), "{dialect:?}: {line}");
    }

    #[test]
    fn what_clients_run_beside_sql_is_judged() {
        use Dialect::{Mysql, Psql, Sqlite};
        typed(Psql, "\\! rm -rf ./x", &["fs.destroy"], true);
        typed(Psql, "select 1 \\g | rm -rf ./x", &["fs.destroy"], true);
        typed(Psql, "\\set x `rm -rf ./x`", &["fs.destroy"], true);
        typed(Psql, "\\copy t to program 'rm -rf ./x'", &["fs.destroy"], true);
        typed(Psql, "\\copy t to '/tmp/t'", &["sql.exfil"], true);
        typed(Psql, "\\gexec", &["opaque"], true);
        typed(Psql, ":x;", &["opaque"], true);
        typed(Psql, "delete from t", &["sql.destroy"], false);
        typed(Psql, "delete from t \\g", &["sql.destroy"], true);
        typed(Mysql, "system rm -rf ./x", &["fs.destroy"], true);
        typed(Mysql, "\\! rm -rf ./x", &["fs.destroy"], true);
        typed(Mysql, "pager rm -rf ./x;", &["fs.destroy"], true);
        typed(Mysql, "drop table t\\G", &["sql.destroy"], true);
        typed(Sqlite, ".shell rm -rf ./x", &["fs.destroy"], true);
        typed(Sqlite, ".once |rm -rf ./x", &["fs.destroy"], true);
        typed(Sqlite, ".open --new x.db", &["db.destroy"], true);
        typed(Sqlite, "delete from t\ngo", &["sql.destroy"], true);
    }

    #[test]
    fn what_people_ask_all_day_is_quiet() {
        use Dialect::{Mysql, Psql, Sqlite};
        for line in [
            "\\d t",
            "\\l",
            "\\x",
            "\\timing",
            "\\! ls",
            "select a::text, :x from t;",
            "\\copy t to stdout",
            "\\pset pager off",
            "\\q",
        ] {
            typed(Psql, line, &[], true);
        }
        for line in ["show tables;", "use shop", "system ls", "pager less -S", "select 1\\G", "\\s", "exit"] {
            typed(Mysql, line, &[], true);
        }
        for line in [".tables", ".schema t", ".mode box", ".headers on", ".shell ls", "select * from t;", ".quit"] {
            typed(Sqlite, line, &[], true);
        }
        typed(Psql, "select *", &[], false);
    }
}
