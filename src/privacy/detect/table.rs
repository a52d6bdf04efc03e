//! Tables: a header names the columns, rows far below hold the values.
//!
//! | written as | header | a row's cell is found by |
//! |---|---|---|
//! | psql, mysql, Markdown, box drawing (folded to `|`) | cells between `|` | its number |
//! | CSV, TSV, `;` | names between separators, or `COPY t (a, b) FROM stdin` | its number |
//! | columns under dashes with blanks between (sqlplus, sqlcmd, `az -o table`) | the line above | the characters below its dashes |
//! | aligned columns (`column -t`, sqlite, `kubectl`) | names two blanks apart | where it stands under the header |
//! | SQL | `INSERT INTO t (a, b) VALUES` | its number |

use super::doubt::{is_entry, is_outcome, is_setting};
use super::key::{Promise, classify};
use super::layout::insert_into;
use super::names;
use super::rules::{Rules, ValueShape};
use super::value::{Place, fits};
use crate::model::DataKind;

/// A header that is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    style: Style,
    /// Empty names promise nothing.
    columns: Vec<Column>,
    /// Lines since the last row.
    misses: u8,
    /// The header looks like a row of a schema (`ssn | text | YES`): it is one only if a rule of dashes follows.
    doubtful: bool,
    /// Rows are keys and values (`smtp_password | x`): the columns of both.
    pairs: Option<(usize, usize)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Pipes,
    Separated(u8),
    Aligned,
    /// Tuples of SQL.
    Tuples,
    /// `<th>` and `<td>` of HTML.
    Html,
    /// Columns of characters, as a rule of dashes under the header says (sqlplus, sqlcmd, `az -o table`).
    Ruled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    /// Its first byte in the header; its first character, if the table is ruled.
    start: usize,
    promise: Option<Promise>,
}

/// What a line is to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A row of it.
    Own,
    /// Something between rows.
    Other,
    /// The end.
    End,
}

impl Table {
    /// The table that a line is the header of.
    pub(super) fn of(rules: &Rules, line: &[u8]) -> Option<Self> {
        if line.len() > HEADER_MAX {
            return None;
        }
        sql(rules, line).or_else(|| {
            let (style, cells) = cells_of_header(line)?;
            let table = Self::new(rules, line, style, &cells)?;
            // `Access key ID,Secret access key`, but `thanks, the token works`: of two titles with blanks both must promise something.
            let prose = cells.len() == 2 && matches!(style, Style::Separated(b',' | b';')) && line.contains(&b' ');
            (!prose || table.columns.iter().all(|column| column.promise.is_some())).then_some(table)
        })
    }

    /// The same, if a rule of dashes follows.
    pub(super) fn in_doubt(self) -> Self {
        Self { doubtful: true, ..self }
    }

    /// The table of which `rule` marks the columns: groups of dashes, blanks between them.
    pub(super) fn ruled(rules: &Rules, header: &[u8], rule: &[u8]) -> Option<Self> {
        let dash = |b: u8| matches!(b, b'-' | b'=');
        if !rule.iter().all(|b| dash(*b) || matches!(b, b' ' | b'\t')) || rule.contains(&b'\t') {
            return None;
        }
        let starts: Vec<usize> = (0..rule.len())
            .filter(|i| {
                rule.get(*i).copied().is_some_and(dash)
                    && i.checked_sub(1).and_then(|i| rule.get(i)).is_none_or(|b| *b == b' ')
            })
            .collect();
        let cells = cells_below(header, &starts);
        let table = Self::new(rules, header, Style::Ruled, &cells).filter(|_| starts.len() >= 2)?;
        let columns = table.columns.into_iter().zip(starts).map(|(column, start)| Column { start, ..column }).collect();
        Some(Self { columns, ..table })
    }

