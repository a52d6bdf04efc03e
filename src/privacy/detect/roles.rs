//! What a literal is to those who judge lines. Told once, when the rules are made ready: a log has such words on every line.

use super::prose;
use super::rules::{Rules, ValueShape};
use super::title::{Verdict, verdict};

/// What a literal is to those who judge lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Roles {
    /// Only persons have a column or a key of this name.
    pub(super) personal: bool,
    /// Names of codes for one use are recognised by it.
    pub(super) codes: bool,
    /// It speaks of a name or an address in running text.
    pub(super) prose: bool,
    /// Whatever stands before it, a name of a key that ends in it promises nothing but a name of two words.
    pub(super) lone: bool,
    /// What it promises as a name, if it is a word of letters.
    pub(super) verdict: Option<Verdict>,
}

impl Rules {
    /// What a literal is to those who judge lines.
    pub(super) fn roles(&self, literal: u16) -> Roles {
        self.uses.get(usize::from(literal)).map(|uses| uses.roles).unwrap_or_default()
    }

    /// Notes for each literal what it is.
    pub(super) fn note_roles(&mut self, texts: &[String]) {
        let mut uses = std::mem::take(&mut self.uses);
        for (uses, text) in uses.iter_mut().zip(texts) {
            uses.roles = self.roles_of(text);
        }
        self.uses = uses;
    }

    fn roles_of(&self, text: &str) -> Roles {
        Roles {
            personal: PERSONAL_WORDS.contains(&text),
            codes: OF_CODES.contains(&text),
            prose: prose::speaks(text),
            lone: self.is_lone(text),
            verdict: text.bytes().all(|b| b.is_ascii_alphabetic()).then(|| verdict(self, text.as_bytes())),
        }
    }

    fn is_lone(&self, text: &str) -> bool {
        let of = |index: usize| self.keys.get(index).map(|rule| rule.value);
        let names = self.names.get(text.as_bytes()).map(Vec::as_slice).unwrap_or_default();
        names.iter().any(|name| name.before.is_empty())
            && names.iter().all(|name| of(name.rule) == Some(ValueShape::MaybeName))
            && text.bytes().all(|b| b.is_ascii_lowercase())
            && !matches!(text, "is" | "ist" | "est" | "es")
    }
}

/// Columns and keys that only persons have.
const PERSONAL_WORDS: &[&str] = &[
    "phone",
    "ssn",
    "dob",
    "birth",
    "surname",
    "birthdate",
    "iban",
    "passport",
    "mobile",
    "lastname",
    "firstname",
    "birthday",
    "cc",
    "cvv",
    "cpf",
    "nino",
    "nif",
    "dni",
    "bsn",
    "pesel",
];

/// The words by which the names of codes for one use are recognised.
const OF_CODES: &[&str] = &[
    "recovery",
    "recuperación",
    "recupero",
    "backup",
    "scratch",
    "emergency",
    "totp",
    "auth",
    "codes",
    "secours",
    "wiederherstellungscodes",
    "wiederherstellungscode",
];
