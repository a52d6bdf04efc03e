//! Names and addresses in running text: only where something says that one comes.

use super::names::{self, Trust};
use super::value::is_house;

/// How long the postal address is that `text` begins with: a number and a street, with what follows it up to a postal code; `cued`: something said that
/// an address comes, so that a number, a comma and a postal code with its town are enough.
pub(super) fn address_len(text: &[u8], cued: bool) -> Option<usize> {
    let text = names::lossy(text.get(..text.len().min(ADDRESS_MAX))?);
    let mut end = 0;
    let mut words = 0;
    let mut street = false;
    let mut number = false;
    let mut at = 0;
    for word in text.split(' ') {
        let quoted = word.find(['"', '<', '|', '\t']);
        let bare =
            word.get(..quoted.unwrap_or(word.len())).unwrap_or(word).trim_end_matches([',', '.', ';', ')', '\'']);
        let digits = bare.chars().any(|c| c.is_ascii_digit());
        let lower = bare.to_lowercase();
        let kind = STREETS.contains(&lower.as_str())
            || STREET_ENDS.iter().any(|end| lower.ends_with(end) && lower.len() > end.len());
        let capital = bare.chars().next().is_some_and(char::is_uppercase);
        let small = matches!(
            lower.as_str(),
            "de" | "la"
                | "du"
                | "des"
                | "der"
                | "den"
                | "del"
                | "of"
                | "the"
                | "am"
                | "an"
                | "und"
                | "sur"
                | "rue"
                | "da"
                | "do"
                | "dos"
                | "di"
                | "via"
                | "apt"
                | "no"
                | "n"
                | "izq"
                | "dcha"
                | "esq"
                | "bis"
                | "ter"
                | "hs"
                | "n.º"
                | "em"
        );
        // `426 MiB/s rd`: a rate, and no road.
        let rate = bare
            .as_bytes()
            .windows(3)
            .any(|three| matches!(three, [a, b'/', c] if a.is_ascii_alphabetic() && c.is_ascii_lowercase()));
        let small = small || lower.starts_with("l'") || lower.starts_with("d'") || lower.starts_with("dell'");
        if !(digits || capital || kind || small) || bare.is_empty() || rate || words >= 14 {
            break;
        }
        words += 1;
        street |= kind;
        number |= is_house(bare);
        if digits || capital || kind {
            end = at + bare.len();
        }
        at += word.len() + 1;
        if word.ends_with('.') && word.len() > 5 || word.ends_with(';') || quoted.is_some() {
            break;
        }
    }
    let town = cued && words >= 4 && text.get(..end).is_some_and(has_town);
    ((street || town) && number && words >= 2).then_some(end)
}

/// `…, 5003 Bergen`
fn has_town(text: &str) -> bool {
    text.split(", ").skip(1).any(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let town = part.get(digits..).and_then(|rest| rest.strip_prefix(' ')).and_then(|rest| rest.chars().next());
        (4..=6).contains(&digits) && town.is_some_and(char::is_uppercase)
    })
}

/// Whether a word, in small letters, says anything to those below that look for names and addresses behind or around it.
pub(super) fn speaks(word: &str) -> bool {
    let lower = word.to_lowercase();
    let word = lower.as_str();
    SAID.contains(&word)
        || HONORIFICS.contains(&word)
        || matches!(word, "best" | "thanks")
        || PREFIXES.contains(&word)
        || UNMISTAKABLE.contains(&word.as_bytes())
        || word.ends_with("strasse")
        || word.ends_with("straße")
}

