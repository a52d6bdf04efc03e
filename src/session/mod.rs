//! THE ENGINE: bytes and time in; bytes, events and asks out.
