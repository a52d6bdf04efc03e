//! Dashboard, player, target picker: state + key → state, state → cells (`ratatui`, `crossterm`).
