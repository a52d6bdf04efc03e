//! The client of Redis and its kin: one command a line (<https://redis.io/docs/latest/commands/>), also memcached's text protocol.

use crate::command::code::escape;
use crate::command::walk::Walk;
use crate::model::{EffectKind, Severity, Undo};

/// Judges lines; answers whether the program would act on them now: it always does.
pub(super) fn judge(text: &str, walk: &mut Walk<'_>) -> bool {
    let mut start = 0;
    for line in text.split('\n').take(MAX_LINES) {
        command(line, start, walk);
        start += line.len() + 1;
    }
    true
}

type Finding = (EffectKind, Severity, Undo, &'static str);

fn command(line: &str, start: usize, walk: &mut Walk<'_>) {
    let words: Vec<String> = words(line);
    // `5 FLUSHALL` repeats.
    let from = usize::from(words.first().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())));
    let Some((name, rest)) = words.get(from..).and_then(<[String]>::split_first) else { return };
    let (name, first) = (name.to_ascii_lowercase(), rest.first().map(|word| word.to_ascii_lowercase()));
    if let Some((kind, severity, undo, reason)) = judged(&name, first.as_deref(), rest) {
        let object =
            if matches!(kind, EffectKind::SqlDestroy) { rest.first().map_or("", String::as_str) } else { &name };
        let span = walk.span(start, start + line.len());
        walk.effect(kind, severity, undo, span, object, reason);
    }
}

