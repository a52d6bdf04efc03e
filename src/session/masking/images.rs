//! Images that policy lets through: drawn where the model knows of it, and gone where the target draws over them.
//!
//! The client's screen is first what it should be; then room is made in both models and on the client's terminal; only then the image is sent
//! (`terminal/image.rs`). It goes to the client and stands in no record.
//!
//! The models do not know where images are. Where the screen is rendered, what the target erases or writes blanks over would be no difference,
//! and the image would stay. So the cells that images cover are kept ([`Stains`]), and those that are drawn over are erased first.

use std::ops::Range;

use super::place::{Place, Step};
use super::{Masking, Mode, Path, Tail};
use crate::model::Mono;
use crate::terminal::image::{self, Format, Read, Reader};
use crate::terminal::wire::Token;
use crate::terminal::{Cursor, Hidden, Image, Placed, Screen};

/// Something of an image on its way to the client.
#[derive(Debug)]
pub(in crate::session) struct Drawn {
    /// Behind so many bytes of what goes out with it.
    pub(in crate::session) at: usize,
    pub(in crate::session) what: Sent,
}

/// What goes to the client and stands in no record.
#[derive(Debug)]
pub(in crate::session) enum Sent {
    Image(Placed),
    /// Deletes images.
    Delete(Vec<u8>),
}

impl Masking {
    pub(in crate::session) fn allow_images(&mut self, allowed: bool) {
        self.wire.allow_images(allowed);
        if !allowed {
            self.reader = Reader::default();
        }
    }

    /// The client's screen is painted anew, and no image is to be on it: the bytes that delete those that painting leaves.
    pub(in crate::session) fn forget_images(&mut self) -> Vec<u8> {
        self.stains.deleted(None)
    }

    /// Something of an image from the target: it is drawn, or a few words stand in its place.
    pub(super) fn image(&mut self, format: Format, text: &[u8], now: Mono, path: &mut Path<'_>) {
        match self.reader.read(format, text) {
            Read::Image(image) => self.show_image(image, now, path),
            Read::Unreadable => self.words_instead("[image not shown]", now, path),
            Read::Delete(name) => {
                let deletes = self.stains.deleted(Some((name, path.view.look().alternate_screen())));
                path.delete(deletes);
            }
            Read::Nothing => {}
        }
    }

    fn show_image(&mut self, image: Image, now: Mono, path: &mut Path<'_>) {
        let (width, height) = image.size();
        // What a client with values in the clear gets is not rendered: only the target's own bytes are in step with it.
        if path.clear.is_none()
            && let Some(cell) = self.cell
        {
            self.enter_grid(now, path);
            self.flush(Tail::Hide, path);
            let (truth, view) = (path.truth.look(), path.view.look());
            let together = truth.cursor() == view.cursor() && truth.alternate_screen() == view.alternate_screen();
            if together && let Some(placed) = image.place(truth, cell, self.stains.next_id()) {
                return self.draw_image(placed, path);
            }
        }
        self.words_instead(&format!("[image {width}x{height} not shown]"), now, path);
    }

    fn draw_image(&mut self, image: Placed, path: &mut Path<'_>) {
        path.truth.feed(&image.before);
        path.send(&image.before);
        let deletes = self.stains.add(&image, path.view.look());
        path.delete(deletes);
        let after = image.after.clone();
        path.images.push(Drawn { at: path.out.len(), what: Sent::Image(image) });
        path.truth.feed(&after);
        path.send(&after);
        self.try_append(path);
    }

    /// As if the target had written it. Not on the alternate screen, whose program knows what stands where.
    fn words_instead(&mut self, words: &str, now: Mono, path: &mut Path<'_>) {
        if Place::of(path.truth.look()).is_plain_main() {
            self.token(Token::Text(words.as_bytes()), now, path);
        }
    }

