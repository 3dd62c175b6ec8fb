//! The confirmation: exactly what will be sent, whole, before the key that sends it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{TextRow, draw_rows, framed, hints, told_rows};
use crate::command::{Place, Snapshot, Told, Tone, before_lines};
use crate::incident::record::Mode;
use crate::incident::words::{elapsed_words, request_lines};
use crate::incident::{Ask, Needs, Offer, Purpose, Request, State};
use crate::text::Shown;
use crate::tui::layout;
use crate::tui::model::{Confirm, Model, Seen, Subject};
use crate::tui::theme::{Role, Theme, role, tint};
use crate::tui::wrap::{clip, wrap};

/// The offer that the key would take.
pub(in crate::tui) fn offer<'a>(confirm: &'a Confirm, seen: &'a Seen) -> Option<&'a Offer> {
    let offers = |step: &'a str| seen.snapshot.offers_of(step);
    match &confirm.subject {
        Subject::Armed { step, hash: shown } => offers(step)
            .find(|offer| matches!(&offer.ask, Ask::Confirm { hash, .. } if hash == shown)),
        Subject::Retry { step, .. } => {
            offers(step).find(|offer| matches!(offer.ask, Ask::Retry { .. }))
        }
    }
}

/// What has to be typed, if anything.
pub(in crate::tui) fn target(confirm: &Confirm, seen: &Seen) -> Option<String> {
    match offer(confirm, seen).map(|offer| &offer.needs) {
        Some(Needs::Typed(target)) => Some(target.clone()),
        _ => None,
    }
}

/// Everything that must have been seen.
pub(in crate::tui) fn rows(confirm: &Confirm, seen: &Seen, width: u16) -> Vec<TextRow> {
    told_rows(&told(confirm, &seen.snapshot), width)
}

fn told(confirm: &Confirm, snapshot: &Snapshot) -> Vec<Told> {
    let state = snapshot.state();
    match &confirm.subject {
        Subject::Armed { step, .. } => {
            let instance = state.instance(step);
            let Some(armed) = instance.and_then(|instance| instance.armed.as_deref()) else {
                return Vec::new();
            };
            let what = match armed.purpose {
                Purpose::Act => "This will be sent",
                Purpose::Undo => "This undo will be sent",
            };
            let mut told = head(state, step, what);
            if let Some(target) = &armed.target {
                told.push(Told::new(Tone::Title, format!("Target: {target}")));
            }
            if let Some(reason) = &armed.out_of_order {
                let line = format!("Before what comes first, because: {reason}");
                told.push(Told::new(Tone::Warning, line));
            }
            told.extend(request(&armed.request, &armed.hash));
            if armed.purpose == Purpose::Act {
                told.extend(before_lines(snapshot, step));
            }
            told
        }
        Subject::Retry { step, call } => {
            let mut told = head(state, step, "This doubtful request will be sent once more");
            if let Some(call) = state.calls.get(call) {
                told.push(Told::new(Tone::Warning, format!("In doubt because: {}", call.why)));
                told.extend(request(&call.request, &call.hash));
            }
            told
        }
    }
}

fn head(state: &State, step: &str, what: &str) -> Vec<Told> {
    let title = state.row(step).map_or_else(|| Shown::new(step), |row| row.title());
    let (tone, to) = match state.mode() {
        Mode::Live => (Tone::Bad, "to a LIVE system"),
        Mode::Drill => (Tone::Good, "in a DRILL, to the range"),
    };
    vec![Told::new(Tone::Title, title), Told::new(tone, format!("{what}, {to}."))]
}

fn request(request: &Request, hash: &str) -> Vec<Told> {
    let lines = request_lines(request).into_iter();
    let hash: Vec<char> = hash.chars().take(16).collect();
    let groups: Vec<String> = hash.chunks(4).map(String::from_iter).collect();
    let hash = Told::new(Tone::Muted, format!("Hash: {}", groups.join(" ")));
    lines.map(|text| Told { tone: Tone::Exact, text }).chain([hash]).collect()
}

