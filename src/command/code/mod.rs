//! Inline code of other languages: calls that delete, execute, connect or read secrets.
//!
//! Which call does what is in the catalogue (`[[code]]`). This room follows names as far as a reader would: imports under another name, a module that
//! is imported where it is used, an attribute named by a string, strings put together from pieces. A call whose argument says what it does is
//! judged by that; one whose argument is not known counts as what it could do. Names that build code (`eval`, `exec`) without saying it are opaque.

use std::cell::Cell;
use std::collections::HashMap;

use super::catalogue::{Access, Argument, Catalogue, Code};
use super::words::HOLE;
use crate::model::{EffectKind, Severity, Undo};

mod judge;
mod token;
mod value;

pub(in crate::command) use token::escape;
use token::{Family, Kind, Token, tokens};
use value::{Value, command_of};

/// Something that code does. `start..end` are bytes of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding<'c> {
    /// An effect.
    Effect {
        kind: EffectKind,
        severity: Severity,
        undo: Undo,
        reason: &'c str,
        object: String,
        start: usize,
        end: usize,
    },
    /// A path is read or written.
    Touch { path: String, access: Access, start: usize, end: usize },
    /// A shell runs this.
    Script { text: String, start: usize, end: usize },
    /// The language itself runs this.
    Code { text: String, start: usize, end: usize },
    /// A database runs this.
    Sql { text: String, start: usize, end: usize },
}

/// Whether a language is scanned here.
pub(super) fn knows(language: &str) -> bool {
    family(language).is_some()
}

fn family(language: &str) -> Option<Family> {
    Some(match language {
        "python" => Family::Python,
        "perl" => Family::Perl,
        "ruby" => Family::Ruby,
        "node" => Family::Node,
        "php" => Family::Php,
        "lua" => Family::Lua,
        "awk" => Family::Awk,
        "other" => Family::Other,
        _ => return None,
    })
}

/// What a text of code does.
pub(super) fn findings<'c>(catalogue: &'c Catalogue, language: &str, text: &str) -> Vec<Finding<'c>> {
    let family = family(language).unwrap_or(Family::Other);
    let (tokens, inner) = tokens(text, family);
    let mut scan = Scan {
        codes: catalogue.codes(language),
        catalogue,
        language,
        family,
        tokens: &tokens,
        names: HashMap::new(),
        texts: HashMap::new(),
        stars: Vec::new(),
        built: Cell::new(false),
        found: Vec::new(),
    };
    scan.run();
    let mut found = scan.found;
    found.extend(inner.into_iter().map(|(at, text)| Finding::Code { text, start: at, end: at }));
    found.truncate(MAX_FINDINGS);
    found
}

/// What a text of code writes, if all that it does is to print a text.
pub(super) fn printed(language: &str, text: &str) -> Option<String> {
    let (tokens, _) = tokens(text, family(language)?);
    let words: Vec<&Token> =
        tokens.iter().filter(|token| !matches!(token.kind, Kind::Sign('(' | ')' | ';' | '{' | '}'))).collect();
    let words = match words.as_slice() {
        [begin, rest @ ..] if begin.name() == Some("BEGIN") => rest,
        all => all,
    };
    match words {
        [print, text] if matches!(print.name()?, "print" | "puts" | "echo" | "say" | "printf") => {
            let text = text.text().filter(|text| !text.contains(HOLE))?;
            Some(format!("{text}\n"))
        }
        _ => None,
    }
}

struct Scan<'c, 't> {
    catalogue: &'c Catalogue,
    codes: &'c [Code],
    language: &'t str,
    family: Family,
    tokens: &'t [Token],
    /// What a name stands for: a module, a function.
    names: HashMap<String, Vec<String>>,
    /// Names of texts.
    texts: HashMap<String, String>,
    /// Modules all of whose names are taken over (`from os import *`).
    stars: Vec<Vec<String>>,
    /// Whether a name of the path that was read last was put together from pieces.
    built: Cell<bool>,
    found: Vec<Finding<'c>>,
}

