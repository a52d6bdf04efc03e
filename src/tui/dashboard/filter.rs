//! The filter: `word word`, `user:alice`, `target:db`, `risk:high`; a `!` in front of it all turns it round.

use crate::model::{RequestRow, SessionRow};

/// A filter that was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    inverse: bool,
    terms: Vec<(Option<String>, String)>,
}

/// What a row offers to a filter: named fields, in lower case.
pub struct Facts(Vec<(&'static str, String)>);

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// A sentence about the first word that means nothing.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (inverse, text) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut terms = Vec::new();
        for word in text.split_whitespace() {
            let word = word.to_lowercase();
            match word.split_once(':') {
                Some((field, value)) if FIELDS.contains(&field) => {
                    terms.push((Some(field.to_owned()), value.to_owned()))
                }
                Some((field, _)) => return Err(format!("no field '{field}:'; there are {}", FIELDS.join(" "))),
                None => terms.push((None, word)),
            }
        }
        Ok(Self { inverse, terms })
    }

    /// Whether everything passes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a row passes.
    #[must_use]
    pub fn passes(&self, facts: &Facts) -> bool {
        let fits = |(field, value): &(Option<String>, String)| {
            facts
                .0
                .iter()
                .any(|(name, fact)| field.as_deref().is_none_or(|f| f == *name) && fact.contains(value.as_str()))
        };
        self.is_empty() || self.terms.iter().all(fits) != self.inverse
    }
}

impl From<&RequestRow> for Facts {
    fn from(row: &RequestRow) -> Self {
        let request = &row.request;
        let kinds: Vec<_> = request.effects.iter().map(|e| e.kind.as_str()).collect();
        let rules: Vec<_> = request.rules.iter().map(|r| r.id.as_str()).collect();
        Self(vec![
            ("user", request.who.user.to_lowercase()),
            ("target", request.place.target.to_lowercase()),
            ("login", request.place.login.to_lowercase()),
            ("command", request.command.text.to_lowercase()),
            ("effect", kinds.join(" ")),
            ("rule", rules.join(" ").to_lowercase()),
            ("risk", super::queue::severity(request).word().to_lowercase()),
        ])
    }
}

impl From<&SessionRow> for Facts {
    fn from(row: &SessionRow) -> Self {
        let last: Vec<_> = row.last.iter().map(ToString::to_string).collect();
        Self(vec![
            ("user", row.meta.who.user.to_lowercase()),
            ("target", row.meta.place.target.to_lowercase()),
            ("login", row.meta.place.login.to_lowercase()),
            ("command", last.join(" ").to_lowercase()),
        ])
    }
}

const FIELDS: &[&str] = &["user", "target", "login", "command", "effect", "rule", "risk"];

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts(vec![("user", "alice".into()), ("target", "db-prod-3".into()), ("risk", "crit".into())])
    }

    #[test]
    fn words_fields_and_their_inverse() {
        let passes = |text| Filter::parse(text).unwrap().passes(&facts());
        assert!(passes("") && passes("!") && passes("ali prod") && passes("user:alice risk:crit"));
        assert!(!passes("user:db") && !passes("!alice") && passes("!user:bob"));
    }

    #[test]
    fn a_field_that_does_not_exist_is_an_error_with_the_fields_that_do() {
        assert!(Filter::parse("usr:alice").unwrap_err().contains("user"));
    }
}
