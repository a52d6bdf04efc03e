//! The client of Redis.

use crate::command::walk::Walk;

/// Judges a line; answers whether the program would act on it now.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    walk.shell(text.trim_start_matches([':', '!']), text.len() - text.trim_start_matches([':', '!']).len());
    true
}
