//! One section each: a table of the file → its part of the configuration.