/// The name behind a word of farewell or introduction: `Regards, Jane Roe`, `je m'appelle Jeanne Roe`.
pub(super) fn name_behind(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let rest = line.get(end..)?;
    if !matches!(rest.first(), Some(b' ' | b',' | b'.' | b'-')) {
        return None;
    }
    let word = names::lossy(line.get(start..end)?).to_lowercase();
    if HONORIFICS.contains(&word.as_str()) && line.get(start).is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80) {
        let dot = usize::from(rest.starts_with(b"."));
        let from = end + dot + 1;
        let text = names::lossy(line.get(from..)?);
        return (line.get(end + dot) == Some(&b' '))
            .then(|| names::name_len(&text, Trust::One).map(|len| (from, from + len)))?;
    }
    // `chamo-me`, `nazywam się`
    let own = ["-me", " się", " me", " mi", " mich"]
        .iter()
        .find(|own| rest.starts_with(own.as_bytes()))
        .map_or(0, |own| own.len());
    let (end, rest) = (end + own, rest.get(own..)?);
    let comma = rest.starts_with(b", ");
    let said = SAID.contains(&word.as_str()) && (comma || rest.starts_with(b" "))
        || matches!(word.as_str(), "best" | "thanks") && comma;
    let from = end + 1 + usize::from(comma);
    let text = names::lossy(line.get(from..).filter(|_| said)?);
    names::name_len(&text, Trust::Spelled).map(|len| (from, from + len))
}

/// `Kind regards,`: a name comes on the next line.
pub(super) fn ends_a_letter(line: &[u8]) -> bool {
    let Some(text) = line.trim_ascii().strip_suffix(b",") else { return false };
    let last = names::lossy(text.rsplit(|b| *b == b' ').next().unwrap_or_default()).to_lowercase();
    text.len() <= 40 && SAID.contains(&last.as_str())
}

/// Where behind such a word a name, or behind a street's kind an address, begins that a line which may still grow could go on with.
pub(super) fn open_behind(line: &[u8], start: usize, end: usize) -> Option<usize> {
    let word = names::lossy(line.get(start..end)?).to_lowercase();
    let rest = line.len() - end;
    if SAID.contains(&word.as_str())
        || HONORIFICS.contains(&word.as_str())
        || matches!(word.as_str(), "best" | "thanks")
    {
        return (rest <= NAME_MAX).then_some(end);
    }
    let digits = line.get(..start)?.iter().rev().take(10).take_while(|b| **b != b' ' || start > 0).count().min(6);
    (PREFIXES.contains(&word.as_str()) && rest <= ADDRESS_MAX).then(|| start.saturating_sub(digits))
}

/// Calls `each` with what surely are names from `from` on; gives where at the end one may be open.
pub(super) fn known_names(line: &[u8], from: usize, mut each: impl FnMut(usize, usize)) -> usize {
    let part = |b: u8| b.is_ascii_alphabetic() || b >= 0x80 || matches!(b, b' ' | b'-' | b'\'' | b'.' | b',');
    let mut at = from;
    while at < line.len() {
        let begins = line.get(at).is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3)
            && at.checked_sub(1).and_then(|i| line.get(i)).is_none_or(|b| !b.is_ascii_alphanumeric() && *b < 0x80);
        let rest = line.get(at..).unwrap_or_default();
        if begins
            && let Ok(text) = std::str::from_utf8(rest.get(..rest.len().min(NAME_MAX)).map_or(rest, whole))
            && let Some(len) = names::name_len(text, Trust::Known)
        {
            each(at, at + len);
            at += len;
            continue;
        }
        at += rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b >= 0x80).count().max(1);
    }
    line.len() - line.iter().rev().take(NAME_MAX).take_while(|b| part(**b)).count()
}

/// Without a character that is cut in two at the end.
fn whole(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(fault) => bytes.get(..fault.valid_up_to()).unwrap_or_default(),
        Ok(_) => bytes,
    }
}

/// The name that stands right before `<` or `(` and an e-mail address: `Jane Roe <jane@example.com>`.
pub(super) fn name_before(line: &[u8], at: usize) -> Option<(usize, usize)> {
    let head = line.get(..at)?;
    let head = head.strip_suffix(b"<").or_else(|| head.strip_suffix(b"("))?;
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let head = head.strip_suffix(b"\"").unwrap_or(head);
    let end = head.len();
    let window = head.get(end.saturating_sub(NAME_MAX)..)?;
    let len = window
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b' ' | b'-' | b'\'' | b'.') || **b >= 0x80)
        .count();
    let mut start = end - len;
    while line.get(start) == Some(&b' ') {
        start += 1;
    }
    // From the left on, until what remains is a name.
    while start < end {
        let text = names::lossy(line.get(start..end)?);
        if names::name_len(&text, Trust::Spelled) == Some(text.len()) {
            return Some((start, end));
        }
        start += text.find(' ')? + 1;
    }
    None
}

