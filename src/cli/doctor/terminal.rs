//! The terminal, as the whole screen would find it.

use super::finding::{Finding, Group, Verdict};
use crate::cli::context::Context;
use crate::config::{Environment, ThemeChoice};
use crate::tui::{self, Abilities};

const GROUP: Group = Group::Terminal;
/// Columns and rows for which the screens are drawn first.
const ROOM: (u16, u16) = (80, 24);

/// What it is and can do; one finding where there is none.
pub(super) fn terminal(context: &Context) -> Vec<Finding> {
    let environment = &context.environment;
    let abilities = tui::abilities(environment.get("TERM"), environment.get("COLORTERM"));
    if !abilities.terminal {
        let what = "there is none here, so nothing of it was looked at; stanch would talk line by \
                    line";
        return vec![Finding::good(GROUP, "terminal", what)];
    }
    vec![kind(environment, abilities), size(abilities), encoding(environment)]
}

/// What the screens look like: a theme that cannot be read would be found in the night.
pub(super) fn theme(context: &Context) -> Finding {
    let name = "theme";
    let wanted = match &context.config.screen.theme {
        ThemeChoice::Auto => vec!["dark", "light"],
        ThemeChoice::Named(name) => vec![name.as_str()],
    };
    for theme in &wanted {
        if let Err(error) = context.config.theme(theme) {
            let mend = "`stanch check FILE` tells every problem of a theme; `theme = \"auto\"` in \
                        [screen] goes without";
            return Finding::mend(GROUP, name, Verdict::Bad, error.to_string(), mend);
        }
    }
    Finding::good(GROUP, name, wanted.join(" or "))
}

fn kind(environment: &Environment, abilities: Abilities) -> Finding {
    let term = environment.get("TERM").unwrap_or("dumb");
    let mut what = format!("{term}, {}", abilities.depth.words());
    if environment.get("NO_COLOR").is_some() {
        what.push_str(", none wanted (NO_COLOR)");
    }
    if environment.get("TMUX").is_some() {
        what.push_str(", in tmux");
    } else if environment.get("STY").is_some() {
        what.push_str(", in screen");
    }
    if term == "dumb" {
        let what = format!("{what}: it cannot place a cursor, so stanch talks line by line");
        let mend = "set TERM to what the terminal is, if it can do more";
        return Finding::mend(GROUP, "kind", Verdict::Warning, what, mend);
    }
    Finding::good(GROUP, "kind", what)
}

fn size(abilities: Abilities) -> Finding {
    let name = "size";
    let Some((columns, rows)) = abilities.size else {
        let mend = "`stty size` tells, or the terminal's own settings";
        return Finding::mend(GROUP, name, Verdict::Unknown, "nobody says", mend);
    };
    let what = format!("{columns} columns, {rows} rows");
    let finding = if columns < tui::MIN_SIZE.0 || rows < tui::MIN_SIZE.1 {
        let what = format!("{what}: too small to open or confirm anything");
        Finding::mend(GROUP, name, Verdict::Warning, what, "make it 80x24 at least")
    } else if columns < ROOM.0 || rows < ROOM.1 {
        Finding::mend(GROUP, name, Verdict::Warning, what, "make it 80x24 at least")
    } else {
        Finding::good(GROUP, name, what)
    };
    finding.with("columns", columns).with("rows", rows)
}

/// The first of these that is set decides.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

fn encoding(environment: &Environment) -> Finding {
    let name = "encoding";
    let set = LOCALE.iter().find_map(|name| Some((*name, environment.get(name)?)));
    let mend = "set LANG to a UTF-8 locale, like C.UTF-8";
    match set {
        Some((variable, value)) if is_utf8(value) => {
            Finding::good(GROUP, name, format!("UTF-8 ({variable}={value})"))
        }
        Some((variable, value)) => {
            let what = format!("{variable}={value} is not UTF-8: lines and marks may show wrong");
            Finding::mend(GROUP, name, Verdict::Warning, what, mend)
        }
        None => {
            let what = "no locale is set: lines and marks may show wrong";
            Finding::mend(GROUP, name, Verdict::Warning, what, mend)
        }
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Depth;

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let verdict = |variables: &[(&str, &str)]| {
            encoding(&Environment::of(variables.iter().copied())).verdict
        };
        assert_eq!(verdict(&[("LANG", "de_DE.UTF-8")]), Verdict::Good);
        assert_eq!(verdict(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]), Verdict::Warning);
        assert_eq!(verdict(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]), Verdict::Good);
        assert_eq!(verdict(&[]), Verdict::Warning);
    }

    #[test]
    fn a_small_or_dumb_terminal_is_told() {
        let abilities = |size| Abilities { screen: true, terminal: true, size, depth: Depth::Ansi };
        assert_eq!(size(abilities(Some((80, 24)))).verdict, Verdict::Good);
        assert_eq!(size(abilities(Some((79, 24)))).verdict, Verdict::Warning);
        assert_eq!(size(abilities(None)).verdict, Verdict::Unknown);
        let dumb = Environment::of([("TERM", "dumb")]);
        assert_eq!(kind(&dumb, abilities(None)).verdict, Verdict::Warning);
    }
}
