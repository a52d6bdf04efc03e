//! State → cells.

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::{Chain, Focus, IDLE_CAPS, Player, Prompt, SPEEDS, State, actions};
use crate::model::Shown;
use crate::replay::{Mark, Marker};
use crate::tui::bindings;
use crate::tui::cells::{self, Pan};
use crate::tui::frame::{panel, put};
use crate::tui::text::{clock, cut, fit};
use crate::tui::theme::Role;

/// The places of everything.
struct Areas {
    header: Rect,
    screen: Rect,
    events: Option<Rect>,
    progress: Rect,
    status: Rect,
    footer: Rect,
    body: Rect,
}

fn areas(p: &Player) -> Areas {
    let whole = Rect::new(0, 0, p.size.cols(), p.size.rows());
    let one = Constraint::Length(1);
    let [header, body, progress, status, footer] =
        Layout::vertical([one, Constraint::Min(0), one, one, one]).areas(whole);
    let (screen, events) = if p.expanded {
        (body, None)
    } else if p.size.cols() >= 100 {
        let [screen, events] = Layout::horizontal([Constraint::Min(0), Constraint::Length(36)]).areas(body);
        (screen, Some(events))
    } else if p.size.rows() >= 24 {
        let [screen, events] = Layout::vertical([Constraint::Min(0), Constraint::Length(6)]).areas(body);
        (screen, Some(events))
    } else if p.focus == Focus::Events {
        (Rect { height: 0, ..body }, Some(body))
    } else {
        (body, None)
    };
    Areas { header, screen, events, progress, status, footer, body }
}

/// The inside of the screen's frame.
pub(super) fn screen_area(p: &Player) -> Rect {
    let area = areas(p).screen;
    Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2))
}

/// A click on an event chooses and shows it.
pub(super) fn clicked(p: &mut Player, x: u16, y: u16) {
    let Some(area) = areas(p).events.filter(|area| area.contains((x, y).into())) else { return };
    let row = usize::from(y.saturating_sub(area.y + 1)) + first(p, area);
    if y > area.y
        && y + 1 < area.bottom()
        && let Some(at) = p.timeline.markers().get(row).map(|marker| marker.at)
    {
        p.cursor = row;
        p.seek(at);
    }
}

/// Draws everything.
pub(super) fn draw(p: &Player, frame: &mut Frame<'_>) {
    if p.size.cols() < 40 || p.size.rows() < 10 {
        return put(frame, frame.area(), Line::raw("make me bigger (40x10)"));
    }
    let areas = areas(p);
    header(p, frame, areas.header);
    screen(p, frame, areas.screen);
    if let Some(area) = areas.events {
        events(p, frame, area);
    }
    progress(p, frame, areas.progress);
    status(p, frame, areas.status);
    footer(p, frame, areas.footer);
    if let Some(help) = &p.help {
        let rows = bindings::help_rows(actions::TABLE, help.query(), p.options.look);
        help.draw("Help", rows, p.options.look, frame, areas.body);
    }
}

fn header(p: &Player, frame: &mut Frame<'_>, area: Rect) {
    let look = p.options.look;
    let (chain, role) = chain(p);
    let what = p.timeline.meta().map_or_else(
        || "nothing recorded".to_owned(),
        |meta| {
            let place = format!("{}@{}", meta.place.login, meta.place.target);
            let date: String = meta.started.to_string().chars().take(19).collect();
            format!(
                "{} {} {} {}  {}Z",
                meta.id.short(),
                Shown::new(&meta.who.user),
                look.pick("→", "->"),
                Shown::new(&place),
                date.replace('T', " ")
            )
        },
    );
    let total = clock(p.timeline.duration());
    let idle = p.cut.cut();
    let cut_text = if idle.is_zero() { String::new() } else { format!(" (idle cut {})", clock(idle)) };
    let left = format!(" replay {} ", look.pick("▸", ">"));
    let room = usize::from(area.width).saturating_sub(left.chars().count() + chain.chars().count() + 2);
    put(
        frame,
        area,
        Line::from(vec![
            Span::styled(left, look.style(Role::Accent)),
            Span::raw(fit(&format!("{what}  {total}{cut_text}"), room, look)),
            Span::styled(format!(" {chain} "), look.style(role)),
        ]),
    );
}

/// What verification said, in words.
fn chain(p: &Player) -> (String, Role) {
    let look = p.options.look;
    match &p.standing.chain {
        Chain::Unchecked => ("not verified".to_owned(), Role::Warn),
        Chain::Sealed => (format!("chain {} sealed", look.pick("✓", "ok")), Role::Ok),
        Chain::Live => (format!("chain {} live", look.pick("✓", "ok")), Role::Ok),
        Chain::Interrupted => ("chain ok, session INTERRUPTED".to_owned(), Role::Warn),
        Chain::Broken(faults) => {
            (format!("{} chain BROKEN: {} faults", look.pick("✖", "x"), faults.len()), Role::Urgent)
        }
    }
}

