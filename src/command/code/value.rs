//! What the arguments of a call say, as far as the text of the code says it.

use super::super::words::HOLE;
use super::Scan;
use super::token::{Family, Kind, Token};

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text; [`HOLE`] stands for what is not known.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// A text to which something is done that is not followed.
    Altered(String),
    /// A named argument, an object, a function: it says nothing of what is done.
    Aside,
    /// Anything else.
    Unknown,
}

impl Scan<'_, '_> {
    /// The arguments from here on, up to the parenthesis that closes or the end of the statement; and what follows them.
    pub(super) fn values(&self, from: usize, closed: bool) -> (Vec<Value>, usize) {
        let mut values = Vec::new();
        let mut argument: Vec<&Token> = Vec::new();
        let mut depth = 0usize;
        let mut at = from;
        while let Some(token) = self.get(at).filter(|_| at - from < MAX_ARGUMENTS) {
            match &token.kind {
                Kind::Sign(')' | ']' | '}') if depth == 0 => break,
                Kind::Sign(';') if !closed && depth == 0 => break,
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            at += 1;
            // Julia sets named arguments apart with a `;`.
            if depth == 0 && (token.is(',') || closed && token.is(';')) {
                values.push(self.value(&argument));
                argument.clear();
            } else {
                argument.push(token);
            }
        }
        if !argument.is_empty() {
            values.push(self.value(&argument));
        }
        (values, at)
    }

    /// What an argument says: texts joined by `+`, `.`, `..` or nothing; a list of them.
    fn value(&self, tokens: &[&Token]) -> Value {
        let text = |token: &&Token| match &token.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Name(name) => self.texts.get(name).cloned(),
            Kind::Command(_) | Kind::Sign(_) => None,
        };
        if let Some((inner, behind)) = typed(tokens) {
            return self.followed(glued_whole(self.value(inner)), behind);
        }
        match tokens {
            [] => Value::Unknown,
            _ if tokens.windows(2).any(|pair| matches!(pair, [a, b] if a.is('=') && b.is('>'))) => Value::Aside,
            [one] => text(one).map_or(Value::Unknown, Value::Text),
            // A symbol: `:rm_rf`, `:"rm_rf"`.
            [colon, name] if self.family == Family::Ruby && colon.is(':') => {
                let symbol = name.name().or(name.text()).map(str::to_owned);
                symbol.map_or(Value::Unknown, Value::Text)
            }
            [open, items @ .., close]
                if open.is('(') && close.is(')') && !items.iter().any(|token| token.is(',')) && !items.is_empty() =>
            {
                self.value(items)
            }
            // `("…") % x`
            [open, rest @ ..] if open.is('(') && !closed(rest).1.is_empty() => {
                let (inner, behind) = closed(rest);
                self.followed(self.value(inner), behind)
            }
            [name, equals, rest @ ..]
                if equals.is('=') && matches!(name.name(), Some("statement" | "sql" | "query" | "operation")) =>
            {
                self.value(rest)
            }
            [open, .., close] if open.is('[') && close.is(']') || open.is('(') && close.is(')') => {
                let items = tokens.get(1..tokens.len() - 1).unwrap_or_default();
                let mut list = Vec::new();
                for item in items.split(|token| token.is(',')) {
                    match self.value(item) {
                        Value::Text(text) => list.push(text),
                        Value::List(more) => list.extend(more),
                        Value::Aside | Value::Unknown if item.is_empty() => {}
                        Value::Aside | Value::Altered(_) | Value::Unknown => list.push(HOLE.to_string()),
                    }
                }
                if list.iter().all(|text| text.chars().all(|c| c == HOLE)) { Value::Unknown } else { Value::List(list) }
            }
            // `" ".join(["a", "b"])`, `["a", "b"].join(" ")`
            [mark, dot, join, open, list @ .., close]
                if mark.text().is_some()
                    && dot.is('.')
                    && join.name() == Some("join")
                    && open.is('(')
                    && close.is(')') =>
            {
                self.glued(list, mark)
            }
            [list @ .., dot, join, open, mark, close]
                if list.last().is_some_and(|last| last.is(']'))
                    && dot.is('.')
                    && join.name() == Some("join")
                    && open.is('(')
                    && close.is(')') =>
            {
                self.glued(list, mark)
            }
            [open, ..] if open.is('{') => Value::Aside,
            [name, equals, value, ..] if name.name().is_some() && equals.is('=') && !value.is('=') => Value::Aside,
            [name, ..] if matches!(name.name(), Some("function" | "lambda" | "async" | "sub")) => Value::Aside,
            _ => self.joined(tokens),
        }
    }

    /// The texts of a list with a mark between them.
    fn glued(&self, list: &[&Token], mark: &Token) -> Value {
        match (self.value(list), mark.text()) {
            (Value::List(texts), Some(mark)) => Value::Text(texts.join(mark)),
            _ => Value::Unknown,
        }
    }

