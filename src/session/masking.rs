//! Between what the target writes and what the client gets: see the picture in `display.rs`.

mod images;
mod place;
mod run;

use self::images::Stains;
pub(super) use self::images::{Drawn, Sent};
use self::place::{Place, Step};
use self::run::{Append, appendable, piece};
use super::display::Late;
use super::screening::{self, before_cursor, below_a_full_row, nothing_ahead, picture};
use crate::model::Mono;
use crate::privacy::detect::Memory;
use crate::privacy::screen::{Found, OpenTail};
use crate::privacy::{self, HOLD, ScreenMatcher, StreamMasker, is_harmless};
use crate::terminal::image::Reader;
use crate::terminal::wire::{Class, Token};
use crate::terminal::{Wire, render};

/// The two models, and what the client gets.
pub(super) struct Path<'a> {
    pub(super) truth: &'a mut Late,
    pub(super) view: &'a mut Late,
    pub(super) out: Vec<u8>,
    /// What the target sent, token by token, if the client gets that.
    pub(super) clear: Option<Vec<u8>>,
    /// Images that go to the client with `out`.
    pub(super) images: Vec<Drawn>,
}

impl Path<'_> {
    fn send(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.view.feed(bytes);
            self.out.extend_from_slice(bytes);
        }
    }
}

/// Masks one terminal.
#[derive(Debug)]
pub(super) struct Masking {
    pub(super) stream: StreamMasker,
    pub(super) matcher: ScreenMatcher,
    wire: Wire,
    mode: Mode,
    /// The open line that was decided on, so that its tail does not wait again.
    decided: Option<Vec<u8>>,
    /// A tail is hidden that may turn out to be harmless.
    provisional: bool,
    /// The client's alternate screen may not be what the model believes.
    repaint: bool,
    /// What the lines above say about the open one, when the screen was last judged.
    above: Memory,
    /// What follows would belong to a link (OSC 8).
    linked: bool,
    /// Width and height of a cell in pixels, if they are known.
    pub(super) cell: Option<(u16, u16)>,
    /// Where images are.
    stains: Stains,
    /// What came of an image that comes in pieces.
    reader: Reader,
}

#[derive(Debug)]
enum Mode {
    Append(Append),
    Grid(Batch),
}

/// What was drawn since the client's screen was last brought up to date.
#[derive(Debug, Default)]
struct Batch {
    /// It as it came, as long as the client may get it so.
    raw: Option<Vec<u8>>,
    /// States that were judged for that.
    steps: usize,
    /// Rows in which something was hidden before it began.
    masked_rows: Option<Vec<bool>>,
    /// What goes out first if it is rendered, and what last.
    before: Vec<u8>,
    after: Vec<u8>,
    /// The true screen changed.
    drawn: bool,
    /// Whether it opens or closes a link.
    link: Option<bool>,
    deadline: Option<Mono>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        !self.drawn && self.before.is_empty() && self.after.is_empty() && self.raw.as_ref().is_none_or(Vec::is_empty)
    }

    fn keep(&mut self, bytes: &[u8]) {
        if let Some(raw) = &mut self.raw {
            raw.extend_from_slice(bytes);
        }
    }
}

/// What to do with an open tail that would identify somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    Show,
    Hide,
}

impl Masking {
    pub(super) fn new(settings: &privacy::Settings) -> Self {
        Self {
            stream: StreamMasker::new(settings),
            matcher: ScreenMatcher::new(settings),
            wire: Wire::default(),
            mode: Mode::Grid(Batch::default()),
            decided: None,
            provisional: false,
            repaint: false,
            above: Memory::default(),
            linked: false,
            cell: None,
            stains: Stains::default(),
            reader: Reader::default(),
        }
    }

    /// Whether what comes next is judged as a stream.
    #[cfg(test)]
    pub(super) const fn appends(&self) -> bool {
        matches!(self.mode, Mode::Append(_))
    }

    pub(super) fn wake_at(&self) -> Option<Mono> {
        match &self.mode {
            Mode::Append(_) => self.stream.wake_at(),
            Mode::Grid(batch) => batch.deadline,
        }
    }

