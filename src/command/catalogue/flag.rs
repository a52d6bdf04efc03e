//! Options as rules name them: `-r|--recursive`, `--replicas: 0`, `-X|--request: DELETE|PUT`.

use serde::Deserialize;

use super::glob::Globs;

/// An option in any of its spellings, with what its value must be if that matters.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
pub(super) struct Flag {
    names: Vec<String>,
    value: Option<Globs>,
}

impl From<String> for Flag {
    fn from(text: String) -> Self {
        let (names, value) = match text.split_once(": ") {
            Some((names, value)) => (names, Some(Globs::from(value.to_owned()))),
            None => (text.as_str(), None),
        };
        Self { names: names.split('|').map(str::to_owned).collect(), value }
    }
}

impl Flag {
    /// Whether an option, as it stands there without its value, is this one.
    pub(super) fn names(&self, option: &str, long: bool) -> bool {
        self.names.iter().any(|name| is(option, name, long))
    }

    /// Its spellings, where its value does not matter.
    pub(super) fn plain(&self) -> impl Iterator<Item = &str> {
        self.names.iter().filter(|name| self.value.is_none() && name.starts_with('-')).map(String::as_str)
    }

    /// Whether it is no option but this operand.
    pub(super) fn is_operand(&self, operand: &str) -> bool {
        self.names.iter().any(|name| !name.starts_with('-') && name == operand)
    }

    /// Whether it is these two operands; `* list` is any and `list`.
    pub(super) fn is_pair(&self, first: &str, second: &str) -> bool {
        let pair = |name: &String| name.split_once(' ').is_some_and(|(a, b)| (a == "*" || a == first) && b == second);
        self.names.iter().any(pair)
    }

    /// Whether both may be written the same.
    pub(super) fn shares(&self, other: &Self) -> bool {
        self.names.iter().any(|name| other.names.contains(name))
    }

    /// Whether it matters which value the option has.
    pub(super) const fn wants_value(&self) -> bool {
        self.value.is_some()
    }

    /// Whether the value fits. Letters fit in either case.
    pub(super) fn takes(&self, value: &str) -> bool {
        self.value.as_ref().is_none_or(|globs| globs.fit_any_case(value))
    }
}

/// Options of their own so often that they stand for no longer one (`--allow-untrusted`, `--script-security`).
const WORDS: [&str; 20] = [
    "key", "keys", "schema", "all", "script", "list", "zone", "user", "host", "name", "type", "format", "output",
    "config", "context", "status", "show", "info", "mode", "time",
];

/// Whether an option is that one: `-r` is also in `-rf`, and `--recursive` may be cut short (getopt_long(3)).
fn is(option: &str, name: &str, long: bool) -> bool {
    if option == name {
        return true;
    }
    match (name.strip_prefix("--"), option.strip_prefix("--")) {
        (Some(name), Some(option)) => option.len() >= 3 && name.starts_with(option) && !WORDS.contains(&option),
        (None, None) if !long => {
            let letter = name.strip_prefix('-').filter(|letter| letter.chars().count() == 1);
            letter.is_some_and(|letter| option.starts_with('-') && option.contains(letter))
        }
        _ => false,
    }
}
