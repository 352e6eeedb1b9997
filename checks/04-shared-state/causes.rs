//! Why a claim does not hold, or could not be told; the explanation is made from the cause.

use std::fmt;

use super::super::ending::End;
use super::super::never_asked::NeverAsked;
use super::counts::Difference;
use super::moments::Mistake;
use crate::arena::LostUpdate;

/// As many differences as are shown.
const SHOWN: usize = 5;

/// Why.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// No Redis could be had.
    NoRedis(String),
    /// The program could not be started.
    NotStarted(String),
    /// What stands in Redis could not be read, or is too much to be.
    Unread,
    /// A reader ended by itself.
    EndedOfItself(End),
    /// Nobody asked the queue for anything, or Redis.
    NeverAsked(NeverAsked),
    /// Not all messages were taken.
    LeftSome { taken: u64, published: u64, end: End },
    /// They were being taken when the time was up.
    TooSlow { taken: u64, published: u64 },
    /// There is no histogram at all.
    NoHistogram { key: String, instead: Instead },
    /// A key of another type.
    WrongType {
        key: String,
        is: &'static str,
        should: &'static str,
    },
    /// Messages were put back into the queue: the task failed or did not return True.
    PutBack { message: String, end: End },
    /// What is missing was put back into the queue, and would be tried again later.
    TriedLater { messages: usize },
    /// Counts that are not exact.
    Wrong {
        differences: Vec<Difference>,
        pattern: Option<Pattern>,
    },
    /// One reader alone does not count right either.
    OneReaderFirst { differences: Vec<Difference> },
    /// Counts are missing where several readers have counted.
    Missing {
        differences: Vec<Difference>,
        lost: Option<LostUpdate>,
    },
    /// The readers were never at work at the same time.
    NeverTogether,
    /// There are no moments.
    NoMoments,
    /// Moments that are not right.
    Moments {
        key: String,
        mistake: Mistake,
        lost: Option<LostUpdate>,
    },
    /// Too many round trips.
    RoundTrips { messages: u64, round_trips: u64 },
    /// The counts must be right before anything is said of how they are made.
    CountsFirst,
}

/// What stands where the histograms are not.
#[derive(Debug, Clone, PartialEq)]
pub enum Instead {
    /// They are in another database.
    Database(u32),
    /// Other keys.
    Keys(Vec<String>),
    /// Nothing.
    Nothing,
    /// Nothing, and Redis was sent no command either.
    NoCommands,
}

/// What wrong counts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// `messages` is not there.
    NoMessages,
    /// Every count is twice what it should be.
    Twice,
    /// Only `messages` is, and twice what it should be.
    MessagesTwice,
    /// A zero is never counted.
    NoZero,
    /// Numbers below zero are never counted.
    NoNegatives,
    /// Each number is counted once too seldom.
    FirstTime,
    /// A distribution is missing.
    NoDistribution,
    /// Exactly the last ones are missing.
    Rest(u64),
}

/// The picture of a lost update and what to do instead, each line on one of its own.
fn picture(lost: &LostUpdate) -> String {
    /// What an 80-column page leaves beside the margin of an explanation.
    const WIDTH: usize = 72;
    format!("\n{}", lost.lines(WIDTH).join("\n"))
}

impl fmt::Display for Instead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(database) => write!(
                formatter,
                "It is in database {database}. The address in REDIS_URL ends in /1, which is the database: give all of \
                 it to your client, as in redis.Redis.from_url."
            ),
            Self::Keys(keys) => write!(formatter, "What there is: {}.", keys.join(", ")),
            Self::NoCommands => formatter.write_str(
                "There is nothing at all: it never connected to Redis. Does it read REDIS_URL from its environment, and \
                 write there?",
            ),
            Self::Nothing => formatter.write_str("There is nothing at all. Do you write to REDIS_URL?"),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMessages => formatter
                .write_str("The histograms are right; the string `messages` must count every message as well."),
            Self::Twice => formatter.write_str("Everything is counted twice."),
            Self::MessagesTwice => formatter.write_str("The histograms are right, but every message is counted twice."),
            Self::NoZero => formatter.write_str("The number 0 is never counted: it is a number like any other."),
            Self::NoNegatives => formatter.write_str("Numbers below 0 are never counted."),
            Self::FirstTime => formatter.write_str("Each number is counted once too seldom: the first time counts, too."),
            Self::NoDistribution => formatter.write_str(
                "A distribution is missing altogether. There may be any names: take the one that the message has.",
            ),
            Self::Rest(messages) => write!(
                formatter,
                "Exactly the last {messages} messages are missing. What you collect must be written every now and then, \
                 and when your program is told to end (SIGTERM)."
            ),
        }
    }
}

