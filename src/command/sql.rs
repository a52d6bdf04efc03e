//! SQL in the arguments of a database client: a scan of tokens, statement by statement.
//!
//! No grammar is needed for the first words of a statement to say what it destroys, and no grammar covers what people type at `psql` and `mysql`.
//! Strings, quoted names, comments and dollar quotes are data (ISO/IEC 9075-2, PostgreSQL "Lexical Structure", MySQL "Comments").

use crate::model::{Effect, EffectKind, Severity, Span, Undo};

mod known;
mod reads;
mod rules;
mod texts;

pub(super) use reads::people;

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
        matches!(self, Token::Word(text, _) | Token::Name(text) if text.eq_ignore_ascii_case(word))
    }

    /// Whether it is one of the words `A|B|C`.
    fn any(&self, words: &str) -> bool {
        words.split('|').any(|word| self.is(word))
    }

    fn text(&self) -> &str {
        match self {
            Token::Word(text, _) | Token::Name(text) | Token::Value(text) => text,
            Token::Sign(_) => "",
        }
    }
}

/// Judges a text of SQL. `verbatim` is where it stands byte for byte, `span` the words that carry it; `whole` says that its last statement runs
/// although nothing ends it.
pub(super) fn judge(text: &str, verbatim: Option<Span>, span: Span, whole: bool) -> Vec<Effect> {
    let exact = verbatim.filter(|at| at.end - at.start == text.len());
    let decoded = unescaped(text);
    let exact = exact.filter(|_| decoded.is_none());
    let text = decoded.as_deref().unwrap_or(text);
    let mut effects = Vec::new();
    if let Some(file) = spooled(text) {
        let reason = format!("puts what queries give into {file}");
        let (kind, severity, undo) = (EffectKind::SqlExfil, Severity::Medium, Undo::Never);
        effects.push(Effect { kind, severity, undo, span, object: file.to_owned(), reason });
    }
    let all = statements(text);
    let executes = all.iter().any(|(tokens, _, _)| tokens.first().is_some_and(|t| t.any("PREPARE|EXECUTE|EXEC|CALL")));
    for (tokens, from, to) in all {
        let place = exact.map_or(span, |at| Span { start: at.start + from, end: at.start + to });
        let mut found = Vec::new();
        if executes || !tokens.first().is_some_and(|t| t.is("SET")) {
            statement(&tokens, 0, &mut found);
        } else {
            by_rows(&tokens, &mut found);
        }
        if found.is_empty()
            && (whole || text.get(..to).is_some_and(|text| text.ends_with(';')))
            && !known::known(&tokens)
        {
            let reason = UNKNOWN;
            let word = tokens.first().map_or("", Token::text).to_owned();
            found.push((EffectKind::Opaque, Severity::Medium, Undo::Hard, word, reason));
        }
        effects.extend(found.into_iter().map(|(kind, severity, undo, object, reason)| {
            let object: String = object.chars().take(256).collect();
            let reason = reason.replace("{object}", &object);
            Effect { kind, severity, undo, span: place, object, reason }
        }));
    }
    effects
}

/// The text with its `U&'\0044\0052'` written out (PostgreSQL, "String Constants with Unicode Escapes"); `None` if it has none.
fn unescaped(text: &str) -> Option<String> {
    let mark = text.find("U&").or_else(|| text.find("u&"))?;
    if !text.get(mark + 2..)?.starts_with(['\'', '"']) || !text.contains('\\') {
        return None;
    }
    let (head, mut rest) = text.split_at_checked(mark)?;
    let mut out = head.to_owned();
    rest = rest.get(2..)?;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (skipped, width) = if after.starts_with('+') { (1, 6) } else { (0, 4) };
        let digits = after.get(skipped..skipped + width);
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32) {
            // (What would end the string stays as it is.)
            Some(c) if c.is_alphanumeric() || matches!(c, ' ' | '_') => {
                out.push(c);
                rest = after.get(skipped + width..).unwrap_or_default();
            }
            Some(_) | None => {
                out.push('\\');
                rest = after;
            }
        }
    }
    Some(out + rest)
}