    /// The columns that a query names, for rows without a header: `select service, token from tokens;` in sqlite.
    pub(super) fn selected(rules: &Rules, command: &[u8]) -> Option<Self> {
        let lower = command.to_ascii_lowercase();
        let select = memchr::memmem::find(&lower, b"select ")? + 7;
        let from = select + memchr::memmem::find(lower.get(select..)?, b" from ")?;
        let cells = split(command, select, from, |b| b == b',');
        let plain = cells.iter().all(|(start, end)| {
            end > start
                && command.get(*start..*end).is_some_and(|cell| {
                    cell.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'"' | b'`'))
                })
        });
        (plain && cells.len() >= 2).then(|| Self::new(rules, command, Style::Pipes, &cells))?
    }

    /// A table of one column.
    pub(super) fn single(promise: Promise) -> Self {
        Self {
            style: Style::Separated(0),
            columns: vec![Column { start: 0, promise: Some(promise) }],
            misses: 0,
            doubtful: false,
            pairs: None,
        }
    }

    fn new(rules: &Rules, line: &[u8], style: Style, cells: &[(usize, usize)]) -> Option<Self> {
        let mut columns: Vec<_> = cells
            .iter()
            .take(COLUMNS_MAX)
            .map(|(start, end)| Column {
                start: *start,
                promise: line.get(*start..*end).and_then(|name| classify(rules, name)),
            })
            .collect();
        let has = |is: fn(Promise) -> bool| columns.iter().filter_map(|column| column.promise).any(is);
        let (surely, personal) = (has(Promise::is_surely_personal), has(Promise::is_personal));
        for promise in columns.iter_mut().filter_map(|column| column.promise.as_mut()) {
            *promise = promise.of_person(surely).beside_person(personal);
        }
        if style != Style::Tuples
            && cells.iter().any(|(start, end)| is_outcome(line.get(*start..*end).unwrap_or_default()))
        {
            // Beside FAIL, PASS counts.
            for (column, (start, end)) in columns.iter_mut().zip(cells) {
                let name = line.get(*start..*end).unwrap_or_default();
                column.promise = column.promise.filter(|_| !name.eq_ignore_ascii_case(b"pass"));
            }
        }
        let doubtful = cells.iter().any(|(start, end)| is_type(line.get(*start..*end).unwrap_or_default()));
        let titled = |titles: &[&[u8]]| {
            cells.iter().position(|(start, end)| {
                let cell = line.get(*start..*end).unwrap_or_default();
                titles.iter().any(|title| cell.eq_ignore_ascii_case(title))
            })
        };
        let pairs = titled(NAMES).zip(titled(VALUES));
        let promising = columns.iter().any(|column| column.promise.is_some()) || pairs.is_some();
        promising.then_some(Self { style, columns, misses: 0, doubtful, pairs })
    }

    /// Judges a line: calls `each` with the cells that hold what their column promises.
    pub(super) fn row(&mut self, rules: &Rules, line: &[u8], mut each: impl FnMut(usize, usize, DataKind)) -> Row {
        let trimmed = line.trim_ascii();
        if trimmed.is_empty() {
            let end = matches!(self.style, Style::Aligned | Style::Ruled)
                || self.columns.len() < 3 && !matches!(self.style, Style::Pipes);
            return if end { Row::End } else { Row::Other };
        }
        if trimmed == b"\\." || is_count(trimmed) {
            return Row::End;
        }
        if trimmed.iter().all(|b| matches!(b, b'-' | b'+' | b'|' | b'=' | b' ' | b':')) {
            self.doubtful = false;
            return Row::Other;
        }
        if self.doubtful {
            return Row::End;
        }
        let cells = match self.style {
            Style::Pipes => pipes(line),
            Style::Separated(0) => vec![bounds(line, 0, line.len())],
            Style::Separated(separator) => separated(line, separator),
            Style::Aligned => aligned(line),
            Style::Ruled => self.below(line),
            Style::Html => elements(line, b"<td"),
            Style::Tuples => {
                let mut any = false;
                for tuple in tuples(line) {
                    any = true;
                    self.cells(rules, line, &tuple, &mut each);
                }
                return if any { Row::Own } else { Row::End };
            }
        };
        let fits = match self.style {
            Style::Aligned | Style::Separated(0) => true,
            _ => cells.len() == self.columns.len(),
        };
        if fits {
            self.misses = 0;
            self.cells(rules, line, &cells, &mut each);
            return Row::Own;
        }
        self.misses = self.misses.saturating_add(1);
        let patience = if matches!(self.style, Style::Pipes) { 100 } else { 3 };
        if self.misses > patience { Row::End } else { Row::Other }
    }

    fn cells(
        &self,
        rules: &Rules,
        line: &[u8],
        cells: &[(usize, usize)],
        each: &mut impl FnMut(usize, usize, DataKind),
    ) {
        let personal = self.columns.iter().filter_map(|column| column.promise).any(Promise::is_surely_personal);
        for (i, (start, end)) in cells.iter().enumerate() {
            let value = line.get(*start..*end).unwrap_or_default();
            let Some(promise) = self.promise(rules, line, cells, i) else {
                // Beside a column of persons' data, a name is a person's whatever its column is called.
                if personal && names::is_surely_name(value) {
                    each(*start, *end, DataKind::PersonName);
                }
                continue;
            };
            // A report's columns are called PASS and TOKEN too.
            let place = if matches!(self.style, Style::Aligned) { Place::Label } else { Place::Own };
            if fits(rules, promise.shape, value, place) {
                each(*start, *end, promise.kind);
            }
        }
    }

    /// What a cell is promised to be: by its column, or by the key beside it.
    fn promise(&self, rules: &Rules, line: &[u8], cells: &[(usize, usize)], i: usize) -> Option<Promise> {
        let (start, end) = cells.get(i).copied()?;
        let column = match self.style {
            Style::Aligned => self.column_at(start, end),
            _ => self.columns.get(i),
        };
        let paired = self.pairs.filter(|(_, values)| *values == i).and_then(|(names, _)| {
            let (start, end) = cells.get(names).copied()?;
            classify(rules, line.get(start..end)?)
        });
        paired.or(column.and_then(|column| column.promise))
    }

    /// The cells below the dashes of its rule; none if a text runs over where a column begins.
    fn below(&self, line: &[u8]) -> Vec<(usize, usize)> {
        let starts: Vec<usize> = self.columns.iter().map(|column| column.start).collect();
        cells_below(line, &starts)
    }

    /// The column that a cell shares most with.
    fn column_at(&self, start: usize, end: usize) -> Option<&Column> {
        let next = self.columns.iter().skip(1).map(|column| column.start).chain([usize::MAX]);
        self.columns
            .iter()
            .zip(next)
            .max_by_key(|(column, next)| {
                let shared = end.min(*next).saturating_sub(start.max(column.start));
                (shared, std::cmp::Reverse(column.start.abs_diff(start)))
            })
            .map(|(column, _)| column)
    }

    /// Of a line that may still grow: where the first cell begins of a column that promises something, and whether such a cell already
    /// gives away who or what it is.
    pub(super) fn open(&self, rules: &Rules, line: &[u8]) -> (usize, bool) {
        let cells = match self.style {
            Style::Pipes => pipes(line),
            Style::Tuples => return (0, true),
            Style::Separated(0) => vec![bounds(line, 0, line.len())],
            Style::Separated(separator) => separated(line, separator),
            Style::Aligned => aligned(line),
            Style::Ruled => self.below(line),
            Style::Html => elements(line, b"<td"),
        };
        let place = if matches!(self.style, Style::Aligned) { Place::Label } else { Place::Own };
        let personal = self.columns.iter().filter_map(|column| column.promise).any(Promise::is_personal);
        let mut from = line.len();
        let mut identifying = false;
        for (i, (start, end)) in cells.iter().enumerate() {
            let Some(promise) = self.promise(rules, line, &cells, i) else {
                if personal && line.get(*start).is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80) {
                    from = from.min(*start);
                }
                continue;
            };
            from = from.min(*start);
            identifying |= gives_away(rules, promise.shape, line.get(*start..*end).unwrap_or_default(), place);
        }
        (from, identifying)
    }
}

