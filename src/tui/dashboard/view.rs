//! State → cells.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Piece};
use ratatui::widgets::{Clear, Paragraph};

use super::dialog::Dialog;
use super::layout::{self, Areas};
use super::queue::{Entry, severity};
use super::why::{self, Sheet};
use super::{Dashboard, LinkState, Pane, Prompt, View, actions};
use crate::model::{SessionRow, Shown};
use crate::tui::bindings;
use crate::tui::cells::{self, Pan};
use crate::tui::frame::{panel, put};
use crate::tui::text::{ago, clock, cut, fit};
use crate::tui::theme::{Glyphs, Role};

/// Draws everything.
pub(super) fn draw(d: &Dashboard, frame: &mut Frame<'_>) {
    if layout::too_small(d.size) {
        return put(frame, frame.area(), Line::raw("make me bigger (40x10)"));
    }
    let areas = d.areas();
    header(d, frame, areas.header);
    if let Some(area) = areas.tabs {
        tabs(d, frame, area);
    }
    if let Some(area) = areas.list {
        list(d, frame, area);
    }
    if let Some(area) = areas.why {
        why_pane(d, frame, area);
    }
    if let Some(area) = areas.live {
        live(d, frame, area);
    }
    status(d, frame, areas.status);
    footer(d, frame, areas.footer);
    if let Some(dialog) = &d.dialog {
        draw_dialog(d, dialog, frame, areas);
    }
}

fn header(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    let dot = look.pick("·", "-");
    let view = match d.view {
        View::Holds => "holds",
        View::Sessions => "sessions",
        View::Grants => "grants",
    };
    let live = live_sessions(d);
    let mut middle = format!("{live} live {dot} {} held {dot} you: {}", d.queue.waiting(), Shown::new(&d.options.user));
    if !d.options.bastion.is_empty() {
        middle = format!("{} {dot} {middle}", Shown::new(&d.options.bastion));
    }
    let time: String = d.server_now().to_string().chars().skip(11).take(8).collect();
    let left = format!(" holdpoint {} {view}", look.pick("▸", ">"));
    let right = format!("{time}Z ");
    let room = usize::from(area.width).saturating_sub(left.chars().count() + right.len() + 3);
    put(
        frame,
        area,
        Line::from(vec![
            Piece::styled(left, look.style(Role::Accent)),
            Piece::styled(format!("   {}", fit(&middle, room, look)), look.style(Role::Dim)),
            Piece::styled(right, look.style(Role::Dim)),
        ]),
    );
}

/// How many sessions are live; one whose row only stays because it is selected is not.
fn live_sessions(d: &Dashboard) -> usize {
    d.sessions.len().saturating_sub(usize::from(d.ended.is_some()))
}

fn tabs(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    let mut line = Vec::new();
    for (pane, name) in [(Pane::List, "list"), (Pane::Why, "why"), (Pane::Live, "live")] {
        let role = if d.focus == pane { Role::Selected } else { Role::Dim };
        line.push(Piece::styled(format!(" {name} "), look.style(role)));
        line.push(Piece::raw(" "));
    }
    line.push(Piece::styled("tab moves", look.style(Role::Dim)));
    put(frame, area, Line::from(line));
}

fn list(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    let title = match d.view {
        View::Holds => format!("1 Holds ({})", d.queue.waiting()),
        View::Sessions => format!("2 Sessions ({})", d.count()),
        View::Grants => format!("3 Grants ({})", d.count()),
    };
    let title = if d.filter.is_empty() { title } else { format!("{title} filtered") };
    let block = panel(look, &title, d.focus == Pane::List);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let width = usize::from(inner.width);
    let rows: Vec<Line<'static>> = match d.view {
        View::Holds => d.queue.sorted(&d.filter).into_iter().map(|entry| hold_row(d, entry, width)).collect(),
        View::Sessions => d.sorted_sessions().into_iter().map(|row| session_row(d, row, width)).collect(),
        View::Grants => d.grants.iter().map(|grant| grant_row(d, grant, width)).collect(),
    };
    if rows.is_empty() {
        let text = Paragraph::new(empty(d)).style(look.style(Role::Dim)).wrap(ratatui::widgets::Wrap { trim: true });
        return frame.render_widget(text, inner);
    }
    let (first, place) = (list_first(d, area), d.place());
    for (y, (i, line)) in (inner.y..inner.bottom()).zip(rows.into_iter().enumerate().skip(first)) {
        let row = Rect::new(inner.x, y, inner.width, 1);
        put(frame, row, line);
        if place == Some(i) {
            frame.buffer_mut().set_style(row, look.style(Role::Selected));
        }
    }
}

