//! What a line would do: shell tree, catalogue → effects with spans.
//!
//! ```text
//! text ──parse──► simple commands ──see through wrappers──► argv ──catalogue──► effects with spans
//!        └─ lexer (own, tolerant): is the line whole? what if the parser gives up? ─┘
//! ```
//!
//! The room is pure and total: every input gives an answer within fixed limits of bytes, depth and steps. What cannot be
//! determined within them is an effect of its own, [`EffectKind::Opaque`]; policy decides about it.

use std::collections::BTreeMap;

use crate::model::{Effect, EffectKind, Severity, Span, Undo};

mod carry;
mod catalogue;
mod code;
mod decode;
mod dialect;
mod fish;
mod foreign;
mod hidden;
mod inert;
mod lex;
mod memory;
mod mend;
mod parameter;
mod parse;
mod quotes;
mod site;
mod snippet;
mod sql;
mod tree;
mod unwrap;
mod walk;
mod words;

pub use dialect::Dialect;
pub use memory::Memory;
pub use site::{Fault as SiteFault, Site};

/// Who reads the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// A shell: at its prompt, or as the command of an exec request. A command word that cannot be determined is opaque.
    Shell,
    /// A running program of which we do not know that it is a shell. The line is judged for what it would do if it were
    /// one, but a word that cannot be determined means nothing.
    Program,
}

/// Where the standard input of the line's commands comes from, when the line itself does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stdin {
    /// The terminal that we read: an interpreter started there goes on being judged line by line.
    Terminal,
    /// A stream that nobody judges (an exec without a terminal): an interpreter that reads it runs hidden text.
    Hidden,
}

/// Where a line is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Context {
    /// What kind of text it is.
    pub dialect: Dialect,
    /// Who reads it.
    pub reader: Reader,
    /// Where its standard input comes from.
    pub stdin: Stdin,
}

impl Context {
    /// A line typed at a shell's prompt.
    pub const PROMPT: Self = Self { dialect: Dialect::Shell, reader: Reader::Shell, stdin: Stdin::Terminal };

    /// A line typed at a running program.
    pub const PROGRAM: Self = Self { dialect: Dialect::Shell, reader: Reader::Program, stdin: Stdin::Terminal };

    /// A line typed at the prompt of a program that reads this dialect.
    #[must_use]
    pub const fn typed_at(dialect: Dialect) -> Self {
        let reader = if matches!(dialect, Dialect::Shell) { Reader::Shell } else { Reader::Program };
        Self { dialect, reader, stdin: Stdin::Terminal }
    }

    /// The command of an exec request (RFC 4254 §6.5); its stdin is the terminal only where a pty was asked for.
    #[must_use]
    pub const fn exec(stdin: Stdin) -> Self {
        Self { dialect: Dialect::Shell, reader: Reader::Shell, stdin }
    }
}

/// What a line would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Analysis {
    /// Its effects, the worst first; equal ones in the order of the line. Given for an incomplete line too, as far as it goes.
    pub effects: Vec<Effect>,
    /// Whether a shell would run it now. At a prompt an incomplete line (open quote, heredoc, `\`, `&&` or `|` at its end,
    /// an `if` without `fi`) runs nothing yet: keep it, and judge it joined with the next one. An exec request is judged whole either way,
    /// and what a running program reads is always whole: nobody knows what it takes for an open quote.
    pub complete: bool,
    /// Whether a shell would wait for more. Shells quote in ways of their own (`'\''` is whole in fish and open elsewhere, behind a `#` zsh goes on
    /// reading quotes), so one line may be both: what follows it is then a line by itself to one shell, and the rest of this one to another.
    pub open: bool,
    /// The simple commands after quotes, wrappers and static expansions, one a line, for the approver. At most 4 KiB.
    pub normalised: String,
    /// What the line defines, for [`Memory::learn`] when it is let go.
    pub learned: Memory,
}

/// Whether an effect says no more than that nobody knows the statement. The later lines of a statement, read by themselves, always look so.
#[must_use]
pub fn is_unknown_statement(effect: &Effect) -> bool {
    let reason = sql::UNKNOWN.split(" (").next().unwrap_or_default();
    effect.kind == EffectKind::Opaque && effect.reason.starts_with(reason)
}

/// Reads the catalogue, for which the first line that is judged would wait otherwise (some 25 ms). Whether it could be read: if not, every line
/// is opaque.
#[must_use]
pub fn prepare() -> bool {
    site::in_force().is_some()
}

/// Says what a line would do.
///
/// `text` is one logical line (it may contain newlines: a paste, a heredoc, a continuation joined by the caller), without the
/// newline that commits it. Spans of effects are byte ranges of it.
#[must_use]
pub fn analyse(text: &str, context: &Context) -> Analysis {
    analyse_after(text, context, &Memory::default())
}

