//! MongoDB's shell: JavaScript with a database's verbs (<https://www.mongodb.com/docs/mongodb-shell/reference/methods/>).
//!
//! The calls are looked for in the text without strings and comments, so that `find({note: "drop()"})` is a question. What the shell runs
//! beside the database (`load`, `run`) is judged as what it is.

use crate::command::code::escape;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges a text; answers whether the program would act on it now: its brackets are closed.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    let (dense, depth) = dense(text);
    let span = walk.span(0, text.len());
    for (calls, kind, severity, undo, reason) in CALLS {
        if let Some(call) = calls.iter().find(|call| finds(&dense, call)) {
            walk.effect(*kind, *severity, *undo, span, &name(&dense, call), reason);
        }
    }
    for call in ["deletemany(", "remove(", "updatemany(", "update("] {
        if let Some(at) = dense.find(&format!(".{call}")) {
            let arguments = dense.get(at + 1 + call.len()..).unwrap_or_default();
            let all = ["{}", ")", "{_id:{$exists:true}}", "{$where:true", "{_id:{$ne:null}}", "null"];
            let every = all.iter().any(|all| arguments.starts_with(all))
                && (call != "update(" || arguments.contains("multi:true"));
            if every {
                let reason = if call.starts_with('u') {
                    "overwrites every document of {object}"
                } else {
                    "deletes every document of {object}"
                };
                walk.effect(EffectKind::DbDestroy, Severity::High, Undo::Never, span, &name(&dense, call), reason);
            } else if call == "deletemany(" || call == "remove(" {
                let reason = "deletes documents of {object}";
                walk.effect(EffectKind::DbDestroy, Severity::Low, Undo::Never, span, &name(&dense, call), reason);
            }
        }
    }
    if calls_computed(&dense) {
        walk.opaque(Severity::Medium, span, "calls what it does not name");
    }
    let unsaid = |call: &str| {
        let behind = dense.match_indices(call).map(|(at, _)| dense.get(at + call.len()..).unwrap_or_default());
        behind.into_iter().any(|rest| rest.starts_with(char::is_alphabetic) || rest.starts_with("{["))
    };
    if unsaid(".runcommand(") || unsaid(".admincommand(") {
        walk.opaque(Severity::Medium, span, "runs a command of the database that the line does not show");
    }
    // The shell is Node: what it runs or deletes beside the database is judged as that.
    if text.contains("require") || text.contains("process") {
        walk.code("node", text, 0);
    }
    for (mark, reason) in [
        ("deletemany:{filter:{}", "deletes every document of {object}"),
        ("updatemany:{filter:{}", "overwrites every document of {object}"),
        ("deletes:[{q:{}", "deletes every document of {object}"),
        ("updates:[{q:{}", "overwrites every document of {object}"),
        ("remove:true", "deletes documents of {object}"),
    ] {
        if dense.contains(mark) && (mark != "remove:true" || dense.contains("findandmodify")) {
            let object = name(&dense, ".bulkwrite(");
            walk.effect(EffectKind::DbDestroy, Severity::High, Undo::Never, span, &object, reason);
        }
    }
    if let Some(collection) = everybody(&dense) {
        let reason = "shows everybody who is in {object}";
        walk.effect(EffectKind::SqlExfil, Severity::Medium, Undo::Never, span, &collection, reason);
    }
    let line = text.trim_start();
    if let Some(shell) = line.strip_prefix('!') {
        walk.shell(shell, text.len() - shell.len());
    }
    depth == 0
}