/// Whether the head of a value already says as much as the value.
fn gives_away(rules: &Rules, shape: ValueShape, head: &[u8], place: Place) -> bool {
    let numeric =
        matches!(shape, ValueShape::Phone | ValueShape::Id | ValueShape::Date | ValueShape::Card | ValueShape::Cvv);
    let digits = head.iter().filter(|b| b.is_ascii_digit()).count();
    let enough = if shape == ValueShape::Card { DIGITS_OF_AN_ISSUER + 1 } else { DIGITS_THAT_SAY_WHO };
    numeric && digits >= enough || head.len() >= HEAD_MIN && fits(rules, shape, head, place)
}

/// What a schema says about a column: its type, and whether it may be empty.
fn is_type(cell: &[u8]) -> bool {
    let lower = cell.to_ascii_lowercase();
    let name = lower.split(|b| *b == b'(').next().unwrap_or_default().trim_ascii();
    matches!(
        name,
        b"text"
            | b"varchar"
            | b"character varying"
            | b"char"
            | b"character"
            | b"nvarchar"
            | b"varchar2"
            | b"bigint"
            | b"integer"
            | b"int"
            | b"int4"
            | b"int8"
            | b"smallint"
            | b"tinyint"
            | b"serial"
            | b"bigserial"
            | b"numeric"
            | b"decimal"
            | b"real"
            | b"double"
            | b"double precision"
            | b"boolean"
            | b"bool"
            | b"bytea"
            | b"blob"
            | b"json"
            | b"jsonb"
            | b"string"
            | b"timestamptz"
            | b"timestamp with time zone"
            | b"timestamp without time zone"
            | b"datetime"
            | b"yes"
            | b"no"
            | b"not null"
            | b"null"
            | b"true"
            | b"false"
            | b"btree"
            | b"table"
            | b"view"
            | b"index"
            | b"sequence"
            | b"materialized view"
            | b"partitioned table"
            | b"foreign table"
            | b"base table"
    )
}

