//! Strings in a statement that may be statements themselves, and what `||` makes of several.

use super::Token;

/// The strings of a statement, and behind them what `||` makes of several, with a line feed for what is not written out.
pub(super) fn texts(tokens: &[Token<'_>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut joined: Vec<(usize, String)> = Vec::new();
    let mut joins = false;
    for (at, token) in tokens.iter().enumerate() {
        let bar = |at: Option<usize>| at.and_then(|at| tokens.get(at)) == Some(&Token::Sign('|'));
        match token {
            Token::Value(text) => {
                let text = content(text);
                match joined.last_mut().filter(|_| joins) {
                    Some((parts, before)) => {
                        *parts += 1;
                        before.push_str(&text);
                    }
                    None => joined.push((1, text.clone())),
                }
                found.push(text);
                joins = false;
            }
            Token::Sign('|') if bar(Some(at + 1)) || bar(at.checked_sub(1)) => joins = true,
            // `'DROP ' || kind || ' t'`
            Token::Word(..) | Token::Name(_) if joins => {
                joined.last_mut().into_iter().for_each(|(_, text)| text.push('\n'));
            }
            Token::Sign('.' | '(' | ')') if joins => {}
            _ => joins = false,
        }
    }
    found.extend(joined.into_iter().filter(|(parts, _)| *parts > 1).map(|(_, text)| text));
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
        assert_eq!(texts(&tokens), ["tru", "ncate ", "x", "truncate \nx"]);
        assert_eq!(texts(&[Token::Value("'a'"), Token::Sign(','), Token::Value("'it''s'")]), ["a", "it's"]);
        assert_eq!(texts(&[Token::Value("$$drop x$$")]), ["drop x"]);
        assert_eq!(texts(&[Token::Value("$t$drop$t$")]), ["drop"]);
    }
}