    /// A read from the target.
    pub(super) fn output(&mut self, bytes: &[u8], now: Mono, path: &mut Path<'_>) {
        self.expire(now, path);
        self.try_append(path);
        let mut wire = std::mem::take(&mut self.wire);
        wire.feed(bytes, &mut |token| self.token(token, now, path));
        self.wire = wire;
        self.end_of_read(now, path);
    }

    pub(super) fn expire(&mut self, now: Mono, path: &mut Path<'_>) {
        if self.wake_at().is_none_or(|at| at > now) {
            return;
        }
        match &self.mode {
            Mode::Append(_) if !self.stream.would_hide() => {
                let mut out = Vec::new();
                self.stream.expire(now, &mut out);
                path.send(&out);
            }
            Mode::Append(_) => {
                // It is hidden on the screen, where it can be shown again if the rest disproves it.
                self.enter_grid(now, path);
                self.flush(Tail::Hide, path);
            }
            Mode::Grid(_) => {
                self.flush(Tail::Hide, path);
                self.try_append(path);
            }
        }
    }

    /// Brings the client's screen up to date, because nothing follows or something of ours does.
    pub(super) fn finish(&mut self, path: &mut Path<'_>) {
        self.enter_grid(Mono::default(), path);
        self.flush(Tail::Hide, path);
    }

    /// Both models have a new size.
    pub(super) fn resized(&mut self, path: &mut Path<'_>) {
        let deadline = self.wake_at();
        if let Mode::Append(_) = self.mode {
            let held = self.stream.take_held();
            let _ = self.learn(path);
            self.mode = Mode::Grid(Batch { drawn: !held.is_empty(), deadline, ..Batch::default() });
        }
        if let Mode::Grid(batch) = &mut self.mode {
            batch.masked_rows = None;
            if !batch.is_empty() || path.truth.look().alternate_screen() {
                batch.raw = None;
            }
        }
        self.repaint = true;
    }

    fn token(&mut self, token: Token<'_>, now: Mono, path: &mut Path<'_>) {
        if let Some(clear) = &mut path.clear {
            match token {
                Token::Text(raw) | Token::Sequence(_, raw) | Token::Command(_, _, raw) => clear.extend_from_slice(raw),
                Token::Image(..) => {}
            }
        }
        match token {
            Token::Text(mut run) => {
                while !run.is_empty() {
                    let taken = match &self.mode {
                        Mode::Append(_) => self.append_text(run, now, path),
                        Mode::Grid(_) => self.grid_text(run, path),
                    };
                    run = run.get(taken..).unwrap_or_default();
                }
            }
            Token::Sequence(class, raw) => self.sequence(class, raw, now, path),
            Token::Command(number, text, raw) => {
                if self.may_pass(number, text) {
                    self.command(number, text, raw, path);
                }
            }
            Token::Image(format, text) => self.image(format, text, now, path),
        }
    }

    fn end_of_read(&mut self, now: Mono, path: &mut Path<'_>) {
        if let Mode::Append(_) = self.mode {
            self.decide(now, path);
        }
        let Mode::Grid(batch) = &mut self.mode else { return };
        if batch.is_empty() {
            return;
        }
        let waits = batch.deadline.is_some();
        let found = self.matcher.judge(&picture(path.truth.look()));
        // A tail that would not be hidden is shown at once: it can be hidden when it has become a value.
        let waits_for = |tail: &&OpenTail| !tail.identifying.is_empty() && self.decided.as_ref() != Some(&tail.line);
        let Some(tail) = found.tail.as_ref().filter(waits_for) else {
            self.flush_found(found, Tail::Hide, path);
            self.try_append(path);
            return;
        };
        let unseen = unseen(tail, path);
        match self.stream.echoes(&tail.text, &unseen, now) {
            Some(true) => self.flush_found(found, Tail::Show, path),
            Some(false) => self.flush_found(found, Tail::Hide, path),
            None if unseen.is_empty() => self.flush_found(found, Tail::Hide, path),
            None => {
                if let (Mode::Grid(batch), false) = (&mut self.mode, waits) {
                    batch.deadline = Some(now.after(HOLD));
                }
                return;
            }
        }
        self.try_append(path);
    }

