//! The one loop: bytes and news in, frames out. The only file of this room that does I/O.
//!
//! **Law of the loop.** A frame is drawn only when every byte of the frame before it has been taken by the other side, so frames are
//! never queued; while a slow client takes its time, keys and news still change the state, and the next frame shows the
//! newest state. Nothing is awaited but the `select!` itself: a client that stops reading stops nobody else.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ratatui::Terminal;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};

use super::Options;
use super::app::{App, Effect, Message};
use super::backend::Canvas;
use super::dashboard::Dashboard;
use super::input::{ESC_WAIT_MS, Input, Key, Parser};
use super::picker::{Picker, TargetRow};
use super::player::{Player, Standing, Start};
use super::redial::Redial;
use super::theme::{Clipboard, Look, MouseUse};
use crate::api::wire::{Numbered, Push};
use crate::model::{Mono, Now, Size};
use crate::replay::Timeline;

/// The terminal of one person, wherever it is: raw bytes in both directions, its size, and a clock.
pub struct Io<R, W> {
    /// Keys. The terminal is in raw mode already.
    pub input: R,
    /// Frames.
    pub output: W,
    /// The size, now and after each change.
    pub size: watch::Receiver<Size>,
    /// Both clocks.
    pub clock: Box<dyn Fn() -> Now + Send>,
    /// What `^z` does, where there is a shell to go back to: it stops the process, and returns when that goes on. The terminal has been
    /// restored before, and is taken over again after.
    pub suspend: Option<Box<dyn FnMut() + Send>>,
}

impl<R, W> fmt::Debug for Io<R, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io").field("size", &*self.size.borrow()).finish_non_exhaustive()
    }
}

/// The control protocol of a person who has proved who they are.
#[derive(Debug)]
pub struct Link {
    /// Calls to the server. Bounded; a full queue refuses the call, and the screen says so.
    pub calls: mpsc::Sender<Numbered>,
    /// What the server says. Bounded; closed means that the link is gone.
    pub pushes: mpsc::Receiver<Push>,
}

/// Why the loop ended without an outcome. The terminal has been restored (where it could still be written to).
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The input ended: the person's terminal is gone.
    #[error("the terminal is gone")]
    HungUp,
    /// The terminal could not be read or written.
    #[error("the terminal failed: {0}; start again in a working terminal")]
    Terminal(#[from] std::io::Error),
    /// A fault of ours. The session and the approvals of others are not touched by it.
    #[error("this screen met a fault of its own and closed ({0}); decisions already sent stand; please report it")]
    Fault(String),
}

/// Shows the approver's dashboard until the person quits. A link that is lost is made anew by `redial`.
///
/// # Errors
/// [`RunError`], see there.
pub async fn dashboard<R, W>(io: Io<R, W>, link: Link, redial: Redial, options: Options) -> Result<(), RunError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let look = options.look;
    run(Dashboard::new(options), io, Some(link), redial, look).await
}

/// Lets the person choose a target. Gives the index into `rows`, or `None` if they left without one. The caller authorizes the choice
/// anew: time has passed since the rows were made.
///
/// # Errors
/// [`RunError`], see there.
pub async fn picker<R, W>(io: Io<R, W>, rows: Vec<TargetRow>, options: Options) -> Result<Option<usize>, RunError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let look = options.look;
    run(Picker::new(rows, options), io, None, Redial::default(), look).await
}

