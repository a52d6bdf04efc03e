//! Frames: events in chunks that compress well, and pictures of the screen between them.
//!
//! A frame's payload (all numbers big-endian):
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | `seq` of the first event |
//! | 8 | 4 | number of events, at least 1 |
//! | 12 | 8 | time of the first event, microseconds since 1970 |
//! | 20 | 8 | time of the last event |
//! | 28 | 4 | length of the body before compression |
//! | 32 | … | body: as it is (kind 2), or one zstd frame (kind 3, RFC 8878) |
//!
//! The body is the events one after the other, each: a tag (1), the time since the event before in microseconds (8, signed, because a
//! wall clock can be set back), the length of what follows (4), and that.
//!
//! | tag | what follows |
//! |---|---|
//! | 0 | JSON of the [`Event`] |
//! | 1 | bytes of standard output, raw |
//! | 2 | bytes of standard error, raw |
//!
//! A keyframe's payload: `seq` of the first event that is not in the picture (8), time (8), columns (2), rows (2), length of the
//! state before compression (4), the state as one zstd frame.

use bytes::Bytes;
use zstd::bulk::{Compressor, Decompressor};

use super::record::{Chain, Draft, Fields, Kind};
use super::{Error, Keyframe};
use crate::model::{Event, EventRecord, Seq, Size, Stream, Wall};

/// Collects the events of one frame.
#[derive(Debug, Default)]
pub(super) struct Builder {
    body: Vec<u8>,
    count: u32,
    first: Seq,
    first_at: Wall,
    last_at: Wall,
    effort: Effort,
}

impl Builder {
    /// Adds an event. The caller sees to it that `seq` has no holes.
    pub(super) fn push(&mut self, record: &EventRecord) -> Result<(), Error> {
        let json;
        let (tag, bytes) = if let Event::Output { stream, bytes } = &record.event {
            (tag(*stream), &bytes[..])
        } else {
            json = serde_json::to_vec(&record.event).map_err(|e| Error::Refused(e.to_string()))?;
            (TAG_JSON, &json[..])
        };
        let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= super::MAX_EVENT);
        let length = length.ok_or_else(|| Error::Refused("an event has at most 4 MiB".to_owned()))?;
        if self.count == 0 {
            (self.first, self.first_at, self.last_at) = (record.seq, record.at, record.at);
        }
        let since = record.at.0.wrapping_sub(self.last_at.0);
        self.body.push(tag);
        self.body.extend_from_slice(&since.to_be_bytes());
        self.body.extend_from_slice(&length.to_be_bytes());
        self.body.extend_from_slice(bytes);
        self.last_at = record.at;
        self.count += 1;
        Ok(())
    }

    /// Bytes of the body so far.
    pub(super) fn len(&self) -> usize {
        self.body.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The place of the last event.
    pub(super) fn last_seq(&self) -> Seq {
        self.first.saturating_add(u64::from(self.count).saturating_sub(1))
    }

    /// Makes the record and begins the next frame.
    pub(super) fn close(&mut self, squeeze: &mut Squeeze, chain: &mut Chain) -> Result<Vec<u8>, Error> {
        let long = self.body.len() >= SHORT;
        let tries = long && self.effort.worth_trying();
        let squeezed = if tries { Some(squeeze.squeeze(&self.body)?) } else { None };
        let gained = squeezed.filter(|s| s.len() < self.body.len() - self.body.len() / 16);
        if long {
            self.effort.learn(gained.is_some());
        }
        let (kind, body) = gained.map_or((Kind::Plain, &self.body[..]), |s| (Kind::Zstd, s));
        let raw = u32::try_from(self.body.len()).unwrap_or(u32::MAX);
        let mut draft = Draft::with_capacity(HEADER + body.len());
        draft
            .put(&self.first.to_be_bytes())
            .put(&self.count.to_be_bytes())
            .put(&self.first_at.0.to_be_bytes())
            .put(&self.last_at.0.to_be_bytes())
            .put(&raw.to_be_bytes())
            .put(body);
        let record = draft.close(kind, chain);
        self.count = 0;
        // Bulk output reuses its buffer; a quiet session, and one after a single long event, keeps none.
        if (SMALL..KEPT).contains(&self.body.len()) {
            self.body.clear();
        } else {
            self.body = Vec::new();
        }
        record
    }
}

/// Whether compressing is worth the time. After a frame that did not shrink the next ones are stored as they are, twice as many
/// after each failure, then one is tried again: random data costs one attempt in 17.
#[derive(Debug, Default)]
struct Effort {
    skip: u8,
    failures: u8,
}

impl Effort {
    const fn worth_trying(&self) -> bool {
        self.skip == 0
    }

    const fn learn(&mut self, gained: bool) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if gained {
            self.failures = 0;
        } else {
            self.skip = 1 << self.failures;
            if self.failures < 4 {
                self.failures += 1;
            }
        }
    }
}

