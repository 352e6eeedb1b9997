//! Why a claim does not hold, or could not be told; the explanation is made from the cause.

use std::fmt;

use super::super::ending::End;
use super::super::never_asked::NeverAsked;
use super::mistakes::Mistake;
use crate::arena::LostUpdate;

/// How wide the commands of two readers may be, side by side.
const COLUMNS: usize = 72;

/// Why.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The program could not be started, or no Redis could.
    NotStarted(String),
    /// What stood in Redis in the end could not be read.
    NoContents,
    /// So much stood there that not all of it was read.
    TooMuch,
    /// The time was up before everything was done.
    TooSlow { taken: usize, published: usize },
    /// It was still at work when the time was up that it has to end.
    Killed,
    /// Only one of the readers took anything, so that they could not get in each other's way.
    OneReaderAlone,
    /// It never asked the queue for anything, or Redis.
    NeverAsked(NeverAsked),
    /// It ended though the stream goes on.
    EndedOfItself(End),
    /// It failed on what is no click.
    FailedOn { message: String, end: End },
    /// It counted a click, or did not, and put it back to be handled again.
    PutBack { message: String, end: End },
    /// It did not take all that there was.
    LeftSome {
        taken: usize,
        published: usize,
        end: End,
    },
    /// It wrote to another database.
    OtherDatabase(u32),
    /// It keeps the graph in another type.
    OtherType { key: String, name: &'static str },
    /// The graph is that of a known mistake.
    Known { mistake: Mistake, differences: String },
    /// The graph is another one.
    Differs {
        differences: String,
        refused: Option<String>,
        end: End,
    },
    /// Updates were lost between readers: the commands that lost them, and the remedy.
    Lost {
        differences: String,
        lost: Option<LostUpdate>,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(problem) => formatter.write_str(problem),
            Self::NoContents => formatter.write_str(
                "What stood in Redis in the end could not be read: the server was gone, or did not answer. Check again.",
            ),
            Self::TooMuch => formatter.write_str(
                "So much stands in database 1 that not all of it was read. The graph of these clicks is small: what else \
                 does your program keep there?",
            ),
            Self::TooSlow { taken, published } => write!(
                formatter,
                "Everything in the graph was right, but by the time that there is it had taken {taken} of {published} \
                 messages, or not counted them all. Close what else keeps this machine busy, and check again."
            ),
            Self::Killed => formatter.write_str(
                "It was still sending commands to Redis 10 s after it had been asked to end, and was killed then; perhaps \
                 it would have counted the rest. Add to the graph as you go, and end on SIGTERM.",
            ),
            Self::OneReaderAlone => formatter.write_str(
                "Of four readers only one took messages, so they could not get in each other's way. Close what else keeps \
                 this machine busy, and check again.",
            ),
            Self::NeverAsked(what) => what.fmt(formatter),
            Self::EndedOfItself(end) => write!(formatter, "A reader did not stay: {end}{}", end.goes_on()),
            Self::FailedOn { message, end } => write!(
                formatter,
                "It failed on {message}, and put that back into the queue, as BaseReader does when a task raises an \
                 exception or does not return True. So it will come again. Look whether r and u are there before you use \
                 them, and return True where they are not.{}",
                end.last_words()
            ),
            Self::PutBack { message, end } => write!(
                formatter,
                "It put {message} back into the queue, as BaseReader does when a task raises an exception or does not \
                 return True, and there it was when all else was done. If it has been counted, it will be counted \
                 again.{}",
                end.last_words()
            ),
            Self::LeftSome {
                taken,
                published,
                end,
            } => {
                write!(
                    formatter,
                    "It took {taken} of {published} messages from the queue; {end}"
                )
            }
            Self::OtherDatabase(database) => write!(
                formatter,
                "It writes to database {database}. The graph belongs into database 1, which REDIS_URL names behind its \
                 last slash: redis.Redis.from_url(os.environ[\"REDIS_URL\"]) goes there by itself."
            ),
            Self::OtherType { key, name } => write!(
                formatter,
                "What stands at `{key}` is a {name}. A node is a zset: a zset knows the order of its members, so that the \
                 heaviest edges are found without looking at all of them. ZINCRBY key 1 member counts."
            ),
            Self::Known { mistake, differences } => write!(formatter, "{mistake}\n{differences}"),
            Self::Differs {
                differences,
                refused,
                end,
            } => {
                formatter.write_str(differences)?;
                if let Some(refused) = refused {
                    write!(formatter, "\nRedis refused a command: {refused}")?;
                }
                formatter.write_str(&end.last_words())
            }
            Self::Lost { differences, lost } => {
                formatter.write_str("With four readers at once, the graph is not the true one.")?;
                match lost {
                    Some(lost) => {
                        formatter.write_str(" This is how an update was lost:")?;
                        for line in lost.lines(COLUMNS) {
                            write!(formatter, "\n{line}")?;
                        }
                    }
                    None => formatter.write_str(
                        " Between reading a score and writing it, another reader may have changed it: count with \
                         ZINCRBY, which does both in one step.",
                    )?,
                }
                write!(formatter, "\n{differences}")
            }
        }
    }
}
