//! The arguments of a command, held against the rules of its program.

use std::borrow::Cow;

use super::flag::Flag;
use super::hosts;
use super::places::{self, Access};
use super::{Catalogue, Program, RuleEntry, Verb, Which};
use crate::command::words::{HOLE, Text, Word};
use crate::model::{EffectKind, Severity, Span, Undo};

/// What the rules find in the arguments of a command.
#[derive(Debug, Default)]
pub(in crate::command) struct Found<'w> {
    /// Effects.
    pub(in crate::command) matches: Vec<Match>,
    /// Words that are text of another language, with its name.
    pub(in crate::command) payloads: Vec<(&'w str, Cow<'w, Word>)>,
    /// The language of what it reads from its input, if it does.
    pub(in crate::command) input: Option<&'w str>,
    /// Paths and how they are touched.
    pub(in crate::command) touched: Vec<(Cow<'w, Word>, Access)>,
    /// Whether the program's entries say that this does nothing.
    pub(in crate::command) quiet: bool,
}

/// One effect that a rule finds.
#[derive(Debug)]
pub(in crate::command) struct Match {
    /// What.
    pub(in crate::command) kind: EffectKind,
    /// How bad.
    pub(in crate::command) severity: Severity,
    /// Whether it can be undone.
    pub(in crate::command) undo: Undo,
    /// What it touches.
    pub(in crate::command) object: String,
    /// In words, with `{object}`.
    pub(in crate::command) reason: String,
}

/// Where a command's input comes from and its output goes.
#[derive(Debug, Clone, Copy)]
pub(in crate::command) struct Ends {
    /// It reads a file, or what another command writes.
    pub(in crate::command) piped: bool,
    /// It writes into a file.
    pub(in crate::command) filed: bool,
    /// What it writes is searched for secrets.
    pub(in crate::command) sought: bool,
    /// It starts another command.
    pub(in crate::command) starts: bool,
}

impl Catalogue {
    /// Holds the arguments of a command against the rules of its program.
    pub(in crate::command) fn judge<'w>(&'w self, name: &str, path: &str, args: &'w [Word], ends: Ends) -> Found<'w> {
        let mut found = Found::default();
        for program in self.programs(name, path) {
            let args = Arguments::read(program, args, takes_in_order(name, path), takes_attached(name));
            if args.quiet(program, name) {
                found.quiet = true;
                // An editor that may not write shows the file all the same; `+/PATTERN` is none.
                let files = args.pick(program.edits).iter().filter(|word| !word.shown().starts_with('+'));
                found.touched.extend(files.map(|word| (Cow::Borrowed(*word), Access::Read)));
                continue;
            }
            found.quiet |= args.said(program).next().is_some();
            found.quiet |= program.rule.iter().any(|rule| args.excused(rule, program));
            found.matches.extend(program.rule.iter().filter_map(|rule| self.rule(rule, program, name, &args, ends)));
            args.payloads(program, &mut found);
            args.paths(program, &mut found);
            // An editor without a screen prints, or copies.
            if args.options.iter().any(|option| matches!(option.name, "-es" | "-Es" | "-s" | "--headless")) {
                let files = args.pick(program.edits).iter().filter(|word| !word.shown().starts_with('+'));
                found.touched.extend(files.map(|word| (Cow::Borrowed(*word), Access::Read)));
            }
        }
        found
    }