/// What an empty list teaches.
fn empty(d: &Dashboard) -> String {
    match (&d.link, d.view) {
        (LinkState::Connecting, _) => "Connecting".to_owned(),
        (LinkState::Lost(_), _) => "Not connected; trying again. What was here may be out of date.".to_owned(),
        (LinkState::Up, _) if !d.filter.is_empty() => "Nothing passes the filter. esc clears it.".to_owned(),
        (LinkState::Up, View::Holds) => {
            let live = match live_sessions(d) {
                0 => "Nobody is connected.".to_owned(),
                1 => "1 session is live.".to_owned(),
                many => format!("{many} sessions are live."),
            };
            format!("No holds. {live} Press 2 to see sessions, ? for help.")
        }
        (LinkState::Up, View::Sessions) => "No live sessions. When an engineer connects, they appear here.".to_owned(),
        (LinkState::Up, View::Grants) => {
            "No grants. They come from approving a command for a whole session (a, then 2), or values in the clear."
                .to_owned()
        }
    }
}

/// The first row of the list that is shown: as little scrolling as shows the selection.
pub(super) fn list_first(d: &Dashboard, area: Rect) -> usize {
    let height = usize::from(area.height.saturating_sub(2)).max(1);
    (d.place().unwrap_or(0) + 1).saturating_sub(height)
}

fn hold_row(d: &Dashboard, entry: &Entry, width: usize) -> Line<'static> {
    let look = d.options.look;
    let request = &entry.row.request;
    let worst = severity(request);
    let who = fit(Shown::new(&request.who.user).as_str(), 8, look);
    let target = fit(Shown::new(&request.place.target).as_str(), 10, look);
    let command = request.command.shown();
    if let Some(end) = &entry.outcome {
        let text = format!("{} {who} {target} {}", Shown::new(&why::outcome(end)), command);
        return Line::styled(fit(&text, width, look), look.style(Role::Dim));
    }
    let left = request.deadline.since(d.server_now());
    let (mark, role) = if left.as_secs() < 60 { ("!", Role::Urgent) } else { (" ", Role::Plain) };
    let sign = format!("{} {:<4} ", look.severity_glyph(worst), worst.word());
    let time = format!("{}{mark}", clock(left));
    let used = sign.chars().count() + time.chars().count() + 22;
    Line::from(vec![
        Piece::styled(sign, look.style(look.severity_role(worst))),
        Piece::styled(time, look.style(role)),
        Piece::raw(format!(" {who} {target} ")),
        Piece::raw(fit(command.as_str(), width.saturating_sub(used), look)),
    ])
}

fn session_row(d: &Dashboard, row: &SessionRow, width: usize) -> Line<'static> {
    let look = d.options.look;
    let gone = d.ended.as_ref().filter(|_| d.session == Some(row.meta.id));
    let state = if gone.is_some() { "ended" } else { state_word(d, row) };
    let who = fit(Shown::new(&row.meta.who.user).as_str(), 8, look);
    let place = Shown::new(&format!("{}@{}", row.meta.place.login, row.meta.place.target));
    let last = gone.map_or_else(|| row.last.last().cloned().unwrap_or_default(), |how| Shown::new(how));
    let mark = if row.alert.is_some() && gone.is_none() { look.pick("⚑ ", "! ") } else { "" };
    let since = ago(row.meta.started, d.server_now());
    let text = format!("{} {who} {} {since:<11} {mark}{last}", fit(state, 9, look), fit(place.as_str(), 16, look));
    let role = match (gone, &row.alert) {
        (Some(_), _) => Role::Dim,
        (None, Some(_)) => Role::Warn,
        (None, None) => Role::Plain,
    };
    Line::styled(fit(&text, width, look), look.style(role))
}

/// Sign and word of a session's state; the word alone where only ASCII is wanted.
fn state_word(d: &Dashboard, row: &SessionRow) -> &'static str {
    let word = row.state.word();
    match d.options.look.glyphs {
        Glyphs::Unicode => word,
        Glyphs::Ascii => word.split_once(' ').map_or(word, |(_, word)| word),
    }
}

