//! Text → checked configuration, all faults at once with file and line.