    fn rule(&self, rule: &RuleEntry, program: &Program, name: &str, args: &Arguments<'_>, ends: Ends) -> Option<Match> {
        let rest = after(&rule.verb, &args.operands, args.asked, program.abbreviates)?;
        // With an option that rehearses nothing happens (but `rm` knows none); and of a program that counts by being named nobody says what
        // each of its options does, so one that asks is enough.
        let named = rule.verb.is_empty() && rule.flags.is_empty() && rule.operand.is_empty();
        let rehearses = args.rehearses() && !args.ignores_rehearsal(name);
        if !rule.grade && (rehearses || named && args.only_asks()) {
            return None;
        }
        // `aws iam create-access-key help`: a tool with verbs says what the verb does.
        if !rule.grade && !rule.verb.is_empty() && matches!(rest, [only] if only.known() == Some("help")) {
            return None;
        }
        let many = rest.len() >= rule.at_least && rule.at_most.is_none_or(|most| rest.len() <= most);
        let flagged = rule.flags.iter().all(|flag| args.has_but(flag, &rule.unless, program.long));
        if !many
            || !flagged
            || (rule.piped && !ends.piped)
            || (rule.filed && !ends.filed)
            || (rule.sought && !ends.sought)
            || (rule.alone && ends.starts)
            || args.unless(rule, program)
        {
            return None;
        }
        if rest.iter().any(|word| rule.without.iter().any(|globs| globs.fit(word.shown()))) {
            return None;
        }
        let counts = |word: &&&Word| !rule.except.iter().any(|globs| globs.fit(word.shown()));
        let mut object = rest.first().map(|word| word.shown());
        if !rule.operand.is_empty() || !rule.except.is_empty() {
            let fits = |word: &&&Word| rule.operand.is_empty() || rule.operand.iter().any(|g| g.fit(word.shown()));
            object = Some(rest.iter().filter(counts).find(fits)?.shown());
        }
        if rule.outside {
            // A value is a host only where it says so: most are files, keys and the like.
            let values = args.options.iter().filter_map(|option| option.value.as_ref().map(Value::text));
            let values = values.filter(|text| text.contains("://") || text.starts_with("sftp:"));
            let mut all = rest.iter().filter(counts).map(|word| word.shown()).chain(values);
            object = Some(all.find(|text| hosts::host(text).is_some_and(|host| hosts::outside(host, &self.hosts)))?);
        }
        if rule.several && !rest.first().is_some_and(|word| word.divides) {
            return None;
        }
        if rule.flowing && !args.words().any(|word| word.flow.is_some()) {
            return None;
        }
        let mut severity = rule.severity?;
        if rule.grade {
            let weighed = rest.iter().map(|word| (self.places().weigh(word), *word));
            // The first of the worst.
            let worst = weighed.reduce(|worst, next| if next.0 > worst.0 { next } else { worst })?;
            (severity, object) = (places::graded(severity, worst.0), Some(worst.1.shown()));
        }
        let object = object.unwrap_or(name).replace(HOLE, "…");
        Some(Match { kind: rule.kind?, severity, undo: rule.undo?, object, reason: rule.reason.clone()? })
    }
}

/// The operands after the verb, if the verb is there. `asked` is the first operand that asks (`list`): what stands behind it is asked about,
/// so nothing that is skipped reaches past it.
fn after<'a, 'w>(
    verb: &[Verb],
    operands: &'a [&'w Word],
    asked: Option<usize>,
    abbreviates: bool,
) -> Option<&'a [&'w Word]> {
    let Some((first, more)) = verb.split_first() else { return Some(operands) };
    match first {
        Verb::Skip => {
            let end = asked.map_or(operands.len(), |at| at.min(operands.len()));
            (0..=end).find_map(|from| {
                after(more, operands.get(from..)?, asked.and_then(|at| at.checked_sub(from)), abbreviates)
            })
        }
        Verb::Word(globs) => {
            let (word, rest) = operands.split_first()?;
            let fits = globs.fit_any_case(word.shown()) || (abbreviates && globs.begin_with(word.shown()));
            let asked = asked.and_then(|at| at.checked_sub(1));
            fits.then(|| after(more, rest, asked, abbreviates)).flatten()
        }
    }
}

/// Arguments apart: options with their values, and operands.
struct Arguments<'w> {
    options: Vec<Choice<'w>>,
    operands: Vec<&'w Word>,
    /// The first operand that asks and is not perhaps the value of an option of which nothing is known.
    asked: Option<usize>,
    last: Option<&'w str>,
}

struct Choice<'w> {
    /// The option without its value.
    name: &'w str,
    value: Option<Value<'w>>,
}

impl Choice<'_> {
    /// Whether it gives what the program does, or looks for, so that all operands are files: `-e`, `-ne`, `--file`.
    fn is_script(&self, program: &Program) -> bool {
        let takes = |option: &str| program.values.iter().any(|value| value == option);
        let letter = match self.name.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            Some(letters) => letters.ends_with('e') && takes("-e") || letters.ends_with('f') && takes("-f"),
            None => matches!(self.name, "--expression" | "--file" | "--regexp" | "--from-file"),
        };
        self.value.is_some() && letter
    }
}

