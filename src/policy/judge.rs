//! One question to Cedar, and its answer as a judgement.

use std::collections::HashSet;
use std::sync::LazyLock;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicyId, PolicySet, Request,
    RestrictedExpression as Value,
};

use super::load::{Note, Rules};
use super::{Action, Circumstances, Deed};
use crate::model::{
    DataKind, Effect, Finding, Judgement, Obligations, Place, Principal, Risk, Rule, SessionMeta, Severity, Verdict,
};

/// A question as Cedar takes it; `Err` carries why it could not even be asked, which denies.
pub(super) struct Question(Result<Asked, String>);

struct Asked {
    request: Request,
    entities: Entities,
}

impl Question {
    /// May this line run here?
    pub(super) fn run(who: &Principal, place: &Place, deed: &Deed<'_>, circumstances: &Circumstances) -> Self {
        let mut context = context(who, circumstances);
        let kinds = |least: Severity| {
            let mut kinds: Vec<_> =
                deed.effects.iter().filter(|effect| effect.severity >= least).map(|effect| effect.kind).collect();
            kinds.sort_unstable();
            kinds.dedup();
            Value::new_set(kinds.into_iter().map(|kind| Value::new_string(kind.as_str().to_owned())))
        };
        context.push(("effects", kinds(Severity::Info)));
        context.push(("medium", kinds(Severity::Medium)));
        context.push(("high", kinds(Severity::High)));
        context.push(("critical", kinds(Severity::Critical)));
        context.push(("worst", Value::new_long(worst(deed.effects))));
        context.push(("certainty", Value::new_string(deed.certainty.word().to_owned())));
        context.push(("uncommitted", Value::new_bool(deed.uncommitted)));
        Self(ask(who, "run", context, |names| names.target(place).map(|target| (target, Vec::new()))))
    }

    /// May values be seen in the clear here, for so long?
    pub(super) fn reveal(who: &Principal, place: &Place, secs: u32, circumstances: &Circumstances) -> Self {
        let mut context = context(who, circumstances);
        context.push(("seconds", Value::new_long(secs.into())));
        Self(ask(who, Action::Reveal.as_str(), context, |names| names.target(place).map(|target| (target, Vec::new()))))
    }

    /// May values of this kind be seen in the clear here, always?
    pub(super) fn see(who: &Principal, place: &Place, kind: DataKind, circumstances: &Circumstances) -> Self {
        let mut context = context(who, circumstances);
        context.push(("kind", Value::new_string(kind.as_str().to_owned())));
        context.push(("secret", Value::new_bool(kind.is_secret())));
        Self(ask(who, Action::See.as_str(), context, |names| names.target(place).map(|target| (target, Vec::new()))))
    }

