//! What words with several meanings say no secret and no number by: tokens of grammars, sessions of rules, addresses of memory, counters.

use super::check;
use super::dates::date_len;
use super::names;
use super::rules::{Rules, ValueShape};
use super::value::{Place, digits, is_passphrase, is_words};

/// `label.first_name=Vorname`, `"login.password": "Hasło"`: what a form calls it in another language, not what was typed there.
pub(super) fn is_a_name_of(rules: &Rules, shape: ValueShape, value: &[u8]) -> bool {
    let secret = matches!(shape, ValueShape::Secret | ValueShape::Token | ValueShape::Session);
    let name = matches!(shape, ValueShape::Name | ValueShape::PersonName);
    if !(secret || name) || value.len() > 32 || value.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let lower = names::lossy(value).to_lowercase();
    let (before, last) = lower.rsplit_once(' ').unwrap_or(("", &lower));
    let Some(names) = rules.names.get(last.as_bytes()) else { return false };
    names.iter().any(|own| {
        before.split(' ').filter(|word| !word.is_empty()).map(str::as_bytes).eq(own.before.iter().map(|word| &**word))
            && rules.keys.get(own.rule).is_some_and(|rule| match rule.value {
                ValueShape::Secret | ValueShape::Token | ValueShape::Session | ValueShape::Otp => secret,
                ValueShape::Name | ValueShape::MaybeName => name,
                _ => false,
            })
    })
}

/// Whether it may be a token: no word of a grammar or of prose, and a number of `digits_max` digits at most.
pub(super) fn is_token(rules: &Rules, value: &[u8], digits_max: usize) -> bool {
    // `Ġthe`, `##ing`: the tokens of language models.
    let letter = |b: &&u8| b.is_ascii_alphabetic() || **b >= 0x80 || **b == b'#';
    let (letters, numbers) = (value.iter().filter(letter).count(), digits(value));
    if numbers == value.len() {
        return (4..=digits_max).contains(&numbers);
    }
    if letters == value.len() && value.len() == 20 && value.iter().all(u8::is_ascii_uppercase) {
        // Erlang's cookies are drawn so.
        return digits_max > 0;
    }
    if letters == value.len() {
        // `DenyUnencryptedObjectUploads` is words in a row, `MJsKIDmnYLFdIFvCVz` is not.
        let humps = || value.chunk_by(|_, next| !next.is_ascii_uppercase());
        let short = humps().skip(1).filter(|hump| hump.len() < 3).count();
        let mixed = value.iter().any(u8::is_ascii_lowercase);
        let upper = value.iter().any(u8::is_ascii_uppercase);
        // No word has so many letters, and so many different ones.
        let long = value.len() >= 16 && mixed != upper && check::bits(value) >= 3.4;
        return mixed && short >= 2 && value.len() >= 10 || long;
    }
    let spaced = value.contains(&b' ') && value.iter().all(|b| b.is_ascii_alphabetic() || *b == b' ');
    if spaced && value.iter().filter(|b| **b == b' ').count() < 3 {
        // `read OK`
        return false;
    }
    // `ORACLE_SID=PRODDB01`, `session=web-1`
    let named = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    if digits_max == 0 && named >= 3 && named + 3 >= value.len() && named + numbers == value.len() {
        return false;
    }
    // Windows calls accounts so (MS-DTYP §2.4.2.1).
    !value.starts_with(b"S-1-") && (!is_words(value) || is_passphrase(rules, value))
}

/// A code that is typed once: `482913`, `G-482913`, `48 29 13`; or the 44 letters of a key that types them itself (Yubico's OTP).
pub(super) fn otp(value: &[u8], place: Place) -> bool {
    let numbers = digits(value);
    let marks = value.iter().filter(|b| matches!(b, b' ' | b'-')).count();
    let plain = value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-'));
    let short = (4..=10).contains(&(value.len() - marks)) && numbers >= 2 && value.len() - numbers - marks <= 6;
    let plain = plain && !value.starts_with(b"0x");
    let typed = value.len() == 44 && value.iter().all(|b| b"cbdefghijklnrtuv".contains(b));
    let enough = numbers == value.len() && numbers > 8;
    plain
        && (short && !enough && (place > Place::Prose || numbers >= 6) || typed)
        && date_len(value) != Some(value.len())
}

