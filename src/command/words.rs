//! Words after static expansion: known, partly known, or unknown.
//!
//! What a shell does to a word before it runs (POSIX.1-2024, Shell Command Language 2.6), as far as the text alone says: braces, variables assigned
//! in the same line, outputs of `echo` and its kin, field splitting, quote removal. A path name expansion is not done; a word with one
//! says so.

use super::parameter::{self, Expanded};
use super::tree::{Change, Piece, Pipeline, Raw, Script, Stage};
use crate::model::Span;

/// A word as the command gets it.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// Its text.
    pub(super) text: Text,
    /// Where it stands.
    pub(super) span: Span,
    /// Where its content stands byte for byte, if it does.
    pub(super) verbatim: Option<Span>,
    /// Whether path names would be expanded in it (`*`, `?`, `[`).
    pub(super) glob: bool,
    /// What flows through it, if it is, or holds, the output of a command.
    pub(super) flow: Option<Flow>,
    /// Whether it may be several words, or none: what is not known of it stands outside of quotes, is a list, or was not read.
    pub(super) divides: bool,
}

/// What is known of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// All of it.
    Known(String),
    /// Some of it; [`HOLE`] stands for what is not known.
    Partly(String),
    /// Nothing.
    Unknown,
}

/// What a command writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// The text, if the line says it.
    pub(super) text: Option<String>,
    /// Where it comes from.
    pub(super) from: Origin,
}

/// Where the text of a flow comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// A program that exists to print shell settings (`ssh-agent`, `… completion`).
    Generator,
    /// Filters that make it of a text which stands in the line.
    Made,
    /// This machine.
    #[default]
    Local,
    /// The network.
    Network,
}

/// Stands for text that is not known.
pub(super) const HOLE: char = '\u{fffc}';

impl Word {
    /// A word of which nothing is known.
    pub(super) const fn unknown(span: Span) -> Self {
        Self { text: Text::Unknown, span, verbatim: None, glob: false, flow: None, divides: false }
    }

    /// Its text, if all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        match &self.text {
            Text::Known(text) => Some(text),
            Text::Partly(_) | Text::Unknown => None,
        }
    }

    /// Its text for people, and for matching: a hole is [`HOLE`].
    pub(super) fn shown(&self) -> &str {
        match &self.text {
            Text::Known(text) | Text::Partly(text) => text,
            Text::Unknown => "\u{fffc}",
        }
    }

    /// Its text as a script, with an unknown variable where something is not known.
    pub(super) fn script(&self) -> String {
        match &self.text {
            Text::Known(text) => text.clone(),
            Text::Partly(text) => text.replace(HOLE, "$_"),
            Text::Unknown => "$_".to_owned(),
        }
    }

    /// The program that it names as a command word: what follows the last `/`. `None` if that is not known.
    pub(super) fn program(&self) -> Option<&str> {
        let name = self.shown().rsplit('/').next().unwrap_or_default();
        (!self.glob && !name.contains(HOLE)).then_some(name)
    }
}

/// What the rest of the line knows about variables and outputs.
pub(super) trait Resolve {
    /// The value of a variable; `None` if it is not known.
    fn variable(&self, name: &str) -> Option<String>;
    /// Whether that value is the usual one, and not what the line says.
    fn is_guess(&self, name: &str) -> bool;
    /// The elements of an array, or the arguments (`@`); `None` if they are not known, and for each that is not.
    fn elements(&self, name: &str) -> Option<Vec<Option<String>>>;
    /// The characters at which values are split into words.
    fn separators(&self) -> &str;
    /// Whether a name is a function or an alias of the session's own.
    fn is_own(&self, command: &str) -> bool;
    /// Judges the command of a `$( … )` and says what it writes.
    fn output(&mut self, body: &Script) -> Flow;
    /// Judges the command of a `<( … )` and says what it writes.
    fn stream(&mut self, body: &Script) -> Flow;
    /// Judges the command of a `>( … )`, which reads what nobody has seen.
    fn sink(&mut self, body: &Script);
    /// A command stands where we do not look for one.
    fn buried(&mut self, span: Span);
}

/// One character of a word on its way through the expansions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Atom {
    Bare(char),
    Quoted(char),
    /// Text that is not known.
    Hole,
    /// Between two fields.
    Break,
    /// Quotes with nothing in them: a field all the same.
    Empty,
}

