//! What programs do, as data: one TOML file a domain, each rule with examples that must and must not match.
//!
//! ```toml
//! [[program]]
//! names = ["systemctl"]            # what the command word may be; `mkfs.*` is every name that begins so, `/etc/init.d/*` every path
//! values = ["-H", "--host"]        # options that take the next word
//! quiet = ["--dry-run", "check"]   # options, and first operands (`* show`: second ones), with which it does nothing (`--help`, `--version`, a leading
//!                                  # `help`, and `-h` as its last word always are)
//! abbreviates = true               # its verbs may be cut short (`ip l s`)
//! kind = "service.stop"            # `kind`, `severity`, `undo` and `reason` may stand here for all rules that have none
//!
//! [[program.rule]]
//! verb = ["stop|disable"]          # its first operands, in order; "**" skips any number of them
//! flags = ["-f|--force"]           # each of these must be there, in one of its spellings
//! unless = ["--replicas: 1|2"]     # none of these may be there. `: GLOBS` asks for a value as well; where `flags` asks for the same
//!                                  # option, one with such a value is none that counts
//! operand = ["/dev/*"]             # some operand after the verb must match one of these globs
//! without = ["*.log"]              # and no operand at all any of these
//! except = ["/tmp/*"]              # an operand that matches one of these is none that counts
//! outside = true                   # some operand, or option with a value, names a host outside of the house
//! piped = true                     # its input is a file, or what another command writes
//! filed = true                     # what it writes goes into a file
//! sought = true                    # what it writes is searched for secrets (`… | grep password`)
//! alone = true                     # it starts no other command
//! several = true                   # the first operand may be more than one word (`$x` outside of quotes)
//! flowing = true                   # some operand, or option with a value, holds what another command writes
//! grade = true                     # severity follows the worst path among the operands (see [places])
//! at_least = 1                     # how many operands there must be after the verb; likewise at_most
//! severity = "high"
//! undo = "easy"
//! reason = "stops {object}"        # {object}: the operand that matched, the first after the verb, or the worst path
//! match = ["systemctl stop nginx"]
//! pass = ["systemctl status nginx"]
//! ```
//!
//! `reads`, `writes` and `payload` say which words of a program are paths or text of another language (see [`Program`]). A site's own
//! file has the same form (see `site.rs`). A word that is not known matches no `verb`, `flags` or `operand`; it is graded as a path that
//! could be anything.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use super::Dialect;
use super::words::Word;
use crate::model::{EffectKind, Severity, Undo};

use flag::Flag;
use glob::Globs;

mod flag;
mod glob;
mod hosts;
mod nets;
mod places;
mod program;

pub(super) use nets::{Nets, Scope};
pub(super) use places::{Access, Places};
pub(super) use program::{Ends, takes_value};

/// All that is known about programs and paths.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    programs: Vec<Program>,
    by_name: HashMap<String, Vec<usize>>,
    /// Programs named by how their name begins.
    by_head: Vec<(String, usize)>,
    wrappers: HashMap<String, Vec<Wrapper>>,
    interpreters: HashMap<String, Interpreter>,
    carriers: HashMap<String, Vec<Carrier>>,
    codes: HashMap<String, Vec<Code>>,
    hooks: Vec<String>,
    commands: Vec<String>,
    dangerous: Vec<Globs>,
    speakers: HashSet<String>,
    fetchers: Vec<String>,
    generators: Vec<String>,
    hosts: Vec<Globs>,
    places: Places,
    nets: Nets,
}

/// One file of the catalogue.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    program: Vec<Program>,
    wrapper: Vec<Wrapper>,
    interpreter: Vec<Interpreter>,
    carrier: Vec<Carrier>,
    code: Vec<Code>,
    /// Variables that make the next program, or every later one, run something of the setter's choice.
    hooks: Vec<String>,
    /// Variables whose value is a command that some program runs.
    commands: Vec<String>,
    /// Programs of which a copy or a link hides what runs; globs.
    dangerous: Vec<Globs>,
    /// Programs whose words are text.
    speakers: Vec<String>,
    places: Option<places::Roots>,
    path: Vec<places::PathRule>,
    fetchers: Vec<String>,
    generators: Vec<String>,
    /// Hosts of the house.
    hosts: Vec<Globs>,
    nets: Option<nets::Limits>,
    net: Vec<nets::Net>,
}