/// `(3 rows)`, `3 rows in set (0.00 sec)`, `COMMIT`.
fn is_count(line: &[u8]) -> bool {
    line.starts_with(b"(") && (line.ends_with(b" rows)") || line.ends_with(b" row)"))
        || memchr::memmem::find(line, b" in set").is_some() && line.first().is_some_and(u8::is_ascii_digit)
}

fn cells_of_header(line: &[u8]) -> Option<(Style, Vec<(usize, usize)>)> {
    let titled = |(start, end): (usize, usize)| start == end || is_title(line.get(start..end).unwrap_or_default());
    let named = |cells: &[(usize, usize)], least: usize| {
        let filled = cells.iter().filter(|(start, end)| end > start).count();
        filled >= least && cells.iter().all(|cell| titled(*cell))
    };
    if memchr::memchr(b'<', line).is_some() && memchr::memmem::find(line, b"<th").is_some() {
        let cells = elements(line, b"<th");
        return (cells.len() >= 2 && named(&cells, 2)).then_some((Style::Html, cells));
    }
    if memchr::memchr(b'|', line).is_some() {
        let cells = pipes(line);
        return (cells.len() >= 2 && named(&cells, 2)).then_some((Style::Pipes, cells));
    }
    for separator in [b'\t', b',', b';'] {
        if memchr::memchr(separator, line).is_none() {
            continue;
        }
        let cells = separated_while(line, separator, titled);
        if cells.len() >= 2 && cells.iter().all(|(start, end)| end > start) && named(&cells, 2) {
            return Some((Style::Separated(separator), cells));
        }
    }
    // Cheaply: where nothing stands two blanks apart there is one cell, and where the first is no title no header.
    let text = line.trim_ascii();
    let first = line.iter().find(|b| !matches!(b, b' ' | b'\t'));
    if !first.is_some_and(|b| begins_a_title(*b))
        || memchr::memchr(b'\t', text).is_none() && memchr::memmem::find(text, b"  ").is_none()
    {
        return None;
    }
    let titled = |(start, end): (usize, usize)| {
        let cell = line.get(start..end).unwrap_or_default();
        titled((start, end)) && !is_entry(cell)
    };
    let cells = aligned_while(line, titled);
    if let [(from, to), (start, end)] = cells.as_slice()
        && is_setting(line, line.get(*from..*to).unwrap_or_default(), line.get(*start..*end).unwrap_or_default())
    {
        return None;
    }
    (cells.len() >= 2 && named(&cells, 2)).then_some((Style::Aligned, cells))
}

