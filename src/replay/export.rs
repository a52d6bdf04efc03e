//! A recording as asciicast v2, plain text, or JSON lines, written event by event so that a long one needs no memory.

use std::io::{self, Write};

use super::{cast, json, text};
use crate::model::EventRecord;

/// What a recording can be exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// asciicast v2, for asciinema and its kin.
    Cast,
    /// Plain text without any escape sequence.
    Text,
    /// One JSON object a line, every event with everything in it.
    Json,
}

/// Writes events as they come.
#[derive(Debug)]
pub struct Exporter<W> {
    out: W,
    state: State,
}

#[derive(Debug)]
enum State {
    Cast(Box<cast::Cast>),
    Text(Box<text::Text>),
    Json,
}

impl<W: Write> Exporter<W> {
    /// Begins an export.
    pub fn new(format: Format, out: W) -> Self {
        let state = match format {
            Format::Cast => State::Cast(Box::default()),
            Format::Text => State::Text(Box::default()),
            Format::Json => State::Json,
        };
        Self { out, state }
    }

    /// Writes one event.
    ///
    /// # Errors
    /// When `out` does not take it.
    pub fn event(&mut self, record: &EventRecord) -> io::Result<()> {
        match &mut self.state {
            State::Cast(cast) => cast.event(record, &mut self.out),
            State::Text(text) => text.event(record, &mut self.out),
            State::Json => json::event(record, &mut self.out),
        }
    }

    /// Writes what is left, and gives back what was written to.
    ///
    /// # Errors
    /// When `out` does not take it.
    pub fn finish(mut self) -> io::Result<W> {
        match &mut self.state {
            State::Cast(cast) => cast.finish(&mut self.out)?,
            State::Text(text) => text.finish(&mut self.out)?,
            State::Json => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