/// Expands a word into the words that the command gets.
pub(super) fn expand(raw: &Raw, resolve: &mut dyn Resolve) -> Vec<Word> {
    if let [Piece::Text { text, quoted }] = raw.pieces.as_slice()
        && (*quoted || !text.contains(['{', '*', '?', '[', '(']))
    {
        let text = Text::Known(text.clone());
        return vec![Word { text, span: raw.span, verbatim: raw.verbatim, glob: false, flow: None, divides: false }];
    }
    let mut atoms = Vec::new();
    let mut brought = Brought::default();
    gather(&raw.pieces, raw.span, resolve, &mut atoms, &mut brought);
    let mut words = Vec::new();
    for alternative in braces(atoms) {
        for field in alternative.split(|&atom| atom == Atom::Break) {
            words.extend(field_word(field, raw, &brought));
        }
    }
    words
}

/// Whether a text holds a subscript with a command in it, `name[$(…)]`, which arithmetic runs.
pub(super) fn subscripts(text: &str) -> bool {
    ["[$(", "[`"].iter().any(|mark| {
        text.match_indices(mark).any(|(at, _)| {
            text.get(..at).is_some_and(|head| head.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        })
    })
}

/// The one word that an assignment, a redirection or a heredoc takes: no splitting.
pub(super) fn expand_whole(raw: &Raw, resolve: &mut dyn Resolve) -> Word {
    let mut atoms = Vec::new();
    let mut brought = Brought::default();
    gather(&raw.pieces, raw.span, resolve, &mut atoms, &mut brought);
    brought.divides = false;
    atoms.iter_mut().filter(|atom| **atom == Atom::Break).for_each(|atom| *atom = Atom::Quoted(' '));
    atoms.push(Atom::Empty);
    field_word(&atoms, raw, &brought).unwrap_or_else(|| Word::unknown(raw.span))
}

/// What the parts of a word bring along beside its text.
#[derive(Default)]
struct Brought {
    flow: Option<Flow>,
    divides: bool,
}

fn gather(pieces: &[Piece], span: Span, resolve: &mut dyn Resolve, atoms: &mut Vec<Atom>, brought: &mut Brought) {
    for piece in pieces {
        if atoms.len() > MAX_ATOMS {
            return atoms.push(Atom::Hole);
        }
        match piece {
            Piece::Text { text, quoted: true } if text.is_empty() => atoms.push(Atom::Empty),
            Piece::Text { text, quoted: true } => atoms.extend(text.chars().map(Atom::Quoted)),
            Piece::Text { text, quoted: false } => atoms.extend(text.chars().map(Atom::Bare)),
            Piece::Variable { name, change: Change::Prompt, .. } => {
                // The shell's own prompts are expanded so at each line.
                let prompt = matches!(name.as_str(), "PS0" | "PS1" | "PS2" | "PS4");
                // `\044` is a `$` there.
                let harmless = |value: String| {
                    !value.contains('`') && ["$(", "\\0", "\\1"].iter().all(|mark| !value.contains(mark))
                };
                if !prompt && !resolve.variable(name).is_some_and(harmless) {
                    resolve.buried(span);
                }
                atoms.push(Atom::Hole);
            }
            Piece::Variable { name, change, quoted } => match parameter::expand(name, change, resolve) {
                Expanded::Text(value) => value_atoms(&value, *quoted, resolve.separators(), atoms),
                // `"$*"` is one word, with the first separator between its parts (POSIX.1-2017, 2.5.2).
                Expanded::Words(words) if *quoted && (name == "*" || matches!(change, Change::Joined)) => {
                    let between = resolve.separators().chars().next().map(String::from).unwrap_or_default();
                    match words.into_iter().collect::<Option<Vec<_>>>() {
                        Some(words) => value_atoms(&words.join(&between), true, "", atoms),
                        None => atoms.push(Atom::Hole),
                    }
                }
                Expanded::Words(words) => {
                    // One that is not known may be an array that is not known.
                    brought.divides |= (!quoted || words.len() == 1) && words.iter().any(Option::is_none);
                    list_atoms(&words, *quoted, resolve.separators(), atoms);
                }
                Expanded::Pieces(pieces) => gather(pieces, span, resolve, atoms, brought),
                Expanded::Unknown => {
                    let list = name == "@" || matches!(change, Change::Elements);
                    let account = ACCOUNTS.contains(&name.as_str()) && resolve.is_guess(name);
                    brought.divides |= list || !quoted && !account;
                    atoms.push(Atom::Hole);
                }
            },
            Piece::Output { body, quoted } => {
                let output = resolve.output(body);
                match &output.text {
                    Some(text) => value_atoms(text.trim_end_matches('\n'), *quoted, resolve.separators(), atoms),
                    None => {
                        brought.divides |= !quoted && !names_account(body, resolve);
                        atoms.push(Atom::Hole);
                    }
                }
                brought.flow = Some(output);
            }
            Piece::Stream { body, read: true } => {
                brought.flow = Some(resolve.stream(body));
                atoms.push(Atom::Hole);
            }
            Piece::Stream { body, read: false } => {
                resolve.sink(body);
                atoms.push(Atom::Hole);
            }
            Piece::Unknown => {
                brought.divides = true;
                atoms.push(Atom::Hole);
            }
            Piece::Buried => {
                resolve.buried(span);
                brought.divides = true;
                atoms.push(Atom::Hole);
            }
        }
    }
}

/// Whether a command only prints who, or which group, runs it: one word.
fn names_account(body: &Script, resolve: &dyn Resolve) -> bool {
    let [Pipeline { stages, .. }] = body.pipelines.as_slice() else { return false };
    let [Stage::Simple(simple)] = stages.as_slice() else { return false };
    let text = |raw: &'_ Raw| match raw.pieces.as_slice() {
        [Piece::Text { text, .. }] => text.clone(),
        _ => String::new(),
    };
    let words: Vec<String> = simple.words.iter().map(text).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    !words.first().is_some_and(|name| resolve.is_own(name))
        && matches!(words.as_slice(), ["whoami" | "logname"] | ["id", "-u" | "-g" | "-un" | "-gn" | "-ng" | "-nu"])
}

