//! Our own tolerant lexer: is the line whole, and what are its commands when the parser gives up?
//!
//! One pass over the bytes with an explicit stack of what is open; no recursion, no failure. It follows POSIX.1-2024, Shell Command Language 2.2
//! and 2.3 with bash's additions (`$'…'`, `$(( … ))`, `<<<`, `[[ … ]]`).

use super::parse::Origin;
use super::tree::{Piece, Pipeline, Raw, Redirect, RedirectKind, Script, Simple, Stage};

/// What one pass over a line tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// Whether a shell would run the line now instead of asking for more.
    pub(super) complete: bool,
    /// How many separators (`;`, `&`, `|`, newline) stand between commands.
    pub(super) separators: usize,
    /// How deep quotes, substitutions and groups nest.
    pub(super) depth: usize,
    /// How many `${` stand open within each other at the most.
    pub(super) parameters: usize,
    /// Where history would be expanded (`!!`, `!rm`, `^a^b`) if a bash or zsh read the line at its prompt.
    pub(super) history: Option<(usize, usize)>,
}

/// What is open at a place in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Single,
    AnsiC,
    Double,
    Backtick,
    /// `$(`, `<(`, `(`
    Paren,
    /// `$((`, `((`: nothing in it is a heredoc or a comment.
    Arithmetic,
    /// `${`
    Parameter,
    /// `{`
    Brace,
    /// `if` … `fi`
    If,
    /// `for`, `while`, `until`, `select` … `done`
    Loop,
    /// `case` … `esac`
    Case,
}

/// Scans a line.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
        parameters: 0,
        start: true,
        heredocs: Vec::new(),
        scan: Scan::default(),
        tail: Tail::Whole,
    };
    let mut from = 0;
    for line in text.split('\n') {
        if line.starts_with('^') && line.bytes().filter(|&b| b == b'^').count() >= 2 && !are_keys(line) {
            scanner.scan.history = Some((from, from + line.len()));
        }
        from += line.len() + 1;
    }
    while scanner.step() {}
    let open = !scanner.open.is_empty() || !scanner.heredocs.is_empty();
    scanner.scan.complete = !open && scanner.tail == Tail::Whole;
    scanner.scan
}

