//! What goes over the wire to a terminal beside text: what it made the terminal do, which modes are
//! set and reset, and which colours are asked for. Read by code that is not the program's.

/// What reached the terminal beyond text and the sequences that move and dress it.
#[derive(Debug, Default, Clone)]
pub(crate) struct Acted {
    /// Of the window and of its icon, as they were set one after the other.
    pub(crate) titles: Vec<String>,
    /// What was copied, in base64.
    pub(crate) copies: Vec<String>,
    pub(crate) bells: usize,
    /// How often the terminal was asked for its background.
    pub(crate) asked: usize,
    pub(crate) unknown: Vec<String>,
}

impl Acted {
    fn title(&mut self, title: &[u8]) {
        self.titles.push(String::from_utf8_lossy(title).into_owned());
    }

    /// Nothing but the program's own titles and its question.
    pub(crate) fn assert_nothing_hostile(&self, what: &str) {
        assert_eq!((self.copies.len(), self.bells), (0, 0), "{what}: {self:?}");
        assert!(self.unknown.is_empty(), "{what}: {self:?}");
        for title in &self.titles {
            assert!(is_own_title(title), "{what}: {title:?}");
        }
    }
}

/// `stanch` on the home screen, `DRILL quick-heron stanch` in an incident.
pub(crate) fn is_own_title(title: &str) -> bool {
    let words: Vec<&str> = title.split(' ').collect();
    match words.as_slice() {
        ["stanch"] => true,
        ["LIVE" | "DRILL", name, "stanch"] | ["LIVE" | "DRILL", "(!)", name, "stanch"] => {
            name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        }
        _ => false,
    }
}

impl vt100::Callbacks for Acted {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title(title);
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title(title);
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.copies.push(String::from_utf8_lossy(data).into_owned());
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        if params == [b"11".as_slice(), b"?"] {
            self.asked += 1;
        } else {
            self.unknown.push(format!("OSC {params:?}"));
        }
    }
}

/// How many bytes can be shown by now: a frame is shown whole or not at all (synchronized update).
pub(crate) fn whole_frames(bytes: &[u8]) -> usize {
    const BEGIN: &[u8] = b"\x1b[?2026h";
    const END: &[u8] = b"\x1b[?2026l";
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    match (last(BEGIN), last(END)) {
        (Some(begin), None) => begin,
        (Some(begin), Some(end)) if end < begin => begin,
        // The beginning of a beginning may be all that came of it.
        _ => {
            bytes.len()
                - (1..BEGIN.len()).rfind(|part| bytes.ends_with(&BEGIN[..*part])).unwrap_or(0)
        }
    }
}

/// Every control sequence: its parameters, and its last letter.
pub(crate) fn sequences(raw: &[u8]) -> Vec<(String, char)> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let sequences = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != '?')?;
        Some((rest[..end].to_owned(), rest[end..].chars().next()?))
    });
    sequences.collect()
}

/// The private modes that were set and not reset after it; the cursor counts as a mode that is set
/// from the beginning.
pub(crate) fn still_set(raw: &[u8]) -> Vec<String> {
    let mut set = Vec::new();
    for (parameters, last) in sequences(raw) {
        let Some(mode) = parameters.strip_prefix('?') else { continue };
        // Hiding the cursor is what must be undone.
        let begins = if mode == "25" { 'l' } else { 'h' };
        match last {
            'h' | 'l' => {
                set.retain(|one| one != mode);
                if last == begins {
                    set.push(mode.to_owned());
                }
            }
            _ => {}
        }
    }
    set
}

/// The private modes that were ever set.
pub(crate) fn ever_set(raw: &[u8]) -> Vec<String> {
    let set = sequences(raw).into_iter().filter(|(_, last)| *last == 'h');
    set.filter_map(|(parameters, _)| Some(parameters.strip_prefix('?')?.to_owned())).collect()
}

/// How often the title was kept more than it was put back (xterm's window operations 22 and 23);
/// panics where it was put back first.
pub(crate) fn titles_kept(raw: &[u8]) -> usize {
    let mut kept = 0_usize;
    for (parameters, last) in sequences(raw) {
        match (parameters.as_str(), last) {
            ("22;2" | "22;0" | "22", 't') => kept += 1,
            ("23;2" | "23;0" | "23", 't') => {
                kept = kept.checked_sub(1).unwrap();
            }
            _ => {}
        }
    }
    kept
}

/// The parameters of every sequence that dresses text.
pub(crate) fn dresses(raw: &[u8]) -> Vec<String> {
    let dresses = sequences(raw).into_iter().filter(|(_, last)| *last == 'm');
    dresses.map(|(parameters, _)| parameters).collect()
}

/// The colours that text and grounds were dressed in, as `#rrggbb`, once each.
pub(crate) fn colours(raw: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for dress in dresses(raw) {
        let numbers: Vec<u8> = dress.split(';').map(|part| part.parse().unwrap_or(0)).collect();
        for part in numbers.windows(5) {
            if let [38 | 48, 2, red, green, blue] = part {
                found.push(format!("#{red:02x}{green:02x}{blue:02x}"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether any colour was asked for, of whatever kind.
pub(crate) fn is_coloured(raw: &[u8]) -> bool {
    let dresses = dresses(raw);
    let parts = dresses.iter().flat_map(|dress| dress.split(';'));
    parts
        .filter_map(|part| part.parse::<u8>().ok())
        .any(|part| matches!(part, 30..=38 | 40..=48 | 90..=107))
}