/// The value of an option.
enum Value<'w> {
    /// The word after it.
    Next(&'w Word),
    /// The rest of its word, from that byte on.
    Attached(&'w Word, usize),
}

impl<'w> Value<'w> {
    fn text(&self) -> &'w str {
        match self {
            Self::Next(word) => word.shown(),
            Self::Attached(word, from) => word.shown().get(*from..).unwrap_or_default(),
        }
    }

    fn word(&self) -> Cow<'w, Word> {
        match *self {
            Self::Next(word) => Cow::Borrowed(word),
            Self::Attached(word, from) => Cow::Owned(tail(word, from)),
        }
    }
}

/// The rest of a word from a byte on.
fn tail(word: &Word, from: usize) -> Word {
    let rest = |text: &String| text.get(from..).unwrap_or_default().to_owned();
    let text = match &word.text {
        Text::Known(text) => Text::Known(rest(text)),
        Text::Partly(text) => Text::Partly(rest(text)),
        Text::Unknown => Text::Unknown,
    };
    let exact = word.verbatim.filter(|at| at.end - at.start == word.shown().len());
    let verbatim = exact.map(|at| Span { start: at.start + from, end: at.end });
    Word { text, span: word.span, verbatim, glob: word.glob, flow: word.flow.clone(), divides: word.divides }
}

impl<'w> Arguments<'w> {
    fn read(program: &Program, args: &'w [Word], in_order: bool, attached: Option<&str>) -> Self {
        let last = args.last().filter(|_| !in_order || args.len() == 1).map(Word::shown);
        let mut read = Self { options: Vec::new(), operands: Vec::new(), asked: None, last };
        let mut words = args.iter();
        let mut doubtful = false;
        while let Some(word) = words.next() {
            let text = word.shown();
            if text == "--" {
                read.operands.extend(words);
                break;
            }
            // By then it has done what stands before.
            let late = in_order
                && (!read.options.is_empty() || !read.operands.is_empty())
                && excuses(text)
                && !takes_value(&program.values, text, program.long);
            if late || text.len() < 2 || !text.starts_with(['-', '+']) || (text.starts_with('+') && !program.long) {
                if read.asked.is_none() && !doubtful && word.known().is_some_and(asks) {
                    read.asked = Some(read.operands.len());
                }
                doubtful = false;
                read.operands.push(word);
                continue;
            }
            if text == "-help" {
                read.options.push(Choice { name: text, value: None });
                continue;
            }
            if let Some(option) = attached.filter(|option| text.starts_with(option)) {
                let value = (text.len() > option.len()).then_some(Value::Attached(word, option.len()));
                read.options.push(Choice { name: text.get(..option.len()).unwrap_or(text), value });
                continue;
            }
            let cut = value_at(&program.values, text, program.long);
            let name = text.get(..cut.0).unwrap_or(text);
            let value = match cut.1 {
                At::Here(from) => Some(Value::Attached(word, from)),
                At::Next => words.next().map(Value::Next),
                At::Nowhere => None,
            };
            doubtful = value.is_none();
            read.options.push(Choice { name, value });
        }
        read
    }