    /// Something is drawn that began at `before`; the true screen has it already.
    pub(super) fn stain_step(&mut self, raw: &[u8], step: Step, before: Place, path: &mut Path<'_>) {
        if self.stains.is_empty() {
            return;
        }
        let after = path.truth.look().cursor();
        let size = (path.truth.look().rows(), path.truth.look().cols());
        let areas = touched(raw, step, before, after, size);
        let gone = path.view.look().rows_gone();
        let scrolls = before.alternate && before.goes_below(step);
        for area in &areas {
            self.stains.touch(before.alternate, gone, area);
        }
        if scrolls && let Mode::Grid(batch) = &mut self.mode {
            // Where an image is then, nobody counts.
            batch.raw = None;
        }
    }

    /// Erases on the client's screen what of images was drawn over. What else was erased with it is drawn again.
    pub(super) fn wipe(&mut self, path: &mut Path<'_>) {
        if !self.stains.any_touched() {
            return;
        }
        let view = path.view.look();
        let (bytes, deletes) = self.stains.wiped(view);
        path.send(&bytes);
        path.delete(deletes);
    }
}

impl Path<'_> {
    fn delete(&mut self, sequence: Vec<u8>) {
        if !sequence.is_empty() {
            self.images.push(Drawn { at: self.out.len(), what: Sent::Delete(sequence) });
        }
    }
}

/// Some cells of a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Area {
    rows: Range<u16>,
    cols: Range<u16>,
}

/// Which cells something changes, though perhaps from blank to blank.
fn touched(raw: &[u8], step: Step, before: Place, after: Cursor, size: (u16, u16)) -> Vec<Area> {
    let (rows, cols) = size;
    let whole = |rows: Range<u16>| Area { rows, cols: 0..cols };
    let on_row = |row: u16, cols: Range<u16>| Area { rows: row..row + 1, cols };
    if before.goes_below(step) && (before.alternate || !before.canonical) {
        return vec![whole(0..rows)];
    }
    match step {
        Step::Move | Step::Return | Step::Nothing | Step::Feed => Vec::new(),
        Step::Text if !before.canonical => vec![whole(before.row.min(after.row)..before.row.max(after.row) + 1)],
        Step::Text if before.pending || after.row != before.row => vec![on_row(after.row, 0..after.col)],
        Step::Text => vec![on_row(before.row, before.col..after.col)],
        Step::Draw | Step::Unknown => by_sequence(raw, before, size),
    }
}

fn by_sequence(raw: &[u8], before: Place, (rows, cols): (u16, u16)) -> Vec<Area> {
    let whole = |rows: Range<u16>| vec![Area { rows, cols: 0..cols }];
    let row = |cols: Range<u16>| vec![Area { rows: before.row..before.row + 1, cols }];
    let body = match raw {
        [0x1b, b'M'] if before.row > 0 && before.canonical => return Vec::new(),
        [0x1b, b'M' | b'c'] | [0x1b, b'#', ..] => return whole(0..rows),
        [0x1b, b'[', body @ ..] => body,
        // Nothing else that is no control sequence draws.
        [0x1b, ..] => return Vec::new(),
        _ => return whole(0..rows),
    };
    let (Some(last), private) = (body.last(), body.first().is_some_and(|b| matches!(b, b'<'..=b'?'))) else {
        return Vec::new();
    };
    let digits = body.iter().take_while(|b| b.is_ascii_digit());
    let number = digits.fold(0_u16, |n, d| n.saturating_mul(10).saturating_add(u16::from(d - b'0')));
    match (last, number) {
        (b'J' | b'K', _) if private => whole(0..rows),
        (b'J', 0) => [row(before.col..cols), whole(before.row + 1..rows)].concat(),
        (b'J', 1) => [row(0..before.col.saturating_add(1)), whole(0..before.row)].concat(),
        (b'J', 2) => whole(0..rows),
        (b'K', 0) | (b'@' | b'P', _) => row(before.col..cols),
        (b'K', 1) => row(0..before.col.saturating_add(1)),
        (b'K', _) => row(0..cols),
        (b'X', count) => row(before.col..before.col.saturating_add(count.max(1))),
        // Lines and what is repeated: from here on down.
        (b'L' | b'M' | b'b', _) if !private => whole(before.row..rows),
        (b'S' | b'T' | b'^', _) if !private => whole(0..rows),
        (b'h' | b'l', _) if private && switches(body) => whole(0..rows),
        _ => Vec::new(),
    }
}