    // ── text that is appended ─────────────────────────────────────────────────────────────────────────────────────────────

    /// Takes what it may of a run of text; says how much. Takes nothing and goes to the grid if it may not even begin.
    fn append_text(&mut self, run: &[u8], now: Mono, path: &mut Path<'_>) -> usize {
        let Mode::Append(append) = &mut self.mode else { return 0 };
        // What a terminal ignores, and the bell.
        let silent = run.iter().take_while(|b| matches!(**b, 0 | 0x07 | 0x0f)).count();
        // A return at the begin of an empty line, as bash sends one before what a command prints.
        let alone = matches!(run, [b'\r', next, ..] if !matches!(next, b'\n' | b'\r')) || run == b"\r";
        let idle = alone && !append.returned && append.column == 0 && path.truth.look().cursor().col == 0;
        let silent = if idle { 1 } else { silent };
        if silent > 0 {
            let silent = run.get(..silent).unwrap_or_default();
            path.truth.feed(silent);
            self.stream.pass(silent);
            return silent.len();
        }
        let returns = matches!(run.first(), Some(b'\n' | b'\r'));
        let len = if append.returned && !returns {
            0
        } else {
            // What is judged at once, and what decides on its last characters.
            let piece = run.get(..PIECE + AHEAD).unwrap_or(run);
            append.until_full_row(piece, appendable(piece, append.column).min(PIECE))
        };
        let Some(text) = run.get(..len).filter(|text| !text.is_empty()) else {
            self.enter_grid(now, path);
            return 0;
        };
        append.returned = text.ends_with(b"\r");
        append.silent = 0;
        append.taken += len;
        let many = append.taken >= PIECE;
        path.truth.feed(text);
        self.stream.text(text);
        if many {
            self.decide(now, path);
        }
        len
    }

    /// Judges what was appended, and sends what may go.
    fn decide(&mut self, now: Mono, path: &mut Path<'_>) {
        if let Mode::Append(append) = &mut self.mode {
            append.taken = 0;
        }
        let mut out = Vec::new();
        self.stream.decide(now, &mut out);
        path.send(&out);
        if self.stream.take_reached_back() {
            // A value began in what the client has seen already: hide that too, as far as it is on the screen.
            self.enter_grid(now, path);
            self.never_raw();
            self.flush(Tail::Hide, path);
            self.try_append(path);
        }
    }

    /// Whether the sequence may pass among text that is appended.
    fn passes(&mut self, class: Class, raw: &[u8]) -> bool {
        let Mode::Append(append) = &mut self.mode else { return false };
        let passes = match class {
            Class::Rendition | Class::Silent | Class::Input | Class::Query => true,
            Class::EraseAhead => !append.returned,
            Class::Plain | Class::Model => false,
        };
        append.silent += raw.len();
        passes && append.silent <= SILENT_MAX
    }

    /// Whether to erase ahead is to erase the open line, all of which was sent: so shells begin to draw theirs anew.
    fn erases_line(&mut self, now: Mono, path: &mut Path<'_>) -> bool {
        let truth = path.truth.look();
        let alone = screening::first_row(truth) == truth.cursor().row && !below_a_full_row(truth);
        let at_begin = truth.cursor().col == 0 && alone;
        if !at_begin || !matches!(&self.mode, Mode::Append(append) if append.returned) {
            return false;
        }
        self.decide(now, path);
        // What was sent may have had to be hidden; and a line that was cut bars values from its begin.
        matches!(self.mode, Mode::Append(_)) && !self.stream.holds_text() && !self.stream.is_cut()
    }

