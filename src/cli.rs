//! The command line: what can be asked for, and how.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::lesson;

/// The place of an option of every command in a help: behind the command's own, and before --help.
const BEHIND: usize = 100;

/// Realtime data science, hands on: the servers run here, and what you build is verified.
#[derive(Debug, Parser)]
#[command(
    name = "workshop",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
#[command(after_help = "Begin with `workshop start 1`.\n\n\
    Exit status: 0 done, or every required claim holds; 1 one does not, or the command failed; 2 the command was \
    given wrongly; 3 it could not be told.")]
pub struct Cli {
    /// The workspace, where it is not this folder, one around it, or realtime-workshop/ in it
    #[arg(
        long,
        global = true,
        display_order = BEHIND,
        value_name = "FOLDER",
        env = "WORKSHOP_DIR",
        hide_env_values = true
    )]
    pub dir: Option<PathBuf>,
    /// A folder with sections of somebody else's, beside those of this workshop; a workspace remembers it
    #[arg(
        long,
        global = true,
        display_order = BEHIND + 1,
        value_name = "FOLDER",
        env = "WORKSHOP_COURSE",
        hide_env_values = true
    )]
    pub course: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// This process's command line. What is wrong with it is said, and ends the process, as `--help` does.
    pub fn read() -> Cli {
        Cli::try_parse().unwrap_or_else(|error| without_hidden(error).exit())
    }
}

/// `error` without the advice to try a command that is not for people to type.
fn without_hidden(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::Strings(similar)) = error.get(ContextKind::SuggestedSubcommand) else {
        return error;
    };
    let all = Cli::command();
    let is_shown = |name: &&String| {
        all.find_subcommand(name)
            .is_some_and(|found| !found.is_hide_set())
    };
    let shown: Vec<String> = similar.iter().filter(is_shown).cloned().collect();
    if shown.is_empty() {
        error.remove(ContextKind::SuggestedSubcommand);
    } else {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(shown));
    }
    error
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the workspace, bring up a section's servers and stream, and show its lesson
    #[command(after_help = "Examples: workshop start 1\n          workshop start 3 --language rust")]
    Start(Start),
    /// Show a section's lesson again, page by page
    #[command(after_help = "Example: workshop lesson 3")]
    Lesson(OneSection),
    /// Say something that helps: more each time you ask
    #[command(after_help = "Examples: workshop hint\n          workshop hint 3 --again")]
    Hint(Hint),
    /// List the sections, and how far you are
    #[command(after_help = "Example: workshop list")]
    List,
    /// Run your program on the live workshop, in this terminal
    #[command(after_help = "Examples: workshop run\n          workshop run -- node reader.js")]
    Run(Program),
    /// Try your program in an arena of its own, and say what is right, what is not, and why
    #[command(
        after_help = "Examples: workshop check\n          workshop check --watch\n          workshop check 3 -- ./mine --fast\n\n\
        Exit status: 0 every required claim holds, 1 one does not, 2 the command was given wrongly, 3 could not tell; \
        130 ended by Ctrl-C, which is how --watch ends, whatever the last check came to."
    )]
    Check(Check),
    /// Begin a section anew: your work is kept under a dated name, and a fresh starter takes its place
    #[command(
        after_help = "Examples: workshop reset 3\n          workshop reset 3 --yes\n\n\
        Your folder is renamed, with all that is in it, to FOLDER.DATE. Your answers go with it. Your progress, the \
        secret of section 3 and the live workshop stay as they are."
    )]
    Reset(Reset),
    /// Put a solution of a section beside your work
    #[command(
        after_help = "Examples: workshop solution 3\n          workshop solution 3 --language rust --yes\n\n\
        Nothing is overwritten, and `workshop progress` tells that you looked, and whether you had solved it before."
    )]
    Solution(Solution),
    /// Open the secret of section 3's stream: its true mean and variance
    #[command(after_help = "Example: workshop reveal-secret-stream --yes")]
    RevealSecretStream(Reveal),
    /// Open the page of the live workshop in a browser: lessons and slides, the pipeline as it runs, the last checks
    #[command(after_help = "Example: workshop open")]
    Open,
    /// Show the parts of the live workshop, and how many messages went through each
    #[command(after_help = "Example: workshop status\n\nExit status: 0 it is running, 1 it is not.")]
    Status,
    /// Show the graph in a Redis: in figures, as a picture, or for Graphviz, networkx and d3
    #[command(
        after_help = "Examples: workshop graph\n          workshop graph --svg clicks.svg --edges 80\n          \
        workshop graph --format graphml --output clicks.graphml\n\n\
        Each zset of the database is a node; an edge leads to each of its members, and the score is its weight."
    )]
    Graph(Graph),
    /// Publish a stream to any pubsub or queue: a made-up one, or a capture
    #[command(
        after_help = "Examples: workshop publish clicks --rate 500 --limit 10000\n          \
        workshop publish hour.jsonl.gz --pace recorded --loop\n          \
        workshop publish numbers --to http://127.0.0.1:8080 --to http://127.0.0.1:8081/put\n\n\
        Exit status: 0 all is published, 1 it could not be, 2 the command was given wrongly, 130 interrupted."
    )]
    Publish(Publish),
    /// Show what the background process, its Redis, and your programs in the last check wrote to standard error
    #[command(
        after_help = "Examples: workshop logs\n          workshop logs live --follow\n          workshop logs build\n\n\
        Exit status: 130 where --follow is ended by Ctrl-C."
    )]
    Logs(Logs),
    /// Stop the live workshop
    #[command(after_help = "Example: workshop stop")]
    Stop,
    /// Print the variables that let this terminal talk to the live workshop
    #[command(after_help = "Example: eval \"$(workshop env)\"")]
    Env,
    /// Show what you have done so far
    #[command(after_help = "Example: workshop progress")]
    Progress,
    /// Say what the workshop finds on this machine, and how to get what is missing
    #[command(
        after_help = "Example: workshop doctor\n\nExit status: 0 all that is required is there, 1 something is missing."
    )]
    Doctor,
    /// Print what lets a shell complete this command
    #[command(
        after_help = "Example: workshop completions bash > ~/.local/share/bash-completion/completions/workshop"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages of this command into a folder
    #[command(after_help = "Example: workshop man ~/.local/share/man/man1")]
    Man {
        /// The folder, made where it is not there
        folder: PathBuf,
    },
    /// For authors: whether the course is sound, and its lessons print what they show
    #[command(
        after_help = "Examples: workshop verify\n          workshop verify 3 --quick\n          \
        workshop verify --course my-course\n\n\
        Exit status: 0 all is as it should be, 1 something is not, 2 the command was given wrongly."
    )]
    Verify(Verify),
    /// Show what happened in a check, a column for each reader
    #[command(
        after_help = "Examples: workshop record --key messages\n          workshop record --reader 2 --message 17"
    )]
    Record(Record),
    /// Judge the record of a check again, without running anything
    #[command(
        after_help = "Examples: workshop judge latest\n          workshop judge realtime-workshop/.workshop/runs/latest --json\n\n\
        Exit status: as that of `workshop check`; 3 also where the record cannot be judged, as when it is not whole.\n\
        Nothing is noted in your progress."
    )]
    Judge(Judge),
    /// Be the background process of a live workshop
    #[command(hide = true)]
    Live(Live),
    /// End students' programs when the command that runs them is gone
    #[command(hide = true)]
    Guard,
    /// Pass on what a program prints, and keep its estimates
    #[command(hide = true)]
    Overhear(Overhear),
}

