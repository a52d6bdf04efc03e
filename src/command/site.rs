//! A site's own file of the catalogue: programs, paths, wrappers and hosts that only this house has.
//!
//! Its examples are judged when it is read: a file whose rules do not do what it says itself is refused. Rules of the house add to those
//! of the build and take none away; what is to pass although a rule names it is a matter of policy.

use std::sync::OnceLock;

use super::catalogue::{CATALOGUE, Catalogue, line_of, with_site};
use super::{Context, Memory, judged_by};
use crate::model::Severity;

/// A site's file that holds.
#[derive(Debug)]
pub struct Site(Catalogue);

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

impl Site {
    /// Reads a file of the form that `catalogue/mod.rs` shows, and judges its examples with it.
    ///
    /// # Errors
    /// The place where it is not of that form; or every example that is not judged as the file says.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        let unreadable = |e: super::catalogue::Unreadable| vec![Fault { line: e.line, what: e.what }];
        let own = Catalogue::load(&[("", text)]).map_err(unreadable)?;
        let all = with_site("", text).map_err(unreadable)?;
        let mut faults = Vec::new();
        for (line, must, kind, at) in own.examples() {
            let effects = judged_by(Some(&all), line, &Context::PROMPT, &Memory::default()).effects;
            let held = |severity: Severity| must || severity >= Severity::Medium;
            let found = effects.iter().any(|effect| effect.kind == kind && held(effect.severity));
            if found != must {
                let what = match must {
                    true => format!("`{line}` does not have the effect {kind}, which its rule says it has"),
                    false => format!("`{line}` has the effect {kind}, which its rule says it has not"),
                };
                faults.push(Fault { line: line_of(text, at), what });
            }
        }
        if faults.is_empty() { Ok(Self(all)) } else { Err(faults) }
    }

    /// Puts it in force for every line that this process judges from now on. Answers whether it did: the first one stays.
    #[must_use]
    pub fn put_in_force(self) -> bool {
        SITE.set(self.0).is_ok()
    }
}

/// The catalogue that counts: with the site's file, or of the build alone. `None` if that could not be read.
pub(super) fn in_force() -> Option<&'static Catalogue> {
    SITE.get().or_else(|| CATALOGUE.as_ref().ok())
}

/// Set once, before the first line is judged: the same line must not mean two things in one process.
static SITE: OnceLock<Catalogue> = OnceLock::new();

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EffectKind;

    const HOUSE: &str = r#"
[[program]]
names = ["shopctl"]
values = ["--shop"]

[[program.rule]]
verb = ["close"]
kind = "service.stop"
severity = "high"
undo = "easy"
reason = "closes the shop {object}"
match = ["shopctl --shop a close b", "sudo shopctl close x"]
pass = ["shopctl open b", "rm -rf target"]
"#;

    #[test]
    fn a_house_adds_its_own_programs() {
        let site = Site::read(HOUSE).unwrap();
        let effects = |line| judged_by(Some(&site.0), line, &Context::PROMPT, &Memory::default()).effects;
        assert_eq!(effects("env A=b shopctl close north")[0].reason, "closes the shop north");
        assert_eq!(effects("rm -rf /srv")[0].kind, EffectKind::FsDestroy);
        assert_eq!(effects("shopctl list"), []);
    }

    #[test]
    fn faults_are_said_with_their_line() {
        let untrue = HOUSE.replace("shopctl open b", "shopctl close c").replace("sudo shopctl close x", "shopctl open");
        let faults = Site::read(&untrue).unwrap_err();
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [12, 13], "{faults:?}");
        let misspelt = HOUSE.replace("undo =", "undoes =");
        assert_eq!(Site::read(&misspelt).unwrap_err()[0].line, 10);
        let short = HOUSE.replace("kind =", "# kind =");
        assert!(Site::read(&short).unwrap_err()[0].what.contains("needs kind"));
    }
}
