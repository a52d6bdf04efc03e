//! The arguments of a command, held against the rules of its program.

use super::places::{self, Access};
use super::{Catalogue, Program, RuleEntry, Which, glob};
use crate::command::words::Word;
use crate::model::{EffectKind, Severity, Undo};

/// What the rules find in the arguments of a command.
#[derive(Debug, Default)]
pub(in crate::command) struct Found<'w> {
    /// Effects.
    pub(in crate::command) matches: Vec<Match>,
    /// Words that are SQL.
    pub(in crate::command) sql: Vec<&'w Word>,
    /// Whether it reads SQL from its input.
    pub(in crate::command) sql_input: bool,
    /// Paths and how they are touched.
    pub(in crate::command) touched: Vec<(&'w Word, Access)>,
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

impl Catalogue {
    /// Holds the arguments of a command against the rules of its program.
    pub(in crate::command) fn judge<'w>(&self, name: &str, args: &'w [Word]) -> Found<'w> {
        let mut found = Found::default();
        for program in self.programs(name) {
            let args = Arguments::read(program, args);
            if args.quiet(program) {
                continue;
            }
            for rule in &program.rule {
                found.matches.extend(self.rule(rule, program, name, &args));
            }
            if let Some(sql) = &program.sql {
                let values = args.options.iter().filter(|o| sql.flags.iter().any(|f| o.is(f, program.long)));
                found.sql.extend(values.filter_map(|o| o.value));
                found.sql.extend(sql.operand.and_then(|at| args.operands.get(at).copied()));
                found.sql_input = found.sql.is_empty();
            }
            let writes = program.writes_with.is_empty() || args.has_any(&program.writes_with, program.long);
            let pick = |which: Option<Which>, access| args.pick(which).into_iter().map(move |word| (word, access));
            found.touched.extend(pick(program.reads, Access::Read));
            found.touched.extend(pick(program.writes.filter(|_| writes), Access::Write));
        }
        found
    }

    fn rule(&self, rule: &RuleEntry, program: &Program, name: &str, args: &Arguments<'_>) -> Option<Match> {
        let rest = args.after(&rule.verb)?;
        let many = rest.len() >= rule.at_least && rule.at_most.is_none_or(|most| rest.len() <= most);
        let flagged = rule.flags.iter().all(|flag| args.has(flag, program.long));
        if !many || !flagged || args.has_any(&rule.unless, program.long) {
            return None;
        }
        let mut object = rest.first().copied();
        if !rule.operand.is_empty() {
            let hit = |word: &&&Word| rule.operand.iter().any(|pattern| glob::matches(pattern, word.shown()));
            object = Some(*rest.iter().find(hit)?);
        }
        let mut severity = rule.severity;
        if rule.grade {
            let weighed = rest.iter().map(|word| (self.places().weigh(word), *word));
            // The first of the worst.
            let worst = weighed.reduce(|worst, next| if next.0 > worst.0 { next } else { worst })?;
            (severity, object) = (places::graded(severity, worst.0), Some(worst.1));
        }
        let object = object.map_or(name, Word::shown).replace(crate::command::words::HOLE, "…");
        let reason = rule.reason.clone();
        Some(Match { kind: rule.kind, severity, undo: rule.undo, object, reason })
    }
}

/// Arguments apart: options with their values, and operands.
struct Arguments<'w> {
    options: Vec<Choice<'w>>,
    operands: Vec<&'w Word>,
}

struct Choice<'w> {
    text: &'w str,
    value: Option<&'w Word>,
}

impl<'w> Arguments<'w> {
    fn read(program: &Program, args: &'w [Word]) -> Self {
        let mut read = Self { options: Vec::new(), operands: Vec::new() };
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let text = word.shown();
            if text == "--" {
                read.operands.extend(words);
                break;
            }
            if text.len() < 2 || !text.starts_with(['-', '+']) || (text.starts_with('+') && !program.long) {
                read.operands.push(word);
                continue;
            }
            let value = if takes_value(&program.values, text, program.long) { words.next() } else { None };
            read.options.push(Choice { text, value });
        }
        read
    }

    /// The operands after the verb, if the verb is there.
    fn after(&self, verb: &[String]) -> Option<&[&'w Word]> {
        let fits = verb.iter().enumerate().all(|(at, pattern)| {
            self.operands.get(at).is_some_and(|word| glob::matches(pattern, &word.shown().to_ascii_lowercase()))
        });
        self.operands.get(verb.len()..).filter(|_| fits)
    }

    fn has(&self, alternatives: &str, long: bool) -> bool {
        alternatives.split('|').any(|flag| self.options.iter().any(|option| option.is(flag, long)))
    }

    fn has_any(&self, flags: &[String], long: bool) -> bool {
        flags.iter().any(|flag| self.has(flag, long))
    }

    fn quiet(&self, program: &Program) -> bool {
        self.options.iter().any(|option| matches!(option.text, "--help" | "--version"))
            || self.operands.first().is_some_and(|word| word.known() == Some("help"))
            || self.has_any(&program.quiet, program.long)
    }

    fn pick(&self, which: Option<Which>) -> Vec<&'w Word> {
        let all = self.operands.as_slice();
        let picked = match which {
            None => &[],
            Some(Which::All) => all,
            Some(Which::Last) => all.split_last().map(|(last, _)| std::slice::from_ref(last)).unwrap_or_default(),
            Some(Which::Sources) => all.split_last().map(|(_, rest)| rest).unwrap_or_default(),
            Some(Which::Rest) => all.get(1..).unwrap_or_default(),
        };
        picked.to_vec()
    }
}

impl Choice<'_> {
    /// Whether it is that flag: `-r` is also in `-rf`, and `--recursive` may be cut short (getopt_long(3)) or carry `=value`.
    fn is(&self, flag: &str, long: bool) -> bool {
        let name = self.text.split('=').next().unwrap_or_default();
        if name == flag || self.text == flag {
            return true;
        }
        match (flag.strip_prefix("--"), name.strip_prefix("--")) {
            (Some(flag), Some(name)) => name.len() >= 3 && flag.starts_with(name),
            (None, None) if !long => {
                let letter = flag.strip_prefix('-').filter(|letter| letter.chars().count() == 1);
                letter.is_some_and(|letter| name.starts_with('-') && name.contains(letter))
            }
            _ => false,
        }
    }
}

/// Whether an option takes the next word: it is one that does, or a cluster of letters whose last one does.
pub(in crate::command) fn takes_value(values: &[String], option: &str, long: bool) -> bool {
    if values.iter().any(|value| value == option) {
        return true;
    }
    if long || option.starts_with("--") || !option.starts_with('-') {
        return false;
    }
    let letters = option.trim_start_matches('-');
    let takes = |letter: char| values.iter().any(|v| v.strip_prefix('-') == Some(letter.encode_utf8(&mut [0; 4])));
    // In `-uroot` the value is in the word already.
    letters.chars().position(takes).is_some_and(|at| at + 1 == letters.chars().count())
}