/// A program and what it does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    names: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    quiet: Vec<Flag>,
    /// Its options are words behind one dash (`-delete`), so `-rf` is not `-r -f`.
    #[serde(default)]
    long: bool,
    /// Its verbs may be cut short.
    #[serde(default)]
    abbreviates: bool,
    /// What its rules are, where they do not say otherwise.
    #[serde(default)]
    kind: Option<EffectKind>,
    #[serde(default)]
    severity: Option<Severity>,
    #[serde(default)]
    undo: Option<Undo>,
    #[serde(default)]
    reason: Option<String>,
    /// Which operands it reads, for the table of paths.
    #[serde(default)]
    reads: Option<Which>,
    /// Which operands it writes, for the table of paths.
    #[serde(default)]
    writes: Option<Which>,
    /// Only with one of these does it write.
    #[serde(default)]
    writes_with: Vec<Flag>,
    /// With one of these it adds to what it writes.
    #[serde(default)]
    appends_with: Vec<Flag>,
    /// Options whose value is a path that it reads.
    #[serde(default)]
    reads_values: Vec<Flag>,
    /// Options whose value is a path that it writes.
    #[serde(default)]
    writes_values: Vec<Flag>,
    /// Operands that begin with this are paths that it reads (`dd if=`).
    #[serde(default)]
    reads_prefix: Option<String>,
    /// Operands that begin with this are paths that it writes (`dd of=`).
    #[serde(default)]
    writes_prefix: Option<String>,
    /// Which operands it opens for changes.
    #[serde(default)]
    edits: Option<Which>,
    /// Which operands it sends to another machine.
    #[serde(default)]
    sends: Option<Which>,
    /// Options whose value is a path that it sends there; what stands before an `@` is not part of it.
    #[serde(default)]
    sends_values: Vec<Flag>,
    /// Where text of another language stands in its arguments.
    #[serde(default)]
    payload: Option<Payload>,
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

/// Where a program takes text of another language from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Payload {
    /// The dialect, by name.
    dialect: String,
    /// Options whose value is such text.
    #[serde(default)]
    flags: Vec<Flag>,
    /// Only values that begin with one of these, which is not part of the text (`tar --checkpoint-action=exec=`).
    #[serde(default)]
    after: Vec<String>,
    /// The operand that is, from 0.
    #[serde(default)]
    operand: Option<usize>,
    /// All operands together are one line of it.
    #[serde(default)]
    words: bool,
    /// Operands that begin with this are (`vim +cmd`).
    #[serde(default)]
    prefix: Option<String>,
    /// Whether its input is, where the arguments hold none.
    #[serde(default)]
    input: bool,
    /// Only with one of these is its input (`vim -es`).
    #[serde(default)]
    input_with: Vec<Flag>,
}

/// One thing that a program does.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleEntry {
    #[serde(default)]
    verb: Vec<Verb>,
    #[serde(default)]
    flags: Vec<Flag>,
    #[serde(default)]
    unless: Vec<Flag>,
    #[serde(default)]
    operand: Vec<Globs>,
    #[serde(default)]
    without: Vec<Globs>,
    #[serde(default)]
    except: Vec<Globs>,
    #[serde(default)]
    outside: bool,
    #[serde(default)]
    piped: bool,
    #[serde(default)]
    filed: bool,
    #[serde(default)]
    sought: bool,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    flowing: bool,
    #[serde(default)]
    several: bool,
    #[serde(default)]
    grade: bool,
    /// At most this many operands after the verb.
    #[serde(default)]
    at_most: Option<usize>,
    /// At least this many.
    #[serde(default)]
    at_least: usize,
    /// Never absent once a file is loaded; nor are the next three.
    #[serde(default)]
    kind: Option<EffectKind>,
    #[serde(default)]
    severity: Option<Severity>,
    #[serde(default)]
    undo: Option<Undo>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(rename = "match")]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    pass: Vec<Spanned<String>>,
}

/// One of the operands that a rule begins with.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
enum Verb {
    /// Any number of operands.
    Skip,
    /// One that fits.
    Word(Globs),
}

impl From<String> for Verb {
    fn from(text: String) -> Self {
        if text == "**" { Self::Skip } else { Self::Word(Globs::from(text)) }
    }
}

