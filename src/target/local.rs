//! A target on this machine: a login shell or a command, confined by a launcher.
//!
//! The terminal comes from `portable-pty`. Its own writer is never taken: when that is dropped it types a newline and an
//! end-of-file, and a newline behind a line that waits at a hold point would run it. We read and write a duplicate of the
//! master's descriptor without blocking instead, so a session costs no thread.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use portable_pty::{CommandBuilder, MasterPty, PtyPair, native_pty_system};
use rustix::process::{
    Pid, PidfdFlags, PidfdGetfdFlags, Signal, WaitOptions, getpid, kill_process_group, pidfd_getfd, pidfd_open, waitpid,
};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, Command};
use tokio::sync::mpsc;

use super::{FROM_TARGET, FromTarget, Hold, Job, Lane, TargetError, ToTarget, Upstream, integration};
use crate::model::{ExitStatus, PtySize, Size, Stream};
use crate::policy::permit::Admission;

/// How a local shell is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// The launcher and its arguments; the shell's program and arguments follow it. Empty: the shell is started as it is.
    pub launcher: Vec<OsString>,
    /// The shell.
    pub shell: PathBuf,
    /// The directory it starts in, and its `HOME`.
    pub home: PathBuf,
    /// Its `USER` and `LOGNAME`.
    pub user: String,
}

/// Starts a shell or a command.
///
/// # Errors
/// When no terminal can be had or the program cannot be started.
pub fn start(
    admission: &Admission,
    launch: &Launch,
    job: &Job,
    input: Lane<ToTarget>,
) -> Result<Upstream, TargetError> {
    let target = &admission.place().target;
    let started = match &job.pty {
        Some(pty) => with_pty(launch, job, pty, input),
        None => without_pty(launch, job, input),
    };
    started.map_err(|why| TargetError::Spawn { target: target.clone(), why: why.to_string() })
}

/// Ends a process group when dropped: hang-up first, then, after [`GRACE`], the kill that nothing ignores.
#[derive(Debug)]
pub struct EndProcess {
    group: Pid,
    /// Who waits for the leader, so that it does not stay behind as a zombie.
    reaper: Reaper,
}

#[derive(Debug)]
enum Reaper {
    /// The runtime does, whatever happens.
    Runtime,
    /// A task that may be cut off before; whether it has done so.
    Task(Arc<AtomicBool>),
}

impl Drop for EndProcess {
    fn drop(&mut self) {
        // A group that is already gone is what we want.
        let _ = kill_process_group(self.group, Signal::HUP);
        let group = self.group;
        let reaper = std::mem::replace(&mut self.reaper, Reaper::Runtime);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            let _ = kill_process_group(group, Signal::KILL);
            return;
        };
        runtime.spawn(async move {
            tokio::time::sleep(GRACE).await;
            let _ = kill_process_group(group, Signal::KILL);
            let Reaper::Task(reaped) = reaper else { return };
            for _ in 0..REAPINGS {
                tokio::time::sleep(REAP_PAUSE).await;
                // Its number is its own until somebody has waited for it.
                if reaped.load(Ordering::Acquire) || !matches!(waitpid(Some(group), WaitOptions::NOHANG), Ok(None)) {
                    return;
                }
            }
        });
    }
}

fn argv(launch: &Launch, job: &Job) -> Vec<OsString> {
    let mut argv = launch.launcher.clone();
    let shell = launch.shell.clone().into_os_string();
    let hooked =
        job.hooks.as_ref().filter(|_| job.pty.is_some()).and_then(|nonce| integration::local(&launch.shell, nonce));
    argv.extend(match (&job.command, hooked) {
        // As sshd does it: the account's shell runs the command.
        (Some(command), _) => vec![shell, "-c".into(), command.into()],
        (None, Some(hooked)) => hooked,
        (None, None) => vec![shell, "-l".into()],
    });
    argv
}

/// The whole environment of the shell: nothing of the bastion's own leaks into it.
fn environment(launch: &Launch, job: &Job) -> Vec<(OsString, OsString)> {
    let mut env: Vec<(OsString, OsString)> = vec![
        ("HOME".into(), launch.home.clone().into_os_string()),
        ("USER".into(), launch.user.clone().into()),
        ("LOGNAME".into(), launch.user.clone().into()),
        ("SHELL".into(), launch.shell.clone().into_os_string()),
        ("PATH".into(), PATH.into()),
    ];
    if let Some(pty) = &job.pty {
        env.push(("TERM".into(), pty.term.clone().into()));
    }
    env.extend(job.env.iter().map(|(name, value)| (name.into(), value.into())));
    env
}

