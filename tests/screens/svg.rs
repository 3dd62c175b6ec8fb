//! A screen as a picture that every browser shows: one SVG, text as text.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The size of a cell, in units of the picture.
const CELL: (usize, usize) = (9, 19);

/// The picture of a buffer on a terminal with these colours of its own.
pub(crate) fn svg(buffer: &Buffer, title: &str, ink: &str, ground: &str) -> String {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * CELL.0 + 16, rows * CELL.1 + 16);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{ground}\"/>\n\
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\" \
         xml:space=\"preserve\">\n",
        escaped(title)
    );
    for y in 0..rows {
        row(buffer, y, ink, ground, &mut out);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// The cells of a row, those that are dressed alike together.
fn row(buffer: &Buffer, y: usize, ink: &str, ground: &str, out: &mut String) {
    let cell = |x: usize| &buffer[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())];
    let columns = usize::from(buffer.area.width);
    let mut from = 0;
    while from < columns {
        let dress = dress(cell(from), ink, ground);
        let mut to = from + 1;
        while to < columns && self::dress(cell(to), ink, ground) == dress {
            to += 1;
        }
        let text: String = (from..to).map(|x| cell(x).symbol()).collect();
        run(from, y, to - from, &text, &dress, ground, out);
        from = to;
    }
}

#[derive(PartialEq)]
struct Dress {
    ink: String,
    ground: String,
    modifier: Modifier,
}

fn dress(cell: &Cell, ink: &str, ground: &str) -> Dress {
    let mut colours = (colour(cell.fg, ink), colour(cell.bg, ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        colours = (colours.1, colours.0);
    }
    let shown = Modifier::BOLD | Modifier::ITALIC | Modifier::UNDERLINED | Modifier::DIM;
    Dress { ink: colours.0, ground: colours.1, modifier: cell.modifier & shown }
}

fn colour(colour: Color, own: &str) -> String {
    match colour {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        _ => own.to_owned(),
    }
}

fn run(x: usize, y: usize, cells: usize, text: &str, dress: &Dress, own: &str, out: &mut String) {
    let (left, top, width) = (8 + x * CELL.0, 8 + y * CELL.1, cells * CELL.0);
    if dress.ground != own {
        let (height, fill) = (CELL.1, &dress.ground);
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>"
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let mut attributes = format!("fill=\"{}\"", dress.ink);
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.6\""),
    ] {
        if dress.modifier.contains(modifier) {
            attributes.push_str(attribute);
        }
    }
    let baseline = top + 14;
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{baseline}\" textLength=\"{width}\" {attributes}>{}</text>",
        escaped(text)
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
