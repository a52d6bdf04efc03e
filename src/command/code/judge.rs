//! One call of inline code, held against the entries of the catalogue.

use super::super::catalogue::{Access, Argument, Code};
use super::super::words::{HOLE, Text, Word};
use super::token::{Family, Token};
use super::value::{Value, command_of};
use super::{Finding, Scan, names};
use crate::model::Span;

impl<'c> Scan<'c, '_> {
    /// One call, held against one entry of the catalogue.
    pub(super) fn judge(&mut self, code: &'c Code, values: &[Value], start: usize, end: usize) {
        let first = values.first().cloned().unwrap_or(Value::Unknown);
        let known = |value: &Value| match value {
            Value::Text(text) if !text.contains(HOLE) => Some(text.clone()),
            _ => None,
        };
        match code.argument {
            Argument::None => self.effect(code, "", start, end),
            // What Python names says how it is done: `.delete(synchronize_session=False)`.
            Argument::Bare
                if values.is_empty()
                    || self.family == Family::Python && values.iter().all(|value| *value == Value::Aside) =>
            {
                self.effect(code, "", start, end);
            }
            Argument::Bare | Argument::Forced | Argument::Name => {}
            Argument::Include => {
                let open = ["/tmp/", "/var/tmp/", "/dev/shm/", "http:", "https:", "ftp:", "php:", "data:", "\u{fffc}"];
                if !matches!(&first, Value::Text(path) if !open.iter().any(|head| path.starts_with(head))) {
                    self.effect(code, "", start, end);
                }
            }
            Argument::Path => match first {
                Value::Text(path) => {
                    self.touches(code, path, start, end);
                    // `remove_tree("/a", "/b")`
                    for value in values.iter().skip(1) {
                        if let Value::Text(path) = value
                            && path.starts_with(['/', '~'])
                        {
                            self.touches(code, path.clone(), start, end);
                        }
                    }
                }
                Value::List(_) | Value::Aside | Value::Altered(_) | Value::Unknown if self.family == Family::Other => {}
                Value::List(_) | Value::Aside | Value::Altered(_) | Value::Unknown => self.effect(code, "", start, end),
            },
            // `platform.system()`
            Argument::Script | Argument::Code if values.is_empty() && self.family != Family::Perl => {}
            Argument::Script => match command_of(values) {
                Some(text) => self.script(&text, start, end),
                None => self.effect(code, "", start, end),
            },
            Argument::Code => match known(&first) {
                Some(text) => self.found.push(Finding::Code { text, start, end }),
                None if self.family == Family::Perl && values.is_empty() || first == Value::Aside => {}
                None => self.effect(code, "", start, end),
            },
            Argument::Sql => {
                if let Value::Text(text) | Value::Altered(text) = first {
                    self.found.push(Finding::Sql { text: text.replace(HOLE, "?"), start, end });
                }
            }
            Argument::Read | Argument::Write | Argument::Open => {
                if self.family == Family::Perl && self.pipes(values, start, end) {
                    return;
                }
                // `open F, "+<", "/dev/vda"`
                let mode = |text: String| matches!(text.trim(), ">" | ">>" | "+<" | "+>" | "+>>");
                let moded = values.iter().position(|value| known(value).is_some_and(mode));
                if self.family == Family::Perl
                    && let Some(path) = moded.and_then(|at| values.get(at + 1)).and_then(known)
                {
                    return self.found.push(Finding::Touch { path, access: Access::Overwrite, start, end });
                }
                let writes = |text: &String| text.starts_with(['>', '+']) && text.len() > 2;
                // Perl writes where a bracket says so: `open F, ">/srv/x"`.
                if self.family == Family::Perl
                    && let Some(path) = values.iter().filter_map(known).find(writes)
                {
                    let access = if path.starts_with(">>") { Access::Append } else { Access::Overwrite };
                    let path = path.trim_start_matches(['>', '<', '+', ' ']).to_owned();
                    return self.found.push(Finding::Touch { path, access, start, end });
                }
                // `open F, "</etc/shadow"`
                let read = |text: &String| self.family == Family::Perl && text.starts_with('<') && text.len() > 1;
                if let Some(path) = values.iter().filter_map(known).find(read) {
                    let path = path.trim_start_matches(['<', ' ']).to_owned();
                    return self.found.push(Finding::Touch { path, access: Access::Read, start, end });
                }
                // `open F, "/etc/shadow"`: the handle comes first.
                let named = |text: &String| self.family == Family::Perl && text.starts_with('/');
                let Some(path) = known(&first).or_else(|| values.iter().filter_map(known).find(named)) else { return };
                // Perl opens a command where the path begins or ends with a pipe.
                if let Some(script) = path.strip_prefix('|').or_else(|| path.strip_suffix('|')) {
                    return self.script(script, start, end);
                }
                let mode = values.get(1).and_then(known).unwrap_or_default();
                let writes = code.argument == Argument::Write
                    || code.argument == Argument::Open && mode.contains(['w', 'a', '+', 'x', '>']);
                let access = if writes { Access::Overwrite } else { Access::Read };
                self.found.push(Finding::Touch { path, access, start, end });
            }
        }
    }

    /// Whether what a call gives is only asked about: `method(:destroy_all).owner`.
    pub(super) fn asks_about(&self, path: &[String], close: usize) -> bool {
        let asked = ["owner", "arity", "source_location", "parameters", "name", "receiver", "inspect", "nil"];
        let taken = path.last().is_some_and(|name| matches!(name.as_str(), "method" | "instance_method"));
        taken
            && self.sign(close + 1, '.')
            && self.get(close + 2).and_then(Token::name).is_some_and(|n| asked.contains(&n))
    }

    /// A call of what its first argument names: `File.send(:delete, path)`, `FileUtils.method(:rm_rf)`.
    pub(super) fn named(&mut self, code: &'c Code, path: &[String], values: &[Value], start: usize, end: usize) {
        let own = |receiver: &String| CALLERS.contains(&receiver.as_str());
        // `mailer.send(message)` is no call by name.
        let apart = matches!(path, [receiver, .., last] if !own(receiver) && !last.starts_with("__") && !last.starts_with("public"));
        if apart && !matches!(values.first(), Some(Value::Text(_))) {
            return;
        }
        let Some(Value::Text(name)) = values.first().filter(|name| !matches!(name, Value::Text(t) if t.contains(HOLE)))
        else {
            return self.effect(code, "", start, end);
        };
        if code.calls.iter().any(|call| call.trim_start_matches('.') == name) {
            return self.effect(code, "", start, end);
        }
        let alone = [name.clone()];
        let receiver = path.iter().take(path.len().saturating_sub(1)).cloned();
        let path: Vec<String> = receiver.chain([name.clone()]).collect();
        let codes: Vec<&'c Code> = self
            .codes
            .iter()
            .filter(|code| code.calls.iter().any(|call| names(call, &path) || names(call, &alone)))
            .collect();
        for code in codes.into_iter().filter(|code| code.argument != Argument::Name) {
            match values.get(1..) {
                // Whoever calls it later says with what.
                Some([]) | None => self.effect(code, "", start, end),
                Some(rest) => self.judge(code, rest, start, end),
            }
        }
    }

    /// What a call does to a path, by how much hangs on that.
    fn touches(&mut self, code: &'c Code, path: String, start: usize, end: usize) {
        let known = if path.contains(HOLE) { Text::Partly(path.clone()) } else { Text::Known(path.clone()) };
        let word = Word {
            text: known,
            span: Span { start, end },
            verbatim: None,
            glob: path.contains('*'),
            flow: None,
            divides: false,
        };
        let severity = self.catalogue.graded(&word, code.severity);
        let (kind, undo, reason) = (code.kind, code.undo, code.reason.as_str());
        self.found.push(Finding::Effect { kind, severity, undo, reason, object: path, start, end });
    }

    /// Perl's `open(F, "|cmd")` and `open(F, "-|", "cmd")`.
    fn pipes(&mut self, values: &[Value], start: usize, end: usize) -> bool {
        let mut texts = values.iter().filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::List(_) | Value::Aside | Value::Altered(_) | Value::Unknown => None,
        });
        let Some(mode) = texts.find(|text| text.starts_with('|') || text.ends_with('|')) else { return false };
        let script = match mode {
            "-|" | "|-" => texts.next().unwrap_or_default(),
            mode => mode.trim_matches('|'),
        };
        let script = script.to_owned();
        self.script(&script, start, end);
        true
    }

    pub(super) fn effect(&mut self, code: &'c Code, object: &str, start: usize, end: usize) {
        let object = if object.is_empty() { self.language.to_owned() } else { object.to_owned() };
        let (kind, severity, undo, reason) = (code.kind, code.severity, code.undo, code.reason.as_str());
        self.found.push(Finding::Effect { kind, severity, undo, reason, object, start, end });
    }
}

/// What everything in Ruby is called on, where a name is given.
const CALLERS: [&str; 9] = ["Kernel", "Object", "IO", "File", "FileUtils", "Process", "Dir", "self", "BasicObject"];
