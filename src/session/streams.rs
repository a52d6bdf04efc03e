//! The output of a command without a terminal: two byte streams, masked once for client and record.

use std::time::Duration;

use bytes::Bytes;

use crate::model::{Finding, Mono, Stream};
use crate::privacy::{self, BulkMasker, HOLD};

/// Both streams.
#[derive(Debug)]
pub(super) struct Streams {
    stdout: Masked,
    stderr: Masked,
}

/// One of them.
#[derive(Debug)]
struct Masked {
    /// `None` where nothing is to be masked: bytes pass.
    masker: Option<Box<BulkMasker>>,
    deadline: Option<Mono>,
}

impl Streams {
    pub(super) fn new(settings: &privacy::Settings) -> Self {
        Self { stdout: Masked::new(settings), stderr: Masked::new(settings) }
    }

    /// What may go of what the target sent; the pieces are those of the input wherever nothing was found.
    pub(super) fn feed(&mut self, stream: Stream, bytes: Bytes, now: Mono) -> Vec<Bytes> {
        self.of(stream).feed(bytes, now)
    }

    /// What of a stream has waited long enough.
    pub(super) fn expire(&mut self, stream: Stream, now: Mono) -> Vec<Bytes> {
        let masked = self.of(stream);
        let mut out = Vec::new();
        if masked.deadline.is_some_and(|at| at <= now) {
            masked.deadline = None;
            if let Some(masker) = &mut masked.masker {
                masker.let_go(&mut out);
            }
        }
        out
    }

    /// The rest of a stream that has ended.
    pub(super) fn finish(&mut self, stream: Stream) -> Vec<Bytes> {
        let masked = self.of(stream);
        masked.deadline = None;
        let mut out = Vec::new();
        if let Some(masker) = &mut masked.masker {
            masker.finish(&mut out);
        }
        out
    }

    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        let maskers = [&mut self.stdout, &mut self.stderr].into_iter().filter_map(|masked| masked.masker.as_mut());
        maskers.flat_map(|masker| masker.take_findings()).collect()
    }

    pub(super) fn wake_at(&self) -> Option<Mono> {
        [self.stdout.deadline, self.stderr.deadline].into_iter().flatten().min()
    }

    const fn of(&mut self, stream: Stream) -> &mut Masked {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }
}

impl Masked {
    fn new(settings: &privacy::Settings) -> Self {
        let masks = settings.kinds != privacy::Kinds::NONE;
        Self { masker: masks.then(|| Box::new(BulkMasker::new(settings))), deadline: None }
    }

    fn feed(&mut self, bytes: Bytes, now: Mono) -> Vec<Bytes> {
        let Some(masker) = &mut self.masker else { return vec![bytes] };
        let mut out = Vec::new();
        masker.feed(bytes, &mut out);
        if out.len() > 1 {
            // Each piece is a record and a packet of its own: to copy them together costs less.
            out = vec![out.concat().into()];
        }
        self.deadline = masker.waits().map(|hides| now.after(if hides { PATIENCE } else { HOLD }));
        out
    }
}

/// How long a tail waits that would be hidden. What is hidden and proves harmless cannot be taken back from a stream, so it waits longer
/// than a network pauses; but not for ever: something may answer what comes out.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(pieces: &[&[u8]], wait: Duration) -> Vec<u8> {
        let mut streams = Streams::new(&privacy::Settings::default());
        let (mut out, mut now) = (Vec::new(), Mono(0));
        for piece in pieces {
            out.extend(streams.feed(Stream::Stdout, Bytes::copy_from_slice(piece), now).concat());
            now = now.after(wait);
            out.extend(streams.expire(Stream::Stdout, now).concat());
        }
        out.extend(streams.finish(Stream::Stdout).concat());
        out
    }

    #[test]
    fn a_value_is_hidden_with_its_length_kept() {
        let text = "an müller.a@example.com, ok\n".as_bytes();
        let out = fed(&[text], HOLD);
        assert_eq!(out.len(), text.len());
        assert!(!String::from_utf8_lossy(&out).contains("example"), "{}", String::from_utf8_lossy(&out));
    }

    #[test]
    fn what_is_harmless_is_not_changed_by_pauses_within_it() {
        for text in [b"rate 4111 1111 per 1111 s\n".as_slice(), b"\x1f\x8b\x08\x00bob@example.com\x00\x00tail"] {
            for cut in 0..text.len() {
                let (head, tail) = text.split_at(cut);
                assert_eq!(fed(&[head, tail], HOLD), text, "cut at {cut}");
            }
        }
    }

    #[test]
    fn a_tail_that_is_no_value_yet_goes_after_a_moment() {
        let mut streams = Streams::new(&privacy::Settings::default());
        let shown = streams.feed(Stream::Stdout, Bytes::from_static(b"card number? 41"), Mono(0)).concat();
        let due = streams.wake_at().unwrap();
        assert!(due <= Mono(0).after(HOLD));
        let late = streams.expire(Stream::Stdout, due).concat();
        assert_eq!([shown, late].concat(), b"card number? 41");
    }
}