    // ── anything else ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// From now on the screen is judged and not the stream.
    fn enter_grid(&mut self, now: Mono, path: &mut Path<'_>) {
        if let Mode::Grid(_) = self.mode {
            return;
        }
        let mut out = Vec::new();
        self.stream.decide(now, &mut out);
        path.send(&out);
        let reached_back = self.stream.take_reached_back();
        let held = self.stream.take_held();
        let masked_rows = Some(self.learn(path));
        let drawn = !held.is_empty() || reached_back;
        // What is held was not seen: it may be erased before it is.
        let clean = !drawn || (!reached_back && self.is_clean(path));
        self.mode = Mode::Grid(Batch { raw: clean.then_some(held), drawn, masked_rows, ..Batch::default() });
    }

    /// Whether nothing that the client does not see masked is a value or as good as one.
    fn is_clean(&mut self, path: &mut Path<'_>) -> bool {
        let found = self.matcher.judge(&picture(path.truth.look()));
        let view = path.view.look();
        let cols = usize::from(view.cols()).max(1);
        let masked = |cell: usize| {
            let (Ok(row), Ok(col)) = (u16::try_from(cell / cols), u16::try_from(cell % cols)) else { return false };
            view.cell(row, col).is_some_and(|cell| cell.text == "*")
        };
        found.tail.is_none_or(|tail| tail.identifying.is_empty()) && found.cells.iter().all(|cell| masked(*cell))
    }

    /// Tells the matcher what the stream's masker hid of what is on the screen; in which rows the client sees a mask.
    fn learn(&mut self, path: &mut Path<'_>) -> Vec<bool> {
        let memory = self.stream.memory().clone();
        let (truth, view) = (path.truth.look(), path.view.look());
        let masked_rows = screening::masked_rows(view, truth);
        let remembers = memory != Memory::default();
        if !remembers && !masked_rows.contains(&true) {
            return masked_rows;
        }
        let cols = usize::from(truth.cols()).max(1);
        let hidden = |cell: usize| {
            let (Ok(row), Ok(col)) = (u16::try_from(cell / cols), u16::try_from(cell % cols)) else { return false };
            masked_rows.get(usize::from(row)) == Some(&true)
                && view.cell(row, col).is_some_and(|cell| cell.text == "*")
                && truth.cell(row, col).is_some_and(|cell| cell.text != "*")
        };
        let picture = picture(truth);
        let last = picture.open.map_or(0, |open| open.saturating_sub(1));
        for (i, line) in picture.lines.iter().enumerate() {
            if picture.open != Some(i) && (line.any_cell(hidden) || (remembers && i == last)) {
                self.matcher.learn(line, hidden, &memory);
            }
        }
        masked_rows
    }

    fn never_raw(&mut self) {
        if let Mode::Grid(batch) = &mut self.mode {
            batch.raw = None;
        }
    }

    fn sequence(&mut self, class: Class, raw: &[u8], now: Mono, path: &mut Path<'_>) {
        if raw.starts_with(b"\x1bP") && !is_harmless(self.matcher.detector(), raw.get(4..).unwrap_or_default()) {
            return;
        }
        if self.passes(class, raw) {
            path.truth.feed(raw);
            self.stream.pass(raw);
            return;
        }
        if class == Class::EraseAhead && self.erases_line(now, path) {
            path.truth.feed(raw);
            path.send(&self.stream.take_held());
            path.send(raw);
            let above = self.stream.memory().clone();
            self.stream.begin(b"", above);
            let cols = usize::from(path.truth.look().cols());
            self.mode = Mode::Append(Append { cols, ..Append::default() });
            return;
        }
        self.enter_grid(now, path);
        let Mode::Grid(batch) = &mut self.mode else { return };
        match class {
            Class::Rendition | Class::Silent => {
                batch.keep(raw);
                batch.drawn = true;
                path.truth.feed(raw);
            }
            Class::Input => {
                batch.keep(raw);
                batch.before.extend_from_slice(raw);
                path.truth.feed(raw);
            }
            Class::Query => {
                batch.keep(raw);
                batch.after.extend_from_slice(raw);
                path.truth.feed(raw);
            }
            Class::EraseAhead | Class::Plain => {
                // Only the terminal has rows that scrolled away.
                if raw == b"\x1b[3J" {
                    batch.before.extend_from_slice(raw);
                }
                let moves = raw.last().is_some_and(|last| matches!(last, b'A'..=b'H' | b'd' | b'f'));
                self.step(raw, if moves { Step::Move } else { Step::Draw }, path);
            }
            Class::Model => {
                batch.raw = None;
                let step = if matches!(raw, b"\x1bD" | b"\x1bE") { Step::Feed } else { Step::Unknown };
                self.step(raw, step, path);
            }
        }
    }

