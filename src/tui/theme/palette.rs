//! The palettes of terminals that cannot show every colour.

use ratatui::style::Color;

use crate::config::theme::Rgb;

/// The first of the 256 colours that is the same in every terminal: the 16 before it are the
/// person's own choice.
const FIRST: u8 = 16;

/// Less difference between the channels is a grey.
const GREY: u8 = 32;

/// The colour of xterm's palette that looks most alike and that `keeps` takes; just the most alike
/// where it takes none.
pub(super) fn indexed(colour: Rgb, keeps: impl Fn(Rgb) -> bool) -> u8 {
    let nearest = |all: &mut dyn Iterator<Item = u8>| {
        all.min_by(|a, b| {
            let far = |index: &u8| colour.difference(xterm(*index));
            far(a).total_cmp(&far(b))
        })
    };
    let kept = nearest(&mut (FIRST..=u8::MAX).filter(|index| keeps(xterm(*index))));
    kept.or_else(|| nearest(&mut (FIRST..=u8::MAX))).unwrap_or(FIRST)
}

/// What xterm shows for a colour from [`FIRST`] on: a cube of 6 by 6 by 6, then 24 greys.
pub(super) fn xterm(index: u8) -> Rgb {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return Rgb::new(grey, grey, grey);
    }
    let cube = index.saturating_sub(FIRST);
    let level = |digit: u8| LEVELS[usize::from(digit % 6)];
    Rgb::new(level(cube / 36), level(cube / 6), level(cube))
}

/// One of the 16 colours, by hue: a pale green is nearer to white than to the terminal's green, and
/// must stay green all the same. Which green that is, is the person's own choice.
pub(super) fn ansi(colour: Rgb) -> Color {
    let Rgb { red, green, blue } = colour;
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most - least < GREY {
        return match most {
            0..=63 => Color::Black,
            64..=143 => Color::DarkGray,
            144..=219 => Color::Gray,
            220..=255 => Color::White,
        };
    }
    let bright = colour.luminance() >= 0.3;
    let (dark, light) = match hue(colour) {
        25..75 => (Color::Yellow, Color::LightYellow),
        75..165 => (Color::Green, Color::LightGreen),
        165..200 => (Color::Cyan, Color::LightCyan),
        200..270 => (Color::Blue, Color::LightBlue),
        270..330 => (Color::Magenta, Color::LightMagenta),
        _ => (Color::Red, Color::LightRed),
    };
    if bright { light } else { dark }
}

/// The place on the circle of hues, 0 (red) to 359 degrees; 0 for a grey.
fn hue(Rgb { red, green, blue }: Rgb) -> i32 {
    let [r, g, b] = [red, green, blue].map(i32::from);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let spread = (most - least).max(1);
    let degrees = if most == r {
        60 * (g - b) / spread
    } else if most == g {
        120 + 60 * (b - r) / spread
    } else {
        240 + 60 * (r - g) / spread
    };
    degrees.rem_euclid(360)
}
