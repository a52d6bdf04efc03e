//! What a session has defined so far: variables, aliases, functions, arguments, and files with their text.
//!
//! The analysis of a line takes the memory of the lines before it and gives what the line adds ([`super::Analysis::learned`]); whoever
//! releases the line adds it with [`Memory::learn`]. Nothing here lowers the guard: what is forgotten is unknown, and what may or may not have
//! happened is remembered both ways.

use std::collections::BTreeMap;

use super::words::Origin;

/// What a session has defined so far. At most [`MAX_BYTES`] of text and [`MAX_ENTRIES`] names of each sort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory {
    pub(super) variables: BTreeMap<String, Value>,
    /// What an alias may stand for.
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    /// The definitions that a function may have, as source.
    pub(super) functions: BTreeMap<String, Vec<String>>,
    /// By the last part of their path: where a relative path leads, a line does not say.
    pub(super) files: BTreeMap<String, Written>,
    /// The arguments that `set --` gave.
    pub(super) arguments: Option<Vec<Option<String>>>,
    /// There were more files than are remembered: any script may be one of them.
    pub(super) overflowed: bool,
    bytes: usize,
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text, if it is known.
    One(Option<String>),
    /// An array.
    Many(Vec<Option<String>>),
}

/// A file that the session wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Its text, if it is known.
    pub(super) text: Option<String>,
    /// Where the text comes from.
    pub(super) from: Origin,
}

impl Memory {
    /// Adds what a line has defined, when that line is let go.
    pub fn learn(&mut self, line: Self) {
        for (name, value) in line.variables {
            self.assign(&name, value);
        }
        for (name, values) in line.aliases {
            self.aliases.remove(&name);
            values.into_iter().for_each(|value| self.alias(&name, value, true));
        }
        for (name, sources) in line.functions {
            self.functions.remove(&name);
            sources.into_iter().for_each(|source| self.function(&name, source, true));
        }
        for (name, file) in line.files {
            self.write(&name, file);
        }
        self.arguments = line.arguments.or(self.arguments.take());
        self.overflowed |= line.overflowed;
    }

    /// Whether nothing was defined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn assign(&mut self, name: &str, value: Value) {
        let size = match &value {
            Value::One(text) => text.as_ref().map_or(0, String::len),
            Value::Many(texts) => texts.iter().flatten().map(String::len).sum(),
        };
        // Without a value in the memory it is not known.
        self.variables.remove(name);
        let value = if self.take(size) { value } else { Value::One(None) };
        if self.variables.len() < MAX_ENTRIES {
            self.variables.insert(name.to_owned(), value);
        }
    }

    pub(super) fn alias(&mut self, name: &str, value: String, beside: bool) {
        if self.take(value.len()) {
            remember(&mut self.aliases, name, value, beside);
        }
    }

    pub(super) fn function(&mut self, name: &str, source: String, beside: bool) {
        if self.take(source.len()) {
            remember(&mut self.functions, name, source, beside);
        }
    }

    pub(super) fn write(&mut self, name: &str, mut file: Written) {
        if !self.take(file.text.as_ref().map_or(0, String::len)) {
            file.text = None;
        }
        if self.files.len() < MAX_FILES || self.files.contains_key(name) {
            self.files.insert(name.to_owned(), file);
        } else {
            self.overflowed = true;
        }
    }

    fn take(&mut self, size: usize) -> bool {
        let fits = size <= MAX_TEXT && self.bytes + size <= MAX_BYTES;
        self.bytes += if fits { size } else { 0 };
        fits
    }
}

fn remember(all: &mut BTreeMap<String, Vec<String>>, name: &str, value: String, beside: bool) {
    if all.len() >= MAX_ENTRIES && !all.contains_key(name) {
        return;
    }
    let values = all.entry(name.to_owned()).or_default();
    if !beside {
        values.clear();
    }
    if values.len() < MAX_BESIDE && !values.contains(&value) {
        values.push(value);
    }
}

/// Bytes of all texts of a session.
const MAX_BYTES: usize = 256 * 1024;

/// Bytes of one text: a line is no longer.
const MAX_TEXT: usize = 16 * 1024;

/// Variables, aliases and functions. A shell starts with some dozen of each.
const MAX_ENTRIES: usize = 512;

/// Files; where their texts have no room any more, their names have.
const MAX_FILES: usize = 4096;

/// What one name may stand for at once.
const MAX_BESIDE: usize = 4;
