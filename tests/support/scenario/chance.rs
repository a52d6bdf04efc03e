//! Sessions put together by chance: whatever the target says, two things hold. No line that destroys
//! runs more often than it was approved, and the bar leaves nothing behind (the stage checks that after every act).

use std::time::Duration;

use holdpoint::model::{ChannelKind, Outcome, Scope, Size};
use holdpoint::session::Input;
use proptest::prelude::*;

use super::script::Echo;
use super::stage::{Beginning, Fault, Stage};

/// Something that may happen.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Keys(&'static str),
    /// In one piece.
    Sent(&'static str),
    Says(&'static str),
    /// What the shell shows before the next line.
    Prompt(&'static str),
    Wait(u64),
    Approve,
    Deny,
    /// Values in the clear, if somebody asked for them.
    Reveal,
    Pause,
    Resume,
}

const DANGER: &str = "rm -rf ./victim";

/// Plays the acts. The pretended shell echoes and runs; what the target says beside it is noise, some of it hostile.
pub(crate) fn play(acts: &[Act]) -> Result<(), Fault> {
    let mut stage = Stage::begin(Beginning {
        channel: ChannelKind::Shell,
        terminal: Some(Size::new(80, 12)),
        lifetime: Duration::from_secs(3600),
        echo: Echo::On,
        menu: holdpoint::session::MenuKey::USUAL,
        env: None,
        policy: String::new(),
    })?;
    stage.pass(Duration::from_millis(100))?;
    let mut approved = 0;
    for act in acts {
        let before = (stage.is_held(), stage.to_target.len());
        let keys = matches!(act, Act::Keys(text) | Act::Sent(text) if !text.contains('\u{3}'));
        match act {
            Act::Keys(text) => stage.types(text)?,
            Act::Sent(text) => stage.act(Input::FromClient(text.as_bytes()))?,
            Act::Says(text) => stage.target_says(text)?,
            Act::Prompt(text) => stage.shell.prompt = (*text).to_owned(),
            Act::Wait(millis) => stage.pass(Duration::from_millis(*millis))?,
            Act::Approve if stage.is_held() => {
                if let Some(request) = stage.last_request(true) {
                    approved += 1;
                    stage.decide_on(&request, Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once })?;
                }
            }
            Act::Deny if stage.is_held() => {
                if let Some(request) = stage.last_request(true) {
                    stage.decide_on(&request, Outcome::Denied { by: "bob".into(), reason: "no".into() })?;
                }
            }
            Act::Approve | Act::Deny => {}
            Act::Reveal => {
                if let Some(request) = stage.last_request(false) {
                    let scope = Scope::Clear { secs: 2 };
                    stage.decide_on(&request, Outcome::Approved { by: vec!["bob".into()], scope })?;
                }
            }
            Act::Pause => stage.act(Input::Paused { by: "eve" })?,
            Act::Resume => stage.act(Input::Resumed { by: "eve" })?,
        }
        if before.0 && keys && stage.to_target.len() > before.1 {
            return Err(format!("{act:?} went to the target during a hold"));
        }
        let ran = stage.shell.ran.iter().filter(|line| line.trim_start().starts_with(DANGER)).count();
        if ran > approved {
            return Err(format!("it ran {ran} times and was approved {approved} times:\n{}", stage.picture()));
        }
        if super::record(&stage.events).contains(VALUE) {
            return Err(format!("the record has a value in the clear:\n{}", super::record(&stage.events)));
        }
    }
    // Whatever was allowed is over, and the menu is closed.
    stage.act(Input::FromClient(b"\x1d"))?;
    stage.act(Input::FromClient(b"\x03"))?;
    stage.pass(Duration::from_secs(10))?;
    if stage.picture().contains(VALUE) {
        return Err(format!("a value stayed on the screen:\n{}", stage.picture()));
    }
    Ok(())
}

/// The ordinary ones, and the menu with values that it may show.
pub(crate) fn any_act_at_the_menu() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => any_act(),
        2 => prop::sample::select(&["\u{1d}", "rcase\r", "e", "nplease\r", "\u{3}"][..]).prop_map(Act::Sent),
        2 => prop::sample::select(&["\nada@example.com ", "\r\u{1b}[3Bada@example.com\n", "\u{1b}[?1049h", "\u{1b}[?1049l"][..])
            .prop_map(Act::Says),
        2 => Just(Act::Sent("\u{1d}rcase\r\u{3}")),
        2 => Just(Act::Reveal),
    ]
}

/// What is masked.
const VALUE: &str = "ada@example.com";

/// Any of them, the ordinary ones more often.
pub(crate) fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => prop::sample::select(&[DANGER, "ls", "make", " ", "\u{7f}", "\r", "\u{3}", "# x", "rm -rf ./victim\r"][..])
            .prop_map(Act::Keys),
        2 => prop::sample::select(&["rm -rf ./victim\r", "ls\rrm -rf ./victim\r", "\u{7f}\u{7f}\r", "pwd\r\r"][..]).prop_map(Act::Sent),
        4 => prop::sample::select(NOISE).prop_map(Act::Says),
        1 => prop::sample::select(PROMPTS).prop_map(Act::Prompt),
        2 => prop::sample::select(&[1_u64, 40, 260, 1100][..]).prop_map(Act::Wait),
        1 => Just(Act::Approve),
        1 => Just(Act::Deny),
        1 => prop_oneof![Just(Act::Pause), Just(Act::Resume)],
    ]
}

/// What a program in the background, or one that means harm, may print into a line.
const NOISE: &[&str] = &[
    "\n",
    "done\n",
    "x",
    "\r",
    "\rme@box:~$ ",
    "\nme@box:~$ ",
    "\nme@box:~$ ls",
    "\rme@box:~$ ls\u{1b}[K",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[H",
    "\u{1b}[K",
    "\u{1b}[8m",
    "\u{1b}[m",
    "\u{1b}[90m",
    "\u{1b}[5;10H",
    "\u{1b}[",
    "\u{1b}]0;t",
    "\u{7}",
    "\u{1b}7",
    "\u{1b}8",
    "\u{1b}[3;6r",
    "\u{1b}[r",
    "\u{1b}[?6h",
    "\u{1b}[?6l",
    "\u{1b}[?2004h",
    "\u{1b}[?2004l",
    "\u{1b}[1;1H漢字\u{1b}[44m    ",
    "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
    "a row as wide as a terminal of eighty columns, to the last of them, is what this is",
    "\u{1b}c",
    "\u{1b}[3J",
    "\u{1b}[?25l",
];

/// Prompts that read like a part of a line, and one that is none.
const PROMPTS: &[&str] = &["me@box:~$ ", "$ ", "me@box:~$ echo ", "me@box:~$ # ", "$ echo '", "> ", ""];
