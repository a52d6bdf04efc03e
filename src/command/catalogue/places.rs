//! Paths: how much hangs on them, and what touching them means.

use serde::Deserialize;
use toml::Spanned;

use super::super::words::{HOLE, Text, Word};
use super::glob::Globs;
use crate::model::{EffectKind, Severity, Undo};

/// How a path is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::command) enum Access {
    /// Its content is read.
    Read,
    /// It is overwritten, added to, or put there. As a rule's word: added to as well.
    Write,
    /// Something is added to its end.
    Append,
    /// What it holds is gone.
    Overwrite,
    /// Its content goes to another machine.
    Send,
    /// It is opened in an editor, which may change it or not.
    Edit,
}

impl Access {
    /// Whether a rule for this access is about that one.
    const fn covers(self, done: Self) -> bool {
        match self {
            Self::Read => matches!(done, Self::Read | Self::Send),
            Self::Write => matches!(done, Self::Write | Self::Append | Self::Overwrite),
            Self::Append => matches!(done, Self::Append),
            Self::Overwrite => matches!(done, Self::Overwrite),
            Self::Send => matches!(done, Self::Send),
            Self::Edit => matches!(done, Self::Edit),
        }
    }
}

/// The tables of paths.
#[derive(Debug, Default)]
pub(in crate::command) struct Places {
    roots: Roots,
    rules: Vec<PathRule>,
}

/// Directories by what hangs on them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roots {
    /// Losing one of these as a whole loses the machine or all work on it.
    whole: Vec<String>,
    /// What lies below these keeps the machine or its services running.
    system: Vec<String>,
    /// What lies below these is made to be thrown away.
    scratch: Vec<String>,
    /// Names of files and directories that a build makes again.
    rebuilt: Vec<Globs>,
}

/// A path that means something.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::command) struct PathRule {
    globs: Vec<Globs>,
    /// Not these.
    #[serde(default)]
    except: Vec<Globs>,
    access: Access,
    kind: EffectKind,
    severity: Severity,
    undo: Undo,
    reason: String,
    #[serde(rename = "match")]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    pass: Vec<Spanned<String>>,
}

impl PathRule {
    /// What touching it is.
    pub(in crate::command) const fn kind(&self) -> EffectKind {
        self.kind
    }

    /// How bad.
    pub(in crate::command) const fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether it can be undone.
    pub(in crate::command) const fn undo(&self) -> Undo {
        self.undo
    }

    /// In words, with `{object}` for the path.
    pub(in crate::command) fn reason(&self) -> &str {
        &self.reason
    }

    /// Lines that must have it, and lines that must not.
    pub(super) const fn examples(&self) -> (&Vec<Spanned<String>>, &Vec<Spanned<String>>) {
        (&self.examples, &self.pass)
    }
}

/// What hangs on a path, from little to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Made to be thrown away, or made again by a build.
    Scratch,
    /// A file or directory named in full.
    Named,
    /// It could be more than one can see: a glob, a variable, a way up.
    Wild,
    /// It keeps the machine or its services running.
    System,
    /// The machine, or all work on it.
    Whole,
}

impl Places {
    pub(super) fn add(&mut self, roots: Option<Roots>, rules: Vec<PathRule>) {
        if let Some(roots) = roots {
            self.roots.whole.extend(roots.whole);
            self.roots.system.extend(roots.system);
            self.roots.scratch.extend(roots.scratch);
            self.roots.rebuilt.extend(roots.rebuilt);
        }
        self.rules.extend(rules);
    }

    pub(super) fn rules(&self) -> &[PathRule] {
        &self.rules
    }