/// Whether an id is a social insurance number of Canada or an identification number of Singapore: the names of both are words, too; as are those of Denmark and Ireland.
pub(super) fn is_valid_id(value: &[u8]) -> bool {
    let numbers: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    if numbers.len() == 10 && check::cpr(&numbers)
        || numbers.len() == 7 && (8..=9).contains(&value.len()) && check::pps(value)
    {
        return true;
    }
    let letters = matches!(value, [b'A'..=b'Z', .., b'A'..=b'Z']) && value.len() == 9 && numbers.len() == 7;
    letters
        || numbers.len() == 9
            && check::luhn(&numbers)
            && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-'))
}

/// `aes-256-gcm`, `hmac-sha256`: how something is encrypted or signed.
pub(super) fn is_algorithm(value: &[u8]) -> bool {
    let known: [&[u8]; 15] = [
        b"aes",
        b"sha1",
        b"sha2",
        b"sha3",
        b"sha5",
        b"hmac",
        b"rsa",
        b"ecdsa",
        b"ed25519",
        b"argon2",
        b"bcrypt",
        b"scrypt",
        b"chacha20",
        b"pbkdf2",
        b"curve25519",
    ];
    let lower = value.to_ascii_lowercase();
    value.len() <= 32
        && known.iter().any(|name| {
            lower.strip_prefix(*name).is_some_and(|rest| {
                let parts = rest.split(|b| matches!(b, b'-' | b'_'));
                rest.first().is_none_or(|b| matches!(b, b'-' | b'_' | b'i' | b'd' | b'0'..=b'9'))
                    && parts.into_iter().all(|part| {
                        part.iter().all(u8::is_ascii_digit)
                            || matches!(
                                part,
                                b"gcm"
                                    | b"cbc"
                                    | b"ctr"
                                    | b"xts"
                                    | b"ccm"
                                    | b"siv"
                                    | b"plain64"
                                    | b"essiv"
                                    | b"sha1"
                                    | b"sha224"
                                    | b"sha256"
                                    | b"sha384"
                                    | b"sha512"
                                    | b"id"
                                    | b"i"
                                    | b"d"
                                    | b"md5"
                                    | b"poly1305"
                                    | b"pkcs1"
                                    | b"pss"
                                    | b"oaep"
                                    | b"pkcs1v15"
                                    | b"cts"
                                    | b"hmac"
                                    | b"etm"
                            )
                    })
            })
        })
}

/// `7.30.10`, `10.2.3.4`, `0.479425538`: a version, an address or a fraction.
pub(super) fn is_version(value: &[u8]) -> bool {
    let parts = || value.split(|b| *b == b'.');
    value.contains(&b'.')
        && parts().all(|part| part.iter().all(u8::is_ascii_digit))
        && (digits(value) < 8 || parts().count() == 2 || parts().count() == 4 && parts().all(|part| part.len() <= 3))
}

/// What else a test ends in.
pub(super) fn is_outcome(title: &[u8]) -> bool {
    [&b"fail"[..], b"failed", b"failures", b"skip", b"skipped", b"xfail", b"errors"]
        .iter()
        .any(|own| title.eq_ignore_ascii_case(own))
}

/// `    contact_name  night-shift`, `DefaultPassword    REG_SZ`: two cells that are a name and its value, and no two titles.
pub(super) fn is_setting(line: &[u8], first: &[u8], second: &[u8]) -> bool {
    let shouted = |cell: &[u8]| !cell.iter().any(u8::is_ascii_lowercase);
    let joined = second.contains(&b'-') && !first.contains(&b'-');
    shouted(first) != shouted(second) || joined && line.starts_with(b" ")
}

