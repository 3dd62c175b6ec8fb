//! What can be said on the command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::command::Filter;
use crate::drill::Skill;

/// The incident-response console: walk the playbook, call the real systems, prove that each action
/// took effect, keep a record that anyone can verify.
#[derive(Debug, Parser)]
#[command(name = "stanch", version, max_term_width = 100)]
pub struct Cli {
    /// The configuration file [default: the user's configuration directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where incidents are kept [default: the user's data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Who acts [default: from the configuration, else the login name]
    #[arg(long, global = true, value_name = "NAME")]
    pub who: Option<String>,
    /// In what role [default: from the configuration]
    #[arg(long, global = true, value_name = "ROLE")]
    pub role: Option<String>,
    #[command(flatten)]
    pub face: Face,
    /// Without one: the home screen
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// One subcommand.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open a live incident on a playbook
    Open(Open),
    /// Take up an incident or drill where it was left
    Resume(Resume),
    /// Walk a playbook against simulated systems; nothing live can be reached
    Drill(Drill),
    /// Run a command and record it as evidence; or walk a playbook from written answers
    Run(Run),
    /// Run an engine without a face, for others to attach to
    Serve(Serve),
    /// Show an incident that an engine runs already, and act on it
    Attach(Attach),
    /// Write a note into an incident, from the command line or a pipe
    Note(Note),
    /// Attach a file as evidence, by its path and hash
    AttachFile(AttachFile),
    /// Move an incident to another disk or machine, with all that belongs to it
    Move(Move),
    /// List incidents and drills
    List(List),
    /// Say where an incident stands
    Show(Show),
    /// Print the hand-over page: all that somebody new must know
    Handover(Handover),
    /// Print the record, in words or as it is
    Log(Log),
    /// Check a playbook, a drill or a theme: every problem at once
    Check(Check),
    /// Before the night: whether this machine, the back ends and the credentials are ready
    Doctor(Doctor),
    /// Print what a playbook would send, without sending
    Plan(Plan),
    /// Print a step as it is in an incident, ready to be put into its playbook
    Promote(Promote),
    /// Find any change in a record, or where two copies of one part
    Verify(Verify),
    /// Write an incident as a document
    Export(Export),
    /// Print completions for a shell
    Completions { shell: Shell },
}

/// Arguments of `open`.
#[derive(Debug, Args)]
pub struct Open {
    /// A shipped playbook's name, or a file
    pub playbook: String,
    /// Set an input of the playbook: name=value
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub input: Vec<(String, String)>,
    #[command(flatten)]
    pub face: Face,
}

/// Arguments of `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    pub which: Which,
    /// Go on in this directory: the disk of the record is full or broken
    #[arg(long, value_name = "DIR")]
    pub continue_in: Option<PathBuf>,
    #[command(flatten)]
    pub face: Face,
}

/// Arguments of `drill`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Drill {
    #[command(subcommand)]
    pub then: Option<DrillCommand>,
    /// A shipped drill's name, or a scenario file; without one they are listed to choose from
    pub scenario: Option<String>,
    /// Run a drill that somebody plays in another terminal: what is to come, and the controls. The
    /// name is that of the incident [default: the one that an engine runs]
    #[arg(long, conflicts_with_all = ["auto", "input"])]
    pub facilitate: bool,
    /// Have it played by itself, without a face
    #[arg(long)]
    pub auto: bool,
    /// How well it is played by itself
    #[arg(long, value_enum, default_value_t = SkillWord::Perfect, requires = "auto")]
    pub skill: SkillWord,
    /// Which of the possible plays it is: the same for the same number
    #[arg(long, default_value_t = 1, requires = "auto", value_name = "N")]
    pub seed: u64,
    /// Take up a drill that was played by itself, where it was left
    #[arg(long, requires = "auto", conflicts_with = "scenario", value_name = "INCIDENT")]
    pub resume: Option<String>,
    /// Set an input of the playbook: name=value
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub input: Vec<(String, String)>,
    #[command(flatten)]
    pub face: Face,
}