    /// What touching this path means. A relative path is looked at as if it could lie anywhere.
    pub(in crate::command) fn touched<'p>(
        &'p self,
        word: &'p Word,
        access: Access,
    ) -> impl Iterator<Item = &'p PathRule> {
        let path = normal(word.shown());
        let mut path = match path.split('/').next() {
            Some("" | "~") => path,
            // `lib/x` is a project's far more often than the machine's, `etc/shadow` is not.
            Some(first) if !ROOTED.contains(&first) => format!("{HOLE}/{path}"),
            _ => format!("/{path}"),
        };
        if word.shown().ends_with('/') {
            // Something in that directory.
            path.extend(['/', HOLE]);
        }
        let quiet = matches!(word.text, Text::Unknown);
        // `/etc/shado?` names what the rule names.
        let wild = (word.glob && (path.contains(['?', '[']) || is_divided(&path)))
            .then(|| Globs::from(without_classes(&path)));
        let begun = word.glob && begins(&path);
        let wild = wild.or_else(|| begun.then(|| Globs::from(path.clone())));
        self.rules.iter().filter(move |rule| {
            let hit = |patterns: &[Globs]| patterns.iter().any(|pattern| pattern.fit(&path));
            let named =
                |patterns: &[Globs]| wild.as_ref().is_some_and(|wild| patterns.iter().any(|p| p.named_by(wild)));
            !quiet && rule.access.covers(access) && (hit(&rule.globs) || named(&rule.globs)) && !hit(&rule.except)
        })
    }

    /// What hangs on a path.
    pub(super) fn weigh(&self, word: &Word) -> Weight {
        let path = normal(word.shown());
        let below = |root: &String| {
            let rest = path.strip_prefix(root.as_str());
            rest.is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
        };
        let whole = |path: &str| self.roots.whole.iter().any(|root| root == path);
        // `/etc/*` is as much as `/etc`, and `/$x` may be `/`.
        let parent =
            path.strip_suffix("/*").or_else(|| path.strip_suffix("/.*")).map(|p| if p.is_empty() { "/" } else { p });
        let emptied =
            path.strip_suffix(HOLE).map(|p| p.trim_end_matches('/')).map(|p| if p.is_empty() { "/" } else { p });
        if whole(&path) || parent.is_some_and(whole) || emptied.is_some_and(|p| path.starts_with('/') && whole(p)) {
            return Weight::Whole;
        }
        let climbs = path == ".." || path.starts_with("../") || path.contains("/../");
        let hidden = path.contains(HOLE);
        if !climbs && self.roots.scratch.iter().any(below) {
            return Weight::Scratch;
        }
        if self.roots.system.iter().any(|root| *root == path || below(root)) {
            return Weight::System;
        }
        let rebuilt = |name: &str| self.roots.rebuilt.iter().any(|pattern| pattern.fit(name));
        // `~` is no backup of anything, and `/home/build` is somebody's home.
        let skipped = if path.starts_with(['/', '~']) { 1 + 2 * usize::from(path.starts_with('/')) } else { 0 };
        let home = path.strip_prefix("/home/").or(path.strip_prefix("/Users/")).is_some_and(|rest| !rest.contains('/'));
        let last = path.rsplit('/').next().filter(|name| *name != "~" && !home).is_some_and(rebuilt);
        if !climbs && !hidden && (last || path.split('/').skip(skipped).any(rebuilt)) {
            return Weight::Scratch;
        }
        if climbs || hidden || word.glob || path == "." {
            return Weight::Wild;
        }
        Weight::Named
    }
}

/// Directories at the root that few projects have under the same name.
const ROOTED: [&str; 8] = ["etc", "root", "boot", "proc", "sys", "usr", "dev", "sbin"];

/// Whether a star stands between the letters of a name: `/e*c/sha*w`. Whoever means many files puts it at an end.
fn is_divided(path: &str) -> bool {
    path.starts_with('/')
        && path
            .as_bytes()
            .windows(3)
            .any(|w| matches!(w, [a, b'*', c] if a.is_ascii_alphabetic() && c.is_ascii_alphabetic()))
}

/// Whether a star stands behind the first letters of a file of the system's own: `/etc/sha*`. With one letter or none it means many files.
fn begins(path: &str) -> bool {
    let Some((dir, name)) = path.rsplit_once('/') else { return false };
    let letters = name.strip_suffix('*').unwrap_or_default();
    letters.len() >= 2 && letters.bytes().all(|b| b.is_ascii_alphanumeric()) && dir.starts_with("/etc")
}

/// A pattern with `?` in place of each `[…]`.
fn without_classes(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, class)) = rest.split_once('[') {
        out.push_str(before);
        match class.split_once(']') {
            Some((_, after)) => {
                out.push('?');
                rest = after;
            }
            None => return out + class,
        }
    }
    out + rest
}

/// A severity that follows what hangs on the path: `base` is that of a path named in full.
pub(super) fn graded(base: Severity, weight: Weight) -> Severity {
    match weight {
        Weight::Scratch => Severity::Low,
        Weight::Named => base,
        Weight::Wild => base.max(Severity::Medium),
        Weight::System if base >= Severity::High => Severity::Critical,
        Weight::System => Severity::High,
        Weight::Whole => Severity::Critical,
    }
}

/// A path without `//`, `/./`, a trailing `/`, and with each `x/..` that the text itself decides taken away.
fn normal(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != ".." && !last.contains(['~', HOLE])) => drop(parts.pop()),
            ".." if absolute && parts.is_empty() => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) if path.is_empty() => String::new(),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
