//! A ratatui backend that draws into a byte buffer, for a terminal that may be at the other end of an SSH channel.
//!
//! ratatui's own crossterm backend asks *the server's* terminal for its size and the position of its cursor, and crossterm's colours
//! look at *the server's* `NO_COLOR`. This one asks nobody: the size is told to it, colours are SGR codes (ECMA-48 §8.3.117, xterm for
//! 90–107 and `38;2`), and nothing of the environment is read. It is also the last line of defence: a cell whose text
//! holds a control character is drawn as `�`.

use std::convert::Infallible;
use std::fmt::Write as _;

use crossterm::Command;
use crossterm::cursor::MoveTo;
use crossterm::terminal::{Clear, ClearType as Erase};
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size as Area};
use ratatui::style::{Color, Modifier};

use crate::model::Size;

/// The buffer that frames are drawn into.
#[derive(Debug)]
pub struct Canvas {
    out: String,
    size: Size,
    cursor: Position,
}

impl Canvas {
    /// An empty buffer for a terminal of that size.
    #[must_use]
    pub fn new(size: Size) -> Self {
        Self { out: String::new(), size, cursor: Position::ORIGIN }
    }

    /// The terminal has that size now; the next frame is drawn whole.
    pub fn resize(&mut self, size: Size) {
        self.size = size;
    }

    /// Takes what was drawn since the last time.
    #[must_use]
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out).into_bytes()
    }

    fn put(&mut self, command: impl Command) {
        // Writing to a String cannot fail.
        let _ = command.write_ansi(&mut self.out);
    }
}

impl Backend for Canvas {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                self.put(MoveTo(x, y));
            }
            // After a wide character ratatui skips the cell it covers, so the next cell is never taken for adjacent.
            next = Some((x.saturating_add(1), y));
            let wanted = Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
            if wanted != pen {
                wanted.write(&mut self.out);
                pen = wanted;
            }
            let text = cell.symbol();
            self.out.push_str(if text.chars().any(char::is_control) { "\u{fffd}" } else { text });
        }
        self.out.push_str("\x1b[0m");
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.put(crossterm::cursor::Hide);
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.put(crossterm::cursor::Show);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.cursor = position.into();
        self.put(MoveTo(self.cursor.x, self.cursor.y));
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.put(Clear(match region {
            ClearType::All => Erase::All,
            ClearType::AfterCursor => Erase::FromCursorDown,
            ClearType::BeforeCursor => Erase::FromCursorUp,
            ClearType::CurrentLine => Erase::CurrentLine,
            ClearType::UntilNewLine => Erase::UntilNewLine,
        }));
        Ok(())
    }

    fn size(&self) -> Result<Area, Infallible> {
        Ok(Area::new(self.size.cols(), self.size.rows()))
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Area::ZERO })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// How the terminal draws at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// Sets everything anew: a few bytes more than a difference, and never wrong.
    fn write(self, out: &mut String) {
        out.push_str("\x1b[0");
        for (bit, code) in ATTRIBUTES {
            if self.modifier.contains(bit) {
                let _ = write!(out, ";{code}");
            }
        }
        write_colour(out, self.fg, 0);
        write_colour(out, self.bg, 10);
        out.push('m');
    }
}

/// `shift` is 0 for the foreground and 10 for the background.
fn write_colour(out: &mut String, colour: Color, shift: u8) {
    let code = match colour {
        Color::Reset => return,
        Color::Black => 30,
        Color::Red => 31,
        Color::Green => 32,
        Color::Yellow => 33,
        Color::Blue => 34,
        Color::Magenta => 35,
        Color::Cyan => 36,
        Color::Gray => 37,
        Color::DarkGray => 90,
        Color::LightRed => 91,
        Color::LightGreen => 92,
        Color::LightYellow => 93,
        Color::LightBlue => 94,
        Color::LightMagenta => 95,
        Color::LightCyan => 96,
        Color::White => 97,
        Color::Rgb(r, g, b) => {
            let _ = write!(out, ";{};2;{r};{g};{b}", 38 + shift);
            return;
        }
        Color::Indexed(i) => {
            let _ = write!(out, ";{};5;{i}", 38 + shift);
            return;
        }
    };
    let _ = write!(out, ";{}", code + shift);
}

const ATTRIBUTES: [(Modifier, u8); 6] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::REVERSED, 7),
    (Modifier::CROSSED_OUT, 9),
];

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_control_character_in_a_cell_never_reaches_the_terminal() {
        let mut terminal = Terminal::new(Canvas::new(Size::new(40, 2))).unwrap();
        terminal
            .draw(|f| {
                let cell = f.buffer_mut().cell_mut((0, 0)).unwrap();
                cell.set_symbol("\x1b]52;c;AAAA\x07");
                f.buffer_mut().set_string(0, 1, "ok", Style::new().fg(Color::LightRed).bg(Color::Blue));
            })
            .unwrap();
        let out = String::from_utf8(terminal.backend_mut().take()).unwrap();
        assert!(!out.contains("]52") && !out.contains('\x07'), "{out:?}");
        assert!(out.contains("\u{fffd}") && out.contains("\x1b[0;91;44mok"), "{out:?}");
    }

    #[test]
    fn a_resize_is_seen_by_the_next_frame() {
        let mut terminal = Terminal::new(Canvas::new(Size::new(10, 2))).unwrap();
        terminal.backend_mut().resize(Size::new(20, 5));
        let area = terminal.draw(|_| {}).unwrap().area;
        assert_eq!((area.width, area.height), (20, 5));
    }
}