/// The collection of people of which a query shows every document: `db.users.find().toArray()`. Without a loop the shell shows twenty.
fn everybody(dense: &str) -> Option<String> {
    let at = dense.find(".find(")?;
    let (before, arguments) = dense.split_at_checked(at)?;
    let arguments = arguments.get(".find(".len()..)?;
    let all = arguments.starts_with(')') || arguments.starts_with("{}");
    let whole = [").toarray(", ").foreach(", ").map("].iter().any(|call| arguments.contains(call));
    let few = [".limit(", ".count(", ".explain(", ".toarray()[", ".toarray().length"]
        .iter()
        .any(|call| arguments.contains(call));
    let collection = before.rsplit(['.', ')', ' ', ';']).next().unwrap_or_default();
    (all && whole && !few && crate::command::sql::people(collection)).then(|| collection.to_owned())
}

type Row = (&'static [&'static str], EffectKind, Severity, Undo, &'static str);

/// Calls as they stand in lower case without blanks; one that begins with a bare letter stands at the beginning of a name.
const CALLS: &[Row] = &[
    (
        &[
            ".dropdatabase(",
            "._dropdatabase(",
            "{dropdatabase:",
            "['dropdatabase']",
            ".dropdatabase.call",
            ".dropdatabase.bind",
        ],
        EffectKind::DbDestroy,
        Severity::Critical,
        Undo::Never,
        "drops the database and all in it",
    ),
    (
        &[".drop(", "._drop(", "{drop:", "['drop']", ".drop.call", ".drop.bind", ".drop.apply"],
        EffectKind::DbDestroy,
        Severity::Critical,
        Undo::Never,
        "drops the collection {object}",
    ),
    (
        &[
            ".deletemany.bind",
            ".deletemany.call",
            ".deletemany.apply",
            ".remove.bind",
            ".remove.call",
            "['deletemany']",
        ],
        EffectKind::DbDestroy,
        Severity::High,
        Undo::Never,
        "deletes documents of {object}",
    ),
    (
        &[
            ".dropindex(",
            ".dropindexes(",
            "{dropindexes:",
            ".converttocapped(",
            "{converttocapped:",
            ".renamecollection(",
            ".dropsearchindex(",
        ],
        EffectKind::DbDestroy,
        Severity::High,
        Undo::Hard,
        "drops or changes parts of {object}",
    ),
    (
        &["{$out:", "{$merge:"],
        EffectKind::DbDestroy,
        Severity::Medium,
        Undo::Never,
        "writes what it finds over a collection",
    ),
    (
        &[
            ".shutdownserver(",
            "{shutdown:",
            ".killop(",
            ".fsynclock(",
            "{fsync:",
            "{killop:",
            ".killsession",
            "{replsetstepdown:",
            "rs.stepdown(",
            "rs.freeze(",
        ],
        EffectKind::ServiceStop,
        Severity::High,
        Undo::Easy,
        "stops the database server, or what runs on it",
    ),
    (
        &[
            "rs.remove(",
            "rs.reconfig(",
            "rs.initiate(",
            "sh.removeshard(",
            "{removeshard:",
            "sh.stopbalancer(",
            "sh.movechunk(",
            "sh.disable",
            "{replsetreconfig:",
            "sh.removerangefromzone(",
            "sh.unshardcollection(",
            "sh.shardcollection(",
            "rs.add(",
            "{replsetinitiate:",
        ],
        EffectKind::DbDestroy,
        Severity::High,
        Undo::Hard,
        "changes which servers hold the data",
    ),
    (
        &[
            ".createuser(",
            ".updateuser(",
            ".dropuser(",
            ".dropallusers(",
            ".grantrolestouser(",
            ".revokerolesfromuser(",
            ".createrole(",
            ".droprole(",
            ".grantprivileges",
            ".revokeprivileges",
            ".changeuserpassword(",
            ".adduser(",
            ".updaterole(",
            ".dropallroles(",
            "{createuser:",
            "{dropuser:",
            ".removeuser(",
            "{updateuser:",
            "{grantrolestouser:",
            ".grantrolestorole(",
            "{createrole:",
            ".revokerolesfromrole(",
            "{dropallusersfromdatabase:",
        ],
        EffectKind::SqlPriv,
        Severity::High,
        Undo::Hard,
        "changes who may do what in the database",
    ),
    (
        &[
            "{setparameter:",
            ".setprofilinglevel(",
            "{setfeaturecompatibilityversion:",
            "{profile:",
            ".setloglevel(",
            "{logrotate:",
            "{compact:",
        ],
        EffectKind::SqlPriv,
        Severity::Medium,
        Undo::Easy,
        "changes the database server's settings",
    ),
    (
        &[
            "system.users.find(",
            ".system.users.find(",
            ".getusers({showcredentials:true",
            ",{ssn:1",
            ",{password:1",
            ",{passwordhash:1",
            ",{cardnumber:1",
            ",{iban:1",
        ],
        EffectKind::CredAccess,
        Severity::Medium,
        Undo::Never,
        "reads the accounts of the database",
    ),
    (
        &[".clonedatabase(", ".copydatabase(", ".clonecollection("],
        EffectKind::Exfil,
        Severity::Medium,
        Undo::Never,
        "copies a database to or from another server",
    ),
    (
        &[
            "load(",
            "eval(",
            "newfunction(",
            "function('",
            "function(atob(",
            // No parameter has such a name: it is the constructor, `Function(…)`.
            "function(db.",
            "vm.runin",
            ".eval(",
            "{eval:",
            "function.constructor",
            "require('child_process",
            "child_process",
            "run(",
            "runprogram(",
            "startmongoprogram",
            "rawmongoprogram",
            "process.exec",
            "$function:",
        ],
        EffectKind::Opaque,
        Severity::Medium,
        Undo::Hard,
        "runs code or a program that the line does not show",
    ),
    (
        &["fs.unlink", "fs.rm", "removefile(", "fs.writefile", "writefile(", ".rmsync", ".unlinksync"],
        EffectKind::FsDestroy,
        Severity::High,
        Undo::Never,
        "deletes or overwrites files",
    ),
];