/// What there is to do with drills beside playing one.
#[derive(Debug, Subcommand)]
pub enum DrillCommand {
    /// Print what a drill came to: scorecard, or after-action report with improvement plan
    Score(DrillScore),
    /// Put runs of one scenario side by side: who plays it again, does it get faster?
    Compare(DrillCompare),
}

/// Arguments of `drill score`.
#[derive(Debug, Args)]
pub struct DrillScore {
    /// Codename, id (or the beginning of one), or the directory [default: the newest drill]
    pub incident: Option<String>,
    #[arg(long, value_enum, default_value_t = ScoreFormat::Text)]
    pub format: ScoreFormat,
    /// For whom: the controllers' has what nobody may read who is to play the scenario
    #[arg(long, value_enum, default_value_t = DrillEdition::Player)]
    pub edition: DrillEdition,
    /// Write to this new file, 0600 [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The documents that a score can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScoreFormat {
    /// The scorecard, to read
    Text,
    Json,
    Toml,
    /// The after-action report with improvement plan
    Markdown,
    /// The improvement plan alone, to fill in
    Csv,
}

/// For whom a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DrillEdition {
    Player,
    Controller,
}

/// Arguments of `drill compare`.
#[derive(Debug, Args)]
pub struct DrillCompare {
    /// Two drills or more of the same scenario, as `list` names them
    #[arg(required = true, num_args = 2..)]
    pub incidents: Vec<String>,
    #[arg(long)]
    pub json: bool,
}

/// How well a drill is played by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SkillWord {
    Perfect,
    Average,
    Careless,
}

impl SkillWord {
    /// As the autopilot knows it.
    pub fn skill(self) -> Skill {
        match self {
            Self::Perfect => Skill::Perfect,
            Self::Average => Skill::Average,
            Self::Careless => Skill::Careless,
        }
    }
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// A shipped playbook's name, or a file; with --drill it may be left out
    #[arg(required_unless_present_any = ["drill", "command"], conflicts_with = "command")]
    pub playbook: Option<String>,
    /// The answers, a table for each step
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "command",
        conflicts_with = "command"
    )]
    pub answers: Option<PathBuf>,
    /// Against this drill's simulated systems instead of live ones
    #[arg(long, value_name = "SCENARIO", conflicts_with = "command")]
    pub drill: Option<String>,
    /// Set an input of the playbook: name=value
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, conflicts_with = "command")]
    pub input: Vec<(String, String)>,
    /// With a command: the incident that it is recorded in [default: the one that is run, else the
    /// newest open one]
    #[arg(long, value_name = "INCIDENT", requires = "command")]
    pub incident: Option<String>,
    /// With a command: also in a drill, though it reaches the real world
    #[arg(long, requires = "command")]
    pub anyway: bool,
    /// A command with its arguments: started as it is, never through a shell
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub which: Which,
    /// Open a new live incident on this playbook
    #[arg(long, value_name = "PLAYBOOK", conflicts_with_all = ["incident", "drill"])]
    pub open: Option<String>,
    /// Begin a new drill
    #[arg(long, value_name = "SCENARIO", conflicts_with = "incident")]
    pub drill: Option<String>,
    /// Set an input of the playbook of a new one: name=value
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, conflicts_with = "incident")]
    pub input: Vec<(String, String)>,
}

/// Arguments of `attach`.
#[derive(Debug, Args)]
pub struct Attach {
    /// Codename, id (or the beginning of one), or the directory [default: the one that is run]
    pub incident: Option<String>,
    /// Only look
    #[arg(long)]
    pub read_only: bool,
    #[command(flatten)]
    pub face: Face,
}

/// Arguments of `note`.
#[derive(Debug, Args)]
pub struct Note {
    /// The note [default: standard input, to its end]
    pub text: Vec<String>,
    /// Where it comes from, such as "load balancer"
    #[arg(long, value_name = "WHO")]
    pub source: Option<String>,
    /// Codename, id or directory [default: the one that is run, else the newest open one]
    #[arg(long, value_name = "INCIDENT")]
    pub incident: Option<String>,
}