    /// May more of this output go on?
    pub(super) fn output(who: &Principal, place: &Place, findings: &[Finding], circumstances: &Circumstances) -> Self {
        let of = |kind: DataKind| {
            let counts = findings.iter().filter(|found| found.kind == kind).map(|found| i64::from(found.count));
            counts.fold(0, i64::saturating_add)
        };
        let sum = |secret: bool| {
            let kinds = DataKind::ALL.iter().filter(|kind| kind.is_secret() == secret);
            kinds.fold(0i64, |sum, kind| sum.saturating_add(of(*kind)))
        };
        let counts = DataKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), Value::new_long(of(*kind))));
        let found = DataKind::ALL.iter().filter(|kind| of(**kind) > 0);
        let kinds = Value::new_set(found.map(|kind| Value::new_string(kind.as_str().to_owned())));
        let mut context = context(who, circumstances);
        let counts = match Value::new_record(counts) {
            Ok(counts) => counts,
            Err(e) => return Self(Err(e.to_string())),
        };
        context.push(("counts", counts));
        context.push(("kinds", kinds));
        context.push(("personal", Value::new_long(sum(false))));
        context.push(("secrets", Value::new_long(sum(true))));
        Self(ask(who, Action::Output.as_str(), context, |names| names.target(place).map(|target| (target, Vec::new()))))
    }

    /// Anything else on a target.
    pub(super) fn on_target(who: &Principal, action: Action, place: &Place, circumstances: &Circumstances) -> Self {
        match action {
            Action::Connect
            | Action::Upload
            | Action::Download
            | Action::Forward
            | Action::Approve
            | Action::Steer
            | Action::Image => {
                let context = context(who, circumstances);
                Self(ask(who, action.as_str(), context, |names| names.target(place).map(|t| (t, Vec::new()))))
            }
            Action::Run
            | Action::Reveal
            | Action::See
            | Action::Output
            | Action::Watch
            | Action::Replay
            | Action::Export => Self::wrong(action, "target"),
        }
    }

    /// Seeing a session.
    pub(super) fn on_session(
        who: &Principal,
        action: Action,
        session: &SessionMeta,
        circumstances: &Circumstances,
    ) -> Self {
        match action {
            Action::Watch | Action::Replay | Action::Export => {
                let context = context(who, circumstances);
                Self(ask(who, action.as_str(), context, |names| names.session(session)))
            }
            Action::Connect
            | Action::Run
            | Action::Upload
            | Action::Download
            | Action::Forward
            | Action::Reveal
            | Action::See
            | Action::Output
            | Action::Image
            | Action::Approve
            | Action::Steer => Self::wrong(action, "session"),
        }
    }

    /// What concerns the bastion whole: `dashboard`, `audit`.
    pub(super) fn on_bastion(who: &Principal, action: &str, circumstances: &Circumstances) -> Self {
        let bastion = |names: &Names| Ok((Entity::with_uid(names.uid(&names.bastion, "bastion")), Vec::new()));
        Self(ask(who, action, context(who, circumstances), bastion))
    }

    fn wrong(action: Action, on: &str) -> Self {
        Self(Err(format!("'{}' cannot be asked about a {on}", action.as_str())))
    }
}

impl Rules {
    /// Answers. Whether it may be done at all is asked first, of the rules that no approval lifts; then the holds.
    pub(super) fn judge(&self, question: &Question) -> Judgement {
        let asked = match &question.0 {
            Ok(asked) => asked,
            Err(why) => return denied(unruled("unanswerable", format!("the question could not be asked: {why}"))),
        };
        let access = match self.matching(&self.access, asked) {
            Ok(found) => found,
            Err(broken) => return denied(broken),
        };
        if access.decision == Decision::Deny {
            return match access.notes.is_empty() {
                true => denied(unruled("default-deny", "no rule permits it".to_owned())),
                false => judgement(Verdict::Deny, &access.notes),
            };
        }
        match self.matching(&self.holds, asked) {
            Err(broken) => denied(broken),
            Ok(holds) if holds.notes.is_empty() => judgement(Verdict::Allow, &access.notes),
            Ok(holds) => hold(holds.notes),
        }
    }

    /// Answers about output that was found to have values in it: without a rule it goes on. Beside the judgement the rules that want
    /// people to know, whatever comes of it.
    pub(super) fn judge_output(&self, question: &Question) -> (Judgement, Vec<Rule>) {
        let asked = match &question.0 {
            Ok(asked) => asked,
            Err(why) => {
                let why = format!("the question could not be asked: {why}");
                return (denied(unruled("unanswerable", why)), Vec::new());
            }
        };
        let (access, holds) = match (self.matching(&self.access, asked), self.matching(&self.holds, asked)) {
            (Ok(access), Ok(holds)) => (access, holds),
            (Err(broken), _) | (_, Err(broken)) => return (denied(broken), Vec::new()),
        };
        // What permits is in the reasons unless something denies; then that is what people hear of.
        let alerts = access.notes.iter().filter(|note| note.alert).map(|note| note.rule.clone()).collect();
        let judgement = match (access.decision, access.notes.is_empty(), holds.notes.is_empty()) {
            (Decision::Deny, false, _) => judgement(Verdict::Deny, &access.notes),
            (_, _, false) => hold(holds.notes),
            (Decision::Allow, _, true) | (Decision::Deny, true, true) => judgement(Verdict::Allow, &access.notes),
        };
        (judgement, alerts)
    }

