//! What a line would do: effects with their spans, and how sure we are of the line.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A range of bytes in the command's text: `start..end`, on character boundaries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(usize, usize)", into = "(usize, usize)")]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl From<(usize, usize)> for Span {
    fn from((start, end): (usize, usize)) -> Self {
        Self { start, end: end.max(start) }
    }
}

impl From<Span> for (usize, usize) {
    fn from(s: Span) -> Self {
        (s.start, s.end)
    }
}

/// How badly it hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a line in the record.
    Info,
    /// Undone in minutes by whoever did it.
    Low,
    /// Undone with work.
    Medium,
    /// An outage or a loss that a backup may mend.
    High,
    /// The machine, the data or the trust in them is gone.
    Critical,
}

impl Severity {
    /// The word and the glyph that the screens use; neither relies on colour.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Low => "LOW",
            Self::Medium => "MED",
            Self::High => "HIGH",
            Self::Critical => "CRIT",
        }
    }
}

/// Whether it can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Undo {
    /// A command undoes it.
    Easy,
    /// A backup or hours of work undo it.
    Hard,
    /// Nothing undoes it.
    Never,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What is touched: the taxonomy that policy, catalogue and approver share.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum EffectKind {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
        }

        impl EffectKind {
            /// Every kind, in the order of the taxonomy.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The dotted name that policy files and JSON use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The kind of that dotted name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    /// Files are deleted, emptied or overwritten.
    FsDestroy = "fs.destroy",
    /// Disks, partitions, file systems, volumes.
    DiskPartition = "disk.partition",
    /// A whole database or its store.
    DbDestroy = "db.destroy",
    /// Rows, tables, schemas by SQL.
    SqlDestroy = "sql.destroy",
    /// Data leaves by SQL.
    SqlExfil = "sql.exfil",
    /// Rights inside a database.
    SqlPriv = "sql.priv",
    /// Services, and the machine's being up.
    ServiceStop = "service.stop",
    /// Accounts, modes, owners, ACLs.
    UserPermission = "user.permission",
    /// Becoming somebody mightier.
    PrivEscalation = "priv.escalation",
    /// Firewall, routes, interfaces, names.
    NetFirewall = "net.firewall",
    /// Kubernetes objects.
    K8s = "k8s",
    /// Containers, images, volumes.
    Container = "container",
    /// Cloud resources.
    Cloud = "cloud",
    /// Infrastructure as code.
    Iac = "iac",
    /// Published or unrecoverable git history.
    GitHistory = "git.history",
    /// Packages taken away.
    PkgRemoval = "pkg.removal",
    /// Processes killed.
    ProcKill = "proc.kill",
    /// Data leaves the machine.
    Exfil = "exfil",
    /// Secrets are read.
    CredAccess = "cred.access",
    /// Fetched text is executed.
    DownloadExec = "download.exec",
    /// A shell for somebody outside.
    ReverseShell = "reverse.shell",
    /// Something stays behind that runs later.
    Persistence = "persistence",
    /// History, logs and audit trails are altered.
    LogTamper = "log.tamper",
    /// Modules, boot, kernel parameters, power.
    KernelBoot = "kernel.boot",
    /// The text is built to hide what it does.
    Evasion = "evasion",
    /// What would run cannot be determined.
    Opaque = "opaque",
}

impl fmt::Display for EffectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that a line would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What is touched.
    pub kind: EffectKind,
    /// How badly.
    pub severity: Severity,
    /// Whether it can be undone.
    pub undo: Undo,
    /// The words of the line that say so.
    pub span: Span,
    /// The file, table, service … it touches, as written.
    pub object: String,
    /// One clause in the field's words: "deletes ./victim and all below it".
    pub reason: String,
}

/// How sure the gate is that the line judged is the line that will run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// The shell said so, or the text is the whole exec request.
    Exact,
    /// Keys and screen agree.
    Agreed,
    /// Only the screen could be read.
    Screen,
    /// Only the keys could be read.
    Keys,
    /// The witnesses differ; each was judged and the worst was taken.
    Disputed,
    /// No witness could read it.
    Opaque,
}

impl Certainty {
    /// The word that people and policy see.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Agreed => "agreed",
            Self::Screen => "screen",
            Self::Keys => "keys",
            Self::Disputed => "disputed",
            Self::Opaque => "opaque",
        }
    }
}

/// Risk as a number for sorting, with the reasons that add up to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// 0 (nothing) to 100 (the worst).
    pub score: u8,
    /// One clause each, the heaviest first.
    pub reasons: Vec<String>,
}
