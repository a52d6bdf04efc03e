use super::*;
use crate::model::{Certainty, CommandText, Digest, Obligations, Place, Risk, Shown};
use proptest::prelude::*;

const MINUTE: u64 = 60_000_000;
/// Where the virtual clocks begin: the wall in 2026, the monotonic clock somewhere else.
const EPOCH: u64 = 1_795_262_671_000_000;

/// A docket with a chain that always writes, and clocks that go where they are told.
struct Bench {
    docket: Docket,
    chain: Vec<(AuditRecord, Mono)>,
    now: Now,
    drawn: u8,
}

impl Bench {
    fn new() -> Self {
        let now = Now { mono: Mono(7), wall: Wall(EPOCH) };
        Self { docket: Docket::default(), chain: Vec::new(), now, drawn: 0 }
    }

    fn pass(&mut self, micros: u64) {
        self.now = Now { mono: Mono(self.now.mono.0 + micros), wall: Wall(self.now.wall.0 + micros) };
    }

    fn write(&mut self, events: Vec<AuditEvent>) -> Vec<AuditEvent> {
        for event in &events {
            let seq = u64::try_from(self.chain.len()).unwrap();
            let record = AuditRecord { seq, at: self.now.wall, event: event.clone() };
            self.docket.apply(&record, self.now.mono);
            self.chain.push((record, self.now.mono));
        }
        events
    }

    fn ask(&mut self, request: HoldRequest) -> Result<Vec<AuditEvent>, Refused> {
        let events = self.docket.request(request, self.now)?;
        Ok(self.write(events))
    }

    fn vote(&mut self, who: &Principal, vote: Vote) -> Result<Vec<AuditEvent>, Refused> {
        self.drawn += 1;
        let events = self.docket.vote(who, &vote, self.now, GrantId::from_bytes([self.drawn; 5]))?;
        Ok(self.write(events))
    }

    fn expire(&mut self) -> Vec<AuditEvent> {
        let events = self.docket.expire(self.now.mono);
        self.write(events)
    }
}

fn person(user: &str, roles: &[&str]) -> Principal {
    Principal {
        user: user.to_owned(),
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        source: None,
        fingerprint: format!("SHA256:{user}"),
    }
}

fn approver(user: &str) -> Principal {
    person(user, &["approver"])
}

fn session(n: u8) -> SessionId {
    SessionId::from_bytes([n; 10])
}

/// A request of alice, for two minutes, with that quorum.
fn request(n: u8, quorum: u8) -> HoldRequest {
    HoldRequest {
        id: RequestId::from_bytes([n; 5]),
        session: session(1),
        who: person("alice", &["engineer", "approver"]),
        place: Place { target: "db-1".into(), login: "root".into(), labels: BTreeMap::default() },
        subject: Subject::Command,
        command: CommandText { text: "rm -rf ./victim".into(), digest: Digest([n; 32]) },
        effects: Vec::new(),
        unseen: vec![],
        rules: Vec::new(),
        risk: Risk { score: n, reasons: Vec::new() },
        certainty: Certainty::Exact,
        obligations: Obligations { approvers: vec!["approver".into()], quorum, ttl_secs: 120, reason_required: false },
        screen: Vec::new(),
        before: Vec::new(),
        reason: None,
        asked: Wall(EPOCH),
        deadline: Wall(EPOCH + 2 * MINUTE),
    }
}

fn yes(request: &HoldRequest, scope: Scope) -> Vote {
    let (id, digest) = (request.id, request.command.digest);
    Vote { request: id, digest, approve: Some(scope), reason: Shown::default() }
}

fn no(request: &HoldRequest, reason: &str) -> Vote {
    Vote { approve: None, reason: Shown::new(reason), ..yes(request, Scope::Once) }
}

fn decision(events: &[AuditEvent]) -> Option<Outcome> {
    events.iter().find_map(|event| {
        let AuditEvent::Decided { outcome, .. } = event else { return None };
        Some(outcome.clone())
    })
}

