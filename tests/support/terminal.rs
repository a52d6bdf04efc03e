//! A terminal with an eye: a program in a real pty, and a screen model of the test's own that reads what it draws.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{PATIENCE, now};

/// How far a slow reader may catch up after the machine kept it waiting.
const SLACK: Duration = Duration::from_millis(20);

/// The keys that tests press.
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const ENTER: &str = "\r";

/// A program in a terminal. Dropping it hangs up.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Keys,
    eye: Arc<Eye>,
}

/// The terminal's own end of the keyboard: the test presses keys, the eye answers queries.
type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

/// What has been drawn so far, and the bell that rings when more is.
struct Eye {
    seen: Mutex<Seen>,
    more: Condvar,
}

struct Seen {
    screen: vt100::Parser,
    bytes: u64,
    /// The last of them.
    last: Vec<u8>,
    ended: bool,
    /// How many bytes a second are read at most.
    rate: Option<u32>,
}

impl Terminal {
    /// Starts `words` in a terminal of 80 × 24.
    #[track_caller]
    pub(crate) fn start(words: &[String]) -> Self {
        let pair = native_pty_system().openpty(size(80, 24)).expect("a pty");
        let mut command = CommandBuilder::new(&words[0]);
        command.args(&words[1..]);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let (reader, keys) =
            (pair.master.try_clone_reader().expect("a reader"), pair.master.take_writer().expect("keys"));
        let seen = Seen { screen: parser(80, 24), bytes: 0, last: Vec::new(), ended: false, rate: None };
        let keys = Arc::new(Mutex::new(keys));
        let eye = Arc::new(Eye { seen: Mutex::new(seen), more: Condvar::new() });
        std::thread::spawn({
            let (eye, keys) = (Arc::clone(&eye), Arc::clone(&keys));
            move || watch(reader, &eye, &keys)
        });
        Self { child, master: pair.master, keys, eye }
    }

    /// Presses keys.
    #[track_caller]
    pub(crate) fn press(&mut self, keys: &str) {
        type_in(&self.keys, keys).expect("the terminal takes keys");
    }

    /// Types a line and presses Enter.
    #[track_caller]
    pub(crate) fn line(&mut self, text: &str) {
        self.press(&format!("{text}{ENTER}"));
    }

    /// Waits until the screen is as wanted; shows it if that never happens.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            let text = seen.screen.screen().contents();
            if wanted(&text) {
                return text;
            }
            let left = deadline.saturating_duration_since(now());
            assert!(
                !seen.ended && !left.is_zero(),
                "waited in vain until {what}; the screen:\n{text}\n(ended: {})",
                seen.ended
            );
            seen = self.eye.more.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What the screen shows now.
    #[allow(dead_code, reason = "each test crate uses its part")]
    pub(crate) fn contents(&self) -> String {
        self.seen().screen.screen().contents()
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub(crate) fn wait_text(&self, text: &str) -> String {
        self.wait_until(&format!("the screen shows '{text}'"), |screen| screen.contains(text))
    }

    /// Waits until nothing more has come for so long.
    #[allow(dead_code, reason = "each test crate uses its part")]
    pub(crate) fn settle(&self, quiet: Duration) {
        let mut seen = self.seen();
        loop {
            let before = seen.bytes;
            seen = self.eye.more.wait_timeout(seen, quiet).unwrap_or_else(PoisonError::into_inner).0;
            if seen.bytes == before {
                return;
            }
        }
    }

    /// From now on reads at most that many bytes a second: a slow line.
    pub(crate) fn read_slowly(&self, bytes_per_second: u32) {
        self.seen().rate = Some(bytes_per_second);
    }

    /// How many bytes the program has drawn.
    pub(crate) fn bytes(&self) -> u64 {
        self.seen().bytes
    }

    /// The last bytes that came, as they came.
    #[allow(dead_code, reason = "each test crate uses its part")]
    pub(crate) fn last_bytes(&self) -> Vec<u8> {
        self.seen().last.clone()
    }

    /// Makes the terminal another size.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.master.resize(size(cols, rows)).expect("a new size");
        let (cols, rows) = (cols.try_into().expect("not 0"), rows.try_into().expect("not 0"));
        self.seen().screen.screen_mut().set_size(rows, cols);
    }

    /// Waits until the program ends; its exit code.
    #[track_caller]
    pub(crate) fn wait_end(&mut self) -> u32 {
        let child = &mut self.child;
        super::wait_for("the program in the terminal ends", || child.try_wait().expect("a child")).exit_code()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.eye.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn type_in(keys: &Keys, text: &str) -> std::io::Result<()> {
    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
    keys.write_all(text.as_bytes()).and_then(|()| keys.flush())
}

fn watch(mut reader: Box<dyn Read + Send>, eye: &Eye, keys: &Keys) {
    let mut chunk = [0; 8192];
    let mut due = now();
    loop {
        // The end of a pty is an error on Linux.
        let count = reader.read(&mut chunk).unwrap_or(0);
        let mut seen = eye.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.screen.process(&chunk[..count]);
        if chunk[..count].windows(4).any(|window| window == b"\x1b[6n") {
            // Where is the cursor? As every terminal does.
            let (row, column) = seen.screen.screen().cursor_position();
            let _ = type_in(keys, &format!("\x1b[{};{}R", row + 1, column + 1));
        }
        seen.bytes += count as u64;
        seen.last.extend_from_slice(&chunk[..count]);
        let too_many = seen.last.len().saturating_sub(LAST);
        seen.last.drain(..too_many);
        seen.ended = count == 0;
        eye.more.notify_all();
        if count == 0 {
            return;
        }
        let pace = seen.rate.map(|rate| Duration::from_secs_f64(count as f64 / f64::from(rate)));
        drop(seen);
        if let Some(pace) = pace {
            // By the clock, not by the nap: a busy machine sleeps longer than asked.
            due = due.max(now() - SLACK) + pace;
            std::thread::sleep(due.saturating_duration_since(now()));
        }
    }
}

/// A terminal of that size, with cells of 10 × 20 pixels.
fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: cols * 10, pixel_height: rows * 20 }
}

/// Bytes that are kept as they came.
const LAST: usize = 16 << 10;

#[allow(clippy::disallowed_methods, reason = "the eye of the test must not be the model under test")]
fn parser(cols: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(rows.try_into().expect("not 0"), cols.try_into().expect("not 0"), 0)
}