/// The file that SQL*Plus is told to write into (`spool FILE`, a line of its own).
fn spooled(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let spool = words.next().is_some_and(|word| word.eq_ignore_ascii_case("spool"));
        words.next().filter(|file| spool && !file.trim_end_matches(';').eq_ignore_ascii_case("off"))
    })
}

/// The table that a query takes whole: columns of every row, no count and no sum, and none of the server's own tables.
pub(super) fn taken_whole(text: &str) -> Option<String> {
    statements(text).into_iter().find_map(|(tokens, _, _)| {
        let narrows = "WHERE|LIMIT|TOP|COUNT|SUM|AVG|MIN|MAX|GROUP|FETCH|JOIN|DISTINCT|EXISTS";
        if tokens.first()?.is("COPY") && tokens.iter().any(|token| token.is("STDOUT")) {
            let table = name(&tokens, 1);
            return Some(if table.is_empty() { "what a query gives".to_owned() } else { table });
        }
        if !tokens.first()?.is("SELECT") || tokens.iter().any(|token| token.any(narrows)) {
            return None;
        }
        let from = tokens.iter().position(|token| token.is("FROM"))?;
        let table = name(&tokens, from + 1);
        let whole = tokens.get(1..from).unwrap_or_default().iter().any(|token| matches!(token, Token::Sign('*')));
        // A few columns by name, of no people, are a report.
        if !whole && !people(&table) && tokens.len() < 12 {
            return None;
        }
        let own = ["pg_", "information_schema", "performance_schema", "sys.", "sqlite_", "mysql.", "v$", "system."];
        (!table.is_empty() && !own.iter().any(|own| table.to_ascii_lowercase().starts_with(own))).then_some(table)
    })
}

/// Whether a query gives statements as text: `select 'drop table ' || tablename …`.
pub(super) fn builds(text: &str) -> bool {
    statements(text).iter().any(|(tokens, _, _)| {
        tokens.first().is_some_and(|t| t.any("SELECT|WITH"))
            && tokens.iter().any(|token| match token {
                Token::Value(text) => {
                    let word = text.trim_start_matches(['\'', '$', ' ']).split([' ', '\'']).next().unwrap_or_default();
                    Token::Word(word, 0).any("DROP|TRUNCATE|DELETE|ALTER|GRANT|REVOKE|UPDATE|KILL")
                }
                Token::Word(..) | Token::Name(_) | Token::Sign(_) => false,
            })
    })
}

/// The texts that a statement hands to functions of which nobody said that they take them for data, or that are the body of a function.
pub(super) fn given(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.contains(['\'', '$']) {
        return found;
    }
    for (tokens, _, _) in statements(text) {
        let defines = tokens.first().is_some_and(|t| t.is("CREATE"))
            && tokens.iter().take(5).any(|t| t.any("FUNCTION|PROCEDURE|EVENT|TRIGGER"));
        let mut calls: Vec<bool> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match token {
                Token::Sign('(') => {
                    let data = before.is_none_or(|t| !matches!(t, Token::Word(..)) || t.any(DATA));
                    calls.push(!data && calls.last().copied().unwrap_or(true));
                }
                Token::Sign(')') => drop(calls.pop()),
                Token::Value(text)
                    if (calls.last().copied().unwrap_or(false) || defines && before.is_some_and(|t| t.is("AS")))
                        && text.contains(' ')
                        && found.len() < MAX_GIVEN =>
                {
                    let tag = if text.starts_with('$') { dollar(text).unwrap_or_default() } else { "'" };
                    let inner = text.strip_prefix(tag).unwrap_or(text);
                    found.push(inner.strip_suffix(tag).unwrap_or(inner).replace("''", "'"));
                }
                _ => {}
            }
        }
    }
    found
}

