//! Reads Rust source as far as the architecture test needs it: which paths does a file mention, on which line, and is that line
//! code of the product or code of its tests?
//!
//! It is a lexer and a reader of paths, not a parser of Rust. Comments, strings and character literals are dropped. `use` trees are
//! opened up to plain paths (`use crate::{a, b::c}` → `crate::a`, `crate::b::c`); `self::` and `super::` are resolved against the
//! module they stand in, so that nobody climbs out of a room unseen. What is left out: paths that a macro puts together.

/// A path as it is mentioned: `["crate", "policy", "permit", "Release"]`, `["std", "fs"]`, `["Instant", "now"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// The words of the path; `*` is a glob, and an ` as name` is left out.
    pub(crate) path: Vec<String>,
    /// 1-based.
    pub(crate) line: usize,
    /// Inside an item under `#[cfg(test)]`.
    pub(crate) test: bool,
    /// Bound to another name with `as`.
    pub(crate) renamed: bool,
}

impl Mention {
    /// As it is written.
    pub(crate) fn text(&self) -> String {
        self.path.join("::")
    }

    /// Whether the path begins with these words.
    pub(crate) fn starts_with(&self, words: &[&str]) -> bool {
        self.path.len() >= words.len() && self.path.iter().zip(words).all(|(a, b)| a == b)
    }
}

/// One source file, read.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Every path in it, in order.
    pub(crate) mentions: Vec<Mention>,
    /// Lines with code on them that are not under `#[cfg(test)]`.
    pub(crate) code_lines: usize,
    /// Modules that are declared under `#[cfg(test)]` and live in a file of their own (`#[cfg(test)] mod tests;`).
    pub(crate) test_modules: Vec<String>,
}

/// Reads a file's text; `module` is the path of its module without `crate`, for instance `["broker", "desk"]`.
pub(crate) fn read(text: &str, module: &[String]) -> Source {
    let tokens = lex(text);
    let test = under_test(&tokens);
    let mut source = Source { mentions: Vec::new(), code_lines: 0, test_modules: Vec::new() };
    let mut last = 0;
    for (token, test) in tokens.iter().zip(&test) {
        if !test && token.line != last {
            source.code_lines += 1;
            last = token.line;
        }
    }
    Walk { tokens: &tokens, test: &test, module: module.to_vec(), blocks: Vec::new(), source: &mut source }.run();
    source
}

/// A word or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    text: String,
    line: usize,
}

/// Cuts text into words and signs. `::` is one sign; literals become the sign `"`.
fn lex(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut out, mut i, mut line) = (Vec::new(), 0, 1);
    while i < chars.len() {
        let (start, first_line) = (i, line);
        let mut sign = None;
        match at(i) {
            '/' if at(i + 1) == '/' => i = (i..chars.len()).find(|&j| at(j) == '\n').unwrap_or(chars.len()),
            '/' if at(i + 1) == '*' => i = end_of_comment(&chars, i),
            '"' => (i, sign) = (end_of_string(&chars, i), Some("\"".to_owned())),
            'r' | 'b' | 'c' if literal_prefix(&chars, i).is_some() => {
                let (quote, hashes, raw) = literal_prefix(&chars, i).unwrap_or((i, 0, false));
                i = if raw { end_of_raw(&chars, quote, hashes) } else { end_of_string(&chars, quote) };
                sign = Some("\"".to_owned());
            }
            '\'' => (i, sign) = (end_of_quote(&chars, i), Some("\"".to_owned())),
            'r' if at(i + 1) == '#' && word(at(i + 2)) => i += 2,
            c if word(c) => {
                i = (i..chars.len()).find(|&j| !word(at(j))).unwrap_or(chars.len());
                sign = Some(chars[start..i].iter().collect());
            }
            ':' if at(i + 1) == ':' => (i, sign) = (i + 2, Some("::".to_owned())),
            c if c.is_whitespace() => i += 1,
            c => (i, sign) = (i + 1, Some(c.to_string())),
        }
        line += chars[start..i].iter().filter(|&&c| c == '\n').count();
        out.extend(sign.map(|text| Token { text, line: first_line }));
    }
    out
}