impl<'c> Scan<'c, '_> {
    fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn sign(&self, at: usize, sign: char) -> bool {
        self.get(at).is_some_and(|token| token.is(sign))
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(token) = self.get(at) {
            at = match &token.kind {
                Kind::Command(text) => {
                    let (text, start, end) = (text.clone(), token.start, token.end);
                    self.script(&text, start, end);
                    at + 1
                }
                Kind::Text(_) => self.text(at),
                Kind::Name(_) => self.name(at),
                // Perl changes a variable in place.
                Kind::Sign('~') if self.family == Family::Perl => {
                    self.texts.clear();
                    at + 1
                }
                // `("sys"."tem")(…)` of PHP: a name that is put together.
                Kind::Sign('(')
                    if self.family == Family::Php
                        && at > 1
                        && self.sign(at - 1, ')')
                        && self.get(at - 2).is_some_and(|token| token.text().is_some() || token.is(')')) =>
                {
                    self.unnamed(at);
                    at + 1
                }
                // `vars(os)["sys" + "tem"](…)`: what is called is put together.
                Kind::Sign('[')
                    if at > 0
                        && self.sign(at - 1, ')')
                        && self.bracketed(at + 1).is_some_and(|(_, next)| self.sign(next, '(')) =>
                {
                    self.unnamed(at);
                    at + 1
                }
                Kind::Sign(_) => at + 1,
            };
        }
    }

    fn script(&mut self, text: &str, start: usize, end: usize) {
        if text.chars().all(|c| c == HOLE || c.is_whitespace()) {
            self.found.push(Finding::Effect {
                kind: EffectKind::Opaque,
                severity: Severity::Medium,
                undo: Undo::Hard,
                reason: "inline {object} code runs a command that it does not say",
                object: self.language.to_owned(),
                start,
                end,
            });
        } else {
            self.found.push(Finding::Script { text: text.replace(HOLE, "$_"), start, end });
        }
    }

    /// A call of something that the code does not name.
    fn unnamed(&mut self, at: usize) {
        let (start, end) = self.get(at).map_or((0, 0), |token| (token.start, token.end));
        self.found.push(Finding::Effect {
            kind: EffectKind::Opaque,
            severity: Severity::Medium,
            undo: Undo::Hard,
            reason: "inline {object} code calls what it does not name",
            object: self.language.to_owned(),
            start,
            end,
        });
    }

    /// A string that stands where a command does: beside a pipe of awk.
    fn text(&mut self, at: usize) -> usize {
        let Some((text, start, end)) = self.get(at).and_then(|t| Some((t.text()?.to_owned(), t.start, t.end))) else {
            return at + 1;
        };
        if self.family == Family::Awk {
            let piped = at > 0 && self.sign(at - 1, '|') && !(at > 1 && self.sign(at - 2, '|'))
                || at > 1 && self.sign(at - 1, '&') && self.sign(at - 2, '|');
            // `"date" | getline`, `"userdel " $1 | getline`, `("userdel " $1) | getline`: what is joined to it is not known.
            let bar = (at + 1..at + MAX_JOINED).find(|at| {
                let kind = self.get(*at).map(|t| &t.kind);
                !matches!(kind, Some(Kind::Name(_) | Kind::Text(_) | Kind::Sign('$' | '0' | ')')))
            });
            let read =
                bar.filter(|bar| self.sign(*bar, '|') && self.get(bar + 1).and_then(Token::name) == Some("getline"));
            match read {
                Some(bar) if bar > at + 1 && !piped => self.script(&format!("{text}$_"), start, end),
                Some(_) => self.script(&text, start, end),
                None if piped => self.script(&text, start, end),
                None => {}
            }
            if text.starts_with('/') && at > 0 && self.sign(at - 1, '>') {
                let access = if at > 1 && self.sign(at - 2, '>') { Access::Append } else { Access::Overwrite };
                self.found.push(Finding::Touch { path: text.clone(), access, start, end });
            }
            let reads =
                || at > 1 && self.sign(at - 1, '<') && self.tokens.iter().take(at).any(|t| t.name() == Some("getline"));
            if text.starts_with('/') && !text.starts_with("/inet") && reads() {
                self.found.push(Finding::Touch { path: text.clone(), access: Access::Read, start, end });
            }
            if text.starts_with("/inet") {
                self.found.push(Finding::Effect {
                    kind: EffectKind::ReverseShell,
                    severity: Severity::High,
                    undo: Undo::Never,
                    reason: "inline {object} code opens a connection",
                    object: self.language.to_owned(),
                    start,
                    end,
                });
            }
        }
        // A module out of the text of its address.
        if self.family == Family::Node && text.starts_with("data:text/javascript") {
            self.unnamed(at);
        }
        // `Bun.$` runs the template behind it.
        if self.family == Family::Node && at > 0 && self.sign(at - 1, '$') {
            self.script(&text, start, end);
        }
        // Of a language that is not known no call is known: what looks like a command that destroys is taken for one.
        if self.family == Family::Other && text.split_whitespace().next().is_some_and(|word| DESTROYERS.contains(&word))
        {
            self.script(&text, start, end);
        }
        // PHP takes a function's name as text.
        if self.family == Family::Php && at > 1 && self.sign(at - 1, '(') {
            let caller = self.get(at - 2).and_then(Token::name).unwrap_or_default();
            let joined = self.values(at, true).0.into_iter().next();
            let text = if let Some(Value::Text(joined)) = joined { joined } else { text };
            if matches!(
                caller,
                "array_map" | "array_walk" | "array_filter" | "usort" | "register_shutdown_function" | "iterator_apply"
            ) {
                let path = [text];
                let codes: Vec<&'c Code> =
                    self.codes.iter().filter(|code| code.calls.iter().any(|call| names(call, &path))).collect();
                codes.into_iter().for_each(|code| self.effect(code, "", start, end));
            }
        }
        at + 1
    }

    /// A name: an import, an assignment, a call, or a mention.
    fn name(&mut self, at: usize) -> usize {
        if let Some(next) = self.import(at) {
            return next;
        }
        self.built.set(false);
        let (mut path, next) = self.path(at);
        // PHP calls what a variable names.
        if self.family == Family::Php && at > 0 && self.sign(at - 1, '$') && self.sign(next, '(') {
            match path.first().and_then(|name| self.texts.get(name)) {
                Some(name) => path = vec![name.clone()],
                None => self.unnamed(at),
            }
        }
        // Behind what another call gives: `Path("x").unlink()`.
        if at > 0 && (self.sign(at - 1, '.') || at > 1 && self.sign(at - 1, '>') && self.sign(at - 2, '-')) {
            path.insert(0, String::new());
        }
        if let Some(next) = self.assignment(at, &path, next) {
            return next;
        }
        let (start, end) = (self.get(at).map_or(0, |t| t.start), self.get(next.saturating_sub(1)).map_or(0, |t| t.end));
        // `os[x](…)` of Lua, `process[x](…)`: what is called is put together.
        let module = || matches!(path.as_slice(), [name] if MODULES.contains(&name.as_str()));
        if matches!(self.family, Family::Lua | Family::Node)
            && module()
            && self.sign(next, '[')
            && self.sign(self.values(next + 1, true).1 + 1, '(')
        {
            self.unnamed(at);
        }
        let starred = |call: &str| self.stars.iter().any(|module| names(call, &[module.as_slice(), &path].concat()));
        // `sh.rm("-rf", path)`, `from sh import rm`: the module's functions are programs.
        if let (Family::Python, [module, .., program]) = (self.family, path.as_slice())
            && matches!(module.as_str(), "sh" | "plumbum")
            && self.sign(next, '(')
        {
            let mut values = self.values(next + 1, true).0;
            values.insert(0, Value::List(vec![program.clone()]));
            if let Some(text) = command_of(&values) {
                self.script(&text, start, end);
            }
            return next;
        }
        // `exec {"/sbin/reboot"} "x", "-f"` of Perl: the program stands in the block, whatever it is told that its name is.
        if self.family == Family::Perl && matches!(path.as_slice(), [name] if name == "exec" || name == "system") {
            let close = (next + 1..next + MAX_JOINED).find(|at| self.sign(*at, '}'));
            if let Some(close) = close.filter(|_| self.sign(next, '{')) {
                let (program, _) = self.values(next + 1, true);
                let rest = self.values(close + 1, false).0;
                let all: Vec<Value> = program.into_iter().chain(rest.into_iter().skip(1)).collect();
                let text = command_of(&all).unwrap_or_else(|| HOLE.to_string());
                self.script(&text, start, end);
                return next;
            }
        }
        let codes: Vec<&'c Code> = self
            .codes
            .iter()
            .filter(|code| code.calls.iter().any(|call| names(call, &path) || path.len() == 1 && starred(call)))
            .collect();
        if codes.is_empty() {
            return next;
        }
        if self.built.get() {
            self.unnamed(at);
        }
        let called = self.sign(next, '(');
        // `eval { … }` of Perl catches errors.
        // Ruby asks for no parentheses behind what a call gives, and nobody for arguments of `fork`.
        let received = self.family == Family::Ruby && path.first().is_some_and(String::is_empty);
        let forks = matches!(path.as_slice(), [name] if name == "fork");
        let deletes = matches!(path.as_slice(), [.., name] if path.len() > 1 && name.ends_with("_all"));
        let bare = !called && (self.takes_bare(next) || received || forks || deletes);
        if !called && !bare {
            // A function that is handed over, as in `map(os.remove, files)`.
            let asked = at > 1
                && self.sign(at - 1, '(')
                && self.get(at - 2).and_then(Token::name).is_some_and(|n| ASKS.contains(&n));
            let runs = matches!(path.as_slice(), [name] if matches!(name.as_str(), "eval" | "exec" | "system"))
                && at > 0
                // `(0, eval)(x)`
                && (self.sign(at - 1, '(') || self.sign(at - 1, ','));
            if (path.len() > 1 || runs) && !asked && (self.sign(next, ',') || self.sign(next, ')')) {
                let does = |code: &&&'c Code| {
                    matches!(code.argument, Argument::Path | Argument::Script | Argument::Code | Argument::None)
                };
                codes.iter().filter(does).for_each(|code| self.effect(code, "", start, end));
            }
            return next;
        }
        let (mut values, past) = self.values(next + usize::from(called), called);
        // `Path("x").unlink()`: the path stands before the call.
        if path.first().is_some_and(String::is_empty)
            && at > 3
            && self.sign(at - 2, ')')
            && codes.iter().all(|code| matches!(code.argument, Argument::Path | Argument::Write))
            && let Some(receiver) = self.get(at - 3).and_then(Token::text)
        {
            values.insert(0, Value::Text(receiver.to_owned()));
        }
        let end = self.get(past.saturating_sub(1)).map_or(end, |token| token.end);
        let forced = self.forces(next, past);
        for code in codes {
            match code.argument {
                Argument::Forced if forced => self.effect(code, "", start, end),
                Argument::Forced => {}
                Argument::Name if self.asks_about(&path, past) => {}
                Argument::Name => self.named(code, &path, &values, start, end),
                _ => self.judge(code, &values, start, end),
            }
        }
        // What stands in the arguments is looked at too.
        next
    }

    /// Whether what follows is an argument without parentheses.
    fn takes_bare(&self, at: usize) -> bool {
        let Some(token) = self.get(at) else { return false };
        match (self.family, &token.kind) {
            (Family::Perl | Family::Ruby, Kind::Text(_) | Kind::Command(_)) => true,
            (Family::Lua | Family::Php | Family::Other, Kind::Text(_)) => true,
            // The statement of Python 2.
            (Family::Python, Kind::Name(_)) => at > 0 && self.get(at - 1).and_then(Token::name) == Some("exec"),
            (Family::Ruby, Kind::Sign('[')) => self.get(at - 1).is_some_and(|name| name.end < token.start),
            (Family::Perl, Kind::Sign('$' | '@' | '<' | '0')) | (Family::Ruby, Kind::Sign('$' | '@')) => true,
            // `exec+(…)`
            (Family::Perl, Kind::Sign('+')) => self.sign(at + 1, '('),
            (Family::Perl | Family::Ruby, Kind::Name(name)) => {
                !matches!(name.as_str(), "if" | "unless" | "or" | "and" | "do" | "x" | "eq" | "ne" | "end" | "then")
            }
            _ => false,
        }
    }

    /// Names that come from elsewhere: `import a as b`, `from a import b`, `const {b} = require("a")`.
    fn import(&mut self, at: usize) -> Option<usize> {
        let word = |at: usize| self.get(at).and_then(Token::name);
        match (self.family, word(at)?) {
            (Family::Python, "import") => {
                let (mut at, mut found) = (at + 1, Vec::new());
                loop {
                    let (path, next) = self.path(at);
                    let alias = (word(next) == Some("as")).then(|| word(next + 1)).flatten();
                    found
                        .push((alias.unwrap_or(path.first()?).to_owned(), if alias.is_some() { path } else { vec![] }));
                    at = if alias.is_some() { next + 2 } else { next };
                    if !self.sign(at, ',') {
                        break;
                    }
                    at += 1;
                }
                self.names.extend(found.into_iter().filter(|(_, path)| !path.is_empty()));
                Some(at)
            }
            (Family::Python, "from") => {
                let (module, next) = self.path(at + 1);
                if word(next) != Some("import") {
                    return Some(next);
                }
                let (mut at, mut found) = (next + 1, Vec::new());
                at += usize::from(self.sign(at, '('));
                if self.sign(at, '*') {
                    self.stars.push(module);
                    return Some(at + 1);
                }
                while let Some(name) = word(at) {
                    let alias = (word(at + 1) == Some("as")).then(|| word(at + 2)).flatten();
                    found.push((alias.unwrap_or(name).to_owned(), [module.clone(), vec![name.to_owned()]].concat()));
                    at += if alias.is_some() { 3 } else { 1 };
                    if !self.sign(at, ',') {
                        break;
                    }
                    at += 1;
                }
                self.names.extend(found);
                Some(at)
            }
            (Family::Node, "const" | "let" | "var") if self.sign(at + 1, '{') => {
                let close = (at + 2..at + 40).find(|&at| self.sign(at, '}'))?;
                let (module, next) = self.path(close + 2);
                let mut found = Vec::new();
                let mut at = at + 2;
                while let Some(name) = word(at).filter(|_| at < close) {
                    let alias = if self.sign(at + 1, ':') { word(at + 2) } else { None };
                    found.push((alias.unwrap_or(name).to_owned(), [module.clone(), vec![name.to_owned()]].concat()));
                    at += if alias.is_some() { 4 } else { 2 };
                }
                self.names.extend(found);
                Some(next)
            }
            _ => None,
        }
    }

    /// `name = os.system`, `name = "text"`: remembered.
    fn assignment(&mut self, at: usize, path: &[String], next: usize) -> Option<usize> {
        let [name] = path else { return None };
        if next == at + 1
            && self.sign(next + 1, '=')
            && self.get(next).is_some_and(|t| matches!(t.kind, Kind::Sign('+' | '.' | '|' | '*' | '-')))
        {
            self.texts.remove(name);
        }
        if self.family == Family::Perl && name == "_" {
            return None;
        }
        if next != at + 1 || !self.sign(next, '=') || self.sign(next + 1, '=') {
            return None;
        }
        if let Some(Token { kind: Kind::Name(_), .. }) = self.get(next + 1) {
            let (path, after) = self.path(next + 1);
            if !self.sign(after, '(') && !path.is_empty() {
                self.names.insert(name.clone(), path);
            }
            return None;
        }
        if let Some(Value::Text(text)) = self.values(next + 1, false).0.into_iter().next()
            && text.len() < MAX_TEXT
        {
            self.texts.insert(name.clone(), text);
        }
        None
    }

    /// The text that stands between brackets from here on, if it is known; and what follows the bracket.
    fn bracketed(&self, from: usize) -> Option<(String, usize)> {
        let (values, close) = self.values(from, true);
        match values.as_slice() {
            [Value::Text(text)] if !text.contains(HOLE) => {
                if close > from + 1 {
                    self.built.set(true);
                }
                Some((text.clone(), close + 1))
            }
            _ => None,
        }
    }

    /// The path that begins at a name: `os.path.join`, `File::Path`, `require("fs").rmSync`, `getattr(os, "system")`; and what follows it.
    fn path(&self, at: usize) -> (Vec<String>, usize) {
        let Some(name) = self.get(at).and_then(Token::name) else { return (Vec::new(), at + 1) };
        let own = || (self.names.get(name).cloned().unwrap_or_else(|| vec![name.to_owned()]), at + 1);
        let module = |at: usize| {
            let (module, next) = self.bracketed(at + 1).filter(|_| self.sign(at, '('))?;
            Some((module.trim_start_matches("node:").to_owned(), next))
        };
        let (mut path, mut next) = match name {
            "require" | "__import__" | "import_module" | "import" => {
                module(at + 1).map_or_else(own, |(module, next)| (vec![module], next))
            }
            "getattr" if self.sign(at + 1, '(') => {
                let (object, comma) = self.path(at + 2);
                let (values, close) = self.values(comma + 1, true);
                match values.first() {
                    Some(Value::Text(text)) if self.sign(comma, ',') && !text.contains(HOLE) => {
                        if close > comma + 2 {
                            self.built.set(true);
                        }
                        ([object, vec![text.clone()]].concat(), close + 1)
                    }
                    _ => own(),
                }
            }
            _ => own(),
        };
        for _ in 0..MAX_PATH {
            let skip = match self.get(next).map(|token| &token.kind) {
                Some(Kind::Sign('.')) if self.family != Family::Php => 1,
                Some(Kind::Sign(':')) if self.sign(next + 1, ':') => 2,
                Some(Kind::Sign(':')) if matches!(self.family, Family::Lua | Family::Other) => 1,
                Some(Kind::Sign('-')) if self.sign(next + 1, '>') => 2,
                Some(Kind::Sign('?')) if self.sign(next + 1, '.') => 2,
                Some(Kind::Sign('['))
                    if self.get(next).zip(self.get(next - 1)).is_some_and(|(a, b)| a.start == b.end) =>
                {
                    let Some((name, after)) = self.bracketed(next + 1) else { break };
                    path.push(name);
                    next = after;
                    continue;
                }
                _ => break,
            };
            let Some(name) = self.get(next + skip).and_then(Token::name) else { break };
            next += skip + 1;
            match name {
                // (`process.mainModule.require`)
                "import_module" | "require" => match module(next) {
                    Some((module, after)) => (path, next) = (vec![module], after),
                    None => path.push(name.to_owned()),
                },
                // What stands behind it is the module's own.
                "__dict__" => {}
                name => path.push(name.to_owned()),
            }
        }
        (path, next)
    }
}