/// The characters of a value; outside quotes it is split at the separators, and globs in it act (braces do not, but taking them for active finds more).
fn value_atoms(value: &str, quoted: bool, separators: &str, atoms: &mut Vec<Atom>) {
    if quoted && value.is_empty() {
        return atoms.push(Atom::Empty);
    }
    let room = MAX_ATOMS.saturating_sub(atoms.len());
    atoms.extend(value.chars().take(room).map(|c| match c {
        _ if quoted => Atom::Quoted(c),
        _ if separators.contains(c) => Atom::Break,
        _ => Atom::Bare(c),
    }));
}

/// Several words, each a field of its own.
fn list_atoms(words: &[Option<String>], quoted: bool, separators: &str, atoms: &mut Vec<Atom>) {
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            atoms.push(Atom::Break);
        }
        match word {
            Some(word) => value_atoms(word, quoted, separators, atoms),
            None => atoms.push(Atom::Hole),
        }
    }
}

fn field_word(field: &[Atom], raw: &Raw, brought: &Brought) -> Option<Word> {
    if field.is_empty() {
        return None;
    }
    // A lone `[` is the command of that name.
    let closes = field.contains(&Atom::Bare(']'));
    let glob = field.iter().any(|atom| matches!(atom, Atom::Bare('*' | '?')) || (*atom == Atom::Bare('[') && closes));
    let extended = field.windows(2).any(|two| matches!(two, [Atom::Bare('@' | '+' | '!'), Atom::Bare('(')]));
    let text: String = field
        .iter()
        .filter_map(|atom| match atom {
            Atom::Bare(c) | Atom::Quoted(c) => Some(*c),
            Atom::Hole => Some(HOLE),
            Atom::Break | Atom::Empty => None,
        })
        .collect();
    let text = match field.contains(&Atom::Hole) {
        false => Text::Known(text),
        true if text.chars().all(|c| c == HOLE) => Text::Unknown,
        true => Text::Partly(text),
    };
    let divides = brought.divides && !matches!(text, Text::Known(_));
    let (span, verbatim, flow) = (raw.span, raw.verbatim, brought.flow.clone());
    Some(Word { text, span, verbatim, glob: glob || extended, flow, divides })
}

