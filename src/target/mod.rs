//! Where a session goes: local pty (`portable-pty`), remote ssh (`russh` client).