/// Whether a method is called by a name that is put together: `db['dr' + 'op']()`. A number is a place in a list.
fn calls_computed(dense: &str) -> bool {
    let calls = ["](", "].bind(", "].call(", "].apply("];
    calls.iter().flat_map(|call| dense.match_indices(call)).any(|(end, _)| {
        let head = dense.get(..end).unwrap_or_default();
        let mut depth = 0i32;
        let open = head.char_indices().rev().find(|(_, c)| {
            depth += i32::from(*c == ']') - i32::from(*c == '[');
            depth < 0
        });
        let inner = open.and_then(|(at, _)| head.get(at + 1..)).unwrap_or_default();
        // `db[name]()`
        let database = open.and_then(|(at, _)| head.get(..at)).is_some_and(|before| before.ends_with("db"));
        let named = database && inner.starts_with(|c: char| c.is_alphabetic());
        (named || inner.contains(['+', '(', '\'', '['])) && !inner.starts_with("symbol")
    })
}

/// Whether the call stands there: not as the end of a longer name.
fn finds(dense: &str, call: &str) -> bool {
    if call.starts_with('{') && !call.starts_with("{$") {
        // A command to the server; elsewhere it is a field of a document.
        return dense.contains(&format!("command({call}"));
    }
    let word = call.starts_with(|c: char| c.is_alphanumeric());
    dense.match_indices(call).any(|(at, _)| {
        let before = dense.get(..at).and_then(|head| head.chars().next_back());
        !word || !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == '.')
    })
}

/// What stands before the call: `db.users`.
fn name(dense: &str, call: &str) -> String {
    let head = dense.find(call).and_then(|at| dense.get(..at)).unwrap_or_default().trim_end_matches('.');
    let from = head.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '$'))).map_or(0, |at| at + 1);
    head.get(from..).unwrap_or_default().to_owned()
}

