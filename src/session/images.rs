//! Images for the client, between the bytes that stand in the record.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::masking::{Drawn, Sent};
use crate::model::{Digest, Event};

/// What the client gets: the recorded bytes with the images in their places; and what is recorded of each image.
pub(super) fn with_images(bytes: Bytes, images: Vec<Drawn>, mut record: impl FnMut(Event)) -> Bytes {
    if images.is_empty() {
        return bytes;
    }
    let (mut out, mut done) = (Vec::with_capacity(bytes.len()), 0);
    for Drawn { at, what } in images {
        let at = at.clamp(done, bytes.len());
        out.extend_from_slice(bytes.get(done..at).unwrap_or_default());
        done = at;
        let image = match what {
            Sent::Image(image) => image,
            Sent::Delete(sequence) => {
                out.extend_from_slice(&sequence);
                continue;
            }
        };
        record(Event::Image {
            format: image.format.word().to_owned(),
            width: image.size.0,
            height: image.size.1,
            bytes: u64::try_from(image.bytes.len()).unwrap_or(u64::MAX),
            digest: Digest(Sha256::digest(&image.bytes).into()).to_string(),
        });
        out.extend_from_slice(&image.bytes);
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    Bytes::from(out)
}