/// Says what a line would do in a session that has defined what `memory` holds.
#[must_use]
pub fn analyse_after(text: &str, context: &Context, memory: &Memory) -> Analysis {
    judged_by(site::in_force(), text, context, memory)
}

/// The same, by that catalogue; without one every line is opaque.
fn judged_by(catalogue: Option<&catalogue::Catalogue>, text: &str, context: &Context, memory: &Memory) -> Analysis {
    let whole = Span { start: 0, end: text.len() };
    let too_much = |reason: &str| {
        let effect = Effect {
            kind: EffectKind::Opaque,
            severity: Severity::High,
            undo: Undo::Hard,
            span: whole,
            object: String::new(),
            reason: reason.to_owned(),
        };
        let normalised = shortened(text);
        Analysis { effects: vec![effect], complete: true, open: false, normalised, learned: Memory::default() }
    };
    if text.len() > MAX_TEXT {
        return too_much("the line is longer than can be analysed");
    }
    let Some(catalogue) = catalogue else { return too_much("the catalogue of commands could not be read") };
    if context.dialect != Dialect::Shell {
        let mut walk = walk::Walk::new(catalogue, context, memory, true);
        let complete = dialect::judge(context.dialect, text, &mut walk);
        return answer(walk, complete, !complete);
    }
    let scan = lex::scan(text);
    if scan.separators > MAX_SEPARATORS || scan.depth > MAX_NESTING {
        let (complete, open) = (scan.complete, !scan.complete);
        return Analysis { complete, open, ..too_much("the line has more parts than can be analysed") };
    }
    let mut walk = walk::Walk::new(catalogue, context, memory, scan.complete);
    if let (Some((start, end)), Reader::Shell, Stdin::Terminal) = (scan.history, context.reader, context.stdin) {
        walk.opaque(Severity::Medium, Span { start, end }, "a line of the history runs, not the text that is typed");
    }
    walk.shell(text, 0);
    let (complete, open) = match context.reader {
        Reader::Shell => ends(text, scan.complete),
        Reader::Program => (true, false),
    };
    if let Some(at) = text.find(is_hidden) {
        let reason = "holds characters that are not seen, or that make the line read otherwise than it runs";
        let end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        walk.effect(EffectKind::Evasion, Severity::Medium, Undo::Easy, Span { start: at, end }, "", reason);
    }
    answer(walk, complete, open)
}

fn answer(walk: walk::Walk<'_>, complete: bool, open: bool) -> Analysis {
    let normalised = shortened(&walk.normalised);
    Analysis { effects: worst_first(walk.effects), complete, open, normalised, learned: walk.learned }
}

/// Whether some shell would run the text now, and whether some shell would wait for more; `whole`: bash would run it.
fn ends(text: &str, whole: bool) -> (bool, bool) {
    let escaped = text.contains("\\'");
    let commented = text.contains('#') && text.contains(['\'', '"', '`', '(']);
    let fish = escaped.then(|| fish::reading(text)).flatten().map(|reading| reading.complete);
    let plain = (escaped && text.contains("$'")).then(|| lex::scan(&text.replace("$'", "\\$'")).complete);
    let zsh = commented.then(|| lex::scan(&foreign::uncommented(text)).complete);
    let all = [Some(whole), fish, plain, zsh].into_iter().flatten();
    all.fold((false, false), |(complete, open), whole| (complete || whole, open || !whole))
}

/// Characters that turn the direction of text, are drawn with no width, or move the cursor (Unicode TR 36, "Bidirectional Text Spoofing").
const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{8}' | '\u{1b}' | '\u{7f}' | '\u{0}')
}

/// One effect for each kind, object and place (the worst), the worst first.
fn worst_first(effects: Vec<Effect>) -> Vec<Effect> {
    let mut kept: BTreeMap<(EffectKind, Span, String), Effect> = BTreeMap::new();
    for effect in effects {
        let key = (effect.kind, effect.span, effect.object.clone());
        match kept.get_mut(&key) {
            Some(known) if known.severity >= effect.severity => {}
            Some(known) => *known = effect,
            None => drop(kept.insert(key, effect)),
        }
    }
    let mut effects: Vec<Effect> = kept.into_values().collect();
    effects.sort_by_key(|effect| (std::cmp::Reverse(effect.severity), effect.span));
    effects.truncate(MAX_EFFECTS);
    effects
}

fn shortened(text: &str) -> String {
    let mut end = text.len().min(MAX_NORMALISED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// Bytes of a line. The longest that people paste are installers of a few kilobytes.
const MAX_TEXT: usize = 16 * 1024;

/// Separators between commands in one line.
const MAX_SEPARATORS: usize = 200;

/// Quotes, substitutions and groups within each other.
const MAX_NESTING: usize = 40;

/// Bytes of [`Analysis::normalised`].
const MAX_NORMALISED: usize = 4096;

/// Effects of one line; beyond, the approver sees the worst ones.
const MAX_EFFECTS: usize = 64;

#[cfg(test)]
mod tests;