fn with_pty(launch: &Launch, job: &Job, pty: &PtySize, input: Lane<ToTarget>) -> io::Result<Upstream> {
    let PtyPair { master, slave } = native_pty_system().openpty(winsize(pty.size)).map_err(io::Error::other)?;
    let argv = argv(launch, job);
    let mut command = CommandBuilder::from_argv(argv);
    command.env_clear();
    environment(launch, job).into_iter().for_each(|(name, value)| command.env(name, value));
    command.cwd(&launch.home);
    let mut child = slave.spawn_command(command).map_err(io::Error::other)?;
    // Only the child may hold the slave, or its end would not show as an end of file.
    drop(slave);
    let pid = child.process_id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the system gave it no process id"))?;
    let exit = watched(pidfd_open(pid, PidfdFlags::NONBLOCK)?)?;
    let fd = Arc::new(watched(duplicate(master.as_ref())?)?);

    let (sender, output) = mpsc::channel(FROM_TARGET);
    let up = tokio::spawn(type_into(input, Arc::clone(&fd), master, pid));
    let reaped = Arc::new(AtomicBool::new(false));
    let reaper = Reaper::Task(Arc::clone(&reaped));
    let down = tokio::spawn(async move {
        // A read from a master whose slave is gone fails with EIO: that is its end of file.
        let mut scratch = vec![0; CHUNK];
        while let Ok(bytes) = read(&fd, &mut scratch).await {
            if bytes.is_empty() || sender.send(FromTarget::Data(Stream::Stdout, bytes)).await.is_err() {
                break;
            }
        }
        let _ = exit.readable().await;
        let status = child.try_wait().ok().flatten().map_or_else(unknown_exit, |s| exit_of(s.exit_code(), s.signal()));
        reaped.store(true, Ordering::Release);
        // The session may be gone.
        let _ = sender.send(FromTarget::Eof).await;
        let _ = sender.send(FromTarget::Exit(status)).await;
        let _ = sender.send(FromTarget::Closed).await;
    });
    let tasks = vec![up.abort_handle(), down.abort_handle()];
    Ok(Upstream::new(output, Hold { tasks, _end: Some(EndProcess { group: pid, reaper }) }))
}

/// A second descriptor for the master, owned and non-blocking, without a line of unsafe code: `pidfd_getfd(2)` on ourselves.
fn duplicate(master: &dyn MasterPty) -> io::Result<OwnedFd> {
    let raw = master.as_raw_fd().ok_or_else(|| io::Error::other("the terminal has no descriptor"))?;
    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    let fd = pidfd_getfd(own, raw, PidfdGetfdFlags::empty())
        .map_err(|e| io::Error::other(format!("pidfd_getfd: {e} (Linux 5.6 or newer is needed)")))?;
    let flags = rustix::fs::fcntl_getfl(&fd)?;
    rustix::fs::fcntl_setfl(&fd, flags | rustix::fs::OFlags::NONBLOCK)?;
    Ok(fd)
}

/// Registers a descriptor with the runtime.
#[allow(
    deprecated,
    reason = "the successor is unsafe because of types that lie about their descriptor; OwnedFd does not"
)]
fn watched(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(fd)
}

/// What is there to be read, at most a [`CHUNK`]: a terminal gives 4 KiB at a time, so several reads make one message.
async fn read(fd: &AsyncFd<OwnedFd>, scratch: &mut [u8]) -> io::Result<Bytes> {
    let mut len = 0;
    while len == 0 {
        let mut guard = fd.readable().await?;
        while let Some(spare) = scratch.get_mut(len..).filter(|spare| !spare.is_empty()) {
            match guard.try_io(|fd| rustix::io::read(fd, spare).map_err(io::Error::from)) {
                Ok(Ok(0)) => return Ok(Bytes::copy_from_slice(scratch.get(..len).unwrap_or_default())),
                Ok(Ok(got)) => len += got,
                // What was read before the end is told first; the next read meets the end again.
                Ok(Err(_)) if len > 0 => break,
                Ok(Err(e)) => return Err(e),
                Err(_would_block) => break,
            }
        }
    }
    Ok(Bytes::copy_from_slice(scratch.get(..len).unwrap_or_default()))
}