    /// Operands and values.
    fn words(&self) -> impl Iterator<Item = &'w Word> {
        let values = self.options.iter().filter_map(|option| match option.value {
            Some(Value::Next(word) | Value::Attached(word, _)) => Some(word),
            None => None,
        });
        self.operands.iter().copied().chain(values)
    }

    fn has(&self, flag: &Flag, long: bool) -> bool {
        let mut named = self.options.iter().filter(|option| flag.names(option.name, long));
        match flag.wants_value() {
            true => named.any(|option| option.value.as_ref().is_some_and(|value| flag.takes(value.text()))),
            false => named.next().is_some(),
        }
    }

    /// As [`Arguments::has`], where an option with a value that is excepted is none that counts: `-v /:/host -v /etc/hosts:/etc/hosts`.
    fn has_but(&self, flag: &Flag, except: &[Flag], long: bool) -> bool {
        self.options.iter().any(|option| {
            let value = option.value.as_ref().map(Value::text);
            let is = |flag: &Flag| flag.names(option.name, long) && value.is_some_and(|value| flag.takes(value));
            let named = if flag.wants_value() { is(flag) } else { flag.names(option.name, long) };
            named && !except.iter().any(|except| except.wants_value() && is(except))
        })
    }

    /// Whether an option excuses what a rule is about. One with a value excuses only itself where the rule asks for such an option, and
    /// `find` does what stands behind a test for what passed it, with nothing between them that would change that.
    fn unless(&self, rule: &RuleEntry, program: &Program) -> bool {
        let own = |flag: &&Flag| !flag.wants_value() || !rule.flags.iter().any(|of| of.shares(flag));
        let excuses = |option: &Choice<'_>| {
            let value = option.value.as_ref().map(Value::text);
            let named = |flag: &Flag| {
                flag.names(option.name, program.long)
                    && (!flag.wants_value() || value.is_some_and(|value| flag.takes(value)))
            };
            rule.unless.iter().filter(own).any(named)
        };
        let place = |is: &dyn Fn(&Choice<'_>) -> bool| self.options.iter().position(is);
        let Some(at) = place(&excuses) else { return false };
        let deletes = place(&|option| option.name == "-delete");
        // Behind each `-o` stands another such test.
        let or = |pair: &[Choice<'_>]| matches!(pair, [or, next] if matches!(or.name, "-o" | "-or") && !excuses(next));
        let apart = self.options.windows(2).any(or)
            || self.options.iter().any(|option| option.name == "-not")
            || self.operands.iter().any(|word| matches!(word.shown(), "!" | ","));
        deletes.is_none_or(|deletes| at < deletes && !apart) && !self.denies_rehearsal()
    }

    /// Whether an option takes a rehearsal back.
    fn denies_rehearsal(&self) -> bool {
        self.options.iter().any(|option| option.name.starts_with("--no-dry"))
    }

    /// Whether a rule would fit, were it not for an option that it excepts.
    fn excused(&self, rule: &RuleEntry, program: &Program) -> bool {
        self.unless(rule, program)
            && rule.flags.iter().all(|flag| self.has(flag, program.long))
            && after(&rule.verb, &self.operands, self.asked, program.abbreviates).is_some()
    }

    fn has_any(&self, flags: &[Flag], long: bool) -> bool {
        flags.iter().any(|flag| self.has(flag, long))
    }

    /// Whether a program that takes an option to rehearse does it all the same: as a name, as an argument of a script, or (systemctl(1)) for
    /// other verbs than those that halt.
    fn ignores_rehearsal(&self, name: &str) -> bool {
        match name {
            "systemctl" => !self.operands.first().is_some_and(|verb| HALTS.contains(&verb.shown())),
            _ => matches!(name, "service" | "supervisorctl" | "sv" | "monit" | "initctl"),
        }
    }

    /// Whether an option says that nothing is to happen. `--dry-run=none` and `--dry-run=false` say the contrary.
    fn rehearses(&self) -> bool {
        let mut options = self.options.iter().filter(|option| REHEARSALS.contains(&option.name)).peekable();
        let meant = |option: &Choice<'_>| option.value.as_ref().is_none_or(|value| !denies(value.text()));
        !self.denies_rehearsal() && options.peek().is_some() && options.all(meant)
    }

    /// Whether some option only asks: for a list, a state, a version.
    fn only_asks(&self) -> bool {
        let goes_on = |rest: &str| rest.is_empty() || rest.starts_with('-');
        self.options.iter().any(|option| {
            QUESTIONS.iter().any(|start| option.name.strip_prefix(start).is_some_and(goes_on))
                || option.value.is_none() && ASKED.contains(&option.name)
        })
    }

    /// Whether one of the options is there, and does not say that it is not meant: `--dry-run=false`.
    fn chosen(&self, flags: &[Flag], long: bool) -> bool {
        // The value behind a cluster of letters is the last one's.
        let denied = |option: &Choice<'_>| {
            option.name.starts_with("--")
                && matches!(&option.value, Some(value @ Value::Attached(..)) if denies(value.text()))
        };
        let taken_back =
            |flag: &Flag| self.options.iter().any(|option| flag.names(option.name, long) && denied(option));
        flags.iter().any(|flag| self.has(flag, long) && (flag.wants_value() || !taken_back(flag)))
    }

    fn quiet(&self, program: &Program, name: &str) -> bool {
        let alone = self.operands.is_empty() && self.options.len() == 1;
        if alone && self.options.iter().any(|option| matches!(option.name, "-V" | "-version" | "-?" | "--usage")) {
            return true;
        }
        let short = self.last == Some("-h")
            && !program.values.iter().any(|value| value == "-h")
            && !OTHERWISE.contains(&name)
            && !name.ends_with("grep");
        short
            // `--version 1.2` says which.
            || self.options.iter().any(|option| {
                matches!(option.name, "--help" | "-help") || option.name == "--version" && option.value.is_none()
            })
            || self.operands.first().is_some_and(|word| word.known() == Some("help"))
            || self.asks_last(program)
            || self.said(program).any(|(at, word)| at == 0 || word.shown().contains('='))
            || self.asks_second(program)
            || !self.denies_rehearsal() && self.chosen(&program.quiet, program.long)
    }

    /// The operands with which the program would do nothing, if they stand where it looks for them: first. Behind a verb one may be a name
    /// (`kubectl delete deploy web diff`).
    fn said(&self, program: &Program) -> impl Iterator<Item = (usize, &'w Word)> {
        let quiet = |word: &Word| program.quiet.iter().any(|quiet| quiet.is_operand(word.shown()));
        self.operands.iter().copied().enumerate().filter(move |(_, word)| quiet(word))
    }

    /// `bpftool prog show`, where the catalogue says so (`* show`).
    fn asks_second(&self, program: &Program) -> bool {
        let [first, second, ..] = self.operands.as_slice() else { return false };
        program.quiet.iter().any(|quiet| quiet.is_pair(first.shown(), second.shown()))
    }

    /// `aws iam create-user help`; but `help` may be a file.
    fn asks_last(&self, program: &Program) -> bool {
        self.operands.len() > 2
            && self.operands.last().is_some_and(|word| word.known() == Some("help"))
            && !program.touches()
            && !program.rule.iter().any(|rule| rule.grade)
    }

    fn values_of(&self, flags: &[Flag], long: bool) -> impl Iterator<Item = Cow<'w, Word>> {
        let named = self.options.iter().filter(move |option| flags.iter().any(|flag| flag.names(option.name, long)));
        named.filter_map(|option| option.value.as_ref().map(Value::word))
    }

    fn payloads(&self, program: &'w Program, found: &mut Found<'w>) {
        let Some(payload) = &program.payload else { return };
        let dialect = payload.dialect.as_str();
        let before = found.payloads.len();
        let values = self.values_of(&payload.flags, program.long).filter_map(|word| {
            let prefix = |after: &String| word.shown().to_lowercase().starts_with(after).then_some(after.len());
            match payload.after.is_empty() {
                true => Some(word),
                false => payload.after.iter().find_map(prefix).map(|cut| Cow::Owned(tail(&word, cut))),
            }
        });
        found.payloads.extend(values.map(|word| (dialect, word)));
        let operand = payload.operand.and_then(|at| self.operands.get(at).copied());
        found.payloads.extend(operand.map(|word| (dialect, Cow::Borrowed(word))));
        if let Some(prefix) = &payload.prefix {
            let all = self.operands.iter().filter(|word| word.shown().starts_with(prefix.as_str()));
            found.payloads.extend(all.map(|word| (dialect, Cow::Owned(tail(word, prefix.len())))));
        }
        if let (true, Some((first, rest))) = (payload.words, self.operands.split_first()) {
            found.payloads.push((dialect, joined(first, rest)));
        }
        let told = payload.input || self.has_any(&payload.input_with, program.long);
        if told && found.payloads.len() == before {
            found.input = Some(dialect);
        }
    }

    fn paths(&self, program: &Program, found: &mut Found<'w>) {
        let writes = program.writes_with.is_empty() || self.has_any(&program.writes_with, program.long);
        let appends = self.has_any(&program.appends_with, program.long);
        let write = if appends { Access::Append } else { Access::Overwrite };
        let pick = |which: Option<Which>, access| {
            self.pick(which).iter().map(move |word| (Cow::Borrowed(*word), access)).collect::<Vec<_>>()
        };
        // `sed -e SCRIPT FILE`
        let scripted = program.reads == Some(Which::Rest) && self.options.iter().any(|o| o.is_script(program));
        found.touched.extend(pick(if scripted { Some(Which::All) } else { program.reads }, Access::Read));
        found.touched.extend(pick(program.writes.filter(|_| writes), write));
        for (prefix, access) in [(&program.reads_prefix, Access::Read), (&program.writes_prefix, write)] {
            let Some(prefix) = prefix else { continue };
            let all = self.operands.iter().filter(|word| word.shown().starts_with(prefix.as_str()));
            found.touched.extend(all.map(|word| (Cow::Owned(tail(word, prefix.len())), access)));
        }
        // Between two folders of this machine nothing is sent.
        if self.operands.iter().any(|word| word.shown().contains([':', HOLE])) {
            found.touched.extend(pick(program.sends, Access::Send));
        }
        found.touched.extend(pick(program.edits, Access::Edit));
        for word in self.values_of(&program.sends_values, program.long) {
            let at = word.shown().find('@');
            // `--json '{"q":"invoice"}'` is what is said, not a file.
            if at.is_some() || word.shown().starts_with(['/', '~', '.']) || !word.shown().contains(['{', '"', ' ']) {
                found.touched.push((Cow::Owned(tail(&word, at.map_or(0, |at| at + 1))), Access::Send));
            }
        }
        found.touched.extend(self.values_of(&program.reads_values, program.long).map(|word| (word, Access::Read)));
        found.touched.extend(self.values_of(&program.writes_values, program.long).map(|word| (word, write)));
    }

    fn pick(&self, which: Option<Which>) -> &[&'w Word] {
        let all = self.operands.as_slice();
        match which {
            None => &[],
            Some(Which::All) => all,
            Some(Which::Last) => all.split_last().map(|(last, _)| std::slice::from_ref(last)).unwrap_or_default(),
            Some(Which::Sources) => all.split_last().map(|(_, rest)| rest).unwrap_or_default(),
            Some(Which::Rest) => all.get(1..).unwrap_or_default(),
        }
    }
}