    /// The rules of a set that match. A rule that cannot be evaluated is an error, whatever the others say.
    fn matching(&self, set: &PolicySet, asked: &Asked) -> Result<Matching<'_>, Rule> {
        let response = AUTHORIZER.is_authorized(&asked.request, set, &asked.entities);
        if let Some(error) = response.diagnostics().errors().next() {
            let says = format!("a policy rule could not be evaluated: {error}");
            let cedar_policy::AuthorizationError::PolicyEvaluationError(at) = error;
            let note = self.notes.get(at.policy_id());
            return Err(note.map_or_else(
                || unruled("unanswerable", says.clone()),
                |note| Rule { says: says.clone(), ..note.rule.clone() },
            ));
        }
        let mut notes: Vec<&Note> =
            response.diagnostics().reason().filter_map(|id: &PolicyId| self.notes.get(id)).collect();
        notes.sort_by(|a, b| (&a.rule.file, a.rule.line).cmp(&(&b.rule.file, b.rule.line)));
        Ok(Matching { decision: response.decision(), notes })
    }
}

struct Matching<'r> {
    decision: Decision,
    /// In the order of the files.
    notes: Vec<&'r Note>,
}

/// The strictest of all that match: see the room's own page.
fn hold(mut notes: Vec<&Note>) -> Judgement {
    let strictness = |note: &Note| note.obligations.as_ref().map(|o| (o.quorum, std::cmp::Reverse(o.ttl_secs)));
    notes.sort_by_key(|note| std::cmp::Reverse((strictness(note), note.risk)));
    let all = notes.iter().filter_map(|note| note.obligations.as_ref());
    let strictest = all.cloned().reduce(|a, b| Obligations {
        approvers: a.approvers.into_iter().filter(|role| b.approvers.contains(role)).collect(),
        quorum: a.quorum.max(b.quorum),
        ttl_secs: a.ttl_secs.min(b.ttl_secs),
        reason_required: a.reason_required || b.reason_required,
    });
    match strictest {
        Some(obligations) => judgement(Verdict::Hold(obligations), &notes),
        None => judgement(Verdict::Deny, &notes),
    }
}

fn judgement(verdict: Verdict, notes: &[&Note]) -> Judgement {
    let score = notes.iter().fold(0u8, |sum, note| sum.saturating_add(note.risk)).min(100);
    let reasons = notes
        .iter()
        .filter(|note| note.risk > 0)
        .map(|note| format!("rule {} (+{})", note.rule.id, note.risk))
        .collect();
    Judgement { verdict, rules: notes.iter().map(|note| note.rule.clone()).collect(), risk: Risk { score, reasons } }
}

fn denied(rule: Rule) -> Judgement {
    Judgement { verdict: Verdict::Deny, rules: vec![rule], risk: Risk::default() }
}

/// A denial that stands in no file.
fn unruled(id: &str, says: String) -> Rule {
    Rule { id: id.to_owned(), file: "(built in)".to_owned(), line: 1, says }
}

fn worst(effects: &[Effect]) -> i64 {
    effects.iter().map(|effect| effect.severity).max().map_or(0, |severity| match severity {
        Severity::Info => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    })
}