/// Whether one of the modes exchanges the screens, or clears them (DECCOLM).
fn switches(body: &[u8]) -> bool {
    let modes = body.get(1..body.len().saturating_sub(1)).unwrap_or_default();
    modes.split(|b| *b == b';').any(|mode| matches!(mode, b"3" | b"47" | b"1047" | b"1049"))
}

/// Where images are on the client's screen.
#[derive(Debug, Default)]
pub(super) struct Stains {
    stains: Vec<Stain>,
    ids: u16,
}

#[derive(Debug)]
struct Stain {
    alternate: bool,
    /// Its first row: on the main screen counted from the first row that there ever was.
    line: u64,
    cols: Range<u16>,
    /// Of each row, the columns that were drawn over since the client's screen was brought up to date.
    touched: Vec<Range<u16>>,
    /// Kitty's lie over the text and are deleted, not erased.
    kitty: Option<Named>,
}

#[derive(Debug, Clone, Copy)]
struct Named {
    id: u32,
    /// What the target calls it.
    name: Option<u32>,
}

impl Stain {
    /// Its first row on a screen of which so many rows are gone.
    fn top(&self, gone: u64) -> i64 {
        let gone = if self.alternate { 0 } else { gone };
        i64::try_from(self.line).unwrap_or(i64::MAX).saturating_sub_unsigned(gone)
    }

    fn rows(&self, gone: u64) -> Range<i64> {
        let top = self.top(gone);
        top..top.saturating_add(i64::try_from(self.touched.len()).unwrap_or(i64::MAX))
    }

    fn is_touched(&self) -> bool {
        self.touched.iter().any(|cols| !is_none(cols))
    }
}

impl Stains {
    fn is_empty(&self) -> bool {
        self.stains.is_empty()
    }

    /// What kitty is to call the next image. Programs count theirs from 1 or draw them out of all numbers.
    const fn next_id(&mut self) -> u32 {
        self.ids = self.ids.wrapping_add(1);
        IDS | self.ids as u32
    }

    /// Takes stains out, and gives the bytes that delete the images of kitty's protocol among them.
    fn take(&mut self, mut which: impl FnMut(&Stain) -> bool) -> Vec<u8> {
        let taken = self.stains.extract_if(.., |stain| which(stain));
        taken.filter_map(|stain| stain.kitty).flat_map(|named| image::delete(named.id)).collect()
    }

