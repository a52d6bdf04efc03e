//! What programs do, as data: one TOML file a domain, each rule with examples that must and must not match.
//!
//! ```toml
//! [[program]]
//! names = ["systemctl"]            # what the command word may be
//! values = ["-H", "--host"]        # options that take the next word
//! quiet = ["--dry-run"]            # options with which it does nothing (--help and --version always are)
//!
//! [[program.rule]]
//! verb = ["stop|disable"]          # its first operands, in order
//! flags = ["-f|--force"]           # each of these must be there, in one of its spellings
//! unless = ["--test"]              # none of these may be there
//! operand = ["/dev/*"]             # some operand must match one of these globs
//! grade = true                     # severity follows the worst path among the operands (see [places])
//! kind = "service.stop"
//! severity = "high"
//! undo = "easy"
//! reason = "stops {object}"        # {object}: the first operand after the verb, or the worst path
//! match = ["systemctl stop nginx"]
//! pass = ["systemctl status nginx"]
//! ```
//!
//! A file of the same form can be added to these. A word that is not known matches no `verb`, `flags` or `operand`; it is graded
//! as a path that could be anything.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::words::Word;
use crate::model::{EffectKind, Severity, Undo};

mod glob;
mod places;
mod program;

pub(super) use places::{Access, Places};
pub(super) use program::takes_value;

/// All that is known about programs and paths.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    programs: Vec<Program>,
    by_name: HashMap<String, Vec<usize>>,
    wrappers: HashMap<String, Vec<Wrapper>>,
    interpreters: HashMap<String, Interpreter>,
    codes: Vec<Code>,
    fetchers: Vec<String>,
    generators: Vec<String>,
    places: Places,
}

/// One file of the catalogue.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    program: Vec<Program>,
    wrapper: Vec<Wrapper>,
    interpreter: Vec<Interpreter>,
    code: Vec<Code>,
    places: Option<places::Roots>,
    path: Vec<places::PathRule>,
    fetchers: Vec<String>,
    generators: Vec<String>,
}

/// A program and what it does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    names: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    quiet: Vec<String>,
    /// Its options are words behind one dash (`-delete`), so `-rf` is not `-r -f`.
    #[serde(default)]
    long: bool,
    /// Which operands it reads, for the table of paths.
    #[serde(default)]
    reads: Option<Which>,
    /// Which operands it writes, for the table of paths.
    #[serde(default)]
    writes: Option<Which>,
    /// Only with one of these does it write.
    #[serde(default)]
    writes_with: Vec<String>,
    /// Where SQL stands in its arguments.
    #[serde(default)]
    sql: Option<Sql>,
    #[serde(default)]
    rule: Vec<RuleEntry>,
}

/// Which operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Which {
    /// Each of them.
    All,
    /// The last.
    Last,
    /// All but the last.
    Sources,
    /// All but the first (`grep PATTERN FILE…`).
    Rest,
}

/// Where a database client takes SQL from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sql {
    /// Options whose value is SQL.
    #[serde(default)]
    flags: Vec<String>,
    /// The operand that is SQL, from 0.
    #[serde(default)]
    operand: Option<usize>,
}

/// One thing that a program does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    #[serde(default)]
    verb: Vec<String>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    operand: Vec<String>,
    #[serde(default)]
    grade: bool,
    /// At most this many operands after the verb.
    #[serde(default)]
    at_most: Option<usize>,
    /// At least this many.
    #[serde(default)]
    at_least: usize,
    kind: EffectKind,
    severity: Severity,
    undo: Undo,
    reason: String,
    #[serde(rename = "match")]
    #[cfg_attr(not(test), allow(dead_code, reason = "examples are for the test that holds rules to them"))]
    examples: Vec<String>,
    #[serde(default)]
    #[cfg_attr(not(test), allow(dead_code, reason = "examples are for the test that holds rules to them"))]
    pass: Vec<String>,
}

/// A program that runs another one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrapper {
    names: Vec<String>,
    /// Its first operand, if it wraps only then (`docker exec`).
    #[serde(default)]
    pub(super) verb: Option<String>,
    /// Options that take the next word.
    #[serde(default)]
    pub(super) values: Vec<String>,
    /// Operands of its own before the command.
    #[serde(default)]
    pub(super) skip: usize,
    /// Options whose value is a script.
    #[serde(default)]
    pub(super) script: Vec<String>,
    /// Whether `NAME=value` may stand before the command.
    #[serde(default)]
    pub(super) assigns: bool,
    /// Whether the rest is a command or the words of a script.
    #[serde(default)]
    pub(super) rest: Rest,
    /// Whether more arguments come from its input.
    #[serde(default)]
    pub(super) appends: bool,
    /// Options after which a command stands up to `;` or `+`.
    #[serde(default)]
    pub(super) exec: Vec<String>,
    /// Where the command runs.
    #[serde(default)]
    pub(super) runs: RunsIn,
}

/// What stands after a wrapper's own words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rest {
    /// A command and its arguments.
    #[default]
    Command,
    /// A script in words.
    Script,
    /// Nothing that runs.
    Nothing,
}

/// Where a command runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RunsIn {
    /// Where the line was typed.
    #[default]
    Here,
    /// There, as somebody else.
    Elevated,
    /// On another machine.
    Remote,
    /// In a container.
    Container,
    /// Later.
    Later,
}