fn kind(result: Result<Vec<AuditEvent>, Refused>) -> Refusal {
    result.unwrap_err().kind
}

#[test]
fn one_approval_lets_one_command_through_and_leaves_no_grant() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    let events = bench.vote(&approver("bob"), yes(&asked, Scope::Once)).unwrap();
    let approved = Outcome::Approved { by: vec!["bob".into()], scope: Scope::Once };
    assert_eq!(decision(&events), Some(approved));
    assert_eq!((bench.docket.waiting(), bench.docket.grants().len()), (0, 0));
}

#[test]
fn the_requester_cannot_decide_with_their_account_nor_with_their_key() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    let second_account = Principal { user: "alice-adm".into(), ..approver("alice") };
    for who in [&approver("alice"), &second_account] {
        assert_eq!(kind(bench.vote(who, yes(&asked, Scope::Once))), Refusal::NotPermitted);
        assert_eq!(kind(bench.vote(who, no(&asked, "mine"))), Refusal::NotPermitted);
        assert!(bench.docket.may_not(who, asked.id).is_some());
    }
}

#[test]
fn who_is_in_no_named_role_cannot_decide_and_where_none_is_named_nobody_can() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    assert_eq!(kind(bench.vote(&person("eve", &["auditor"]), no(&asked, ""))), Refusal::NotPermitted);
    let mut orphan = request(2, 1);
    orphan.obligations.approvers.clear();
    bench.ask(orphan.clone()).unwrap();
    assert_eq!(kind(bench.vote(&approver("bob"), yes(&orphan, Scope::Once))), Refusal::NotPermitted);
}

#[test]
fn a_quorum_is_that_many_people_and_the_narrowest_scope_counts() {
    let (mut bench, asked) = (Bench::new(), request(1, 2));
    bench.ask(asked.clone()).unwrap();
    let (bob, carol) = (approver("bob"), approver("carol"));
    let first = bench.vote(&bob, yes(&asked, Scope::SameCommandThisSession)).unwrap();
    assert_eq!(decision(&first), None);
    assert_eq!(kind(bench.vote(&bob, yes(&asked, Scope::Once))), Refusal::NotPermitted);
    assert_eq!(
        bench.docket.may_not(&bob, asked.id).as_deref(),
        Some("you have approved it already (1 of 2 given): one human counts once")
    );
    assert_eq!(
        bench.docket.row(&carol, asked.id).map(|row| (row.approved_by, row.may_not)),
        Some((vec!["bob".into()], None))
    );
    let second = bench.vote(&carol, yes(&asked, Scope::Once)).unwrap();
    let approved = Outcome::Approved { by: vec!["bob".into(), "carol".into()], scope: Scope::Once };
    assert_eq!(decision(&second), Some(approved));
}

#[test]
fn one_denial_denies_also_by_who_approved_before() {
    let (mut bench, asked) = (Bench::new(), request(1, 2));
    bench.ask(asked.clone()).unwrap();
    bench.vote(&approver("bob"), yes(&asked, Scope::Once)).unwrap();
    let events = bench.vote(&approver("bob"), no(&asked, "use the runbook")).unwrap();
    let denied = Outcome::Denied { by: "bob".into(), reason: Shown::new("use the runbook") };
    assert_eq!(decision(&events), Some(denied));
}

#[test]
fn a_vote_on_what_was_not_shown_or_is_decided_is_refused_as_changed() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    let other = Vote { digest: Digest([9; 32]), ..yes(&asked, Scope::Once) };
    assert_eq!(kind(bench.vote(&approver("bob"), other)), Refusal::Changed);
    bench.vote(&approver("bob"), yes(&asked, Scope::Once)).unwrap();
    let late = bench.vote(&approver("carol"), no(&asked, "")).unwrap_err();
    assert_eq!((late.kind, late.why.contains("approved by bob")), (Refusal::Changed, true));
    assert_eq!(kind(bench.vote(&approver("bob"), yes(&request(3, 1), Scope::Once))), Refusal::NoSuchThing);
}

