//! A table of the file under examination: every question that is answered badly leaves a fault, and the next question is
//! asked all the same.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Fault;

/// The file: its name, its text, and the faults found so far.
pub(super) struct Page<'a> {
    file: &'a Path,
    text: &'a str,
    faults: RefCell<Vec<Fault>>,
}

impl<'a> Page<'a> {
    pub(super) const fn new(file: &'a Path, text: &'a str) -> Self {
        Self { file, text, faults: RefCell::new(Vec::new()) }
    }

    /// Leaves a fault at a place in the text.
    pub(super) fn fault(&self, at: Option<&Range<usize>>, key: &str, what: impl Into<String>, cure: impl Into<String>) {
        let (what, cure) = (what.into(), cure.into());
        let line = at.map(|at| self.line(at.start));
        self.faults.borrow_mut().push(Fault { file: self.file.to_owned(), line, key: key.to_owned(), what, cure });
    }

    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }

    pub(super) fn has_faults(&self) -> bool {
        !self.faults.borrow().is_empty()
    }

    /// A path as the file means it: relative to the file's own directory.
    pub(super) fn path(&self, said: &str) -> PathBuf {
        self.file.parent().unwrap_or(Path::new("")).join(said)
    }

    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|&b| b == b'\n').count().saturating_add(1)
    }
}

/// A value with the place where it was said.
#[derive(Clone)]
pub(super) struct Said<'a, T> {
    pub(super) value: T,
    pub(super) at: Range<usize>,
    /// The whole key, for messages (`user.alice.keys`).
    pub(super) key: String,
    page: &'a Page<'a>,
}

impl<'a, T> Said<'a, T> {
    pub(super) fn fault(&self, what: impl Into<String>, cure: impl Into<String>) {
        self.page.fault(Some(&self.at), &self.key, what, cure);
    }

    /// The same place with another value.
    pub(super) fn with<U>(self, value: U) -> Said<'a, U> {
        Said { value, at: self.at, key: self.key, page: self.page }
    }
}

