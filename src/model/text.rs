//! Untrusted text as a type of its own: already escaped for display, and the only thing that a screen draws.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// Text of somebody else (a command, a host name, a reason, a file name), made harmless to look at.
///
/// Control characters become their Unicode pictures (`ESC` → `␛`); C1 controls, bidirectional controls, zero-width and
/// other invisible characters become their code point in brackets (`⟨202E⟩`); bytes that are not UTF-8 become `⟨xFF⟩`.
/// Nothing is dropped and nothing is cut: what is drawn has as much on it as what was sent. Other sinks (HTML, CSV,
/// syslog) escape for themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Shown(String);

impl Shown {
    /// Escapes a string.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut out = String::with_capacity(text.len());
        text.chars().for_each(|c| push(&mut out, c));
        Self(out)
    }

    /// Escapes bytes that may not be UTF-8.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut out = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|c| push(&mut out, c));
            for b in chunk.invalid() {
                // Writing to a String cannot fail.
                let _ = write!(out, "⟨x{b:02X}⟩");
            }
        }
        Self(out)
    }

    /// The escaped text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Escaping twice changes nothing, so text that comes back over a wire is escaped again rather than trusted.
impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<Shown> for String {
    fn from(text: Shown) -> Self {
        text.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn push(out: &mut String, c: char) {
    match c {
        '\u{0}'..='\u{1f}' => out.extend(char::from_u32(0x2400 + c as u32)),
        '\u{7f}' => out.push('␡'),
        _ if invisible(c) => {
            let _ = write!(out, "⟨{:04X}⟩", c as u32);
        }
        _ => out.push(c),
    }
}

/// Characters that change what a reader sees without being seen: C1 controls, bidi controls (UAX #9), zero-width
/// characters, fillers, variation selectors, tags, and the line and paragraph separators.
const fn invisible(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{a0}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_survives() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}b\u{200b}\r\n\u{7f}";
        let shown = Shown::new(hostile);
        assert_eq!(shown.as_str(), "a␛[2J⟨009B⟩31m⟨202E⟩b⟨200B⟩␍␊␡");
        assert_eq!(Shown::new(shown.as_str()), shown);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_one_by_one() {
        assert_eq!(Shown::from_bytes(b"ok\xff\xc3").as_str(), "ok⟨xFF⟩⟨xC3⟩");
    }
}
