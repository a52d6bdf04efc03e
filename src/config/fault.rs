//! What is wrong with a configuration, said so that it can be mended.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// One fault: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1; `None` when it concerns the whole file.
    pub line: Option<usize>,
    /// The setting (`ledger.cache`, `user.alice.keys`); empty when it concerns the whole file.
    pub key: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: String,
}

/// `file:line: key: what; cure`, as compilers write it and editors follow it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        if !self.key.is_empty() {
            write!(f, " {}:", self.key)?;
        }
        write!(f, " {}", self.what)?;
        if !self.cure.is_empty() {
            write!(f, "; {}", self.cure)?;
        }
        Ok(())
    }
}

/// All faults of a configuration, in the order of the file; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ConfigFaults(Vec<Fault>);

impl ConfigFaults {
    /// What was found in a file that gave no configuration. No fault at all would be our own mistake, and is said as such.
    pub(super) fn some(file: &Path, mut faults: Vec<Fault>) -> Self {
        if faults.is_empty() {
            let what = "it gives no configuration, and holdpoint cannot say why; please report this".to_owned();
            let cure = String::new();
            faults.push(Fault { file: file.to_owned(), line: None, key: String::new(), what, cure });
        }
        faults.sort_by_key(|fault| fault.line);
        Self(faults)
    }

    pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Self {
        let cure = "name the file with --config FILE; docs/holdpoint.example.toml is one to start from".to_owned();
        Self(vec![Fault {
            file: file.to_owned(),
            line: None,
            key: String::new(),
            what: format!("it cannot be read: {error}"),
            cure,
        }])
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a ConfigFaults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One fault a line.
impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for fault in self {
            if !first {
                f.write_str("\n")?;
            }
            first = false;
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigFaults {}
