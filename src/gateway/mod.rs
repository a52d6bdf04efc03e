//! The SSH server: who are you, what may you reach, open channels (`russh`).