fn judged(name: &str, first: Option<&str>, rest: &[String]) -> Option<Finding> {
    use EffectKind::{DbDestroy, Exfil, Opaque, SqlDestroy, SqlPriv};
    use Severity::{Critical, High, Low, Medium};
    let first = first.unwrap_or_default();
    Some(match (name, first) {
        (_, "help") => return None,
        ("flushall" | "flushdb" | "flush_all", _) => (DbDestroy, Critical, Undo::Never, "empties the key store"),
        ("shutdown", "abort") => return None,
        ("shutdown", _) => (EffectKind::ServiceStop, High, Undo::Easy, "stops the key store"),
        ("swapdb", _) => (DbDestroy, High, Undo::Easy, "swaps two databases under those who use them"),
        ("config", "set" | "rewrite" | "resetstat") => {
            (SqlPriv, High, Undo::Easy, "changes the key store's settings, where it writes files among them")
        }
        ("config", "get") if rest.get(1).is_some_and(|word| secret(word)) => {
            (EffectKind::CredAccess, Medium, Undo::Never, "reads the key store's password")
        }
        ("debug", "sleep" | "segfault" | "reload" | "flushall" | "crash-and-recover" | "restart" | "panic" | "oom") => {
            (EffectKind::ServiceStop, High, Undo::Hard, "stops or disturbs the key store")
        }
        ("debug", _) if !matches!(first, "object" | "digest" | "digest-value" | "listpack" | "ziplist" | "") => {
            (EffectKind::ServiceStop, Medium, Undo::Hard, "disturbs the key store")
        }
        ("slaveof" | "replicaof", "no") => (DbDestroy, High, Undo::Hard, "makes the server stop following another one"),
        ("slaveof" | "replicaof", _) => {
            (DbDestroy, Critical, Undo::Never, "throws all keys away and takes those of another server")
        }
        ("module", "load" | "loadex" | "unload") => {
            (EffectKind::Evasion, Critical, Undo::Hard, "loads code into the key store")
        }
        ("migrate", _) => (Exfil, High, Undo::Never, "moves keys to another server"),
        ("acl", "setuser" | "deluser" | "load" | "save") => {
            (SqlPriv, High, Undo::Easy, "changes who may do what in the key store")
        }
        ("acl", "log") if rest.get(1).is_some_and(|word| word.eq_ignore_ascii_case("reset")) => {
            (EffectKind::LogTamper, Medium, Undo::Never, "empties the record of refusals")
        }
        ("slowlog" | "latency", "reset") => (EffectKind::LogTamper, Medium, Undo::Never, "empties a record"),
        (
            "cluster",
            "reset" | "forget" | "failover" | "flushslots" | "delslots" | "delslotsrange" | "setslot" | "addslots"
            | "meet" | "bumpepoch" | "set-config-epoch" | "replicate",
        ) => (DbDestroy, High, Undo::Hard, "changes which nodes hold the keys"),
        ("sentinel", "failover" | "remove" | "reset" | "set" | "monitor" | "flushconfig" | "simulate-failure") => {
            (EffectKind::ServiceStop, High, Undo::Hard, "changes which server is in charge")
        }
        ("failover", _) => (EffectKind::ServiceStop, High, Undo::Hard, "changes which server is in charge"),
        ("client", "kill" | "pause") => {
            (EffectKind::ServiceStop, Medium, Undo::Easy, "cuts off those who use the key store")
        }
        ("eval" | "evalsha" | "eval_ro" | "fcall", _) => {
            if matches!(name, "eval" | "eval_ro") && only_reads(rest) {
                return None;
            }
            let script = rest.iter().any(|word| destroys(word));
            match script || name == "evalsha" || name == "fcall" || loops(rest) {
                true => (DbDestroy, High, Undo::Never, "runs a script that changes the keys"),
                false => (Opaque, Medium, Undo::Hard, "runs a script in the key store"),
            }
        }
        ("script", "flush" | "kill" | "load" | "debug")
        | ("function", "flush" | "delete" | "load" | "restore" | "kill") => {
            (SqlDestroy, Medium, Undo::Hard, "changes the scripts that the key store holds")
        }
        ("restore", _) if rest.iter().any(|word| word.eq_ignore_ascii_case("replace")) => {
            (SqlDestroy, Medium, Undo::Never, "overwrites {object}")
        }
        ("save" | "bgsave" | "bgrewriteaof", _) => (DbDestroy, Low, Undo::Easy, "writes the keys to disk now"),
        ("del" | "unlink", _) if rest.len() > 3 || rest.iter().any(|word| word.contains(['*', '\u{fffc}'])) => {
            (SqlDestroy, Medium, Undo::Never, "deletes {object} and other keys")
        }
        ("del" | "unlink", _) if rest.is_empty() => return None,
        ("del" | "unlink", _) => (SqlDestroy, Medium, Undo::Never, "deletes the key {object}"),
        ("xgroup", "destroy" | "delconsumer")
        | ("xtrim" | "ltrim" | "ft.dropindex" | "ft.drop" | "json.del" | "json.clear", _) => {
            (SqlDestroy, Medium, Undo::Never, "throws data of {object} away")
        }
        ("monitor", _) => {
            (EffectKind::CredAccess, Low, Undo::Never, "shows everything that anybody asks of the key store")
        }
        ("keys", "*") => (DbDestroy, Low, Undo::Easy, "keeps the key store busy while it lists every key"),
        _ => return None,
    })
}

/// A script's calls that throw keys away.
fn destroys(script: &str) -> bool {
    let script = script.to_ascii_lowercase();
    ["flushall", "flushdb", "'del'", "\"del\"", "'unlink'", "\"unlink\"", "shutdown", "config", "os.execute", "loadlib"]
        .iter()
        .any(|call| script.contains(call))
}

/// Whether a script is one call that names a command which only reads: `return redis.call('LLEN', KEYS[1])`.
fn only_reads(rest: &[String]) -> bool {
    let Some(script) = rest.first().map(|script| script.trim().trim_end_matches(';')) else { return false };
    let call = script.strip_prefix("return").map_or(script, str::trim_start);
    let inner = ["redis.call(", "redis.pcall("].iter().find_map(|head| call.strip_prefix(head)?.strip_suffix(')'));
    let mut arguments = inner.unwrap_or_default().split(',').map(str::trim);
    let text = |word: &str| {
        let quoted = ['\'', '"'].iter().find_map(|quote| word.strip_prefix(*quote)?.strip_suffix(*quote));
        quoted.filter(|word| !word.contains(['\'', '"', '\\', '(', ')'])).map(str::to_ascii_lowercase)
    };
    let value = |word: &str| {
        let element = ["KEYS[", "ARGV["].iter().find_map(|name| word.strip_prefix(name)?.strip_suffix(']'));
        let number = element.unwrap_or(word.trim_start_matches('-'));
        text(word).is_some() || !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    };
    arguments.next().and_then(text).is_some_and(|name| READS.contains(&name.as_str())) && arguments.all(value)
}

