//! Hostile output, judged by an emulator that is not ours (pyte): no value is on the engineer's screen after any character.
//!
//! The streams and the judge stand in `tests/hostile/judge.py`, which is run by hand as well. `render.py` beside it asks the same emulator how many cells of
//! what real programs draw are left as they are.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says why")]

use std::process::Command;

#[test]
fn what_is_not_sensitive_is_drawn_as_the_program_drew_it() {
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/render.py");
    let done = Command::new("/usr/bin/python3")
        .args([judge, env!("CARGO_BIN_EXE_holdpoint"), "99.5"])
        .output()
        .expect("/usr/bin/python3 could not be run; ./install.sh test installs what the tests need");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn no_state_of_the_screen_shows_a_value_however_it_is_drawn_and_split() {
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/judge.py");
    // Debian's Python, whose packages `./install.sh test` brings.
    let done = Command::new("/usr/bin/python3")
        .args([judge, env!("CARGO_BIN_EXE_holdpoint")])
        .output()
        .expect("/usr/bin/python3 could not be run; ./install.sh test installs what the tests need");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
}
