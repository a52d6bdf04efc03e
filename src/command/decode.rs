//! What simple commands write, where their words alone say it: `echo`, `printf`, and the decoders that text is hidden with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::words::Word;

/// The output of a command with these arguments and this input; `None` if it is not known.
pub(super) fn output(name: &str, args: &[Word], input: Option<&str>) -> Option<String> {
    let known: Option<Vec<&str>> = args.iter().map(|word| word.known().filter(|_| !word.glob)).collect();
    let words = known?;
    let is_flag = |word: &&str| word.starts_with('-') && word.len() > 1;
    let operands: Vec<&str> = words.iter().copied().filter(|word| !is_flag(word)).collect();
    let has = |flags: &[&str]| words.iter().any(|word| flags.contains(word));
    let text = match name {
        "echo" => echo(&words),
        "printf" => printf(&words)?,
        "cat" | "tee" if operands.is_empty() || name == "tee" => input?.to_owned(),
        "base64" if has(&["-d", "-D", "--decode", "-di"]) && operands.is_empty() => {
            let dense: String = input?.chars().filter(|c| !c.is_whitespace()).collect();
            String::from_utf8(STANDARD.decode(dense).ok()?).ok()?
        }
        "xxd" if has(&["-r", "-p", "-rp", "-pr", "-ps"]) && operands.is_empty() => hex(input?)?,
        "rev" if operands.is_empty() => {
            input?.lines().map(|line| line.chars().rev().collect::<String>() + "\n").collect()
        }
        "which" | "command" | "type" => operands.first().map(|program| format!("{program}\n"))?,
        "true" | ":" => String::new(),
        _ => return None,
    };
    (text.len() <= MAX_TEXT).then_some(text)
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

/// `printf` with `%s`, `%b` and no other conversion; the format is used again while arguments are left (POSIX.1-2024, printf).
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
                ('%', Some('s' | 'b')) => {
                    chars.next();
                    out.push_str(&unescape(&std::mem::take(&mut piece)));
                    out.push_str(args.next().unwrap_or(&""));
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
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let number = match chars.next() {
            Some('n') => Some(('\n', chars.as_str())),
            Some('t') => Some(('\t', chars.as_str())),
            Some('\\') => Some(('\\', chars.as_str())),
            Some('x') => digits(chars.as_str(), 16, 2),
            Some('0') => digits(chars.as_str(), 8, 3),
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
