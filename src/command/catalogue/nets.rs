//! Nets: what a command's words say although no entry names its program, or none of its rules fits.
//!
//! A tool that nobody has heard of still says `delete`, `purge` or `stop`, in the place where tools have their verbs. Words are taken apart
//! where tools join them (`delete-all`, `vm.destroy`, `deleteDatabase`, `userdel`).

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use toml::Spanned;

use crate::model::{EffectKind, Severity, Undo};

/// Words that say what a program does, whichever it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct Net {
    /// The verbs, in lower case.
    words: Vec<String>,
    /// Whether an option of that name says so too (`--purge`).
    #[serde(default)]
    flags: bool,
    /// Whether it counts for programs too that run tasks of a project (`make destroy`).
    #[serde(default)]
    tasks: bool,
    kind: EffectKind,
    severity: Severity,
    undo: Undo,
    reason: String,
    #[serde(rename = "match")]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    pass: Vec<Spanned<String>>,
}

impl Net {
    /// What it is.
    pub(in crate::command) const fn effect(&self) -> (EffectKind, Severity, Undo) {
        (self.kind, self.severity, self.undo)
    }

    /// In words, with `{object}` for the word.
    pub(in crate::command) fn reason(&self) -> &str {
        &self.reason
    }

    /// Lines that must have it, and lines that must not, and the kind.
    pub(super) const fn examples(&self) -> (&Vec<Spanned<String>>, &Vec<Spanned<String>>, EffectKind) {
        (&self.examples, &self.pass, self.kind)
    }
}

/// What the nets leave alone.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Limits {
    /// Programs whose words are no verbs.
    silent: Vec<String>,
    /// Programs that run tasks of a project: their words are the project's.
    tasks: Vec<String>,
    /// Verbs that only ask: what stands beside one is asked about.
    asking: Vec<String>,
    /// Verbs that destroy nothing: what stands behind one is its object.
    harmless: Vec<String>,
    /// What a program's name or a verb may begin or end with, where it is written as one word.
    joined: Vec<String>,
    /// Words that merely look joined.
    except: Vec<String>,
    /// Programs that look at a path, or take it as their own key, and show nothing of it.
    lookers: Vec<String>,
    /// Programs that may be given a disk: they only look.
    disks: Vec<String>,
}

/// All nets.
#[derive(Debug, Default)]
pub(in crate::command) struct Nets {
    nets: Vec<Net>,
    by_word: HashMap<String, usize>,
    silent: HashSet<String>,
    tasks: HashSet<String>,
    asking: HashSet<String>,
    harmless: HashSet<String>,
    joined: Vec<String>,
    except: HashSet<String>,
    lookers: HashSet<String>,
    disks: HashSet<String>,
}

/// Which words of a command may be verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Scope {
    /// All.
    Program,
    /// Those that no project calls a task which anybody runs every day.
    Tasks,
    /// None.
    Silent,
}

impl Nets {
    pub(super) fn add(&mut self, limits: Option<Limits>, nets: Vec<Net>) {
        if let Some(limits) = limits {
            self.silent.extend(limits.silent);
            self.tasks.extend(limits.tasks);
            self.harmless.extend(limits.asking.iter().cloned());
            self.asking.extend(limits.asking);
            self.harmless.extend(limits.harmless);
            self.joined.extend(limits.joined);
            self.except.extend(limits.except);
            self.lookers.extend(limits.lookers);
            self.disks.extend(limits.disks);
        }
        for net in nets {
            for word in &net.words {
                self.by_word.insert(word.clone(), self.nets.len());
            }
            self.nets.push(net);
        }
    }

    pub(super) fn all(&self) -> &[Net] {
        &self.nets
    }

    /// Which words of a program are verbs.
    pub(in crate::command) fn scope(&self, name: &str) -> Scope {
        match name {
            _ if self.silent.contains(name) => Scope::Silent,
            _ if self.tasks.contains(name) => Scope::Tasks,
            _ => Scope::Program,
        }
    }

    /// Whether a program may be given the path of a secret: it shows nothing of it.
    pub(in crate::command) fn looks(&self, name: &str) -> bool {
        self.lookers.contains(name)
    }

    /// Whether a program may be given a disk.
    pub(in crate::command) fn looks_at_disks(&self, name: &str) -> bool {
        self.disks.contains(name)
            || LOOKS.iter().any(|end| name.ends_with(end))
            || READS.iter().any(|head| name.starts_with(head))
    }

    /// What the name of a program says.
    pub(in crate::command) fn named(&self, name: &str) -> Option<&Net> {
        let name = name.strip_suffix(".sh").unwrap_or(name);
        let name = &*lower(name);
        if name.contains('.') || self.except.contains(name) {
            return None;
        }
        let (first, last) = ends(name);
        if first != last && (self.harmless.contains(first) || self.harmless.contains(last)) {
            return None;
        }
        self.whole(last).or_else(|| self.whole(first)).or_else(|| self.joint(name))
    }