/// Commands of the key store that change nothing and show what one key holds.
const READS: &[&str] = &[
    "get",
    "mget",
    "strlen",
    "getrange",
    "exists",
    "ttl",
    "pttl",
    "type",
    "llen",
    "lindex",
    "lrange",
    "hget",
    "hmget",
    "hlen",
    "hexists",
    "hstrlen",
    "scard",
    "sismember",
    "zcard",
    "zcount",
    "zscore",
    "zrank",
    "zrange",
    "zrangebyscore",
    "xlen",
    "xrange",
    "dbsize",
    "time",
    "ping",
    "echo",
    "bitcount",
    "getbit",
    "object",
];

fn loops(rest: &[String]) -> bool {
    rest.first().is_some_and(|script| script.contains("while true"))
}

fn secret(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.contains("pass") || word.contains("auth")
}

/// Words as redis-cli splits them: blanks outside of quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(q), c) if q == c => quote = None,
            (Some('"'), '\\') => {
                let (meant, width) = escape(line.get(at..).unwrap_or_default());
                word.get_or_insert_default().push_str(&meant);
                while chars.offset() < at + width && chars.next().is_some() {}
            }
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Lines of one text; the length of a text is bounded before.
const MAX_LINES: usize = 512;

#[cfg(test)]
mod tests {
    use crate::command::{Context, Dialect, analyse};

    fn kinds(line: &str) -> Vec<&'static str> {
        analyse(line, &Context::typed_at(Dialect::Redis)).effects.iter().map(|effect| effect.kind.as_str()).collect()
    }

    #[test]
    fn what_empties_stops_or_opens_the_store_is_found() {
        assert_eq!(kinds("FLUSHALL ASYNC"), ["db.destroy"]);
        assert_eq!(kinds("\"\\x66\\x6c\\x75shall\""), ["db.destroy"]);
        assert_eq!(kinds("get x\nflushdb"), ["db.destroy"]);
        assert_eq!(kinds("CONFIG SET dir /var/spool/cron"), ["sql.priv"]);
        assert_eq!(kinds("SLAVEOF 10.0.0.1 6379"), ["db.destroy"]);
        assert_eq!(kinds("MODULE LOAD /tmp/x.so"), ["evasion"]);
        assert_eq!(kinds("EVAL \"return redis.call('FLUSHALL')\" 0"), ["db.destroy"]);
        assert_eq!(kinds("EVAL \"return redis.call('LLEN', KEYS[1])\" 1 queue:payments"), [""; 0]);
        assert_eq!(kinds("EVAL \"return redis.call(ARGV[1])\" 0 x"), ["opaque"]);
        assert_eq!(kinds("EVAL \"local r = redis; redis.call('GET', 'x'); r.call('set', 'x', 1)\" 0"), ["opaque"]);
        for script in [
            "return redis.call('get' and 'flushall','x')",
            "redis.call('get','x'); return server.call(ARGV[1])",
            "for i=1,1e18 do redis.call('get','x') end",
            "return redis.call('get', (server.call('flushall')))",
        ] {
            assert_ne!(kinds(&format!("EVAL \"{script}\" 0")), [""; 0], "{script}");
        }
        assert_eq!(kinds("debug segfault"), ["service.stop"]);
    }

    #[test]
    fn reading_and_writing_keys_is_quiet() {
        for line in
            ["GET flushall", "SET x \"flushall\"", "INFO", "help flushall", "config get maxmemory", "scan 0", "ttl x"]
        {
            assert!(kinds(line).is_empty(), "{line}: {:?}", kinds(line));
        }
    }
}