    /// Texts that are joined.
    fn joined(&self, tokens: &[&Token]) -> Value {
        let mut out = String::new();
        let mut known = false;
        // Where the last of them begins: a method is one of its own.
        let mut last = 0;
        for (at, token) in tokens.iter().enumerate() {
            let behind = tokens.get(at + 1..).unwrap_or_default();
            match &token.kind {
                Kind::Text(text) => {
                    last = out.len();
                    out.push_str(text);
                    known = true;
                }
                Kind::Name(name) => match self.texts.get(name) {
                    Some(text) => {
                        last = out.len();
                        out.push_str(text);
                        known = true;
                    }
                    // `reverse "…"`: whatever becomes of the text.
                    None if matches!(self.family, Family::Perl | Family::Ruby)
                        && behind.first().is_some_and(|next| next.text().is_some() || next.is('(')) =>
                    {
                        return Value::Unknown;
                    }
                    // `"DROP " + text("TABLE x")`
                    None => match tokens.get(at..).and_then(typed) {
                        Some((inner, behind)) => {
                            return put_behind(out, self.followed(glued_whole(self.value(inner)), behind), known);
                        }
                        None => out.push(HOLE),
                    },
                },
                Kind::Sign('+' | '$') => {}
                Kind::Sign('.') if matches!(self.family, Family::Perl | Family::Php | Family::Lua) => {}
                Kind::Sign('.' | '%') if known => {
                    let own = out.split_off(last);
                    return put_behind(
                        out,
                        self.followed(Value::Text(own), tokens.get(at..).unwrap_or_default()),
                        known,
                    );
                }
                Kind::Command(_) | Kind::Sign(_) if known => return Value::Altered(out),
                Kind::Command(_) | Kind::Sign(_) => return Value::Unknown,
            }
        }
        if known { Value::Text(out) } else { Value::Unknown }
    }

    /// What becomes of a text by what stands behind it: `.format(…)`, `.strip()`, `% …`, `+ "…"`.
    fn followed(&self, value: Value, behind: &[&Token]) -> Value {
        let Value::Text(text) = value else { return if behind.is_empty() { value } else { Value::Unknown } };
        match behind {
            [] => Value::Text(text),
            [plus, rest @ ..] if plus.is('+') => put_behind(text, self.value(rest), true),
            [next, ..] if next.text().is_some() => put_behind(text, self.value(behind), true),
            // `"…" % x` puts something in.
            [percent, ..] if percent.is('%') => {
                let places = ["%s", "%c", "%d", "%r", "%x", "%o", "%i"];
                Value::Text(places.iter().fold(text, |text, place| text.replace(place, "\u{fffc}")) + "\u{fffc}")
            }
            [dot, method, rest @ ..] if dot.is('.') => {
                let (given, rest) = match rest {
                    [open, inside @ ..] if open.is('(') => closed(inside),
                    _ => (&[] as &[&Token], rest),
                };
                match method.name() {
                    Some("format") => self.followed(bounded(self.filled(&text, given)), rest),
                    Some("strip" | "trim" | "rstrip" | "lstrip") if given.is_empty() => {
                        self.followed(Value::Text(text.trim().to_owned()), rest)
                    }
                    // They say nothing about the text.
                    Some("freeze" | "execution_options" | "bindparams" | "columns" | "as_string" | "as_bytes") => {
                        self.followed(Value::Text(text), rest)
                    }
                    Some("join") => match self.value(given) {
                        Value::List(texts) => {
                            let size = texts.iter().map(|one| one.len() + text.len()).sum::<usize>();
                            let whole = (size <= MAX_TEXT).then(|| Value::Text(texts.join(&text)));
                            self.followed(whole.unwrap_or(Value::Unknown), rest)
                        }
                        _ => Value::Unknown,
                    },
                    _ => Value::Altered(text),
                }
            }
            _ => Value::Altered(text),
        }
    }

    /// A text with what `format` puts in each place of it, or a hole (Python, "Format String Syntax").
    fn filled(&self, text: &str, given: &[&Token]) -> String {
        let mut places: Vec<(Option<&str>, String)> = Vec::new();
        for one in apart(given) {
            let (name, value) = match one {
                [name, equals, value @ ..] if equals.is('=') => (name.name(), value),
                value => (None, value),
            };
            let value = match self.value(value) {
                Value::Text(text) => text,
                _ => HOLE.to_string(),
            };
            places.push((name, value));
        }
        let mut out = String::new();
        let mut rest = text;
        let mut next = 0;
        while let Some((before, after)) = rest.split_once('{').filter(|_| out.len() <= MAX_TEXT) {
            out.push_str(before);
            if let Some(after) = after.strip_prefix('{') {
                out.push('{');
                rest = after;
                continue;
            }
            let Some((place, after)) = after.split_once('}') else { return out + after };
            let name = place.split(['!', ':', '.', '[']).next().unwrap_or_default();
            let at = if name.is_empty() { Some(next) } else { name.parse().ok() };
            let value = match at {
                Some(at) => places.get(at).filter(|(name, _)| name.is_none()),
                None => places.iter().find(|(of, _)| *of == Some(name)),
            };
            next += usize::from(name.is_empty());
            // What changes the value on its way makes it unknown.
            let whole = value.filter(|_| name.len() == place.len()).map(|(_, value)| value.as_str());
            out.push_str(whole.unwrap_or("\u{fffc}"));
            rest = after;
        }
        out + rest
    }
}

