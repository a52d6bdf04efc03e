use std::collections::BTreeSet;

use super::*;
use crate::model::{ChannelKind, EffectKind, Obligations, Severity, Span, Undo};

fn person(user: &str, roles: &[&str]) -> Principal {
    Principal {
        user: user.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect::<BTreeSet<_>>(),
        source: "192.0.2.7".parse().ok(),
        fingerprint: "SHA256:test".to_owned(),
    }
}

fn place(env: &str) -> Place {
    Place { target: "box".to_owned(), login: "root".to_owned(), labels: [("env".to_owned(), env.to_owned())].into() }
}

fn effect(kind: EffectKind, severity: Severity) -> Effect {
    Effect {
        kind,
        severity,
        undo: Undo::Never,
        span: Span::from((0, 2)),
        object: "x".to_owned(),
        reason: "does it".to_owned(),
    }
}

const NOON: Circumstances = Circumstances { now: Wall(1_795_262_671_000_000), channel: Channel::Shell };
const LINE: Digest = Digest([7; 32]);

fn deed(effects: &[Effect], certainty: Certainty) -> Deed<'_> {
    Deed { effects, certainty, digest: &LINE, uncommitted: false }
}

fn policy(text: &str) -> Policy {
    Policy::from_files(vec![("t.cedar".to_owned(), text.to_owned())]).unwrap()
}

fn verdict_of(policy: &Policy, effects: &[Effect], certainty: Certainty) -> Verdict {
    let (judgement, allowance) =
        policy.run(&person("engineer", &["engineer"]), &place("demo"), &deed(effects, certainty), &NOON);
    assert_eq!(allowance.is_some(), judgement.verdict == Verdict::Allow);
    assert!(!judgement.rules.is_empty());
    judgement.verdict
}

#[test]
fn the_default_policy_loads_and_lets_a_harmless_line_run() {
    let policy = Policy::builtin().unwrap();
    assert_eq!(verdict_of(&policy, &[], Certainty::Agreed), Verdict::Allow);
    assert_eq!(policy.digest().len(), 64);
}

#[test]
fn every_kind_of_effect_of_medium_severity_is_held_by_the_default_policy_and_no_low_one_but_opaque() {
    let policy = Policy::builtin().unwrap();
    for &kind in EffectKind::ALL {
        let medium = verdict_of(&policy, &[effect(kind, Severity::Medium)], Certainty::Exact);
        let Verdict::Hold(obligations) = medium else { panic!("{kind} at medium: {medium:?}") };
        assert_eq!(obligations.approvers, ["approver"]);
        assert_eq!((obligations.quorum, obligations.ttl_secs), (1, 300));
        let low = verdict_of(&policy, &[effect(kind, Severity::Low)], Certainty::Exact);
        assert_eq!(low == Verdict::Allow, kind != EffectKind::Opaque, "{kind} at low: {low:?}");
    }
}

#[test]
fn a_line_that_nobody_could_read_is_held() {
    let policy = Policy::builtin().unwrap();
    assert!(matches!(verdict_of(&policy, &[], Certainty::Opaque), Verdict::Hold(_)));
}

#[test]
fn the_rule_that_holds_is_named_with_its_file_and_line() {
    let policy = Policy::builtin().unwrap();
    let effects = [effect(EffectKind::FsDestroy, Severity::High)];
    let who = person("engineer", &["engineer"]);
    let (judgement, _) = policy.run(&who, &place("demo"), &deed(&effects, Certainty::Exact), &NOON);
    let rule = judgement.rules.first().unwrap();
    assert_eq!((rule.id.as_str(), rule.file.as_str()), ("hold/destroys", "policy/holds.cedar"));
    let text = include_str!("../../policy/holds.cedar");
    assert_eq!(text.lines().nth(rule.line as usize - 1), Some("@id(\"hold/destroys\")"));
    assert!(judgement.risk.score >= 60);
}

