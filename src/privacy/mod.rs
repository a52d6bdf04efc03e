//! Find and mask personal data in a byte stream.