impl Program {
    /// Whether it says which paths it touches.
    const fn touches(&self) -> bool {
        self.reads.is_some()
            || self.writes.is_some()
            || self.sends.is_some()
            || self.edits.is_some()
            || self.reads_prefix.is_some()
    }

    /// Gives its rules what they do not say themselves.
    ///
    /// # Errors
    /// What a rule, or the payload, lacks, and a byte of the file near it.
    fn complete(&mut self) -> Result<(), (String, usize)> {
        let names = self.names.join(", ");
        for rule in &mut self.rule {
            rule.kind = rule.kind.or(self.kind);
            rule.severity = rule.severity.or(self.severity);
            rule.undo = rule.undo.or(self.undo);
            rule.reason = rule.reason.take().or_else(|| self.reason.clone());
            let Some(example) = rule.examples.first() else {
                return Err((format!("a rule of {names} has no example that it must match"), 0));
            };
            if rule.kind.is_none() || rule.severity.is_none() || rule.undo.is_none() || rule.reason.is_none() {
                let what = format!("this rule of {names} needs kind, severity, undo and reason");
                return Err((what, example.span().start));
            }
        }
        match &self.payload {
            Some(payload) if Dialect::from_name(&payload.dialect).is_none() => {
                Err((format!("{names}: there is no dialect `{}`", payload.dialect), 0))
            }
            _ => Ok(()),
        }
    }
}

/// A file of the catalogue that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Its name.
    pub(super) file: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// What is wrong.
    pub(super) what: String,
}

/// The line, from 1, of a byte.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count()
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
    /// Words of its own that are no options and no operands (`chrt`'s priority is one, `VAR=x` of `make` another); globs.
    #[serde(default)]
    pub(super) own: Vec<Globs>,
    /// Whether the command stands behind `--` and nowhere else.
    #[serde(default)]
    pub(super) marked: bool,
    /// Whether it starts a shell where no command is given.
    #[serde(default)]
    pub(super) shell: bool,
    /// Options that name the program, of which the command is the arguments.
    #[serde(default)]
    pub(super) program: Vec<String>,
    /// Options with which nothing runs.
    #[serde(default)]
    pub(super) quiet: Vec<String>,
    /// Whether it is no shell's business to start another shell there (`find -exec sh`).
    #[serde(default)]
    pub(super) within: bool,
}

/// A program some of whose words are text that is run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Carrier {
    names: Vec<String>,
    /// Its first operands, if it carries only then (`git config`); globs, one a word.
    #[serde(default)]
    pub(super) verb: Option<String>,
    /// Options that take the next word.
    #[serde(default)]
    pub(super) values: Vec<String>,
    /// Options whose value is the text, or a setting with the text.
    #[serde(default)]
    pub(super) flags: Vec<String>,
    /// The settings (`KEY=text`) that are run, in lower case; globs. Without them the value itself is the text.
    #[serde(default)]
    pub(super) keys: Vec<Globs>,
    /// Whether two operands are a key and its text.
    #[serde(default)]
    pub(super) pairs: bool,
    /// The operand that is the text, where none of the flags is given.
    #[serde(default)]
    pub(super) operand: Option<usize>,
    /// Whether those behind it are texts too.
    #[serde(default)]
    pub(super) rest: bool,
    /// What reads the text: `shell`, `command`, `git`, `ran` (the path of a script), or a language.
    pub(super) reads: String,
    /// Where it runs.
    #[serde(default)]
    pub(super) runs: RunsIn,
    /// Options with which nothing runs.
    #[serde(default)]
    pub(super) quiet: Vec<String>,
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
    /// A script in one word; what follows is something else.
    First,
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
    /// Options with which neither input nor operands are a script (`python -m`).
    #[serde(default)]
    pub(super) quiet: Vec<String>,
    /// `first`: the first operand is the script itself (`awk`). `none`: it reads no script from its input.
    #[serde(default)]
    pub(super) operand: Option<String>,
    /// Whether what stands behind the first script is its arguments.
    #[serde(default)]
    pub(super) first: bool,
    /// Words before the script that say what to do with it (`deno run`).
    #[serde(default)]
    pub(super) verb: Vec<String>,
}

