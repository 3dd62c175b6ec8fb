//! Whether a theme can be read, by the numbers.

use super::read::{Draft, Place};
use super::{Attribute, Kind, Paint, Rgb, Role, Sight};
use crate::config::table::Findings;

/// Good, warning and bad differ at least so much, as [`Rgb::difference`] has it, for every sight.
const APART: f64 = 0.1;

/// And so much in brightness, as a contrast ratio.
const BRIGHTER: f64 = 1.25;

/// Steps on the way to a colour that can be read.
const STEPS: u8 = 64;

pub(super) fn check(draft: &Draft, findings: &Findings<'_>) {
    if draft.theme.kind == Kind::Mono {
        no_colours(draft, findings);
    } else {
        backgrounds(draft, findings);
        for (role, place) in &draft.places {
            dim(*role, *place, draft, findings);
            contrast(*role, *place, draft, findings);
        }
    }
    if draft.theme.kind == Kind::ColourBlind {
        for pair in
            [(Role::Good, Role::Warning), (Role::Good, Role::Bad), (Role::Warning, Role::Bad)]
        {
            told_apart(pair, draft, findings);
        }
    }
    selected(draft, findings);
    banners(draft, findings);
}

fn no_colours(draft: &Draft, findings: &Findings<'_>) {
    let colours = draft.places.values().flat_map(|place| [place.ink, place.ground]).flatten();
    for at in colours.chain(draft.background_places.iter().copied()) {
        findings.mend(at, "a theme of kind `mono` has no colours", "remove it");
    }
}

fn backgrounds(draft: &Draft, findings: &Findings<'_>) {
    if draft.background_places.is_empty() {
        let what = "nothing says on which backgrounds the theme is read";
        let mend = "write like `backgrounds = [\"#000000\", \"#1e1e1e\"]`, those of the terminals \
                    that it is made for, or `background = \"#101418\"` to have one painted";
        findings.mend(0, what, mend);
    }
    if draft.theme.background.is_some() && draft.theme.paint(Role::Text).ink.is_none() {
        let what = "a painted background needs an ink for `text`";
        findings.mend(draft.roles, what, "write like `text = { ink = \"#e6e6e6\" }`");
    }
}

fn dim(role: Role, place: Place, draft: &Draft, findings: &Findings<'_>) {
    let paint = draft.theme.paint(role);
    if let (Some(at), true, false) = (place.dim, paint.has(Attribute::Dim), role.is_mark()) {
        let what = format!("`{}` is text and must not be dim", role.name());
        findings.mend(at, what, "terminals differ in how dim that is: choose an ink instead");
    }
}

fn contrast(role: Role, place: Place, draft: &Draft, findings: &Findings<'_>) {
    let paint = draft.theme.paint(role);
    let unread = |at: Option<usize>, colour: Option<Rgb>| at.is_some() && colour.is_none();
    if unread(place.ground, paint.ground) || unread(place.ink, ink_of(draft, role)) {
        return;
    }
    // An ink that is that of `text` is told there.
    let Some(at) = place.ink.or(place.ground) else { return };
    let Some(ink) = paint.ink else {
        if paint.ground.is_some() {
            let what = format!("`{}` has a ground and no ink", role.name());
            findings.mend(at, what, "the terminal's own ink may not show on it: add an `ink`");
        }
        return;
    };
    let grounds = paint.ground.as_ref().map_or(draft.theme.grounds(), std::slice::from_ref);
    let needed = draft.theme.kind.needs(role);
    let ratio = |ground: &Rgb| ink.contrast(*ground);
    let Some(worst) = grounds.iter().min_by(|a, b| ratio(a).total_cmp(&ratio(b))) else { return };
    if ratio(worst) >= needed {
        return;
    }
    let what = format!(
        "`{}` on {worst} has {}; {} needs {needed}:1",
        role.name(),
        tenths(ratio(worst)),
        if role.is_mark() { "a mark" } else { "text" },
    );
    let mend = match readable(ink, grounds, needed) {
        Some(ink) => format!("try `{ink}`"),
        None => {
            "no ink has that on every one of the backgrounds: make a theme for fewer".to_owned()
        }
    };
    findings.mend(at, what, mend);
}

/// The ink that the role says itself.
fn ink_of(draft: &Draft, role: Role) -> Option<Rgb> {
    draft.theme.paints.get(&role).and_then(|paint: &Paint| paint.ink)
}

/// Rounded down: what is told must not look like enough.
fn tenths(ratio: f64) -> String {
    format!("{:.1}:1", (ratio * 10.0).floor() / 10.0)
}

/// The first colour on the way to white or to black that can be read on all of these.
fn readable(ink: Rgb, grounds: &[Rgb], needed: f64) -> Option<Rgb> {
    let enough = |colour: &Rgb| grounds.iter().all(|ground| colour.contrast(*ground) >= needed);
    (1..=STEPS)
        .flat_map(|part| [Rgb::WHITE, Rgb::BLACK].map(|end| ink.towards(end, part, STEPS)))
        .find(enough)
}

fn told_apart((one, other): (Role, Role), draft: &Draft, findings: &Findings<'_>) {
    let at = draft.places.get(&other).map_or(draft.roles, |place| place.role);
    let names = format!("`{}` and `{}`", one.name(), other.name());
    let (Some(a), Some(b)) = (draft.theme.paint(one).ink, draft.theme.paint(other).ink) else {
        findings.add(at, format!("{names} need an ink each, to be told apart"));
        return;
    };
    let seen = Sight::ALL.map(|sight| (sight, sight.difference(a, b)));
    let worst = seen.into_iter().min_by(|(_, a), (_, b)| a.total_cmp(b));
    if let Some((sight, difference)) = worst.filter(|(_, difference)| *difference < APART) {
        let what =
            format!("{names} look alike with {}: they differ by {difference:.3}", sight.name());
        findings.mend(
            at,
            what,
            format!("{APART} is needed: orange, yellow and blue differ for all"),
        );
    }
    let brighter = a.contrast(b);
    if brighter < BRIGHTER {
        let what = format!("{names} are equally bright: {brighter:.2}:1");
        findings.mend(at, what, format!("{BRIGHTER}:1 is needed: make one of them brighter"));
    }
}

fn selected(draft: &Draft, findings: &Findings<'_>) {
    if !draft.theme.paint(Role::Selected).is_filled() {
        let at = draft.places.get(&Role::Selected).map_or(draft.roles, |place| place.role);
        let mend = "write like `selected = { reversed = true }`, or give it a `ground`";
        findings.mend(at, "`selected` does not stand out", mend);
    }
}

/// Whoever sees no hue must not take a live incident for a drill.
fn banners(draft: &Draft, findings: &Findings<'_>) {
    let shape = |role: Role| {
        let paint = draft.theme.paint(role);
        let attributes = [Attribute::Bold, Attribute::Italic, Attribute::Underlined];
        (paint.is_filled(), attributes.map(|attribute| paint.has(attribute)))
    };
    if shape(Role::Live) == shape(Role::Drill) {
        let at = draft.places.get(&Role::Drill).map_or(draft.roles, |place| place.role);
        let what = "`live` and `drill` differ by colour at most";
        findings.mend(at, what, "make one bold, underlined or reversed, and the other not");
    }
}
