//! What a piece of the screen is: the words that a theme gives a look to.

/// What a piece of the screen is. Every role has a look in every theme: its own, or that of the
/// role it falls back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Text,
    Title,
    Heading,
    /// As it is sent or was received.
    Exact,
    Muted,
    Good,
    Warning,
    Bad,
    /// Banner of an incident that acts on the real systems.
    Live,
    /// Banner of a drill.
    Drill,
    /// Border of a pane.
    Border,
    /// Border of the pane that has the focus.
    Focus,
    Selected,
    /// The name of a key that can be pressed.
    Key,
    /// What stays until somebody read it.
    Alarm,
    /// What was searched for.
    Match,
    /// The filled part of a bar.
    Bar,
    /// The rest of a bar.
    BarRest,
    /// A line of small columns.
    Spark,
    /// The first of six that tell codenames apart.
    Tint1,
    Tint2,
    Tint3,
    Tint4,
    Tint5,
    Tint6,
}

impl Role {
    /// How many there are.
    pub const COUNT: usize = 25;

    /// All of them; each stands at its own number (`role as usize`).
    pub const ALL: [Self; Self::COUNT] = [
        Self::Text,
        Self::Title,
        Self::Heading,
        Self::Exact,
        Self::Muted,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Live,
        Self::Drill,
        Self::Border,
        Self::Focus,
        Self::Selected,
        Self::Key,
        Self::Alarm,
        Self::Match,
        Self::Bar,
        Self::BarRest,
        Self::Spark,
        Self::Tint1,
        Self::Tint2,
        Self::Tint3,
        Self::Tint4,
        Self::Tint5,
        Self::Tint6,
    ];

    /// The six that tell codenames apart.
    pub const TINTS: [Self; 6] =
        [Self::Tint1, Self::Tint2, Self::Tint3, Self::Tint4, Self::Tint5, Self::Tint6];

    /// Its key in a theme file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Title => "title",
            Self::Heading => "heading",
            Self::Exact => "exact",
            Self::Muted => "muted",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Live => "live",
            Self::Drill => "drill",
            Self::Border => "border",
            Self::Focus => "focus",
            Self::Selected => "selected",
            Self::Key => "key",
            Self::Alarm => "alarm",
            Self::Match => "match",
            Self::Bar => "bar",
            Self::BarRest => "bar-rest",
            Self::Spark => "spark",
            Self::Tint1 => "tint-1",
            Self::Tint2 => "tint-2",
            Self::Tint3 => "tint-3",
            Self::Tint4 => "tint-4",
            Self::Tint5 => "tint-5",
            Self::Tint6 => "tint-6",
        }
    }

    /// What stands in where a theme leaves this role out; nothing stands in for `text`.
    pub fn fallback(self) -> Option<Self> {
        match self {
            Self::Text => None,
            Self::Heading | Self::Exact | Self::Muted | Self::Good | Self::Selected => {
                Some(Self::Text)
            }
            Self::Title | Self::Warning | Self::Drill | Self::Key => Some(Self::Heading),
            Self::Bad => Some(Self::Warning),
            Self::Alarm => Some(Self::Bad),
            Self::Live => Some(Self::Alarm),
            Self::Border => Some(Self::Muted),
            Self::Focus => Some(Self::Key),
            Self::Match => Some(Self::Selected),
            Self::Bar | Self::Spark => Some(Self::Focus),
            Self::BarRest => Some(Self::Border),
            Self::Tint1 | Self::Tint2 | Self::Tint3 | Self::Tint4 | Self::Tint5 | Self::Tint6 => {
                Some(Self::Exact)
            }
        }
    }

    /// Whether it is a line or a shape; everything else is text, which needs more contrast.
    pub fn is_mark(self) -> bool {
        matches!(self, Self::Border | Self::Focus | Self::Bar | Self::BarRest | Self::Spark)
    }
}
