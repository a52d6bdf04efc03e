//! Dates as they are written in many countries.

use super::names;

/// How long the date is that `text` begins with: `1985-05-12`, `12/05/1985`, `12.05.85`, `12 May 1985`, `May 12, 1985`, `19850512`, with a time
/// of midnight behind it.
pub(super) fn date_len(text: &[u8]) -> Option<usize> {
    let number = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        (1..=4)
            .contains(&len)
            .then(|| (at + len, len, rest.iter().take(len).fold(0_u32, |n, b| n * 10 + u32::from(b - b'0'))))
    };
    let month = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        let len = rest.iter().take_while(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
        let word = names::lossy(rest.get(..len).filter(|word| word.len() <= MONTH_MAX)?).to_lowercase();
        let is = |month: &&str| month.as_bytes().first() == word.as_bytes().first() && month.starts_with(word.as_str());
        let known = word.chars().count() >= 3 && MONTHS.iter().any(is);
        known.then_some(at + len)
    };
    let blanks = |at: usize| {
        at + text
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|b| matches!(b, b' ' | b',' | b'.' | b'-' | b'/'))
            .count()
            .min(2)
    };
    let end = if let Some((end, len, first)) = number(0) {
        if let Some(sep @ (b'-' | b'/' | b'.')) = text.get(end).copied() {
            if let Some((end, _, second)) = number(end + 1) {
                let again = text.get(end).copied() == Some(sep);
                let (end, _, third) = number(end + 1).filter(|_| again)?;
                let sound = if len == 4 {
                    (1880..=2099).contains(&first) && (1..=12).contains(&second) && (1..=31).contains(&third)
                } else {
                    (1..=31).contains(&first)
                        && (1..=31).contains(&second)
                        && (first <= 12 || second <= 12)
                        && (third < 100 || (1880..=2099).contains(&third))
                };
                sound.then_some(end)?
            } else {
                let after = month(end + 1)?;
                let (end, ..) = number(blanks(after))?;
                end
            }
        } else {
            let mut at = end;
            for suffix in [&b"st"[..], b"nd", b"rd", b"th", b"."] {
                if text.get(at..at + suffix.len()) == Some(suffix) {
                    at += suffix.len();
                    break;
                }
            }
            let at = blanks(at);
            let at =
                if text.get(at..at + 3) == Some(b"of ") || text.get(at..at + 3) == Some(b"de ") { at + 3 } else { at };
            let after = blanks(month(at)?);
            let after = if text.get(after..after + 3) == Some(b"de ") { after + 3 } else { after };
            let (end, len, _) = number(after)?;
            (len == 4 || len == 2).then_some(end)?
        }
    } else {
        let after = blanks(month(0)?);
        let (end, ..) = number(after)?;
        let at = [&b"st"[..], b"nd", b"rd", b"th"]
            .iter()
            .find(|s| text.get(end..end + 2) == Some(s))
            .map_or(end, |_| end + 2);
        let (end, len, _) = number(blanks(at))?;
        (len == 4).then_some(end)?
    };
    let rest = text.get(end..).unwrap_or_default();
    let time = if matches!(rest, [b'T' | b' ', b'0'..=b'2', b'0'..=b'9', b':', ..]) {
        1 + rest.iter().skip(1).take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'Z' | b'+')).count()
    } else {
        0
    };
    // Nanoseconds are a file's birth (`stat`), nobody's.
    let fraction = rest.get(..time)?.rsplit(|b| *b == b'.').next().unwrap_or_default();
    if rest.get(..time)?.contains(&b'.') && fraction.iter().take_while(|b| b.is_ascii_digit()).count() > 6 {
        return None;
    }
    Some(end + time)
}

/// No month has so many bytes, however its letters are written.
const MONTH_MAX: usize = 64;

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sept",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "janvier",
    "février",
    "mars",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "janeiro",
    "fevereiro",
    "março",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "dezembro",
    "januari",
    "februari",
    "maart",
    "mei",
    "augustus",
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
    "tammikuuta",
    "helmikuuta",
    "maaliskuuta",
    "huhtikuuta",
    "toukokuuta",
    "kesäkuuta",
    "heinäkuuta",
    "elokuuta",
    "syyskuuta",
    "lokakuuta",
    "marraskuuta",
    "joulukuuta",
    "jänner",
    "feber",
    "maj",
];
