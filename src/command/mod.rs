//! What a line would do: shell tree, catalogue → effects with spans.
//!
//! ```text
//! text ──parse──► simple commands ──see through wrappers──► argv ──catalogue──► effects with spans
//!        └─ lexer (own, tolerant): is the line whole? what if the parser gives up? ─┘
//! ```
//!
//! The room is pure and total: every input gives an answer within fixed limits of bytes, depth and steps. What cannot be
//! determined within them is an effect of its own, [`EffectKind::Opaque`](crate::model::EffectKind::Opaque); policy decides about it.

use crate::model::Effect;

/// What kind of text a line is. A dialect is named here when it is built, not before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// A POSIX-like shell: sh, bash, zsh, fish, dash, ksh.
    Shell,
}

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
    /// an `if` without `fi`) runs nothing yet: keep it, and judge it joined with the next one. An exec request is judged whole either way.
    pub complete: bool,
    /// The simple commands after quotes, wrappers and static expansions, one a line, for the approver. At most 4 KiB.
    pub normalised: String,
}

/// Says what a line would do.
///
/// `text` is one logical line (it may contain newlines: a paste, a heredoc, a continuation joined by the caller), without the
/// newline that commits it. Spans of effects are byte ranges of it.
#[must_use]
pub fn analyse(text: &str, context: &Context) -> Analysis {
    let _ = context;
    Analysis { effects: Vec::new(), complete: true, normalised: text.to_owned() }
}