/// Arguments of `start`.
#[derive(Debug, Args)]
pub struct Start {
    /// The section
    #[arg(value_parser = section)]
    pub section: u8,
    /// The language of the starter; without it, the one you had, or python
    #[arg(long, value_name = "NAME")]
    pub language: Option<String>,
    /// Messages that the stream publishes a second; without it, as many as the section is made for
    #[arg(long, value_name = "MESSAGES", allow_negative_numbers = true)]
    pub rate: Option<f64>,
    /// A Redis server of your own for a section with Redis, which uses its database 1; without it, the workshop runs one
    #[arg(long, value_name = "URL", env = "WORKSHOP_REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// Replay this capture in place of section 5's made-up clicks, again and again: JSON lines, plain or gzip; - for
    /// standard input. At the pace it was recorded at, or at --rate
    #[arg(long, value_name = "FILE")]
    pub replay: Option<PathBuf>,
}

/// Arguments of `lesson`.
#[derive(Debug, Args)]
pub struct OneSection {
    /// The section; without it, the one started last
    #[arg(value_parser = section)]
    pub section: Option<u8>,
}

/// Arguments of `hint`.
#[derive(Debug, Args)]
pub struct Hint {
    /// The section; without it, the one started last
    #[arg(value_parser = section)]
    pub section: Option<u8>,
    /// Show those again that you have seen
    #[arg(long)]
    pub again: bool,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct Program {
    /// The section; without it, the one started last
    #[arg(value_parser = section)]
    pub section: Option<u8>,
    /// The command to run, where it is not the one in workshop.toml
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<String>,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What to check.
    #[command(flatten)]
    pub program: Program,
    /// Print one JSON document instead of a page
    #[arg(long)]
    pub json: bool,
    /// Repeat the check that named this seed, with the same numbers; section 1 draws none
    #[arg(long)]
    pub seed: Option<u64>,
    /// Check again whenever you save a file of the section's folder (or of the current folder, after --) or workshop.toml,
    /// until Ctrl-C. With --json, one document a line
    #[arg(long)]
    pub watch: bool,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The Redis; without it, the live workshop's
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    pub redis_url: Option<String>,
    /// The number of its database, where that is not the one in the URL, or 1
    #[arg(long, value_name = "NUMBER")]
    pub database: Option<u16>,
    /// Read no Redis, but a file that --format json wrote; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "database")]
    pub from: Option<PathBuf>,
    /// Draw a picture into this file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// The picture shows so many edges, the heaviest
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub edges: usize,
    /// Write the whole graph for another program, in place of the figures
    #[arg(long, value_enum)]
    pub format: Option<GraphFormat>,
    /// Where --format writes, where that is not standard output
    #[arg(long, value_name = "FILE", requires = "format")]
    pub output: Option<PathBuf>,
}

/// A format for graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Graphviz: `dot -Tpdf`
    Dot,
    /// networkx (`read_graphml`), Gephi, yEd
    Graphml,
    /// d3-force, networkx (`node_link_graph`), and --from
    Json,
}

