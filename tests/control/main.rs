//! The control socket end to end: real keys and signatures over a real Unix socket, a real ledger and policy behind it, and the
//! program's own verbs in front.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on says why and fails"
)]

mod bench;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "it holds more than these tests need")]
mod support;
mod verbs;

use std::process::Stdio;

use bench::{Bench, new_key, soon};
use bytes::Bytes;
use holdpoint::api::wire::{Call, Greeting, NAMESPACE, Proof, Push, Reply};
use holdpoint::api::{Client, ClientError, Identity, serve_stream};
use holdpoint::broker::{Control, WatchItem};
use holdpoint::model::*;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// A connection without the manners of [`Client`].
struct Raw {
    lines: Lines<BufReader<OwnedReadHalf>>,
    to: OwnedWriteHalf,
    greeting: Greeting,
}

impl Raw {
    async fn open(bench: &Bench) -> Self {
        let (from, to) = UnixStream::connect(&bench.socket).await.unwrap().into_split();
        let mut lines = BufReader::new(from).lines();
        let greeting = soon("a greeting", lines.next_line()).await.unwrap().unwrap();
        Self { lines, to, greeting: serde_json::from_str(&greeting).unwrap() }
    }

    async fn send(&mut self, text: &str) {
        // The server may have hung up already; what it said is still to be read.
        let _ = self.to.write_all(text.as_bytes()).await;
    }

    /// The server's lines until it hangs up.
    async fn last_words(mut self) -> Vec<Push> {
        let mut said = Vec::new();
        while let Ok(Some(line)) = soon("the end of the connection", self.lines.next_line()).await {
            said.push(serde_json::from_str(&line).unwrap());
        }
        said
    }

    async fn goodbye(self) -> String {
        match self.last_words().await.pop() {
            Some(Push::Goodbye { why }) => why,
            other => panic!("no goodbye but {other:?}"),
        }
    }
}