#[test]
fn a_deadline_runs_on_the_monotonic_clock_whatever_the_wall_clock_does() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    let due = bench.docket.next_deadline().unwrap();
    assert_eq!(due.since(bench.now.mono), Duration::from_secs(120));
    // The wall clock leaps a day: nothing expires.
    bench.now.wall = Wall(EPOCH + 1440 * MINUTE);
    assert_eq!(bench.expire(), Vec::new());
    // The time passes and the timer has not come yet: a vote is too late all the same.
    bench.now.mono = due;
    assert_eq!(kind(bench.vote(&approver("bob"), yes(&asked, Scope::Once))), Refusal::Changed);
    assert_eq!(decision(&bench.expire()), Some(Outcome::Expired));
    assert_eq!(bench.docket.next_deadline(), None);
}

#[test]
fn while_the_wall_clock_is_behind_the_chain_nothing_is_asked_or_approved_but_denials_stand() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    bench.now.wall = Wall(EPOCH - 2_000_000);
    assert!(
        bench.docket.vote(&approver("bob"), &yes(&asked, Scope::Once), bench.now, GrantId::from_bytes([1; 5])).is_ok()
    );
    bench.now.wall = Wall(EPOCH - 2_000_001);
    assert_eq!(kind(bench.vote(&approver("bob"), yes(&asked, Scope::Once))), Refusal::Failed);
    assert_eq!(kind(bench.ask(request(2, 1))), Refusal::Failed);
    assert!(decision(&bench.vote(&approver("bob"), no(&asked, "")).unwrap()).is_some());
}

#[test]
fn a_grant_holds_for_its_session_and_ends_with_it() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    bench.ask(asked.clone()).unwrap();
    bench.pass(MINUTE);
    let events = bench.vote(&approver("bob"), yes(&asked, Scope::SameCommandThisSession)).unwrap();
    let [AuditEvent::Voted { .. }, AuditEvent::Decided { .. }, AuditEvent::Granted(grant)] = &events[..] else {
        panic!("first the vote, then the decision, then the grant: {events:?}");
    };
    assert_eq!((grant.session, grant.digest, grant.since), (session(1), asked.command.digest, bench.now.wall));
    bench.ask(request(2, 1)).unwrap();
    assert_eq!(bench.docket.session_ended(session(2)), Vec::new());
    let ended = bench.docket.session_ended(session(1));
    bench.write(ended);
    assert_eq!((bench.docket.waiting(), bench.docket.grants()), (0, Vec::new()));
}

#[test]
fn a_request_that_is_not_open_cannot_be_withdrawn() {
    let (mut bench, asked) = (Bench::new(), request(1, 1));
    assert_eq!(bench.docket.withdraw(asked.id), Vec::new());
    bench.ask(asked.clone()).unwrap();
    let withdrawn = bench.docket.withdraw(asked.id);
    assert_eq!(decision(&bench.write(withdrawn)), Some(Outcome::Withdrawn));
    assert_eq!(bench.docket.withdraw(asked.id), Vec::new());
    assert_eq!(kind(bench.ask(asked)), Refusal::Failed, "an id is used once");
}

#[test]
fn after_a_restart_what_belongs_to_dead_sessions_ends() {
    let mut bench = Bench::new();
    bench.ask(request(1, 1)).unwrap();
    let elsewhere = HoldRequest { session: session(2), ..request(2, 1) };
    bench.ask(elsewhere.clone()).unwrap();
    let orphans = bench.docket.orphans(|id| id == session(2));
    bench.write(orphans);
    let left: Vec<_> = bench.docket.rows(&approver("bob")).into_iter().map(|row| row.request.id).collect();
    assert_eq!(left, vec![elsewhere.id]);
}