/// What stands in aligned columns and is no title: `token/`, `pam_unix.so`, `auth_token_bbef4567`, `Create a new token`.
pub(super) fn is_entry(cell: &[u8]) -> bool {
    let file = cell.windows(2).any(|two| matches!(two, [b'.', b'a'..=b'z']));
    let digits = cell.iter().filter(|b| b.is_ascii_digit()).count();
    let remark = cell
        .split(|b| *b == b' ')
        .any(|word| matches!(word, b"a" | b"an" | b"the" | b"this" | b"your" | b"is" | b"are"));
    cell.ends_with(b"/") || file || digits > 3 || remark
}

/// Whether a word goes on into a name that is about something else: `phone_numbers`, `ssn_audit`, `phone-verify`, `mobile.success`, `phoneCount`.
pub(super) fn names_more(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let several = rest.first() == Some(&b's');
    if several && bytes.get(..at).is_some_and(|head| head.ends_with(b"_number")) {
        return true;
    }
    let rest = if several { rest.get(1..).unwrap_or_default() } else { rest };
    let rest = match rest {
        [b'_' | b'-' | b'.', rest @ ..] => rest,
        [b'A'..=b'Z', ..] => rest,
        _ => return false,
    };
    let small = rest.iter().skip(1).take(WORD).take_while(|b| b.is_ascii_lowercase()).count();
    let len = small + usize::from(rest.first().is_some_and(u8::is_ascii_alphabetic));
    let Some(word) = rest.get(..len).filter(|word| word.len() > 1 && word.len() < WORD) else { return false };
    !OF_NUMBERS.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(word))
}

/// Whether a number has a key of its own before it that says what is measured: `"doc_count":2025550143`.
pub(super) fn is_measured(bytes: &[u8], start: usize) -> bool {
    let head = bytes.get(start.saturating_sub(WORD * 2)..start).unwrap_or_default();
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let Some(head) = head.strip_suffix(b":").or_else(|| head.strip_suffix(b"=")) else { return false };
    let head = head.strip_suffix(b"\"").unwrap_or(head);
    let len = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let name = head.get(head.len() - len..).unwrap_or_default();
    let hump = name.iter().rposition(u8::is_ascii_uppercase).filter(|_| name.iter().any(u8::is_ascii_lowercase));
    let last = name.get(hump.unwrap_or(0)..).unwrap_or_default();
    MEASURES.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(last))
}

/// Whether what stands behind a number says what it counts: `2025550143 rows`.
pub(super) fn counts(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b" ") else { return false };
    let len = rest.iter().take(WORD).take_while(|b| b.is_ascii_lowercase()).count();
    matches!(
        rest.get(..len),
        Some(
            b"rows"
                | b"bytes"
                | b"records"
                | b"entries"
                | b"requests"
                | b"packets"
                | b"lines"
                | b"items"
                | b"hits"
                | b"ms"
                | b"blocks"
                | b"kbps"
                | b"events"
                | b"tokens"
                | b"pages"
                | b"iterations"
                | b"inodes"
        )
    )
}

/// Where the key of a number of JSON begins, if it says something: only this key can say what the number is.
pub(super) fn own_key(bytes: &[u8], start: usize) -> usize {
    let from = start.saturating_sub(WORD * 2);
    let head = bytes.get(from..start).unwrap_or_default();
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let Some(head) = head.strip_suffix(b"\":") else { return 0 };
    let len = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let name = head.get(head.len() - len..).unwrap_or_default();
    let says = name.len() > 2 && !GENERIC.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(name));
    if says { from + head.len() - len } else { 0 }
}

/// Keys that say nothing about their numbers.
const GENERIC: &[&str] = &[
    "value",
    "val",
    "number",
    "num",
    "data",
    "text",
    "content",
    "raw",
    "input",
    "digits",
    "from",
    "dest",
    "destination",
    "addr",
];

