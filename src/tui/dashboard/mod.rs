//! The approver's dashboard.

use ratatui::Frame;

use super::Options;
use super::app::{App, Effect, Message};
use super::input::{Input, Key};
use crate::model::{Mono, Now};

/// The dashboard's state.
#[derive(Debug)]
pub struct Dashboard {
    options: Options,
}

impl Dashboard {
    /// A dashboard that knows nothing yet; it asks when the loop begins.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }
}

impl App for Dashboard {
    type Outcome = ();

    fn update(&mut self, message: Message, _: Now) -> Vec<Effect<()>> {
        match message {
            Message::Input(Input::Key(Key::Char('q') | Key::Ctrl('c'))) => vec![Effect::Quit(())],
            Message::Begin
            | Message::Input(_)
            | Message::Push(_)
            | Message::LinkLost
            | Message::NotSent(_)
            | Message::Tick
            | Message::Resized => Vec::new(),
        }
    }

    fn view(&self, frame: &mut Frame<'_>) {
        let title = crate::model::Shown::new(&self.options.bastion);
        frame.render_widget(title.as_str(), frame.area());
    }

    fn wake(&self, _: Now) -> Option<Mono> {
        None
    }
}
