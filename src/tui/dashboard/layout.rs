//! Where the panes are, by size: three from 120×30, two from 80×24, one with tabs below, a sentence below 40×10.

use ratatui::layout::{Constraint, Layout, Rect};

use super::Pane;
use crate::model::Size;

/// The places of everything. A pane without a place is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// The first row.
    pub header: Rect,
    /// The names of the panes, where only one is shown.
    pub tabs: Option<Rect>,
    /// The list.
    pub list: Option<Rect>,
    /// What the selected row is about.
    pub why: Option<Rect>,
    /// The live screen.
    pub live: Option<Rect>,
    /// The last row but one: what just happened, or what is typed.
    pub status: Rect,
    /// The last row: the keys.
    pub footer: Rect,
    /// Where dialogs stand.
    pub body: Rect,
}

/// Whether there is room for anything at all.
#[must_use]
pub const fn too_small(size: Size) -> bool {
    size.cols() < 40 || size.rows() < 10
}

/// The places at that size. `expanded` gives everything to the pane with the keys.
#[must_use]
pub fn areas(size: Size, focus: Pane, expanded: bool) -> Areas {
    let whole = Rect::new(0, 0, size.cols(), size.rows());
    let [header, body, status, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1), Constraint::Length(1)])
            .areas(whole);
    let mut areas = Areas { header, tabs: None, list: None, why: None, live: None, status, footer, body };
    if expanded {
        *areas.pane(focus) = Some(body);
    } else if size.cols() >= 120 && size.rows() >= 30 {
        let [left, right] = Layout::horizontal([Constraint::Percentage(45), Constraint::Min(0)]).areas(body);
        let [list, why] = Layout::vertical([Constraint::Percentage(34), Constraint::Min(0)]).areas(left);
        (areas.list, areas.why, areas.live) = (Some(list), Some(why), Some(right));
    } else if size.cols() >= 80 && size.rows() >= 24 {
        let [list, rest] = Layout::vertical([Constraint::Length(7), Constraint::Min(0)]).areas(body);
        areas.list = Some(list);
        *areas.pane(if focus == Pane::Live { Pane::Live } else { Pane::Why }) = Some(rest);
    } else {
        let [tabs, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(body);
        areas.tabs = Some(tabs);
        *areas.pane(focus) = Some(rest);
    }
    areas
}

impl Areas {
    fn pane(&mut self, pane: Pane) -> &mut Option<Rect> {
        match pane {
            Pane::List => &mut self.list,
            Pane::Why => &mut self.why,
            Pane::Live => &mut self.live,
        }
    }
}
