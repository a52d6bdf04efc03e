//! What simple commands write, where their words alone say it: `echo`, `printf`, and the decoders that text is hidden with.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::words::Word;

/// The output of a command with these arguments and this input; `None` if it is not known.
pub(super) fn output(name: &str, args: &[Word], input: Option<&str>) -> Option<String> {
    // Whichever container it is, its log lies there.
    if matches!(name, "docker" | "podman" | "nerdctl")
        && args.iter().any(|word| word.known() == Some("inspect"))
        && args.iter().any(|word| word.shown().contains(".LogPath"))
    {
        return Some("/var/lib/docker/containers/0/0-json.log\n".to_owned());
    }
    let known: Option<Vec<&str>> = args.iter().map(|word| word.known().filter(|_| !word.glob)).collect();
    let words = known?;
    let is_flag = |word: &&str| word.starts_with('-') && word.len() > 1;
    let operands: Vec<&str> = words.iter().copied().filter(|word| !is_flag(word)).collect();
    let has = |flags: &[&str]| words.iter().any(|word| flags.contains(word));
    // A cluster of letters with this one in it.
    let letter = |l: char| words.iter().any(|w| w.starts_with('-') && !w.starts_with("--") && w.contains(l));
    let text = match name {
        "echo" => echo(&words),
        "printf" => printf(&words)?,
        "head" | "tail" if pieces_of(&words).is_some() => {
            let (count, text) = (pieces_of(&words)?, input?);
            let from = if name == "tail" { text.len().saturating_sub(count) } else { 0 };
            text.get(from..(from + count).min(text.len()))?.to_owned()
        }
        "fold" if letter('w') => match words.as_slice() {
            ["-w", width] | [width] => folded(input?, whole(width.trim_start_matches("-w"))?)?,
            _ => return None,
        },
        "paste" if letter('s') => {
            let lines: Vec<&str> = input?.lines().collect();
            let mark = match words.as_slice() {
                ["-s"] => "\t",
                ["-s", "-d", mark] | ["-sd", mark] => mark,
                [both] => both.strip_prefix("-sd")?,
                _ => return None,
            };
            let plain = mark.len() == 1 && mark != "\\";
            if mark != "\\0" && !plain {
                return None;
            }
            lines.join(if plain { mark } else { "" }) + "\n"
        }
        "head" | "tail" if counted(&words).is_some() => {
            let lines: Vec<&str> = input?.lines().collect();
            let count = counted(&words)?.min(lines.len());
            let from = if name == "tail" { lines.len() - count } else { 0 };
            lines.get(from..from + count)?.iter().map(|line| format!("{line}\n")).collect()
        }
        "sort" if words.is_empty() => {
            let mut lines: Vec<&str> = input?.lines().collect();
            lines.sort_unstable();
            lines.iter().map(|line| format!("{line}\n")).collect()
        }
        "cat" | "tee" | "pv" | "fold" if operands.is_empty() || name == "tee" => input?.to_owned(),
        "head" | "tail" if words.is_empty() => input?.to_owned(),
        "base64" | "gbase64" if (letter('d') || letter('D') || has(&["--decode"])) && operands.is_empty() => {
            base64(input?)?
        }
        "base64" | "gbase64" if operands.is_empty() && words.iter().all(|word| word.starts_with("-w")) => {
            STANDARD.encode(input?)
        }
        "basenc" if has(&["--base64"]) && letter('d') => base64(input?)?,
        "base32" if (letter('d') || has(&["--decode"])) && operands.is_empty() => base32(input?)?,
        "openssl" if words.first() == Some(&"base64") && letter('d') => base64(input?)?,
        "openssl" if words.first() == Some(&"enc") && has(&["-base64", "-a"]) && has(&["-d"]) && words.len() <= 4 => {
            base64(input?)?
        }
        "xxd" if letter('r') && operands.is_empty() => hex(input?)?,
        "rev" if operands.is_empty() => {
            input?.lines().map(|line| line.chars().rev().collect::<String>() + "\n").collect()
        }
        "tac" if words.is_empty() => input?.lines().rev().map(|line| format!("{line}\n")).collect(),
        "tr" => tr(&words, input?)?,
        "sed" => sed(&words, input?)?,
        "cut" => cut(&words, input?)?,
        "rot13" | "caesar" => tr(&["A-Za-z", "N-ZA-Mn-za-m"], input?)?,
        "which" | "command" | "type" | "whereis" => {
            // Of several only the machine knows which there are.
            let [program] = operands.as_slice() else { return None };
            if program.contains('/') { format!("{program}\n") } else { format!("/usr/bin/{program}\n") }
        }
        // A file of its own; which one does not matter, as long as the line means the same one later.
        "mktemp"
            if operands.is_empty()
                || matches!(*operands.as_slice(), [one] if one.starts_with("/tmp/") && one.ends_with("XXX")) =>
        {
            format!("/tmp/{TEMPORARY}\n")
        }
        "basename" => {
            let name = operands.first()?.rsplit('/').next()?;
            let name = operands.get(1).and_then(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
            format!("{name}\n")
        }
        // A time in digits says nothing that could be run or told; which one it is does not matter.
        "date" if is_a_time(&words) => "20260101".to_owned(),
        "true" | ":" => String::new(),
        _ => return None,
    };
    (text.len() <= MAX_TEXT).then_some(text)
}

/// How many lines `head -N`, `head -n N` and their kin give.
fn counted(words: &[&str]) -> Option<usize> {
    match words {
        ["-n", count] => whole(count),
        [one] => whole(one.strip_prefix("-n").or_else(|| one.strip_prefix('-'))?),
        _ => None,
    }
}

/// A number without a sign: `tail -n +2` means another thing.
fn whole(text: &str) -> Option<usize> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
}

