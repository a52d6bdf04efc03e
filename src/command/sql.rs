//! SQL in the arguments of a database client: a scan of tokens, statement by statement.
//!
//! No grammar is needed for the first words of a statement to say what it destroys, and no grammar covers what people type at `psql` and `mysql`.
//! Strings, quoted names, comments and dollar quotes are data (ISO/IEC 9075-2, PostgreSQL "Lexical Structure", MySQL "Comments").

use crate::model::{Effect, EffectKind, Severity, Span, Undo};

/// A token that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// A bare word, and where it begins.
    Word(&'t str, usize),
    /// A quoted name.
    Name(&'t str),
    /// A string or a number.
    Value(&'t str),
    /// Anything else of one character.
    Sign(char),
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        matches!(self, Token::Word(text, _) if text.eq_ignore_ascii_case(word))
    }
}

/// Judges a text of SQL. `verbatim` is where it stands byte for byte, `span` the words that carry it.
pub(super) fn judge(text: &str, verbatim: Option<Span>, span: Span) -> Vec<Effect> {
    let exact = verbatim.filter(|at| at.end - at.start == text.len());
    let mut effects = Vec::new();
    for (tokens, from, to) in statements(text) {
        let place = exact.map_or(span, |at| Span { start: at.start + from, end: at.start + to });
        effects.extend(statement(&tokens).map(|(kind, severity, undo, object, reason)| {
            let object: String = object.chars().take(256).collect();
            let reason = reason.replace("{object}", &object);
            Effect { kind, severity, undo, span: place, object, reason }
        }));
    }
    effects
}

type Verdict = (EffectKind, Severity, Undo, String, &'static str);

fn statement(tokens: &[Token<'_>]) -> Option<Verdict> {
    use EffectKind::{DbDestroy, Opaque, SqlDestroy, SqlExfil, SqlPriv};
    let at = |n: usize| tokens.get(n).copied();
    let is = |n: usize, words: &[&str]| at(n).is_some_and(|token| words.iter().any(|word| token.is(word)));
    let has = |word: &str| tokens.iter().any(|token| token.is(word));
    if is(0, &["EXPLAIN"]) && !has("ANALYZE") {
        return None;
    }
    if let (Some(Token::Sign('\\')), next) = (at(0), at(1)) {
        return match next {
            Some(Token::Sign('!')) => Some((
                Opaque,
                Severity::Medium,
                Undo::Hard,
                String::new(),
                "runs a shell command from inside the client",
            )),
            Some(token) if token.is("copy") && has("to") => {
                Some((SqlExfil, Severity::Medium, Undo::Never, name(tokens, 2), "copies {object} into a file"))
            }
            _ => None,
        };
    }
    if is(0, &["DROP"]) {
        let object = name(tokens, 2);
        return Some(match at(1) {
            Some(t) if t.is("DATABASE") || t.is("SCHEMA") => {
                (DbDestroy, Severity::Critical, Undo::Never, object, "drops the database {object} and all in it")
            }
            Some(t) if t.is("TABLE") => (SqlDestroy, Severity::High, Undo::Never, object, "drops the table {object}"),
            Some(t) if t.is("USER") || t.is("ROLE") => {
                (SqlPriv, Severity::High, Undo::Hard, object, "drops the account {object}")
            }
            _ => (SqlDestroy, Severity::Medium, Undo::Hard, object, "drops {object}"),
        });
    }
    if is(0, &["TRUNCATE"]) {
        let object = name(tokens, 1);
        return Some((SqlDestroy, Severity::High, Undo::Never, object, "empties {object}"));
    }
    if is(0, &["ALTER"]) && has("DROP") {
        let object = name(tokens, 2);
        return Some((SqlDestroy, Severity::High, Undo::Never, object, "drops a part of {object}"));
    }
    if is(0, &["ALTER"]) && is(1, &["SYSTEM"]) {
        return Some((SqlPriv, Severity::Medium, Undo::Easy, String::new(), "changes the database server's settings"));
    }
    if is(0, &["GRANT", "REVOKE"]) || (is(0, &["CREATE", "ALTER"]) && is(1, &["USER", "ROLE"])) {
        return Some((
            SqlPriv,
            Severity::Medium,
            Undo::Easy,
            name(tokens, 2),
            "changes who may do what in the database",
        ));
    }
    if is(0, &["COPY"]) && has("PROGRAM") {
        return Some((
            SqlExfil,
            Severity::High,
            Undo::Never,
            name(tokens, 1),
            "passes {object} to a program on the server",
        ));
    }
    if (is(0, &["COPY"]) && has("TO")) || (has("INTO") && (has("OUTFILE") || has("DUMPFILE"))) {
        return Some((
            SqlExfil,
            Severity::Medium,
            Undo::Never,
            name(tokens, 1),
            "writes rows into a file on the server",
        ));
    }
    changes(tokens)
}

/// `DELETE` and `UPDATE` that reach every row, also behind a `WITH`.
fn changes(tokens: &[Token<'_>]) -> Option<Verdict> {
    let begins = tokens.first().is_some_and(|t| ["DELETE", "UPDATE", "WITH", "EXPLAIN"].iter().any(|word| t.is(word)));
    let at = tokens.iter().position(|t| t.is("DELETE") || t.is("UPDATE")).filter(|_| begins)?;
    let rest = tokens.get(at..).unwrap_or_default();
    let deletes = rest.first().is_some_and(|t| t.is("DELETE"));
    if (deletes && !rest.get(1).is_some_and(|t| t.is("FROM"))) || (!deletes && !rest.iter().any(|t| t.is("SET"))) {
        return None;
    }
    let condition = rest.iter().position(|t| t.is("WHERE")).and_then(|n| rest.get(n + 1..));
    if condition.is_some_and(|condition| !always(condition)) {
        return None;
    }
    let object = name(rest, if deletes { 2 } else { 1 });
    Some(match deletes {
        true => (EffectKind::SqlDestroy, Severity::High, Undo::Never, object, "deletes every row of {object}"),
        false => (EffectKind::SqlDestroy, Severity::High, Undo::Never, object, "overwrites every row of {object}"),
    })
}

/// Whether a condition holds for every row: `1`, `true`, `1=1`, `id = id`, or anything joined to one of them by `OR`.
fn always(condition: &[Token<'_>]) -> bool {
    let joined = condition.iter().any(|t| t.is("OR"));
    trivial(condition) || (joined && condition.windows(3).any(trivial))
}

fn trivial(condition: &[Token<'_>]) -> bool {
    match condition {
        [] => true,
        [Token::Value(v)] => *v != "0",
        [Token::Word(word, _)] => word.eq_ignore_ascii_case("true"),
        [a, Token::Sign('='), b] => match (a, b) {
            (Token::Word(a, _), Token::Word(b, _)) => a.eq_ignore_ascii_case(b),
            (Token::Value(a), Token::Value(b)) | (Token::Name(a), Token::Name(b)) => a == b,
            _ => false,
        },
        _ => false,
    }
}

/// The name that stands from there on, without `IF EXISTS`, `ONLY`, `TABLE`, `FROM`.
fn name(tokens: &[Token<'_>], from: usize) -> String {
    let skipped = ["IF", "EXISTS", "ONLY", "TABLE", "FROM", "NOT"];
    let mut rest = tokens.iter().skip(from).skip_while(|t| skipped.iter().any(|word| t.is(word)));
    let mut out = String::new();
    while let Some(Token::Word(text, _) | Token::Name(text)) = rest.next() {
        out.push_str(text);
        match rest.next() {
            Some(Token::Sign('.')) => out.push('.'),
            _ => break,
        }
    }
    out
}

/// The statements of a text, each with its first and last byte. Every token is read once.
fn statements(text: &str) -> Vec<(Vec<Token<'_>>, usize, usize)> {
    let mut found = Vec::new();
    let mut tokens = Vec::new();
    let (mut from, mut to) = (None, 0);
    let mut at = 0;
    while let Some((token, start, end)) = next(text, at) {
        at = end;
        match token {
            Some(Token::Sign(';')) => found.push((std::mem::take(&mut tokens), from.take().unwrap_or(start), end)),
            Some(token) => {
                from.get_or_insert(start);
                to = end;
                tokens.push(token);
            }
            None => {}
        }
    }
    found.push((tokens, from.unwrap_or(to), to));
    found.retain(|(tokens, _, _)| !tokens.is_empty());
    found
}

/// Makes a token of its text and its place; `None` for what says nothing.
type Make = fn(&str, usize) -> Option<Token<'_>>;

/// The next token from a byte on, with its start and its end; `None` as a token for blanks and comments.
fn next(text: &str, at: usize) -> Option<(Option<Token<'_>>, usize, usize)> {
    let rest = text.get(at..)?;
    let first = rest.chars().next()?;
    let until = |end: &str, skip: usize| {
        let body = rest.get(skip..).unwrap_or_default();
        body.find(end).map_or(rest.len(), |n| skip + n + end.len())
    };
    let run = |keep: &dyn Fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
    let (width, kind): (usize, Make) = match first {
        _ if rest.starts_with("--") => (until("\n", 2), |_, _| None),
        // MySQL runs what stands in `/*! … */`.
        _ if rest.starts_with("/*!") => (3, |_, _| None),
        _ if rest.starts_with("/*") => (until("*/", 2), |_, _| None),
        _ if rest.starts_with("*/") => (2, |_, _| None),
        _ if rest.starts_with("$$") => (until("$$", 2), |t, _| Some(Token::Value(t))),
        '\'' => (quoted(rest, '\''), |t, _| Some(Token::Value(t))),
        '"' => (quoted(rest, '"'), |t, _| Some(Token::Name(t.trim_matches('"')))),
        '`' => (quoted(rest, '`'), |t, _| Some(Token::Name(t.trim_matches('`')))),
        c if c.is_whitespace() => (run(&char::is_whitespace), |_, _| None),
        c if c.is_ascii_digit() => (run(&|c| c.is_ascii_alphanumeric() || c == '.'), |t, _| Some(Token::Value(t))),
        c if c.is_alphabetic() || c == '_' => {
            (run(&|c| c.is_alphanumeric() || c == '_'), |t, at| Some(Token::Word(t, at)))
        }
        c => (c.len_utf8(), |t, _| t.chars().next().map(Token::Sign)),
    };
    let end = at + width;
    Some((kind(text.get(at..end)?, at), at, end))
}

/// The width of a quoted stretch; a doubled or escaped quote does not end it.
fn quoted(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '\'' {
            chars.next();
        } else if c == quote && chars.next_if(|&(_, c)| c == quote).is_none() {
            return at + c.len_utf8();
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<EffectKind> {
        judge(text, None, Span::default()).into_iter().map(|effect| effect.kind).collect()
    }

    #[test]
    fn what_destroys_is_found_behind_comments_case_and_other_statements() {
        use EffectKind::{DbDestroy, SqlDestroy, SqlExfil, SqlPriv};
        for (text, kind) in [
            ("drop/**/table users", SqlDestroy),
            ("select 1; DROP DATABASE \"prod\";", DbDestroy),
            ("TRUNCATE a, b CASCADE", SqlDestroy),
            ("delete from t", SqlDestroy),
            ("delete from t where 1=1", SqlDestroy),
            ("update t set a=1 where true", SqlDestroy),
            ("delete from t where id=5 or 1=1", SqlDestroy),
            ("with x as (select 1) delete from t", SqlDestroy),
            ("/*! drop table t */", SqlDestroy),
            ("alter table t drop column c", SqlDestroy),
            ("grant all on db.* to 'x'@'%'", SqlPriv),
            ("select * from t into outfile '/tmp/x'", SqlExfil),
            ("copy t to program 'curl x'", SqlExfil),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn reading_narrow_changes_and_text_are_quiet() {
        for text in [
            "select * from t",
            "delete from t where id = 5",
            "update t set a = 1 where id in (1,2)",
            "select 'drop table t'",
            "-- drop table t\nselect 1",
            "insert into log values ('truncate x; drop y')",
            "explain delete from t",
            "create table t (id int)",
            "select \"drop\" from t",
            "/* drop table t */ select 1",
            "do $$ begin end $$",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_statement_is_underlined_alone_where_it_stands_in_the_line() {
        let text = "select 1; drop table t;";
        let found = judge(text, Some(Span { start: 9, end: 9 + text.len() }), Span { start: 0, end: 40 });
        assert_eq!(found[0].span, Span { start: 9 + 10, end: 9 + text.len() });
        assert_eq!(found[0].object, "t");
    }
}