fn line(proof: &Proof) -> String {
    serde_json::to_string(proof).unwrap() + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_key_opens_the_door_and_that_is_on_the_chain() {
    let bench = Bench::new().await;
    let client = bench.client("bob").await;
    assert_eq!((client.user(), client.roles(), client.bastion()), ("bob", &["approver".to_owned()][..], "bench"));
    let chain = bench.chain().await;
    assert!(matches!(&chain[..], [AuditEvent::LoggedIn { user, fingerprint, .. }]
        if user == "bob" && *fingerprint == bench.identity("bob").public_key().fingerprint(Default::default()).to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nobody_has_is_sent_away_and_that_is_on_the_chain() {
    let bench = Bench::new().await;
    let path = bench.key_of("stranger");
    let print = new_key(&path).fingerprint(Default::default()).to_string();
    let refused = Client::connect(&bench.socket, &Identity::from_file(&path).unwrap()).await;
    assert!(matches!(refused, Err(ClientError::Goodbye(why)) if why.contains(&print)));
    assert!(matches!(&bench.chain().await[..], [AuditEvent::Refused { why, .. }] if why.as_str().contains(&print)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_opens_no_other_connection() {
    let bench = Bench::new().await;
    let (mut first, mut second) = (Raw::open(&bench).await, Raw::open(&bench).await);
    assert_ne!(first.greeting.challenge, second.greeting.challenge);
    let proof = line(&bench.identity("bob").answer(&first.greeting).await.unwrap());
    second.send(&proof).await;
    assert!(second.goodbye().await.contains("over this connection's challenge"));
    first.send(&proof).await;
    first.send("{\"n\":1,\"call\":\"whoami\"}\n").await;
    let reply = soon("a reply", first.lines.next_line()).await.unwrap().unwrap();
    assert!(reply.contains("\"user\":\"bob\""), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_key_on_ones_own_signature_opens_nothing() {
    let bench = Bench::new().await;
    let mut raw = Raw::open(&bench).await;
    let mut proof = bench.identity("ann").answer(&raw.greeting).await.unwrap();
    proof.key = bench.identity("bob").public_key().to_openssh().unwrap();
    raw.send(&line(&proof)).await;
    assert!(raw.goodbye().await.contains("not by this key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_before_the_proof_open_nothing() {
    let bench = Bench::new().await;
    let mut raw = Raw::open(&bench).await;
    raw.send("{\"n\":1,\"call\":\"sessions\"}\n").await;
    assert!(raw.goodbye().await.contains("not understood"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_is_cut_off_before_the_proof_and_after() {
    let bench = Bench::new().await;
    let flood = "x".repeat(1 << 20);
    let mut before = Raw::open(&bench).await;
    before.send(&flood).await;
    assert!(
        before.last_words().await.iter().all(|push| matches!(push, Push::Goodbye { why } if why.contains("longer")))
    );
    let mut after = Raw::open(&bench).await;
    let proof = bench.identity("bob").answer(&after.greeting).await.unwrap();
    after.send(&line(&proof)).await;
    after.send(&flood).await;
    assert!(
        after.last_words().await.iter().all(|push| matches!(push, Push::Goodbye { why } if why.contains("longer")))
    );
    assert_eq!(bench.client("bob").await.user(), "bob");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_call_is_refused_and_the_connection_goes_on() {
    let bench = Bench::new().await;
    let mut raw = Raw::open(&bench).await;
    let proof = bench.identity("bob").answer(&raw.greeting).await.unwrap();
    raw.send(&line(&proof)).await;
    raw.send("{\"n\":7,\"call\":\"make_coffee\"}\n{\"n\":8,\"call\":\"status\"}\n").await;
    let mut replies = Vec::new();
    for _ in 0..2 {
        let reply = soon("a reply", raw.lines.next_line()).await.unwrap().unwrap();
        replies.push(serde_json::from_str::<Push>(&reply).unwrap());
    }
    assert!(matches!(replies[0], Push::Reply { n: 7, reply: Reply::Refused { kind: Refusal::Failed, .. } }));
    assert!(matches!(&replies[1], Push::Reply { n: 8, reply: Reply::Status(status) } if status.resident_bytes > 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_dropped_and_disturbs_nobody() {
    let bench = Bench::new().await;
    let (id, _mailbox) = bench.session(1, "alice");
    let mut slow = Raw::open(&bench).await;
    let proof = bench.identity("bob").answer(&slow.greeting).await.unwrap();
    slow.send(&line(&proof)).await;
    slow.send("{\"n\":1,\"call\":\"subscribe\"}\n").await;
    let mut quick = bench.client("carol").await;
    // More than sockets, queues and the broadcast hold together.
    for n in 0..4000_u32 {
        bench.registry.update(id, |row| row.last = vec![Shown::new(&format!("{n} {}", "x".repeat(1000)))]);
        if n % 100 == 0 {
            assert!(matches!(quick.call(Call::Whoami).await, Ok(Reply::You { .. })));
        }
    }
    let said = slow.last_words().await;
    assert!(said.len() < 3000, "{} lines were kept for somebody who did not read", said.len());
    assert!(matches!(said.last(), Some(Push::Goodbye { why }) if why.contains("subscribe again")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_seen_approved_and_heard_of_by_its_session() {
    let bench = Bench::new().await;
    let (_, mut mailbox) = bench.session(1, "alice");
    let asked = bench.request(1, Severity::High);
    let (mut bob, mut dashboard) = (bench.client("bob").await, bench.client("carol").await);
    dashboard.call(Call::Subscribe).await.unwrap();
    bench.desk.ask(asked.clone()).await.unwrap();
    let Ok(Reply::Requests { requests }) = bob.call(Call::Requests).await else { panic!("no list") };
    assert_eq!((requests[0].request.clone(), requests[0].may_not.clone()), (asked.clone(), None));
    let (request, digest) = (asked.id, asked.command.digest);
    let stale = Call::Approve { request, digest: Digest([0; 32]), scope: Scope::Once };
    assert!(matches!(bob.call(stale).await, Ok(Reply::Refused { kind: Refusal::Changed, .. })));
    let approve = Call::Approve { request, digest, scope: Scope::Once };
    assert_eq!(bob.call(approve.clone()).await.unwrap(), Reply::Done);
    let Some(Control::Ruled(ruling)) = soon("the ruling", mailbox.recv()).await else { panic!("no ruling") };
    assert_eq!(ruling.outcome, Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once });
    assert!(matches!(bob.call(approve).await, Ok(Reply::Refused { kind: Refusal::Changed, .. })));
    let mut heard = Vec::new();
    while heard.len() < 4 {
        match soon("news", dashboard.next()).await.unwrap() {
            Push::Session(_) => heard.push("session"),
            Push::Request(_) => heard.push("request"),
            Push::RequestEnded { outcome, .. } => {
                assert_eq!(outcome, ruling.outcome);
                heard.push("ended");
                break;
            }
            other => panic!("unexpected: {other:?}"),
        }
    }
    assert_eq!(heard, ["session", "request", "ended"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn requesters_and_auditors_cannot_approve_whatever_they_send() {
    let bench = Bench::new().await;
    let (_, mut mailbox) = bench.session(1, "alice");
    let asked = bench.request(1, Severity::High);
    bench.desk.ask(asked.clone()).await.unwrap();
    for user in ["alice", "ann"] {
        let mut client = bench.client(user).await;
        let (request, digest) = (asked.id, asked.command.digest);
        for call in
            [Call::Approve { request, digest, scope: Scope::Once }, Call::Deny { request, digest, reason: "no".into() }]
        {
            let reply = client.call(call).await.unwrap();
            assert!(matches!(reply, Reply::Refused { kind: Refusal::NotPermitted, .. }), "{user}: {reply:?}");
        }
    }
    assert!(mailbox.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_open_the_dashboard_sees_their_own_and_nothing_else() {
    let bench = Bench::new().await;
    let (who, stream) = (
        Principal {
            user: "dave".into(),
            roles: ["engineer".to_owned()].into(),
            source: None,
            fingerprint: "SHA256:dave".into(),
        },
        tokio::io::duplex(1 << 16),
    );
    tokio::spawn(serve_stream(stream.0, bench.console.clone(), who));
    let mut dave = Client::over(stream.1).await.unwrap();
    let (_, _alice) = bench.session(1, "alice");
    let (own, _dave) = bench.session(2, "dave");
    bench.desk.ask(bench.request(1, Severity::High)).await.unwrap();
    let Ok(Reply::Sessions { sessions }) = dave.call(Call::Sessions).await else { panic!("no list") };
    assert_eq!(sessions.iter().map(|row| row.meta.id).collect::<Vec<_>>(), [own]);
    assert_eq!(dave.call(Call::Requests).await.unwrap(), Reply::Requests { requests: vec![] });
    let other = SessionId::from_bytes([1; 10]);
    let (request, digest) = (bench.request(1, Severity::High).id, Digest([1; 32]));
    let vote = dave.call(Call::Approve { request, digest, scope: Scope::Once }).await.unwrap();
    assert!(matches!(vote, Reply::Refused { kind: Refusal::NotPermitted, .. }));
    let kill = dave.call(Call::Kill { session: other, reason: "x".into() }).await.unwrap();
    assert!(matches!(kill, Reply::Refused { kind: Refusal::NoSuchThing, .. }));
    let kill = dave.call(Call::Kill { session: own, reason: "x".into() }).await.unwrap();
    assert!(matches!(kill, Reply::Refused { kind: Refusal::NotPermitted, .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_watched_by_those_who_may_and_that_is_on_the_chain_first() {
    let bench = Bench::new().await;
    let (session, mut mailbox) = bench.session(1, "alice");
    let refused = bench.client("ann").await.call(Call::Watch { session }).await.unwrap();
    assert!(matches!(refused, Reply::Refused { kind: Refusal::NotPermitted, .. }));
    let mut bob = bench.client("bob").await;
    assert_eq!(bob.call(Call::Watch { session }).await.unwrap(), Reply::Done);
    assert!(bench.chain().await.iter().any(|event| matches!(event, AuditEvent::Viewed { by, .. } if by == "bob")));
    let Some(Control::Watch { by, to }) = soon("the watcher", mailbox.recv()).await else { panic!("no watcher") };
    assert_eq!(by, "bob");
    to.send(WatchItem::Keyframe { size: Size::new(80, 24), state: Bytes::from_static(b"hello") }).await.unwrap();
    let event = Event::Output { stream: Stream::Stdout, bytes: Bytes::from_static(b"\xff\x00") };
    to.send(WatchItem::Event(EventRecord { seq: 7, at: Wall(1), event: event.clone() })).await.unwrap();
    assert!(matches!(soon("a keyframe", bob.next()).await, Ok(Push::Keyframe { state, .. }) if state == "aGVsbG8="));
    assert!(matches!(soon("an event", bob.next()).await, Ok(Push::Event { seq: 7, event: got, .. }) if got == event));
    bob.call(Call::Unwatch).await.unwrap();
    soon("the end of the watching", to.closed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steering_is_written_before_the_session_hears_of_it() {
    let bench = Bench::new().await;
    let (session, mut mailbox) = bench.session(1, "alice");
    let mut bob = bench.client("bob").await;
    for call in [Call::Pause { session }, Call::Resume { session }, Call::Kill { session, reason: "enough".into() }] {
        assert_eq!(bob.call(call).await.unwrap(), Reply::Done);
    }
    assert!(matches!(mailbox.recv().await, Some(Control::Pause { by }) if by == "bob"));
    assert!(matches!(mailbox.recv().await, Some(Control::Resume { by }) if by == "bob"));
    assert!(matches!(mailbox.recv().await, Some(Control::Kill { reason, .. }) if reason == "enough"));
    let steered: Vec<_> = bench
        .chain()
        .await
        .into_iter()
        .filter_map(|event| match event {
            AuditEvent::Steered { what, .. } => Some(what),
            _ => None,
        })
        .collect();
    assert_eq!(steered, ["pause", "resume", "kill"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_auditors_read_the_chain() {
    let bench = Bench::new().await;
    bench.audit(AuditEvent::Started { version: "1".into() }).await;
    let refused = bench.client("bob").await.call(Call::Audit { from: 0, limit: 10 }).await.unwrap();
    assert!(matches!(refused, Reply::Refused { kind: Refusal::NotPermitted, .. }));
    let mut ann = bench.client("ann").await;
    let reply = ann.call(Call::Audit { from: 0, limit: 1 }).await;
    let Ok(Reply::Audit { records }) = reply else { panic!("no records but {reply:?}") };
    assert!(matches!(&records[..], [AuditRecord { event: AuditEvent::Started { .. }, .. }]));
    assert!(
        matches!(ann.call(Call::Verify { session: None }).await, Ok(Reply::Verified(report)) if report.faults.is_empty())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_replayed_to_auditors_whole_and_that_is_on_the_chain() {
    let bench = Bench::new().await;
    let recorded = bench.recording(9, 500).await;
    let session = SessionId::from_bytes([9; 10]);
    let mut bob = bench.client("bob").await;
    let refused = bob.call(Call::Replay { session, how: "replay".into() }).await.unwrap();
    assert!(matches!(refused, Reply::Refused { kind: Refusal::NotPermitted, .. }));
    assert_eq!(bob.call(Call::Recordings).await.unwrap(), Reply::Recordings { recordings: vec![] });
    let mut ann = bench.client("ann").await;
    let number = ann.send(Call::Replay { session, how: "export".into() }).await.unwrap();
    let mut events = Vec::new();
    let reply = loop {
        match soon("the recording", ann.next()).await.unwrap() {
            Push::Event { seq, at, event, .. } => events.push(EventRecord { seq, at, event }),
            Push::Reply { n, reply } if n == number => break reply,
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert_eq!((reply, events), (Reply::Done, recorded));
    let viewed =
        |event: &AuditEvent| matches!(event, AuditEvent::Viewed { by, how, .. } if by == "ann" && how == "export");
    assert!(bench.chain().await.iter().any(viewed));
    let other = ann.call(Call::Replay { session, how: "peek".into() }).await.unwrap();
    assert!(matches!(other, Reply::Refused { kind: Refusal::Failed, .. }));
    let missing = SessionId::from_bytes([8; 10]);
    let missing = ann.call(Call::Replay { session: missing, how: "replay".into() }).await.unwrap();
    assert!(matches!(missing, Reply::Refused { kind: Refusal::NoSuchThing, .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_a_real_ssh_agent_opens_the_door() {
    let bench = Bench::new().await;
    let socket = bench.key_of("agent.sock");
    let mut agent = tokio::process::Command::new("ssh-agent");
    let _agent = agent.args(["-D", "-a"]).arg(&socket).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    soon("the agent's socket", async {
        while !socket.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
    let mut add = tokio::process::Command::new("ssh-add");
    let added = add.arg("-q").arg(bench.key_of("bob")).env("SSH_AUTH_SOCK", &socket).status().await.unwrap();
    assert!(added.success());
    let held = Identity::from_agent(&socket).await.unwrap();
    assert_eq!(Client::connect(&bench.socket, &held[0]).await.unwrap().user(), "bob");
}

#[tokio::test(flavor = "multi_thread")]
async fn openssh_accepts_our_proofs_as_signatures() {
    let bench = Bench::new().await;
    let raw = Raw::open(&bench).await;
    let proof = bench.identity("bob").answer(&raw.greeting).await.unwrap();
    let signature = bench.key_of("signature");
    std::fs::write(&signature, proof.signature).unwrap();
    let mut check = tokio::process::Command::new("ssh-keygen");
    check
        .args(["-Y", "check-novalidate", "-n", NAMESPACE, "-s"])
        .arg(&signature)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = check.spawn().unwrap();
    child.stdin.take().unwrap().write_all(raw.greeting.challenge.as_bytes()).await.unwrap();
    assert!(child.wait().await.unwrap().success());
}