/// The worst differences, each on a line of its own.
fn shown(differences: &[Difference]) -> String {
    let mut lines: Vec<String> = differences
        .iter()
        .take(SHOWN)
        .map(|difference| format!("  {difference}"))
        .collect();
    if differences.len() > SHOWN {
        lines.push(format!("  and {} more", differences.len() - SHOWN));
    }
    lines.join("\n")
}

fn missing(differences: &[Difference]) -> i128 {
    differences.iter().filter_map(Difference::missing).sum()
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRedis(problem) | Self::NotStarted(problem) => formatter.write_str(problem),
            Self::Unread => formatter.write_str(
                "What your readers have left in Redis could not be read: it went away, or there is far too much of it. \
                 Check again.",
            ),
            Self::EndedOfItself(end) => write!(formatter, "A reader did not stay: {end}{}", end.goes_on()),
            Self::NeverAsked(what) => what.fmt(formatter),
            Self::LeftSome { taken, published, end } => {
                write!(formatter, "It took {taken} of {published} messages from the queue; {end}")
            }
            Self::TooSlow { taken, published } => write!(
                formatter,
                "It took {taken} of {published} messages in the 60 s that there are, and was still at it. Close what \
                 else keeps this machine busy, and check again."
            ),
            Self::NoHistogram { key, instead } => write!(
                formatter,
                "There is no {key} in database 1, and no other histogram:<distribution>. {instead}"
            ),
            Self::WrongType { key, is, should } => write!(
                formatter,
                "{key} is {is}, and should be {should}: there, one command adds to one count, and one gives them all."
            ),
            Self::PutBack { message, end } => write!(
                formatter,
                "It failed on a message and put it back into the queue, as BaseReader does when a task raises an \
                 exception or does not return True: {message}{}",
                end.last_words()
            ),
            Self::TriedLater { messages } => write!(
                formatter,
                "{messages} messages wait in the queue, put back to be tried again later, so they are not counted yet. \
                 Try again at once (after a WatchError, say), and the check can tell."
            ),
            Self::Wrong { differences, pattern } => {
                if let Some(pattern) = pattern {
                    writeln!(formatter, "{pattern}")?;
                } else {
                    writeln!(formatter, "These counts are not those of the messages that it was sent:")?;
                }
                formatter.write_str(&shown(differences))
            }
            Self::OneReaderFirst { differences } => write!(
                formatter,
                "A single reader does not count right yet, so this may have nothing to do with races: see to one-reader \
                 first.\n{}",
                shown(differences)
            ),
            Self::Missing { differences, lost } => {
                write!(
                    formatter,
                    "One reader alone counts right. Four of them together have lost {} updates.",
                    missing(differences)
                )?;
                match lost {
                    Some(lost) => formatter.write_str(&picture(lost))?,
                    None => formatter.write_str(
                        "\nA write that is made of what was read before, or of what this reader alone has counted, \
                         undoes what others have written meanwhile: let Redis add (HINCRBY, ZINCRBY, INCR).",
                    )?,
                }
                write!(formatter, "\nWhat is missing:\n{}", shown(differences))
            }
            Self::NeverTogether => formatter.write_str(
                "The counts are exact, but the readers were hardly ever at work at the same time, so that says nothing. \
                 Check again; and let them take a few messages at a time.",
            ),
            Self::NoMoments => formatter.write_str(
                "There is no moments:<distribution> yet. It is a hash with the fields n, mean and m2, kept by all the \
                 readers together.",
            ),
            Self::Moments { key, mistake, lost } => {
                match mistake {
                    Mistake::Absent => write!(formatter, "There is no hash {key}, as there is for other distributions.")?,
                    Mistake::NoNumber(field) => write!(formatter, "{field} in {key} must be a number.")?,
                    Mistake::Count => write!(
                        formatter,
                        "n in {key} is not how many numbers there were: an update was lost, or counted twice. The three \
                         fields must be read and written in one step (a script), or under WATCH."
                    )?,
                    Mistake::Mean => write!(formatter, "mean in {key} is not the mean of the numbers.")?,
                    Mistake::Variance => write!(
                        formatter,
                        "m2 in {key} is the sum of the squared distances divided by n or n - 1. Keep the sum: it can be \
                         added to, and merged."
                    )?,
                    Mistake::Squares => write!(
                        formatter,
                        "m2 in {key} is not the sum of the squared distances from the mean. Section 3 has the update: \
                         one distance from the mean before, one from the mean after."
                    )?,
                }
                formatter.write_str(&lost.as_ref().map(picture).unwrap_or_default())
            }
            Self::RoundTrips { messages, round_trips } => write!(
                formatter,
                "{messages} messages took {round_trips} round trips to Redis. Send together what belongs to a message, \
                 or to a batch of them, in a pipeline."
            ),
            Self::CountsFirst => formatter.write_str("See to the counts first: see one-reader."),
        }
    }
}