/// Words before a parenthesis in which texts are data.
const DATA: &str = "COPY|TO|USING|WITH|RETURNING|EXCEPT|UNION|BY|HAVING|LIMIT|THEN|ELSE|WHEN|CASE|INTO|TABLE|VIEW|DEFAULT|CHECK|EXPLAIN|VALUES|VALUE|IN|ANY|ALL|SOME|AND|OR|NOT|WHERE|ON|AS|SELECT|FROM|LIKE|ILIKE|COUNT|LENGTH|CHAR_LENGTH|LOWER|UPPER|REPLACE|CONCAT|CONCAT_WS|STRPOS|POSITION|INSTR|SUBSTR|SUBSTRING|TRIM|LTRIM|RTRIM|COALESCE|NULLIF|IFNULL|MD5|SHA1|SHA256|DIGEST|TO_TSVECTOR|TO_TSQUERY|PLAINTO_TSQUERY|WEBSEARCH_TO_TSQUERY|REGEXP_REPLACE|REGEXP_MATCHES|REGEXP_LIKE|REGEXP_MATCH|SPLIT_PART|STRING_TO_ARRAY|QUOTE_LITERAL|QUOTE_IDENT|FORMAT|PRINT|TO_CHAR|TO_DATE|TO_TIMESTAMP|CAST|CONVERT|DATE|HEX|QUOTE|REVERSE|REPEAT|STARTS_WITH|MATCH|AGAINST|GLOB|JSON_EXTRACT|JSON_OBJECT|JSON_ARRAY|JSONB_BUILD_OBJECT|ARRAY|GROUP_CONCAT|STRING_AGG|LISTAGG|VARCHAR|CHAR|ENUM|SET|PARTITION|KEY|INDEX|OVER|DECODE|LEVENSHTEIN|SIMILARITY|INITCAP|ASCII|LPAD|RPAD|LEFT|RIGHT|LOCATE|FIND_IN_SET|ISNULL|NVL|IIF|IF|HAS_TABLE_PRIVILEGE|HAS_COLUMN_PRIVILEGE|HAS_ANY_COLUMN_PRIVILEGE|HAS_DATABASE_PRIVILEGE|HAS_SCHEMA_PRIVILEGE|HAS_FUNCTION_PRIVILEGE|HAS_SEQUENCE_PRIVILEGE|PG_HAS_ROLE|TO_REGCLASS|STRFTIME|DATE_FORMAT|DATE_TRUNC|STR_TO_DATE";

/// Texts of one statement.
const MAX_GIVEN: usize = 8;

