//! Globs over text: `*` any run of characters (also `/`), `?` any one.

use serde::Deserialize;

use super::super::words::HOLE;

/// One or more patterns, written `a|b`: whichever fits. A hole in the text fits a `*` and nothing else.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "String")]
pub(in crate::command) struct Globs(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    text: String,
    shape: Shape,
}

/// Most patterns need no search: `word`, `head*`, `*tail`, `*middle*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Whole,
    Head,
    Tail,
    Middle,
    Any,
}

impl Globs {
    /// Whether one of the patterns fits the whole text. Linear in text × stars.
    pub(in crate::command) fn fit(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern.fits(text, u8::eq))
    }

    /// The same, with no regard to the case of ASCII letters.
    pub(in crate::command) fn fit_any_case(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern.fits(text, u8::eq_ignore_ascii_case))
    }

    /// Whether another pattern fits one of these, taken as the plain text that it is.
    pub(super) fn named_by(&self, wild: &Self) -> bool {
        let plain = |pattern: &&Pattern| pattern.shape == Shape::Whole || pattern.shape == Shape::Head;
        self.0.iter().filter(plain).any(|pattern| wild.fit(&pattern.text))
    }

    /// The patterns that are plain words.
    pub(super) fn plain(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|pattern| pattern.shape == Shape::Whole).map(|pattern| pattern.text.as_str())
    }

    /// Whether the text is the beginning of one of the patterns: a word that a program lets people cut short.
    pub(super) fn begin_with(&self, text: &str) -> bool {
        !text.is_empty() && self.0.iter().any(|pattern| pattern.text.starts_with(text))
    }
}

impl From<String> for Globs {
    fn from(text: String) -> Self {
        Self(text.split('|').map(Pattern::new).collect())
    }
}

impl Pattern {
    fn new(text: &str) -> Self {
        let wild = |text: &str| text.contains(['*', '?']);
        let (front, back) = (text.strip_prefix('*'), text.strip_suffix('*'));
        let middle = front.and_then(|rest| rest.strip_suffix('*'));
        let shape = match (front, back, middle) {
            _ if !wild(text) => Shape::Whole,
            (_, Some(head), _) if !wild(head) => Shape::Head,
            (Some(tail), _, _) if !wild(tail) => Shape::Tail,
            (_, _, Some(middle)) if !wild(middle) => Shape::Middle,
            _ => Shape::Any,
        };
        let text = if shape == Shape::Any { text } else { text.trim_matches('*') };
        Self { text: text.to_owned(), shape }
    }

    fn fits(&self, text: &str, same: fn(&u8, &u8) -> bool) -> bool {
        let (want, got) = (self.text.as_bytes(), text.as_bytes());
        let Some(rest) = got.len().checked_sub(want.len()) else {
            return self.shape == Shape::Any && wild(&self.text, text, same);
        };
        let alike = |got: Option<&[u8]>| got.is_some_and(|got| got.iter().zip(want).all(|(a, b)| same(a, b)));
        match self.shape {
            Shape::Whole => rest == 0 && alike(Some(got)),
            Shape::Head => alike(got.get(..want.len())),
            Shape::Tail => alike(got.get(rest..)),
            Shape::Middle => got.windows(want.len().max(1)).any(|window| alike(Some(window))) || want.is_empty(),
            Shape::Any => self.ends_fit(text, same) && wild(&self.text, text, same),
        }
    }

    /// Whether what stands before the first wildcard and behind the last one fits, which decides most without a search.
    fn ends_fit(&self, text: &str, same: fn(&u8, &u8) -> bool) -> bool {
        let wildcard = |c: char| matches!(c, '*' | '?');
        let head = self.text.find(wildcard).and_then(|at| self.text.get(..at)).unwrap_or_default().as_bytes();
        let tail = self.text.rfind(wildcard).and_then(|at| self.text.get(at + 1..)).unwrap_or_default().as_bytes();
        let front = text.as_bytes().iter().zip(head).all(|(a, b)| same(a, b));
        front && text.as_bytes().iter().rev().zip(tail.iter().rev()).all(|(a, b)| same(a, b))
    }
}

fn wild(pattern: &str, text: &str, same: fn(&u8, &u8) -> bool) -> bool {
    let alike = |a: char, b: char| match (u8::try_from(a), u8::try_from(b)) {
        (Ok(a), Ok(b)) if a.is_ascii() && b.is_ascii() => same(&a, &b),
        _ => a == b,
    };
    let (mut p, mut t) = (pattern.chars(), text.chars());
    // Where to go on after the last star: the pattern behind it, and the text it has swallowed so far.
    let mut back = None;
    loop {
        let before = t.clone();
        match (p.next(), t.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                if p.as_str().is_empty() {
                    return true;
                }
                t = before;
                back = Some((p.clone(), t.clone()));
            }
            (Some('?'), Some(c)) if c != HOLE => {}
            (Some(want), Some(got)) if alike(want, got) => {}
            (_, _) => {
                let Some((after_star, swallowed)) = &mut back else { return false };
                if swallowed.next().is_none() {
                    return false;
                }
                (p, t) = (after_star.clone(), swallowed.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Globs::from(pattern.to_owned()).fit(text)
    }

    #[test]
    fn stars_swallow_slashes_and_holes_but_questions_do_not() {
        assert!(matches("*/.ssh/authorized_keys*", "/root/.ssh/authorized_keys2"));
        assert!(matches("/dev/sd*|/dev/nvme*", "/dev/nvme0n1"));
        assert!(matches("a*b*c", "a--b--b--c") && !matches("a*b*c", "a--b--b--"));
        assert!(matches("", "") && !matches("", "a") && matches("*", ""));
        assert!(matches("/etc/*", "/etc/\u{fffc}") && !matches("/etc/?", "/etc/\u{fffc}"));
        assert!(matches("é?", "éx") && !matches("ab*", "é") && !matches("a*", "é"));
    }

    #[test]
    fn case_counts_only_where_it_is_asked_for() {
        let globs = Globs::from("drop*|x".to_owned());
        assert!(globs.fit_any_case("DROPDATABASE") && !globs.fit("DROP") && globs.begin_with("dr"));
    }
}
