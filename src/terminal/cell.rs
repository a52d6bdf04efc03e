//! One cell of a screen, for those who paint cells.

/// What stands in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The character with its combining marks; empty for a blank cell and for the second half of a wide character.
    pub text: &'a str,
    /// How many columns it covers: 1, 2 for a wide character, 0 for the second half of one.
    pub width: u8,
    /// How it looks.
    pub style: Style,
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Colour of the character.
    pub fg: Color,
    /// Colour behind it.
    pub bg: Color,
    /// Bold, dim and so on.
    pub attributes: Attributes,
}

impl Style {
    /// The SGR that sets exactly this.
    pub(super) fn sgr(self) -> String {
        let mut out = String::from("\x1b[0");
        for (attribute, code) in [
            (Attributes::BOLD, 1),
            (Attributes::DIM, 2),
            (Attributes::ITALIC, 3),
            (Attributes::UNDERLINE, 4),
            (Attributes::INVERSE, 7),
        ] {
            if self.attributes.has(attribute) {
                out.push_str(&format!(";{code}"));
            }
        }
        self.fg.push_sgr(30, &mut out);
        self.bg.push_sgr(40, &mut out);
        out.push('m');
        out
    }
}

/// A colour as SGR names it (ECMA-48 8.3.117, ISO 8613-6 for the other two).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Color {
    /// The terminal's own.
    #[default]
    Default,
    /// One of the palette of 256.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

impl Color {
    /// Its parameters; `base` is 30 for the character and 40 for what is behind it.
    fn push_sgr(self, base: u16, out: &mut String) {
        match self {
            Self::Default => {}
            Self::Indexed(i @ 0..8) => out.push_str(&format!(";{}", base + u16::from(i))),
            Self::Indexed(i @ 8..16) => out.push_str(&format!(";{}", base + 52 + u16::from(i))),
            Self::Indexed(i) => out.push_str(&format!(";{};5;{i}", base + 8)),
            Self::Rgb(r, g, b) => out.push_str(&format!(";{};2;{r};{g};{b}", base + 8)),
        }
    }
}

/// A set of renditions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Attributes(u8);

impl Attributes {
    /// SGR 1.
    pub const BOLD: Self = Self(1);
    /// SGR 2.
    pub const DIM: Self = Self(2);
    /// SGR 3.
    pub const ITALIC: Self = Self(4);
    /// SGR 4.
    pub const UNDERLINE: Self = Self(8);
    /// SGR 7.
    pub const INVERSE: Self = Self(16);

    /// Whether all of `other` are in the set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn with(self, other: Self, on: bool) -> Self {
        if on { Self(self.0 | other.0) } else { self }
    }
}

impl<'a> From<&'a vt100::Cell> for Cell<'a> {
    fn from(cell: &'a vt100::Cell) -> Self {
        let width = match (cell.is_wide(), cell.is_wide_continuation()) {
            (_, true) => 0,
            (true, false) => 2,
            (false, false) => 1,
        };
        let attributes = Attributes::default()
            .with(Attributes::BOLD, cell.bold())
            .with(Attributes::DIM, cell.dim())
            .with(Attributes::ITALIC, cell.italic())
            .with(Attributes::UNDERLINE, cell.underline())
            .with(Attributes::INVERSE, cell.inverse());
        Self {
            text: if width == 0 { "" } else { cell.contents() },
            width,
            style: Style { fg: cell.fgcolor().into(), bg: cell.bgcolor().into(), attributes },
        }
    }
}

impl From<vt100::Color> for Color {
    fn from(color: vt100::Color) -> Self {
        match color {
            vt100::Color::Default => Self::Default,
            vt100::Color::Idx(i) => Self::Indexed(i),
            vt100::Color::Rgb(r, g, b) => Self::Rgb(r, g, b),
        }
    }
}