fn begins_a_title(b: u8) -> bool {
    b.is_ascii_alphabetic() || b >= 0x80 || matches!(b, b'_' | b'#')
}

/// What a column is called: one to four words that begin with a letter.
fn is_title(cell: &[u8]) -> bool {
    let letters = cell.iter().filter(|b| b.is_ascii_alphabetic() || **b >= 0x80).count();
    cell.len() <= 40
        && cell.first().is_some_and(|b| begins_a_title(*b))
        && letters * 2 > cell.len()
        && cell.iter().all(|b| {
            b.is_ascii_alphanumeric()
                || *b >= 0x80
                || matches!(b, b'_' | b' ' | b'-' | b'.' | b'#' | b'(' | b')' | b'/' | b'%' | b'\'')
        })
        && cell.split(|b| *b == b' ').count() <= 4
        // A path is no title.
        && !(cell.contains(&b'/') && (cell.contains(&b'.') || cell.iter().filter(|b| **b == b'/').count() > 1))
}

fn bounds(line: &[u8], start: usize, end: usize) -> (usize, usize) {
    let cell = line.get(start..end).unwrap_or_default();
    let lead = cell.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let trail = cell.iter().skip(lead).rev().take_while(|b| b.is_ascii_whitespace()).count();
    (start + lead, end - trail)
}

fn pipes(line: &[u8]) -> Vec<(usize, usize)> {
    let (from, to) = bounds(line, 0, line.len());
    let from = from + usize::from(line.get(from) == Some(&b'|'));
    let to = if to > from && line.get(to - 1) == Some(&b'|') { to - 1 } else { to };
    // psql leaves a row's first cell empty without a bar before it.
    let from = if line.iter().take(from).all(|b| *b == b' ') && line.first() == Some(&b' ') { 0 } else { from };
    split(line, from, to, |b| b == b'|')
}

/// The texts of the elements of a line that begin with this tag, its bracket left open: there may be attributes.
fn elements(line: &[u8], tag: &[u8]) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    for at in memchr::memmem::find_iter(line, tag).take(COLUMNS_MAX) {
        let rest = line.get(at..).unwrap_or_default();
        if !matches!(rest.get(tag.len()), Some(b'>' | b' ')) {
            continue;
        }
        let Some(open) = memchr::memchr(b'>', rest).map(|i| at + i + 1) else { break };
        let text = line.get(open..).unwrap_or_default();
        cells.push(bounds(line, open, open + memchr::memchr(b'<', text).unwrap_or(text.len())));
    }
    cells
}

fn separated(line: &[u8], separator: u8) -> Vec<(usize, usize)> {
    separated_while(line, separator, |_| true)
}

/// The same, up to the first cell that is not what `keep` says.
fn separated_while(line: &[u8], separator: u8, keep: impl Fn((usize, usize)) -> bool) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for (i, b) in line.iter().enumerate() {
        if *b == b'"' {
            quoted = !quoted;
        } else if *b == separator && !quoted {
            let cell = unquoted(line, bounds(line, start, i));
            cells.push(cell);
            start = i + 1;
            if cells.len() > COLUMNS_MAX || !keep(cell) {
                return cells;
            }
        }
    }
    cells.push(unquoted(line, bounds(line, start, line.len())));
    cells
}