/// `fold -w N`: lines of so many characters.
fn folded(text: &str, width: usize) -> Option<String> {
    let mut out = String::new();
    for line in text.lines().filter(|_| width > 0) {
        let chars: Vec<char> = line.chars().collect();
        for piece in chars.chunks(width) {
            out.extend(piece);
            out.push('\n');
        }
    }
    (width > 0).then_some(out)
}

/// How many bytes `head -c N` and `tail -c N` give, where they read their input.
fn pieces_of(words: &[&str]) -> Option<usize> {
    match words {
        ["-c", count] => count.parse().ok(),
        [one] => one.strip_prefix("-c").or_else(|| one.strip_prefix("--bytes="))?.parse().ok(),
        _ => None,
    }
}

fn base64(text: &str) -> Option<String> {
    let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // Without its padding it is still read.
    let bytes = STANDARD.decode(&dense).or_else(|_| STANDARD_NO_PAD.decode(dense.trim_end_matches('=')));
    String::from_utf8(bytes.ok()?).ok()
}

/// RFC 4648 §6.
fn base32(text: &str) -> Option<String> {
    let (mut bits, mut held, mut out) = (0u32, 0u32, Vec::new());
    for c in text.chars().filter(|c| !c.is_whitespace() && *c != '=') {
        let digit = match c.to_ascii_uppercase() {
            c @ 'A'..='Z' => u32::from(c) - u32::from('A'),
            c @ '2'..='7' => u32::from(c) - u32::from('2') + 26,
            _ => return None,
        };
        bits = (bits << 5 | digit) & 0xffff;
        held += 5;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    String::from_utf8(out).ok()
}

/// `tr SET SET` and `tr -d SET`, with ranges and without classes.
fn tr(words: &[&str], text: &str) -> Option<String> {
    match words {
        ["-d", gone] => {
            let gone = set(gone)?;
            Some(text.chars().filter(|c| !gone.contains(c)).collect())
        }
        [from, to] if !from.starts_with('-') || from.len() == 1 => {
            let (from, to) = (set(from)?, set(to)?);
            let map = |c: char| match from.iter().position(|f| *f == c) {
                // The last one stands for all that have no partner.
                Some(at) => to.get(at).or(to.last()).copied().unwrap_or(c),
                None => c,
            };
            Some(text.chars().map(map).collect())
        }
        _ => None,
    }
}

fn set(text: &str) -> Option<Vec<char>> {
    let text = match text {
        "[:upper:]" => "A-Z",
        "[:lower:]" => "a-z",
        "[:digit:]" => "0-9",
        _ if text.contains("[:") => return None,
        _ => text,
    };
    let text = unescape(text);
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        match (chars.get(at + 1), chars.get(at + 2)) {
            (Some('-'), Some(&end)) if end >= c && u32::from(end) - u32::from(c) < 256 => {
                out.extend(c..=end);
                at += 3;
            }
            _ => {
                out.push(c);
                at += 1;
            }
        }
    }
    Some(out)
}

