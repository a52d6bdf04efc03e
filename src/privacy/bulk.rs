//! Masks byte streams that nobody waits for: the recorder's copy of an exec's output.
//!
//! The same rules as for a terminal, without a clock. A large chunk of plain text is scanned where it lies and handed on as
//! it is; only its first two kilobytes, where values may come over from the chunk before, are copied.

use bytes::Bytes;

use crate::model::Finding;

use super::Settings;
use super::detect::{self, REACH, Side, Text};
use super::window::{Window, mask};

/// Masks one byte stream without a clock. Output comes as pieces of the input wherever nothing was found, so that a
/// gigabyte of harmless text is never copied.
#[derive(Debug)]
pub struct BulkMasker {
    settings: Settings,
    window: Window,
}

impl BulkMasker {
    /// A masker at the start of a stream.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, window: Window::new(settings) }
    }

    /// Takes a chunk and appends to `out` the masked pieces that are settled, in order. What stays behind is the shortest
    /// tail that could become a value: less than 1 KiB of text, and the colours in it.
    pub fn feed(&mut self, bytes: Bytes, out: &mut Vec<Bytes>) {
        if bytes.len() < WORTHWHILE || !self.window.is_plain(&bytes) {
            self.copy(&bytes, out);
            return;
        }
        let seam = bytes.slice(..SEAM);
        self.copy(&seam, out);
        let settled = SEAM.saturating_sub(self.window.held().len());
        let mut hits = Vec::new();
        let text = Text { bytes: &bytes, before: Side::More, after: Side::More };
        let tail = detect::scan(text, self.settings.kinds, &mut hits);
        if tail.from < SEAM {
            self.copy(&bytes.slice(SEAM..), out);
            return;
        }
        // Nearer to the start the seam knows better.
        hits.retain(|hit| hit.end > settled);
        for hit in hits.iter().filter(|hit| hit.end <= tail.from) {
            self.window.add(hit.kind);
        }
        let body = bytes.slice(settled..tail.from);
        if hits.is_empty() {
            out.push(body);
        } else {
            let mut masked = body.to_vec();
            mask(&mut masked, settled, &hits);
            out.push(masked.into());
        }
        self.window.resume(&bytes, tail);
    }

    /// The stream has ended: appends what stayed behind. Afterwards the masker is as new, but for its findings.
    pub fn finish(&mut self, out: &mut Vec<Bytes>) {
        let mut rest = Vec::new();
        self.window.finish(&mut rest);
        push(rest, out);
    }

    /// What was found since the last call, one entry a kind, none with a count of zero.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        self.window.take_findings()
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

/// So much of a chunk is judged together with what came before it: twice as far as any detector reaches, twice over,
/// because what is held of it must not reach into what a scan of the chunk alone cannot know.
const SEAM: usize = 4 * REACH;

/// A smaller chunk is copied whole.
const WORTHWHILE: usize = 2 * SEAM;

#[cfg(test)]
#[path = "bulk_tests.rs"]
mod tests;