impl RunsIn {
    /// What the approver reads before the command.
    pub(super) const fn note(self) -> &'static str {
        match self {
            Self::Here => "",
            Self::Elevated => "(elevated) ",
            Self::Remote => "(remote) ",
            Self::Container => "(container) ",
            Self::Later => "(later) ",
        }
    }
}

/// A program that runs text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interpreter {
    names: Vec<String>,
    /// `shell`, or a language of the `[[code]]` tables.
    pub(super) language: String,
    /// Options whose value is a script.
    pub(super) script: Vec<String>,
    /// Options that take the next word.
    #[serde(default)]
    pub(super) values: Vec<String>,
}

/// A call in inline code, as it stands there without blanks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// The languages it belongs to.
    pub(super) languages: Vec<String>,
    /// Any of these.
    pub(super) calls: Vec<String>,
    /// What it is.
    pub(super) kind: EffectKind,
    /// How bad.
    pub(super) severity: Severity,
    /// Whether it can be undone.
    pub(super) undo: Undo,
    /// In words.
    pub(super) reason: String,
    #[serde(rename = "match")]
    #[cfg_attr(not(test), allow(dead_code, reason = "examples are for the test that holds rules to them"))]
    examples: Vec<String>,
    #[serde(default)]
    #[cfg_attr(not(test), allow(dead_code, reason = "examples are for the test that holds rules to them"))]
    pass: Vec<String>,
}

impl Catalogue {
    /// Reads the files.
    ///
    /// # Errors
    /// The first file that is not of the form above, with its name and place.
    pub(super) fn load(files: &[(&str, &str)]) -> Result<Self, String> {
        let mut all = Self::default();
        for (name, text) in files {
            let file: File = toml::from_str(text).map_err(|e| format!("{name}: {e}"))?;
            for program in file.program {
                for name in &program.names {
                    all.by_name.entry(name.clone()).or_default().push(all.programs.len());
                }
                all.programs.push(program);
            }
            for wrapper in file.wrapper {
                for name in wrapper.names.clone() {
                    all.wrappers.entry(name).or_default().push(wrapper.clone());
                }
            }
            for interpreter in file.interpreter {
                for name in interpreter.names.clone() {
                    all.interpreters.insert(name, interpreter.clone());
                }
            }
            all.codes.extend(file.code);
            all.fetchers.extend(file.fetchers);
            all.generators.extend(file.generators);
            all.places.add(file.places, file.path);
        }
        Ok(all)
    }

    /// The programs of that name.
    pub(super) fn programs(&self, name: &str) -> impl Iterator<Item = &Program> {
        self.by_name.get(name).into_iter().flatten().filter_map(|&at| self.programs.get(at))
    }

    /// The wrappers of that name.
    pub(super) fn wrappers(&self, name: &str) -> &[Wrapper] {
        self.wrappers.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The interpreter of that name; a version may follow it (`python3.11`).
    pub(super) fn interpreter(&self, name: &str) -> Option<&Interpreter> {
        self.interpreters
            .get(name)
            .or_else(|| self.interpreters.get(name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')))
    }

    /// The calls of that language in a text.
    pub(super) fn calls<'c>(&'c self, language: &'c str, text: &str) -> impl Iterator<Item = &'c Code> {
        let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        self.codes.iter().filter(move |code| {
            code.languages.iter().any(|l| l == language) && code.calls.iter().any(|call| dense.contains(call.as_str()))
        })
    }

    /// Whether a program prints what it fetches from the network.
    pub(super) fn fetches(&self, name: &str) -> bool {
        self.fetchers.iter().any(|fetcher| fetcher == name)
    }

    /// Whether a command exists to print shell settings.
    pub(super) fn generates(&self, name: &str, args: &[Word]) -> bool {
        let args: Vec<&str> = args.iter().filter_map(Word::known).collect();
        self.generators.iter().any(|generator| match generator.split_once(' ') {
            Some((program, verb)) => (program == "*" || program == name) && args.contains(&verb),
            None => generator == name,
        })
    }

    /// Paths and what touching them means.
    pub(super) const fn places(&self) -> &Places {
        &self.places
    }

    /// Every example of every rule: what it shows, whether it must match, and the kind.
    #[cfg(test)]
    pub(super) fn examples(&self) -> Vec<(String, bool, EffectKind)> {
        let rules = self.programs.iter().flat_map(|p| &p.rule).map(|r| (&r.examples, &r.pass, r.kind));
        let codes = self.codes.iter().map(|c| (&c.examples, &c.pass, c.kind));
        let paths = self.places.rules().iter().map(|p| (p.examples(), p.passes(), p.kind()));
        rules
            .chain(codes)
            .chain(paths)
            .flat_map(|(good, bad, kind)| {
                let good = good.iter().map(move |line| (line.clone(), true, kind));
                good.chain(bad.iter().map(move |line| (line.clone(), false, kind)))
            })
            .collect()
    }
}

/// The catalogue of this build. A test keeps it readable; if it were not, every line would be opaque.
pub(super) static CATALOGUE: LazyLock<Result<Catalogue, String>> = LazyLock::new(|| Catalogue::load(&FILES));

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!($name))),*]
    };
}

const FILES: [(&str, &str); 10] = files![
    "wrappers.toml",
    "interpreters.toml",
    "files.toml",
    "databases.toml",
    "system.toml",
    "accounts.toml",
    "network.toml",
    "platforms.toml",
    "git.toml",
    "paths.toml",
];