    /// What a program is told by its arguments: the word that says it.
    pub(in crate::command) fn told<'n, 'a>(
        &'n self,
        scope: Scope,
        args: impl Iterator<Item = &'a str>,
    ) -> Option<(&'n Net, &'a str)> {
        if scope == Scope::Silent {
            return None;
        }
        let counts = |net: &&Net| scope == Scope::Program || net.tasks;
        let (mut at, mut over) = (0, false);
        let mut args = args.take(MAX_ARGUMENTS).peekable();
        while let Some(word) = args.next() {
            if word == "--" {
                over = true;
            } else if let Some(option) = word.strip_prefix('-').filter(|rest| rest.len() > 2) {
                let net = self.option(option.trim_start_matches('-')).filter(counts);
                if let Some(net) = net {
                    return Some((net, word));
                }
            } else if !word.starts_with('-') && !over {
                let text = &*lower(word.strip_prefix('/').filter(|rest| !rest.contains('/')).unwrap_or(word));
                if let Some(net) = self.verb(text, at).filter(counts) {
                    let asks = args.peek().is_some_and(|next| self.asking.contains(*next));
                    return (!asks).then_some((net, word));
                }
                at += 1;
                let (first, last) = ends(text);
                if [text, first, last].iter().any(|word| self.asking.contains(*word)) {
                    return None;
                }
                over = at >= MAX_VERBS
                    || word.contains([' ', '\n'])
                    || self.harmless.contains(text)
                    || self.harmless.contains(first);
            }
        }
        None
    }

    /// What the first words of a line say that a program is given to read.
    pub(in crate::command) fn commanded(&self, line: &str) -> Option<&Net> {
        let word = line.split_whitespace().next()?;
        self.whole(&lower(word))
    }

    fn whole(&self, word: &str) -> Option<&Net> {
        self.by_word.get(word).and_then(|&at| self.nets.get(at))
    }

    /// An operand at that place among the operands.
    fn verb(&self, text: &str, at: usize) -> Option<&Net> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
        if text.len() > MAX_WORD || !text.chars().all(plain) {
            return None;
        }
        if let Some(net) = self.whole(text) {
            return Some(net);
        }
        if at > 1 || self.except.contains(text) {
            return None;
        }
        let (first, last) = ends(text);
        if first != last && self.asking.contains(last) {
            return None;
        }
        match text.contains('.') {
            // `vm.destroy`, but `reset.xml` is a file.
            true => text.rsplit('.').next().and_then(|last| self.whole(last)).filter(|_| at == 0),
            false if first == last => self.joint(text),
            false => {
                self.whole(first).or_else(|| self.whole(last).filter(|_| at == 0 && !self.harmless.contains(first)))
            }
        }
    }

    /// The name of an option.
    fn option(&self, option: &str) -> Option<&Net> {
        let name = option.split(['=', ':']).next().unwrap_or_default();
        let denied = ["false", "no", "0", "none", "never", "off"];
        if name.len() > MAX_WORD || option.split_once('=').is_some_and(|(_, value)| denied.contains(&value)) {
            return None;
        }
        let name = &*humps(name);
        let flagged = |net: &&Net| net.flags;
        if let Some(net) = self.whole(name) {
            return Some(net).filter(flagged);
        }
        let (first, last) = ends(name);
        if first == last || NEGATIONS.contains(&first) || self.except.contains(name) {
            return None;
        }
        let object = EVERYTHING.contains(&last);
        self.whole(last).filter(flagged).or_else(|| self.whole(first).filter(|net| net.flags && object))
    }

    /// A word that is written as one and begins or ends with a verb.
    fn joint(&self, text: &str) -> Option<&Net> {
        let joined = self.joined.iter().find(|verb| {
            text.len() > verb.len() + 1 && (text.starts_with(verb.as_str()) || text.ends_with(verb.as_str()))
        })?;
        self.whole(joined)
    }
}

/// The first and the last of the parts of a word.
fn ends(text: &str) -> (&str, &str) {
    let mut parts = text.split(['-', '_', ':']).filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or(text);
    (first, parts.next_back().unwrap_or(first))
}

/// In lower case.
fn lower(text: &str) -> std::borrow::Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => humps(text),
        false => text.into(),
    }
}

/// In lower case, with a dash where the case rises within a word.
fn humps(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 4);
    let mut below = false;
    for c in text.chars() {
        if c.is_ascii_uppercase() && below {
            out.push('-');
        }
        below = c.is_ascii_lowercase();
        out.push(c.to_ascii_lowercase());
    }
    out.into()
}

/// Ends of names of programs that only look.
const LOOKS: [&str; 29] = [
    "info", "show", "list", "stat", "stats", "scan", "display", "print", "probe", "frag", "trace", "top", "dump",
    "test", "bench", "report", "mon", "ls", "blk", "perf", "status", "check", "verify", "vtoc", "fstyp", "quot",
    "opcodes", "inquiry", "dumpfs",
];

/// How the names of programs begin that read.
const READS: [&str; 8] = ["ls", "lquery", "sg_get", "sg_read", "sg_inq", "sg_vpd", "dump", "debugfs"];

/// With one of these before it an option says the contrary, or when.
const NEGATIONS: [&str; 18] = [
    "no", "not", "on", "if", "dont", "never", "skip", "without", "allow", "before", "after", "until", "ignore", "show",
    "list", "keep", "dry", "fail",
];

/// Objects of an option that are more than one.
const EVERYTHING: [&str; 16] = [
    "all",
    "everything",
    "data",
    "force",
    "now",
    "database",
    "cluster",
    "volumes",
    "resources",
    "backups",
    "snapshots",
    "nodes",
    "history",
    "users",
    "files",
    "disks",
];

/// Words of a command that are looked at.
const MAX_ARGUMENTS: usize = 24;

/// How many operands may stand before a verb (`net rpc service stop`).
const MAX_VERBS: usize = 4;

/// Characters of a verb with its object.
const MAX_WORD: usize = 40;
