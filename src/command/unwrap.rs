//! What a wrapper runs: `sudo -u x CMD`, `timeout 5 CMD`, `ssh host 'SCRIPT'`, `find -exec CMD ;`, `xargs CMD`.
//!
//! Which words are the wrapper's own is in the catalogue; this file only counts them.

use super::catalogue::{Rest, Wrapper, takes_value};
use super::words::{HOLE, Text, Word};

/// What a wrapper's words run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inner<'w> {
    /// Nothing: the wrapper alone.
    Nothing,
    /// This word, as a script.
    Script(&'w Word),
    /// The words from here on, as a script.
    Words(usize),
    /// A command in these words.
    Command(usize, usize),
}

impl Inner<'_> {
    /// The wrapper's own words.
    pub(super) fn own<'w>(&self, args: &'w [Word]) -> &'w [Word] {
        match self {
            Self::Nothing | Self::Script(_) => args,
            Self::Words(from) | Self::Command(from, _) => args.get(..*from).unwrap_or_default(),
        }
    }
}

/// Finds what a wrapper runs. `None` if these words are none of its (`docker ps`).
pub(super) fn unwrap<'w>(wrapper: &Wrapper, args: &'w [Word]) -> Option<Inner<'w>> {
    if !wrapper.exec.is_empty() {
        let from = args.iter().position(|word| wrapper.exec.iter().any(|flag| flag == word.shown()))? + 1;
        let end = args.iter().skip(from).position(|word| matches!(word.shown(), ";" | "+"));
        return Some(Inner::Command(from, end.map_or(args.len(), |n| from + n)));
    }
    let mut verb = wrapper.verb.as_deref();
    let mut skip = wrapper.skip;
    let mut at = 0;
    let command = loop {
        let Some(word) = args.get(at) else { return verb.is_none().then_some(Inner::Nothing) };
        let text = word.shown();
        if text == "--" {
            break at + 1;
        }
        if let Some(script) = wrapper.script.iter().find_map(|flag| script_of(flag, text, args.get(at + 1))) {
            return Some(Inner::Script(script));
        }
        if text.starts_with('-') && (text.len() > 1 || wrapper.rest == Rest::Nothing) {
            at += 1 + usize::from(takes_value(&wrapper.values, text, false));
        } else if let Some(wanted) = verb {
            if !wanted.split('|').any(|wanted| wanted == text) {
                return None;
            }
            verb = None;
            at += 1;
        } else if wrapper.rest == Rest::Nothing
            || wrapper.assigns && text.split_once('=').is_some_and(|(name, _)| is_name(name))
        {
            at += 1;
        } else if skip > 0 {
            skip -= 1;
            at += 1;
        } else {
            break at;
        }
    };
    if verb.is_some() {
        return None;
    }
    Some(match wrapper.rest {
        _ if command >= args.len() => Inner::Nothing,
        Rest::Command => Inner::Command(command, args.len()),
        Rest::Script => Inner::Words(command),
        Rest::Nothing => Inner::Nothing,
    })
}

/// Puts what `xargs` reads into the command: where its mark stands (`-I{}`), or at the end.
pub(super) fn fill_from_input(own: &[Word], argv: &mut Vec<Word>) {
    let mut mark = "{}";
    for (at, word) in own.iter().enumerate() {
        match word.shown().strip_prefix("-I") {
            Some("") => mark = own.get(at + 1).map_or(mark, Word::shown),
            Some(attached) => mark = attached,
            None => {}
        }
    }
    let mut filled = false;
    for word in argv.iter_mut().filter(|word| word.shown().contains(mark)) {
        let text = word.shown().replace(mark, HOLE.encode_utf8(&mut [0; 4]));
        word.text = if text.chars().all(|c| c == HOLE) { Text::Unknown } else { Text::Partly(text) };
        filled = true;
    }
    if !filled {
        let span = argv.last().map(|word| word.span).unwrap_or_default();
        argv.push(Word::unknown(span));
    }
}

/// The script behind an option: the next word.
fn script_of<'w>(flag: &str, text: &str, next: Option<&'w Word>) -> Option<&'w Word> {
    let letter = flag.strip_prefix('-').filter(|letter| letter.len() == 1);
    let clustered = letter.is_some_and(|l| text.starts_with('-') && !text.starts_with("--") && text.ends_with(l));
    next.filter(|_| text == flag || clustered)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