pub(in crate::tui) fn draw(
    frame: &mut Frame,
    model: &Model,
    confirm: &Confirm,
    seen: &Seen,
    theme: &Theme,
) {
    let target = target(confirm, seen);
    let Some(regions) = layout::dialog(model, target.is_some()) else { return };
    let state = seen.snapshot.state();
    let mode = state.mode();
    let role = match mode {
        Mode::Live => Role::Live,
        Mode::Drill => Role::Drill,
    };
    let codename = Shown::new(state.codename());
    let title = format!("{}  {}  Send this?", mode.word(), codename.one_line());
    let title = clip(&title, usize::from(regions.frame.width.saturating_sub(4)));
    framed(frame, regions.frame, &title, role, theme);
    draw_codename(frame, regions.frame, state.codename(), theme);
    if let Some(exercise) = &state.exercise {
        let banner = exercise.briefing.banner.one_line();
        draw_banner(frame, regions.frame, &banner, state.codename(), theme);
    }
    let rows = rows(confirm, seen, regions.body.width);
    draw_rows(frame, regions.body, &rows, confirm.scroll, theme);
    let below = rows.len().saturating_sub(confirm.scroll + usize::from(regions.body.height));
    draw_status(frame, regions.status, model, confirm, seen, below, theme);
    if let Some(target) = target {
        draw_typed(frame, regions.typed, &target, &confirm.typed, theme);
    }
    hints::draw(frame, regions.hints, &[Place::Confirm], &model.keymap, theme);
}

/// Which incident it is, on the lower border, in its own colour.
fn draw_codename(frame: &mut Frame, area: Rect, codename: &str, theme: &Theme) {
    let text = format!(" {} ", Shown::new(codename).one_line());
    let text = clip(&text, usize::from(area.width.saturating_sub(4)));
    let wide = u16::try_from(unicode_width::UnicodeWidthStr::width(text.as_str())).unwrap_or(0);
    let x = area.right().saturating_sub(wide + 2);
    let y = area.bottom().saturating_sub(1);
    // Not on the ground of the border: there a tint may not be readable.
    let style = Style::reset().patch(theme.ground()).patch(theme.style(tint(codename)));
    frame.buffer_mut().set_string(x, y, text, style);
}

/// The words of the drill, on the lower border too: the header is not to be seen behind the dialog.
fn draw_banner(frame: &mut Frame, area: Rect, banner: &str, codename: &str, theme: &Theme) {
    let others = unicode_width::UnicodeWidthStr::width(Shown::new(codename).as_str()) + 8;
    let room = usize::from(area.width).saturating_sub(others);
    let text = clip(&format!(" {banner} "), room);
    let style = Style::reset().patch(theme.ground()).patch(theme.style(Role::Drill));
    frame.buffer_mut().set_string(area.x + 2, area.bottom().saturating_sub(1), text, style);
}

/// One or two rows: why the last key did nothing, else what is still to be done, and the time left.
fn draw_status(
    frame: &mut Frame,
    area: Rect,
    model: &Model,
    confirm: &Confirm,
    seen: &Seen,
    below: usize,
    theme: &Theme,
) {
    let message = model.messages.unread().next();
    let (tone, text) = if confirm.sending {
        (Tone::Warning, "Being recorded and sent.".to_owned())
    } else if let Some(note) = confirm.note {
        (Tone::Bad, note.to_owned())
    } else if let Some(message) = message {
        (Tone::Bad, message.text.one_line().into_owned())
    } else if below > 0 {
        (Tone::Warning, format!("{below} more below: PgDn.{}", left(confirm, seen)))
    } else {
        (Tone::Plain, format!("All of it was shown.{}", left(confirm, seen)))
    };
    let rows: Vec<TextRow> = wrap(&text, usize::from(area.width), 0)
        .into_iter()
        .map(|text| TextRow { role: role(tone), text })
        .collect();
    draw_rows(frame, area, &rows, 0, theme);
}

fn left(confirm: &Confirm, seen: &Seen) -> String {
    let Subject::Armed { step, .. } = &confirm.subject else { return String::new() };
    let instance = seen.snapshot.state().instance(step);
    instance.and_then(|instance| instance.armed.as_deref()).map_or_else(String::new, |armed| {
        format!(" {} left.", elapsed_words(armed.expires - seen.snapshot.now.at))
    })
}

fn draw_typed(frame: &mut Frame, area: Rect, target: &str, typed: &str, theme: &Theme) {
    let done = typed == target;
    let width = usize::from(area.width);
    // The end of what is typed stays visible: that is where the person writes.
    let room = width.saturating_sub(14);
    let from = typed.chars().count().saturating_sub(room);
    let tail: String = typed.chars().skip(from).collect();
    let text = clip(&format!("Type target: {tail}"), width);
    let column = u16::try_from(unicode_width::UnicodeWidthStr::width(text.as_str())).unwrap_or(0);
    let role = if done { Role::Good } else { Role::Title };
    draw_rows(frame, area, &[TextRow { role, text }], 0, theme);
    frame.set_cursor_position((area.x + column.min(area.width.saturating_sub(1)), area.y));
}
