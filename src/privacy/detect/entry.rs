//! The rules as they are written: `rules.toml` of this build, and a site's own file.

use serde::Deserialize;

use super::rules::ValueShape;

/// A file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) number: Vec<NumberEntry>,
    #[serde(default)]
    pub(super) code: Vec<CodeEntry>,
    #[serde(default)]
    pub(super) token: Vec<TokenEntry>,
    #[serde(default)]
    pub(super) key: Vec<KeyEntry>,
    #[serde(default)]
    pub(super) words: Words,
    #[serde(default)]
    pub(super) example: Vec<Example>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberEntry {
    pub(super) id: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) engine: Option<String>,
    #[serde(default)]
    pub(super) shapes: Vec<String>,
    #[serde(default)]
    pub(super) near: Vec<String>,
    #[serde(default)]
    pub(super) begins: Option<String>,
    pub(super) words: Vec<String>,
    #[serde(default)]
    pub(super) check: Option<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) pass: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeEntry {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) letters: i8,
    pub(super) pattern: String,
    #[serde(default)]
    pub(super) check: Option<String>,
    #[serde(default)]
    pub(super) near: bool,
    #[serde(default)]
    pub(super) shrink: bool,
    #[serde(default)]
    pub(super) words: Vec<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) pass: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenEntry {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) starts: Vec<String>,
    pub(super) pattern: String,
    #[serde(default)]
    pub(super) check: Option<String>,
    #[serde(default)]
    pub(super) word: bool,
    #[serde(default)]
    pub(super) back: usize,
    #[serde(default)]
    pub(super) second: bool,
    #[serde(default)]
    pub(super) proof: Option<String>,
    /// What each match of the pattern has in it.
    #[serde(default)]
    pub(super) needs: Option<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) pass: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyEntry {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) value: ValueShape,
    pub(super) names: Vec<String>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) pass: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) about: Vec<String>,
    pub(super) harmless: Vec<String>,
    pub(super) things: Vec<String>,
    pub(super) placeholders: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    pub(super) id: String,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) pass: Vec<String>,
}

impl File {
    /// Of each rule: its name, the examples with their values marked, and those without any.
    pub(super) fn examples(self) -> Vec<(String, Vec<String>, Vec<String>)> {
        let numbers = self.number.into_iter().map(|rule| (rule.id, rule.matches, rule.pass));
        let codes = self.code.into_iter().map(|rule| (rule.id, rule.matches, rule.pass));
        let tokens = self.token.into_iter().map(|rule| (rule.id, rule.matches, rule.pass));
        let keys = self.key.into_iter().map(|rule| (rule.id, rule.matches, rule.pass));
        let others = self.example.into_iter().map(|rule| (rule.id, rule.matches, rule.pass));
        numbers.chain(codes).chain(tokens).chain(keys).chain(others).collect()
    }

    /// Of each rule: its name, and the kind that it finds.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &str> {
        let numbers = self.number.iter().map(|rule| rule.kind.as_str());
        let codes = self.code.iter().map(|rule| rule.kind.as_str());
        let tokens = self.token.iter().map(|rule| rule.kind.as_str());
        numbers.chain(codes).chain(tokens).chain(self.key.iter().map(|rule| rule.kind.as_str()))
    }
}
