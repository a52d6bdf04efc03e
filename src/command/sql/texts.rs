//! Strings in a statement that may be statements themselves, and what `||` makes of several.

use super::Token;

/// The strings of a statement; those that `||` joins are one, with a blank for what is not written out.
pub(super) fn texts(tokens: &[Token<'_>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut joins = false;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Value(text) => {
                let text = content(text);
                match found.last_mut().filter(|_| joins) {
                    Some(before) => before.push_str(&text),
                    None => found.push(text),
                }
                joins = false;
            }
            Token::Sign('|') if tokens.get(at + 1) == Some(&Token::Sign('|')) => {
                joins = true;
                at += 1;
            }
            // `'DROP ' || kind || ' t'`
            Token::Word(..) | Token::Name(_) if joins => found.last_mut().into_iter().for_each(|text| text.push(' ')),
            Token::Sign('.' | '(' | ')') if joins => {}
            _ => joins = false,
        }
        at += 1;
    }
    found
}

/// What stands between the quotes: `'…'`, `$tag$ … $tag$`.
fn content(text: &str) -> String {
    let tagged = text.strip_prefix('$').and_then(|rest| rest.split_once('$'));
    if let Some((tag, inner)) = tagged {
        return inner
            .strip_suffix('$')
            .and_then(|inner| inner.strip_suffix(tag))
            .unwrap_or(inner)
            .trim_end_matches('$')
            .to_owned();
    }
    text.trim_matches(['\'', '$']).replace("''", "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bars_join_is_one_text() {
        let (bar, name) = (Token::Sign('|'), Token::Word("r", 0));
        let tokens =
            [Token::Value("'tru'"), bar, bar, Token::Value("'ncate '"), bar, bar, name, bar, bar, Token::Value("'x'")];
        assert_eq!(texts(&tokens), ["truncate  x"]);
        assert_eq!(texts(&[Token::Value("'a'"), Token::Sign(','), Token::Value("'it''s'")]), ["a", "it's"]);
        assert_eq!(texts(&[Token::Value("$$drop x$$")]), ["drop x"]);
        assert_eq!(texts(&[Token::Value("$t$drop$t$")]), ["drop"]);
    }
}