/// Comments nest.
fn end_of_comment(chars: &[char], start: usize) -> usize {
    let (mut depth, mut i) = (0_usize, start);
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    i
}

/// From an opening `"` to behind the closing one.
fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut i = start + 1;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// For `b"`, `c"`, `r"`, `r#"`, `br##"` …: where the quote stands, how many `#`, and whether escapes are off. `b'` too.
fn literal_prefix(chars: &[char], start: usize) -> Option<(usize, usize, bool)> {
    let letters = chars[start..].iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).count().min(2);
    let raw = chars[start..start + letters].contains(&'r');
    let hashes = chars[start + letters..].iter().take_while(|c| **c == '#').count();
    let quote = start + letters + hashes;
    (chars.get(quote) == Some(&'"') && (raw || hashes == 0)).then_some((quote, hashes, raw))
}

fn end_of_raw(chars: &[char], quote: usize, hashes: usize) -> usize {
    let closed = |i: usize| chars[i] == '"' && (1..=hashes).all(|n| chars.get(i + n) == Some(&'#'));
    (quote + 1..chars.len()).find(|&i| closed(i)).map_or(chars.len(), |i| i + 1 + hashes)
}

/// A character literal (`'a'`, `'\''`, `'\u{1b}'`) or a lifetime (`'a`).
fn end_of_quote(chars: &[char], start: usize) -> usize {
    match (chars.get(start + 1), chars.get(start + 2)) {
        (Some('\\'), _) => (start + 3..chars.len()).find(|&i| chars[i] == '\'').map_or(chars.len(), |i| i + 1),
        (Some(_), Some('\'')) => start + 3,
        _ => start + 1,
    }
}

/// For each token: does it belong to an item under `#[cfg(test)]` (or to a file under `#![cfg(test)]`)?
fn under_test(tokens: &[Token]) -> Vec<bool> {
    let mut out = vec![false; tokens.len()];
    let is = |i: usize, text: &str| tokens.get(i).is_some_and(|t| t.text == text);
    let mut i = 0;
    while i < tokens.len() {
        let inner = is(i, "#") && is(i + 1, "!") && is(i + 2, "[");
        if !(inner || is(i, "#") && is(i + 1, "[")) {
            i += 1;
            continue;
        }
        let open = if inner { i + 2 } else { i + 1 };
        let close = matching(tokens, open);
        let words: Vec<&str> = tokens[open..close].iter().map(|t| t.text.as_str()).collect();
        let test = is(open + 1, "cfg") && words.contains(&"test") && !words.contains(&"not");
        if test && inner {
            return vec![true; tokens.len()];
        }
        let end = if test { end_of_item(tokens, close) } else { close };
        if test {
            out[i..end.min(tokens.len())].fill(true);
        }
        i = end.max(i + 1);
    }
    out
}

/// Behind the item that begins at `start`: behind its first `;` outside brackets, or behind its `{…}`.
fn end_of_item(tokens: &[Token], start: usize) -> usize {
    let mut i = start;
    while let Some(token) = tokens.get(i) {
        match token.text.as_str() {
            ";" => return i + 1,
            // `use a::{b, c};` goes on behind its braces; whatever else has braces ends with them.
            "{" if tokens[start..i].iter().any(|t| t.text == "use") => i = matching(tokens, i),
            "{" => return matching(tokens, i),
            "(" | "[" => i = matching(tokens, i),
            _ => i += 1,
        }
    }
    i
}

/// Behind the bracket that closes the one at `open`.
fn matching(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    tokens.len()
}

