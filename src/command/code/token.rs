//! Tokens of inline code: names, strings, commands in backticks, signs. Comments are nothing, and what stands in strings is data.
//!
//! One tolerant scan for a family of languages; it never fails and moves on by at least one character. What it takes for a regular expression or
//! a comment in doubt is what the language would most likely take for one.

use super::super::words::HOLE;

/// How a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Python,
    Perl,
    Ruby,
    Node,
    Php,
    Lua,
    Awk,
    /// Anything else: strings in quotes, `#` and `//` comments.
    Other,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Name(String),
    /// The content of a string; [`HOLE`] where something is put in.
    Text(String),
    /// A command between backticks, or in `qx(…)`, `%x(…)`.
    Command(String),
    Sign(char),
}

impl Token {
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Name(name) => Some(name),
            Kind::Text(_) | Kind::Command(_) | Kind::Sign(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Name(_) | Kind::Command(_) | Kind::Sign(_) => None,
        }
    }

    pub(super) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// The tokens of a text, at most [`MAX_TOKENS`], and the code that stands inside of strings (`${…}`, `#{…}`).
pub(super) fn tokens(text: &str, family: Family) -> (Vec<Token>, Vec<(usize, String)>) {
    let mut scanner = Scanner { text, at: 0, family, tokens: Vec::new(), inner: Vec::new() };
    while scanner.at < text.len() && scanner.tokens.len() < MAX_TOKENS {
        scanner.step();
    }
    (scanner.tokens, scanner.inner)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    family: Family,
    tokens: Vec<Token>,
    inner: Vec<(usize, String)>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let start = self.at;
        self.tokens.push(Token { kind, start, end });
        self.at = end;
    }

    fn skip_past(&mut self, mark: &str) {
        let rest = self.rest();
        self.at += rest.find(mark).map_or(rest.len(), |n| n + mark.len());
    }

    fn step(&mut self) {
        use Family::{Awk, Lua, Node, Other, Perl, Php, Python, Ruby};
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return };
        let family = self.family;
        match c {
            _ if c.is_whitespace() => self.at += c.len_utf8(),
            // `$#array` is no comment.
            '#' if matches!(family, Python | Perl | Ruby | Php | Awk | Other) && !self.after('$') => {
                self.skip_past("\n")
            }
            '/' if rest.starts_with("//") && matches!(family, Node | Php | Other) => self.skip_past("\n"),
            '/' if rest.starts_with("/*") && matches!(family, Node | Php | Other) => self.skip_past("*/"),
            '-' if family == Lua && rest.starts_with("--[[") => self.skip_past("]]"),
            '-' if family == Lua && rest.starts_with("--") => self.skip_past("\n"),
            '[' if family == Lua && rest.starts_with("[[") => {
                self.at += 2;
                let body = self.rest();
                let end = body.find("]]").unwrap_or(body.len());
                let text = body.get(..end).unwrap_or_default().to_owned();
                self.at -= 2;
                let end = (self.at + 2 + end + 2).min(self.text.len());
                self.push(Kind::Text(text), end);
            }
            '"' | '\'' if !(c == '\'' && family == Awk) => self.string(c, false),
            '`' if family == Node => self.string('`', false),
            '`' if matches!(family, Perl | Ruby | Php) => self.command('`'),
            '/' if matches!(family, Perl | Ruby | Node | Awk) && self.expects_value() => self.regex(),
            '%' if family == Ruby && rest.starts_with("%x") => {
                self.at += 2;
                self.command_in_brackets();
            }
            '%' if family == Family::Ruby
                && rest.get(1..2).is_some_and(|kind| "qQwWiI".contains(kind))
                && rest.chars().nth(2).is_some_and(|c| "([{<|!/".contains(c)) =>
            {
                self.at += 2;
                let (text, end) = self.bracketed();
                self.push(Kind::Text(text), end);
            }
            _ if c.is_alphabetic() || c == '_' => self.word(),
            _ if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(rest.len());
                self.at += end.max(1);
                // A number is a value; nothing looks at which.
                self.tokens.push(Token { kind: Kind::Sign('0'), start: self.at - end.max(1), end: self.at });
            }
            _ => self.push(Kind::Sign(c), self.at + c.len_utf8()),
        }
    }

    fn after(&self, sign: char) -> bool {
        self.tokens.last().is_some_and(|token| token.is(sign) && token.end == self.at)
    }

    /// Whether a value may begin here, so that a slash opens a regular expression.
    fn expects_value(&self) -> bool {
        self.tokens.last().is_none_or(|token| match &token.kind {
            Kind::Sign(c) => !matches!(c, ')' | ']' | '}' | '0'),
            Kind::Name(name) => matches!(
                name.as_str(),
                "if" | "unless" | "and" | "or" | "not" | "return" | "grep" | "split" | "when" | "while"
            ),
            Kind::Text(_) | Kind::Command(_) => false,
        }) || self.family == Family::Awk && self.tokens.last().is_some_and(|token| token.is('}'))
    }

    fn regex(&mut self) {
        let mut escaped = false;
        let body = self.rest().char_indices().skip(1);
        let mut end = self.rest().len();
        for (at, c) in body {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '/' | '\n' => {
                    end = at + 1;
                    break;
                }
                _ => {}
            }
        }
        let end = self.at + end;
        self.push(Kind::Sign('0'), end);
    }

    fn word(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let width = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = rest.get(..width).unwrap_or_default();
        let next = rest.get(width..).and_then(|rest| rest.chars().next());
        let family = self.family;
        let bracket = next.is_some_and(|c| {
            !c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, ',' | ';' | ')' | '=' | '.' | ':' | '-')
        });
        // `$s/2`, `@y`, `->s(…)` and `sub s{…}` name something.
        let arrow = self.after('>') && self.text.get(..self.at).is_some_and(|head| head.ends_with("->"));
        let named = self.after('$')
            || self.after('@')
            || arrow
            || self.tokens.last().is_some_and(|token| matches!(token.name(), Some("sub" | "package" | "method")));
        // `%s/2`, `&s(…)`: a name, or an operator and a quote. What it would quote is looked at as code too.
        if family == Family::Perl
            && bracket
            && (self.after('%') || self.after('&'))
            && matches!(name, "s" | "y" | "tr" | "m" | "q" | "qq" | "qw" | "qr" | "qx")
        {
            let mark = next.map_or(0, char::len_utf8);
            let code = rest.get(width + mark..).unwrap_or_default().to_owned();
            self.inner.push((self.at + width + mark, code));
        }
        match (family, name, next) {
            (Family::Perl, ..) if named => {
                let name = name.to_owned();
                self.push(Kind::Name(name), self.at + width);
            }
            // Prefixes of Python's strings.
            (Family::Python, "r" | "R" | "rb" | "br" | "Rb" | "bR", Some(quote @ ('"' | '\''))) => {
                self.at += width;
                self.string(quote, true);
            }
            (Family::Python, "b" | "u" | "f" | "F" | "B" | "fr" | "rf" | "U", Some(quote @ ('"' | '\''))) => {
                self.at += width;
                self.string(quote, false);
            }
            (Family::Perl | Family::Ruby, "qx", _) if bracket => {
                self.at += width;
                self.command_in_brackets();
            }
            (Family::Perl, "q" | "qq" | "qw", _) if bracket => {
                self.at += width;
                let (text, end) = self.bracketed();
                self.push(Kind::Text(text), end);
            }
            (Family::Perl, "m" | "qr", Some('/' | '{' | '!' | '|' | '#')) => {
                self.at += width;
                let (_, end) = self.bracketed();
                self.push(Kind::Sign('0'), end);
            }
            (Family::Perl, "s" | "tr" | "y", Some(mark)) if "/{!|#([<~@^%".contains(mark) => {
                let may_run = name == "s";
                self.at += width;
                self.substitution(may_run, mark);
            }
            _ => {
                // `rm_rf!(…)`
                let loud = matches!(family, Family::Ruby | Family::Other)
                    && rest.get(width..).is_some_and(|rest| rest.starts_with("!("));
                let name = name.to_owned();
                self.push(Kind::Name(name), self.at + width);
                self.at += usize::from(loud);
            }
        }
    }

    /// `s/…/…/`, `tr{…}{…}`: a sign. Behind an `e`, what is put in is code (perlop(1)).
    fn substitution(&mut self, may_run: bool, mark: char) {
        let (_, end) = self.bracketed();
        self.at = end;
        // The second part begins where the first ended, or in brackets of its own.
        if "{([<".contains(mark) {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
        } else {
            self.at -= mark.len_utf8();
        }
        let (code, end) = self.bracketed();
        let begin = self.at + mark.len_utf8();
        self.at = end;
        let rest = self.rest();
        let width = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        if may_run && rest.get(..width).is_some_and(|flags| flags.contains('e')) {
            self.inner.push((begin, code));
        }
        self.push(Kind::Sign('0'), self.at + width);
    }

    /// The text between brackets, or between two of the same mark, from here on; and the byte behind it.
    fn bracketed(&self) -> (String, usize) {
        let rest = self.rest();
        let Some(open) = rest.chars().next() else { return (String::new(), self.text.len()) };
        let close = match open {
            '(' => ')',
            '{' => '}',
            '[' => ']',
            '<' => '>',
            c => c,
        };
        let mut depth = 0usize;
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == close && depth == 0 => {
                    let text = rest.get(open.len_utf8()..at).unwrap_or_default();
                    return (text.to_owned(), self.at + at + c.len_utf8());
                }
                c if c == close => depth -= 1,
                c if c == open => depth += 1,
                _ => {}
            }
        }
        (rest.get(open.len_utf8()..).unwrap_or_default().to_owned(), self.text.len())
    }

    fn command(&mut self, _quote: char) {
        let (text, end) = self.bracketed();
        let text = self.filled(&text);
        self.push(Kind::Command(text), end);
    }

    fn command_in_brackets(&mut self) {
        self.command('(');
    }

    /// A string: its content with escapes taken away, and holes for what is put in.
    fn string(&mut self, quote: char, raw: bool) {
        let rest = self.rest();
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let mark = if self.family == Family::Python && rest.starts_with(&triple) { triple } else { quote.to_string() };
        let body = rest.get(mark.len()..).unwrap_or_default();
        let mut out = String::new();
        let mut at = 0;
        while let Some(here) = body.get(at..).filter(|here| !here.is_empty()) {
            if here.starts_with(&mark) {
                break;
            }
            let c = here.chars().next().unwrap_or_default();
            if c == '\n' && mark.len() == 1 && matches!(self.family, Family::Python | Family::Awk) {
                break;
            }
            if c == '\\' && !raw {
                let decimal = (self.family == Family::Lua).then(|| decimal(here)).flatten();
                let (decoded, width) = decimal.unwrap_or_else(|| escape(here));
                out.push_str(&decoded);
                at += width;
            } else {
                out.push(c);
                at += c.len_utf8();
            }
        }
        let end = (self.at + mark.len() + at + mark.len()).min(self.text.len());
        let formatted = self.family == Family::Python
            && self
                .at
                .checked_sub(1)
                .and_then(|i| self.text.as_bytes().get(i))
                .is_some_and(|b| matches!(b, b'f' | b'F'));
        let fills = match self.family {
            Family::Python => formatted,
            Family::Node => quote == '`',
            Family::Perl | Family::Ruby | Family::Php => quote == '"',
            Family::Lua | Family::Awk | Family::Other => false,
        };
        let text = if fills { self.filled(&out) } else { out };
        self.push(Kind::Text(text), end);
    }

    /// A text with holes where something is put in: `$x`, `${…}`, `#{…}`, `{…}`.
    fn filled(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let open = match self.family {
                Family::Python => rest.strip_prefix('{').filter(|rest| !rest.starts_with('{')),
                Family::Node => rest.strip_prefix("${"),
                Family::Ruby => rest.strip_prefix("#{"),
                Family::Perl | Family::Php => rest.strip_prefix("${").or_else(|| rest.strip_prefix("{$")),
                Family::Lua | Family::Awk | Family::Other => None,
            };
            if let Some(inner) = open {
                let end = inner.find('}').unwrap_or(inner.len());
                let code = inner.get(..end).unwrap_or_default();
                if code.contains('(') {
                    self.inner.push((self.at, code.to_owned()));
                }
                out.push(HOLE);
                rest = inner.get(end + 1..).unwrap_or_default();
                continue;
            }
            let variable = rest.strip_prefix(['$', '@']).filter(|_| matches!(self.family, Family::Perl | Family::Php));
            if let Some(name) = variable.filter(|name| name.starts_with(|c: char| c.is_alphanumeric() || c == '_')) {
                out.push(HOLE);
                rest = name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
                continue;
            }
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
        out
    }
}

