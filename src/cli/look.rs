//! How the screen is dressed and behaves: from the command line, the configuration, and what the
//! environment says of the terminal.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::Face;
use super::context::Context;
use crate::config::theme::ThemeFile;
use crate::config::{Drawing, ThemeChoice};
use crate::tui::{Depth, Options, Theme, Themes};

/// The options of a face.
pub(super) fn options(context: &Context, args: &Face) -> anyhow::Result<Options> {
    let get = |name| context.environment.get(name);
    let screen = &context.config.screen;
    let editor = screen.editor.as_deref().or_else(|| get("VISUAL")).or_else(|| get("EDITOR"));
    let scratch = get("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    Ok(Options {
        themes: themes(context, args.theme.as_deref())?,
        keymap: Arc::new(context.config.keymap.clone()),
        ascii: args.ascii || screen.drawing == Drawing::Ascii,
        mouse: screen.mouse,
        notify: screen.notify,
        editor: editor.unwrap_or("vi").to_owned(),
        scratch,
        in_tmux: get("TMUX").is_some(),
    })
}

/// The themes to choose from, or the one that is named.
pub(super) fn themes(context: &Context, named: Option<&str>) -> anyhow::Result<Themes> {
    let get = |name| context.environment.get(name).unwrap_or_default();
    // A theme that is asked for by name is wanted with its colours.
    if !get("NO_COLOR").is_empty() && named.is_none() {
        return Ok(Themes::Fixed(Theme::mono()));
    }
    let depth = Depth::of(get("TERM"), get("COLORTERM"));
    let choice = match named {
        None => context.config.screen.theme.clone(),
        Some("auto") => ThemeChoice::Auto,
        Some(name) => ThemeChoice::Named(name.to_owned()),
    };
    let theme = |name: &str| context.config.theme(name);
    let worn = |file: &ThemeFile| Theme::new(file, depth);
    match choice {
        ThemeChoice::Named(name) => Ok(Themes::Fixed(worn(&theme(&name)?))),
        ThemeChoice::Auto => {
            let (dark, light) = (theme("dark")?, theme("light")?);
            // The last of `default;15` is the background, where it is told.
            let told = get("COLORFGBG").rsplit(';').next().and_then(|last| last.parse::<u8>().ok());
            Ok(match told {
                Some(7 | 15) => Themes::Fixed(worn(&light)),
                Some(0..=6 | 8) => Themes::Fixed(worn(&dark)),
                _ => Themes::Follow { dark, light, depth },
            })
        }
    }
}
