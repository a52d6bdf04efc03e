//! Identifiers: short, unambiguous when read aloud, and drawn from randomness that the caller brings.
//!
//! They are written in Crockford's base 32 (lower case, without `i l o u`): 5 bits a character, no padding. A unique
//! prefix is accepted wherever a person types one (see [`SessionId::starts_with`]).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text was not an identifier of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not an id: an id has {want} characters out of 0-9 and a-z without i, l, o, u")]
pub struct IdError {
    text: String,
    want: usize,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $chars:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// How many random bytes make one.
            pub const BYTES: usize = $bytes;
            /// How many characters it is written with.
            pub const CHARS: usize = $chars;

            /// Makes an id out of bytes that the caller drew at random, or read from a record.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes, as a key in the ledger.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// The first characters, for a person: enough to tell apart what is live at one time.
            #[must_use]
            pub fn short(&self) -> String {
                let mut text = self.to_string();
                text.truncate(if $chars > 8 { 6 } else { 4 });
                text
            }

            /// Whether a prefix typed by a person may mean this id. An empty prefix means none.
            #[must_use]
            pub fn starts_with(&self, prefix: &str) -> bool {
                !prefix.is_empty() && self.to_string().starts_with(&prefix.to_ascii_lowercase())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                decode::<$bytes>(text)
                    .map(Self)
                    .ok_or_else(|| IdError { text: Shortened(text).to_string(), want: $chars })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// One channel of one connection: a shell, an exec, a subsystem.
    SessionId, 10, 16
);
id!(
    /// One request for approval.
    RequestId, 5, 8
);
id!(
    /// One grant that came out of an approval.
    GrantId, 5, 8
);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(8).div_ceil(5));
    let (mut acc, mut bits) = (0u32, 0u32);
    for &b in bytes {
        acc = (acc << 8) | u32::from(b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let digit = (acc >> bits) & 31;
            out.extend(ALPHABET.get(digit as usize).map(|&c| char::from(c)));
        }
        acc &= (1 << bits) - 1;
    }
    out
}

/// Every id is a whole number of 5-byte groups, so no bits are left over.
fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut out = [0u8; N];
    if text.len() != N.checked_mul(8)?.div_ceil(5) {
        return None;
    }
    let (mut acc, mut bits) = (0u32, 0u32);
    let mut slots = out.iter_mut();
    for c in text.bytes() {
        let c = c.to_ascii_lowercase();
        let digit = ALPHABET.iter().position(|&a| a == c)?;
        acc = (acc << 5) | u32::try_from(digit).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            *slots.next()? = u8::try_from((acc >> bits) & 0xff).ok()?;
        }
        acc &= (1 << bits) - 1;
    }
    Some(out)
}

/// A hostile "id" may be megabytes long; an error message is not.
struct Shortened<'a>(&'a str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().take(40).try_for_each(|c| write!(f, "{}", c.escape_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_being_written_and_read() {
        let id = SessionId::from_bytes([0, 1, 2, 0xff, 0xfe, 5, 6, 7, 8, 9]);
        assert_eq!(id.to_string().len(), SessionId::CHARS);
        assert_eq!(id.to_string().parse::<SessionId>(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse::<SessionId>(), Ok(id));
    }

    #[test]
    fn a_prefix_means_the_id_and_an_empty_prefix_means_nothing() {
        let id = RequestId::from_bytes([9, 9, 9, 9, 9]);
        assert!(id.starts_with(&id.short()));
        assert!(!id.starts_with(""));
        assert!(!id.starts_with("zzzz"));
    }

    #[test]
    fn given_a_megabyte_of_nonsense_the_error_stays_short() {
        let error = "\u{1b}x".repeat(1 << 19).parse::<RequestId>();
        assert!(error.is_err_and(|e| e.to_string().len() < 500));
    }
}