#[test]
fn roles_open_what_is_theirs_and_nothing_else() {
    let policy = Policy::builtin().unwrap();
    let allowed = |who: &Principal, action| policy.may(who, action, &place("demo"), &NOON).verdict == Verdict::Allow;
    let (engineer, approver, auditor, nobody) = (
        person("engineer", &["engineer"]),
        person("approver", &["approver"]),
        person("auditor", &["auditor"]),
        person("nobody", &[]),
    );
    assert!(allowed(&engineer, Action::Connect) && !allowed(&engineer, Action::Approve));
    assert!(allowed(&approver, Action::Approve) && allowed(&approver, Action::Steer));
    assert!(!allowed(&approver, Action::Connect) && !allowed(&auditor, Action::Connect));
    for action in Action::ALL {
        assert!(!allowed(&nobody, action), "{action:?}");
        for who in [&engineer, &approver, &auditor] {
            let refused = matches!(action, Action::Forward | Action::Upload | Action::Download);
            assert!(!(refused && allowed(who, action)), "{action:?}");
        }
    }
    let opens = |who| policy.dashboard(who, &NOON).verdict == Verdict::Allow;
    assert!(opens(&approver) && opens(&auditor) && !opens(&engineer) && !opens(&nobody));
    let audits = |who| policy.audit(who, &NOON).verdict == Verdict::Allow;
    assert!(audits(&auditor) && !audits(&approver) && !audits(&engineer) && !audits(&nobody));
    let says = policy.may(&engineer, Action::Forward, &place("demo"), &NOON).rules.remove(0).says;
    assert_eq!(says, "port, agent and X11 forwarding would pass by the gate");
}

#[test]
fn an_admission_carries_who_where_and_how_long_and_only_comes_from_an_allow() {
    let policy = Policy::builtin().unwrap();
    let id = SessionId::from_bytes([1; 10]);
    let hour = Duration::from_secs(3600);
    let admission = policy.connect(id, &person("e", &["engineer"]), &place("demo"), &NOON, hour).unwrap();
    assert_eq!((admission.session(), admission.lifetime()), (id, hour));
    let refused = policy.connect(id, &person("a", &["auditor"]), &place("demo"), &NOON, hour).unwrap_err();
    assert_eq!(refused.verdict, Verdict::Deny);
    assert_eq!(refused.rules[0].says, "no rule permits it");
}

#[test]
fn recordings_are_for_auditors_and_watching_is_for_approvers() {
    let policy = Policy::builtin().unwrap();
    let meta = SessionMeta {
        id: SessionId::from_bytes([2; 10]),
        who: person("engineer", &["engineer"]),
        place: place("demo"),
        channel: ChannelKind::Shell,
        pty: None,
        started: NOON.now,
    };
    let may = |who: &Principal, action| policy.view(&meta, who, action, &NOON).is_ok();
    let (approver, auditor) = (person("p", &["approver"]), person("a", &["auditor"]));
    assert!(may(&approver, Action::Watch) && !may(&approver, Action::Export));
    assert!(may(&auditor, Action::Replay) && may(&auditor, Action::Export) && !may(&auditor, Action::Watch));
    assert!(!may(&approver, Action::Connect));
    assert!(!may(&meta.who, Action::Replay));
    let own = r#"permit (principal, action == Action::"replay", resource) when { resource.owner == principal };"#;
    let own = super::tests::policy(own);
    assert!(own.view(&meta, &meta.who, Action::Replay, &NOON).is_ok());
    assert!(own.view(&meta, &auditor, Action::Replay, &NOON).is_err());
}

const PERMIT: &str = "permit (principal, action, resource);";

#[test]
fn a_denial_beats_a_hold_and_a_hold_does_not_open_what_nothing_permits() {
    let hold = r#"@hold @approvers("a") forbid (principal, action == Action::"run", resource);"#;
    let deny = r#"@id("never") forbid (principal, action == Action::"run", resource);"#;
    assert_eq!(verdict_of(&policy(hold), &[], Certainty::Exact), Verdict::Deny);
    assert!(matches!(verdict_of(&policy(&format!("{PERMIT}{hold}")), &[], Certainty::Exact), Verdict::Hold(_)));
    assert_eq!(verdict_of(&policy(&format!("{PERMIT}{hold}{deny}")), &[], Certainty::Exact), Verdict::Deny);
}