/// Whether the value of an option says that it is not meant, or may say so.
fn denies(value: &str) -> bool {
    value.contains(HOLE)
        || ["none", "false", "f", "no", "n", "off", "0"].iter().any(|no| value.eq_ignore_ascii_case(no))
}

/// Whether an operand asks: of a tool with verbs it is one that changes nothing.
fn asks(operand: &str) -> bool {
    LOOKS.contains(&operand) || ["list-", "get-", "describe-", "show-"].iter().any(|start| operand.starts_with(start))
}

/// Verbs that ask. Words that are also names of things (`logs`, `search`, `version`) are none of them.
const LOOKS: [&str; 17] = [
    "list", "ls", "lst", "show", "describe", "get", "view", "inspect", "status", "info", "diff", "explain", "cat",
    "tail", "help", "who-can", "can-i",
];

/// Whether a program does what its words say one after the other, so that a `--help` behind them comes too late.
fn takes_in_order(name: &str, path: &str) -> bool {
    IN_ORDER.contains(&name) || path.starts_with("/etc/init.d/") || path.starts_with("/etc/rc")
}

/// Whether a word would say that nothing is to happen.
fn excuses(text: &str) -> bool {
    matches!(text, "--help" | "-help" | "--version" | "-h" | "-?" | "-0") || REHEARSALS.contains(&text)
}

