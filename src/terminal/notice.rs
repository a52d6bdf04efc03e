//! The bytes of a line that stays.

use super::screen::Screen;

/// The bytes that write `text` as a line of its own, below what stands at the cursor, in the terminal's own colours. Feed
/// them to the models as well as to the client, so that all agree. `text` is already made harmless to look at; control
/// characters are dropped. Send it only while [`Screen::at_ground`].
#[must_use]
pub fn notice(view: &Screen, text: &str) -> Vec<u8> {
    let lead = if view.cursor().col == 0 { "" } else { "\r\n" };
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    // The program's rendition comes back behind it.
    let rendition = view.vt().attributes_formatted();
    format!("{lead}\x1b[m{clean}{rendition}\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(before: &str, text: &str) -> Screen {
        let mut screen = Screen::new(40, 5);
        screen.feed(before.as_bytes());
        let bytes = notice(&screen, text);
        screen.feed(&bytes);
        screen
    }

    #[test]
    fn a_notice_stands_on_a_row_of_its_own() {
        let screen = after("$ rm x", "denied");
        assert_eq!(screen.contents(), "$ rm x\ndenied");
        assert_eq!((screen.cursor().row, screen.cursor().col), (2, 0));
        assert_eq!(after("$ rm x\r\n", "denied").contents(), "$ rm x\ndenied");
    }

    #[test]
    fn a_notice_takes_no_colour_from_the_program_and_gives_it_back() {
        let mut screen = after("\x1b[31mred", "denied\x1b[2J");
        assert_eq!(screen.row_text(1), "denied[2J");
        assert_eq!(screen.cell(1, 0).unwrap().style, super::super::Style::default());
        screen.feed(b"x");
        assert_eq!(screen.cell(2, 0).unwrap().style, screen.cell(0, 0).unwrap().style);
    }
}
