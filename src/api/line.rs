//! Lines of bounded length over a byte stream.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

/// Why no line came, or could not be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// The stream failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No line's end within the bound.
    #[error("a line is longer than {0} bytes")]
    TooLong(usize),
    /// The line is not what the protocol says.
    #[error("a line is not understood: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Reads lines of at most `limit` bytes. Dropping a pending [`LineReader::next`] loses nothing.
#[derive(Debug)]
pub(super) struct LineReader<R> {
    source: R,
    line: Vec<u8>,
    whole: bool,
    limit: usize,
}

impl<R: AsyncBufRead + Unpin> LineReader<R> {
    pub(super) const fn new(source: R, limit: usize) -> Self {
        Self { source, line: Vec::new(), whole: false, limit }
    }

    /// The next line without its end; `None` at the end of the stream. A last line without an end is not a line.
    pub(super) async fn next(&mut self) -> Result<Option<&[u8]>, LineError> {
        if self.whole {
            self.line.clear();
            self.line.shrink_to(KEEP);
            self.whole = false;
        }
        while !self.whole {
            let chunk = self.source.fill_buf().await?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let end = chunk.iter().position(|&b| b == b'\n');
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or(chunk);
            if self.line.len() + part.len() > self.limit {
                return Err(LineError::TooLong(self.limit));
            }
            self.line.extend_from_slice(part);
            let used = part.len() + usize::from(end.is_some());
            self.source.consume(used);
            self.whole = end.is_some();
        }
        Ok(Some(&self.line))
    }

    /// The next line, decoded.
    pub(super) async fn message<T: DeserializeOwned>(&mut self) -> Result<Option<T>, LineError> {
        match self.next().await? {
            Some(line) => Ok(Some(serde_json::from_slice(line)?)),
            None => Ok(None),
        }
    }
}

/// Writes one message and its line's end.
pub(super) async fn write<T: Serialize>(to: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<(), LineError> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    to.flush().await?;
    Ok(())
}

/// Room kept between lines; a long line's room is given back.
const KEEP: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufReader;

    #[tokio::test]
    async fn lines_come_whole_however_they_are_cut() {
        let text = b"one\ntwo\n\nlast without end";
        for size in 1..text.len() {
            let mut lines = LineReader::new(BufReader::with_capacity(size, &text[..]), 3);
            assert_eq!(lines.next().await.unwrap(), Some(&b"one"[..]));
            assert_eq!(lines.next().await.unwrap(), Some(&b"two"[..]));
            assert_eq!(lines.next().await.unwrap(), Some(&b""[..]));
            assert!(matches!(lines.next().await, Err(LineError::TooLong(3))));
        }
    }

    #[tokio::test]
    async fn a_line_without_an_end_is_no_line() {
        let mut lines = LineReader::new(&b"half"[..], 10);
        assert_eq!(lines.next().await.unwrap(), None);
    }
}