/// Lane → terminal. A process that does not read makes the lane fill, which makes the client wait.
async fn type_into(lane: Lane<ToTarget>, fd: Arc<AsyncFd<OwnedFd>>, master: Box<dyn MasterPty + Send>, pid: Pid) {
    while let Some(item) = lane.pop().await {
        let done = match item {
            ToTarget::Data(bytes) => write(&fd, &bytes).await,
            ToTarget::Resize(size) => master.resize(winsize(size)).map_err(io::Error::other),
            ToTarget::Signal(name) => send_signal(pid, &name),
            // A terminal has no half-close; sshd ignores it as well.
            ToTarget::Eof => Ok(()),
            ToTarget::Close => break,
        };
        if done.is_err() {
            break;
        }
    }
    lane.close();
}

async fn write(fd: &AsyncFd<OwnedFd>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let mut guard = fd.writable().await?;
        match guard.try_io(|fd| rustix::io::write(fd, bytes).map_err(io::Error::from)) {
            Ok(written) => bytes = bytes.get(written?..).unwrap_or_default(),
            Err(_would_block) => {}
        }
    }
    Ok(())
}

fn without_pty(launch: &Launch, job: &Job, input: Lane<ToTarget>) -> io::Result<Upstream> {
    let argv = argv(launch, job);
    let (program, arguments) = argv.split_first().ok_or_else(|| io::Error::other("no program"))?;
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(environment(launch, job)).current_dir(&launch.home);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child = command.spawn()?;
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let pid = pid.ok_or_else(|| io::Error::other("the system gave it no process id"))?;
    let missing = || io::Error::other("a pipe is missing");
    let (stdin, stdout, stderr) = (
        child.stdin.take().ok_or_else(missing)?,
        child.stdout.take().ok_or_else(missing)?,
        child.stderr.take().ok_or_else(missing)?,
    );
    let (sender, output) = mpsc::channel(FROM_TARGET);
    let up = tokio::spawn(pipe_into(input, stdin, pid));
    let down = tokio::spawn(async move {
        let (out, err) = (sender.clone(), sender.clone());
        // A background process may keep the pipes open after the command's end; its status is told at once, as by sshd.
        let ended = async {
            let status = child.wait().await.map_or_else(|_| unknown_exit(), status_of);
            let _ = sender.send(FromTarget::Exit(status)).await;
        };
        tokio::join!(pipe_from(stdout, Stream::Stdout, out), pipe_from(stderr, Stream::Stderr, err), ended);
        let _ = sender.send(FromTarget::Eof).await;
        let _ = sender.send(FromTarget::Closed).await;
    });
    let tasks = vec![up.abort_handle(), down.abort_handle()];
    Ok(Upstream::new(output, Hold { tasks, _end: Some(EndProcess { group: pid, reaper: Reaper::Runtime }) }))
}

async fn pipe_into(lane: Lane<ToTarget>, stdin: ChildStdin, pid: Pid) {
    let mut stdin = Some(stdin);
    while let Some(item) = lane.pop().await {
        let done = match item {
            ToTarget::Data(bytes) => match stdin.as_mut() {
                Some(pipe) => pipe.write_all(&bytes).await,
                None => Ok(()),
            },
            ToTarget::Signal(name) => send_signal(pid, &name),
            ToTarget::Resize(_) => Ok(()),
            ToTarget::Eof => {
                stdin = None;
                Ok(())
            }
            ToTarget::Close => break,
        };
        if done.is_err() {
            // The process closed its standard input; more of it is dropped, as by a broken pipe.
            stdin = None;
        }
    }
}

async fn pipe_from(mut pipe: impl AsyncRead + Unpin, stream: Stream, sender: mpsc::Sender<FromTarget>) {
    loop {
        // A fresh buffer each time: it is handed on without a copy.
        let mut buffer = BytesMut::with_capacity(CHUNK);
        match pipe.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if sender.send(FromTarget::Data(stream, buffer.freeze())).await.is_err() {
            return;
        }
    }
}