fn grant_row(d: &Dashboard, grant: &crate::model::Grant, width: usize) -> Line<'static> {
    let look = d.options.look;
    let by = Shown::new(&grant.by.join(", ")).to_string();
    let since = ago(grant.since, d.server_now());
    let reach = super::dialog::reach(&grant.scope);
    Line::raw(fit(
        &format!("{} {reach}, by {by}, {since}, session {}", grant.id.short(), grant.session.short()),
        width,
        look,
    ))
}

/// The rows of the Why pane at that width.
fn sheet(d: &Dashboard, width: u16) -> Option<Sheet> {
    let (now, look) = (d.server_now(), d.options.look);
    match d.view {
        View::Holds => d.queue.selected_entry().map(|entry| why::of_hold(entry, now, width.into(), look)),
        View::Sessions | View::Grants => {
            d.subject().and_then(|id| d.sessions.get(&id)).map(|row| why::of_session(row, now, width.into(), look))
        }
    }
}

/// Width and height inside a pane's frame.
const fn inside(area: Rect) -> (u16, u16) {
    (area.width.saturating_sub(2), area.height.saturating_sub(2))
}

/// Whether the last row of the selected hold's command is on the screen now.
pub(super) fn command_seen(d: &Dashboard) -> bool {
    let Some(area) = d.areas().why.filter(|_| !layout::too_small(d.size)) else { return false };
    let (width, height) = inside(area);
    sheet(d, width).is_some_and(|sheet| d.why_first + usize::from(height) >= sheet.command_rows)
}

/// The furthest that the Why pane scrolls.
pub(super) fn why_last(d: &Dashboard) -> usize {
    let Some(area) = d.areas().why else { return 0 };
    let (width, height) = inside(area);
    sheet(d, width).map_or(0, |sheet| sheet.rows.len().saturating_sub(height.into()))
}

fn why_pane(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    let (width, height) = inside(area);
    let sheet = sheet(d, width);
    let more = sheet.as_ref().map_or(0, |s| s.rows.len().saturating_sub(d.why_first + usize::from(height)));
    let name = if d.view == View::Holds { "Why" } else { "Session" };
    let title = match (more, &sheet) {
        (0, _) => name.to_owned(),
        (more, Some(s)) if s.command_rows > d.why_first + usize::from(height) => {
            format!("{name}: the command goes on, {more} rows below")
        }
        (more, _) => format!("{name}: {more} rows below"),
    };
    let block = panel(look, &title, d.focus == Pane::Why);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let rows = sheet.map(|sheet| sheet.rows).unwrap_or_default();
    if rows.is_empty() {
        return put(frame, inner, Line::styled("Nothing is selected.", look.style(Role::Dim)));
    }
    for (y, line) in (inner.y..inner.bottom()).zip(rows.into_iter().skip(d.why_first)) {
        put(frame, Rect::new(inner.x, y, inner.width, 1), line);
    }
}

fn live(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    let row = d.subject().and_then(|id| d.sessions.get(&id));
    let shown = d.live.as_ref().filter(|live| Some(live.session) == d.subject());
    let mut title = row.map_or("Live".to_owned(), |row| {
        let place = format!("{}@{}", row.meta.place.login, row.meta.place.target);
        format!("{} {} {}", Shown::new(&place), Shown::new(&row.meta.who.user), state_word(d, row))
    });
    if let Some(live) = shown {
        let screen = live.frozen.as_ref().unwrap_or(&live.screen);
        title = format!("{title} {}x{}", screen.cols(), screen.rows());
        if live.frozen.is_some() {
            title.push_str(" FROZEN (f goes on)");
        }
    }
    let block = panel(look, &title, d.focus == Pane::Live);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    match (shown, row) {
        (Some(live), _) => {
            let screen = live.frozen.as_ref().unwrap_or(&live.screen);
            let pan = Pan::to_cursor(screen, inner);
            cells::paint(screen, inner, pan, look, frame.buffer_mut());
        }
        (None, Some(row)) if row.meta.pty.is_none() => {
            put(frame, inner, Line::styled("This session has no screen: it runs one command.", look.style(Role::Dim)));
        }
        (None, Some(_)) => put(frame, inner, Line::styled("Waiting for the screen.", look.style(Role::Dim))),
        (None, None) => put(frame, inner, Line::styled("No session is selected.", look.style(Role::Dim))),
    }
}

