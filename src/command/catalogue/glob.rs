//! Globs over text: `*` any run of characters (also `/`), `?` any one.

use super::super::words::HOLE;

/// Whether a text matches a pattern; `a|b` are two patterns. A hole in the text matches a `*` and nothing else. Linear in text × stars.
pub(in crate::command) fn matches(pattern: &str, text: &str) -> bool {
    pattern.split('|').any(|pattern| one(pattern, text))
}

fn one(pattern: &str, text: &str) -> bool {
    let (mut p, mut t) = (pattern.chars(), text.chars());
    // Where to go on after the last star: the pattern behind it, and the text it has swallowed so far.
    let mut back = None;
    loop {
        let before = (p.clone(), t.clone());
        match (p.next(), t.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                t = before.1;
                back = Some((p.clone(), t.clone()));
            }
            (Some('?'), Some(c)) if c != HOLE => {}
            (Some(want), Some(got)) if want == got => {}
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

    #[test]
    fn stars_swallow_slashes_and_holes_but_questions_do_not() {
        assert!(matches("*/.ssh/authorized_keys*", "/root/.ssh/authorized_keys2"));
        assert!(matches("/dev/sd*|/dev/nvme*", "/dev/nvme0n1"));
        assert!(matches("a*b*c", "a--b--b--c") && !matches("a*b*c", "a--b--b--"));
        assert!(matches("", "") && !matches("", "a") && matches("*", ""));
        assert!(matches("/etc/*", "/etc/\u{fffc}") && !matches("/etc/?", "/etc/\u{fffc}"));
    }
}
