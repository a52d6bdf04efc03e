//! What things look like: colours by role, and glyphs. Everything that a colour says, a glyph and a word say too.

use ratatui::style::{Color, Modifier, Style};

use crate::model::Severity;

/// How to draw, decided once by whoever knows the terminal (flags, `NO_COLOR`, `TERM`) and passed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Which colours.
    pub colour: Colour,
    /// Which characters.
    pub glyphs: Glyphs,
    /// Whether clicks and the wheel are asked for; without, the terminal's own selection works.
    pub mouse: MouseUse,
    /// How the clipboard is reached.
    pub clipboard: Clipboard,
}

/// Which colours are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    /// None; bold, underline and reverse video remain.
    Never,
    /// The terminal's own sixteen.
    #[default]
    Sixteen,
    /// The hues of Okabe and Ito, which people with any colour vision tell apart.
    True,
}

/// Which characters are used for frames and signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// Box drawing and geometric shapes, which every font has.
    #[default]
    Unicode,
    /// ASCII only. Foreign text keeps its characters.
    Ascii,
}

/// Whether the mouse is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MouseUse {
    /// Clicks select, the wheel scrolls; nothing is ever approved by it.
    #[default]
    On,
    /// Left to the terminal.
    Off,
}

/// How OSC 52 reaches the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clipboard {
    /// Directly.
    #[default]
    Plain,
    /// Wrapped for tmux (`DCS tmux;`).
    Tmux,
}

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// Good.
    Ok,
    /// Look here soon.
    Warn,
    /// Look here now.
    Danger,
    /// A fact.
    Info,
    /// Less important.
    Dim,
    /// Ours: titles, the pane with the keys.
    Accent,
    /// The line that keys act on.
    Selected,
    /// The words that make a command dangerous.
    Span,
    /// Less than a minute is left.
    Urgent,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Plain,
        Self::Ok,
        Self::Warn,
        Self::Danger,
        Self::Info,
        Self::Dim,
        Self::Accent,
        Self::Selected,
        Self::Span,
        Self::Urgent,
    ];
}

impl Look {
    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let base = Style::new();
        let base = match role {
            Role::Plain | Role::Ok | Role::Warn | Role::Info => base,
            Role::Danger | Role::Accent => base.add_modifier(Modifier::BOLD),
            // Dim is an attribute only where there is no colour for it: many terminals draw it too faint.
            Role::Dim if self.colour == Colour::Never => base.add_modifier(Modifier::DIM),
            Role::Dim => base,
            Role::Selected => base.add_modifier(Modifier::REVERSED),
            Role::Span => base.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            Role::Urgent => base.add_modifier(Modifier::BOLD | Modifier::REVERSED),
        };
        let hue = match role {
            Role::Plain | Role::Selected => return base,
            Role::Ok => Hue::Green,
            Role::Warn => Hue::Orange,
            Role::Danger | Role::Span | Role::Urgent => Hue::Red,
            Role::Info => Hue::Blue,
            Role::Dim => Hue::Grey,
            Role::Accent => Hue::Cyan,
        };
        match self.colour {
            Colour::Never => base,
            Colour::Sixteen => base.fg(hue.sixteen()),
            Colour::True => base.fg(hue.okabe_ito()),
        }
    }

    /// The role of a severity.
    #[must_use]
    pub const fn severity_role(self, severity: Severity) -> Role {
        match severity {
            Severity::Critical | Severity::High => Role::Danger,
            Severity::Medium => Role::Warn,
            Severity::Low => Role::Info,
            Severity::Info => Role::Dim,
        }
    }

    /// The sign of a severity; its word stands beside it.
    #[must_use]
    pub const fn severity_glyph(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.pick("◆", "#"),
            Severity::High => self.pick("▲", "^"),
            Severity::Medium => self.pick("■", "="),
            Severity::Low => self.pick("●", "o"),
            Severity::Info => self.pick("·", "."),
        }
    }

    /// One of two spellings of our own text.
    #[must_use]
    pub const fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }
}

#[derive(Clone, Copy)]
enum Hue {
    Green,
    Orange,
    Red,
    Blue,
    Cyan,
    Grey,
}

impl Hue {
    const fn sixteen(self) -> Color {
        match self {
            Self::Green => Color::Green,
            Self::Orange => Color::Yellow,
            Self::Red => Color::LightRed,
            Self::Blue => Color::LightBlue,
            Self::Cyan => Color::Cyan,
            Self::Grey => Color::DarkGray,
        }
    }

    /// Okabe and Ito, "Color Universal Design" (2008).
    const fn okabe_ito(self) -> Color {
        match self {
            Self::Green => Color::Rgb(0, 158, 115),
            Self::Orange => Color::Rgb(230, 159, 0),
            Self::Red => Color::Rgb(213, 94, 0),
            Self::Blue => Color::Rgb(86, 180, 233),
            Self::Cyan => Color::Rgb(0, 190, 200),
            Self::Grey => Color::Rgb(140, 140, 140),
        }
    }
}