/// Runs a screen until it quits. Enters the alternate screen, and restores the terminal on every way out: quit, error, and
/// a panic of the screen.
///
/// # Errors
/// [`RunError`], see there.
pub async fn run<A, R, W>(
    app: A,
    io: Io<R, W>,
    link: Option<Link>,
    mut redial: Redial,
    look: Look,
) -> Result<A::Outcome, RunError>
where
    A: App,
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let Io { mut input, mut output, mut size, clock, mut suspend } = io;
    let at_first = *size.borrow_and_update();
    let mut desk = Desk::new(app, link, look, at_first, clock)?;
    let mut news = desk.link.as_mut().map(|link| std::mem::replace(&mut link.pushes, mpsc::channel(1).1));
    let mut chunk = [0u8; 4096];
    let mut resizable = true;
    desk.pending = enter(look);
    desk.tell(Message::Begin(at_first));
    let end = loop {
        if let Some(end) = desk.end.take() {
            break end;
        }
        desk.suspend_if_asked(&mut suspend);
        desk.draw_if_due();
        let pause = desk.pause();
        tokio::select! {
            got = input.read(&mut chunk) => match got {
                Ok(0) => break Err(RunError::HungUp),
                Ok(n) => desk.keys(chunk.get(..n).unwrap_or_default()),
                Err(error) => break Err(error.into()),
            },
            push = next_push(&mut news) => match push {
                Some(push) => desk.tell(Message::Push(Box::new(push))),
                None => {
                    news = None;
                    desk.link = None;
                    desk.tell(Message::LinkLost);
                }
            },
            link = redial.next(tokio::time::sleep), if desk.link.is_none() => match link {
                Ok(Link { calls, pushes }) => {
                    news = Some(pushes);
                    desk.link = Some(Link { calls, pushes: mpsc::channel(1).1 });
                    desk.tell(Message::LinkUp);
                }
                Err(why) => desk.tell(Message::LinkFailed(why)),
            },
            took = write_some(&mut output, &desk.pending), if desk.writes() => match took {
                Ok(took) => desk.took(took),
                Err(error) => break Err(error.into()),
            },
            changed = size.changed(), if resizable => {
                resizable = changed.is_ok();
                desk.resized(*size.borrow_and_update());
            }
            () = sleep(pause) => desk.tick(),
        }
    };
    // A client that reads no more must not keep us here.
    let _ = tokio::time::timeout(FAREWELL, async {
        output.write_all(&desk.pending).await?;
        output.write_all(&leave(look)).await?;
        output.flush().await
    })
    .await;
    end
}

/// Plays a recording until the person quits.
///
/// # Errors
/// [`RunError`], see there.
pub async fn player<R, W>(
    io: Io<R, W>,
    timeline: Timeline,
    standing: Standing,
    start: Start,
    options: Options,
) -> Result<(), RunError>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let look = options.look;
    run(Player::new(timeline, standing, start, options), io, None, Redial::default(), look).await
}

/// The state of the loop, without its sockets.
struct Desk<A: App> {
    app: A,
    link: Option<Link>,
    look: Look,
    clock: Box<dyn Fn() -> Now + Send>,
    parser: Parser,
    terminal: Terminal<Canvas>,
    /// Bytes on their way to the terminal; non-empty means that the last frame has not been taken yet.
    pending: Vec<u8>,
    /// The last bytes were written but may still sit in a buffer of the writer.
    unflushed: bool,
    /// The state may differ from what was drawn last.
    dirty: bool,
    /// When the next frame may be drawn.
    next_frame: Mono,
    /// When a lone ESC counts as a key.
    escape_at: Option<Mono>,
    suspension: Suspension,
    /// Sequences that go out with the next frame.
    bell: bool,
    copy: Option<String>,
    end: Option<Result<A::Outcome, RunError>>,
}

impl<A: App> Desk<A> {
    fn new(
        app: A,
        link: Option<Link>,
        look: Look,
        size: Size,
        clock: Box<dyn Fn() -> Now + Send>,
    ) -> Result<Self, RunError> {
        let terminal = Terminal::new(Canvas::new(size)).map_err(|never| RunError::Fault(never.to_string()))?;
        Ok(Self {
            app,
            link,
            look,
            clock,
            parser: Parser::default(),
            terminal,
            pending: Vec::new(),
            unflushed: false,
            dirty: true,
            next_frame: Mono::default(),
            escape_at: None,
            suspension: Suspension::None,
            bell: false,
            copy: None,
            end: None,
        })
    }

    fn now(&self) -> Now {
        (self.clock)()
    }

    /// Hands a message to the screen and does what it wants.
    fn tell(&mut self, message: Message) {
        let now = self.now();
        self.dirty = true;
        match guarded(|| self.app.update(message, now)) {
            Ok(effects) => effects.into_iter().for_each(|effect| self.perform(effect)),
            Err(fault) => self.end = Some(Err(fault)),
        }
    }

    fn perform(&mut self, effect: Effect<A::Outcome>) {
        match effect {
            Effect::Send(call) => {
                let n = call.n;
                let sent = self.link.as_ref().is_some_and(|link| link.calls.try_send(call).is_ok());
                if !sent {
                    // The screen answers this with words, never with another call, so this ends.
                    self.tell(Message::NotSent(n));
                }
            }
            Effect::Copy(text) => self.copy = Some(text),
            Effect::Bell => self.bell = true,
            Effect::Repaint => {
                if let Err(never) = self.terminal.clear() {
                    match never {}
                }
            }
            Effect::Quit(outcome) => self.end = Some(Ok(outcome)),
        }
    }