fn status(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    match &d.prompt {
        Prompt::Filter(field) => {
            let wrong = super::filter::Filter::parse(field.text()).err();
            let role = if wrong.is_some() { Role::Danger } else { Role::Plain };
            let hint =
                wrong.unwrap_or_else(|| "user: target: command: effect: rule: risk:  ! first inverts".to_owned());
            let line = vec![
                Piece::styled(format!(" /{}", field.shown()), look.style(role)),
                Piece::styled(look.pick("▏", "_"), look.style(Role::Accent)),
                Piece::styled(
                    format!("  {}", Shown::new(&hint)),
                    look.style(if role == Role::Danger { role } else { Role::Dim }),
                ),
            ];
            put(frame, area, Line::from(line));
        }
        Prompt::Command(field) => {
            let names: Vec<_> = actions::completions(field.text()).map(|binding| binding.name).collect();
            let line = vec![
                Piece::raw(format!(" :{}", field.shown())),
                Piece::styled(look.pick("▏", "_"), look.style(Role::Accent)),
                Piece::styled(format!("  {}", names.join(" ")), look.style(Role::Dim)),
            ];
            put(frame, area, Line::from(line));
        }
        Prompt::None => put(frame, area, status_line(d, usize::from(area.width))),
    }
}

fn status_line(d: &Dashboard, width: usize) -> Line<'static> {
    let look = d.options.look;
    if let LinkState::Lost(_) = d.link
        && d.status.is_none()
    {
        let text = " not connected: decisions not sent; what you see is old; trying again";
        return Line::styled(fit(text, width, look), look.style(Role::Urgent));
    }
    if let Some(status) = &d.status {
        let role = if status.bad { Role::Danger } else { Role::Ok };
        let tail = if status.bad { "  (! log)" } else { "" };
        let room = width.saturating_sub(tail.len() + 1);
        return Line::styled(format!(" {}{tail}", cut(status.text.as_str(), room, look)), look.style(role));
    }
    let (above, below) = d.queue.fresh(&d.filter);
    let text = match (above, below) {
        (0, 0) => return Line::default(),
        (0, below) => format!(" {} {below} new below (G goes to the end)", look.pick("◆", "#")),
        (above, 0) => format!(" {} {above} new above (g goes to the top)", look.pick("◆", "#")),
        (above, below) => format!(" {} {above} new above, {below} below", look.pick("◆", "#")),
    };
    Line::styled(text, look.style(Role::Warn))
}

fn footer(d: &Dashboard, frame: &mut Frame<'_>, area: Rect) {
    let look = d.options.look;
    let mut line = vec![Piece::raw(" ")];
    // Help has its place on every screen, however narrow.
    let (mut used, help) = (1, "? help ");
    for (binding, word) in actions::TABLE.iter().filter_map(|binding| Some((binding, binding.footer?))) {
        let elsewhere = match binding.action {
            actions::Action::Help => true,
            actions::Action::Approve | actions::Action::Deny => d.view == View::Grants,
            actions::Action::Revoke => d.view != View::Grants,
            _ => false,
        };
        if elsewhere {
            continue;
        }
        let word = if binding.action == actions::Action::Pause && paused(d) { "resume" } else { word };
        let word = word.replace('…', look.pick("…", "..."));
        let columns = binding.label.chars().count() + word.chars().count() + 3;
        if used + columns + help.len() > usize::from(area.width) {
            break;
        }
        used += columns;
        let role = if d.possible(binding.action) { Role::Accent } else { Role::Dim };
        line.push(Piece::styled(binding.label, look.style(role)));
        line.push(Piece::styled(format!(" {word}  "), look.style(Role::Dim)));
    }
    line.push(Piece::raw(" ".repeat(usize::from(area.width).saturating_sub(used + help.len()))));
    line.push(Piece::styled(help, look.style(Role::Dim)));
    put(frame, area, Line::from(line));
}

fn paused(d: &Dashboard) -> bool {
    let row = d.subject().and_then(|id| d.sessions.get(&id));
    row.is_some_and(|row| row.state == crate::model::SessionState::Paused)
}

