//! Masks terminal output between the target and the client.

use crate::model::{Finding, Mono};

use super::Settings;

/// Masks one terminal's output. Bytes and time in, bytes out; output is appended to the caller's buffer.
#[derive(Debug)]
pub struct StreamMasker {
    settings: Settings,
}

impl StreamMasker {
    /// A masker at the start of a session.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Takes what the target wrote and appends what may be shown now.
    pub fn feed(&mut self, bytes: &[u8], _now: Mono, out: &mut Vec<u8>) {
        out.extend_from_slice(bytes);
    }

    /// Says that the client typed `keys`: their echo is never held back.
    pub fn typed(&mut self, _keys: &[u8], _now: Mono) {}

    /// When [`expire`](Self::expire) is due; `None`: nothing is held back.
    #[must_use]
    pub fn wake_at(&self) -> Option<Mono> {
        None
    }

    /// Decides what has been held back for too long. Does nothing before [`wake_at`](Self::wake_at).
    pub fn expire(&mut self, _now: Mono, _out: &mut Vec<u8>) {}

    /// The output has ended: decides what is held back.
    pub fn finish(&mut self, _out: &mut Vec<u8>) {}

    /// What was found since the last call, one entry a kind, none with a count of zero.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        let _ = self.settings;
        Vec::new()
    }
}
