//! What a wrapper runs: `sudo -u x CMD`, `timeout 5 CMD`, `ssh host 'SCRIPT'`, `find -exec CMD ;`, `xargs CMD`.
//!
//! Which words are the wrapper's own is in the catalogue; this file only counts them.

use super::carry::value_of;
use super::catalogue::{Rest, Wrapper, takes_value};
use super::words::{HOLE, Text, Word};

/// What a wrapper's words run.
#[derive(Debug, Clone)]
pub(super) enum Inner {
    /// Nothing: the wrapper alone.
    Nothing,
    /// This word, as a script.
    Script(Word),
    /// The words from here on, as a script.
    Words(usize),
    /// A command in these words.
    Command(usize, usize),
}

impl Inner {
    /// The wrapper's own words.
    pub(super) fn own<'w>(&self, args: &'w [Word]) -> &'w [Word] {
        match self {
            Self::Nothing | Self::Script(_) => args,
            Self::Words(from) | Self::Command(from, _) => args.get(..*from).unwrap_or_default(),
        }
    }
}

/// Finds what a wrapper runs. `None` if these words are none of its (`docker ps`).
pub(super) fn unwrap(wrapper: &Wrapper, args: &[Word]) -> Option<Inner> {
    if wrapper.quiet.iter().any(|flag| args.iter().any(|word| word.shown() == flag)) {
        return None;
    }
    if !wrapper.exec.is_empty() {
        return executed(wrapper, args, 0);
    }
    let mut verbs = wrapper.verb.as_deref().map(|verb| verb.split(' ')).into_iter().flatten().peekable();
    // Whoever asks for the marker has words of its own that look like a command (`kubectl run NAME -- CMD`).
    let marked = wrapper.marked.then(|| args.iter().position(|word| word.shown() == "--"));
    let mut skip = wrapper.skip;
    let mut at = 0;
    let command = loop {
        // Behind the image's name all words are the program's.
        if skip == 0 && wrapper.skip > 0 && verbs.peek().is_none() && !wrapper.program.is_empty() {
            break at;
        }
        let Some(word) = args.get(at) else { return verbs.peek().is_none().then_some(Inner::Nothing) };
        let text = word.shown();
        if text == "--" {
            break at + 1;
        }
        if verbs.peek().is_none()
            && let Some((script, _)) = value_of(&wrapper.script, word, args.get(at + 1))
        {
            return Some(Inner::Script(if wrapper.assigns { split(script) } else { script }));
        }
        if text.starts_with('-') && (text.len() > 1 || wrapper.rest == Rest::Nothing)
            || wrapper.own.iter().any(|own| own.fit(text))
        {
            at += 1 + usize::from(takes_value(&wrapper.values, text, false));
        } else if let Some(wanted) = verbs.next() {
            if !wanted.split('|').any(|wanted| wanted == text) {
                return None;
            }
            at += 1;
            if let Some(marked) = marked
                && verbs.peek().is_none()
            {
                return Some(marked.map_or(Inner::Nothing, |at| Inner::Command(at + 1, args.len())));
            }
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
    if verbs.peek().is_some() {
        return None;
    }
    Some(match wrapper.rest {
        _ if command >= args.len() && wrapper.program.is_empty() => Inner::Nothing,
        Rest::Command => Inner::Command(command, args.len()),
        Rest::Script => Inner::Words(command),
        Rest::First => args.get(command).cloned().map_or(Inner::Nothing, Inner::Script),
        Rest::Nothing => Inner::Nothing,
    })
}

/// The command behind the next of such options, from the word `after` on: `find … -exec ls {} \; -exec rm {} \;`.
pub(super) fn executed(wrapper: &Wrapper, args: &[Word], after: usize) -> Option<Inner> {
    let named = |word: &Word| wrapper.exec.iter().any(|flag| flag == word.shown());
    let from = after + args.iter().skip(after).position(named)? + 1;
    let end = args.iter().skip(from).position(|word| matches!(word.shown(), ";" | "+"));
    Some(Inner::Command(from, end.map_or(args.len(), |n| from + n)))
}

/// What `env -S` splits, where other shells do not: `\_`, `\t` and their like are blanks (env(1), "-S/--split-string syntax").
fn split(script: Word) -> Word {
    match script.known() {
        Some(text) if text.contains('\\') => {
            let text = ["\\_", "\\t", "\\n", "\\r", "\\f", "\\v"]
                .iter()
                .fold(text.to_owned(), |text, mark| text.replace(mark, " "));
            Word { text: Text::Known(text), ..script }
        }
        _ => script,
    }
}

/// Puts what `xargs` reads into the command: where its mark stands (`-I{}`), behind `:::`, or at the end.
pub(super) fn fill_from_input(own: &[Word], argv: &mut Vec<Word>, input: Option<&str>) {
    let mut mark = "{}";
    for (at, word) in own.iter().enumerate() {
        match word.shown().strip_prefix("-I") {
            Some("") => mark = own.get(at + 1).map_or(mark, Word::shown),
            Some(attached) => mark = attached,
            None => {}
        }
    }
    let span = argv.last().map(|word| word.span).unwrap_or_default();
    let words = || input.filter(|text| text.len() < MAX_INPUT).map(|text| text.split_whitespace().collect::<Vec<_>>());
    let known = |text: String| Word { text: Text::Known(text), ..Word::unknown(span) };
    let mut more: Vec<Word> = match words() {
        Some(_) if own.iter().any(|word| matches!(word.shown(), "-0" | "--null" | "-d" | "--delimiter")) => {
            let parts = input.unwrap_or_default().trim_end_matches(['\n', '\0']).split('\0');
            parts.map(|part| known(part.to_owned())).collect()
        }
        Some(words) => words.into_iter().map(|word| known(word.to_owned())).collect(),
        None => vec![Word::unknown(span)],
    };
    if let Some(at) = argv.iter().position(|word| matches!(word.shown(), ":::" | "::::" | ":::+")) {
        let rest = argv.split_off(at);
        more = rest.into_iter().skip(1).collect();
    }
    let whole = match more.as_slice() {
        [Word { text: Text::Known(text), .. }] => text.clone(),
        _ => HOLE.to_string(),
    };
    let mut filled = false;
    for word in argv.iter_mut().filter(|word| word.shown().contains(mark)) {
        let text = word.shown().replace(mark, &whole);
        word.text = match text.contains(HOLE) {
            false => Text::Known(text),
            true if text.chars().all(|c| c == HOLE) => Text::Unknown,
            true => Text::Partly(text),
        };
        word.verbatim = None;
        filled = true;
    }
    if !filled {
        argv.extend(more);
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '%'))
}

/// Bytes of input that are taken as arguments.
const MAX_INPUT: usize = 4096;