/// Behind a word for a number these say whose it is, or which.
const OF_NUMBERS: &[&str] = &[
    "number",
    "num",
    "no",
    "nr",
    "nummer",
    "nbr",
    "numero",
    "digits",
    "value",
    "val",
    "raw",
    "plain",
    "text",
    "home",
    "work",
    "office",
    "mobile",
    "cell",
    "private",
    "business",
    "primary",
    "secondary",
    "main",
    "other",
    "day",
    "evening",
    "daytime",
    "formatted",
    "normalized",
    "international",
    "national",
    "local",
    "full",
    "hash",
    "id",
    "line",
    "phone",
    "tel",
    "ext",
    "extension",
    "customer",
    "user",
    "contact",
    "emergency",
    "masked",
    "clean",
    "orig",
    "original",
    "new",
    "old",
    "country",
    "code",
    "last",
    "billing",
    "shipping",
    "str",
    "string",
    "enc",
    "alt",
    "tax",
    "card",
    "de",
    "du",
    "der",
    "di",
    "do",
    "of",
    "to",
    "from",
    "privat",
    "dienst",
    "mobil",
    "festnetz",
    "nat",
    "intl",
    "test",
    "on",
    "for",
    "is",
    "was",
    "us",
    "uk",
    "one",
    "two",
    "perso",
    "pro",
    "cliente",
    "client",
    "usuario",
    "utente",
    "titular",
    "empleado",
    "employee",
    "patient",
    "paciente",
    "person",
    "persona",
    "pessoa",
    "kunde",
    "klant",
    "kund",
    "mitarbeiter",
    "member",
    "holder",
    "owner",
    "applicant",
    "beneficiary",
    "beneficiario",
    "guest",
    "student",
    "spouse",
    "father",
    "mother",
    "parent",
    "contato",
    "contacto",
    "contatto",
    "kontakt",
    "socio",
    "alumno",
    "aluno",
    "supplier",
    "vendor",
    "sender",
    "recipient",
    "caller",
    "payer",
    "payee",
    "agent",
    "area",
    "prefix",
    "suffix",
    "data",
    "info",
    "field",
    "column",
    "like",
    "a",
    "b",
];

/// Names of what is counted or timed.
const MEASURES: &[&str] = &[
    "count",
    "counts",
    "total",
    "totals",
    "size",
    "bytes",
    "len",
    "length",
    "offset",
    "hits",
    "misses",
    "ms",
    "us",
    "ns",
    "ts",
    "time",
    "timestamp",
    "seq",
    "sequence",
    "index",
    "idx",
    "pid",
    "tid",
    "port",
    "duration",
    "elapsed",
    "latency",
    "lag",
    "rows",
    "requests",
    "errors",
    "rate",
    "ttl",
    "exp",
    "iat",
    "nbf",
    "version",
    "epoch",
    "inode",
    "blocks",
    "sectors",
    "pages",
    "seconds",
    "sec",
    "usec",
    "avg",
    "sum",
    "min",
    "max",
    "success",
    "failures",
];

/// Names have no longer words.
const WORD: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_a_number_is_told_from_a_name_that_begins_with_it() {
        let more = |name: &str, word: usize| names_more(name.as_bytes(), word);
        for (name, word) in
            [("phone_verify 3", 5), ("ssn_audit", 3), ("mobile.success:1", 6), ("phoneCalls", 5), ("phone-gateway", 5)]
        {
            assert!(more(name, word), "{name}");
        }
        for (name, word) in
            [("phone_number", 5), ("cpf_cliente", 3), ("phone: 1", 5), ("phoneHome", 5), ("tel. 1", 3), ("ssn", 3)]
        {
            assert!(!more(name, word), "{name}");
        }
    }

    #[test]
    fn a_number_of_json_hears_its_own_key_alone() {
        let line = br#"{"key":"phone","doc_count":3067233669}"#;
        let number = line.iter().position(|b| *b == b'3').unwrap();
        assert!(is_measured(line, number));
        let line = br#"{"phone":1,"seed":271828182}"#;
        assert_eq!(own_key(line, 18), 12);
        let line = br#"{"type":"phone","value":2025550143}"#;
        assert_eq!(own_key(line, 24), 0);
    }
}
