//! What a character is read as: people read `４１１１` and `4111` alike, and so must a detector.

/// The character that a reader takes `c` for; `None` if it shows nothing.
#[must_use]
pub fn fold(c: char) -> Option<char> {
    if c.is_ascii() {
        return Some(c);
    }
    let offset = |from: char, to: char| char::from_u32(u32::from(c) - u32::from(from) + u32::from(to)).unwrap_or(c);
    Some(match c {
        '\u{ff01}'..='\u{ff5e}' => offset('\u{ff01}', '!'),
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2024}' | '\u{fe52}' => '.',
        '\u{fe6b}' => '@',
        '\u{fe55}' => ':',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{1d400}'..='\u{1d6a3}' => letter(u32::from(c) - 0x1d400),
        '\u{1d7ce}'..='\u{1d7ff}' => digit((u32::from(c) - 0x1d7ce) % 10),
        '\u{1fbf0}'..='\u{1fbf9}' => digit(u32::from(c) - 0x1fbf0),
        '\u{2460}'..='\u{2468}' => digit(u32::from(c) - 0x2460 + 1),
        '\u{24ea}' | '\u{2070}' | '\u{2080}' => '0',
        '\u{b9}' => '1',
        '\u{b2}' => '2',
        '\u{b3}' => '3',
        '\u{2074}'..='\u{2079}' => digit(u32::from(c) - 0x2070),
        '\u{2081}'..='\u{2089}' => digit(u32::from(c) - 0x2080),
        _ if shows_nothing(c) => return None,
        _ => DECIMALS
            .iter()
            .map(|zero| u32::from(*zero))
            .find(|zero| (*zero..zero + 10).contains(&u32::from(c)))
            .map_or(c, |zero| digit(u32::from(c) - zero)),
    })
}

/// Whether [`fold`] leaves it as it is.
#[must_use]
pub fn is_plain(c: char) -> bool {
    c.is_ascii() || fold(c) == Some(c)
}

fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{61c}' | '\u{180b}'..='\u{180f}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}

/// Mathematical letters come in alphabets of twice 26.
fn letter(index: u32) -> char {
    let place = index % 52;
    let base = if place < 26 { u32::from('A') } else { u32::from('a') - 26 };
    char::from_u32(base + place).unwrap_or('x')
}

/// The zeros of other scripts' decimal digits (Unicode general category Nd).
const DECIMALS: &[char] = &[
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}',
    '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_letters_of_other_shapes_are_read_as_what_they_look_like() {
        let read = |text: &str| text.chars().filter_map(fold).collect::<String>();
        assert_eq!(read("４１１１\u{200b}①٢𝟗𝐀𝒛"), "411112".to_owned() + "9Az");
        assert_eq!(read("a＠b．com\u{a0}\u{2011}"), "a@b.com -");
        assert_eq!(read("naïve 世界"), "naïve 世界");
        assert_eq!(read("nai\u{308}ve"), "naive");
    }
}