type Verdict = (EffectKind, Severity, Undo, String, &'static str);

/// Judges one statement, and the statements that it carries in strings and behind `EXPLAIN ANALYZE`, `PREPARE … AS`, `WITH`.
fn statement(tokens: &[Token<'_>], depth: usize, found: &mut Vec<Verdict>) {
    let is = |n: usize, words: &str| tokens.get(n).is_some_and(|token| token.any(words));
    let has = |word: &str| tokens.iter().any(|token| token.any(word));
    if depth > MAX_DEPTH || (is(0, "EXPLAIN|DESCRIBE|DESC|SHOW|HELP") && !has("ANALYZE|ANALYSE")) {
        return;
    }
    if is(0, "EXPLAIN") {
        let inner = tokens.iter().position(|t| t.any("DELETE|UPDATE|INSERT|MERGE|WITH|SELECT|CREATE|EXECUTE"));
        return statement(inner.and_then(|at| tokens.get(at..)).unwrap_or_default(), depth + 1, found);
    }
    let before = found.len();
    by_rows(tokens, found);
    found.extend(changes(tokens));
    for row in rules::CALLS {
        if let Some(at) = tokens.windows(2).position(|pair| matches!(pair, [t, Token::Sign('(')] if t.any(row.names))) {
            let called = tokens.get(at).map_or("", |token| token.text());
            found.push((row.kind, row.severity, row.undo, called.to_owned(), row.reason));
        }
    }
    if is(0, "SELECT|TABLE|WITH|COPY") {
        found.extend(reads::shown(tokens));
    }
    // Out of the database, and not into a table: `COPY INTO 's3://…' FROM t`, `COPY INTO @stage FROM t`.
    if is(0, "COPY") && is(1, "INTO") && matches!(tokens.get(2), Some(Token::Value(_) | Token::Sign('@'))) {
        let to = tokens.get(2).map_or("", |token| token.text());
        let reason = "copies data out of the database ({object})";
        found.push((EffectKind::SqlExfil, Severity::Medium, Undo::Never, to.to_owned(), reason));
    }
    if is(0, "PREPARE|CREATE") && has("AS|DO") {
        let inner = tokens.iter().position(|t| t.any("AS|DO")).and_then(|at| tokens.get(at + 1..)).unwrap_or_default();
        if is(0, "PREPARE") || is(1, "EVENT") {
            statement(inner, depth + 1, found);
        }
    }
    // The body of a routine, which a later statement calls.
    if is(0, "CREATE") && has("PROCEDURE|FUNCTION|TRIGGER|EVENT") {
        let body = tokens.iter().position(|t| t.is("BEGIN")).and_then(|at| tokens.get(at + 1..)).unwrap_or_default();
        statement(body, depth + 1, found);
    }
    // What a statement runs from strings: `DO $$ … $$`, `EXECUTE 'DROP ' || x`, `SET @q = '…'`.
    let carries = is(0, "DO|PREPARE|EXECUTE|EXEC|CALL|BEGIN|DECLARE")
        || (is(0, "SET") && has("@"))
        || tokens.iter().any(|t| t.any("EXECUTE|PREPARE|QUERY_TO_XML|QUERY_TO_XMLSCHEMA|QUERY_TO_XML_AND_XMLSCHEMA"));
    if carries || tokens.first().is_some_and(|t| matches!(t, Token::Word(..))) && is(0, "SET") {
        for text in texts::texts(tokens) {
            for (tokens, _, _) in statements(&text) {
                let tokens =
                    tokens.iter().position(|t| t.any(VERBS)).and_then(|at| tokens.get(at..)).unwrap_or_default();
                statement(tokens, depth + 1, found);
            }
        }
        // Oracle's blocks stand in no quotes.
        let unsaid = |three: &[Token<'_>]| {
            matches!(three, [execute, immediate, said]
                if execute.is("EXECUTE") && immediate.is("IMMEDIATE") && !matches!(said, Token::Value(_)))
        };
        let built = is(0, "DO|DECLARE|BEGIN")
            && (tokens.iter().any(|t| matches!(t, Token::Value(text) if executes_unsaid(text)))
                || tokens.windows(3).any(unsaid));
        let variable = (is(0, "EXEC|EXECUTE")
            && matches!(tokens.get(1..3), Some([Token::Sign('('), Token::Sign('@')])))
            || (is(0, "EXECUTE") && is(1, "IMMEDIATE") || is(0, "PREPARE") && is(2, "FROM"))
                && (!tokens.iter().any(|t| matches!(t, Token::Value(_))) || tokens.contains(&Token::Sign('(')));
        if found.len() == before && (built || variable) {
            let reason = "runs a statement that the text does not show";
            found.push((EffectKind::Opaque, Severity::Medium, Undo::Hard, String::new(), reason));
        }
    }
}

/// What its first words say.
fn by_rows(tokens: &[Token<'_>], found: &mut Vec<Verdict>) {
    if let Some(row) = rules::ROWS.iter().find(|row| row.fits(tokens)) {
        found.push((row.kind, row.severity, row.undo, name(tokens, row.object), row.reason));
    }
}

/// Why a statement is opaque of which nothing is known.
pub(super) const UNKNOWN: &str = "is no statement of which it is known what it does ({object})";

/// Words with which a statement in a string may begin.
const VERBS: &str = "DROP|TRUNCATE|DELETE|UPDATE|ALTER|GRANT|REVOKE|CREATE|COPY|INSERT|SHUTDOWN|PURGE|RESET|MERGE|SELECT|SET|REASSIGN|EXECUTE|LOAD|RENAME";

/// Statements within statements.
const MAX_DEPTH: usize = 3;

/// `DELETE`, `UPDATE` and `MERGE` that reach every row, also behind a `WITH`.
fn changes(tokens: &[Token<'_>]) -> Option<Verdict> {
    let first = tokens.first()?;
    if !first.any("DELETE|UPDATE|WITH|MERGE|ALTER|BEGIN|KILL") {
        return None;
    }
    // ClickHouse: `KILL QUERY WHERE 1 SYNC`.
    if first.is("KILL") {
        let condition = tokens.iter().position(|t| t.is("WHERE")).and_then(|at| tokens.get(at + 1..))?;
        let end = condition.iter().position(|t| t.any("SYNC|ASYNC|TEST")).unwrap_or(condition.len());
        let every = always(condition.get(..end).unwrap_or_default());
        let reason = "ends every query of everybody";
        return every.then(|| (EffectKind::ServiceStop, Severity::High, Undo::Easy, String::new(), reason));
    }
    let high = |object: String, reason| Some((EffectKind::SqlDestroy, Severity::High, Undo::Never, object, reason));
    if first.is("MERGE") {
        let deletes = tokens
            .windows(3)
            .any(|w| matches!(w, [a, b, c] if a.is("MATCHED") && b.is("THEN") && c.any("DELETE|UPDATE")));
        let on = tokens.iter().position(|t| t.is("ON"))?;
        let end = tokens.iter().position(|t| t.is("WHEN"))?;
        let condition = tokens.get(on + 1..end).unwrap_or_default();
        return if deletes && always(condition) {
            high(name(tokens, 2), "changes every row of {object}")
        } else {
            None
        };
    }
    let at = tokens.iter().position(|t| t.any("DELETE|UPDATE"))?;
    let rest = tokens.get(at..)?;
    let deletes = rest.first().is_some_and(|t| t.is("DELETE"));
    let clause = |word: &str| rest.iter().position(|t| t.is(word));
    let from = if deletes { clause("FROM") } else { Some(0) };
    // ClickHouse: `ALTER TABLE t DELETE WHERE …`.
    // Transact-SQL and Oracle: `DELETE t WHERE …`.
    let fromless = first.is("DELETE") && {
        let name = tokens.iter().skip(1).take_while(|token| !token.any("WHERE|OUTPUT")).collect::<Vec<_>>();
        matches!(name.as_slice(), [Token::Word(..) | Token::Name(_)] | [_, Token::Sign('.'), _])
    };
    let from = from.or_else(|| (first.is("ALTER") || fromless).then_some(0))?;
    if !deletes && clause("SET").is_none() {
        return None;
    }
    let condition = clause("WHERE").and_then(|n| rest.get(n + 1..));
    let condition = condition.map(|all| {
        let end = all.iter().position(|t| t.any("RETURNING|ORDER|LIMIT")).unwrap_or(all.len());
        (all.get(..end).unwrap_or_default(), all)
    });
    let object = if first.is("ALTER") { name(tokens, 2) } else { name(rest, from + 1) };
    // Of one table alone it does not matter that a column says whose it is.
    let end = clause("WHERE").zip(condition).map_or(rest.len(), |(at, (condition, _))| at + 1 + condition.len());
    let own = rest.get(..end).unwrap_or_default();
    let alone = (deletes || clause("FROM").is_none())
        && !own.iter().any(|t| t.any("JOIN|USING|SELECT") || *t == Token::Sign(','));
    let plain = condition.filter(|_| alone).map(|(condition, all)| (bare(condition), all));
    let condition = plain.as_ref().map(|(condition, all)| (condition.as_slice(), *all)).or(condition);
    if let Some((condition, _)) = condition
        && !always(condition)
        && !takes_all(condition, tokens, &object)
        && !joins_all(rest, condition, tokens, &object)
    {
        let reason = "deletes all but a few rows of {object}";
        let limited = rest.iter().any(|t| t.is("LIMIT"));
        let spares = deletes && alone && !limited && keeps_few(unwrapped(condition));
        return spares.then_some((EffectKind::SqlDestroy, Severity::Medium, Undo::Never, object, reason));
    }
    match deletes {
        true => high(object, "deletes every row of {object}"),
        false => high(object, "overwrites every row of {object}"),
    }
}

/// `USING made WHERE t.id = made.id`, where what was made takes all rows of the same table.
fn joins_all(rest: &[Token<'_>], condition: &[Token<'_>], whole: &[Token<'_>], object: &str) -> bool {
    let Some(using) = rest.iter().position(|t| t.is("USING")) else { return false };
    let joined = name(rest, using + 1);
    let plain = !condition.iter().any(|t| t.any("AND|SELECT|IN|LIKE") || matches!(t, Token::Value(_)));
    let from = whole.iter().position(|t| t.is("FROM")).map_or_else(String::new, |at| name(whole, at + 1));
    let made = whole.iter().take_while(|t| !t.any("DELETE|UPDATE"));
    let mut picks = made.filter(|t| t.any("JOIN|GROUP|MIN|MAX|VALUES|HAVING|UNION|FETCH|EXCEPT|INTERSECT"));
    plain && picks.next().is_none() && from == object && made_whole(whole).is_some_and(|made| made == joined)
}

/// Whether a condition only says which rows stay: `status <> 'OPEN'`.
fn keeps_few(condition: &[Token<'_>]) -> bool {
    let text = |value: &str| {
        value.starts_with('\'') && !value.trim_start_matches('\'').starts_with(|c: char| c.is_ascii_digit())
    };
    match condition {
        [_, Token::Sign('!'), Token::Sign('='), Token::Value(value)]
        | [_, Token::Sign('<'), Token::Sign('>'), Token::Value(value)] => text(value),
        _ => false,
    }
}

/// A condition without the name of the table before its columns.
fn bare<'t>(condition: &[Token<'t>]) -> Vec<Token<'t>> {
    let mut out: Vec<Token<'t>> = Vec::new();
    let mut rest = condition;
    while let [first, more @ ..] = rest {
        rest = match rest {
            [Token::Word(..) | Token::Name(_), Token::Sign('.'), more @ ..] => more,
            _ => {
                out.push(*first);
                more
            }
        };
    }
    out
}

/// `id IN (SELECT id FROM …)` where the inner query takes all of the same table, or of a table that the statement itself makes.
fn takes_all(condition: &[Token<'_>], whole: &[Token<'_>], object: &str) -> bool {
    let Some(at) = condition.iter().position(|t| t.is("SELECT")) else { return false };
    let inner = condition.get(at..).unwrap_or_default();
    let narrows = condition.iter().any(|t| t.any("AND|WHERE|LIMIT|HAVING|JOIN"));
    let Some(from) = inner.iter().position(|t| t.is("FROM")) else { return false };
    let table = name(inner, from + 1);
    !narrows && (table == object || made_whole(whole).is_some_and(|made| made == table))
}

/// The table that a statement makes first (`WITH t AS (SELECT …)`), if that takes all rows of another one.
fn made_whole<'t>(whole: &[Token<'t>]) -> Option<&'t str> {
    let [with, Token::Word(name, _) | Token::Name(name), rest @ ..] = whole else { return None };
    let end = rest.iter().position(|t| t.any("DELETE|UPDATE")).filter(|_| with.is("WITH"))?;
    let made = rest.get(..end).unwrap_or_default();
    let condition = made.iter().position(|t| t.is("WHERE")).and_then(|at| made.get(at + 1..)).unwrap_or_default();
    // Without the parenthesis that ends it.
    let condition = condition.strip_suffix(&[Token::Sign(')')]).unwrap_or(condition);
    let narrows = made.iter().any(|t| t.is("LIMIT")) || !condition.is_empty() && !always(condition);
    (!narrows).then_some(*name)
}