/// The address around the word for a street at `start..end`: `50 Meadow Street, Oldtown`, `Stationstrasse 37, 50445 Port Carrow`.
pub(super) fn address_around(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let word = line.get(start..end)?;
    let behind = line.get(end).copied();
    if behind.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'=' | b':' | b'"')) {
        return None;
    }
    let tail = |len: usize| word.get(word.len().saturating_sub(len)..).unwrap_or_default();
    if [b"strasse", "straße".as_bytes()].iter().any(|end| tail(end.len()).eq_ignore_ascii_case(end)) {
        let letters = line
            .get(..start)?
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'.') || **b >= 0x80)
            .count();
        let from = start - letters;
        let named = line.get(from).is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80);
        let house = behind == Some(b' ') && line.get(end + 1).is_some_and(u8::is_ascii_digit);
        return (named && house).then(|| address_len(line.get(from..)?, false).map(|len| (from, from + len)))?;
    }
    if PREFIXES.iter().any(|prefix| word.eq_ignore_ascii_case(prefix.as_bytes()))
        && let Some(found) = prefixed(line, start, end)
    {
        return Some(found);
    }
    let unmistakable = UNMISTAKABLE.iter().any(|street| word.eq_ignore_ascii_case(street));
    if !unmistakable || !line.get(start).is_some_and(u8::is_ascii_uppercase) {
        return None;
    }
    // Back over one to three capitalised words to a house number.
    let mut at = start;
    for _ in 0..4 {
        let head = line.get(..at)?.strip_suffix(b" ")?;
        let len = head
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'\'' | b'.') || **b >= 0x80)
            .count();
        let from = head.len() - len;
        let first = head.get(from)?;
        if first.is_ascii_digit() {
            let house = len <= 6
                && from
                    .checked_sub(1)
                    .and_then(|i| line.get(i))
                    .is_none_or(|b| matches!(b, b' ' | b'(' | b'"' | b'\'' | b',' | b':' | b'='));
            let enough = at < start;
            return (house && enough).then(|| address_len(line.get(from..)?, false).map(|len| (from, from + len)))?;
        }
        if !first.is_ascii_uppercase() {
            return None;
        }
        at = from;
    }
    None
}

/// `116 rue de la République, 69003 Lyon`; `Piazza Mazzini 150, 10122 Torino`.
fn prefixed(line: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let head = line.get(..start)?.strip_suffix(b" ").unwrap_or_default();
    let head = [&b" bis"[..], b" ter", b","].iter().find_map(|end| head.strip_suffix(*end)).unwrap_or(head);
    let digits = head.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let before = head.len().checked_sub(digits + 1).and_then(|i| head.get(i));
    let house = (1..=4).contains(&digits)
        && before.is_none_or(|b| matches!(b, b' ' | b'(' | b'"' | b'\'' | b':' | b'=' | b'\t'));
    let from = if house { head.len() - digits } else { start };
    let next = line.get(end..)?.strip_prefix(b" ")?;
    let capital = |text: &[u8]| text.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
    let named = capital(next)
        || [&b"de "[..], b"des ", b"du ", b"da ", b"do ", b"del ", b"della ", b"dei ", b"l'", b"d'"]
            .iter()
            .any(|small| next.starts_with(small));
    let first = line.get(start..end)?;
    // `1 via CFLAGS`, `VIA C7`
    let french = matches!(first, b"rue" | b"boulevard" | b"avenue" | b"chemin" | b"impasse" | b"quai");
    let own = house && french || capital(first) && first.iter().any(u8::is_ascii_lowercase);
    (named && own).then(|| address_len(line.get(from..)?, false).map(|len| (from, from + len)))?
}

