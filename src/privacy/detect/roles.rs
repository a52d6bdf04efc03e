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
    "cognome",
    "nazwisko",
    "apellidos",
    "nachname",
    "achternaam",
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

#[cfg(test)]
mod tests {
    use super::super::frame::{Line, is_lone};
    use super::super::key::{self, Behind};
    use super::super::{Anchor, Kinds};
    use super::*;

    #[test]
    fn what_stands_behind_a_lone_name_never_fits() {
        let rules = Rules::builtin();
        let heads = ["", "x ", "in 12 us ", "root password ", "user_", "a/b/c/d/e/f/g a/b/c/d password "];
        let values = ["check", "Jane", "Dr", "Jane_Roe", "7", "Mrs.", "N", "DATE", "a/b"];
        let rests = ["", " Roe", " x=1", " \"Jane Roe\"", " van Dyk", " and so", ", Roe", " 5 Main St", " \u{c9}va"];
        let (mut passed, mut looked_at) = (0, 0);
        let lone = rules.uses.iter().enumerate().filter(|(_, uses)| uses.roles.lone);
        for (literal, word) in lone.filter_map(|(literal, _)| Some((literal, rules.literals.text(literal)?))) {
            for n in 0..heads.len() * values.len() * rests.len() {
                let head = heads[n % heads.len()];
                let value = values[n / heads.len() % values.len()];
                let rest = rests[n / heads.len() / values.len()];
                let bytes = [head.as_bytes(), word, b"=", value.as_bytes(), rest.as_bytes()].concat();
                let (start, end) = (head.len(), head.len() + word.len());
                let anchor = Anchor { start, end, literal: u16::try_from(literal).unwrap() };
                let line = Line {
                    rules: &rules,
                    kinds: Kinds::ALL,
                    bytes: &bytes,
                    anchors: &[anchor],
                    emails: &[],
                    may_grow: false,
                    personal: None,
                    marked: false,
                };
                if !is_lone(&line, &anchor) {
                    looked_at += 1;
                    continue;
                }
                passed += 1;
                let (to, behind) = key::behind(&rules, &bytes, &anchor, false);
                let fits = !matches!(behind, Behind::Nothing | Behind::Value(key::Found { fits: false, .. }));
                assert!(!fits && to == end, "{:?}: {behind:?}", String::from_utf8_lossy(&bytes));
            }
        }
        assert!(passed > 500 && looked_at > 500, "{passed} and {looked_at}");
    }

    #[test]
    fn a_word_promises_what_its_name_does_however_it_is_written() {
        let rules = Rules::builtin();
        let words =
            rules.uses.iter().enumerate().filter_map(|(i, uses)| Some((rules.literals.text(i)?, uses.roles.verdict?)));
        let mut count = 0;
        for (word, known) in words {
            let capital = [word[..1].to_ascii_uppercase(), word[1..].to_vec()].concat();
            for spelled in [word.to_vec(), word.to_ascii_uppercase(), capital] {
                count += 1;
                assert_eq!(verdict(&rules, &spelled), known, "{}", String::from_utf8_lossy(&spelled));
            }
        }
        assert!(count > 1_000, "{count}");
    }
}