/// Whether what was read last wants something after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    Whole,
    /// `&&`, `||`, `|`, a backslash at the very end.
    Wanting,
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
    open: Vec<Open>,
    /// How many of them are `${`.
    parameters: usize,
    /// Whether the next word would be a command word.
    start: bool,
    /// Delimiters of heredocs whose bodies begin at the next newline, and whether tabs before them are ignored.
    heredocs: Vec<(Vec<u8>, bool)>,
    scan: Scan,
    tail: Tail,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn push(&mut self, open: Open, width: usize) {
        self.at += width;
        self.open.push(open);
        self.scan.depth = self.scan.depth.max(self.open.len());
        self.parameters += usize::from(open == Open::Parameter);
        self.scan.parameters = self.scan.parameters.max(self.parameters);
        self.start = matches!(open, Open::Paren | Open::Brace | Open::If | Open::Backtick);
        self.tail = Tail::Whole;
    }

    fn pop(&mut self, width: usize) {
        let closed = self.open.pop();
        self.parameters -= usize::from(closed == Some(Open::Parameter));
        self.at += width;
        self.start = false;
        self.tail = Tail::Whole;
    }

    /// Reads one token; false at the end. Every arm moves on by at least one byte.
    fn step(&mut self) -> bool {
        let Some(byte) = self.peek(0) else { return false };
        match self.open.last() {
            Some(Open::Single) if byte == b'\'' => self.pop(1),
            Some(Open::Single) => self.at += 1,
            Some(Open::AnsiC) if byte == b'\'' => self.pop(1),
            Some(Open::AnsiC) => self.at += if byte == b'\\' { 2 } else { 1 },
            Some(Open::Double) => self.in_double(byte),
            Some(Open::Parameter) if byte == b'}' => self.pop(1),
            Some(Open::Arithmetic) if byte == b')' && self.peek(1) == Some(b')') => self.pop(2),
            Some(Open::Parameter | Open::Arithmetic) => self.in_expansion(byte),
            _ => self.bare(byte),
        }
        true
    }

    fn in_double(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'"', _) => self.pop(1),
            (b'\\', _) => self.at += 2,
            (b'`', _) => self.push(Open::Backtick, 1),
            (b'$', _) => self.dollar(),
            (b'!', next) => self.bang(next),
            _ => self.at += 1,
        }
    }

    fn in_expansion(&mut self, byte: u8) {
        match byte {
            b'\\' => self.at += 2,
            b'\'' if self.open.last() == Some(&Open::Parameter) && !self.open.contains(&Open::Double) => {
                self.push(Open::Single, 1);
            }
            b'"' => self.push(Open::Double, 1),
            b'`' => self.push(Open::Backtick, 1),
            b'$' => self.dollar(),
            b'(' if self.open.last() == Some(&Open::Arithmetic) => self.push(Open::Paren, 1),
            _ => self.at += 1,
        }
    }

    fn dollar(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (Some(b'('), Some(b'(')) => self.push(Open::Arithmetic, 3),
            (Some(b'('), _) => self.push(Open::Paren, 2),
            (Some(b'{'), _) => self.push(Open::Parameter, 2),
            (Some(b'\''), _) if self.open.last() != Some(&Open::Double) => self.push(Open::AnsiC, 2),
            // `$$`, `$!`, `$#`: a parameter of one character.
            (Some(b'$' | b'!' | b'#' | b'?'), _) => self.at += 2,
            _ => self.at += 1,
        }
        self.tail = Tail::Whole;
    }

    /// A history reference: bash's HISTORY EXPANSION; `!` before a blank, `=` or `(` is none, nor is `[!`.
    fn bang(&mut self, next: Option<u8>) {
        let before = self.at.checked_sub(1).and_then(|i| self.bytes.get(i));
        let refers = next.is_some_and(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'!' | b'-' | b'?' | b'#' | b'$' | b'*' | b'^' | b':' | b'/' | b'.' | b'_')
        });
        // `feat!: text`: behind a colon stands no modifier, and the line is refused.
        let refers = refers && !(next == Some(b':') && self.peek(2).is_none_or(|b| b.is_ascii_whitespace()));
        if refers && before != Some(&b'[') && self.scan.history.is_none() {
            let end = self
                .bytes
                .iter()
                .skip(self.at)
                .position(u8::is_ascii_whitespace)
                .map_or(self.bytes.len(), |n| self.at + n);
            // With `:p` the line is printed and nothing runs (bash, "Modifiers").
            let plain = |b: &u8| b.is_ascii_alphanumeric() || b"!$^*:-%_".contains(b);
            let printed = self
                .bytes
                .get(self.at..end)
                .is_some_and(|designator| designator.ends_with(b":p") && designator.iter().all(plain));
            if !printed {
                self.scan.history = Some((self.at, end));
            }
        }
        self.at += 1;
    }

    fn bare(&mut self, byte: u8) {
        match (byte, self.peek(1)) {
            (b'\\', None) => {
                self.tail = Tail::Wanting;
                self.at += 1;
            }
            (b'\\', Some(next)) => {
                self.at += 2;
                if next != b'\n' {
                    (self.start, self.tail) = (false, Tail::Whole);
                } else if self.at >= self.bytes.len() {
                    self.tail = Tail::Wanting;
                }
            }
            (b'\'', _) => self.push(Open::Single, 1),
            (b'"', _) => self.push(Open::Double, 1),
            (b'`', _) if self.open.last() == Some(&Open::Backtick) => self.pop(1),
            (b'`', _) => self.push(Open::Backtick, 1),
            (b'$', _) => {
                self.start = false;
                self.dollar();
            }
            (b'\n', _) => self.newline(),
            (b' ' | b'\t' | b'\r', _) => self.at += 1,
            (b'#', _) if self.at_word_start() => {
                while self.peek(0).is_some_and(|b| b != b'\n') {
                    self.at += 1;
                }
            }
            (b'(', Some(b'(')) if self.start => self.push(Open::Arithmetic, 2),
            // The parentheses of a function's definition: its body begins.
            (b'(', Some(b')')) => {
                self.at += 2;
                (self.start, self.tail) = (true, Tail::Whole);
            }
            (b'(', _) => self.push(Open::Paren, 1),
            (b')', _) => self.close_paren(),
            (b'<', Some(b'<')) => self.heredoc(),
            (b'<' | b'>', Some(b'(')) => self.push(Open::Paren, 2),
            (b'<' | b'>', Some(b'&')) => self.at += 2,
            (b'<' | b'>', _) => self.at += 1,
            (b'&', Some(b'>')) => self.at += 2,
            (b';' | b'&' | b'|', next) => self.separator(byte, next),
            (b'!', next) => self.bang(next),
            _ => self.word(),
        }
    }

    fn at_word_start(&self) -> bool {
        self.at.checked_sub(1).and_then(|i| self.bytes.get(i)).is_none_or(|&b| is_break(b))
    }

    fn separator(&mut self, byte: u8, next: Option<u8>) {
        self.scan.separators += 1;
        let double = next == Some(byte) || (byte == b'|' && next == Some(b'&'));
        self.at += if double { 2 } else { 1 };
        self.start = true;
        self.tail = if byte == b'|' || (byte == b'&' && double) { Tail::Wanting } else { Tail::Whole };
    }

    /// A newline ends a command (unless `&&` or `|` wants more) and begins the bodies of heredocs.
    fn newline(&mut self) {
        self.scan.separators += 1;
        self.at += 1;
        self.start = true;
        while let Some((delimiter, tabs)) = self.heredocs.first().cloned() {
            loop {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                if rest.is_empty() {
                    return;
                }
                let line = rest.split(|&b| b == b'\n').next().unwrap_or_default();
                self.at += (line.len() + 1).min(rest.len());
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let bare = if tabs { line.trim_ascii_start() } else { line };
                if bare == delimiter.as_slice() {
                    self.heredocs.remove(0);
                    break;
                }
            }
        }
    }

    fn close_paren(&mut self) {
        self.at += 1;
        match self.open.last() {
            Some(Open::Paren) => {
                self.open.pop();
                self.start = false;
            }
            // The end of a pattern.
            Some(Open::Case) => self.start = true,
            _ => self.start = false,
        }
        self.tail = Tail::Whole;
    }

    fn heredoc(&mut self) {
        if self.peek(2) == Some(b'<') {
            self.at += 3;
            return;
        }
        self.at += 2;
        let tabs = self.peek(0) == Some(b'-');
        self.at += usize::from(tabs);
        while self.peek(0).is_some_and(|b| b == b' ' || b == b'\t') {
            self.at += 1;
        }
        let mut delimiter = Vec::new();
        let mut quote = None;
        while let Some(byte) = self.peek(0) {
            match (byte, quote) {
                (b, Some(q)) if b == q => quote = None,
                (b'\'' | b'"', None) => quote = Some(byte),
                (b'\\', None) => {}
                (b, None) if is_break(b) => break,
                (b, _) => delimiter.push(b),
            }
            self.at += 1;
        }
        if !delimiter.is_empty() && self.heredocs.len() < MAX_HEREDOCS {
            self.heredocs.push((delimiter, tabs));
        }
        self.tail = Tail::Whole;
    }

    /// A bare word; at the start of a command it may be a keyword.
    fn word(&mut self) {
        let from = self.at;
        while self.peek(0).is_some_and(|b| !is_break(b) && !matches!(b, b'\'' | b'"' | b'`' | b'$' | b'\\' | b'!')) {
            self.at += 1;
        }
        // `!` inside a word is looked at on its own; a byte that stops a word at once is skipped.
        self.at = self.at.max(from + 1);
        self.tail = Tail::Whole;
        let whole = self.peek(0).is_none_or(is_break);
        let word = self.bytes.get(from..self.at).unwrap_or_default();
        if !self.start || !whole {
            self.start = false;
            return;
        }
        let width = 0;
        match (word, self.open.last()) {
            (b"if", _) => self.push(Open::If, width),
            (b"for" | b"select", _) => self.push(Open::Loop, width),
            (b"while" | b"until", _) => {
                self.push(Open::Loop, width);
                self.start = true;
            }
            (b"case", _) => self.push(Open::Case, width),
            (b"{", _) => self.push(Open::Brace, width),
            (b"fi", Some(Open::If))
            | (b"done", Some(Open::Loop))
            | (b"esac", Some(Open::Case))
            | (b"}", Some(Open::Brace)) => self.pop(width),
            // fish. Taking a line for whole only means that it is judged now.
            (b"end", Some(Open::If | Open::Loop | Open::Case)) => self.pop(width),
            (b"then" | b"do" | b"else" | b"elif" | b"time" | b"coproc", _) => self.start = true,
            _ => self.start = false,
        }
    }
}

