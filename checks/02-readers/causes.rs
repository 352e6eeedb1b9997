//! Why a claim does not hold, or could not be told; the explanation is made from the cause.

use std::fmt;

use super::super::ending::{End, FLUSH};
use super::super::story::Story;
use super::gather::MOST_ROUNDS;

/// As long as an envelope may ask a message to wait, in seconds, before the wait is what to blame.
const LONG_WAIT_S: f64 = 5.0;

/// Why.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The program could not be started.
    NotStarted(String),
    /// The machine, or the program, was too slow to see enough.
    TooSlow,
    /// Nothing that it printed has a number.
    Silent {
        /// Whether it asked for anything.
        connected: bool,
        /// How many lines it printed that have no number, and the first of them.
        other_lines: usize,
        first_other_line: Option<String>,
        end: End,
    },
    /// It ended before the stream did; what it had been given last.
    EndedOfItself { last: Option<String>, end: End },
    /// It printed a number that nobody had published.
    Unknown { line: String },
    /// It printed a number more than once.
    Twice { story: Story, times: usize },
    /// It did not print numbers that it should have printed; the first of them.
    Missing {
        missing: usize,
        of: usize,
        story: Story,
        end: End,
    },
    /// No number below 0.1 shows any sign of having failed.
    NeverFailed { lows: usize, story: Story },
    /// It printed a negative number.
    PrintedNegative { story: Story },
    /// A negative number goes round and round.
    Circles { story: Story, times: usize, end: End },
    /// What the claim is about never reached the program.
    NotTaken { story: Story },
    /// One of two readers got nothing.
    GotNothing {
        reader: u8,
        messages: usize,
        listens: bool,
    },
    /// It stopped before all was published.
    Stopped { published: usize, end: End },
    /// It could not be killed over a message: it took none any more.
    NothingHeld { end: End },
    /// It printed what it should not have.
    Unwanted { story: Story, unwanted: usize },
    /// Not a quarter.
    NotAQuarter {
        printed: usize,
        of: usize,
        least: usize,
        most: usize,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(problem) => formatter.write_str(problem),
            Self::TooSlow => formatter.write_str(
                "The 60 s that it may take were over before it was done. Close what else keeps this machine busy, and \
                 check again.",
            ),
            Self::Silent { connected: false, end, .. } => write!(
                formatter,
                "It never asked the queue for anything. Does it read SIMPLEQUEUE_URL from its environment? What \
                 happened: {end}"
            ),
            Self::Silent { first_other_line: Some(line), other_lines, end, .. } => write!(
                formatter,
                "It printed {other_lines} lines, but none is a JSON object with a number that was published, like \
                 {{\"number\": 0.4321}}. The first is: {line}\nWhat happened: {end}"
            ),
            Self::Silent { end, .. } => write!(
                formatter,
                "It took messages from the queue, and printed nothing on standard output. What happened: {end}\nIf it \
                 does print, that waits in a buffer of its own. {FLUSH}"
            ),
            Self::EndedOfItself { last, end } => {
                write!(formatter, "The reader did not stay: {end}")?;
                match last {
                    Some(last) => write!(formatter, "\nThe last message that it was given: {last}"),
                    None => formatter.write_str(end.goes_on()),
                }
            }
            Self::Unknown { line } => write!(
                formatter,
                "It printed a number that nobody had published. Print each number as it came, without rounding. The \
                 line: {line}"
            ),
            Self::Twice { story, times } => write!(
                formatter,
                "It printed the same number {times} times.\n{story}\n{}",
                if story.came_back() {
                    "A message that was put back is handled from the beginning. Print last, when nothing can fail any \
                     more."
                } else {
                    "Every number was published once."
                }
            ),
            Self::Missing {
                missing,
                of,
                story,
                end,
            } => write!(
                formatter,
                "{missing} of {of} numbers that it had to handle were never printed. The first of them:\n{story}\n{}",
                what_became(story, end)
            ),
            Self::NeverFailed { lows, story } => write!(
                formatter,
                "Each of the {lows} numbers below 0.1 was handled in one go: none was put back, and none was set aside \
                 while others were handled. Let it fail the first time it is seen (return False, or raise an \
                 exception), so that you see it come back.\n{story}"
            ),
            Self::PrintedNegative { story } => write!(
                formatter,
                "A negative number always fails, so it is never printed.\n{story}"
            ),
            Self::Circles { story, times, end } => write!(
                formatter,
                "A negative number fails whenever it is tried, so it must be given up after a few tries. This one came \
                 out of the queue {times} times, and was still going round at the end ({}).\n{story}\n{}",
                if *times as u64 > MOST_ROUNDS {
                    format!("at most {MOST_ROUNDS} are allowed")
                } else {
                    "10 s after all else was done".to_owned()
                },
                what_became(story, end)
            ),
            Self::NotTaken { story } => write!(
                formatter,
                "Nothing can be said about what it never took from the queue.\n{story}"
            ),
            Self::GotNothing { reader, listens: true, .. } => write!(
                formatter,
                "Reader {reader} took nothing from the queue: it listens to the pubsub, which gives every message to \
                 everyone. Two such readers do everything twice."
            ),
            Self::GotNothing { reader, messages, .. } => write!(
                formatter,
                "Reader {reader} was there before the first of {messages} messages was published, and took none of them, \
                 not even while the other one was stopped. Does it wait for something before it asks?"
            ),
            Self::Stopped { published, end } => write!(
                formatter,
                "After {published} messages nobody asked the queue any more; {end}"
            ),
            Self::NothingHeld { end } => write!(
                formatter,
                "It could not be killed over a message, because it did not take the next one; {end}"
            ),
            Self::Unwanted { story, unwanted } => write!(
                formatter,
                "It printed {unwanted} numbers outside the open interval (0.5, 1), which holds neither 0.5 nor 1. A \
                 preprocess_method that returns None drops the message. The first of them:\n{story}"
            ),
            Self::NotAQuarter {
                printed,
                of,
                least,
                most,
            } => write!(
                formatter,
                "It printed {printed} of {of} numbers, {:.1} %. By chance a quarter comes to {least} at the least and \
                 {most} at the most (outside of that once in a thousand million checks).{}",
                100.0 * *printed as f64 / *of as f64,
                if *printed > of * 2 / 3 && printed < of {
                    " It looks as if the quarter is what it drops: validate_method says which data to keep."
                } else {
                    ""
                }
            ),
        }
    }
}

/// What a reader may have done to a message that was not handled.
fn what_became(story: &Story, end: &End) -> String {
    let long_wait = story.wait_s().filter(|wait| *wait > LONG_WAIT_S);
    let hint = if story.printed().next().is_some() {
        format!("It was printed only when the program was asked to end. {FLUSH}")
    } else if story.was_lost() || story.got() == 0 {
        String::new()
    } else if story.got() as u64 > MOST_ROUNDS {
        format!(
            "It came out of the queue {} times without being done with.",
            story.got()
        )
    } else if let Some(wait) = long_wait {
        format!(
            "It was put back to wait for about {wait:.0} s, and a failed message has to be dealt with within 10 s. \
             Choose a smaller requeue_delay (0.2, say)."
        )
    } else if story.is_back() {
        "It was put back, and was still in the queue at the end.".to_owned()
    } else if story.came_back() {
        "It was put back, but not handled when it came again: given up? The first time only is to fail, at each \
         reader."
            .to_owned()
    } else {
        "It was taken, and neither printed nor put back.".to_owned()
    };
    let separator = if hint.is_empty() { "" } else { "\n" };
    format!("{hint}{separator}What happened to the reader: {end}")
}