/// Whether a call of the catalogue is what a path ends with: `os.remove` is `x.os.remove`, `.unlink` any method of that name, `exec` only itself,
/// `.delete*` any method that goes on with a new word (`.delete_bucket`, `.deleteBucket`).
fn names(call: &str, path: &[String]) -> bool {
    if let Some(head) = call.strip_suffix('*') {
        let (head, method) = head.strip_prefix('.').map_or((head, false), |head| (head, true));
        let goes_on = |rest: &str| {
            // Of two words the second may stand alone, or for many.
            let two = head.contains('_') || head.chars().skip(1).any(char::is_uppercase);
            head.ends_with('_')
                || two && matches!(rest, "" | "s")
                || rest.starts_with(|c: char| c == '_' || c.is_ascii_uppercase())
        };
        return (path.len() > 1) == method && path.last().and_then(|last| last.strip_prefix(head)).is_some_and(goes_on);
    }
    if let Some(method) = call.strip_prefix('.') {
        return path.len() > 1 && path.last().is_some_and(|last| last == method);
    }
    let parts = call.split('.').count();
    let Some(tail) = path.len().checked_sub(parts).and_then(|from| path.get(from..)) else { return false };
    (parts > 1
        || path.len() == 1
        || matches!(
            path.first().map(String::as_str),
            Some("builtins" | "globalThis" | "global" | "window" | "Kernel" | "CORE")
        ))
        && call.split('.').zip(tail).all(|(want, got)| want == got)
}

/// Findings of one text; policy and approver need no more.
const MAX_FINDINGS: usize = 64;

/// Names in one path.
const MAX_PATH: usize = 12;

/// Words that awk joins to a string.
const MAX_JOINED: usize = 12;

/// Bytes of a text that is remembered under a name.
const MAX_TEXT: usize = 4096;

/// What has calls that run other programs.
const MODULES: [&str; 9] = ["os", "io", "_G", "_ENV", "process", "globalThis", "global", "child_process", "fs"];

/// Calls that only say something of what they are given.
const ASKS: [&str; 14] = [
    "help",
    "print",
    "dir",
    "type",
    "repr",
    "callable",
    "id",
    "vars",
    "signature",
    "getsource",
    "getdoc",
    "getfile",
    "getsourcelines",
    "getsourcefile",
];

/// What a string begins with that looks like a command that destroys.
const DESTROYERS: [&str; 6] = ["rm", "dd", "shred", "mkfs", "wipefs", "shutdown"];