fn send_signal(pid: Pid, name: &str) -> io::Result<()> {
    let signal = match name {
        "HUP" => Signal::HUP,
        "INT" => Signal::INT,
        "QUIT" => Signal::QUIT,
        "KILL" => Signal::KILL,
        "TERM" => Signal::TERM,
        "USR1" => Signal::USR1,
        "USR2" => Signal::USR2,
        // Others mean nothing to a stranger's process; RFC 4254 §6.9 lets us ignore them.
        _ => return Ok(()),
    };
    // A group that is gone cannot be signalled, and need not be.
    let _ = kill_process_group(pid, signal);
    Ok(())
}

fn status_of(status: std::process::ExitStatus) -> ExitStatus {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitStatus::Code { code: u32::try_from(code).unwrap_or(255) },
        (None, Some(number)) => {
            let name = Signal::from_named_raw(number).map_or_else(|| number.to_string(), signal_name);
            ExitStatus::Signal { name, core_dumped: status.core_dumped() }
        }
        (None, None) => unknown_exit(),
    }
}

/// `portable-pty` tells a signal by the name that `strsignal(3)` gives it ("Killed", "Hangup").
fn exit_of(code: u32, signal: Option<&str>) -> ExitStatus {
    let Some(words) = signal else { return ExitStatus::Code { code } };
    let name = match words.split(':').next().unwrap_or(words).trim() {
        "Hangup" => "HUP",
        "Interrupt" => "INT",
        "Quit" => "QUIT",
        "Illegal instruction" => "ILL",
        "Aborted" => "ABRT",
        "Floating point exception" => "FPE",
        "Killed" => "KILL",
        "Segmentation fault" => "SEGV",
        "Broken pipe" => "PIPE",
        "Alarm clock" => "ALRM",
        "Terminated" => "TERM",
        "User defined signal 1" => "USR1",
        other => other,
    };
    ExitStatus::Signal { name: name.to_owned(), core_dumped: words.contains("core dumped") }
}

fn signal_name(signal: Signal) -> String {
    let debug = format!("{signal:?}");
    let word = debug.rsplit(['(', ':']).next().unwrap_or(&debug).trim_end_matches(')');
    word.trim_start_matches("SIG").to_owned()
}

/// The status was lost (somebody else waited for the child): not a success.
const fn unknown_exit() -> ExitStatus {
    ExitStatus::Code { code: 255 }
}

fn winsize(size: Size) -> portable_pty::PtySize {
    let (pixel_width, pixel_height) = size.pixels();
    portable_pty::PtySize { rows: size.rows(), cols: size.cols(), pixel_width, pixel_height }
}

/// Bytes read at once: a pty gives at most 4 KiB, a pipe 64 KiB.
const CHUNK: usize = 32 << 10;

/// How long a process may take to end itself after a hang-up.
const GRACE: Duration = Duration::from_secs(2);

/// How often a killed process is looked for, and how long in between: one in an uninterruptible sleep dies late.
const REAPINGS: u32 = 300;

const REAP_PAUSE: Duration = Duration::from_millis(100);

/// What `login(1)` gives.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, Principal, SessionId};

    #[tokio::test]
    async fn a_shell_that_ignores_the_hang_up_is_killed_and_leaves_no_zombie() {
        let place = Place { target: "here".into(), login: "me".into(), labels: [].into() };
        let who = Principal { user: "me".into(), roles: [].into(), source: None, fingerprint: String::new() };
        let admission = Admission::for_test(SessionId::from_bytes([1; 10]), who, place, Duration::from_secs(60));
        let launch =
            Launch { launcher: vec![], shell: "/bin/sh".into(), home: std::env::temp_dir(), user: "me".into() };
        let job = Job {
            command: Some("trap '' HUP; echo pid=$$.; while :; do sleep 0.1; done".into()),
            pty: Some(PtySize { term: "dumb".into(), size: Size::new(80, 24) }),
            modes: vec![],
            hooks: None,
            env: vec![],
        };
        let mut upstream = start(&admission, &launch, &job, super::super::input()).unwrap();
        let mut said = String::new();
        let pid = loop {
            match upstream.next().await {
                Some(FromTarget::Data(_, bytes)) => said += &String::from_utf8_lossy(&bytes),
                other => panic!("{other:?} after {said:?}"),
            }
            if let Some((pid, _)) = said.split_once("pid=").and_then(|(_, rest)| rest.split_once('.')) {
                break pid.to_owned();
            }
        };
        drop(upstream);
        let process = PathBuf::from(format!("/proc/{pid}"));
        let gone = async {
            while process.exists() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(GRACE * 5, gone).await.unwrap();
    }
}