#[test]
fn rows_come_by_risk_then_by_deadline() {
    let mut bench = Bench::new();
    let mut later = request(7, 1);
    (later.id, later.deadline) = (RequestId::from_bytes([0; 5]), Wall(EPOCH + 3 * MINUTE));
    later.obligations.ttl_secs = 180;
    for asked in [request(3, 1), later.clone(), request(7, 1)] {
        bench.ask(asked).unwrap();
    }
    let ids: Vec<_> = bench.docket.rows(&approver("bob")).into_iter().map(|row| row.request.id).collect();
    assert_eq!(ids, vec![request(7, 1).id, later.id, request(3, 1).id]);
}

#[test]
fn a_session_cannot_flood_the_desk() {
    let mut bench = Bench::new();
    let refused = (0..=u8::MAX).find_map(|n| bench.ask(request(n, 1)).err());
    assert!(refused.is_some_and(|refused| refused.why.contains("too many")));
    assert_eq!(bench.docket.waiting(), MOST_OPEN_OF_SESSION);
}

/// What may happen to a request, in any order.
#[derive(Debug, Clone)]
enum Step {
    Yes(u8, bool, bool),
    No(u8),
    Pass(u32),
    WallBack(u32),
    Withdraw,
    Expire,
}

/// Voters 0–1: the requester with two faces; 2–3: no role; 4–7: approvers.
fn voter(n: u8) -> Principal {
    match n {
        0 => approver("alice"),
        1 => Principal { user: "alice-adm".into(), ..approver("alice") },
        2 | 3 => person(&format!("p{n}"), &["engineer", "auditor"]),
        _ => approver(&format!("p{n}")),
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..8u8, any::<bool>(), prop::bool::weighted(0.9)).prop_map(|(who, wide, right)| Step::Yes(who, wide, right)),
        1 => (0..8u8).prop_map(Step::No),
        2 => (0..90_000_000u32).prop_map(Step::Pass),
        1 => (0..9_000_000u32).prop_map(Step::WallBack),
        1 => Just(Step::Withdraw),
        1 => Just(Step::Expire),
    ]
}