/// The shell's own commands, and what reads options before the first operand alone.
const IN_ORDER: [&str; 19] = [
    "kill",
    "unset",
    "trap",
    "export",
    "alias",
    "unalias",
    "set",
    "shopt",
    "setopt",
    "unsetopt",
    "declare",
    "typeset",
    "readonly",
    "exec",
    "ulimit",
    "redis-cli",
    "valkey-cli",
    "ifconfig",
    "route",
];

/// To these `-h` is no question: links themselves, sizes for people, a name left out.
const OTHERWISE: [&str; 15] = [
    "chown", "chgrp", "chmod", "chcon", "tar", "gtar", "bsdtar", "rsync", "touch", "cp", "df", "du", "ls", "rg", "ack",
];

/// Options that say that nothing is to happen.
const REHEARSALS: [&str; 15] = [
    "--dry-run",
    "--dryrun",
    "--dryRun",
    "-dryRun",
    "--noaction",
    "--dry_run",
    "-dry-run",
    "--noop",
    "--no-op",
    "--what-if",
    "--whatif",
    "--simulate",
    "--just-print",
    "--preview",
    "--pretend",
];

/// Verbs of systemctl that `--dry-run` keeps from being done.
const HALTS: [&str; 13] = [
    "halt",
    "poweroff",
    "reboot",
    "soft-reboot",
    "kexec",
    "suspend",
    "hibernate",
    "hybrid-sleep",
    "suspend-then-hibernate",
    "default",
    "rescue",
    "emergency",
    "exit",
];