type Pairs = Vec<(&'static str, Value)>;

fn context(who: &Principal, circumstances: &Circumstances) -> Pairs {
    let (hour, weekday) = circumstances.now.hour_and_weekday();
    let mut pairs = Vec::with_capacity(10);
    pairs.push(("channel", Value::new_string(circumstances.channel.as_str().to_owned())));
    pairs.push(("hour", Value::new_long(hour.into())));
    pairs.push(("weekday", Value::new_long(weekday.into())));
    pairs.extend(who.source.map(|ip| ("source", Value::new_ip(ip.to_string()))));
    pairs
}

/// Puts the question together: the principal with their roles, the resource, and what else the resource refers to.
fn ask(
    who: &Principal,
    action: &str,
    context: Pairs,
    resource: impl FnOnce(&Names) -> Result<(Entity, Vec<Entity>), String>,
) -> Result<Asked, String> {
    let names = NAMES.as_ref().map_err(Clone::clone)?;
    let user = names.user(who)?;
    let (resource, others) = resource(names)?;
    let context = Context::from_pairs(context.into_iter().map(|(key, value)| (key.to_owned(), value)));
    let context = context.map_err(|e| e.to_string())?;
    let action = names.uid(&names.action, action);
    let request = Request::new(user.uid(), action, resource.uid(), context, None).map_err(|e| e.to_string())?;
    // An owner who looks at their own session appears once.
    let others = others.into_iter().filter(|other| other.uid() != user.uid()).collect::<Vec<_>>();
    let all = [user, resource].into_iter().chain(others);
    let entities = Entities::from_entities(all, None).map_err(|e| e.to_string())?;
    Ok(Asked { request, entities })
}

/// The schema's type names, parsed once.
struct Names {
    role: EntityTypeName,
    user: EntityTypeName,
    target: EntityTypeName,
    session: EntityTypeName,
    bastion: EntityTypeName,
    action: EntityTypeName,
}

impl Names {
    fn new() -> Result<Self, String> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(|e| e.to_string());
        Ok(Self {
            role: name("Role")?,
            user: name("User")?,
            target: name("Target")?,
            session: name("Session")?,
            bastion: name("Bastion")?,
            action: name("Action")?,
        })
    }

    #[allow(clippy::unused_self, reason = "reads as names.uid(&names.user, …) everywhere")]
    fn uid(&self, kind: &EntityTypeName, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
    }

    fn user(&self, who: &Principal) -> Result<Entity, String> {
        let attributes = [("fingerprint".to_owned(), Value::new_string(who.fingerprint.clone()))];
        let roles = who.roles.iter().map(|role| self.uid(&self.role, role)).collect::<HashSet<_>>();
        Entity::new(self.uid(&self.user, &who.user), attributes.into(), roles).map_err(|e| e.to_string())
    }

    fn target(&self, place: &Place) -> Result<Entity, String> {
        let attributes = [("login".to_owned(), Value::new_string(place.login.clone()))];
        let tags = place.labels.iter().map(|(key, value)| (key.clone(), Value::new_string(value.clone())));
        Entity::new_with_tags(self.uid(&self.target, &place.target), attributes, [], tags).map_err(|e| e.to_string())
    }

    fn session(&self, meta: &SessionMeta) -> Result<(Entity, Vec<Entity>), String> {
        let target = self.target(&meta.place)?;
        let owner = self.user(&meta.who)?;
        let attributes = [
            ("owner".to_owned(), Value::new_entity_uid(owner.uid())),
            ("login".to_owned(), Value::new_string(meta.place.login.clone())),
            ("started".to_owned(), Value::new_long(i64::try_from(meta.started.secs()).unwrap_or(i64::MAX))),
        ];
        let session = self.uid(&self.session, &meta.id.to_string());
        let session = Entity::new(session, attributes.into(), [target.uid()].into()).map_err(|e| e.to_string())?;
        Ok((session, vec![target, owner]))
    }
}

static NAMES: LazyLock<Result<Names, String>> = LazyLock::new(Names::new);

/// Stateless: only its table of extension functions.
static AUTHORIZER: LazyLock<Authorizer> = LazyLock::new(Authorizer::new);