    /// Takes one control or a piece of text that stays on its row; says how much.
    fn grid_text(&mut self, run: &[u8], path: &mut Path<'_>) -> usize {
        let first = run.first().copied().unwrap_or(b' ');
        if first < b' ' || first == 0x7f {
            let step = match first {
                b'\r' => Step::Return,
                b'\n' => Step::Feed,
                0x08 | b'\t' => Step::Move,
                0x07 | 0 => Step::Nothing,
                0x0b | 0x0c => Step::Feed,
                _ => Step::Unknown,
            };
            let control = run.get(..1).unwrap_or_default();
            self.step(control, step, path);
            if step == Step::Feed && first == b'\n' && !path.truth.look().alternate_screen() {
                // Lines that follow may be no more than appended again.
                self.flush(Tail::Hide, path);
                self.try_append(path);
            }
            return 1;
        }
        let truth = path.truth.look();
        let cursor = truth.cursor();
        let room = usize::from(truth.cols().saturating_sub(cursor.col));
        let over = (cursor.col..truth.cols())
            .any(|col| truth.cell(cursor.row, col).is_some_and(|c| !matches!(c.text, "" | " ")));
        let may_step = matches!(&self.mode, Mode::Grid(batch) if batch.raw.is_some());
        let (len, plain) = piece(run, if over && may_step { 1 } else { room });
        if !plain {
            self.never_raw();
        }
        let text = run.get(..len).unwrap_or(run);
        // The model would wait for the rest of a character that does not come.
        let whole = String::from_utf8_lossy(text);
        self.step(whole.as_bytes(), Step::Text, path);
        len
    }

    /// Draws one thing on the true screen. While what came may be sent as it is, each state is judged.
    fn step(&mut self, raw: &[u8], step: Step, path: &mut Path<'_>) {
        let before = Place::of(path.truth.look());
        let by_model = matches!(&self.mode, Mode::Grid(batch) if batch.raw.is_none());
        if before.scrolls(step) {
            self.flush(Tail::Hide, path);
            if by_model && raw.first() == Some(&0x1b) {
                self.never_raw();
            }
        }
        let Mode::Grid(batch) = &mut self.mode else { return };
        let may_be_raw = before.canonical && step != Step::Unknown && (!before.pending || step.is_plain_at_margin());
        if !may_be_raw || batch.steps >= STEPS_MAX {
            batch.raw = None;
        }
        if batch.raw.is_some() && batch.masked_rows.is_none() {
            let (truth, view) = (path.truth.look(), path.view.look());
            batch.masked_rows = Some(screening::masked_rows(view, truth));
        }
        batch.drawn = true;
        batch.keep(raw);
        // Progress is mostly drawn over itself: what stood there already makes no other state.
        let again = step == Step::Text
            && !before.pending
            && path.truth.look().cell(before.row, before.col).is_some_and(|cell| cell.text.as_bytes() == raw);
        path.truth.feed(raw);
        self.stain_step(raw, step, before, path);
        let rendered = matches!(&self.mode, Mode::Grid(batch) if batch.raw.is_none());
        if before.scrolls(step) && rendered {
            // The client's screen scrolls too, so that what leaves it can be scrolled back to.
            let rows = path.truth.look().rows();
            path.send(format!("\x1b[m\x1b[{rows};1H\n").as_bytes());
        }
        if matches!(step, Step::Text | Step::Draw) && matches!(&self.mode, Mode::Grid(batch) if batch.raw.is_some()) {
            if again {
                self.keep_masked(before.row);
            } else {
                self.judge_step(before.row, path);
            }
        }
    }

