//! A second pair of hands for long texts.
//!
//! ```text
//!   text   [ judged here, from what is remembered | judged by a helper, as if nothing were open before it ]
//! ```
//! If nothing is open where the first part ends, what the helper found is what would have been found here: lines are judged one by one, and all
//! that one says about another is in the [`Memory`]. Else it is judged again. So the result never depends on who judged, nor on when.
//!
//! There are few helpers for all sessions, and nobody waits for one that has not begun: under load each session does its own work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use super::frame::Memory;
use super::{Detector, Hit};

/// What a helper found in its part.
#[derive(Debug)]
pub(super) struct Judged {
    /// In offsets of the part.
    pub(super) hits: Vec<Hit>,
    /// What is open behind it.
    pub(super) memory: Memory,
}

/// A part that was given away.
#[derive(Debug)]
pub(super) struct Given {
    begun: Arc<AtomicBool>,
    answer: Receiver<Judged>,
}

impl Given {
    /// What was found in it; `None` if nobody had begun, or gave up.
    pub(super) fn take(self) -> Option<Judged> {
        if self.begun.swap(true, Ordering::AcqRel) { self.answer.recv().ok() } else { None }
    }
}

/// Where a text is divided that is worth it: behind a line end near its middle.
pub(super) fn middle(text: &[u8]) -> Option<usize> {
    if text.len() < WORTHWHILE {
        return None;
    }
    // The helper begins later.
    let near = text.len() / 16 * 9;
    let end = memchr::memrchr(b'\n', text.get(..near)?)? + 1;
    (end >= near / 2).then_some(end)
}

/// Gives whole lines away, if a helper is likely to have time.
pub(super) fn give(detector: &Detector, text: &[u8]) -> Option<Given> {
    let crew = CREW.as_ref()?;
    let (to, answer) = sync_channel(1);
    let begun = Arc::new(AtomicBool::new(false));
    let part = Part { detector: detector.clone(), text: text.to_vec(), begun: Arc::clone(&begun), to };
    crew.try_send(part).ok()?;
    Some(Given { begun, answer })
}

struct Part {
    detector: Detector,
    text: Vec<u8>,
    begun: Arc<AtomicBool>,
    to: SyncSender<Judged>,
}

/// The way to the helpers; none where there is one processor.
static CREW: LazyLock<Option<SyncSender<Part>>> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let helpers = HELPERS.min(processors.saturating_sub(1));
    let (to, parts) = sync_channel(helpers.max(1));
    let parts = Arc::new(Mutex::new(parts));
    let started = (0..helpers).filter(|_| {
        let parts = Arc::clone(&parts);
        thread::Builder::new().name("privacy".to_owned()).spawn(move || help(&parts)).is_ok()
    });
    (started.count() > 0).then_some(to)
});

fn help(parts: &Mutex<Receiver<Part>>) {
    loop {
        let part = match parts.lock() {
            Ok(parts) => parts.recv(),
            Err(_) => return,
        };
        let Ok(Part { detector, text, begun, to }) = part else { return };
        if begun.swap(true, Ordering::AcqRel) {
            continue;
        }
        // A fault shows again, and in the right place, where the part is judged again.
        let judged = catch_unwind(AssertUnwindSafe(|| {
            let mut judged = Judged { hits: Vec::new(), memory: Memory::default() };
            detector.alone(&text, &mut judged.memory, &mut judged.hits);
            judged
        }));
        if let Ok(judged) = judged {
            // Nobody may be waiting any more.
            let _ = to.try_send(judged);
        }
    }
}

/// Less is judged in less time than it takes to wake somebody up.
const WORTHWHILE: usize = 24 * 1024;

/// More bring nothing: the masker of one session is one of the tasks that share the processors.
const HELPERS: usize = 3;

#[cfg(test)]
mod tests {
    use super::super::rules;
    use super::*;
    use crate::privacy::Settings;

    #[test]
    fn it_is_the_same_whoever_judged() {
        let detector = Detector::new(&Settings::default());
        let examples = rules::tests::examples();
        let mut lines: Vec<String> =
            examples.into_iter().flat_map(|(_, own, others)| own.into_iter().chain(others)).collect();
        lines.extend((0..400).map(|n| format!("2026-01-01T00:00:{n:03} GET /item/{n} 200 agent=check")));
        let mut state = 1_u64;
        let (mut shared, mut open) = (0, 0);
        for _ in 0..60 {
            let mut text = Vec::new();
            while text.len() < 2 * WORTHWHILE {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let line = lines[(state >> 33) as usize % lines.len()].replace(['«', '»'], "");
                text.extend_from_slice(line.as_bytes());
                text.push(b'\n');
            }
            let (mut memory, mut hits) = (Memory::default(), Vec::new());
            detector.text(&text, &mut memory, &mut hits);
            let (mut alone, mut own) = (Memory::default(), Vec::new());
            detector.alone(&text, &mut alone, &mut own);
            hits.sort_by_key(|hit| (hit.start, hit.end, hit.kind));
            own.sort_by_key(|hit| (hit.start, hit.end, hit.kind));
            assert!(hits == own && memory == alone, "{}", String::from_utf8_lossy(&text));
            let half = middle(&text).unwrap();
            let mut between = Memory::default();
            detector.alone(&text[..half], &mut between, &mut Vec::new());
            if between == Memory::default() { shared += 1 } else { open += 1 }
        }
        assert!(shared > 0 && open > 0, "{shared} and {open}");
    }

    #[test]
    fn nobody_waits_for_a_helper_that_has_not_begun() {
        let (_to, answer) = sync_channel(1);
        assert!(Given { begun: Arc::default(), answer }.take().is_none());
    }
}