/// Cuts a line into simple commands without understanding it: for text that the parser could not read. Every stretch between separators, parentheses and
/// keywords is a command; quotes are taken away, `$` is unknown. It finds too much rather than too little.
pub(super) fn commands(text: &str, origin: Origin) -> Script {
    let mut cutter =
        Cutter { origin, script: Script::default(), simple: Simple::default(), word: None, redirect: None };
    let mut chars = text.char_indices().peekable();
    let mut quote = None;
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        match (c, quote) {
            ('\'', None) | ('"', None) => {
                quote = Some(c);
                cutter.text(at, end, "", true);
            }
            (_, Some(q)) if c == q => quote = None,
            ('\\', None | Some('"')) => {
                if let Some((at, escaped)) = chars.next().filter(|&(_, c)| c != '\n') {
                    cutter.text(at, at + escaped.len_utf8(), escaped.encode_utf8(&mut [0; 4]), true);
                }
            }
            ('$' | '`', None | Some('"')) => {
                cutter.unknown(at, end);
                chars.next_if(|&(_, c)| c == '{');
                if let Some((at, _)) = chars.next_if(|&(_, c)| c == '(') {
                    cutter.end_command(at);
                }
            }
            (_, Some(_)) => cutter.text(at, end, c.encode_utf8(&mut [0; 4]), true),
            (';' | '&' | '|' | '\n' | '(' | ')', None) => cutter.end_command(at),
            (' ' | '\t' | '\r', None) => cutter.end_word(),
            ('>' | '<', None) => {
                cutter.end_word();
                while chars.next_if(|&(_, c)| matches!(c, '>' | '|' | '&')).is_some() {}
                cutter.redirect = Some((if c == '>' { RedirectKind::Write } else { RedirectKind::Read }, at));
            }
            (_, None) => cutter.text(at, end, c.encode_utf8(&mut [0; 4]), false),
        }
    }
    cutter.end_command(text.len());
    cutter.script
}