/// `s/plain/plain/` and its `g`, several of them; nothing with a pattern in it.
fn sed(words: &[&str], text: &str) -> Option<String> {
    let scripts: Vec<&str> = words.iter().copied().filter(|word| !word.starts_with('-')).collect();
    let mut out = text.to_owned();
    for command in scripts.iter().flat_map(|script| script.split(';')) {
        let body = command.trim().strip_prefix('s')?;
        let mark = body.chars().next()?;
        let parts: Vec<&str> = body.get(mark.len_utf8()..)?.split(mark).collect();
        let [from, to, flags] = parts.as_slice() else { return None };
        if from.is_empty() || from.contains(['*', '[', '\\', '^', '$', '.', '+', '?']) || to.contains(['&', '\\']) {
            return None;
        }
        let each = |line: &str| if flags.contains('g') { line.replace(from, to) } else { line.replacen(from, to, 1) };
        out = out.split_inclusive('\n').map(each).collect();
    }
    (!scripts.is_empty()).then_some(out)
}

/// `cut -cN-M` of each line.
fn cut(words: &[&str], text: &str) -> Option<String> {
    let range = match words {
        [flag, range] if *flag == "-c" || *flag == "-b" => range,
        [word] => word.strip_prefix("-c").or_else(|| word.strip_prefix("-b"))?,
        _ => return None,
    };
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let number = |text: &str, none: usize| if text.is_empty() { Some(none) } else { text.parse().ok() };
    let (from, to) = (number(from, 1)?.max(1), number(to, usize::MAX)?);
    let each = |line: &str| line.chars().skip(from - 1).take(to.saturating_sub(from - 1)).collect::<String>() + "\n";
    Some(text.lines().map(each).collect())
}

fn echo(words: &[&str]) -> String {
    let mut rest = words;
    let (mut newline, mut escapes) = (true, false);
    while let Some((first, more)) = rest.split_first() {
        match *first {
            "-n" => newline = false,
            "-e" => escapes = true,
            "-en" | "-ne" => (newline, escapes) = (false, true),
            "-E" => escapes = false,
            _ => break,
        }
        rest = more;
    }
    let text = rest.join(" ");
    let text = if escapes { unescape(&text) } else { text };
    if newline { text + "\n" } else { text }
}

/// `printf` with plain `%s`, `%b`, `%c`, `%d` and no other conversion; the format is used again while arguments are left (POSIX.1-2024, printf).
fn printf(words: &[&str]) -> Option<String> {
    let (format, args) = words.split_first()?;
    let mut args = args.iter();
    let mut out = String::new();
    loop {
        let before = args.len();
        let mut chars = format.chars().peekable();
        let mut piece = String::new();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('%', Some('%')) => {
                    chars.next();
                    piece.push('%');
                }
                ('%', Some('s' | 'd' | 'i' | 'q')) => {
                    chars.next();
                    out.push_str(&unescape(&std::mem::take(&mut piece)));
                    out.push_str(args.next().unwrap_or(&""));
                }
                ('%', Some('b')) => {
                    chars.next();
                    out.push_str(&unescape(&std::mem::take(&mut piece)));
                    out.push_str(&unescape(args.next().unwrap_or(&"")));
                }
                ('%', Some('c')) => {
                    chars.next();
                    out.push_str(&unescape(&std::mem::take(&mut piece)));
                    out.extend(args.next().and_then(|word| word.chars().next()));
                }
                ('%', _) => return None,
                _ => piece.push(c),
            }
        }
        out.push_str(&unescape(&piece));
        if args.len() == 0 || args.len() == before || out.len() > MAX_TEXT {
            return Some(out);
        }
    }
}

/// `\n`, `\t`, `\\`, `\xHH`, `\0NNN`, `\NNN`; any other backslash stays.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let number = match chars.next() {
            Some('n') => Some(('\n', chars.as_str())),
            Some('t') => Some(('\t', chars.as_str())),
            Some('r') => Some(('\r', chars.as_str())),
            Some('u') => digits(chars.as_str(), 16, 4),
            Some('U') => digits(chars.as_str(), 16, 8),
            Some('\\') => Some(('\\', chars.as_str())),
            Some('x') => digits(chars.as_str(), 16, 2),
            Some('0') => digits(after, 8, 4),
            Some('1'..='7') => digits(after, 8, 3),
            _ => None,
        };
        let (c, after) = number.unwrap_or(('\\', after));
        out.push(c);
        rest = after;
    }
    out + rest
}