/// Where, at the end of a line that may still grow, something begins that could become such an address: a house number and capitalised words.
pub(super) fn open_address(line: &[u8]) -> Option<usize> {
    let mut end = line.len();
    let mut found = None;
    for _ in 0..6 {
        let head = line.get(..end)?;
        let from = memchr::memrchr(b' ', head).map_or(0, |blank| blank + 1);
        let (len, word) = (end - from, head.get(from..)?);
        let first = word.first().copied().unwrap_or(b'A');
        let house = first.is_ascii_digit() && len <= 6 && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b',');
        let tail = |len: usize| word.len().checked_sub(len).and_then(|from| word.get(from..)).unwrap_or_default();
        let street = [b"strasse", "straße".as_bytes()].iter().any(|own| tail(own.len()).eq_ignore_ascii_case(own));
        if house || street {
            found = Some(from);
        } else if !(first.is_ascii_uppercase() || first >= 0x80) || len > 40 {
            break;
        }
        end = from.checked_sub(1)?;
    }
    found
}

/// Streets' kinds that stand before their names.
const PREFIXES: &[&str] = &[
    "rue",
    "boulevard",
    "avenue",
    "chemin",
    "impasse",
    "quai",
    "viale",
    "piazza",
    "corso",
    "vicolo",
    "via",
    "calle",
    "avenida",
    "paseo",
    "rua",
    "travessa",
    "praça",
    "largo",
    "ulica",
    "ronda",
    "carrer",
    "praceta",
    "alameda",
    "av",
    "avda",
    "estrada",
];

/// What somebody says or writes right before a name.
const SAID: &[&str] = &[
    "regards",
    "sincerely",
    "cheers",
    "cordialement",
    "saludos",
    "saluti",
    "cumprimentos",
    "hilsen",
    "hälsningar",
    "groet",
    "groeten",
    "grüße",
    "gruß",
    "grüßen",
    "atentamente",
    "appelle",
    "llamo",
    "chiamo",
    "chamo",
    "heiße",
    "heisse",
    "faithfully",
    "heet",
    "heter",
    "hedder",
    "nazywam",
    "sono",
    "mvh",
    "vriendelijke",
    "pozdrawiam",
    "atenciosamente",
];

/// What stands before a name in a letter.
const HONORIFICS: &[&str] =
    &["mrs", "mr", "mme", "frau", "herr", "herrn", "sra", "señora", "señor", "signora", "signor", "mevrouw"];

/// Words that name nothing but streets.
const UNMISTAKABLE: [&[u8]; 6] = [b"street", b"avenue", b"road", b"lane", b"boulevard", b"terrace"];

const STREETS: &[&str] = &[
    "bd",
    "bvd",
    "avda",
    "av",
    "estrada",
    "rua",
    "ronda",
    "carrer",
    "praceta",
    "alameda",
    "camino",
    "aleje",
    "caddesi",
    "cad",
    "sok",
    "sokak",
    "mah",
    "mahallesi",
    "bulvarı",
    "utca",
    "út",
    "tér",
    "körút",
    "ulice",
    "náměstí",
    "třída",
    "vicolo",
    "largo",
    "carrera",
    "strada",
    "bulevardul",
    "aleja",
    "plac",
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "way",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "circle",
    "crescent",
    "close",
    "row",
    "alley",
    "trail",
    "rue",
    "allée",
    "impasse",
    "quai",
    "chemin",
    "via",
    "viale",
    "piazza",
    "corso",
    "calle",
    "avenida",
    "paseo",
    "plaza",
    "rua",
    "travessa",
    "praça",
    "ulica",
    "ul",
    "straße",
    "strasse",
    "weg",
    "platz",
    "allee",
    "gasse",
    "gata",
    "vägen",
    "gatan",
    "straat",
    "laan",
    "plein",
    "gracht",
    "kade",
    "broadway",
    "gardens",
    "grove",
    "mews",
    "hill",
    "park",
    "cours",
    "route",
    "damm",
    "ring",
    "ufer",
    "veien",
    "gate",
    "vej",
    "gade",
];

const STREET_ENDS: &[&str] = &[
    "straße", "strasse", "str", "weg", "platz", "allee", "gasse", "gatan", "vägen", "straat", "laan", "plein",
    "gracht", "kade", "damm", "ufer", "vej", "gade", "veien", "gata", "katu", "tie", "alleen", "gate", "gaten",
    "vegen", "veg", "bakken", "kuja", "polku", "singel", "dreef", "hof", "ring", "steig", "stieg",
];

/// Longer addresses are texts.
const ADDRESS_MAX: usize = 160;

/// Longer names are sentences.
const NAME_MAX: usize = 60;
