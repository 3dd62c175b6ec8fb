//! The home screen, drawn.

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::model::{Home, Row};
use crate::command::{Card, Command, Place, Start, Tone, card_age, card_told};
use crate::incident::record::Mode;
use crate::text::Shown;
use crate::tui::theme::{Role, Theme, role, tint};
use crate::tui::view::{TextRow, draw_rows, framed, hints, list, set_cursor, too_small};
use crate::tui::wrap::{clip, wrap};

/// Draws it; nothing where the size is not that of the frame.
pub fn draw(frame: &mut Frame, home: &Home, now: DateTime<Utc>, theme: &Theme) {
    let area = frame.area();
    if (area.width, area.height) != home.size {
        return;
    }
    frame.buffer_mut().set_style(area, theme.ground());
    if area.width < crate::tui::MIN_SIZE.0 || area.height < crate::tui::MIN_SIZE.1 {
        let words = too_small::words(home.size);
        draw_rows(frame, area, &crate::tui::view::told_rows(&[words], area.width), 0, theme);
        return;
    }
    let message = message(home, area.width);
    let rows = u16::try_from(message.len()).unwrap_or(0).min(area.height / 3);
    let [body, below, keys] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(rows), Constraint::Length(1)])
            .areas(area);
    lists(frame, body, home, now, theme);
    draw_rows(frame, below, &message, 0, theme);
    hints::draw(frame, keys, &[Place::Home], &home.keymap, theme);
}

/// What is asked, else what was said.
fn message(home: &Home, width: u16) -> Vec<TextRow> {
    let key = |command| {
        let keys = home.keymap.keys_of(&[Place::Home], command).first();
        keys.map_or_else(String::new, ToString::to_string)
    };
    let (role, text) = if let Some(playbook) = &home.asking {
        let (send, not) = (key(Command::Send), key(Command::Dismiss));
        let title = playbook.title.one_line().into_owned();
        (Role::Live, format!("Open a LIVE incident on “{title}”? {send} opens it, {not} does not."))
    } else if let Some(message) = &home.message {
        let read = key(Command::Dismiss);
        (Role::Alarm, format!("! {} [{read}: read]", message.one_line()))
    } else {
        return Vec::new();
    };
    wrap(&text, usize::from(width), 2).into_iter().map(|text| TextRow { role, text }).collect()
}

fn lists(frame: &mut Frame, area: Rect, home: &Home, now: DateTime<Utc>, theme: &Theme) {
    let inner = framed(frame, area, "stanch", Role::Focus, theme);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line> = Vec::new();
    let mut marked = 0..0;
    let mut heading = "";
    if home.cards.is_empty() {
        lines.push(head("Incidents", theme));
        let none = "  None yet. A drill is the way to see how it goes.";
        lines.push(Line::from(Span::styled(clip(none, width), theme.style(Role::Muted))));
    }
    for (index, row) in home.rows().into_iter().enumerate() {
        let of = match row {
            Row::Card(card) if card.closed => "Closed",
            Row::Card(_) => "Incidents",
            Row::Playbook(_) => "Open a live incident on a playbook",
            Row::Drill(_) => "Drill: simulated systems, nothing live can be reached",
        };
        if of != heading {
            heading = of;
            lines.push(head(of, theme));
        }
        let begin = lines.len();
        let is_marked = index == home.cursor;
        match row {
            Row::Card(card) => lines.extend(card_lines(home, card, is_marked, now, width, theme)),
            Row::Playbook(start) | Row::Drill(start) => {
                lines.push(start_line(start, is_marked, width, theme));
            }
        }
        if is_marked {
            marked = begin..lines.len();
        }
    }
    let height = usize::from(inner.height);
    // With the heading above it, where there is room.
    let scroll = if marked.start == 1 { 0 } else { list::scroll(&marked, inner.height) };
    let shown: Vec<Line> = lines.into_iter().skip(scroll).take(height).collect();
    frame.render_widget(Paragraph::new(shown), inner);
    set_cursor(frame, inner, marked.start.saturating_sub(scroll));
}

fn head(text: &'static str, theme: &Theme) -> Line<'static> {
    Line::from(Span::styled(text, theme.style(Role::Heading)))
}

fn start_line(start: &Start, is_marked: bool, width: usize, theme: &Theme) -> Line<'static> {
    let mark = if is_marked { '>' } else { ' ' };
    let text = clip(&format!("{mark} {:<20} {}", start.name, start.title.one_line()), width);
    let role = if is_marked { Role::Selected } else { Role::Text };
    Line::from(Span::styled(text, theme.style(role)))
}

/// The name with its sign and colour and what it is about; below it, how it stands.
fn card_lines(
    home: &Home,
    card: &Card,
    is_marked: bool,
    now: DateTime<Utc>,
    width: usize,
    theme: &Theme,
) -> [Line<'static>; 2] {
    let mark = if is_marked { '>' } else { ' ' };
    let (kind, mode) = match card.mode {
        Mode::Live => ("LIVE ", Role::Live),
        Mode::Drill => ("DRILL", Role::Drill),
    };
    let name = clip(&card.name.one_line(), width.saturating_sub(10).min(24));
    let age = card_age(card, now);
    let used = 9 + name.width() + 2 + age.width() + 1;
    let title = clip(&Shown::new(&card.title).one_line(), width.saturating_sub(used));
    let gap = width.saturating_sub(used + title.width()) + 1;
    let chosen = theme.style(Role::Selected);
    let dress = |role| if is_marked { chosen } else { theme.style(role) };
    let first = Line::from(vec![
        Span::styled(format!("{mark} "), dress(Role::Text)),
        Span::styled(kind, theme.style(mode)),
        Span::styled(format!(" {name}"), dress(tint(&card.name.one_line()))),
        Span::styled(format!("  {title}{}{age}", " ".repeat(gap)), dress(Role::Text)),
    ]);
    [first, standing_line(home, card, now, width, theme)]
}

fn standing_line(
    home: &Home,
    card: &Card,
    now: DateTime<Utc>,
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let mut spans = vec![Span::styled("        ", theme.style(Role::Text))];
    let mut left = width.saturating_sub(8);
    let standing = home.standings.get(&card.dir);
    let mut told = card_told(card, standing.and_then(|read| read.as_ref().ok()), now);
    if let Some(Err(why)) = standing {
        told.push(crate::command::Told::new(Tone::Bad, why.one_line()));
    } else if standing.is_none() && !card.closed {
        told.push(crate::command::Told::new(Tone::Muted, "being read"));
    }
    // What alarms first: a narrow screen cuts the rest.
    told.sort_by_key(|told| told.tone != Tone::Bad);
    for part in told {
        let text = clip(part.text.as_str(), left.saturating_sub(2));
        left = left.saturating_sub(text.width() + 2);
        spans.push(Span::styled(format!("{text}  "), theme.style(role(part.tone))));
    }
    Line::from(spans)
}