    fn keys(&mut self, bytes: &[u8]) {
        for input in self.parser.feed(bytes) {
            if input == Input::Key(Key::Ctrl('z')) {
                self.suspension = Suspension::Asked;
            } else if self.end.is_none() {
                self.tell(Message::Input(input));
            }
        }
        self.escape_at = self.parser.waits().then(|| self.now().mono.after(Duration::from_millis(ESC_WAIT_MS)));
    }

    /// `^z` in two steps: the terminal is restored behind what is being written; when all of that is out, the process stops.
    fn suspend_if_asked(&mut self, suspend: &mut Option<Box<dyn FnMut() + Send>>) {
        match (self.suspension, suspend) {
            (Suspension::None, _) => {}
            (Suspension::Asked | Suspension::Restored, None) => self.suspension = Suspension::None,
            (Suspension::Asked, Some(_)) => {
                self.pending.extend(leave(self.look));
                self.suspension = Suspension::Restored;
            }
            (Suspension::Restored, Some(_)) if self.writes() => {}
            (Suspension::Restored, Some(stop)) => {
                stop();
                self.suspension = Suspension::None;
                self.pending = enter(self.look);
                self.perform(Effect::Repaint);
                self.dirty = true;
            }
        }
    }

    fn resized(&mut self, size: Size) {
        self.terminal.backend_mut().resize(size);
        self.tell(Message::Resized(size));
    }

    fn tick(&mut self) {
        let now = self.now();
        if self.escape_at.is_some_and(|at| at <= now.mono) {
            self.escape_at = None;
            if let Some(key) = self.parser.give_up_waiting() {
                self.tell(Message::Input(key));
            }
        }
        if self.app.wake(now).is_some_and(|at| at <= now.mono) {
            self.tell(Message::Tick);
        }
    }

    /// How long nothing has to be done without being asked to.
    fn pause(&self) -> Option<Duration> {
        let now = self.now();
        let frame = (self.dirty && !self.writes()).then_some(self.next_frame);
        [self.app.wake(now), self.escape_at, frame].into_iter().flatten().min().map(|at| at.since(now.mono))
    }

    fn writes(&self) -> bool {
        !self.pending.is_empty() || self.unflushed
    }

    fn took(&mut self, n: usize) {
        if self.pending.is_empty() {
            self.unflushed = false;
        } else {
            self.pending.drain(..n.min(self.pending.len()));
            self.unflushed = true;
        }
    }

    fn draw_if_due(&mut self) {
        let now = self.now().mono;
        if !self.dirty || self.writes() || now < self.next_frame || self.suspension != Suspension::None {
            return;
        }
        self.dirty = false;
        self.next_frame = now.after(FRAME);
        let app = &self.app;
        let terminal = &mut self.terminal;
        let drawn = guarded(|| terminal.draw(|frame| app.view(frame)).map(|_| ()));
        match drawn {
            Ok(Ok(())) => {}
            Ok(Err(never)) => match never {},
            Err(fault) => self.end = Some(Err(fault)),
        }
        self.pending = self.terminal.backend_mut().take();
        if std::mem::take(&mut self.bell) {
            self.pending.push(0x07);
        }
        if let Some(text) = self.copy.take() {
            self.pending.extend(osc_52(&text, self.look.clipboard));
        }
    }
}

/// How far `^z` has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suspension {
    None,
    Asked,
    /// What restores the terminal is on its way.
    Restored,
}

/// Calls into the screen; a panic in there becomes a fault, so that the terminal is restored and nobody else is harmed.
fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, RunError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let text = payload.downcast_ref::<&str>().map(ToString::to_string);
        RunError::Fault(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
    })
}

async fn next_push(news: &mut Option<mpsc::Receiver<Push>>) -> Option<Push> {
    match news {
        Some(news) => news.recv().await,
        None => std::future::pending().await,
    }
}

/// One step of writing: some bytes, or the flush after the last of them. Safe to cancel.
async fn write_some<W: AsyncWrite + Unpin>(output: &mut W, pending: &[u8]) -> std::io::Result<usize> {
    if pending.is_empty() {
        return output.flush().await.map(|()| 0);
    }
    match output.write(pending).await {
        Ok(0) => Err(std::io::ErrorKind::WriteZero.into()),
        other => other,
    }
}

