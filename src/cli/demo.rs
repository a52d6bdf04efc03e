//! `holdpoint demo`: a bastion on loopback with three people and two targets, made on the spot.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use rustix::fs::OFlags;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;

use super::demo_setup::{self, Person};
use super::exit::{Done, Exit, Failure};
use super::out::say;
use super::running::{Ingredients, Running};
use super::serve::stop_signal;
use super::tty::{ScreenFlags, Tty};
use crate::model::Principal;
use crate::policy::Policy;
use crate::tui::{self, Access, Io, Options};

/// The flags of `holdpoint demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where to listen; loopback only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2222")]
    listen: SocketAddr,
    /// The directory that gets keys/ and recordings/
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Do not open the dashboard
    #[arg(long)]
    no_dashboard: bool,
    #[command(flatten)]
    screen: ScreenFlags,
}

impl Demo {
    /// Makes what is missing, serves, and ends at Ctrl-C.
    ///
    /// # Errors
    /// When something cannot be made, or the address or the ledger is taken.
    pub fn run(self) -> Done {
        let program = std::env::current_exe()?;
        let demo = demo_setup::provision(&self.dir, &program, self.listen, &mut rand::rng())
            .map_err(|e| Failure::new(Exit::No, e.to_string()))?;
        // The screen belongs to the dashboard, so the log goes to a file.
        log_to_file(&demo.config.keys.dir.join("demo").join("bastion.log"))?;
        let approver = approver(&demo.config);
        let bastion = demo.config.name.clone();
        let (people, notes, made) = (demo.people, demo.notes, demo.made);
        let server = demo.server;
        let policy = Policy::builtin().map_err(|e| Failure::new(Exit::Config, e.to_string()))?;
        let rules = crate::privacy::RuleSet::default();
        let parts = Ingredients { config: demo.config, keyring: demo.keyring, policy, rules, launches: demo.launches };
        super::running::wait(async move {
            let running = Running::start(parts).await?;
            made.iter().for_each(|path| say(&format!("made {}", path.display())));
            notes.iter().for_each(|note| say(note));
            print_commands(&people)?;
            say(&format!("listening on {}; Ctrl-C ends the demo", self.listen));
            let wants_screen = !self.no_dashboard && std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
            match approver.filter(|_| wants_screen) {
                Some(who) => {
                    let options =
                        Options { look: self.screen.look(), bastion, user: who.user.clone(), access: Access::Decide };
                    tokio::select! {
                        stopped = stop_signal() => stopped?,
                        shown = dashboards(&running, who, &options) => shown?,
                    }
                }
                None => stop_signal().await?,
            }
            say("stopping");
            running.stop().await?;
            drop(server);
            Ok(Exit::Ok)
        })
    }
}

/// The dashboard, again and again: between two of them the commands can be read.
async fn dashboards(running: &Running, who: Principal, options: &Options) -> Result<(), Failure> {
    let mut patience = Some(FIRST);
    loop {
        match patience.take() {
            Some(first) => {
                say(&format!("the approver's dashboard opens in {} s, or now with Enter", first.as_secs()));
                tokio::select! {
                    line = enter() => line?,
                    () = tokio::time::sleep(first) => {}
                }
            }
            None => {
                say("the dashboard is closed, the demo goes on: Enter opens it again, Ctrl-C ends the demo");
                enter().await?;
            }
        }
        let link = running.link(who.clone()).await?;
        let tty = Tty::open()?;
        // The bastion runs in this process: ^z would stop everybody's sessions.
        let io = Io { suspend: None, ..tty.io()? };
        tui::dashboard(io, link, running.redial(who.clone()), options.clone()).await?;
    }
}

/// Returns when a line was entered on the terminal.
async fn enter() -> Result<(), Failure> {
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    let tty = std::fs::OpenOptions::new().read(true).write(true).custom_flags(nonblocking).open("/dev/tty")?;
    let mut tty = Receiver::from_file_unchecked(tty)?;
    let mut byte = [0];
    while tty.read(&mut byte).await? == 1 {
        if byte == *b"\n" {
            return Ok(());
        }
    }
    // The terminal is gone; a signal ends the demo.
    std::future::pending().await
}

/// The demo's approver, sitting at this machine.
fn approver(config: &crate::config::Config) -> Option<Principal> {
    let user = config.users.get("approver")?;
    let key = user.keys.first()?;
    Some(Principal {
        user: user.name.clone(),
        roles: user.roles.clone(),
        source: None,
        fingerprint: key.fingerprint(russh::keys::ssh_key::HashAlg::Sha256).to_string(),
    })
}

fn print_commands(people: &[Person]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for person in people {
        writeln!(out, "\n{}", person.name)?;
        for (command, what) in &person.commands {
            writeln!(out, "  # {what}\n  {command}")?;
        }
    }
    writeln!(out)?;
    Ok(out.flush()?)
}

fn log_to_file(path: &std::path::Path) -> Result<(), Failure> {
    let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    let filter = tracing_subscriber::EnvFilter::try_from_env("HOLDPOINT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(file);
    // A second subscriber is refused; the first one stays, which is all that matters.
    let _ = log.try_init();
    Ok(())
}

/// Time to read the commands before the dashboard covers them.
const FIRST: Duration = Duration::from_secs(20);