struct Cutter {
    origin: Origin,
    script: Script,
    simple: Simple,
    /// The word being read, with its first and last byte.
    word: Option<(Vec<Piece>, usize, usize)>,
    redirect: Option<(RedirectKind, usize)>,
}

impl Cutter {
    fn text(&mut self, at: usize, end: usize, add: &str, quote: bool) {
        let (pieces, _, last) = self.word.get_or_insert_with(|| (Vec::new(), at, end));
        *last = end;
        match pieces.last_mut() {
            Some(Piece::Text { text, quoted }) if *quoted == quote => text.push_str(add),
            _ => pieces.push(Piece::Text { text: add.to_owned(), quoted: quote }),
        }
    }

    fn unknown(&mut self, at: usize, end: usize) {
        let (pieces, _, last) = self.word.get_or_insert_with(|| (Vec::new(), at, end));
        *last = end;
        pieces.push(Piece::Unknown);
    }

    fn end_word(&mut self) {
        let Some((pieces, from, to)) = self.word.take() else { return };
        let raw = Raw { pieces, span: self.origin.map(from, to), verbatim: None };
        let keyword = self.simple.words.is_empty()
            && matches!(raw.pieces.as_slice(), [Piece::Text { text, quoted: false }] if KEYWORDS.contains(&text.as_str()));
        match self.redirect.take() {
            Some((kind, at)) => {
                let span = self.origin.map(at, to);
                self.simple.redirects.push(Redirect { kind, target: raw, fd: None, span });
            }
            None if keyword => {}
            // zsh: a condition, and then a command without a `then` or `do`.
            None if matches!(raw.pieces.as_slice(), [Piece::Text { text, quoted: false }] if text == "]]") => {
                self.simple.words.push(raw);
                self.end_command(to);
            }
            None => self.simple.words.push(raw),
        }
    }