/// The writer's compressor, with its buffer.
pub(super) struct Squeeze {
    thorough: Compressor<'static>,
    quick: Compressor<'static>,
    out: Vec<u8>,
}

impl Squeeze {
    pub(super) fn new() -> Result<Self, Error> {
        let level = |level| Compressor::new(level).map_err(|e| super::failed("written", &e));
        // Higher levels than 1 gain little on terminal output. A frame that fills up at once is part of a bulk transfer, which
        // the processor limits: level -5 is 1.6 times as fast on logs (957 instead of 591 MB/s) and leaves 0.30 of them
        // instead of 0.17.
        Ok(Self { thorough: level(1)?, quick: level(-5)?, out: Vec::new() })
    }

    fn squeeze(&mut self, body: &[u8]) -> Result<&[u8], Error> {
        self.out.clear();
        self.out.reserve(zstd::zstd_safe::compress_bound(body.len()));
        let zstd = if body.len() >= BULK { &mut self.quick } else { &mut self.thorough };
        zstd.compress_to_buffer(body, &mut self.out).map_err(|e| super::failed("written", &e))?;
        Ok(&self.out)
    }

    /// Makes the record of a keyframe.
    pub(super) fn keyframe(&mut self, keyframe: &Keyframe, chain: &mut Chain) -> Result<Vec<u8>, Error> {
        let raw = u32::try_from(keyframe.state.len()).ok().filter(|_| keyframe.state.len() <= super::MAX_EVENT);
        let raw = raw.ok_or_else(|| Error::Refused("a keyframe has at most 4 MiB".to_owned()))?;
        let body = self.squeeze(&keyframe.state)?;
        let mut draft = Draft::with_capacity(24 + body.len());
        draft
            .put(&keyframe.next.to_be_bytes())
            .put(&keyframe.at.0.to_be_bytes())
            .put(&keyframe.size.cols().to_be_bytes())
            .put(&keyframe.size.rows().to_be_bytes())
            .put(&raw.to_be_bytes())
            .put(body);
        self.out.shrink_to(KEPT);
        draft.close(Kind::Keyframe, chain)
    }
}

impl std::fmt::Debug for Squeeze {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Squeeze").finish_non_exhaustive()
    }
}

/// The events of a frame. Trusts nothing: the chain shows that the bytes are those that were written, not that they were written well.
pub(super) fn events(kind: Kind, payload: &[u8]) -> Result<Vec<EventRecord>, &'static str> {
    let mut fields = Fields(payload);
    let header = (|| Some((fields.u64()?, fields.u32()?, fields.u64()?, fields.u64()?, fields.u32()?)))();
    let (first, count, first_at, last_at, raw) = header.ok_or("its frame is shorter than a frame's header")?;
    let body = if kind == Kind::Zstd { unsqueeze(fields.0, raw)? } else { Bytes::copy_from_slice(fields.0) };
    if u32::try_from(body.len()) != Ok(raw) {
        return Err("its frame's length is not what the frame's header says");
    }
    let mut rest = Fields(&body);
    let mut at = first_at;
    // A hostile count must not reserve memory: every event takes at least 13 bytes.
    let mut events = Vec::with_capacity((count as usize).min(body.len() / 13));
    for i in 0..u64::from(count) {
        let (tag, since, bytes) = one(&mut rest).ok_or("an event in its frame is cut short")?;
        at = at.wrapping_add(since);
        let event = match tag {
            TAG_JSON => serde_json::from_slice(bytes).map_err(|_| "an event in its frame cannot be read")?,
            TAG_STDOUT => Event::Output { stream: Stream::Stdout, bytes: body.slice_ref(bytes) },
            TAG_STDERR => Event::Output { stream: Stream::Stderr, bytes: body.slice_ref(bytes) },
            _ => return Err("an event in its frame has an unknown tag"),
        };
        events.push(EventRecord { seq: first.wrapping_add(i), at: Wall(at), event });
    }
    (rest.0.is_empty() && at == last_at && count > 0)
        .then_some(events)
        .ok_or("its frame does not hold what the frame's header says")
}

/// The first event's place in a frame, without opening the body.
pub(super) fn first_seq(payload: &[u8]) -> Option<Seq> {
    Fields(payload).u64()
}

/// The last event's place and time in a frame whose chain holds, without opening the body.
pub(super) fn last(payload: &[u8]) -> Option<(Seq, Wall)> {
    let mut fields = Fields(payload);
    let (first, count, _, last_at) = (fields.u64()?, fields.u32()?, fields.u64()?, fields.u64()?);
    Some((first.checked_add(u64::from(count))?.checked_sub(1)?, Wall(last_at)))
}