/// The character that an escape stands for (`\n`, `\101`, `\x41`, `\u0041`), and how many bytes it takes with its backslash.
pub(in crate::command) fn escape(text: &str) -> (String, usize) {
    let Some(c) = text.chars().nth(1) else { return (String::new(), text.len()) };
    let digits = |from: usize, most: usize, radix: u32| {
        let digits: String = text.chars().skip(from).take(most).take_while(|c| c.is_digit(radix)).collect();
        let code = u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32);
        code.map(|c| (c.to_string(), from + digits.len()))
    };
    let plain = |c: &str| (c.to_owned(), 2);
    match c {
        'n' => plain("\n"),
        't' => plain("\t"),
        'r' => plain("\r"),
        '0'..='7' => digits(1, 3, 8).unwrap_or_else(|| plain("")),
        'x' => digits(2, 2, 16).unwrap_or_else(|| plain("x")),
        'u' if text.chars().nth(2) == Some('{') => {
            digits(3, 6, 16).map_or_else(|| plain("u"), |(c, width)| (c, width + 1))
        }
        'u' => digits(2, 4, 16).unwrap_or_else(|| plain("u")),
        '\n' => plain(""),
        c => (c.to_string(), 1 + c.len_utf8()),
    }
}

/// Lua counts its escapes in tens: `\111` (Lua 5.4, 3.1).
fn decimal(text: &str) -> Option<(String, usize)> {
    let digits: String = text.chars().skip(1).take(3).take_while(char::is_ascii_digit).collect();
    let code = digits.parse::<u8>().ok().filter(u8::is_ascii)?;
    Some((char::from(code).to_string(), 1 + digits.len()))
}

/// Tokens of one text; sixteen kilobytes of code have fewer.
const MAX_TOKENS: usize = 8192;