/// Walks over a file's tokens and collects its paths.
struct Walk<'a> {
    tokens: &'a [Token],
    test: &'a [bool],
    /// The module that the walk is in now.
    module: Vec<String>,
    /// One entry an open `{`: whether a module began with it.
    blocks: Vec<bool>,
    source: &'a mut Source,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut i = 0;
        while i < self.tokens.len() {
            i = match self.text(i) {
                "mod" if self.is_name(i + 1) && self.text(i + 2) == "{" => {
                    self.module.push(self.text(i + 1).to_owned());
                    self.blocks.push(true);
                    i + 3
                }
                "mod" if self.is_name(i + 1) && self.text(i + 2) == ";" => {
                    if self.test[i] {
                        let name = self.text(i + 1).to_owned();
                        self.source.test_modules.push(name);
                    }
                    i + 3
                }
                "{" => {
                    self.blocks.push(false);
                    i + 1
                }
                "}" => {
                    if self.blocks.pop() == Some(true) {
                        self.module.pop();
                    }
                    i + 1
                }
                "use" => self.tree(i + 1, &[]),
                "extern" if self.text(i + 1) == "crate" => {
                    self.mention(i, vec![self.text(i + 2).to_owned()], false);
                    i + 3
                }
                _ if self.is_name(i) => self.path(i),
                _ => i + 1,
            };
        }
    }

    /// A path in an expression, a type or an attribute: `a::b::<T>::c` is `a::b` and what stands in the brackets.
    fn path(&mut self, start: usize) -> usize {
        let mut words = vec![self.text(start).to_owned()];
        let mut i = start + 1;
        while self.text(i) == "::" && self.is_name(i + 1) {
            words.push(self.text(i + 1).to_owned());
            i += 2;
        }
        if words.len() > 1 {
            self.mention(start, words, false);
        }
        i
    }

    /// A `use` tree from `start`; answers with the place behind it.
    fn tree(&mut self, start: usize, prefix: &[String]) -> usize {
        let mut words = prefix.to_vec();
        let mut i = start;
        loop {
            match self.text(i) {
                "::" => i += 1,
                "{" => {
                    i += 1;
                    while i < self.tokens.len() && self.text(i) != "}" {
                        i = if self.text(i) == "," { i + 1 } else { self.tree(i, &words) };
                    }
                    return i + 1;
                }
                "*" => {
                    words.push("*".to_owned());
                    self.mention(i, words, false);
                    return i + 1;
                }
                "as" => {
                    self.mention(i, words, self.text(i + 1) != "_");
                    return i + 2;
                }
                "self" if !words.is_empty() => i += 1,
                _ if self.is_name(i) => {
                    words.push(self.text(i).to_owned());
                    i += 1;
                }
                _ => {
                    if words.len() > prefix.len() || self.text(i - 1) == "self" {
                        self.mention(i.saturating_sub(1), words, false);
                    }
                    return i.max(start + 1);
                }
            }
        }
    }

    fn mention(&mut self, at: usize, words: Vec<String>, renamed: bool) {
        let mut path = self.resolve(words);
        if path.first().is_some_and(|word| word == "core" || word == "alloc") {
            "std".clone_into(&mut path[0]);
        }
        let (line, test) = (self.tokens.get(at).map_or(0, |t| t.line), self.test.get(at).copied().unwrap_or(false));
        self.source.mentions.push(Mention { path, line, test, renamed });
    }

    /// `self::x` and `super::x` from here, as paths from `crate`.
    fn resolve(&self, words: Vec<String>) -> Vec<String> {
        let mut module = self.module.clone();
        let mut rest = words.as_slice();
        match rest.first().map(String::as_str) {
            Some("self") => rest = &rest[1..],
            Some("super") => {
                while rest.first().is_some_and(|word| word == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
            }
            _ => return words,
        }
        std::iter::once("crate".to_owned()).chain(module).chain(rest.iter().cloned()).collect()
    }

    fn text(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| t.text.as_str())
    }

    fn is_name(&self, i: usize) -> bool {
        let text = self.text(i);
        text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text != "as"
    }
}
