//! What a screen is to the loop: `update(state, message) → effects` and `view(state) → cells`. Time comes in with each message.

use ratatui::Frame;

use super::input::Input;
use crate::api::wire::{Numbered, Push};
use crate::model::{Mono, Now, Size};

/// A screen with its state. Neither function does I/O, reads a clock or waits.
pub trait App {
    /// What is left when it ends.
    type Outcome;

    /// Takes one message.
    fn update(&mut self, message: Message, now: Now) -> Vec<Effect<Self::Outcome>>;

    /// Draws the state.
    fn view(&self, frame: &mut Frame<'_>);

    /// When it wants the next [`Message::Tick`], if it wants one.
    fn wake(&self, now: Now) -> Option<Mono>;
}

/// What happens to a screen.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The loop begins; the terminal has that size.
    Begin(Size),
    /// A person did something.
    Input(Input),
    /// The server said something.
    Push(Box<Push>),
    /// The link to the server is gone. No more pushes come, and no call is sent.
    LinkLost,
    /// Another link could not be made; one sentence why. It is tried again.
    LinkFailed(String),
    /// Another link stands: nothing that was subscribed to or asked on the old one comes any more.
    LinkUp,
    /// A call was not sent: the link is gone, or so slow that its bounded queue is full.
    NotSent(u64),
    /// The time that [`App::wake`] asked for has come.
    Tick,
    /// The terminal has another size.
    Resized(Size),
}

/// What a screen wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect<O> {
    /// Send a call.
    Send(Numbered),
    /// Put text into the person's clipboard (OSC 52, write only).
    Copy(String),
    /// Ring the bell.
    Bell,
    /// Draw everything anew.
    Repaint,
    /// End with that.
    Quit(O),
}