fn screen(p: &Player, frame: &mut Frame<'_>, area: Rect) {
    if area.is_empty() {
        return;
    }
    let look = p.options.look;
    let model = p.head.screen();
    let inner = screen_area(p);
    let cropped = model.cols() > inner.width || model.rows() > inner.height;
    let hint = if cropped { ", cropped (H J K L move)" } else { "" };
    let block = panel(look, &format!("{}x{}{hint}", model.cols(), model.rows()), p.focus == Focus::Screen);
    frame.render_widget(block, area);
    let pan = p.pan.unwrap_or_else(|| Pan::to_cursor(model, inner));
    cells::paint(model, inner, pan, look, frame.buffer_mut());
}

fn events(p: &Player, frame: &mut Frame<'_>, area: Rect) {
    let look = p.options.look;
    let markers = p.timeline.markers();
    let block = panel(look, &format!("Events ({})", markers.len()), p.focus == Focus::Events);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if markers.is_empty() {
        return put(frame, inner, Line::styled("No commands, no holds: only output.", look.style(Role::Dim)));
    }
    for (y, (i, marker)) in (inner.y..inner.bottom()).zip(markers.iter().enumerate().skip(first(p, area))) {
        let row = Rect::new(inner.x, y, inner.width, 1);
        put(frame, row, event_row(p, marker, inner.width.into()));
        if i == p.cursor {
            frame.buffer_mut().set_style(row, look.style(Role::Selected));
        }
    }
}

/// The first event shown: the chosen one stays in the middle, as far as there are events.
fn first(p: &Player, area: Rect) -> usize {
    let height = usize::from(area.height.saturating_sub(2)).max(1);
    p.cursor.saturating_sub(height / 2).min(p.timeline.markers().len().saturating_sub(height))
}

fn event_row(p: &Player, marker: &Marker, width: usize) -> Line<'static> {
    let look = p.options.look;
    let past = marker.at <= p.head.at();
    let (sign, word) = sign(p, marker.mark);
    let time = clock(marker.at);
    // A label that begins with the word has said it.
    let sign = if word.is_empty() || marker.label.as_str().starts_with(word) { sign } else { format!("{sign} {word}") };
    let room = width.saturating_sub(time.len() + sign.chars().count() + 2);
    Line::from(vec![
        Span::styled(format!("{time} "), look.style(if past { Role::Plain } else { Role::Dim })),
        Span::styled(format!("{sign} "), look.style(role(marker.mark))),
        Span::styled(cut(marker.label.as_str(), room, look), look.style(if past { Role::Plain } else { Role::Dim })),
    ])
}

/// Sign and word of a mark; marks whose label always says what they are need no word.
fn sign(p: &Player, mark: Mark) -> (String, &'static str) {
    let glyph = mark.glyph().to_string();
    let (ascii, word) = match mark {
        Mark::Command => ("$", ""),
        Mark::Held => ("#", "held"),
        Mark::Approved => ("+", ""),
        Mark::Denied => ("x", "denied"),
        Mark::Lapsed => ("o", ""),
        Mark::Masked => ("!", "masked"),
        Mark::Notice => (".", "notice"),
        Mark::Steered => ("=", ""),
        Mark::Exit => ("*", ""),
    };
    (if p.options.look.pick("u", "a") == "u" { glyph } else { ascii.to_owned() }, word)
}

const fn role(mark: Mark) -> Role {
    match mark {
        Mark::Command | Mark::Notice => Role::Plain,
        Mark::Held | Mark::Lapsed | Mark::Steered => Role::Warn,
        Mark::Approved => Role::Ok,
        Mark::Denied => Role::Danger,
        Mark::Masked | Mark::Exit => Role::Info,
    }
}

fn progress(p: &Player, frame: &mut Frame<'_>, area: Rect) {
    let look = p.options.look;
    let (sign, word) = match p.state {
        State::Playing { .. } => (look.pick("▶", ">"), "play"),
        State::Paused => (look.pick("‖", "="), "pause"),
        State::Ended => (look.pick("■", "*"), "end"),
    };
    let left = format!(" {sign} {word:<5} {} ", clock(p.head.at()));
    let speed = SPEEDS.get(p.speed).map_or("", |(_, name)| *name);
    let idle = match IDLE_CAPS.get(p.cap).copied().flatten() {
        Some(cap) => format!("idle{}{}s", look.pick("≤", "<="), cap.as_secs()),
        None => "idle whole".to_owned(),
    };
    let hits = p.search.as_ref().map_or_else(String::new, |search| {
        let at = if search.hits.is_empty() { 0 } else { search.at + 1 };
        format!("  / \"{}\" {at}/{}", cut(Shown::new(&search.text).as_str(), 16, look), search.hits.len())
    });
    let right = format!(" {}  {speed}  {idle}{hits} ", clock(p.timeline.duration()));
    let room = usize::from(area.width).saturating_sub(left.chars().count() + right.chars().count());
    let mut line = vec![Span::raw(left)];
    line.extend(bar(p, room));
    line.push(Span::raw(right));
    put(frame, area, Line::from(line));
}