    /// Deletes all; or, on that screen, those of kitty's protocol by the target's name, if one is given.
    fn deleted(&mut self, which: Option<(Option<u32>, bool)>) -> Vec<u8> {
        self.take(|stain| match (which, stain.kitty) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((name, alternate)), Some(named)) => {
                stain.alternate == alternate && (name.is_none() || name == named.name)
            }
        })
    }

    /// An image is drawn. Gives what deletes those in whose place it comes.
    fn add(&mut self, image: &Placed, view: &Screen) -> Vec<u8> {
        let (alternate, gone) = (view.alternate_screen(), view.rows_gone());
        self.stains.retain(|stain| stain.rows(gone).end > 0);
        let kitty = (image.format == Format::Kitty).then_some(Named { id: image.id, name: image.name });
        let line = u64::from(image.top).saturating_add(if alternate { 0 } else { gone });
        let cols = image.left..image.left.saturating_add(image.cols);
        let mut deletes = self.take(|stain| {
            let covers = stain.cols.start >= cols.start && stain.cols.end <= cols.end;
            let same_place = stain.line == line && covers && stain.touched.len() <= usize::from(image.rows);
            let same_name =
                kitty.is_some_and(|new| new.name.is_some() && stain.kitty.is_some_and(|k| k.name == new.name));
            stain.alternate == alternate && (same_name || (same_place && stain.kitty.is_some() == kitty.is_some()))
        });
        let mut over = (self.stains.len() + 1).saturating_sub(STAINS);
        deletes.extend(self.take(|_| {
            let first = over > 0;
            over = over.saturating_sub(1);
            first
        }));
        self.stains.push(Stain { alternate, line, cols, touched: vec![0..0; image.rows.into()], kitty });
        deletes
    }

    /// These cells of that screen are drawn over.
    fn touch(&mut self, alternate: bool, gone: u64, area: &Area) {
        for stain in self.stains.iter_mut().filter(|stain| stain.alternate == alternate) {
            let (rows, from) = (stain.rows(gone), area.cols.start.max(stain.cols.start));
            let to = area.cols.end.min(stain.cols.end);
            let on_screen = |row: i64| u16::try_from(row).is_ok_and(|row| area.rows.contains(&row));
            let all = (from..to) == stain.cols && (rows.start.max(0)..rows.end).all(on_screen);
            if from >= to || (stain.kitty.is_some() && !all) {
                continue;
            }
            for (_, cols) in rows.zip(&mut stain.touched).filter(|(row, _)| on_screen(*row)) {
                *cols = if is_none(cols) { from..to } else { cols.start.min(from)..cols.end.max(to) };
            }
        }
    }

    fn any_touched(&self) -> bool {
        self.stains.iter().any(Stain::is_touched)
    }

    /// Keeps the renderer from erasing images with the rest of their rows.
    pub(super) fn go_round(&self, view: &Screen, hidden: &mut Hidden) {
        let (alternate, gone) = (view.alternate_screen(), view.rows_gone());
        for stain in self.stains.iter().filter(|stain| stain.alternate == alternate && stain.kitty.is_none()) {
            let rows = stain.rows(gone).filter_map(|row| u16::try_from(row).ok()).filter(|row| *row < view.rows());
            rows.for_each(|row| hidden.go_round(row, stain.cols.start..stain.cols.end.min(view.cols())));
        }
    }

    /// What was drawn over went out as it came: the terminal did to its images what it does.
    pub(super) fn sent_as_it_came(&mut self) {
        self.stains.iter_mut().flat_map(|stain| &mut stain.touched).for_each(|cols| *cols = 0..0);
    }

    /// The client's alternate screen is blank, or is left.
    pub(super) fn left_alternate(&mut self) {
        self.stains.retain(|stain| !stain.alternate);
    }

    /// The bytes that erase what was drawn over on a client's screen that is known as `view`, and those that delete images.
    fn wiped(&mut self, view: &Screen) -> (Vec<u8>, Vec<u8>) {
        let (alternate, gone) = (view.alternate_screen(), view.rows_gone());
        let deletes = self.take(|stain| stain.kitty.is_some() && stain.is_touched());
        let mut out = b"\x1b[m".to_vec();
        for stain in self.stains.iter_mut().filter(|stain| stain.alternate == alternate) {
            for (row, cols) in stain.rows(gone).zip(&mut stain.touched) {
                let cols = std::mem::replace(cols, 0..0);
                if let Some(row) = u16::try_from(row).ok().filter(|row| *row < view.rows() && !is_none(&cols)) {
                    let (col, count) = (cols.start + 1, cols.len());
                    out.extend_from_slice(format!("\x1b[{};{col}H\x1b[{count}X", row + 1).as_bytes());
                }
            }
        }
        (out, deletes)
    }
}

const fn is_none(cols: &Range<u16>) -> bool {
    cols.start >= cols.end
}

/// Images that are remembered: more than a screen shows.
const STAINS: usize = 64;

/// Where our names for kitty begin.
const IDS: u32 = 0x4870_0000;
