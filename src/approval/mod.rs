//! Requests, votes, quorum, deadlines, grants and their scopes.