/// The bar: played and not, pauses as `░`, holds and the like where they are.
fn bar(p: &Player, width: usize) -> Vec<Span<'static>> {
    let look = p.options.look;
    let total = p.timeline.duration().max(Duration::from_micros(1));
    let column = |at: Duration| {
        let at = u128::try_from(width).unwrap_or(0).saturating_mul(at.as_micros()) / total.as_micros();
        usize::try_from(at).unwrap_or(usize::MAX).min(width.saturating_sub(1))
    };
    let played = column(p.head.at());
    let mut cells: Vec<(String, Role)> = (0..width)
        .map(|x| (look.pick("━", "-").to_owned(), if x <= played { Role::Accent } else { Role::Dim }))
        .collect();
    for (from, to) in p.timeline.pauses() {
        for cell in cells.iter_mut().take(column(*to)).skip(column(*from) + 1) {
            cell.0 = look.pick("░", ".").to_owned();
        }
    }
    // Where several stand in one column, a hold or a denial is the one that shows.
    let (grave, other): (Vec<_>, Vec<_>) = p
        .timeline
        .markers()
        .iter()
        .filter(|marker| marker.mark != Mark::Command)
        .partition(|marker| marker.mark.is_hold_or_denial());
    for marker in other.into_iter().chain(grave) {
        if let Some(cell) = cells.get_mut(column(marker.at)) {
            *cell = (sign(p, marker.mark).0, role(marker.mark));
        }
    }
    if let Some(cell) = cells.get_mut(played) {
        *cell = (look.pick("●", "O").to_owned(), Role::Selected);
    }
    cells.into_iter().map(|(text, role)| Span::styled(text, look.style(role))).collect()
}

fn status(p: &Player, frame: &mut Frame<'_>, area: Rect) {
    let look = p.options.look;
    let cursor = Span::styled(look.pick("▏", "_"), look.style(Role::Accent));
    let line = match (&p.prompt, &p.status) {
        (Prompt::Search(field), _) => Line::from(vec![
            Span::raw(format!(" /{}", field.shown())),
            cursor,
            Span::styled("  text on the screen or in a command; capitals count if you type one", look.style(Role::Dim)),
        ]),
        (Prompt::Goto(field), _) => Line::from(vec![
            Span::raw(format!(" :{}", field.shown())),
            cursor,
            Span::styled("  90, 12:30 or 1:02:03 from the start", look.style(Role::Dim)),
        ]),
        (Prompt::None, Some((text, _))) => Line::styled(format!(" {}", Shown::new(text)), look.style(Role::Info)),
        (Prompt::None, None) => standing(p),
    };
    put(frame, area, line);
}

/// Faults and gaps are never silently skipped: they stand where nothing else has to.
fn standing(p: &Player) -> Line<'static> {
    let look = p.options.look;
    let (words, role) = match &p.standing.chain {
        Chain::Broken(faults) => (faults.iter().chain(&p.standing.gaps).cloned().collect::<Vec<_>>(), Role::Danger),
        Chain::Unchecked | Chain::Sealed | Chain::Live | Chain::Interrupted => (p.standing.gaps.clone(), Role::Warn),
    };
    if words.is_empty() {
        return Line::default();
    }
    let text = format!(" {} {}", look.pick("⚠", "!"), Shown::new(&words.join("; ")));
    Line::styled(cut(&text, p.size.cols().into(), look), look.style(role))
}

fn footer(p: &Player, frame: &mut Frame<'_>, area: Rect) {
    let look = p.options.look;
    let (mut used, help) = (1, "? help ");
    let mut line = vec![Span::raw(" ")];
    for (binding, word) in actions::TABLE.iter().filter_map(|binding| Some((binding, binding.footer?))) {
        let label = bindings::label(binding.label, look);
        let columns = label.chars().count() + word.len() + 3;
        if used + columns + help.len() > usize::from(area.width) {
            break;
        }
        used += columns;
        line.push(Span::styled(label, look.style(Role::Accent)));
        line.push(Span::styled(format!(" {word}  "), look.style(Role::Dim)));
    }
    line.push(Span::raw(" ".repeat(usize::from(area.width).saturating_sub(used + help.len()))));
    line.push(Span::styled(help, look.style(Role::Dim)));
    put(frame, area, Line::from(line));
}