/// Brace expansion (bash, "Brace Expansion"): `a{b,c}d` → `abd acd`; a sequence `{1..9}` stands as a glob. At most [`MAX_ALTERNATIVES`] words come
/// out; beyond that the word is one hole.
fn braces(atoms: Vec<Atom>) -> Vec<Vec<Atom>> {
    let mut done = Vec::new();
    let mut open = vec![atoms];
    let mut steps = 0;
    while let Some(word) = open.pop() {
        steps += 1;
        if steps > MAX_ALTERNATIVES {
            return vec![vec![Atom::Hole]];
        }
        match first_brace(&word) {
            None => match range(&word) {
                Some(alternatives) => open.extend(alternatives.into_iter().rev()),
                None => done.push(word),
            },
            Some((from, to, commas)) => {
                let head = word.get(..from).unwrap_or_default();
                let tail = word.get(to + 1..).unwrap_or_default();
                let ends = commas.iter().copied().chain([to]);
                let mut start = from + 1;
                let mut alternatives = Vec::new();
                for end in ends {
                    let middle = word.get(start..end).unwrap_or_default();
                    alternatives.push([head, middle, tail].concat());
                    start = end + 1;
                }
                open.extend(alternatives.into_iter().rev());
            }
        }
    }
    done
}

/// `a{1..3}b`, `{q..s}`: the words of the first sequence that is short enough to be written out.
fn range(word: &[Atom]) -> Option<Vec<Vec<Atom>>> {
    let from = word.iter().position(|atom| *atom == Atom::Bare('{'))?;
    let to = from + word.get(from..)?.iter().position(|atom| *atom == Atom::Bare('}'))?;
    let inner = word.get(from + 1..to)?.iter().map(|atom| if let Atom::Bare(c) = atom { Some(*c) } else { None });
    let inner: String = inner.collect::<Option<_>>()?;
    let (first, last) = inner.split_once("..")?;
    let letter = |text: &str| text.chars().next().filter(|c| c.is_ascii_alphabetic() && text.len() == 1);
    let texts: Vec<String> = match (letter(first), letter(last), first.parse::<u32>(), last.parse::<u32>()) {
        (Some(a), Some(b), _, _) if a <= b => (a..=b).map(String::from).collect(),
        (Some(a), Some(b), _, _) => (b..=a).rev().map(String::from).collect(),
        (_, _, Ok(a), Ok(b)) if b.checked_sub(a).is_some_and(|n| n < MAX_RANGE) && !first.starts_with('0') => {
            (a..=b).map(|n| n.to_string()).collect()
        }
        _ => return None,
    };
    let (head, tail) = (word.get(..from)?, word.get(to + 1..)?);
    let middle = |text: &String| text.chars().map(Atom::Bare).collect::<Vec<_>>();
    Some(texts.iter().map(|text| [head, &middle(text), tail].concat()).collect())
}

/// The first brace with a comma in it: where it opens, where it closes, and its commas.
fn first_brace(word: &[Atom]) -> Option<(usize, usize, Vec<usize>)> {
    let opens = word.iter().enumerate().filter(|(_, atom)| **atom == Atom::Bare('{')).map(|(at, _)| at);
    for from in opens.take(MAX_ALTERNATIVES) {
        let mut depth = 0usize;
        let mut commas = Vec::new();
        for (at, atom) in word.iter().enumerate().skip(from) {
            match atom {
                Atom::Bare('{') => depth += 1,
                Atom::Bare(',') if depth == 1 => commas.push(at),
                Atom::Bare('}') => {
                    depth -= 1;
                    if depth == 0 {
                        if !commas.is_empty() {
                            return Some((from, at, commas));
                        }
                        break;
                    }
                }
                _ => {}
            }
        }
    }
    None
}

/// Characters of one word; longer ones are not known beyond this.
const MAX_ATOMS: usize = 16 * 1024;

/// Variables that the login sets to one word.
const ACCOUNTS: [&str; 4] = ["USER", "LOGNAME", "UID", "EUID"];

/// Numbers of a sequence that are written out.
const MAX_RANGE: u32 = 8;

/// Words that one word may become.
const MAX_ALTERNATIVES: usize = 64;