/// The text in lower case without blanks, comments and what strings hold (names as keys stay), and how many brackets are open.
fn dense(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '"' | '\'' | '`' => {
                let mut held = String::new();
                while let Some(next) = chars.next() {
                    match next {
                        '\\' => {
                            let written: String = std::iter::once('\\').chain(chars.clone().take(9)).collect();
                            let (meant, width) = escape(&written);
                            held.push_str(&meant.to_lowercase());
                            let escaped = written.get(..width).unwrap_or(&written).chars().skip(1);
                            escaped.for_each(|_| {
                                chars.next();
                            });
                        }
                        next if next == c => break,
                        next => held.extend(next.to_lowercase()),
                    }
                }
                // `db["drop"]()`, `{"dropDatabase": 1}` and `getCollection("x")` say a name; a value is data.
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                match chars.peek() {
                    Some(':') => out.push_str(&held),
                    Some(']') if out.ends_with('[') && held.chars().all(char::is_alphanumeric) => {
                        out.pop();
                        depth = depth.saturating_sub(1);
                        chars.next();
                        out.push('.');
                        out.push_str(&held);
                    }
                    _ => out.push_str("''"),
                }
            }
            c if c.is_whitespace() => {}
            c => {
                match c {
                    '(' | '{' | '[' => depth += 1,
                    ')' | '}' | ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                out.extend(c.to_lowercase());
            }
        }
    }
    (out, depth)
}

#[cfg(test)]
mod tests {
    use crate::command::{Context, Dialect, analyse};

    fn held(line: &str) -> bool {
        use crate::model::Severity;
        analyse(line, &Context::typed_at(Dialect::Mongo))
            .effects
            .iter()
            .any(|effect| effect.severity >= Severity::Medium)
    }

    #[test]
    fn what_drops_empties_or_grants_is_held() {
        for line in [
            "db.dropDatabase()",
            "db.users.drop()",
            "db['users']['drop']()",
            "db[\"\\x64\\x72opDatabase\"]()",
            "db['\\u006frders']['\\u0064rop']()",
            "db.users['delete' + 'Many'].bind(db.users)({})",
            "db.users.deleteMany({})",
            "db.users.remove( { } )",
            "db.runCommand({dropDatabase: 1})",
            "db.adminCommand({ \"shutdown\": 1 })",
            "use admin; db.createUser({user: 'eve', pwd: 'x', roles: ['root']})",
            "db.getSiblingDB('shop').dropDatabase()",
            "load('/tmp/x.js')",
            "db.users.updateMany({}, {$set: {a: 1}})",
            "db['d'+'rop']()",
            "db.users[['dr','op'].join('')]()",
            "Function('db.users.drop()')()",
            "Function(db.notes.findOne({_id: 3}).t)()",
            "db.runCommand({['dropData' + 'base']: 1})",
            "db.users.find().forEach(printjson)",
            "db.getSiblingDB('crm').customers.find({}, {email: 1}).toArray()",
            "db.system.users.find()",
        ] {
            assert!(held(line), "{line}");
        }
    }

    #[test]
    fn questions_and_words_in_strings_are_quiet() {
        for line in [
            "db.users.find()",
            "show dbs",
            "db.log.find({note: 'db.users.drop()'})",
            "db.users.deleteOne({_id: 5})",
            "db.users.countDocuments({})",
            "db.users.insertOne({drop: true, eval: 'x'})",
            "db.stats()",
            "// db.dropDatabase()",
            "db.users.find().explain('executionStats')",
            "help",
            "db.users.find().toArray()[0]",
            "db.users.find({_id: 5}).toArray()",
            "db.users.find().limit(5).toArray()",
            "db.metrics.find().toArray()",
            "var f = function(a) { return a[0](1) }",
            "rs.status().members.map(function(m) { return m.name })",
        ] {
            assert!(!held(line), "{line}");
        }
    }

    #[test]
    fn open_brackets_want_more() {
        assert!(!analyse("db.users.find({", &Context::typed_at(Dialect::Mongo)).complete);
        assert!(analyse("db.users.find({})", &Context::typed_at(Dialect::Mongo)).complete);
    }
}