    /// What is drawn in a row with something hidden is rendered.
    fn keep_masked(&mut self, row: u16) {
        let Mode::Grid(batch) = &mut self.mode else { return };
        let masked = batch.masked_rows.as_ref().is_none_or(|rows| rows.get(usize::from(row)).copied().unwrap_or(true));
        if masked {
            batch.raw = None;
        }
    }

    /// Whether the state that was just drawn may be seen; if not, what came is rendered and not sent.
    fn judge_step(&mut self, row: u16, path: &mut Path<'_>) {
        let truth = path.truth.look();
        let found = self.matcher.judge(&picture(truth));
        let cols = usize::from(truth.cols()).max(1);
        let touched = row.min(truth.cursor().row)..=row.max(truth.cursor().row);
        let Mode::Grid(batch) = &mut self.mode else { return };
        batch.steps += 1;
        let was_masked = |row: u16| {
            batch.masked_rows.as_ref().is_none_or(|rows| rows.get(usize::from(row)).copied().unwrap_or(true))
        };
        let hits = found
            .cells
            .iter()
            .any(|cell| u16::try_from(cell / cols).is_ok_and(|row| touched.contains(&row) || !was_masked(row)));
        let identifies = found.tail.is_some_and(|tail| !tail.identifying.is_empty());
        if hits || identifies || touched.clone().any(was_masked) {
            batch.raw = None;
        }
    }

    fn flush(&mut self, tail: Tail, path: &mut Path<'_>) {
        if matches!(&self.mode, Mode::Grid(batch) if !batch.is_empty()) {
            let found = self.matcher.judge(&picture(path.truth.look()));
            self.flush_found(found, tail, path);
        }
    }

    /// Makes the client's screen the true one, with what was found hidden.
    fn flush_found(&mut self, found: Found, tail: Tail, path: &mut Path<'_>) {
        let Mode::Grid(batch) = &mut self.mode else { return };
        let mut batch = std::mem::take(batch);
        let mut cells = found.cells;
        self.above = found.memory;
        self.provisional = false;
        self.decided = found.tail.as_ref().map(|tail| tail.line.clone());
        if let Some(open) = found.tail.filter(|open| tail == Tail::Hide && !open.identifying.is_empty()) {
            cells.extend(open.identifying);
            self.provisional = true;
            batch.raw = None;
        }
        match batch.raw.take() {
            Some(raw) => {
                path.send(&raw);
                self.stains.sent_as_it_came();
                self.linked = batch.link.unwrap_or(self.linked);
            }
            None => {
                path.send(&batch.before);
                self.wipe(path);
                self.draw(&cells, path);
                path.send(&batch.after);
            }
        }
        let (truth, view) = (path.truth.look(), path.view.look());
        let aligned = truth.cursor() == view.cursor() && truth.alternate_screen() == view.alternate_screen();
        self.mode = Mode::Grid(Batch { raw: aligned.then(Vec::new), ..Batch::default() });
    }

    fn draw(&mut self, cells: &[usize], path: &mut Path<'_>) {
        if std::mem::take(&mut self.linked) {
            path.send(b"\x1b]8;;\x1b\\");
        }
        let alternate = path.truth.look().alternate_screen();
        if path.view.look().alternate_screen() != alternate {
            self.stains.left_alternate();
            path.send(if alternate { b"\x1b[m\x1b[?1049h\x1b[2J\x1b[H" } else { b"\x1b[?1049l" });
        } else if self.repaint && alternate {
            path.send(b"\x1b[m\x1b[2J");
        }
        self.repaint = false;
        let truth = path.truth.look();
        let mut hidden = screening::hidden(truth, cells.iter().copied());
        self.stains.go_round(path.view.look(), &mut hidden);
        let mut bytes = Vec::new();
        render(path.view.look(), truth, &hidden, &mut |text| self.matcher.is_harmless(text), &mut bytes);
        path.send(&bytes);
    }