/// Whether a condition holds for every row: `1`, `true`, `1=1`, `id = id`, `id > 0`, or anything joined to one of them by `OR`.
fn always(condition: &[Token<'_>]) -> bool {
    let condition = unwrapped(condition);
    split(condition, "OR").iter().any(|branch| split(branch, "AND").iter().all(|part| trivial(unwrapped(part))))
}

/// Without the parentheses around all of it.
fn unwrapped<'c, 't>(mut condition: &'c [Token<'t>]) -> &'c [Token<'t>] {
    while let [Token::Sign('('), inner @ .., Token::Sign(')')] = condition {
        let mut depth = 0i32;
        let whole = inner.iter().all(|t| {
            depth += i32::from(*t == Token::Sign('(')) - i32::from(*t == Token::Sign(')'));
            depth >= 0
        });
        if !whole {
            break;
        }
        condition = inner;
    }
    condition
}

/// Split at a word outside of parentheses.
fn split<'c, 't>(condition: &'c [Token<'t>], word: &str) -> Vec<&'c [Token<'t>]> {
    let mut depth = 0i32;
    condition
        .split(|t| {
            depth += i32::from(*t == Token::Sign('(')) - i32::from(*t == Token::Sign(')'));
            depth == 0 && t.is(word)
        })
        .collect()
}