impl Dashboard {
    /// Whether an action of the footer would do something now.
    fn possible(&self, action: actions::Action) -> bool {
        match action {
            actions::Action::Approve | actions::Action::Deny => self.armed().is_ok(),
            actions::Action::Pause | actions::Action::Terminate => self.may_act().is_ok() && self.subject().is_some(),
            actions::Action::Revoke => self.may_act().is_ok() && self.view == View::Grants && self.count() > 0,
            actions::Action::Open => self.count() > 0,
            actions::Action::Filter
            | actions::Action::Command
            | actions::Action::Help
            | actions::Action::Expand
            | actions::Action::Freeze
            | actions::Action::Copy
            | actions::Action::Refresh
            | actions::Action::Redraw
            | actions::Action::Log
            | actions::Action::Holds
            | actions::Action::Sessions
            | actions::Action::Grants
            | actions::Action::NextPane
            | actions::Action::PreviousPane
            | actions::Action::Down
            | actions::Action::Up
            | actions::Action::Top
            | actions::Action::Bottom
            | actions::Action::PageDown
            | actions::Action::PageUp
            | actions::Action::Back
            | actions::Action::Close
            | actions::Action::Quit => true,
        }
    }
}

/// The rows of a dialog that decides, at that width.
fn dialog_rows(d: &Dashboard, dialog: &Dialog, width: usize) -> Vec<Line<'static>> {
    let look = d.options.look;
    match (dialog, d.queue.selected_entry()) {
        (Dialog::Approve(approve), Some(entry)) => approve.rows(entry, width, look),
        (Dialog::Deny(deny), Some(entry)) => deny.rows(entry, width, look),
        (Dialog::Terminate(terminate), _) => terminate.rows(width, look),
        (Dialog::Revoke(revoke), _) => revoke.rows(width, look),
        (Dialog::Over(why), _) => super::dialog::over_rows(why, width, look),
        (Dialog::Approve(_) | Dialog::Deny(_), None) | (Dialog::Help(_) | Dialog::Log(_), _) => Vec::new(),
    }
}

/// The width of a dialog's inside.
fn dialog_width(body: Rect) -> u16 {
    body.width.saturating_sub(6).min(100)
}

/// Whether all of the open dialog is on the screen. A decision that cannot be read cannot be sent.
pub(super) fn dialog_fits(d: &Dashboard) -> bool {
    let body = d.areas().body;
    d.dialog
        .as_ref()
        .is_some_and(|dialog| dialog_rows(d, dialog, dialog_width(body).into()).len() + 2 <= usize::from(body.height))
}

fn draw_dialog(d: &Dashboard, dialog: &Dialog, frame: &mut Frame<'_>, areas: Areas) {
    let look = d.options.look;
    let rows = match dialog {
        Dialog::Help(page) => {
            let rows = bindings::help_rows(actions::TABLE, page.query(), look);
            return page.draw("Help", rows, look, frame, areas.body);
        }
        Dialog::Log(page) => {
            return page.draw("What happened here", log_rows(d, page.query()), look, frame, areas.body);
        }
        Dialog::Approve(_) | Dialog::Deny(_) | Dialog::Terminate(_) | Dialog::Revoke(_) | Dialog::Over(_) => {
            dialog_rows(d, dialog, dialog_width(areas.body).into())
        }
    };
    let height = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX).min(areas.body.height);
    let width = dialog_width(areas.body) + 4;
    let x = areas.body.x + (areas.body.width - width) / 2;
    let area = Rect::new(x, areas.body.bottom() - height, width, height);
    let block = panel(look, dialog.title().trim(), true);
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let inner = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    for (y, line) in (inner.y..inner.bottom()).zip(rows) {
        put(frame, Rect::new(inner.x, y, inner.width, 1), line);
    }
    if !dialog_fits(d) {
        let text = "make the window larger to decide";
        put(frame, Rect::new(inner.x, inner.y, inner.width, 1), Line::styled(text, look.style(Role::Urgent)));
    }
}

fn log_rows(d: &Dashboard, query: &str) -> Vec<Line<'static>> {
    let query = query.to_lowercase();
    let time = |line: &super::LogLine| line.at.to_string().chars().skip(11).take(8).collect::<String>();
    d.log
        .iter()
        .rev()
        .filter(|line| line.text.as_str().to_lowercase().contains(&query))
        .map(|line| Line::raw(format!(" {}Z {}", time(line), line.text)))
        .collect()
}
