//! What statements do by their first words, and what the functions do that they call: one row a thing.

use super::Token;
use crate::model::EffectKind::{
    self, CredAccess, DbDestroy, Evasion, Exfil, LogTamper, Opaque, Persistence, ServiceStop, SqlDestroy, SqlExfil,
    SqlPriv,
};
use crate::model::Severity::{self, Critical, High, Low, Medium};
use crate::model::Undo::{self, Easy, Hard, Never};

/// A statement. Words are written `A|B`; `*` is any token.
pub(super) struct Row {
    /// How it begins.
    begins: &'static [&'static str],
    /// Each of these stands somewhere in it.
    has: &'static [&'static str],
    /// None of these does.
    lacks: &'static str,
    pub(super) kind: EffectKind,
    pub(super) severity: Severity,
    pub(super) undo: Undo,
    /// The token where its object's name begins.
    pub(super) object: usize,
    pub(super) reason: &'static str,
}

impl Row {
    pub(super) fn fits(&self, tokens: &[Token<'_>]) -> bool {
        let begins = self
            .begins
            .iter()
            .enumerate()
            .all(|(at, words)| tokens.get(at).is_some_and(|token| *words == "*" || token.any(words)));
        let stands = |words: &str| tokens.iter().skip(1).any(|token| token.any(words));
        begins && self.has.iter().all(|words| stands(words)) && (self.lacks.is_empty() || !stands(self.lacks))
    }
}

/// A function that does more than compute.
pub(super) struct Call {
    pub(super) names: &'static str,
    pub(super) kind: EffectKind,
    pub(super) severity: Severity,
    pub(super) undo: Undo,
    pub(super) reason: &'static str,
}

macro_rules! rows {
    ($($begins:expr, $has:expr, $lacks:literal => $kind:ident $severity:ident $undo:ident $object:literal $reason:literal;)*) => {
        &[$(Row { begins: &$begins, has: &$has, lacks: $lacks, kind: $kind, severity: $severity, undo: $undo, object: $object, reason: $reason }),*]
    };
}

/// The first row that fits counts.
pub(super) const ROWS: &[Row] = rows![
    ["DROP", "DATABASE|SCHEMA|KEYSPACE|OWNED|SHARD"], [], "" => DbDestroy Critical Never 2 "drops the database {object} and all in it";
    ["DROP", "TEMPORARY|TEMP"], [], "" => SqlDestroy Low Easy 3 "drops the temporary {object}";
    ["DROP", "USER|ROLE|LOGIN|GROUP|POLICY|GRANT|SERVER"], [], "" => SqlPriv High Hard 2 "drops the account or policy {object}";
    ["DROP", "TABLE|FOREIGN|MATERIALIZED|TABLESPACE|MEASUREMENT|SERIES|RETENTION|BUCKET"], [], "" => SqlDestroy High Never 2 "drops {object}";
    ["DROP", "*"], [], "" => SqlDestroy Medium Hard 2 "drops {object}";
    ["TRUNCATE", "*"], [], "" => SqlDestroy High Never 1 "empties {object}";
    ["ALTER", "SYSTEM"], [], "" => SqlPriv Medium Easy 2 "changes the database server's settings";
    ["ALTER", "USER|ROLE|LOGIN|GROUP|POLICY|AUTHORIZATION"], [], "" => SqlPriv Medium Easy 2 "changes who may do what in the database";
    ["ALTER", "DEFAULT"], ["PRIVILEGES"], "" => SqlPriv Medium Easy 2 "changes who may do what in the database";
    ["ALTER", "SERVER|INSTANCE"], [], "" => SqlPriv Medium Easy 2 "changes the database server, or who may do what on it";
    ["ALTER", "*"], ["OWNER"], "" => SqlPriv Medium Easy 2 "gives {object} to another account";
    ["ALTER", "*"], ["ROW", "SECURITY"], "ENABLE" => SqlPriv High Easy 2 "lets others see the rows of {object}";
    ["ALTER", "FUNCTION|PROCEDURE|VIEW|ROUTINE"], ["DEFINER"], "" => SqlPriv High Easy 2 "lets {object} act with its owner's rights";
    ["ALTER", "*"], ["DROP|TRUNCATE|DISCARD|DETACH|REMOVE|COALESCE"], "" => SqlDestroy High Never 2 "drops a part of {object}";
    ["EXEC|EXECUTE|CALL|BEGIN|DECLARE|SET"], ["CHR|CHAR|NCHAR|UNHEX|UTL_RAW", "EXEC|EXECUTE|IMMEDIATE|PREPARE"], "" => Opaque Medium Hard 1 "runs a statement that it builds out of letters";
    ["ALTER", "TABLE"], ["BLACKHOLE"], "" => SqlDestroy High Never 2 "makes {object} forget all rows";
    ["ALTER", "TABLE", "*", "DELETE"], [], "" => SqlDestroy Medium Never 2 "deletes rows of {object}";
    ["CREATE", "OR", "REPLACE", "TABLE"], [], "" => SqlDestroy High Never 4 "puts a new table in the place of {object}";
    ["VACUUM"], ["RETAIN"], "" => SqlDestroy Medium Never 1 "deletes what {object} could be taken back to";
    ["ALTER", "TABLE"], ["WITH", "EMPTY"], "" => SqlDestroy High Never 2 "empties {object}";
    ["ALTER", "TABLE"], ["DISABLE"], "" => SqlPriv Medium Easy 2 "switches off what guards {object}";
    ["ALTER", "DATABASE|TABLE|SCHEMA|VIEW|INDEX|COLUMN|TYPE|SEQUENCE"], ["RENAME"], "" => SqlDestroy Medium Easy 2 "gives {object} another name, under which nobody looks for it";
    ["ALTER", "TABLE"], ["TYPE|MODIFY|CHANGE"], "ADD" => SqlDestroy Medium Hard 2 "rewrites columns of {object}";
    ["ALTER", "DATABASE|SUBSCRIPTION|PUBLICATION|FOREIGN|EVENT|EXTENSION|TABLESPACE|TRIGGER"], [], "" => SqlPriv Medium Easy 2 "changes {object}";
    ["GRANT|REVOKE|DENY", "*"], [], "" => SqlPriv Medium Easy 2 "changes who may do what in the database";
    ["REASSIGN", "OWNED"], [], "" => SqlPriv High Hard 2 "gives what an account owns to another one";
    ["CREATE", "USER|ROLE|LOGIN|GROUP|POLICY|CREDENTIAL"], [], "MAPPING" => SqlPriv Medium Easy 2 "changes who may do what in the database";
    ["CREATE", "OR", "REPLACE", "USER|ROLE"], [], "" => SqlPriv Medium Easy 4 "changes who may do what in the database";
    ["CREATE"], ["SONAME"], "" => Evasion Critical Hard 2 "loads code into the database server";
    ["CREATE"], ["FUNCTION|PROCEDURE|LANGUAGE", "plpython3u|plpythonu|plpython2u|plperlu|plsh|pltclu|plluau|plrubyu|C|internal|plv8u|plr"], "" => Evasion High Hard 2 "makes a function that can do on the server whatever the server's account can";
    ["CREATE"], ["FUNCTION|PROCEDURE", "DEFINER"], "" => SqlPriv High Hard 2 "makes a function that acts with its owner's rights";
    ["CREATE"], ["EXTENSION", "plpython3u|plpythonu|plperlu|plsh|pltclu|dblink|postgres_fdw|file_fdw|adminpack|mysql_fdw|plv8|http|pg_net|aws_s3|lo|oracle_fdw"], "" => SqlExfil Medium Easy 2 "opens a way out of the database";
    ["CREATE", "SERVER|SUBSCRIPTION|PUBLICATION|FOREIGN"], [], "" => SqlExfil Medium Easy 2 "joins the database to another server";
    ["CREATE", "USER", "MAPPING"], [], "" => SqlExfil Medium Easy 3 "joins the database to another server";
    ["CREATE"], ["RULE", "INSTEAD"], "" => SqlDestroy Medium Easy 2 "makes statements do something else, or nothing";
    ["CREATE", "EVENT"], [], "" => Persistence Medium Easy 2 "makes the server run something later";
    ["CREATE", "*"], ["EVENT", "TRIGGER"], "" => Persistence Medium Easy 2 "makes the server run something later";
    ["IMPORT", "FOREIGN"], [], "" => SqlExfil Medium Easy 2 "joins the database to another server";
    ["SET", "PASSWORD"], [], "" => SqlPriv High Hard 2 "changes a password";
    ["SET", "ROLE"], [], "NONE|DEFAULT" => SqlPriv Medium Easy 2 "becomes {object}";
    ["SET", "DEFAULT", "ROLE"], [], "" => SqlPriv Medium Easy 3 "changes who may do what in the database";
    ["SET", "SESSION", "AUTHORIZATION"], [], "DEFAULT" => SqlPriv High Easy 3 "becomes {object}";
    ["SET", "GLOBAL|PERSIST|PERSIST_ONLY"], ["general_log|slow_query_log|log_bin|audit_log_policy|log_error_verbosity|server_audit_logging|sql_log_bin|audit_log_filter_id"], "" => LogTamper High Easy 2 "changes what the server records";
    ["SET", "GLOBAL|PERSIST|PERSIST_ONLY"], [], "" => SqlPriv Medium Easy 2 "changes the database server's setting {object}";
    ["SET"], ["sql_log_bin|log_statement|pgaudit"], "" => LogTamper Medium Easy 1 "keeps what follows out of the server's record";
    ["SET"], ["session_replication_role"], "" => SqlPriv Medium Easy 1 "switches off triggers and constraints";
    ["DELETE", "FROM"], ["USING"], "" => SqlDestroy High Never 2 "deletes the rows of {object} that another table matches";
    ["MERGE"], ["MATCHED", "THEN", "DELETE"], "" => SqlDestroy High Never 2 "deletes the rows of {object} that another table matches";
    ["DO"], ["LANGUAGE", "plpython3u|plpythonu|plpython2u|plperlu|plsh|pltclu|plluau|plrubyu|plr"], "" => Evasion High Hard 1 "runs code that can do on the server whatever the server's account can";
    ["INSTALL|UNINSTALL", "PLUGIN|COMPONENT|SONAME"], [], "" => Evasion High Hard 2 "changes the code of the database server";
    ["REPLACE", "INTO"], ["SELECT"], "" => SqlDestroy Medium Never 2 "overwrites rows of {object} with what a query gives";
    ["INSERT", "OVERWRITE"], [], "" => SqlDestroy Medium Never 3 "puts other rows in the place of all that {object} has";
    ["INSERT", "INTO", "FUNCTION"], [], "" => SqlExfil Medium Never 3 "sends rows elsewhere ({object})";
    ["CREATE"], ["FEDERATED", "CONNECTION"], "" => SqlExfil Medium Easy 2 "joins the database to another server";
    ["CREATE"], ["DEFINER", "VIEW", "mysql|pg_authid|pg_shadow"], "" => SqlPriv High Easy 2 "shows the database's own tables to others";
    ["SELECT|WITH"], ["pg_cancel_backend", "pg_stat_activity"], "" => ServiceStop Medium Easy 1 "cancels what many sessions do";
    ["CREATE"], ["AS", "pg_authid|pg_shadow|pg_user_mapping"], "" => SqlExfil High Never 2 "copies the database's own secrets into {object}";
    ["DELETE", "FROM", "audit|audit_log|audit_logs|audit_trail|audit_events|audit_entries|auditlog|access_log|access_logs|login_history|login_attempts|security_log|security_events|event_log|activity_log"], [], "" => LogTamper High Never 2 "takes records out of {object}";
    ["UPDATE", "audit|audit_log|audit_logs|audit_trail|audit_events|audit_entries|auditlog|access_log|access_logs|login_history|security_log|security_events|activity_log", "SET"], [], "" => LogTamper High Never 1 "changes the records of {object}";
    ["UPDATE", "*", "SET", "is_superuser|is_admin|isadmin|is_staff|superuser|admin|role|roles|role_id|user_role|user_level|password|password_hash|passwd|pwd|user_pass|pwhash|hashed_password|encrypted_password|password_digest|pass_hash|mfa_enabled|totp_secret|two_factor_enabled"], [], "" => SqlPriv Medium Easy 1 "changes who may do what in the application ({object})";
    ["INSERT|REPLACE", "INTO", "user_roles|roles_users|users_roles|user_role|role_assignments|user_permissions|role_members|role_permissions|admins|administrators|model_has_roles|auth_user_groups|auth_user_user_permissions|user_groups|group_members"], [], "" => SqlPriv Medium Easy 2 "changes who may do what in the application ({object})";
    ["RENAME", "USER"], [], "" => SqlPriv Medium Easy 2 "gives the account {object} another name";
    ["RENAME", "TABLE|DATABASE|SCHEMA"], [], "" => SqlDestroy Medium Easy 2 "gives {object} another name, under which nobody looks for it";
    ["INSERT|REPLACE|UPDATE|DELETE"], ["pg_authid|pg_shadow|pg_auth_members|pg_database|pg_proc|pg_class|pg_user|global_priv|tables_priv|procs_priv|proxies_priv|columns_priv|sqlite_master|sqlite_schema|pg_catalog"], "" => SqlPriv High Hard 2 "changes the database's own tables";
    ["INSERT|REPLACE", "INTO", "mysql"], [], "" => SqlPriv High Hard 2 "changes the database's own tables";
    ["UPDATE", "mysql"], [], "" => SqlPriv High Hard 1 "changes the database's own tables";
    ["DELETE", "FROM", "mysql"], [], "" => SqlPriv High Hard 2 "changes the database's own tables";
    ["COPY"], ["PROGRAM"], "" => SqlExfil High Never 1 "passes {object} to a program on the server";
    ["COPY"], ["TO"], "STDOUT" => SqlExfil Medium Never 1 "writes rows into a file on the server";
    ["SELECT|WITH|TABLE|VALUES"], ["INTO", "OUTFILE|DUMPFILE"], "" => SqlExfil Medium Never 1 "writes rows into a file on the server";
    ["LOAD", "DATA|XML"], ["INFILE"], "" => SqlExfil Medium Never 2 "reads a file of the machine into a table";
    ["LOAD"], [], "DATA|XML|INDEX" => Evasion High Hard 1 "loads code into the database server";
    ["UNLOAD|EXPORT|BACKUP"], ["TO"], "" => SqlExfil Medium Never 1 "copies data out of the database";
    ["VACUUM"], ["INTO"], "" => SqlExfil Medium Easy 2 "copies the database into a file";
    ["RESTORE", "*"], [], "FILELISTONLY|VERIFYONLY|HEADERONLY|LABELONLY" => DbDestroy High Never 2 "overwrites {object} with a backup";
    ["PURGE", "*"], [], "" => SqlDestroy High Never 3 "throws the server's logs or what was dropped away";
    ["RESET", "MASTER|SLAVE|REPLICA|BINARY|PERSIST|REPLICATION"], [], "" => DbDestroy High Never 1 "throws away what replication or recovery needs";
    ["STOP", "SLAVE|REPLICA|GROUP_REPLICATION|REPLICATION|ALL"], [], "" => ServiceStop High Easy 1 "stops replication";
    ["CHANGE", "MASTER|REPLICATION"], [], "" => DbDestroy High Hard 1 "makes the server follow another one";
    ["SHUTDOWN|RESTART|POWEROFF"], [], "" => ServiceStop Critical Easy 1 "stops the database server";
    ["STARTUP|SHUTDOWN", "IMMEDIATE|ABORT|FORCE"], [], "" => ServiceStop Critical Easy 1 "stops the database server";
    ["SYSTEM", "SHUTDOWN|KILL|STOP|DROP"], [], "" => ServiceStop High Easy 1 "stops or empties parts of the database server";
    ["KILL"], ["MUTATION|QUERY"], "" => ServiceStop Low Easy 1 "ends a query";
    ["FLUSH"], ["LOCK"], "" => ServiceStop Medium Easy 1 "locks all tables";
    ["LOCK", "INSTANCE|TABLE"], ["EXCLUSIVE|BACKUP"], "" => ServiceStop Medium Easy 2 "locks {object} for all others";
    ["DETACH", "TABLE|DATABASE|VIEW"], [], "" => SqlDestroy Medium Easy 2 "takes {object} away";
    ["PRAGMA", "writable_schema"], [], "" => SqlDestroy High Hard 1 "opens the schema itself for writing";
    ["EXEC|EXECUTE|CALL"], ["xp_cmdshell|sp_oacreate|sp_oamethod|sp_execute_external_script|xp_regwrite|xp_regdeletekey"], "" => Evasion Critical Hard 1 "runs a command on the database's machine";
    ["EXEC|EXECUTE"], ["sp_configure|sp_addsrvrolemember|sp_addrolemember|sp_addlogin|sp_adduser|sp_password|sp_droplogin|sp_dropuser|sp_changedbowner|sp_grantlogin|sp_addlinkedserver|sp_droprolemember"], "" => SqlPriv High Hard 1 "changes the database server, or who may do what on it";
    ["EXEC|EXECUTE"], ["sp_msforeachtable|sp_dropserver|sp_detach_db|sp_delete_job|sp_delete_backuphistory|sp_cycle_errorlog|sp_rename|sp_renamedb|sp_removedbreplication"], "" => SqlDestroy High Never 1 "destroys or detaches ({object})";
    ["DBCC"], ["CHECKDB|CHECKTABLE|CHECKALLOC"], "REPAIR_ALLOW_DATA_LOSS" => SqlDestroy Low Easy 1 "checks the database";
    ["DBCC"], ["REPAIR_ALLOW_DATA_LOSS|SHRINKDATABASE|SHRINKFILE|WRITEPAGE"], "" => SqlDestroy High Never 1 "changes the database's files";
    ["SECURITY", "LABEL"], [], "" => SqlPriv Medium Easy 3 "changes who may do what in the database";
];

/// Functions, wherever they are called.
pub(super) const CALLS: &[Call] = &[
    Call {
        names: "pg_read_file|pg_read_binary_file|pg_ls_dir|pg_stat_file|lo_import|load_file|readfile|bfilename|xp_dirtree|xp_fileexist|fsdir|pg_file_read|read_text|read_blob",
        kind: SqlExfil,
        severity: High,
        undo: Never,
        reason: "reads files of the machine ({object})",
    },
    Call {
        names: "lo_export|writefile|pg_file_write|pg_file_unlink|pg_file_rename|dbms_xslprocessor|utl_file",
        kind: SqlExfil,
        severity: High,
        undo: Never,
        reason: "writes or deletes files of the machine ({object})",
    },
    Call {
        names: "dblink|dblink_connect|dblink_connect_u|dblink_exec|dblink_send_query|http_get|http_post|http_put|utl_http|net_http_post|remote|remoteSecure|openrowset|opendatasource|aws_s3_export|query_export_to_s3",
        kind: SqlExfil,
        severity: High,
        undo: Never,
        reason: "talks to another server ({object})",
    },
    Call {
        names: "sys_exec|sys_eval|load_extension|xp_cmdshell|shell|system_exec|lua_exec|fts3_tokenizer|do_system",
        kind: Evasion,
        severity: Critical,
        undo: Hard,
        reason: "runs code on the database's machine ({object})",
    },
    Call {
        names: "pg_terminate_backend|pg_drop_replication_slot|pg_promote|pg_stop_backup|pg_wal_replay_pause|pg_replication_origin_drop",
        kind: ServiceStop,
        severity: Medium,
        undo: Hard,
        reason: "cuts connections or replication off ({object})",
    },
    Call {
        names: "lo_unlink|pg_stat_reset|pg_stat_statements_reset|pg_largeobject_unlink|drop_chunks|drop_distributed_table|master_remove_node|cron_unschedule",
        kind: SqlDestroy,
        severity: Medium,
        undo: Never,
        reason: "throws data away ({object})",
    },
    Call {
        names: "pg_reload_conf|pg_rotate_logfile|set_config_global",
        kind: SqlPriv,
        severity: Low,
        undo: Easy,
        reason: "makes the server read its settings again",
    },
    Call {
        names: "database_to_xml|query_to_xml|table_to_xml|schema_to_xml|cursor_to_xml|database_to_xml_and_xmlschema|schema_to_xml_and_xmlschema|table_to_xml_and_xmlschema",
        kind: Exfil,
        severity: Medium,
        undo: Never,
        reason: "takes much out of the database at once",
    },
    Call {
        names: "pg_hba_file_rules|pg_show_all_file_settings",
        kind: CredAccess,
        severity: Low,
        undo: Never,
        reason: "reads who may enter",
    },
];
