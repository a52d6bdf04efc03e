//! A site's own rules: a file of the form of `rules.toml`.
//!
//! Its examples are judged when it is read: a file whose rules do not find what it says itself is refused. The rules add to those of the build and
//! take none away.

use std::sync::Arc;

use super::entry::File;
use super::rules::{RuleFault, Rules};
use super::shape::Shape;
use super::{Detector, Memory};
use crate::model::DataKind;
use crate::privacy::Kinds;

/// What is wrong with a site's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl Rules {
    /// The rules of this build and those of a site's file, whose examples have been judged.
    ///
    /// # Errors
    /// The place where the file is not of that form; or every rule and every example that does not hold.
    pub(crate) fn with_site(text: &str) -> Result<Arc<Self>, Vec<SiteFault>> {
        let unreadable = |error: toml::de::Error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            vec![SiteFault { line, what: error.message().to_owned() }]
        };
        let file: File = toml::from_str(text).map_err(unreadable)?;
        let again: File = toml::from_str(text).map_err(unreadable)?;
        if let Some(fault) = of_the_build_only(&file, text).or_else(|| odd_shape(&file, text)) {
            return Err(vec![fault]);
        }
        let kinds: Kinds = file.kinds().filter_map(DataKind::named).collect::<Kinds>().union(Kinds::default());
        let unusable = |fault: RuleFault| vec![SiteFault { line: place(text, &fault.rule, None), what: fault.why }];
        let rules = Arc::new(Self::compile(Some(file)).map_err(unusable)?);
        let detector = Detector { kinds, rules: Arc::clone(&rules) };
        let mut faults = Vec::new();
        for (id, matches, pass) in again.examples() {
            if matches.is_empty() {
                let what = "it needs an example in `match`, with the value between « and »".to_owned();
                faults.push(SiteFault { line: place(text, &id, None), what });
            }
            for example in &matches {
                let (plain, expected) = marked(example);
                let found = covered(&detector, &plain);
                if expected.is_empty() || found != expected {
                    let what = format!("in `{plain}` are found {found:?}, and not {expected:?}");
                    faults.push(SiteFault { line: place(text, &id, Some(example)), what });
                }
            }
            for example in &pass {
                let found = covered(&detector, example);
                if !found.is_empty() {
                    let what = format!("in `{example}` are found {found:?}, which must pass");
                    faults.push(SiteFault { line: place(text, &id, Some(example)), what });
                }
            }
        }
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }
}

/// What only the build's own file may have.
fn of_the_build_only(file: &File, text: &str) -> Option<SiteFault> {
    let engine = file.number.iter().find(|rule| rule.engine.is_some()).map(|rule| rule.id.as_str());
    if let Some(id) = engine {
        return Some(SiteFault {
            line: place(text, id, None),
            what: "`engine` is for the rules of the build".to_owned(),
        });
    }
    let head = text.lines().position(|line| matches!(line.trim(), "[words]" | "[[example]]"))?;
    Some(SiteFault { line: head + 1, what: "a site's file has [[number]], [[code]], [[token]] and [[key]]".to_owned() })
}

/// A shape that no number has.
fn odd_shape(file: &File, text: &str) -> Option<SiteFault> {
    file.number.iter().find_map(|rule| {
        let odd = rule.shapes.iter().chain(&rule.near).find(|shape| !Shape::is_sound(shape))?;
        let what = format!("'{odd}' is no shape: groups of 1 to 19 digits, at least nine characters together, and one of ` -./` between them");
        Some(SiteFault { line: place(text, &rule.id, None), what })
    })
}

/// The texts that hits cover, in order.
fn covered(detector: &Detector, text: &str) -> Vec<String> {
    let mut hits = Vec::new();
    detector.text(text.as_bytes(), &mut Memory::default(), &mut hits);
    let mut spans: Vec<(usize, usize)> = hits.iter().map(|hit| (hit.start, hit.end)).collect();
    spans.sort_unstable();
    let mut united: Vec<(usize, usize)> = Vec::new();
    for (start, end) in spans {
        match united.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => united.push((start, end)),
        }
    }
    united.iter().map(|(start, end)| text.get(*start..*end).unwrap_or_default().to_owned()).collect()
}

/// An example without its marks, and the values between them.
fn marked(text: &str) -> (String, Vec<String>) {
    let values = text.split('«').skip(1).filter_map(|part| part.split_once('»')).map(|(value, _)| value.to_owned());
    (text.replace(['«', '»'], ""), values.collect())
}

/// The line of a rule, or of an example of it.
fn place(text: &str, id: &str, example: Option<&str>) -> usize {
    let named =
        |line: &str| line.trim_start().strip_prefix("id").is_some_and(|rest| rest.contains(&format!("\"{id}\"")));
    let head = text.lines().position(named).unwrap_or(0);
    let own = example.and_then(|example| text.lines().skip(head).position(|line| line.contains(example)));
    head + own.unwrap_or(0) + 1
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::{RuleSet, Settings};

    const HOUSE: &str = r#"
[[token]]
id = "staff-number"
kind = "national_id"
starts = ["EMP-"]
pattern = 'EMP-[0-9]{6}\b'
word = true
match = ["badge «EMP-004711» opened the door"]
pass = ["EMP-47", "TEMP-004711"]

[[key]]
id = "patient"
kind = "national_id"
value = "id"
names = ["chart number"]
match = ["chart_number: «4711-0815»"]
pass = ["chart_number: none"]

[[number]]
id = "loyalty"
kind = "national_id"
near = ["4-7"]
words = ["loyalty"]
match = ["loyalty «1234-1234567»"]
pass = ["1234-1234567"]
"#;

    #[test]
    fn a_house_adds_its_own_values() {
        let rules = RuleSet::read(HOUSE).unwrap();
        let settings = Settings { rules, ..Settings::default() };
        let found = |text: &str| covered(&Detector::new(&settings), text);
        assert_eq!(found("EMP-123456 mailed a@example.com"), ["EMP-123456", "a@example.com"]);
        assert_eq!(found("loyalty card 5555-1234567"), ["5555-1234567"]);
        assert!(covered(&Detector::new(&Settings::default()), "EMP-123456").is_empty());
    }

    #[test]
    fn faults_are_said_with_their_line() {
        let faults = |text: &str| RuleSet::read(text).unwrap_err();
        let lines = |text: &str| faults(text).iter().map(|fault| fault.line).collect::<Vec<_>>();
        assert_eq!(lines(&HOUSE.replace("\"EMP-47\"", "\"EMP-123456\"")), [9]);
        assert_eq!(lines(&HOUSE.replace("«EMP-004711»", "EMP-004711")), [8]);
        assert_eq!(lines(&HOUSE.replace("[0-9]{6}", "[0-9")), [3]);
        assert_eq!(lines(&HOUSE.replace("value = \"id\"", "valeu = \"id\"")), [14]);
        assert_eq!(lines(&HOUSE.replace("match = [\"chart_number: «4711-0815»\"]", "match = []")), [12]);
        assert!(faults(&HOUSE.replace("near = [\"4-7\"]", "near = [\"4_7\"]"))[0].what.contains("no shape"));
        assert!(faults(&HOUSE.replacen("national_id", "staff", 1))[0].what.contains("no kind of data"));
        assert!(
            faults(&format!("{HOUSE}\n[words]\nabout = []\nharmless = []\nthings = []\nplaceholders = []\n"))[0]
                .what
                .contains("has [[number]]")
        );
    }
}