#[test]
fn when_several_holds_match_an_approval_must_satisfy_each() {
    let text = format!(
        r#"{PERMIT}
        @id("a") @hold @approvers("dba, oncall") @ttl("60") forbid (principal, action == Action::"run", resource);
        @id("b") @hold @approvers("oncall, security") @quorum("2") @reason("required") @risk("20")
        forbid (principal, action == Action::"run", resource);"#
    );
    let who = person("engineer", &[]);
    let (judgement, _) = policy(&text).run(&who, &place("demo"), &deed(&[], Certainty::Exact), &NOON);
    let expected = Obligations { approvers: vec!["oncall".to_owned()], quorum: 2, ttl_secs: 60, reason_required: true };
    assert_eq!(judgement.verdict, Verdict::Hold(expected));
    assert_eq!(judgement.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(judgement.risk.score, 20);
}

#[test]
fn a_rule_that_cannot_be_evaluated_denies() {
    // Long arithmetic overflows at evaluation only.
    let text = format!(
        "{PERMIT} forbid (principal, action == Action::\"run\", resource) when {{ context.hour * 9223372036854775807 == 1 }};"
    );
    assert_eq!(verdict_of(&policy(&text), &[], Certainty::Exact), Verdict::Deny);
}

#[test]
fn labels_source_and_time_can_be_asked_for() {
    let text = r#"permit (principal, action == Action::"run", resource) when {
        resource.hasTag("env") && resource.getTag("env") == "demo" && context has source
        && context.source.isInRange(ip("192.0.2.0/24")) && context.hour == 12 && context.weekday == 5 };"#;
    let policy = policy(text);
    let who = person("e", &[]);
    let verdict = |place: &Place, now| {
        let circumstances = Circumstances { now, ..NOON };
        policy.run(&who, place, &deed(&[], Certainty::Exact), &circumstances).0.verdict
    };
    assert_eq!(verdict(&place("demo"), NOON.now), Verdict::Allow);
    assert_eq!(verdict(&place("production"), NOON.now), Verdict::Deny);
    assert_eq!(verdict(&place("demo"), NOON.now.after(Duration::from_secs(3600))), Verdict::Deny);
}

#[test]
fn all_faults_of_all_files_are_reported_at_once_with_file_and_line() {
    let a = "// a comment; with a semicolon\n\npermit (principal, action, resource) when { context.nonsense };\n\
             @holdd\nforbid (principal, action == Action::\"run\", resource);\n";
    let b = "@hold\nforbid (principal, action == Action::\"run\", resource);\n\n\npermit (oops);\n\
             @id(\"x\") permit (principal, action == Action::\"run\", resource);\n\
             @id(\"x\") @ttl(\"1\") permit (principal, action == Action::\"run\", resource)";
    let files = vec![("a.cedar".to_owned(), a.to_owned()), ("b.cedar".to_owned(), b.to_owned())];
    let faults = Policy::from_files(files).unwrap_err();
    let places: Vec<_> = faults.0.iter().map(|fault| format!("{}:{}", fault.file, fault.line)).collect();
    for expected in ["a.cedar:3", "a.cedar:4", "b.cedar:1", "b.cedar:5", "b.cedar:7"] {
        assert!(places.iter().any(|place| place == expected), "{expected} is not in:\n{faults}");
    }
    assert!(faults.to_string().contains("@holdd is not an annotation of ours"));
    assert!(faults.to_string().contains("a hold needs @approvers"));
}

#[test]
fn an_empty_policy_denies_everything() {
    let policy = Policy::from_files(Vec::new()).unwrap();
    assert_eq!(verdict_of(&policy, &[], Certainty::Exact), Verdict::Deny);
}

#[test]
fn risk_counts_the_worst_first_and_doubt_only_where_something_is_at_stake() {
    let effects = [effect(EffectKind::FsDestroy, Severity::Low), effect(EffectKind::Opaque, Severity::High)];
    let sure = risk(&effects, Certainty::Exact);
    let unsure = risk(&effects, Certainty::Disputed);
    assert!(sure.score > 60 && unsure.score > sure.score && unsure.score <= 100);
    assert_eq!(risk(&[], Certainty::Disputed).score, 0);
    let many = vec![effect(EffectKind::FsDestroy, Severity::Critical); 300];
    assert_eq!(risk(&many, Certainty::Opaque).score, 100);
}

fn found(kind: DataKind, count: u32) -> Vec<Finding> {
    vec![Finding { kind, count }]
}