/// Calls in inline code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    /// The languages it belongs to.
    languages: Vec<String>,
    /// The ends of the paths of the calls: `os.remove`, or `remove` for any of that name.
    pub(super) calls: Vec<String>,
    /// What its first argument is.
    #[serde(default)]
    pub(super) argument: Argument,
    /// What it is, where the argument does not say.
    pub(super) kind: EffectKind,
    /// How bad.
    pub(super) severity: Severity,
    /// Whether it can be undone.
    pub(super) undo: Undo,
    /// In words.
    pub(super) reason: String,
    #[serde(rename = "match")]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    pass: Vec<Spanned<String>>,
}

/// What the first argument of a call is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Argument {
    /// Nothing that matters.
    #[default]
    None,
    /// Nothing, and it counts only so: a method that empties its receiver.
    Bare,
    /// Whatever it is, a named argument asks for force (`force: true`).
    Forced,
    /// The name of what is called: that counts, or that it is not known.
    Name,
    /// A file that is run: one that anybody may have put there, or that is not known, counts.
    Include,
    /// A path: the severity follows it.
    Path,
    /// A shell script, or the words of a command: what it does counts.
    Script,
    /// Code of the same language.
    Code,
    /// SQL; where it is not known, there is no effect.
    Sql,
    /// A path that is read; there is no effect but that of the path.
    Read,
    /// A path that is written; the same.
    Write,
    /// A path, and a mode that says which of both.
    Open,
}