fn unquoted(line: &[u8], (start, end): (usize, usize)) -> (usize, usize) {
    match line.get(start..end) {
        Some([b'"', .., b'"']) | Some([b'\'', .., b'\'']) => (start + 1, end - 1),
        Some([b'"', ..]) => (start + 1, end),
        // `DATE '1991-08-19'`, `N'x'`, `TO_DATE('1991-08-19'`
        Some([first, .., b'\''] | [first, .., b'\'', b')']) if first.is_ascii_alphabetic() => {
            let cell = line.get(start..end).unwrap_or_default();
            let word = cell.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'(' | b' ')).count();
            let last = end - cell.iter().rev().take_while(|b| matches!(b, b'\'' | b')')).count();
            if word <= 10 && cell.get(word) == Some(&b'\'') && start + word < last {
                (start + word + 1, last)
            } else {
                (start, end)
            }
        }
        _ => (start, end),
    }
}

/// Cells two blanks or a tab apart.
fn aligned(line: &[u8]) -> Vec<(usize, usize)> {
    aligned_while(line, |_| true)
}

/// The same, up to the first cell that is not what `keep` says.
fn aligned_while(line: &[u8], keep: impl Fn((usize, usize)) -> bool) -> Vec<(usize, usize)> {
    let mut cells: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    let mut i = 0;
    while i < line.len() && cells.len() <= COLUMNS_MAX {
        let rest = line.get(i..).unwrap_or_default();
        let gap = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let wide = gap >= 2 || gap == 1 && line.get(i) == Some(&b'\t');
        match start {
            Some(from) if wide || i + gap >= line.len() => {
                cells.push((from, i));
                if !keep((from, i)) {
                    return cells;
                }
                start = None;
                i += gap.max(1);
            }
            None if gap == 0 => start = Some(i),
            Some(_) if gap == 0 => i += memchr::memchr2(b' ', b'\t', rest).unwrap_or(rest.len()),
            _ => i += gap.max(1),
        }
    }
    if let Some(from) = start {
        cells.push(bounds(line, from, line.len()));
    }
    cells
}

/// The cells of a line whose columns begin with these characters, each behind a blank.
fn cells_below(line: &[u8], starts: &[usize]) -> Vec<(usize, usize)> {
    let characters = line.iter().enumerate().filter(|(_, b)| !matches!(b, 0x80..=0xbf)).map(|(at, _)| at);
    let mut bytes = Vec::with_capacity(starts.len());
    let mut wanted = starts.iter().copied().peekable();
    for (i, at) in characters.enumerate() {
        if wanted.peek() == Some(&i) {
            wanted.next();
            let free = at.checked_sub(1).and_then(|i| line.get(i)).is_none_or(|b| matches!(b, b' ' | b'\t'));
            if !free {
                return Vec::new();
            }
            bytes.push(at);
        }
    }
    // A row may end before its last columns.
    bytes.resize(starts.len(), line.len());
    let ends = bytes.iter().skip(1).copied().chain([line.len()]);
    bytes.iter().zip(ends).map(|(start, end)| bounds(line, *start, end)).collect()
}

fn split(line: &[u8], from: usize, to: usize, is: impl Fn(u8) -> bool) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    let mut start = from;
    for i in from..to {
        if line.get(i).copied().is_some_and(&is) {
            cells.push(bounds(line, start, i));
            start = i + 1;
            if cells.len() > COLUMNS_MAX {
                return cells;
            }
        }
    }
    cells.push(bounds(line, start, to));
    cells
}

