//! `holdpoint export`: a recording for other programs.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::connect;
use super::exit::{Done, Exit, Failure};
use super::source::From;
use crate::replay::{Exporter, Format};

/// The flags of `holdpoint export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The recording: its id, or as much of the beginning as fits no other
    id: String,
    /// What to write
    #[arg(long, short, value_enum, default_value = "cast")]
    format: As,
    /// Write to this file (made 0600) instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    from: From,
}

/// What a recording can be exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum As {
    /// asciicast v2, for asciinema
    Cast,
    /// Plain text without escape sequences
    Text,
    /// JSON, one event a line
    Json,
}

impl Export {
    /// Exports.
    ///
    /// # Errors
    /// When the recording cannot be read, may not be exported, or the file cannot be written.
    pub fn run(self) -> Done {
        connect::wait(async move {
            let mut source = self.from.open().await?;
            let session = source.pick(&self.id).await?.meta.id;
            let mut exporter = Exporter::new(self.format.into(), BufWriter::new(self.writer()?));
            source.events(session, "export", |event| Ok(exporter.event(&event)?)).await?;
            exporter.finish()?;
            Ok(Exit::Ok)
        })
    }

    fn writer(&self) -> Result<Box<dyn Write>, Failure> {
        let Some(path) = &self.output else { return Ok(Box::new(io::stdout().lock())) };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = file.map_err(|e| Failure::new(Exit::No, format!("cannot write {}: {e}", path.display())))?;
        Ok(Box::new(file))
    }
}

impl std::convert::From<As> for Format {
    fn from(format: As) -> Self {
        match format {
            As::Cast => Self::Cast,
            As::Text => Self::Text,
            As::Json => Self::Json,
        }
    }
}