fn play(quorum: u8, steps: &[Step]) -> Bench {
    let (mut bench, asked) = (Bench::new(), request(1, quorum));
    bench.ask(asked.clone()).unwrap();
    for step in steps {
        match step {
            Step::Yes(who, wide, right) => {
                let scope = if *wide { Scope::SameCommandThisSession } else { Scope::Once };
                let mut vote = yes(&asked, scope);
                if !right {
                    vote.digest = Digest([0xee; 32]);
                }
                // A refusal is one of the answers.
                let _ = bench.vote(&voter(*who), vote);
            }
            Step::No(who) => drop(bench.vote(&voter(*who), no(&asked, "no"))),
            Step::Pass(micros) => bench.pass(u64::from(*micros)),
            Step::WallBack(micros) => bench.now.wall = Wall(bench.now.wall.0 - u64::from(*micros)),
            Step::Withdraw => {
                let events = bench.docket.withdraw(asked.id);
                bench.write(events);
            }
            Step::Expire => drop(bench.expire()),
        }
    }
    bench
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_but_a_quorum_of_distinct_permitted_people_in_time_ever_approves(
        quorum in 1..=4u8,
        steps in prop::collection::vec(step(), 0..24),
    ) {
        let bench = play(quorum, &steps);
        let deadline = Mono(7 + 2 * MINUTE);
        let mut voted = BTreeSet::new();
        let mut decided = 0;
        for (record, mono) in &bench.chain {
            match &record.event {
                AuditEvent::Voted { by, vote } => {
                    prop_assert!(decided == 0 && *mono < deadline && vote.digest == Digest([1; 32]));
                    prop_assert!(["p4", "p5", "p6", "p7"].contains(&by.as_str()), "{by} voted");
                    if vote.approve.is_some() {
                        prop_assert!(voted.insert(by.clone()), "{by} counted twice");
                    }
                }
                AuditEvent::Decided { outcome: Outcome::Approved { by, .. }, .. } => {
                    decided += 1;
                    prop_assert_eq!(by.iter().cloned().collect::<BTreeSet<_>>(), voted.clone());
                    prop_assert_eq!(by.len(), usize::from(quorum));
                }
                AuditEvent::Decided { .. } => decided += 1,
                AuditEvent::Granted(grant) => prop_assert_eq!((decided, grant.by.len()), (1, usize::from(quorum))),
                _ => {}
            }
        }
        prop_assert!(decided <= 1);
        prop_assert_eq!(decided == 1, bench.docket.waiting() == 0);
    }

    #[test]
    fn folding_the_chain_again_gives_the_same_docket(
        quorum in 1..=3u8,
        steps in prop::collection::vec(step(), 0..24),
    ) {
        let bench = play(quorum, &steps);
        let mut again = Docket::default();
        bench.chain.iter().for_each(|(record, mono)| again.apply(record, *mono));
        prop_assert_eq!(again, bench.docket);
    }

    #[test]
    fn folding_what_is_kept_of_it_gives_the_same_docket_with_deadlines_of_its_own(
        quorum in 1..=3u8,
        steps in prop::collection::vec(step(), 0..24),
    ) {
        let bench = play(quorum, &steps);
        let mut again = Docket::default();
        bench.docket.essence().iter().for_each(|record| again.apply(record, bench.now.mono));
        prop_assert_eq!(again.essence(), bench.docket.essence());
        prop_assert_eq!((again.grants(), again.waiting()), (bench.docket.grants(), bench.docket.waiting()));
        let may_not = |docket: &Docket| docket.rows(&approver("bob")).into_iter().map(|row| (row.request.id, row.approved_by)).collect::<BTreeMap<_, _>>();
        prop_assert_eq!(may_not(&again), may_not(&bench.docket));
        prop_assert_eq!((again.last, &again.decided), (bench.docket.last, &bench.docket.decided));
    }
}

/// A request of alice to see values for that long.
fn reveal(n: u8, quorum: u8, secs: u32) -> HoldRequest {
    HoldRequest { subject: Subject::Reveal { secs }, ..request(n, quorum) }
}

fn granted(events: &[AuditEvent]) -> Option<Scope> {
    events.iter().find_map(|event| match event {
        AuditEvent::Granted(grant) => Some(grant.scope.clone()),
        _ => None,
    })
}

#[test]
fn a_reveal_is_granted_for_what_was_asked_and_its_grant_ends_by_itself() {
    let (mut bench, asked) = (Bench::new(), reveal(1, 1, 60));
    bench.ask(asked.clone()).unwrap();
    let events = bench.vote(&approver("bob"), yes(&asked, Scope::Once)).unwrap();
    assert_eq!(granted(&events), Some(Scope::Clear { secs: 60 }));
    assert_eq!(bench.docket.next_deadline(), Some(Mono(bench.now.mono.0 + MINUTE)));
    bench.pass(MINUTE - 1);
    assert_eq!(bench.expire(), []);
    bench.pass(1);
    let grant = bench.docket.grants().remove(0).id;
    assert_eq!(bench.expire(), [AuditEvent::GrantEnded { grant, session: session(1), why: GrantEnd::Expired }]);
    assert_eq!((bench.docket.grants().len(), bench.docket.next_deadline()), (0, None));
}