/// `INSERT INTO t (a, b) VALUES …` and `COPY t (a, b) FROM stdin;`.
fn sql(rules: &Rules, line: &[u8]) -> Option<Table> {
    let copy = line.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"copy "));
    let from = if copy { 5 } else { insert_into(line, b"insert into ")? + 12 };
    let lower = line.to_ascii_lowercase();
    let open = from + lower.get(from..)?.iter().position(|b| *b == b'(')?;
    let close = open + lower.get(open..)?.iter().position(|b| *b == b')')?;
    let after = lower.get(close..)?;
    let sound = if copy {
        memchr::memmem::find(after, b"from stdin").is_some()
    } else {
        after.len() < 4 || memchr::memmem::find(after, b"values").is_some()
    };
    let cells = split(line, open + 1, close, |b| b == b',');
    let cells: Vec<_> = cells.into_iter().map(|cell| unquoted(line, cell)).collect();
    let style = if copy { Style::Separated(b'\t') } else { Style::Tuples };
    Table::new(rules, line, style, &cells).filter(|_| sound)
}

/// The cells of each `(…)` behind `VALUES`, or of a line that begins with one.
fn tuples(line: &[u8]) -> Vec<Vec<(usize, usize)>> {
    let lower = line.to_ascii_lowercase();
    let from = memchr::memmem::find(&lower, b"values").map_or(0, |at| at + 6);
    if from == 0 && !line.trim_ascii_start().starts_with(b"(") {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut cells = Vec::new();
    let (mut depth, mut quote, mut start) = (0_u32, None, from);
    for i in from..line.len() {
        let Some(b) = line.get(i).copied() else { break };
        match (quote, b) {
            (Some(open), b) if b == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(b),
            (None, b'(') => {
                depth += 1;
                if depth == 1 {
                    start = i + 1;
                }
            }
            (None, b',') if depth == 1 => {
                cells.push(unquoted(line, bounds(line, start, i)));
                start = i + 1;
            }
            (None, b')') => {
                if depth == 1 {
                    cells.push(unquoted(line, bounds(line, start, i)));
                    all.push(std::mem::take(&mut cells));
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        if all.len() > TUPLES_MAX || cells.len() > COLUMNS_MAX {
            break;
        }
    }
    if depth >= 1 {
        // The line ends inside a tuple.
        cells.push(unquoted(line, bounds(line, start, line.len())));
        all.push(cells);
    }
    all
}

impl Promise {
    /// Whether a value of this kind is told by its look from other lines.
    pub(super) fn is_plain_by_its_shape(self) -> bool {
        matches!(
            self.shape,
            ValueShape::Card | ValueShape::Id | ValueShape::Phone | ValueShape::Email | ValueShape::Date
        )
    }

    /// Whether a header with this name alone is worth remembering for a table of one column.
    pub(super) fn heads_a_column(self) -> bool {
        !matches!(self.shape, ValueShape::MaybeName | ValueShape::Never)
    }
}

/// A shorter head of a value gives nothing away.
const HEAD_MIN: usize = 4;

/// So many digits of a telephone number, an id or a date begin to say whose it is.
const DIGITS_THAT_SAY_WHO: usize = 6;

/// So many digits of a card are its issuer's, which anybody may see (PCI DSS 4.0 §3.4.1).
const DIGITS_OF_AN_ISSUER: usize = 8;
/// What the columns of settings are called.
const NAMES: &[&[u8]] = &[
    b"name",
    b"key",
    b"keyname",
    b"key name",
    b"setting",
    b"variable",
    b"variable_name",
    b"parameter",
    b"option",
    b"option_name",
    b"meta_key",
    b"property",
    b"config_key",
    b"field",
];
const VALUES: &[&[u8]] = &[
    b"value",
    b"setting_value",
    b"option_value",
    b"meta_value",
    b"variable_value",
    b"config_value",
    b"setting",
    b"content",
];

/// More columns are no table for people.
const COLUMNS_MAX: usize = 64;

/// Longer headers are data.
const HEADER_MAX: usize = 1024;

/// More tuples on one line are judged by the first.
const TUPLES_MAX: usize = 2000;