impl Scan<'_, '_> {
    /// Whether a named argument between two tokens asks for force: `force: true`, `force=True`.
    pub(super) fn forces(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| {
            let word = |at: usize| self.get(at).and_then(Token::name);
            let value = (at + 1..at + 4).find(|at| !matches!(self.get(*at).map(|t| &t.kind), Some(Kind::Sign(_))));
            matches!(word(at), Some("force"))
                && (self.sign(at + 1, ':') || self.sign(at + 1, '='))
                && value.and_then(word).is_some_and(|value| value.eq_ignore_ascii_case("true"))
        })
    }
}

/// What a call is given that only makes a statement of a text, and what stands behind it: `text("…")` of SQLAlchemy, `sql.SQL("…")` of psycopg.
fn typed<'a, 't>(tokens: &'a [&'t Token]) -> Option<(&'a [&'t Token], &'a [&'t Token])> {
    let open = tokens.iter().position(|token| token.is('('))?;
    let names = tokens.get(..open)?;
    let named = |name: &str| matches!(name, "text" | "SQL" | "Composed" | "literal_column" | "dedent");
    let typed = names.last().and_then(|token| token.name()).is_some_and(named)
        && names.iter().all(|token| token.is('.') || token.name().is_some());
    Some(closed(tokens.get(open + 1..).filter(|_| typed)?))
}

/// What stands before the parenthesis that closes, and what behind it.
fn closed<'a, 't>(tokens: &'a [&'t Token]) -> (&'a [&'t Token], &'a [&'t Token]) {
    let mut depth = 1;
    let close = tokens.iter().position(|token| {
        depth += i32::from(token.is('(')) - i32::from(token.is(')'));
        depth == 0
    });
    let close = close.unwrap_or(tokens.len());
    (tokens.get(..close).unwrap_or_default(), tokens.get(close + 1..).unwrap_or_default())
}

/// The arguments of a call, one by one.
fn apart<'a, 't>(tokens: &'a [&'t Token]) -> Vec<&'a [&'t Token]> {
    let mut depth = 0;
    let between = |token: &&Token| {
        depth += i32::from(token.is('(') || token.is('[')) - i32::from(token.is(')') || token.is(']'));
        depth == 0 && token.is(',')
    };
    tokens.split(between).collect()
}

/// A text that is not longer than a line may be.
fn bounded(text: String) -> Value {
    if text.len() <= MAX_TEXT { Value::Text(text) } else { Value::Unknown }
}

/// A text with another behind it; `known` says that there is one before.
fn put_behind(text: String, more: Value, known: bool) -> Value {
    match more {
        Value::Text(more) => bounded(text + &more),
        Value::Altered(more) => Value::Altered(text + &more),
        _ if known => Value::Text(text + "\u{fffc}"),
        _ => Value::Unknown,
    }
}

/// Bytes of a text that is put together.
const MAX_TEXT: usize = 16 * 1024;

/// A list of parts as the one text that they make (`sql.Composed([…])`).
fn glued_whole(value: Value) -> Value {
    match value {
        Value::List(parts) => Value::Text(parts.concat()),
        value => value,
    }
}

/// Tokens of the arguments of one call.
const MAX_ARGUMENTS: usize = 400;

/// The command line that the arguments of a call are: a script, or words; `None` where they say nothing.
pub(super) fn command_of(values: &[Value]) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for value in values {
        match value {
            Value::Text(text) => words.push(text.clone()),
            Value::List(list) => words.extend(list.iter().cloned()),
            Value::Altered(_) | Value::Unknown => words.push(HOLE.to_string()),
            Value::Aside => {}
        }
    }
    // `execvp("rm", ["rm", …])` names the program twice.
    if let [program, again, ..] = words.as_slice()
        && program.rsplit('/').next() == again.rsplit('/').next()
    {
        words.remove(1);
    }
    match (values, words.as_slice()) {
        (_, [] | [..]) if words.first().is_none_or(|word| word.chars().all(|c| c == HOLE)) => None,
        ([Value::Text(_), ..], [script]) => Some(script.clone()),
        // What has blanks in it is a line of a shell, and what follows it is said of it.
        ([Value::Text(_), ..], [script, ..]) if script.trim().contains(' ') => Some(script.clone()),
        ([Value::Text(_), ..], [script, rest @ ..]) if rest.iter().all(|word| word.chars().all(|c| c == HOLE)) => {
            Some(script.clone())
        }
        _ => {
            let quote = |word: &String| match word.contains(HOLE) {
                true => word.clone(),
                false => format!("'{}'", word.replace('\'', "'\\''")),
            };
            Some(words.iter().map(quote).collect::<Vec<_>>().join(" "))
        }
    }
}