#[test]
fn a_grant_that_is_closed_or_taken_back_stands_nowhere_any_more_and_once_only() {
    let mut bench = Bench::new();
    for (n, why) in [(1, GrantEnd::Closed), (2, GrantEnd::Revoked { by: "bob".into(), reason: "enough".into() })] {
        let asked = reveal(n, 1, 900);
        bench.ask(asked.clone()).unwrap();
        bench.vote(&approver("bob"), yes(&asked, Scope::Once)).unwrap();
        let grant = bench.docket.grants()[0].id;
        let events = match &why {
            GrantEnd::Revoked { by, reason } => bench.docket.revoke(grant, by, reason.clone()).unwrap(),
            GrantEnd::Closed | GrantEnd::Expired => bench.docket.end_grant(grant, why.clone()),
        };
        assert_eq!(events, [AuditEvent::GrantEnded { grant, session: session(1), why }]);
        bench.write(events);
        assert_eq!(bench.docket.grants(), []);
        assert_eq!(bench.docket.end_grant(grant, GrantEnd::Closed), []);
        let again = bench.docket.revoke(grant, "bob", Shown::default());
        assert_eq!(kind(again), Refusal::NoSuchThing);
    }
}

#[test]
fn a_grant_that_ended_before_reasons_were_written_had_run_out() {
    let old = r#"{"audit":"grant_ended","grant":"GRANT","session":"SESSION"}"#;
    let (grant, of) = (GrantId::from_bytes([7; 5]), session(1));
    let old = old.replace("GRANT", &grant.to_string()).replace("SESSION", &of.to_string());
    let read: AuditEvent = serde_json::from_str(&old).unwrap();
    assert_eq!(read, AuditEvent::GrantEnded { grant, session: of, why: GrantEnd::Expired });
}

#[test]
fn a_reveal_reaches_as_far_as_its_shortest_vote_and_never_beyond_what_was_asked() {
    let (mut bench, asked) = (Bench::new(), reveal(1, 2, 900));
    bench.ask(asked.clone()).unwrap();
    assert_eq!(granted(&bench.vote(&approver("bob"), yes(&asked, Scope::Clear { secs: 3600 })).unwrap()), None);
    let events = bench.vote(&approver("carol"), yes(&asked, Scope::Clear { secs: 300 })).unwrap();
    assert_eq!(granted(&events), Some(Scope::Clear { secs: 300 }));
}

#[test]
fn a_scope_of_something_else_is_refused() {
    let mut bench = Bench::new();
    let output = Subject::Output { findings: Vec::new(), samples: Vec::new() };
    let asked = [request(1, 1), reveal(2, 1, 60), HoldRequest { subject: output, ..request(3, 1) }];
    asked.iter().for_each(|asked| drop(bench.ask(asked.clone()).unwrap()));
    let [command, reveal, output] = &asked;
    let bob = approver("bob");
    assert_eq!(kind(bench.vote(&bob, yes(command, Scope::Clear { secs: 60 }))), Refusal::NotPermitted);
    for request in [reveal, output] {
        assert_eq!(kind(bench.vote(&bob, yes(request, Scope::SameCommandThisSession))), Refusal::NotPermitted);
        assert_eq!(kind(bench.vote(&bob, yes(request, Scope::Clear { secs: 0 }))), Refusal::NotPermitted);
    }
    assert_eq!(granted(&bench.vote(&bob, yes(output, Scope::Once)).unwrap()), None, "it goes on, masked");
}

#[test]
fn a_note_stands_behind_the_reason_and_only_on_an_open_request() {
    let (mut bench, asked) = (Bench::new(), HoldRequest { reason: Some(Shown::new("JIRA-88")), ..request(1, 1) });
    assert_eq!(bench.docket.note(asked.id, &Shown::new("x")), []);
    bench.ask(asked.clone()).unwrap();
    let events = bench.docket.note(asked.id, &Shown::new("please hurry"));
    bench.write(events);
    let row = bench.docket.row(&approver("bob"), asked.id).unwrap();
    assert_eq!(row.request.reason, Some(Shown::new("JIRA-88 · please hurry")));
    assert_eq!(bench.docket.note(asked.id, &Shown::new(&"x".repeat(4000))), [], "an approver reads so much");
}