async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// Alternate screen (DECSET 1049), cursor hidden (25), bracketed paste (2004), mouse (1000 with SGR reports 1006).
fn enter(look: Look) -> Vec<u8> {
    let mouse = if look.mouse == MouseUse::On { "\x1b[?1000h\x1b[?1006h" } else { "" };
    format!("\x1b[?1049h\x1b[?25l\x1b[?2004h{mouse}").into_bytes()
}

/// The reverse. Modes that were never set are reset without harm.
fn leave(look: Look) -> Vec<u8> {
    let mouse = if look.mouse == MouseUse::On { "\x1b[?1006l\x1b[?1000l" } else { "" };
    format!("\x1b[0m{mouse}\x1b[?2004l\x1b[?25h\x1b[?1049l").into_bytes()
}

/// xterm OSC 52: sets the clipboard; base 64, so nothing of the text is obeyed.
fn osc_52(text: &str, clipboard: Clipboard) -> Vec<u8> {
    if text.len() > MAX_COPY {
        return Vec::new();
    }
    let encoded = STANDARD.encode(text);
    match clipboard {
        Clipboard::Plain => format!("\x1b]52;c;{encoded}\x07"),
        Clipboard::Tmux => format!("\x1bPtmux;\x1b\x1b]52;c;{encoded}\x07\x1b\\"),
    }
    .into_bytes()
}

/// Most bytes that are copied: what xterm and its kin take in one OSC 52 (100,000 characters of base 64) with room.
pub const MAX_COPY: usize = 70_000;

/// Twenty frames a second at most: more than eyes need for text, and a bound on what a busy session costs its watchers.
const FRAME: Duration = Duration::from_millis(50);