/// The character of up to `most` digits, and what follows them.
fn digits(text: &str, radix: u32, most: usize) -> Option<(char, &str)> {
    let width = text.chars().take(most).take_while(|c| c.is_digit(radix)).count();
    let (number, rest) = text.split_at_checked(width)?;
    Some((char::from_u32(u32::from_str_radix(number, radix).ok()?)?, rest))
}

fn hex(text: &str) -> Option<String> {
    let digits: Vec<u32> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    String::from_utf8(bytes.collect::<Option<_>>()?).ok()
}

/// Bytes that a decoded text may have; a line is at most as long.
const MAX_TEXT: usize = 16 * 1024;

/// Whether the arguments of `date` give digits and signs alone: `+%F`, `-u +%Y%m%dT%H%M%SZ`.
fn is_a_time(words: &[&str]) -> bool {
    let format = |text: &str| {
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let fine = match c {
                '%' => chars.next().is_some_and(|c| {
                    matches!(c, 'F' | 'Y' | 'm' | 'd' | 'H' | 'M' | 'S' | 's' | 'T' | 'y' | 'j' | 'V' | 'u' | 'N')
                }),
                c => c.is_ascii_digit() || matches!(c, '-' | '_' | ':' | '.' | 'T' | 'Z'),
            };
            if !fine {
                return false;
            }
        }
        true
    };
    let formats = words.iter().filter(|word| word.starts_with('+')).count();
    formats == 1 && words.iter().all(|word| *word == "-u" || word.strip_prefix('+').is_some_and(format))
}

/// The name of a file of `mktemp`'s.
pub(super) const TEMPORARY: &str = "tmp.XXXXXXXXXX";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    fn out(line: &str, input: &str) -> Option<String> {
        let words: Vec<Word> = line
            .split(' ')
            .map(|text| Word {
                text: super::super::words::Text::Known(text.to_owned()),
                ..Word::unknown(Span::default())
            })
            .collect();
        output(words[0].known().unwrap(), &words[1..], Some(input))
    }

    #[test]
    fn a_time_is_no_text_that_could_be_run() {
        assert!(is_a_time(&["+%F"]) && is_a_time(&["-u", "+%Y%m%dT%H%M%SZ"]));
        assert!(!is_a_time(&["+rm"]) && !is_a_time(&["+%A"]) && !is_a_time(&[]) && !is_a_time(&["-f", "+%F"]));
    }

    #[test]
    fn decoders_decode_what_the_line_says() {
        for (line, input, want) in [
            ("base64 -d", "cm0gLXJmIC9zcnY=", "rm -rf /srv"),
            ("base64 --decode", "cm0gLXJmIC9zcnY", "rm -rf /srv"),
            ("base32 -d", "OJWSALLSMYQC643SOY======", "rm -rf /srv"),
            ("xxd -r -p", "726d202d7266", "rm -rf"),
            ("tr a-z n-za-m", "ez -es /fei", "rm -rf /srv"),
            ("tr -d X", "XrXmX", "rm"),
            ("tr [:upper:] [:lower:]", "RM", "rm"),
            ("sed s/xx/rm/", "xx -rf /srv", "rm -rf /srv"),
            ("cut -c2-3", "xrmx", "rm\n"),
            ("openssl enc -base64 -d", "cm0=", "rm"),
            ("printf %b \\162\\155", "", "rm"),
            ("printf %c%c rat mouse", "", "rm"),
            ("rev", "mr", "rm\n"),
            ("head -c2", "rmt", "rm"),
            ("tail -c 3", "farm", "arm"),
        ] {
            assert_eq!(out(line, input).as_deref(), Some(want), "{line}");
        }
        for line in ["openssl enc -d -aes-256-cbc -k x", "gunzip", "sed s/.x/rm/", "tr a", "tr [:alpha:] x"] {
            assert_eq!(out(line, "x"), None, "{line}");
        }
    }
}
