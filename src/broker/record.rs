//! The ledger as the desk and the console use it: written with the broker's clock, read off the async threads.

use tokio::sync::mpsc;

use super::Clock;
use super::console::Archive;
use super::desk::{Chain, ChainFault, Promise};
use super::told::Told;
use crate::ledger::{Error, Ledger, Reader};
use crate::model::{
    AuditEvent, AuditRecord, EventRecord, RecordingRow, Refusal, Refused, SessionId, SessionMeta, VerifyReport,
};
use crate::policy::permit::Viewing;

/// The open ledger with the clock that stamps its records. A clone is another handle.
#[derive(Debug, Clone)]
pub struct Record {
    ledger: Ledger,
    clock: Clock,
}

impl Record {
    /// Over an open ledger.
    #[must_use]
    pub const fn new(ledger: Ledger, clock: Clock) -> Self {
        Self { ledger, clock }
    }

    /// What the bastion-wide chain tells, for [`super::Desk::start`] and the broker; and keeps it, so that the next call reads only what came since.
    ///
    /// # Errors
    /// When the chain cannot be read or was altered: then nothing may be approved, because what was asked and granted is not known.
    pub async fn told(&self) -> Result<Told, Refused> {
        let seen = self.clock.now().mono;
        let (told, kept) = self.read(move |reader| Told::read(&reader, seen)).await?;
        if let Some(kept) = kept {
            self.ledger.keep(kept).await?;
        }
        Ok(told)
    }

    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(Reader) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refused> {
        let reader = self.ledger.reader();
        let read = tokio::task::spawn_blocking(move || f(reader)).await;
        let failed = |why: String| Refused { kind: Refusal::Failed, why };
        read.map_err(|_| failed("the ledger's reader broke off: try again".to_owned()))?.map_err(Refused::from)
    }
}

impl Chain for Record {
    fn audit(&self, event: AuditEvent) -> Promise<'_, Result<AuditRecord, ChainFault>> {
        Box::pin(
            async move { self.ledger.audit(event, self.clock.now().wall).await.map_err(|e| ChainFault(e.to_string())) },
        )
    }
}

impl Archive for Record {
    fn recordings(&self) -> Promise<'_, Result<Vec<RecordingRow>, Refused>> {
        Box::pin(self.read(|reader| reader.recordings(MOST_RECORDINGS)))
    }

    fn meta(&self, session: SessionId) -> Promise<'_, Result<SessionMeta, Refused>> {
        Box::pin(async move { Ok(self.read(move |reader| reader.recording(session)).await?.meta) })
    }

    fn replay(&self, viewing: Viewing, to: mpsc::Sender<EventRecord>) -> Promise<'_, Result<(), Refused>> {
        Box::pin(self.read(move |reader| {
            for event in reader.events(&viewing)? {
                if to.blocking_send(event?).is_err() {
                    break;
                }
            }
            Ok(())
        }))
    }

    fn verify(&self, session: Option<SessionId>) -> Promise<'_, Result<VerifyReport, Refused>> {
        Box::pin(self.read(move |reader| reader.verify(session)))
    }

    fn records(&self, from: u64, limit: u32) -> Promise<'_, Result<Vec<AuditRecord>, Refused>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Box::pin(self.read(move |reader| reader.audit(from, limit)))
    }
}

impl From<Error> for Refused {
    fn from(e: Error) -> Self {
        let kind = match e {
            Error::NoSuchSession(_) | Error::Ambiguous { .. } => Refusal::NoSuchThing,
            Error::NotPermitted { .. } => Refusal::NotPermitted,
            Error::Held { .. } | Error::Failed { .. } | Error::Damaged(_) | Error::Refused(_) => Refusal::Failed,
        };
        Self { kind, why: e.to_string() }
    }
}

/// Recordings in one list: what fits into a line of the control protocol.
const MOST_RECORDINGS: usize = 2000;