/// How long the terminal may take to take the last bytes.
const FAREWELL: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use ratatui::Frame;
    use tokio::io::{DuplexStream, duplex};

    use super::*;

    /// Counts what it is told; `q` quits, `!` panics.
    #[derive(Default)]
    struct Probe {
        seen: u32,
        lost: bool,
    }

    impl App for Probe {
        type Outcome = (u32, bool);

        fn update(&mut self, message: Message, _: Now) -> Vec<Effect<Self::Outcome>> {
            self.seen += 1;
            match message {
                Message::Input(Input::Key(Key::Char('q'))) => vec![Effect::Quit((self.seen, self.lost))],
                Message::Input(Input::Key(Key::Char('!'))) => panic!("as asked"),
                Message::Input(Input::Key(Key::Char('c'))) => vec![Effect::Copy("text".into()), Effect::Bell],
                Message::LinkLost => {
                    self.lost = true;
                    Vec::new()
                }
                Message::Begin(_)
                | Message::Input(_)
                | Message::Push(_)
                | Message::LinkFailed(_)
                | Message::NotSent(_)
                | Message::Tick
                | Message::Resized(_) => Vec::new(),
                Message::LinkUp => {
                    self.lost = false;
                    Vec::new()
                }
            }
        }

        fn view(&self, frame: &mut Frame<'_>) {
            let text = format!("seen {} lost {}", self.seen, self.lost);
            frame.buffer_mut().set_string(0, 0, text, ratatui::style::Style::new());
        }

        fn wake(&self, _: Now) -> Option<Mono> {
            None
        }
    }

    type Ends = (DuplexStream, watch::Sender<Size>, Io<DuplexStream, DuplexStream>, DuplexStream);

    /// The person's ends and the loop's ends of a terminal that takes `room` bytes unread.
    fn terminal(room: usize) -> Ends {
        let (keys, input) = duplex(4096);
        let (output, screen) = duplex(room);
        let (size, sizes) = watch::channel(Size::new(40, 10));
        let start = tokio::time::Instant::now();
        let clock = move || Now { mono: Mono::default().after(start.elapsed()), ..Now::default() };
        (keys, size, Io { input, output, size: sizes, clock: Box::new(clock), suspend: None }, screen)
    }

    async fn read_all(mut screen: DuplexStream) -> String {
        let mut all = Vec::new();
        screen.read_to_end(&mut all).await.unwrap();
        String::from_utf8(all).unwrap()
    }

    #[tokio::test]
    async fn the_terminal_is_restored_after_quitting() {
        let (mut keys, _size, io, screen) = terminal(1 << 16);
        keys.write_all(b"cq").await.unwrap();
        let (seen, _) = run(Probe::default(), io, None, Redial::default(), Look::default()).await.unwrap();
        assert_eq!(seen, 3);
        let all = read_all(screen).await;
        assert!(all.starts_with("\x1b[?1049h\x1b[?25l"), "{all:?}");
        assert!(all.ends_with("\x1b[?25h\x1b[?1049l"), "{all:?}");
    }

    #[tokio::test]
    async fn the_terminal_is_restored_after_a_panic_and_the_fault_is_told() {
        let (mut keys, _size, io, screen) = terminal(1 << 16);
        keys.write_all(b"!").await.unwrap();
        let error = run(Probe::default(), io, None, Redial::default(), Look::default()).await.unwrap_err();
        assert!(error.to_string().contains("as asked"), "{error}");
        assert!(read_all(screen).await.ends_with("\x1b[?25h\x1b[?1049l"));
    }

    #[tokio::test]
    async fn the_end_of_the_input_ends_the_loop() {
        let (keys, _size, io, _screen) = terminal(1 << 16);
        drop(keys);
        let error = run(Probe::default(), io, None, Redial::default(), Look::default()).await.unwrap_err();
        assert!(matches!(error, RunError::HungUp));
    }

    #[tokio::test]
    async fn given_a_client_that_reads_nothing_the_news_still_flow_and_quitting_still_works() {
        let (mut keys, _size, io, screen) = terminal(16);
        let (calls, _called) = mpsc::channel(4);
        let (push, pushes) = mpsc::channel(1);
        let running =
            tokio::spawn(run(Probe::default(), io, Some(Link { calls, pushes }), Redial::default(), Look::default()));
        for _ in 0..1000 {
            push.send(Push::Goodbye { why: String::new() }).await.unwrap();
        }
        keys.write_all(b"q").await.unwrap();
        let all = read_all(screen).await;
        let (seen, lost) = running.await.unwrap().unwrap();
        assert!(seen > 1000 && !lost, "{seen}");
        assert!(all.len() < 4096, "frames were queued: {} bytes", all.len());
    }

    #[tokio::test]
    async fn a_link_that_is_lost_is_made_anew_and_its_news_come() {
        let (mut keys, _size, io, _screen) = terminal(1 << 16);
        let (calls, _called) = mpsc::channel(4);
        let (push, pushes) = mpsc::channel(1);
        let (told, mut links) = mpsc::channel(1);
        let mut fails = true;
        let redial = Redial::by(Box::new(move || {
            let (told, failed) = (told.clone(), std::mem::replace(&mut fails, false));
            Box::pin(async move {
                if failed {
                    return Err("nobody answers".to_owned());
                }
                let ((calls, _), (push, pushes)) = (mpsc::channel(4), mpsc::channel(1));
                told.send(push).await.unwrap();
                Ok(Link { calls, pushes })
            })
        }));
        let running = tokio::spawn(run(Probe::default(), io, Some(Link { calls, pushes }), redial, Look::default()));
        drop(push);
        let push = links.recv().await.unwrap();
        for _ in 0..10 {
            push.send(Push::Goodbye { why: String::new() }).await.unwrap();
        }
        keys.write_all(b"q").await.unwrap();
        let (seen, lost) = running.await.unwrap().unwrap();
        // The beginning, the loss, the failure, the new link, at least nine of its ten news, and the key.
        assert!(seen >= 14 && !lost, "{seen}");
    }

    #[tokio::test]
    async fn control_z_gives_the_terminal_back_and_takes_it_again() {
        let (mut keys, _size, mut io, screen) = terminal(1 << 16);
        let stopped = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = stopped.clone();
        io.suspend = Some(Box::new(move || _ = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
        let running = tokio::spawn(run(Probe::default(), io, None, Redial::default(), Look::default()));
        keys.write_all(b"\x1a").await.unwrap();
        while stopped.load(std::sync::atomic::Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        keys.write_all(b"q").await.unwrap();
        running.await.unwrap().unwrap();
        let all = read_all(screen).await;
        assert_eq!((all.matches("\x1b[?1049h").count(), all.matches("\x1b[?1049l").count()), (2, 2), "{all:?}");
    }

    #[test]
    fn what_is_copied_is_data_for_the_terminal() {
        assert_eq!(osc_52("\x1b[2J", Clipboard::Plain), b"\x1b]52;c;G1sySg==\x07");
        assert_eq!(osc_52("a", Clipboard::Tmux), b"\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\");
        assert!(osc_52(&"x".repeat(MAX_COPY + 1), Clipboard::Plain).is_empty());
    }
}
