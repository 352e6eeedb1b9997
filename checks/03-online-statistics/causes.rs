//! Why a claim does not hold, or could not be told; the explanation is made from the cause.

use std::fmt;

use super::super::ending::{End, FLUSH};
use super::recognise::Mistake;

/// As many numbers as the contract allows between two lines.
pub const MOST_BETWEEN_LINES: u64 = 100;

/// Why.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The program could not be started.
    NotStarted(String),
    /// It was not heard of in time, or nothing that it printed has an n.
    Silent {
        /// Whether it asked the queue for anything.
        connected: bool,
        /// How it ended.
        end: End,
        /// How many lines it printed that have no n, and the first of them.
        other_lines: usize,
        first_other_line: Option<String>,
    },
    /// What it printed waited in a buffer until it was asked to end: so many lines.
    HeldBack { lines: usize },
    /// What it printed ends in the middle of a line: the rest was in a buffer, and lost.
    CutShort { line: String },
    /// It ended before the stream did.
    EndedOfItself { n: u64, end: End },
    /// Its n is no count.
    OddN(String),
    /// Too many numbers went by between two lines.
    Seldom { before: u64, after: u64 },
    /// It stopped before its time.
    StoppedAt { n: u64, published: usize, end: End },
    /// It put a message back into the queue: its task failed or did not return True.
    Requeued { envelope: String, end: End },
    /// n fell, or counts what was not sent.
    NFell { before: u64, after: u64 },
    /// n is more than the numbers that it had been sent.
    CountedTooMany { n: u64, sent: usize },
    /// It took every number, and did not count them all.
    CountedTooFew { n: u64, published: usize },
    /// It did not take every number.
    LeftSome {
        taken: usize,
        published: usize,
        end: End,
    },
    /// A mean or a variance that is not the one of the numbers it was sent.
    Wrong {
        quantity: &'static str,
        n: u64,
        numbers: Vec<f64>,
        line: String,
        mistake: Option<Mistake>,
    },
    /// A line without the quantity, or with something else in its place.
    NotANumber { quantity: &'static str, line: String },
    /// Sample variance at one line, population variance at another.
    Mixed { sample_at: u64, population_at: u64 },
    /// The machine, or the program, was too slow to see enough.
    TooLittle { n: u64 },
    /// It stopped telling before it had told enough.
    ToldNoMore { n: u64, line_cut: bool, end: End },
    /// Which numbers it counted is unknown.
    Unheard,
    /// It reads over several connections, and no line counts all the numbers.
    AnyOrder { published: usize },
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(problem) => formatter.write_str(problem),
            Self::Silent {
                end: whole @ End {
                    status: Some(status), ..
                },
                connected,
                ..
            } => {
                write!(
                    formatter,
                    "It ended ({status}) before it printed a line with an n."
                )?;
                formatter.write_str(&whole.last_words())?;
                formatter.write_str(if *connected { whole.goes_on() } else { "" })
            }
            Self::Silent {
                connected: false,
                end,
                ..
            } => write!(
                formatter,
                "It never asked the queue for anything. Does it read SIMPLEQUEUE_URL from its environment? What \
                 happened: {end}"
            ),
            Self::Silent {
                first_other_line: Some(line),
                other_lines,
                end,
                ..
            } => write!(
                formatter,
                "It printed {other_lines} lines, but none is a JSON object with an n, like {{\"n\": 100, \"mean\": \
                 2.5, \"variance\": 0.8}}. The first is: {line}\nWhat happened: {end}"
            ),
            Self::Silent { end, .. } => write!(
                formatter,
                "It took numbers from the queue, and printed nothing on standard output. What happened: {end}\nIf it \
                 does print, that waits in a buffer of its own. {FLUSH}"
            ),
            Self::HeldBack { lines } => write!(
                formatter,
                "It printed nothing with an n until it was asked to end; then there were {lines} of its lines. Print one at \
                 least every {MOST_BETWEEN_LINES} numbers, as they come. {FLUSH}"
            ),
            Self::CutShort { line } => write!(
                formatter,
                "What it printed ends in the middle of a line; the rest waited in a buffer, and was lost with the program. \
                 {FLUSH}\nThe last line: {line}"
            ),
            Self::EndedOfItself { n, end } => write!(formatter, "At n = {n} {end}{}", end.goes_on()),
            Self::ToldNoMore { n, line_cut, end } => {
                write!(
                    formatter,
                    "What it said was right, but it came no farther than n = {n}; "
                )?;
                if *line_cut {
                    formatter.write_str("a line of it was longer than 64 KiB, and was passed over; ")?;
                }
                end.fmt(formatter)
            }
            Self::OddN(line) => write!(
                formatter,
                "n must be a count: a whole JSON number from 0 up, and not a string. The line: {line}"
            ),
            Self::Seldom { before, after } => write!(
                formatter,
                "From n = {before} it said nothing until n = {after}. Print a line at least every \
                 {MOST_BETWEEN_LINES} numbers, and flush it."
            ),
            Self::StoppedAt { n, published, end } => {
                write!(
                    formatter,
                    "Its last line says n = {n}, of {published} numbers; {end}"
                )
            }
            Self::Requeued { envelope, end } => write!(
                formatter,
                "It failed on a number and put it back into the queue, as BaseReader does when a task raises an \
                 exception or does not return True: {envelope}{}",
                end.last_words()
            ),
            Self::NFell { before, after } => {
                write!(
                    formatter,
                    "n went from {before} to {after}. It counts numbers, so it never falls."
                )
            }
            Self::CountedTooMany { n, sent } => write!(
                formatter,
                "It says n = {n} when it had been sent {sent} numbers: some are counted twice, or n does not begin \
                 at zero."
            ),
            Self::CountedTooFew { n, published } => write!(
                formatter,
                "It took all {published} numbers from the queue, but its n ends at {n}. Which ones does it skip? \
                 Negative ones, the first, the rest of a batch? Or did its last lines wait in a buffer when it was ended? \
                 {FLUSH}"
            ),
            Self::LeftSome {
                taken,
                published,
                end,
            } => {
                write!(
                    formatter,
                    "It took {taken} of {published} numbers from the queue; {end}"
                )
            }
            Self::Wrong {
                quantity,
                n,
                numbers,
                line,
                mistake,
            } => {
                if let Some(mistake) = mistake {
                    writeln!(formatter, "{mistake}")?;
                }
                let shown: Vec<String> = numbers.iter().take(5).map(f64::to_string).collect();
                let more = if numbers.len() > 5 {
                    ", … (all of them: see the record)"
                } else {
                    ""
                };
                write!(
                    formatter,
                    "At n = {n} its {quantity} is not that of the {n} numbers it was sent: {}{more}\nIts line: {line}",
                    shown.join(", ")
                )
            }
            Self::NotANumber { quantity, line } => write!(
                formatter,
                "{quantity} must be a JSON number (null or NaN only for the variance at n = 1). The line: {line}"
            ),
            Self::Mixed {
                sample_at,
                population_at,
            } => write!(
                formatter,
                "It divides by n - 1 at n = {sample_at} and by n at n = {population_at}. Either is right; use one of \
                 them throughout."
            ),
            Self::TooLittle { n } => write!(
                formatter,
                "Everything it said was right, but it came no farther than n = {n} in the time there is. Close what \
                 else keeps this machine busy, and check again."
            ),
            Self::AnyOrder { published } => write!(
                formatter,
                "It takes numbers over several connections at once, so which ones it has counted is known only where \
                 n = {published}, when it has counted them all; it printed no such line. Print one when the queue is \
                 empty."
            ),
            Self::Unheard => formatter.write_str("It told no n, so there is nothing to hold this against."),
        }
    }
}
