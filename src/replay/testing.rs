//! A short recording for the tests of this room.

use bytes::Bytes;

use super::Timeline;
use crate::model::{
    Certainty, ChannelKind, CommandText, DataKind, Digest, Event, EventRecord, ExitStatus, Finding, HoldRequest,
    Judgement, Obligations, Outcome, Place, Principal, PtySize, RequestId, Risk, Scope, SessionId, SessionMeta, Size,
    Stream, Verdict, Wall,
};

pub(super) fn record(seq: u64, millis: u64, event: Event) -> EventRecord {
    EventRecord { seq, at: Wall(1_795_262_671_000_000 + millis * 1000), event }
}

pub(super) fn output(bytes: &[u8]) -> Event {
    Event::Output { stream: Stream::Stdout, bytes: Bytes::copy_from_slice(bytes) }
}

pub(super) fn meta() -> SessionMeta {
    let who = Principal { user: "alice".into(), roles: [].into(), source: None, fingerprint: "SHA256:x".into() };
    SessionMeta {
        id: SessionId::from_bytes([1; 10]),
        who,
        place: Place { target: "box".into(), login: "root".into(), labels: [].into() },
        channel: ChannelKind::Shell,
        pty: Some(PtySize { term: "xterm-256color".into(), size: Size::new(100, 30) }),
        started: Wall(1_795_262_671_000_000),
    }
}

fn command(text: &str, verdict: Verdict) -> Event {
    Event::Command {
        command: CommandText { text: text.into(), digest: Digest([0; 32]) },
        effects: Vec::new(),
        certainty: Certainty::Exact,
        judgement: Judgement { verdict, rules: Vec::new(), risk: Risk::default() },
    }
}

/// `ls`, then `rm -rf ./victim` held and approved.
pub(super) fn events() -> Vec<EventRecord> {
    let obligations = Obligations { approvers: Vec::new(), quorum: 1, ttl_secs: 60, reason_required: false };
    let request = HoldRequest {
        id: RequestId::from_bytes([1; 5]),
        session: meta().id,
        who: meta().who,
        place: meta().place,
        subject: crate::model::Subject::Command,
        command: CommandText { text: "rm -rf ./victim".into(), digest: Digest([0; 32]) },
        effects: Vec::new(),
        unseen: vec![],
        rules: Vec::new(),
        risk: Risk::default(),
        certainty: Certainty::Exact,
        obligations: obligations.clone(),
        screen: Vec::new(),
        before: Vec::new(),
        reason: None,
        asked: Wall(0),
        deadline: Wall(1),
    };
    let approved = Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once };
    let story = [
        (0, Event::Started(Box::new(meta()))),
        (10, output("\x1b[1m$\x1b[0m ls\r\n".as_bytes())),
        (11, command("ls", Verdict::Allow)),
        (20, output("grü\x1b[32mße\x1b[0m.txt\r\n$ rm -rf ./victim".as_bytes())),
        (1500, Event::Resized { size: Size::new(120, 40) }),
        (2000, command("rm -rf ./victim", Verdict::Hold(obligations))),
        (2001, Event::Held(Box::new(request))),
        (32_000, Event::Ruled { request: RequestId::from_bytes([1; 5]), outcome: approved }),
        (32_010, output(b"\r\n$ ")),
        (32_011, Event::Masked { findings: vec![Finding { kind: DataKind::Email, count: 2 }] }),
        (33_000, Event::Exit(ExitStatus::Code { code: 0 })),
    ];
    (0..).zip(story).map(|(seq, (at, event))| record(seq, at, event)).collect()
}

pub(super) fn recording() -> Timeline {
    let mut timeline = Timeline::new();
    events().into_iter().for_each(|event| timeline.push(event));
    timeline
}
