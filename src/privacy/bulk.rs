//! Masks byte streams that are no terminal's: the output of an exec, and pipes.
//!
//! The same rules as for a terminal, without a clock, and a mask has the bytes of what it hides. Text in UTF-16 is judged as text. Controls that no text
//! has divide what is judged; beside four of them in a row nothing is hidden: that is part of an archive or a protocol, which a
//! changed byte breaks. The whole lines of a large chunk of plain text are judged where they lie
//! and handed on as they are; only the line that the chunk before left open and the one that this chunk leaves open are copied.

use bytes::Bytes;
use memchr::{memchr, memrchr};

use crate::model::Finding;

use super::Settings;
use super::detect::LINE_MAX;
use super::wide::{self, Wide};
use super::window::{Judge, Unit, Window, hide};

/// Masks one byte stream without a clock. Output comes as pieces of the input wherever nothing was found, so that a
/// gigabyte of harmless text is never copied.
#[derive(Debug)]
pub struct BulkMasker {
    window: Window,
    /// The stream is UTF-16 at present.
    wide: Option<Wide>,
    /// Its text.
    wide_window: Window,
}

impl BulkMasker {
    /// A masker at the start of a stream.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let wide_window = Window::new(settings, Unit::Columns);
        Self { window: Window::new(settings, Unit::Bytes), wide: None, wide_window }
    }

    /// Takes a chunk and appends to `out` the masked pieces that are settled, in order. What stays behind is the shortest
    /// tail that could become a value, and the colours in it.
    pub fn feed(&mut self, bytes: Bytes, out: &mut Vec<Bytes>) {
        if self.feed_wide(&bytes, out) {
            return;
        }
        let Some((start, end)) = whole_lines(&bytes).filter(|_| self.window.is_plain(&bytes)) else {
            self.copy(&bytes, out);
            return;
        };
        self.copy(&bytes.slice(..start), out);
        let body = bytes.slice(start..end);
        let mut hits = Vec::new();
        self.window.judge(&body, &mut hits);
        out.push(if hits.is_empty() { body } else { hide(&body, &hits).into() });
        self.copy(&bytes.slice(end..), out);
    }

    /// Takes a chunk of UTF-16; whether it is one.
    fn feed_wide(&mut self, bytes: &[u8], out: &mut Vec<Bytes>) -> bool {
        if self.wide.is_some() && wide::has_ended(bytes) {
            self.finish_wide(out);
        }
        if self.wide.is_none()
            && let Some(order) = wide::order_of(bytes)
        {
            let mut rest = Vec::new();
            self.window.finish(&mut rest);
            push(rest, out);
            self.wide = Some(Wide::new(order));
        }
        let Some(wide) = &mut self.wide else { return false };
        let text = wide.decode(bytes);
        let mut masked = Vec::with_capacity(text.len());
        self.wide_window.feed(&text, &mut masked);
        push(wide.encode(&masked), out);
        true
    }

    fn finish_wide(&mut self, out: &mut Vec<Bytes>) {
        let Some(mut wide) = self.wide.take() else { return };
        let mut masked = Vec::new();
        self.wide_window.finish(&mut masked);
        push(wide.encode(&masked), out);
        push(wide.rest().into_iter().collect(), out);
    }

    /// Whether something stays behind, and whether [`BulkMasker::let_go`] would hide it.
    #[must_use]
    pub fn waits(&self) -> Option<bool> {
        if self.wide.is_some() { self.wide_window.waits() } else { self.window.waits() }
    }

    /// Appends what stayed behind, because nothing follows for a while.
    pub fn let_go(&mut self, out: &mut Vec<Bytes>) {
        let mut rest = Vec::new();
        if let Some(wide) = &self.wide {
            self.wide_window.let_go(Judge::Mask, &mut rest);
            push(wide.encode(&rest), out);
            return;
        }
        self.window.let_go(Judge::Mask, &mut rest);
        push(rest, out);
    }

    /// The stream has ended: appends what stayed behind. Afterwards the masker is as new, but for its findings.
    pub fn finish(&mut self, out: &mut Vec<Bytes>) {
        self.finish_wide(out);
        let mut rest = Vec::new();
        self.window.finish(&mut rest);
        push(rest, out);
    }

    /// What was found since the last call, one entry a kind, none with a count of zero.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        let mut found = self.window.take_findings();
        for more in self.wide_window.take_findings() {
            match found.iter_mut().find(|finding| finding.kind == more.kind) {
                Some(finding) => finding.count = finding.count.saturating_add(more.count),
                None => found.push(more),
            }
        }
        found
    }

    fn copy(&mut self, bytes: &[u8], out: &mut Vec<Bytes>) {
        let mut copied = Vec::with_capacity(bytes.len());
        self.window.feed(bytes, &mut copied);
        push(copied, out);
    }
}

fn push(bytes: Vec<u8>, out: &mut Vec<Bytes>) {
    if !bytes.is_empty() {
        out.push(bytes.into());
    }
}

/// Where the whole lines of a chunk lie, if there are enough of them and none is so long that it would be cut.
fn whole_lines(bytes: &[u8]) -> Option<(usize, usize)> {
    let start = memchr(b'\n', bytes)? + 1;
    let end = memrchr(b'\n', bytes)? + 1;
    let body = bytes.get(start..end).filter(|body| body.len() >= WORTHWHILE)?;
    let mut rest = body;
    while rest.len() >= LINE_MAX {
        // Whatever the lines before it: no line is too long that has a break within its first bytes.
        let last = memrchr(b'\n', rest.get(..LINE_MAX - 1)?)?;
        rest = rest.get(last + 1..)?;
    }
    Some((start, end))
}

/// Less than this is copied.
const WORTHWHILE: usize = 4096;

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