/// Arguments of `publish`.
#[derive(Debug, Args)]
pub struct Publish {
    /// clicks, numbers, integers, counts or edges; or a file with one message a line, plain or gzip; - for standard
    /// input. A file called like a stream is ./clicks
    #[arg(value_name = "STREAM|FILE")]
    pub what: String,
    /// Where to; may be repeated. A server alone (http://127.0.0.1:8080) is asked whether it is a pubsub or a queue, a
    /// path is used as it is. Without it, the live workshop's pubsub
    #[arg(long, value_name = "URL")]
    pub to: Vec<String>,
    /// Messages a second, up to 1000000; without it as many as suit a screen, and a file at its own pace
    #[arg(
        long,
        value_name = "MESSAGES",
        allow_negative_numbers = true,
        conflicts_with = "pace"
    )]
    pub rate: Option<f64>,
    /// When the messages leave, where that is not at a --rate
    #[arg(long, value_enum)]
    pub pace: Option<Pace>,
    /// Publish the same made-up stream as the one that named this seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Begin a file again where it ends, until Ctrl-C
    #[arg(long)]
    pub r#loop: bool,
    /// Stop after so many messages
    #[arg(long, value_name = "MESSAGES")]
    pub limit: Option<u64>,
    /// The mean of `numbers`, which are normal
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    pub mean: f64,
    /// The variance of `numbers`
    #[arg(long, default_value_t = 1.0, allow_negative_numbers = true)]
    pub variance: f64,
}

/// When messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pace {
    /// As far apart as their own times say (`t`, `time`), pauses of more than a minute cut down to one; a message
    /// without a time leaves with the one before it
    Recorded,
    /// As fast as they are taken
    Fastest,
}

/// Arguments of `reveal-secret-stream`.
#[derive(Debug, Args)]
pub struct Reveal {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `reset`.
#[derive(Debug, Args)]
pub struct Reset {
    /// The section
    #[arg(value_parser = section)]
    pub section: u8,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `solution`.
#[derive(Debug, Args)]
pub struct Solution {
    /// The section
    #[arg(value_parser = section)]
    pub section: u8,
    /// The language of the solution; without it, yours
    #[arg(long, value_name = "NAME")]
    pub language: Option<String>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `logs`.
#[derive(Debug, Args)]
pub struct Logs {
    /// live, redis, or a program of the last check (ordinary, build); without it, all that say something
    pub part: Option<String>,
    /// Go on with what is written from now on, until Ctrl-C; without a part, of live
    #[arg(long, short)]
    pub follow: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The section; without it, all of them: those of --course, or else those of this workshop
    #[arg(value_parser = section)]
    pub section: Option<u8>,
    /// Run nothing: look at the files alone
    #[arg(long)]
    pub quick: bool,
    /// Run no starters and solutions in this language, such as one that is not installed
    #[arg(long, value_name = "LANGUAGE", conflicts_with = "quick")]
    pub except: Option<String>,
}

/// Arguments of `record`.
#[derive(Debug, Args)]
pub struct Record {
    /// The run: its folder, or its name in the workspace; without it, the latest check
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// Only the commands to Redis that concern this key
    #[arg(long)]
    pub key: Option<String>,
    /// Only what this reader did, counted from 1; 0 is the arena
    #[arg(long, value_name = "NUMBER")]
    pub reader: Option<u8>,
    /// Only this message, counted from 0: who got it, and what was done until the next ones were got
    #[arg(long, value_name = "NUMBER")]
    pub message: Option<u32>,
    /// Only this experiment of the check
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
}

/// Arguments of `judge`.
#[derive(Debug, Args)]
pub struct Judge {
    /// The run: its folder, its record.jsonl, its name in the workspace, or latest
    #[arg(value_name = "RECORD")]
    pub record: String,
    /// Print one JSON document instead of a page
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `live`.
#[derive(Debug, Args)]
pub struct Live {
    /// The section
    #[arg(value_parser = section)]
    pub section: u8,
    /// Messages a second
    #[arg(long, allow_negative_numbers = true)]
    pub rate: f64,
    /// A capture to replay
    #[arg(long)]
    pub replay: Option<PathBuf>,
}

/// Arguments of `overhear`.
#[derive(Debug, Args)]
pub struct Overhear {
    /// The file that the estimates are kept in
    pub file: PathBuf,
    /// Do it, rather than have a process do it that is nobody's child
    #[arg(long)]
    pub here: bool,
}

/// The number of a section; whether there is such a one is asked later.
fn section(given: &str) -> Result<u8, String> {
    given.parse().map_err(|_| {
        let known = lesson::sections()
            .iter()
            .map(|section| format!("{} · {}", section.number, section.lesson.title));
        let known: Vec<String> = known.collect();
        format!("sections go by their numbers: {}", known.join(", "))
    })
}
