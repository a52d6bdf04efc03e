//! Statements of which it is known what they do. Whatever else begins a statement could do anything: it is opaque.
//!
//! The rules beside this file say what destroys, grants or sends away; this one says what is left once they have found nothing. The list is of words,
//! not of a grammar: `sqlparser` was tried and reads four of five lines that people type at these prompts, and the fifth is what matters here
//! (`DO $$ … $$`, `ALTER SYSTEM`, `GRANT role`, `INTO OUTFILE`, `PURGE`, `\G`), so it would have to be overruled wherever it counts.

use super::Token;

/// Whether it is known what a statement does that no rule has found anything in.
pub(super) fn known(tokens: &[Token<'_>]) -> bool {
    let mut words = tokens.iter().skip_while(|token| matches!(token, Token::Sign('(')));
    let Some(Token::Word(first, _)) = words.next() else { return true };
    let second = match words.next() {
        Some(Token::Word(word, _)) => word,
        // `db.users.find()`, `g.V()`: another language.
        Some(Token::Sign('.' | '(' | ':' | '=')) => return true,
        _ => "",
    };
    let is = |all: &[&str], word: &str| all.iter().any(|known| known.eq_ignore_ascii_case(word));
    if is(&["CREATE", "ALTER"], first) {
        return second.is_empty() || is(OBJECTS, second);
    }
    is(KNOWN, first) || misspelt(first) || asks(first)
}

/// A procedure of Sybase's and SQL Server's own that only shows something.
fn asks(procedure: &str) -> bool {
    let name = procedure.to_ascii_lowercase();
    ["sp_help", "sp_who", "sp_lock", "sp_columns", "sp_tables", "sp_databases", "sp_spaceused", "sp_depends"]
        .iter()
        .any(|known| name.starts_with(known))
}

/// A word that is nearly one that asks: the server answers with an error.
fn misspelt(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    word.len() > 2 && QUESTIONS.iter().any(|question| near(&word, question))
}

/// Whether two words differ by one letter too many, too few or wrong, or by two that are swapped.
fn near(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let swapped = matches!((a, b), ([p, q, a @ ..], [r, s, b @ ..]) if p == s && q == r && a == b);
    let (less, fewer) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
    swapped || less == fewer || less == b || a == fewer
}

/// Words that ask.
const QUESTIONS: &[&str] =
    &["SELECT", "SHOW", "EXPLAIN", "DESCRIBE", "VALUES", "ANALYZE", "TABLE", "COMMIT", "ROLLBACK"];

/// First words of statements that only read, that change what they name and no more (the rules have seen them), or that are the client's own:
/// PostgreSQL, MySQL, MariaDB, SQLite, Transact-SQL, Oracle, ClickHouse, CQL, Hive, InfluxQL, Cypher and the like.
const KNOWN: &[&str] = &[
    "SELECT",
    "WITH",
    "TABLE",
    "VALUES",
    "SHOW",
    "EXPLAIN",
    "DESCRIBE",
    "DESC",
    "HELP",
    "USE",
    "FROM",
    "PIVOT",
    "SUMMARIZE",
    "BEGIN",
    "START",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "END",
    "ABORT",
    "SET",
    "RESET",
    "DISCARD",
    "INSERT",
    "UPDATE",
    "DELETE",
    "REPLACE",
    "MERGE",
    "UPSERT",
    "BULK",
    "ANALYZE",
    "ANALYSE",
    "VACUUM",
    "REINDEX",
    "REFRESH",
    "CLUSTER",
    "COMMENT",
    "DECLARE",
    "OPEN",
    "FETCH",
    "MOVE",
    "CLOSE",
    "DEALLOCATE",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "LOCK",
    "UNLOCK",
    "CHECKPOINT",
    "CALL",
    "DO",
    "EXECUTE",
    "EXEC",
    "PREPARE",
    "COPY",
    "LOAD",
    "PRAGMA",
    "ATTACH",
    "DETACH",
    "OPTIMIZE",
    "CHECK",
    "CHECKSUM",
    "REPAIR",
    "FLUSH",
    "CACHE",
    "HANDLER",
    "XA",
    "PRINT",
    "GO",
    "DBCC",
    "IF",
    "ELSE",
    "WHILE",
    "LOOP",
    "RETURN",
    "RAISE",
    "WAITFOR",
    "TRUNCATE",
    "DROP",
    "GRANT",
    "REVOKE",
    "DENY",
    "KILL",
    "PURGE",
    "CHANGE",
    "STOP",
    "SHUTDOWN",
    "RESTART",
    "SYSTEM",
    "EXISTS",
    "WATCH",
    "BACKUP",
    "RESTORE",
    "EXPORT",
    "IMPORT",
    "UNLOAD",
    "INSTALL",
    "UNINSTALL",
    "RENAME",
    "REASSIGN",
    "SECURITY",
    "SIGNAL",
    "RESIGNAL",
    "GET",
    "DIAGNOSTICS",
    "BINLOG",
    "CONSISTENCY",
    "SERIAL",
    "TRACING",
    "EXPAND",
    "PAGING",
    "LIST",
    "QUIT",
    "EXIT",
    "CONNECT",
    "DISCONNECT",
    "TERMINATE",
    "RUNSTATS",
    "MSCK",
    "SOURCE",
    "STATUS",
    "CLEAR",
    "PROMPT",
    "COLUMN",
    "DEFINE",
    "UNDEFINE",
    "SPOOL",
    "HOST",
    "REM",
    "REMARK",
    "MATCH",
    "UNWIND",
    "OPTIONAL",
    "PROFILE",
    "COUNT",
    "SCAN",
    "PUT",
    "EDIT",
    "ACCEPT",
    "PAUSE",
    "INFER",
    "AUTH",
    "PRECISION",
    "DEFAULT",
    "INFO",
    "VERSION",
    "GETRANGE",
    "WRITEMODE",
    "DBS",
    "FORMAT",
    "LOGIN",
    "LOGOUT",
    "DATABASES",
    "TABLES",
    "COLLECTIONS",
    "CD",
    "PWD",
    "LS",
    "RUN",
    "ARCHIVE",
    "FIND",
    "ASSERT",
];

/// What `CREATE` and `ALTER` may name where no rule says more.
const OBJECTS: &[&str] = &[
    "TABLE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "GLOBAL",
    "LOCAL",
    "EXTERNAL",
    "VIEW",
    "MATERIALIZED",
    "RECURSIVE",
    "INDEX",
    "UNIQUE",
    "FULLTEXT",
    "SPATIAL",
    "CLUSTERED",
    "NONCLUSTERED",
    "BITMAP",
    "SEQUENCE",
    "TYPE",
    "DOMAIN",
    "SCHEMA",
    "DATABASE",
    "KEYSPACE",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "AGGREGATE",
    "TRIGGER",
    "CONSTRAINT",
    "OR",
    "EXTENSION",
    "STATISTICS",
    "COLLATION",
    "CONVERSION",
    "TEXT",
    "VIRTUAL",
    "DICTIONARY",
    "CONTINUOUS",
    "RETENTION",
    "STREAM",
    "SYNONYM",
    "PACKAGE",
    "COLUMN",
    "HYPERTABLE",
    "MACRO",
    "DEFINER",
    "ALGORITHM",
    "SQL",
    "OPERATOR",
    "CAST",
    "TABLESPACE",
    "LARGE",
    "IF",
    "TRANSFORM",
    "CUSTOM",
    "PRIMARY",
    "RULE",
    "SESSION",
    "PROJECTION",
    "SEARCH",
    "VECTOR",
    "PERFETTO",
    "NAMED",
];