impl Catalogue {
    /// Reads the files.
    ///
    /// # Errors
    /// The first file that is not of the form above.
    pub(super) fn load(files: &[(&str, &str)]) -> Result<Self, Unreadable> {
        let mut all = Self::default();
        for (file, text) in files {
            let fault =
                |what: String, at: usize| Unreadable { file: (*file).to_owned(), line: line_of(text, at), what };
            let file: File = toml::from_str(text)
                .map_err(|e| fault(e.message().to_owned(), e.span().map_or(0, |span| span.start)))?;
            for mut program in file.program {
                program.complete().map_err(|(what, at)| fault(what, at))?;
                for name in &program.names {
                    match name.strip_suffix('*') {
                        Some(head) => all.by_head.push((head.to_owned(), all.programs.len())),
                        None => all.by_name.entry(name.clone()).or_default().push(all.programs.len()),
                    }
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
            for carrier in file.carrier {
                for name in carrier.names.clone() {
                    all.carriers.entry(name).or_default().push(carrier.clone());
                }
            }
            for code in file.code {
                for language in code.languages.clone() {
                    all.codes.entry(language).or_default().push(code.clone());
                }
            }
            all.hooks.extend(file.hooks);
            all.commands.extend(file.commands);
            all.dangerous.extend(file.dangerous);
            all.speakers.extend(file.speakers);
            all.fetchers.extend(file.fetchers);
            all.generators.extend(file.generators);
            all.hosts.extend(file.hosts);
            all.places.add(file.places, file.path);
            all.nets.add(file.nets, file.net);
        }
        Ok(all)
    }

    /// The programs of that name, which the line calls by that path.
    fn programs(&self, name: &str, path: &str) -> impl Iterator<Item = &Program> {
        let begins = |head: &str| if head.contains('/') { path.starts_with(head) } else { name.starts_with(head) };
        let heads = self.by_head.iter().filter(move |(head, _)| begins(head)).map(|(_, at)| at);
        self.by_name.get(name).into_iter().flatten().chain(heads).filter_map(|&at| self.programs.get(at))
    }

    /// The verbs and options that the rules of that name's programs speak of, as far as they are plain words.
    pub(super) fn deeds(&self, name: &str, path: &str) -> Vec<&str> {
        let mut plain = Vec::new();
        for rule in self.programs(name, path).flat_map(|program| &program.rule) {
            for verb in &rule.verb {
                if let Verb::Word(globs) = verb {
                    plain.extend(globs.plain());
                }
            }
            plain.extend(rule.flags.iter().flat_map(Flag::plain));
        }
        plain
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

    /// What the options of that program carry.
    pub(super) fn carriers(&self, name: &str) -> &[Carrier] {
        self.carriers.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The calls of a language.
    pub(super) fn codes(&self, language: &str) -> &[Code] {
        self.codes.get(language).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a variable makes programs run something of the setter's choice.
    pub(super) fn is_hook(&self, name: &str) -> bool {
        self.hooks.iter().any(|hook| hook == name)
    }

    /// Whether the value of a variable is a command that some program runs.
    pub(super) fn names_command(&self, name: &str) -> bool {
        self.commands.iter().any(|command| command == name)
    }

    /// Whether a copy of that program hides what runs.
    pub(super) fn is_dangerous(&self, name: &str) -> bool {
        self.dangerous.iter().any(|pattern| pattern.fit(name))
    }

    /// Whether a program's words are text.
    pub(super) fn speaks(&self, name: &str) -> bool {
        self.speakers.contains(name)
    }

    /// Whether anything is known of a program.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.programs(name, name).next().is_some()
            || self.wrappers.contains_key(name)
            || self.interpreters.contains_key(name)
            || self.speakers.contains(name)
            || self.fetches(name)
    }

    /// Whether a word names a program whose use has effects, or that runs another.
    pub(super) fn runs(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
            || self.wrappers.contains_key(name)
            || self.interpreters.get(name).is_some_and(|i| i.language == "shell")
            || name.starts_with("mkfs.")
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

    /// How bad it is to lose a path, if losing one that is named in full is so bad.
    pub(super) fn graded(&self, path: &Word, base: Severity) -> Severity {
        places::graded(base, self.places.weigh(path))
    }

    /// Paths and what touching them means.
    pub(super) const fn places(&self) -> &Places {
        &self.places
    }

    /// What words say of programs that no entry names.
    pub(super) const fn nets(&self) -> &Nets {
        &self.nets
    }

    /// Whether the entries of a program say which paths it touches.
    pub(super) fn knows_paths(&self, name: &str) -> bool {
        self.programs(name, name).any(Program::touches)
    }

    /// Every example of every rule: what it shows, whether it must match, the kind, and the byte of its file where it stands.
    pub(super) fn examples(&self) -> impl Iterator<Item = (&str, bool, EffectKind, usize)> {
        let rules = self.programs.iter().flat_map(|p| &p.rule).filter_map(|r| Some((&r.examples, &r.pass, r.kind?)));
        let codes = self.codes.values().flatten().map(|c| (&c.examples, &c.pass, c.kind));
        let paths = self.places.rules().iter().map(|p| (p.examples().0, p.examples().1, p.kind()));
        let nets = self.nets.all().iter().map(nets::Net::examples);
        rules.chain(codes).chain(paths).chain(nets).flat_map(|(good, bad, kind)| {
            let good = good.iter().map(|line| (line, true));
            let all = good.chain(bad.iter().map(|line| (line, false)));
            all.map(move |(line, must)| (line.get_ref().as_str(), must, kind, line.span().start))
        })
    }
}

/// Whether an address names a host that anybody may own.
pub(super) fn is_outside(catalogue: &Catalogue, address: &str) -> bool {
    hosts::host(address).is_some_and(|host| hosts::outside(host, &catalogue.hosts))
}

/// Whether a text fits a pattern, or one of several (`a|b`).
pub(super) fn glob_matches(pattern: &str, text: &str) -> bool {
    Globs::from(pattern.to_owned()).fit(text)
}

/// The catalogue of this build. A test keeps it readable; if it were not, every line would be opaque.
pub(super) static CATALOGUE: LazyLock<Result<Catalogue, Unreadable>> = LazyLock::new(|| Catalogue::load(&FILES));

/// The catalogue of this build with a site's own file.
///
/// # Errors
/// The file is not of the form above.
pub(super) fn with_site(file: &str, text: &str) -> Result<Catalogue, Unreadable> {
    let files: Vec<_> = FILES.iter().copied().chain([(file, text)]).collect();
    Catalogue::load(&files)
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!($name))),*]
    };
}

const FILES: [(&str, &str); 26] = files![
    "wrappers.toml",
    "carriers.toml",
    "interpreters.toml",
    "files.toml",
    "disks.toml",
    "databases.toml",
    "services.toml",
    "packages.toml",
    "logs.toml",
    "kernel.toml",
    "accounts.toml",
    "network.toml",
    "exfil.toml",
    "containers.toml",
    "cloud.toml",
    "iac.toml",
    "git.toml",
    "secrets.toml",
    "sending.toml",
    "infra.toml",
    "people.toml",
    "halting.toml",
    "machine.toml",
    "windows.toml",
    "paths.toml",
    "nets.toml",
];
