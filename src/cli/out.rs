//! What every verb prints with: data on stdout, talk on stderr.
//!
//! - `--json`: one object a line, each with `"v":1`. Times are microseconds since 1970-01-01T00:00:00Z.
//! - On a terminal: tables with aligned columns; bold heads unless `NO_COLOR` is set.
//! - Into a pipe or file: the same columns separated by tabs, without a head.
//!
//! Text of others must come as [`Shown`](crate::model::Shown): nothing else is escaped here.

use std::io::{self, IsTerminal as _, Write};

use serde::Serialize;

use super::exit::Failure;

/// Standard output in the form that was asked for.
#[derive(Debug)]
pub struct Out<W = io::StdoutLock<'static>> {
    to: W,
    form: Form,
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON object a line.
    Json,
    /// Columns separated by tabs.
    Plain,
    /// Aligned columns.
    Table,
    /// Aligned columns with a bold head.
    ColoredTable,
}

impl Out {
    /// Standard output.
    #[must_use]
    pub fn new(json: bool) -> Self {
        let colorless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let form = match (json, io::stdout().is_terminal(), colorless) {
            (true, _, _) => Form::Json,
            (false, false, _) => Form::Plain,
            (false, true, true) => Form::Table,
            (false, true, false) => Form::ColoredTable,
        };
        Self { to: io::stdout().lock(), form }
    }
}

impl<W: Write> Out<W> {
    /// Into something else than standard output.
    pub const fn into(to: W, form: Form) -> Self {
        Self { to, form }
    }

    /// The form.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Whether JSON was asked for.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.form == Form::Json
    }

    /// One object as a line of JSON, with the version in front.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Versioned<'a, T> {
            v: u32,
            #[serde(flatten)]
            value: &'a T,
        }
        serde_json::to_writer(&mut self.to, &Versioned { v: VERSION, value }).map_err(io::Error::from)?;
        self.line("")
    }

    /// One line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self.to, "{text}")?;
        Ok(self.to.flush()?)
    }

    /// A list: each item as JSON, or its columns in a table.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn list<T: Serialize, const N: usize>(
        &mut self,
        head: [&str; N],
        items: &[T],
        columns: impl Fn(&T) -> [String; N],
    ) -> Result<(), Failure> {
        if self.is_json() {
            return items.iter().try_for_each(|item| self.json(item));
        }
        let rows: Vec<_> = items.iter().map(columns).collect();
        let widths: [usize; N] = std::array::from_fn(|i| {
            let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| width(cell));
            cells.chain(head.get(i).map(|title| width(title))).max().unwrap_or(0)
        });
        match self.form {
            Form::Json | Form::Plain => {}
            Form::Table => self.line(&aligned(&head, &widths))?,
            Form::ColoredTable => self.line(&format!("\u{1b}[1m{}\u{1b}[m", aligned(&head, &widths)))?,
        }
        rows.iter().try_for_each(|row| match self.form {
            Form::Json | Form::Plain => self.line(&row.join("\t")),
            Form::Table | Form::ColoredTable => self.line(&aligned(row, &widths)),
        })
    }
}

/// Talk: one line on stderr. Nobody reading it is no failure.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "holdpoint: {text}");
}

fn aligned(cells: &[impl AsRef<str>], widths: &[usize]) -> String {
    let padded = cells.iter().map(AsRef::as_ref).zip(widths).map(|(cell, &room)| {
        let blanks = room.saturating_sub(width(cell));
        format!("{cell}{}", " ".repeat(blanks))
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Version of the JSON that verbs print; it grows when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Item {
        name: &'static str,
        size: u32,
    }

    fn printed(form: Form) -> String {
        let items = [Item { name: "a\u{4e2d}", size: 10 }, Item { name: "long-name", size: 2 }];
        let mut text = Vec::new();
        let mut out = Out::into(&mut text, form);
        out.list(["NAME", "SIZE"], &items, |item| [item.name.to_owned(), item.size.to_string()]).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_list_has_a_form_for_people_for_pipes_and_for_programs() {
        assert_eq!(printed(Form::Table), "NAME       SIZE\na中        10\nlong-name  2\n");
        assert_eq!(printed(Form::Plain), "a中\t10\nlong-name\t2\n");
        let json = "{\"v\":1,\"name\":\"a中\",\"size\":10}\n{\"v\":1,\"name\":\"long-name\",\"size\":2}\n";
        assert_eq!(printed(Form::Json), json);
    }

    #[test]
    fn a_reader_who_has_seen_enough_is_no_failure() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let failure = Out::into(Closed, Form::Json).json(&Item { name: "x", size: 1 }).unwrap_err();
        assert_eq!((failure.exit(), failure.why()), (super::super::exit::Exit::Ok, ""));
    }
}
