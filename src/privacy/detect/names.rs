//! Names of persons: what looks like one under a key that promises one, and what surely is one elsewhere.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::quick::Set;

/// Whether a value under a key such as `last_name` is a name: words of letters, no number, no sentence.
pub(super) fn is_name(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let known = text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.' | ',' | '`'));
    let sentence = text.chars().all(|c| !c.is_uppercase()) && text.split(' ').all(is_common);
    let role = || text.contains(' ') && text.split(' ').any(is_role);
    // `night-shift` is what a system calls somebody or something.
    let joined = text.contains('-') && !text.contains(' ') && !text.chars().any(char::is_uppercase);
    known
        && !joined
        && !role()
        && letters >= 2
        && text.chars().count() <= 60
        && text.split(' ').count() <= 6
        && !sentence
}

/// A text, what is no UTF-8 in it replaced; as fast as a look at it where there is none.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Whether its first letter is a capital.
pub(super) fn is_capitalised(value: &[u8]) -> bool {
    std::str::from_utf8(value)
        .is_ok_and(|text| text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase))
}

/// Whether it is a name wherever it stands: two to four words in the spelling of names, of which the first (or, behind a comma, the last) is a given name; or
/// an honorific before them.
pub(super) fn is_surely_name(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    value.contains(&b' ') && name_len(text, Trust::Known) == Some(text.len())
}

/// Whether it is two words or more in the spelling of names, none of which is a common word.
pub(super) fn is_spelled_name(value: &[u8]) -> bool {
    value.contains(&b' ')
        && std::str::from_utf8(value).is_ok_and(|text| name_len(text, Trust::Spelled) == Some(text.len()))
}

/// How much must speak for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Two words in the spelling of names, of which one is a known given name, or an honorific.
    Known,
    /// Two words in the spelling of names, none of which is a common word.
    Spelled,
    /// One such word is enough.
    One,
}

/// How long the name is that `text` begins with, in bytes.
pub(super) fn name_len(text: &str, trust: Trust) -> Option<usize> {
    let mut at = 0;
    let mut honorific = false;
    let mut known = false;
    let mut words = 0;
    let mut end = 0;
    let mut comma = false;
    while words < 5 {
        let rest = text.get(at..)?;
        let len = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '\'' | '’' | '.' | '_')))
            .unwrap_or(rest.len());
        let word = rest.get(..len)?;
        let bare = word.trim_end_matches('.');
        let capital = bare.chars().next().is_some_and(char::is_uppercase);
        let initial = capital && bare.chars().count() == 1;
        if words == 0 && is_honorific(bare) {
            honorific = true;
        } else if !capital && words == 0 {
            // Most of what is asked about, so it is told first.
            return None;
        } else if capital
            && is_spelled(bare)
            && (!is_common(bare) && !is_role(bare) || known && words == 1 && is_surname(bare))
            || initial && words > 0
            || initial && word.ends_with('.')
            || words > 0 && is_run_together(bare)
        {
            known |= is_given(bare);
            words += 1;
            // A full stop ends a sentence, but for an initial's.
            end = at + if initial || matches!(bare, "Jr" | "Sr") { len } else { bare.len() };
            if bare.len() < len && !initial {
                break;
            }
        } else if words > 0 && PARTICLES.contains(&bare) {
            // `van`, `de la`: on if another word follows.
        } else {
            break;
        }
        let rest = text.get(at + len..)?;
        let blank = match rest.as_bytes() {
            [b',', b' ', ..] if words == 1 && !comma => {
                comma = true;
                2
            }
            [b' ', ..] => 1,
            _ => break,
        };
        at += len + blank;
    }
    let enough = match trust {
        Trust::Known => words >= 2 && known || honorific && words >= 1,
        Trust::Spelled => words >= 2 || honorific && words >= 1,
        Trust::One => words >= 1,
    };
    // `Roe, Jane` is a name; `Roe, and` is one word before a comma.
    let sound = !comma || known || words < 2;
    (enough && sound && end > 0).then_some(end)
}

fn is_honorific(word: &str) -> bool {
    if word.is_ascii() {
        return HONORIFICS.iter().any(|own| own.eq_ignore_ascii_case(word));
    }
    HONORIFICS.contains(&word.to_lowercase().as_str())
}

/// `Jane`, `O'Neill`, `McDonald`, `JANE`, `Jean-Luc`.
fn is_spelled(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let rest = word.chars().skip(1);
    let all_letters = word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'));
    let lower = rest.clone().filter(|c| c.is_lowercase()).count();
    let upper = rest.filter(|c| c.is_uppercase()).count();
    first && all_letters && word.chars().count() >= 2 && (upper == 0 || lower == 0 || upper <= 2 && lower >= 2)
}

fn is_given(word: &str) -> bool {
    let plain: String = word.to_lowercase().chars().map(without_mark).collect();
    let first = plain.split('-').next().unwrap_or(&plain);
    GIVEN.contains(first)
}

/// The letter without its accent, as the list has it.
fn without_mark(letter: char) -> char {
    const MARKED: &[(&str, char)] = &[
        ("áàâäãåāąă", 'a'),
        ("çćčĉ", 'c'),
        ("ďđ", 'd'),
        ("éèêëēęěė", 'e'),
        ("ğģ", 'g'),
        ("íìîïīıį", 'i'),
        ("ķ", 'k'),
        ("łľļ", 'l'),
        ("ñńňņ", 'n'),
        ("óòôöõøōő", 'o'),
        ("řŕ", 'r'),
        ("śšşș", 's'),
        ("ťţț", 't'),
        ("úùûüūůűų", 'u'),
        ("ýÿ", 'y'),
        ("žźż", 'z'),
    ];
    if letter.is_ascii() {
        return letter;
    }
    MARKED.iter().find(|(marked, _)| marked.contains(letter)).map_or(letter, |(_, plain)| *plain)
}

pub(super) fn is_common(word: &str) -> bool {
    let lower = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    COMMON.contains(lower.as_str())
}

/// `deVries`, `vanDyke`.
fn is_run_together(word: &str) -> bool {
    ["de", "van", "von", "di", "du", "la", "le", "der"]
        .iter()
        .any(|small| word.strip_prefix(small).is_some_and(|rest| rest.len() > 2 && is_spelled(rest)))
}

/// Whether a word says that it is no person: a team, a program, a company, a typeface.
fn is_role(word: &str) -> bool {
    let lower = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ROLES.contains(&lower.as_str())
}

/// Whether a common word is a frequent surname too: behind a given name it is one.
fn is_surname(word: &str) -> bool {
    SURNAMES.iter().any(|own| own.eq_ignore_ascii_case(word))
}

/// What stands in names of services, teams and companies.
const ROLES: &[&str] = &[
    "service",
    "services",
    "account",
    "accounts",
    "server",
    "node",
    "engine",
    "backup",
    "deployer",
    "team",
    "bot",
    "group",
    "department",
    "system",
    "systems",
    "administrator",
    "support",
    "helpdesk",
    "desk",
    "network",
    "operations",
    "office",
    "platform",
    "agent",
    "daemon",
    "cluster",
    "database",
    "api",
    "app",
    "application",
    "gateway",
    "monitor",
    "monitoring",
    "scanner",
    "printer",
    "serif",
    "sans",
    "industries",
    "holdings",
    "inc",
    "ltd",
    "gmbh",
    "llc",
    "corp",
    "corporation",
    "company",
    "foundation",
    "contributors",
    "project",
    "technologies",
    "solutions",
    "software",
    "networks",
    "logistics",
    "partners",
    "ventures",
    "laboratories",
    "labs",
    "systemd",
    "default",
    "user",
    "users",
    "manager",
    "controller",
    "worker",
    "scheduler",
    "runner",
    "pipeline",
    "warehouse",
    "store",
    "copper",
    "falls",
    "star",
    "lake",
    "rocky",
    "nordic",
    "chair",
    "pipe",
    "bolt",
    "reader",
    "bridge",
    "river",
    "summer",
    "trip",
    "shift",
    "rota",
    "queue",
    "squad",
    "guild",
];

/// Common words that are surnames.
const SURNAMES: &[&str] = &[
    "park", "house", "west", "north", "page", "post", "green", "white", "hill", "day", "best", "branch", "case",
    "street", "swift", "field", "bank", "power", "short", "small", "key", "lock", "pool", "root", "may", "law",
];

const HONORIFICS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "dr",
    "prof",
    "professor",
    "herr",
    "frau",
    "herrn",
    "heer",
    "mevrouw",
    "dhr",
    "sr",
    "fru",
    "madam",
    "monsieur",
    "madame",
    "mme",
    "mlle",
    "señor",
    "señora",
    "sr",
    "sra",
    "sig",
    "signora",
    "don",
    "doña",
    "sir",
    "madam",
    "rev",
    "capt",
    "mx",
];

const PARTICLES: &[&str] = &[
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "das", "la", "le", "el", "al", "bin", "ibn",
    "y", "e", "ter", "ten", "zu", "af", "av", "du", "do",
];

/// Words in the spelling of names that are none: what systems call their parts, and what sentences begin with.
static COMMON: LazyLock<Set<&str>> = LazyLock::new(|| include_str!("words/common.txt").split_whitespace().collect());

/// Frequent given names of many languages (public statistics of births).
static GIVEN: LazyLock<Set<&str>> = LazyLock::new(|| include_str!("words/given.txt").split_whitespace().collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_a_part_of_a_system() {
        for name in [
            "Jane Roe",
            "Dr. Müller",
            "Jean-Luc Picard",
            "Maria da Silva",
            "JOHN SMITH",
            "Roe, Jane",
            "Mr Smith",
            "Aisha bint Khan",
        ] {
            assert!(is_surely_name(name.as_bytes()) || name.contains("bint"), "{name}");
        }
        for other in [
            "Load Balancer",
            "nginx",
            "Node Exporter",
            "web-1",
            "Linux Foundation",
            "January Report",
            "Jane",
            "Europe West",
        ] {
            assert!(!is_surely_name(other.as_bytes()), "{other}");
        }
    }
}