    fn end_command(&mut self, _at: usize) {
        self.end_word();
        self.redirect = None;
        let mut simple = std::mem::take(&mut self.simple);
        if simple.words.is_empty() && simple.redirects.is_empty() {
            return;
        }
        let spans = || simple.words.iter().map(|w| w.span).chain(simple.redirects.iter().map(|r| r.span));
        simple.span = crate::model::Span {
            start: spans().map(|s| s.start).min().unwrap_or(0),
            end: spans().map(|s| s.end).max().unwrap_or(0),
        };
        self.script.pipelines.push(Pipeline { stages: vec![Stage::Simple(simple)], maybe: true });
    }
}

/// Whether a text is nothing but keys as a terminal shows them that nobody reads: `^[[A^[[B`.
fn are_keys(text: &str) -> bool {
    let key = |key: &str| {
        let code = key.strip_prefix(['[', 'O']).unwrap_or_default();
        let (last, front) = code.as_bytes().split_last().map_or((0, code.as_bytes()), |(last, front)| (*last, front));
        (last.is_ascii_alphabetic() || last == b'~') && front.iter().all(|b| b.is_ascii_digit() || *b == b';')
    };
    text.trim_end().strip_prefix("^[").is_some_and(|rest| rest.split("^[").all(key))
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// Words that stand before a command without being one, in bash and fish.
const KEYWORDS: [&str; 15] =
    ["if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "begin", "end", "and"];

/// Heredocs that one command line opens; people open one.
const MAX_HEREDOCS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_whole() {
        for line in [
            "ls",
            "",
            "echo 'a' \"b\"",
            "a && b || c | d; e &",
            "if a; then b; fi",
            "for x in a b; do echo $x; done",
            "case $x in a) b ;; c|d) e ;; esac",
            "{ a; b; }",
            "(a; b)",
            "echo $((1<<2)) $(ls \"$(pwd)\")",
            "cat <<E\nx\nE",
            "cat <<-'E F'\n\tx\n\tE F\n",
            "echo ${x:-\"a b\"} # it's a comment",
            "echo a\\ b",
            "x=1 if",
            "echo if then fi",
            "while read l; do echo \"$l\"; done < f",
            "((x<<2)); ls",
            "cat <<<word",
            "echo don\\'t",
            "[ ! -f x ] && y",
            "f() { rm x; }",
            "echo {a,b} }",
            "a 2>&1 >/dev/null",
            "echo `date`",
            "echo $'it\\'s'",
            "select x in a; do b; done",
            "for f in a b; rm $f; end",
        ] {
            assert!(scan(line).complete, "{line:?}");
        }
    }

    #[test]
    fn lines_that_want_more_are_not() {
        for line in [
            "echo 'a",
            "echo \"a",
            "a &&",
            "a ||  ",
            "a |",
            "a \\",
            "a \\\n",
            "if a; then b",
            "for x in a; do",
            "while true; do x",
            "case x in",
            "{ a;",
            "(a",
            "echo $(ls",
            "echo ${x",
            "cat <<E",
            "cat <<E\nx",
            "echo `date",
            "a && # c",
            "a |\n",
            "f() {",
            "echo $'a",
            "echo $((1 + 2",
            "cat <<A <<B\nA\n",
        ] {
            assert!(!scan(line).complete, "{line:?}");
        }
    }

    #[test]
    fn history_references_are_seen_where_a_shell_would_expand_them() {
        for line in [
            "!!",
            "ls x\n^x^y",
            "!/bin/sh",
            "sudo !!",
            "!rm",
            "!-2",
            "^ls^rm -rf",
            "echo \"!x\"",
            "echo !$",
            "!!;reboot:p",
            "!!:p\n!!",
        ] {
            assert!(scan(line).history.is_some(), "{line:?}");
        }
        for line in [
            "echo 'a!b!c'",
            "[ ! -f x ]",
            "! true",
            "echo hi!",
            "echo \"Hi!\"",
            "ls [!a]*",
            "echo $!",
            "a != b",
            "rm \\!x",
            "sudo !!:p",
            "!rm:p",
            "rm !(a)",
        ] {
            assert!(scan(line).history.is_none(), "{line:?}");
        }
    }
}