#[test]
fn a_reveal_is_held_with_a_reason_and_is_nobodys_who_may_not_ask() {
    let policy = Policy::builtin().unwrap();
    let id = SessionId::from_bytes([3; 10]);
    let ask = |who: &Principal, secs| policy.reveal(id, who, &place("demo"), secs, &NOON);
    let (judgement, permit) = ask(&person("e", &["engineer"]), 900);
    let Verdict::Hold(obligations) = judgement.verdict else { panic!("{judgement:?}") };
    assert!(obligations.reason_required && permit.is_none());
    assert_eq!(obligations.approvers, ["approver"]);
    assert_eq!(ask(&person("e", &["engineer"]), 3601).0.verdict, Verdict::Deny);
    assert_eq!(ask(&person("a", &["auditor"]), 60).0.verdict, Verdict::Deny);
    let free = super::tests::policy(r#"permit (principal, action == Action::"reveal", resource);"#);
    let (judgement, permit) = free.reveal(id, &person("e", &[]), &place("demo"), 60, &NOON);
    assert_eq!(judgement.verdict, Verdict::Allow);
    assert_eq!(permit.map(|permit| permit.lasts()), Some(Duration::from_secs(60)));
}

#[test]
fn output_goes_on_until_it_is_a_list_of_numbers_from_production() {
    let policy = Policy::builtin().unwrap();
    let who = person("e", &["engineer"]);
    let verdict = |env, findings: &[Finding]| policy.output(&who, &place(env), findings, &NOON).0.verdict;
    assert_eq!(verdict("production", &found(DataKind::PaymentCard, 20)), Verdict::Allow);
    assert!(matches!(verdict("production", &found(DataKind::PaymentCard, 21)), Verdict::Hold(_)));
    assert!(matches!(verdict("production", &found(DataKind::UsSsn, 21)), Verdict::Hold(_)));
    let mixed = [DataKind::Iban, DataKind::Passport, DataKind::UkNhs].map(|kind| Finding { kind, count: 7 });
    assert!(matches!(verdict("production", &mixed), Verdict::Hold(_)));
    assert_eq!(verdict("demo", &found(DataKind::PaymentCard, 21)), Verdict::Allow);
    assert_eq!(verdict("production", &found(DataKind::Email, 21)), Verdict::Allow);
}

#[test]
fn many_values_go_on_and_people_hear_of_it() {
    let policy = Policy::builtin().unwrap();
    let who = person("e", &["engineer"]);
    let alerts = |count| policy.output(&who, &place("demo"), &found(DataKind::Email, count), &NOON);
    assert!(alerts(200).1.is_empty());
    let (judgement, rules) = alerts(201);
    assert_eq!(judgement.verdict, Verdict::Allow);
    assert_eq!(rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["privacy/many"]);
}

#[test]
fn output_needs_no_permit_and_a_forbid_stops_it_for_good() {
    let who = person("e", &[]);
    let findings = found(DataKind::UsSsn, 1);
    let silent = policy(r#"permit (principal, action == Action::"run", resource);"#);
    assert_eq!(silent.output(&who, &place("demo"), &findings, &NOON).0.verdict, Verdict::Allow);
    let strict = policy(
        r#"@id("none") forbid (principal, action == Action::"output", resource) when { context.kinds.contains("us_ssn") };"#,
    );
    assert_eq!(strict.output(&who, &place("demo"), &findings, &NOON).0.verdict, Verdict::Deny);
    assert_eq!(strict.output(&who, &place("demo"), &found(DataKind::Email, 9), &NOON).0.verdict, Verdict::Allow);
}

#[test]
fn what_nothing_permits_is_masked_and_a_kind_can_be_permitted_alone() {
    let who = person("e", &["engineer"]);
    assert!(Policy::builtin().unwrap().clear_kinds(&who, &place("demo"), &NOON).is_empty());
    let text =
        r#"permit (principal, action == Action::"see", resource) when { context.kind == "email" && !context.secret };"#;
    assert_eq!(policy(text).clear_kinds(&who, &place("demo"), &NOON), [DataKind::Email]);
}

#[test]
fn images_pass_only_where_a_rule_permits_them() {
    let who = person("e", &["engineer"]);
    assert!(!Policy::builtin().unwrap().images(&who, &place("demo"), &NOON));
    let permit = r#"permit (principal, action == Action::"image", resource == Target::"box");"#;
    assert!(policy(permit).images(&who, &place("demo"), &NOON));
    let elsewhere = Place { target: "other".to_owned(), ..place("demo") };
    assert!(!policy(permit).images(&who, &elsewhere, &NOON));
    // A hold asks nobody here, and a rule that cannot be evaluated denies.
    for but in [
        r#"@id("f") forbid (principal, action == Action::"image", resource);"#,
        r#"@id("h") @hold @approvers("a") forbid (principal, action == Action::"image", resource);"#,
        r#"@id("e") forbid (principal, action == Action::"image", resource) when { context.hour * 9223372036854775807 > 0 };"#,
    ] {
        assert!(!policy(&format!("{permit}\n{but}")).images(&who, &place("demo"), &NOON), "{but}");
    }
}

#[test]
fn an_alert_belongs_on_a_permit() {
    let text = r#"@alert forbid (principal, action == Action::"output", resource);"#;
    let faults = Policy::from_files(vec![("a.cedar".to_owned(), text.to_owned())]).unwrap_err();
    assert!(faults.to_string().contains("@alert belongs on a `permit`"), "{faults}");
}