/// One table. Every key that is asked for counts as known; [`Table::finish`] calls the others unknown.
pub(super) struct Table<'a> {
    pub(super) page: &'a Page<'a>,
    pub(super) at: Range<usize>,
    name: String,
    /// `None` for a table that the file leaves out.
    entries: Option<&'a DeTable<'a>>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn root(page: &'a Page<'a>, document: &'a Spanned<DeTable<'a>>) -> Self {
        Self::new(page, String::new(), document.span(), Some(document.get_ref()))
    }

    const fn new(page: &'a Page<'a>, name: String, at: Range<usize>, entries: Option<&'a DeTable<'a>>) -> Self {
        Self { page, at, name, entries, known: RefCell::new(Vec::new()) }
    }

    /// The whole key of an entry, for messages.
    pub(super) fn key(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Calls this table by another name in messages, once it is known (`user.alice` for the third `[[user]]`).
    pub(super) fn rename(&mut self, name: String) {
        self.name = name;
    }

    /// Leaves a fault about an entry that is not there.
    pub(super) fn missing(&self, key: &str, cure: &str) {
        self.page.fault(Some(&self.at), &self.key(key), "it is missing", cure);
    }

    fn find(&self, key: &'static str) -> Option<Said<'a, &'a DeValue<'a>>> {
        self.known.borrow_mut().push(key);
        let (_, value) = self.entries?.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some(Said { value: value.get_ref(), at: value.span(), key: self.key(key), page: self.page })
    }

    /// A text, if there is one.
    pub(super) fn text(&self, key: &'static str) -> Option<Said<'a, &'a str>> {
        self.find(key).and_then(text)
    }

    /// A text that must be there.
    pub(super) fn need_text(&self, key: &'static str, cure: &str) -> Option<Said<'a, &'a str>> {
        let found = self.find(key);
        if found.is_none() {
            self.missing(key, cure);
        }
        found.and_then(text)
    }

    /// A list of texts, if there is one.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<Said<'a, &'a str>>> {
        let said = self.find(key)?;
        let DeValue::Array(items) = said.value else {
            said.fault(format!("it is {}, not a list of texts", kind(said.value)), format!("write {key} = [\"…\"]"));
            return None;
        };
        let item = |item: &'a Spanned<DeValue<'a>>| {
            text(Said { value: item.get_ref(), at: item.span(), key: said.key.clone(), page: self.page })
        };
        Some(items.iter().filter_map(item).collect())
    }

    /// A yes or no, if there is one.
    pub(super) fn truth(&self, key: &'static str) -> Option<Said<'a, bool>> {
        let said = self.find(key)?;
        let DeValue::Boolean(value) = *said.value else {
            said.fault(format!("it is {}, not true or false", kind(said.value)), format!("write {key} = true"));
            return None;
        };
        Some(said.with(value))
    }

    /// A whole number that is not negative, if there is one.
    pub(super) fn number(&self, key: &'static str) -> Option<Said<'a, u64>> {
        let said = self.find(key)?;
        let number = match said.value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            DeValue::String(_) | DeValue::Float(_) | DeValue::Boolean(_) => None,
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
        };
        let Some(number) = number else {
            said.fault(format!("it is {}, not a whole number", kind(said.value)), format!("write {key} = 22"));
            return None;
        };
        Some(said.with(number))
    }

    /// A table inside this one; an empty one where there is none.
    pub(super) fn table(&self, key: &'static str) -> Table<'a> {
        let found = self.find(key).and_then(|said| match said.value {
            DeValue::Table(table) => Some((said.at, table)),
            DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
                wrong_table(&said, key)
            }
            DeValue::Datetime(_) | DeValue::Array(_) => wrong_table(&said, key),
        });
        match found {
            Some((at, entries)) => Self::new(self.page, self.key(key), at, Some(entries)),
            None => Self::new(self.page, self.key(key), self.at.clone(), None),
        }
    }

    /// The tables of a `[[list]]`; none where there is none.
    pub(super) fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some(said) = self.find(key) else { return Vec::new() };
        let DeValue::Array(items) = said.value else {
            said.fault(format!("it is {}, not a list of tables", kind(said.value)), format!("write [[{key}]]"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (n, item) in items.iter().enumerate() {
            if let DeValue::Table(entries) = item.get_ref() {
                tables.push(Self::new(self.page, format!("{key}[{n}]"), item.span(), Some(entries)));
            } else {
                let what = format!("entry {n} is {}, not a table", kind(item.get_ref()));
                self.page.fault(Some(&item.span()), &said.key, what, format!("write [[{key}]]"));
            }
        }
        tables
    }

    /// All entries as texts: for tables whose keys are free, such as labels.
    pub(super) fn free(&self) -> Vec<(&'a str, Said<'a, &'a str>)> {
        let entry = |(name, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &'a toml::de::DeString<'a> = name.get_ref();
            let said = Said { value: value.get_ref(), at: value.span(), key: self.key(name), page: self.page };
            text(said).map(|said| (name.as_ref(), said))
        };
        self.entries.into_iter().flatten().filter_map(entry).collect()
    }

    /// Calls every entry that nobody asked for a fault.
    pub(super) fn finish(&self) {
        let known = self.known.borrow();
        for (name, _) in self.entries.into_iter().flatten() {
            let key = name.get_ref().as_ref();
            if known.contains(&key) {
                continue;
            }
            let cure = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("the settings here are {}", known.join(", ")),
            };
            self.page.fault(Some(&name.span()), &self.key(key), "there is no such setting", cure);
        }
    }
}

fn text<'a>(said: Said<'a, &'a DeValue<'a>>) -> Option<Said<'a, &'a str>> {
    if let DeValue::String(value) = said.value {
        Some(said.with(value.as_ref()))
    } else {
        said.fault(format!("it is {}, not a text", kind(said.value)), "put it in quotes");
        None
    }
}

fn wrong_table<T>(said: &Said<'_, &DeValue<'_>>, key: &str) -> Option<T> {
    said.fault(format!("it is {}, not a table", kind(said.value)), format!("write [{key}] on a line of its own"));
    None
}

const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The candidate that a person most likely meant: at most a third of its letters wrong.
pub(super) fn nearest<'k>(word: &str, candidates: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let near = candidates.map(|candidate| (distance(word, candidate), candidate)).min()?;
    (near.0 <= near.1.len().div_ceil(3)).then_some(near.1)
}

/// Letters to insert, delete or change to make one word of the other (Levenshtein). Both are short: hostile length is cut.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(WORD_MAX).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(WORD_MAX).enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        let mut next = vec![left];
        for (cb, &above) in b.iter().zip(row.iter().skip(1)) {
            let change = diagonal.saturating_add(usize::from(ca != *cb));
            left = change.min(above.saturating_add(1)).min(left.saturating_add(1));
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// No setting is as long.
const WORD_MAX: usize = 48;
