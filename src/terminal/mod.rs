//! Screen model, key stream, the line being typed, the overlay bar.