/// Arguments of `attach-file`.
#[derive(Debug, Args)]
pub struct AttachFile {
    /// The file; it stays where it is
    pub path: PathBuf,
    /// What it shows, and from where
    #[arg(long, value_name = "TEXT")]
    pub about: String,
    /// Codename, id or directory [default: the one that is run, else the newest open one]
    #[arg(long, value_name = "INCIDENT")]
    pub incident: Option<String>,
}

/// Arguments of `move`.
#[derive(Debug, Args)]
pub struct Move {
    /// Codename, id (or the beginning of one), or the directory
    pub incident: String,
    /// Move it into this directory, such as a stick or a mount [default: where incidents are kept]
    #[arg(conflicts_with = "back")]
    pub dir: Option<PathBuf>,
    /// Take it up here again: the copy is lost, or was a mistake
    #[arg(long)]
    pub back: bool,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", conflicts_with = "back")]
    pub reason: Option<String>,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub which: Which,
}

/// Arguments of `handover`.
#[derive(Debug, Args)]
pub struct Handover {
    #[command(flatten)]
    pub which: Which,
    #[arg(long, value_enum, default_value_t = PageFormat::Text)]
    pub format: PageFormat,
    /// The page as it was after this record: the number that an accepted hand-over names
    #[arg(long, value_name = "NUMBER")]
    pub at: Option<u64>,
}

/// How the hand-over page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// The very text that its hash is of
    Text,
    Md,
}

/// Arguments of `log`.
#[derive(Debug, Args)]
pub struct Log {
    #[command(flatten)]
    pub which: Which,
    /// Wait for further records
    #[arg(short, long)]
    pub follow: bool,
    /// The lines of the record as they are
    #[arg(long)]
    pub json: bool,
    /// Only these entries, such as 'kind:call,check step:block who:ana "in doubt"'
    #[arg(long, value_name = "WORDS", value_parser = filter)]
    pub filter: Option<Filter>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Playbook, scenario and theme files, or shipped names; all that are shipped when none is given
    pub files: Vec<String>,
    /// Print the JSON Schema for editors instead
    #[arg(long, conflicts_with = "files")]
    pub schema: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Playbooks whose back ends and credentials are checked: shipped names, or files
    pub playbooks: Vec<String>,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// The longest that one check may take
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(1..=300))]
    pub timeout: u64,
    /// Fail on warnings, and on what could not be found out
    #[arg(long)]
    pub strict: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// A shipped playbook's name, or a file
    pub playbook: String,
    /// Set an input of the playbook: name=value
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub input: Vec<(String, String)>,
}

/// Arguments of `promote`.
#[derive(Debug, Args)]
pub struct Promote {
    /// Codename, id (or the beginning of one), or the directory
    pub incident: String,
    /// The step: one that was added or amended
    pub step: String,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub which: Which,
    /// Compare it with this other copy: the same, the beginning of it, or a fork
    pub other: Option<String>,
    /// The head of the chain as it was read aloud or posted: 16 or 64 hex digits
    #[arg(long, value_name = "DIGITS", conflicts_with = "other")]
    pub head: Option<String>,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub which: Which,
    #[arg(long, value_enum, default_value_t = Format::Md)]
    pub format: Format,
    /// Write to this new file, 0600 [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The documents that an incident can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The post-mortem timeline, in Markdown
    Md,
    /// The record itself, byte for byte
    Jsonl,
}

/// Which incident.
#[derive(Debug, Args)]
pub struct Which {
    /// Codename, id (or the beginning of one), or the directory [default: the newest]
    pub incident: Option<String>,
}

/// Which face.
#[derive(Debug, Args)]
pub struct Face {
    /// Line by line, without a screen: for screen readers, pipes, dumb terminals
    #[arg(long)]
    pub plain: bool,
    /// Wear this theme [default: from the configuration, else as the terminal's background is]
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw lines and bars in ASCII
    #[arg(long)]
    pub ascii: bool,
}

fn filter(text: &str) -> Result<Filter, String> {
    Filter::parse(text).map_err(|why| why.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}