fn trivial(condition: &[Token<'_>]) -> bool {
    let named = |t: &Token<'_>| matches!(t, Token::Word(..) | Token::Name(_));
    let id = |t: &Token<'_>| named(t) && t.text().to_ascii_lowercase().ends_with("id");
    match condition {
        [] => true,
        [Token::Value(v)] => *v != "0" && !v.is_empty(),
        [t] => t.is("true"),
        [not, t] if not.is("NOT") => t.any("false|0") || *t == Token::Value("0"),
        [a, Token::Sign('='), b] => match (a, b) {
            (Token::Word(..) | Token::Name(_), Token::Word(..) | Token::Name(_)) => a.is(b.text()),
            (Token::Value(a), Token::Value(b)) => a == b,
            _ => false,
        },
        [a, b, c] if a.is("TRUE") && b.is("IS") => c.is("TRUE"),
        [Token::Value(a), sign @ Token::Sign('<' | '>'), Token::Value(b)]
            if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) =>
        {
            if *sign == Token::Sign('<') {
                a < b
            } else {
                a > b
            }
        }
        [a, Token::Sign('>'), Token::Value(v)] => {
            (id(a) && matches!(*v, "0" | "1")) || matches!((a, *v), (Token::Value(a), "0") if *a != "0")
        }
        [a, Token::Sign('>'), Token::Sign('='), Token::Value(v)] => id(a) && matches!(*v, "0" | "1"),
        [a, Token::Sign('>'), Token::Sign('-'), Token::Value(_)] => id(a),
        [a, Token::Sign('!'), Token::Sign('='), b] | [a, Token::Sign('<'), Token::Sign('>'), b] => match (a, b) {
            (Token::Value(a), Token::Value(b)) => a != b,
            _ => id(a) && matches!(b, Token::Value("0" | "''")),
        },
        [a, is, not, null] if is.is("IS") && not.is("NOT") => id(a) && null.is("NULL"),
        [a, like, Token::Value("'%'" | "'%%'")] => named(a) && like.any("LIKE|ILIKE"),
        [_, Token::Sign('<'), now, Token::Sign('('), Token::Sign(')')] => {
            now.any("NOW|SYSDATE|GETDATE|CURRENT_TIMESTAMP")
        }
        [Token::Value(a), between, Token::Value(b), and, Token::Value(c)] => {
            between.is("BETWEEN") && and.is("AND") && b <= a && a <= c
        }
        [Token::Value(a), r#in, Token::Sign('('), Token::Value(b), Token::Sign(')')] => r#in.is("IN") && a == b,
        [exists, Token::Sign('('), select, Token::Value(_), Token::Sign(')')] => {
            exists.is("EXISTS") && select.is("SELECT")
        }
        _ => false,
    }
}

/// The name that stands from there on, without `IF EXISTS`, `ONLY`, `TABLE`, `FROM`.
fn name(tokens: &[Token<'_>], from: usize) -> String {
    let skipped =
        ["IF", "EXISTS", "ONLY", "TABLE", "FROM", "NOT", "CONCURRENTLY", "INTO", "QUICK", "IGNORE", "LOW_PRIORITY"];
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
        // MySQL runs what stands in `/*! … */`, MariaDB also in `/*M! … */`, from that version on if one is given.
        _ if rest.starts_with("/*!") || rest.starts_with("/*M!") => {
            let head = if rest.starts_with("/*M!") { 4 } else { 3 };
            let digits = rest
                .get(head..)
                .map_or(0, |rest| rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len());
            (head + digits, |_, _| None)
        }
        _ if rest.starts_with("/*") => (until("*/", 2), |_, _| None),
        _ if rest.starts_with("*/") => (2, |_, _| None),
        '$' if dollar(rest).is_some() => {
            let tag = dollar(rest).unwrap_or_default();
            (until(tag, tag.len()), |t, _| Some(Token::Value(t)))
        }
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

/// `$tag$`, if the text begins with one (PostgreSQL, "Dollar-Quoted String Constants").
fn dollar(rest: &str) -> Option<&str> {
    let end = rest.get(1..)?.find('$')? + 1;
    let tag = rest.get(1..end)?;
    let name = tag.chars().all(|c| c.is_alphanumeric() || c == '_') && !tag.starts_with(|c: char| c.is_ascii_digit());
    name.then(|| rest.get(..=end)).flatten()
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

/// Whether a block runs statements that are not written out in it: `EXECUTE 'SELECT …' INTO n;` is.
fn executes_unsaid(block: &str) -> bool {
    let upper = block.to_ascii_uppercase();
    upper.match_indices("EXECUTE").any(|(at, word)| {
        let rest = upper.get(at + word.len()..).unwrap_or_default().trim_start();
        let said = rest
            .strip_prefix('\'')
            .and_then(|text| text.split_once('\''))
            .filter(|(text, _)| !text.contains('\\'))
            .map(|(_, rest)| rest.trim_start());
        !said.is_some_and(|rest| rest.is_empty() || [";", "INTO ", "USING "].iter().any(|end| rest.starts_with(end)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<EffectKind> {
        judge(text, None, Span::default(), true).into_iter().map(|effect| effect.kind).collect()
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
            ("delete from t where t.id > 0", SqlDestroy),
            ("delete from t where t.a = t.a", SqlDestroy),
            ("DELETE dbo.Employees", SqlDestroy),
            (
                "with gone as (select id from claims where at < now()) delete from claims using gone where claims.id = gone.id",
                SqlDestroy,
            ),
            ("with gone as (select id from t) delete from t where id in (select id from gone)", SqlDestroy),
            ("delete from t where status <> 'OPEN'", SqlDestroy),
            ("with g as (select distinct id from t) delete from t where id in (select id from g)", SqlDestroy),
            ("with gone as (delete from t where status <> 'OPEN' returning id) select count(*) from gone", SqlDestroy),
            ("select * from dbo.LoanCustomers", SqlExfil),
            ("select * from \"Users\"", SqlExfil),
            ("with x as (select 1) delete from t", SqlDestroy),
            ("/*! drop table t */", SqlDestroy),
            ("alter table t drop column c", SqlDestroy),
            ("grant all on db.* to 'x'@'%'", SqlPriv),
            ("select * from t into outfile '/tmp/x'", SqlExfil),
            ("copy t to program 'curl x'", SqlExfil),
            ("copy employees to stdout with (format csv)", SqlExfil),
            ("delete from accounts using branches where accounts.b = branches.id", SqlDestroy),
            ("merge into a using b on a.id = b.id when matched then delete", SqlDestroy),
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
    fn a_statement_that_nobody_knows_is_opaque_and_a_misspelt_question_is_an_error() {
        for text in [
            "OBLITERATE users",
            "create wormhole w to 'x'",
            "alter galaxy g",
            "frobnicate; select 1",
            "select 1; zap t;",
        ] {
            assert_eq!(kinds(text), [EffectKind::Opaque], "{text}");
        }
        for text in
            ["selct 1", "slect * from t", "shw tables", "(select 1) union (select 2)", "checkpoint", "listen x", ""]
        {
            assert_eq!(kinds(text), [], "{text}");
        }
        assert_eq!(judge("frobnicate", None, Span::default(), false), [], "more may come");
    }

    #[test]
    fn a_statement_is_underlined_alone_where_it_stands_in_the_line() {
        let text = "select 1; drop table t;";
        let found = judge(text, Some(Span { start: 9, end: 9 + text.len() }), Span { start: 0, end: 40 }, true);
        assert_eq!(found[0].span, Span { start: 9 + 10, end: 9 + text.len() });
        assert_eq!(found[0].object, "t");
    }
}