/// How options begin that ask.
const QUESTIONS: [&str; 4] = ["--list", "--show", "--print", "--no-act"];

/// Options that ask, where they have no value. (`--dump-slave`, `--status-addr`, `--test-command` and their like say how something is done.)
const ASKED: [&str; 19] = [
    "--status",
    "--check",
    "--test",
    "--verify",
    "--query",
    "--info",
    "--state",
    "--dump",
    "--check-only",
    "--check-config",
    "--check-configuration",
    "--check-syntax",
    "--test-config",
    "--test-configuration",
    "--verify-config",
    "--verify-only",
    "--dump-config",
    "--dump-configuration",
    "--status-all",
];

/// The option of a program that takes a value only where it is written together with it: `-pSECRET` (mysql(1)).
fn takes_attached(name: &str) -> Option<&'static str> {
    let family = ["mysql", "mariadb", "mycli"].iter().any(|head| name.starts_with(head));
    (family && !matches!(name, "mysqld" | "mysqld_safe" | "mariadbd" | "mysqld_multi" | "mysqlsh")).then_some("-p")
}

/// Words as one line of text.
fn joined<'w>(first: &'w Word, rest: &[&'w Word]) -> Cow<'w, Word> {
    let Some(last) = rest.last() else { return Cow::Borrowed(first) };
    let mut text = first.shown().to_owned();
    let mut known = first.known().is_some();
    for word in rest {
        text.push(' ');
        text.push_str(word.shown());
        known &= word.known().is_some();
    }
    let text = if known { Text::Known(text) } else { Text::Partly(text) };
    let span = Span { start: first.span.start, end: last.span.end };
    Cow::Owned(Word { text, span, verbatim: None, glob: false, flow: None, divides: false })
}

/// Where an option's value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Nowhere,
    Here(usize),
    Next,
}

/// How long an option's own name is, and where its value stands: behind `=`, behind the first letter of a cluster that takes one, or in
/// the next word.
fn value_at(values: &[String], option: &str, long: bool) -> (usize, At) {
    if values.iter().any(|value| value == option) {
        return (option.len(), At::Next);
    }
    if long || option.starts_with("--") {
        return option.find('=').map_or((option.len(), At::Nowhere), |at| (at, At::Here(at + 1)));
    }
    let letters = option.char_indices().skip(1);
    for (at, letter) in letters {
        let end = at + letter.len_utf8();
        if letter == '=' {
            return (at, At::Here(end));
        }
        if values.iter().any(|v| v.strip_prefix('-') == Some(letter.encode_utf8(&mut [0; 4]))) {
            // Go's tools take `-o=yaml` as well.
            let from = end + usize::from(option.get(end..).is_some_and(|rest| rest.starts_with('=')));
            return (end, if end == option.len() { At::Next } else { At::Here(from) });
        }
    }
    (option.len(), At::Nowhere)
}

/// Whether an option takes the next word: it is one that does, or a cluster of letters whose last one does.
pub(in crate::command) fn takes_value(values: &[String], option: &str, long: bool) -> bool {
    values.iter().any(|value| value == option)
        || option.starts_with('-') && value_at(values, option, long).1 == At::Next
}