/// Reads a keyframe's payload.
pub(super) fn keyframe(payload: &[u8]) -> Result<Keyframe, &'static str> {
    let mut fields = Fields(payload);
    let header = (|| Some((fields.u64()?, fields.u64()?, fields.u16()?, fields.u16()?, fields.u32()?)))();
    let (next, at, cols, rows, raw) = header.ok_or("its keyframe is cut short")?;
    let state = unsqueeze(fields.0, raw)?;
    if u32::try_from(state.len()) != Ok(raw) {
        return Err("its keyframe's length is not what its header says");
    }
    Ok(Keyframe { next, at: Wall(at), size: Size::from((cols, rows)), state })
}

const fn tag(stream: Stream) -> u8 {
    match stream {
        Stream::Stdout => TAG_STDOUT,
        Stream::Stderr => TAG_STDERR,
    }
}

fn one<'a>(rest: &mut Fields<'a>) -> Option<(u8, u64, &'a [u8])> {
    let (tag, since, length) = (rest.u8()?, rest.u64()?, rest.u32()?);
    Some((tag, since, rest.take(usize::try_from(length).ok()?)?))
}

fn unsqueeze(squeezed: &[u8], raw: u32) -> Result<Bytes, &'static str> {
    let raw = usize::try_from(raw).ok().filter(|&n| n <= MAX_BODY).ok_or("it claims more than a frame can hold")?;
    let unreadable = |_| "its compressed body cannot be read";
    Decompressor::new().and_then(|mut zstd| zstd.decompress(squeezed, raw)).map(Bytes::from).map_err(unreadable)
}

const TAG_JSON: u8 = 0;
const TAG_STDOUT: u8 = 1;
const TAG_STDERR: u8 = 2;
/// Length of a frame's header.
const HEADER: usize = 32;
/// The longest body: one event of the greatest length behind a frame that was not yet full.
const MAX_BODY: usize = super::MAX_EVENT + (1 << 20);
/// A frame below this length comes from a quiet session.
const SMALL: usize = 16 << 10;
/// Bytes from which a frame is compressed quickly instead of well; a terminal that people look at does not fill one a second.
const BULK: usize = 48 << 10;

/// A body below this length is stored as it is: a line waits for it, the compressor's tables alone are 64 KiB, and about one KiB would be
/// gained. With its header it still stands in the journal ([`super::day`]).
const SHORT: usize = 1536;

/// Buffers keep at most so much room between frames.
const KEPT: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::record;

    fn output(seq: Seq, at: u64, bytes: Vec<u8>) -> EventRecord {
        EventRecord { seq, at: Wall(at), event: Event::Output { stream: Stream::Stdout, bytes: bytes.into() } }
    }

    fn round_trip(events: &[EventRecord]) -> (Kind, Vec<EventRecord>) {
        let mut builder = Builder::default();
        events.iter().for_each(|e| builder.push(e).unwrap());
        let stored = builder.close(&mut Squeeze::new().unwrap(), &mut Chain::of_audit()).unwrap();
        assert!(builder.is_empty());
        let (kind, payload) = record::open(&stored, &mut Chain::of_audit()).unwrap();
        (kind, super::events(kind, payload).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn events_survive_a_frame(chunks in prop::collection::vec((any::<u64>(), prop::collection::vec(any::<u8>(), 0..200)), 1..20)) {
            let written: Vec<_> = (7..).zip(chunks).map(|(seq, (at, bytes))| output(seq, at, bytes)).collect();
            prop_assert_eq!(round_trip(&written).1, written);
        }

        #[test]
        fn nonsense_is_an_error_and_no_panic(payload in prop::collection::vec(any::<u8>(), 0..300)) {
            for kind in [Kind::Plain, Kind::Zstd] {
                let _ = events(kind, &payload);
            }
            let _ = keyframe(&payload);
        }
    }

    #[test]
    fn what_does_not_compress_is_stored_as_it_is() {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..30_000).map(|_| random()).collect();
        assert_eq!(round_trip(&[output(0, 1, noise)]).0, Kind::Plain);
        assert_eq!(round_trip(&[output(0, 1, vec![0; 30_000])]).0, Kind::Zstd);
        assert_eq!(round_trip(&[output(0, 1, vec![0; 1000])]).0, Kind::Plain, "it waits for nobody");
    }

    #[test]
    fn a_picture_survives() {
        let picture =
            Keyframe { next: 9, at: Wall(5), size: Size::new(100, 30), state: Bytes::from_static(b"\x1b[2Jhi") };
        let stored = Squeeze::new().unwrap().keyframe(&picture, &mut Chain::of_audit()).unwrap();
        let (kind, payload) = record::open(&stored, &mut Chain::of_audit()).unwrap();
        assert_eq!((kind, keyframe(payload)), (Kind::Keyframe, Ok(picture)));
    }
}