    /// Back to judging the stream, if all that can come next is text behind what there is.
    fn try_append(&mut self, path: &mut Path<'_>) {
        let Mode::Grid(batch) = &self.mode else { return };
        if !batch.is_empty() || self.provisional {
            return;
        }
        let truth = path.truth.look();
        let here = Place::of(truth);
        let ready =
            here.canonical && !here.pending && !here.alternate && nothing_ahead(truth) && !below_a_full_row(truth);
        let view = path.view.look();
        // Beside something hidden, and below a row that it goes on from, the client sees what the stream's masker would not.
        let row = truth.cursor().row;
        let alone = screening::first_row(truth) == row && !screening::differs(truth, view, row);
        let ready = ready && alone && view.cursor() == truth.cursor();
        if ready {
            self.stream.begin(before_cursor(truth).as_bytes(), std::mem::take(&mut self.above));
            let column = usize::from(truth.cursor().col);
            self.mode = Mode::Append(Append { cols: usize::from(truth.cols()), column, ..Append::default() });
        }
    }

    // ── what is not drawn ─────────────────────────────────────────────────────────────────────────────────────────────────

    fn command(&mut self, number: u16, text: &[u8], raw: &[u8], path: &mut Path<'_>) {
        path.truth.feed(raw);
        let link = (number == 8).then(|| !text.ends_with(b";"));
        match &mut self.mode {
            Mode::Append(_) => {
                self.stream.pass(raw);
                self.linked = link.unwrap_or(self.linked);
            }
            Mode::Grid(batch) => {
                batch.keep(raw);
                if link.is_some() {
                    batch.link = link;
                } else {
                    batch.before.extend_from_slice(raw);
                }
            }
        }
    }

    /// Whether a client may get an operating system command. Of those that carry text, if no value is in it.
    fn may_pass(&self, number: u16, text: &[u8]) -> bool {
        let harmless = || std::str::from_utf8(text).is_ok() && is_harmless(self.matcher.detector(), text);
        match number {
            // Titles, directory, link, notifications, marks of the shell.
            0 | 1 | 2 | 7 | 8 | 9 | 133 | 633 | 777 => harmless(),
            // Colours, and the pointer's shape.
            4 | 5 | 10..=19 | 22 | 104 | 105 | 110..=119 => {
                text.len() <= 256
                    && text.iter().all(|b| b.is_ascii_alphanumeric() || b" ;:#/?,_-".contains(b))
                    && harmless()
            }
            // The clipboard may be written and not be read.
            52 => !text.ends_with(b"?") && harmless(),
            // Of iTerm's own those that draw nothing.
            1337 => {
                let known: [&[u8]; 4] = [b"CurrentDir=", b"RemoteHost=", b"SetMark", b"ShellIntegrationVersion="];
                known.iter().any(|name| text.starts_with(name)) && harmless()
            }
            _ => false,
        }
    }
}

/// What of a tail the client does not see yet.
fn unseen(tail: &OpenTail, path: &mut Path<'_>) -> Vec<u8> {
    let (truth, view) = (path.truth.look(), path.view.look());
    let cols = usize::from(truth.cols()).max(1);
    let seen = |cell: usize| {
        let (Ok(row), Ok(col)) = (u16::try_from(cell / cols), u16::try_from(cell % cols)) else { return false };
        view.alternate_screen() == truth.alternate_screen()
            && view.cell(row, col).map(|cell| cell.text) == truth.cell(row, col).map(|cell| cell.text)
    };
    tail.text.iter().zip(&tail.cells).filter(|(_, cell)| !seen(**cell)).map(|(b, _)| *b).collect()
}

/// Bytes of text that are judged at once. Of each piece both models see its last screen.
const PIECE: usize = 64 << 10;
/// Bytes behind a piece that are looked at with it: more than the longest character.
const AHEAD: usize = 16;

/// More bytes of sequences without text between them than any program sends.
const SILENT_MAX: usize = 512;

/// States of a batch that are judged one by one, so that it can be sent as it came: the line of an editor, or progress. With more
/// the screen is rendered.
const STEPS_MAX: usize = 128;

#[cfg(test)]
mod tests;
