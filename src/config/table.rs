//! A table of the file under examination: every question that is answered badly leaves a fault.
