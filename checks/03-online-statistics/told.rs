//! What a program was sent, and what it told about it, read from the record of one experiment.

use super::super::printed::{self, Quantity};
use crate::arena::{Delivered, Event, Scenario};

/// A line in which the program told n.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// How many numbers it says it has counted.
    pub n: u64,
    /// Their mean.
    pub mean: Quantity,
    /// Their variance.
    pub variance: Quantity,
    /// How many numbers it had been sent by then.
    pub sent_by_then: usize,
    /// The line itself.
    pub line: &'a str,
}

/// One experiment with one stream.
#[derive(Debug)]
pub struct Trace<'a> {
    /// The numbers that the program was sent, in the order in which it was.
    pub sent: Vec<f64>,
    /// How many numbers there were to send.
    pub published: usize,
    /// What it told, in order.
    pub told: Vec<Told<'a>>,
    /// The first line with an `n` that is no count.
    pub odd_n: Option<&'a str>,
    /// The first message that it put back into the queue: it failed on that one.
    pub requeued: Option<&'a str>,
    /// How many other lines it printed, and the first of them.
    pub other_lines: usize,
    pub first_other_line: Option<&'a str>,
    /// The last line that it printed, where that is half of a JSON object.
    pub cut_short: Option<&'a str>,
    /// Whether it told all that it told after it had been asked to end.
    pub held_back: bool,
    /// Whether a line of it was too long to be read.
    pub line_cut: bool,
    /// Whether it ever asked the queue for anything.
    pub connected: bool,
    /// Whether it took numbers over several connections in turn: in which order it handled them is its own affair,
    /// and only a line that counts them all can be held against them.
    pub any_order: bool,
    /// The rest of what happened.
    pub scenario: Scenario<'a>,
}

impl<'a> Trace<'a> {
    /// The trace that `scenario` left.
    pub fn of(scenario: Scenario<'a>) -> Self {
        let mut trace = Trace {
            sent: Vec::new(),
            published: 0,
            told: Vec::new(),
            odd_n: None,
            requeued: None,
            other_lines: 0,
            first_other_line: None,
            cut_short: None,
            held_back: false,
            line_cut: false,
            connected: false,
            any_order: false,
            scenario: scenario.clone(),
        };
        let mut numbers = Vec::new();
        // One that listens to the pubsub and leaves the queue alone is sent what is published.
        let took = scenario
            .events()
            .any(|event| matches!(event, Event::Got { messages } if !messages.is_empty()));
        let mut listens = false;
        for event in scenario.events() {
            match event {
                Event::Published { text, .. } => {
                    let number = number_of(text);
                    numbers.push(number);
                    trace.sent.extend(number.filter(|_| listens && !took));
                }
                Event::Connected => trace.connected = true,
                Event::Subscribed => listens = true,
                Event::LineCut { .. } => trace.line_cut = true,
                Event::SeveralConnections => trace.any_order = true,
                Event::Got { messages } => {
                    trace
                        .sent
                        .extend(messages.iter().filter_map(|message| match message {
                            Delivered::Published(message) => *numbers.get(*message as usize)?,
                            Delivered::Other(_) => None,
                        }));
                }
                Event::Put { text } => trace.requeued = trace.requeued.or(Some(text)),
                Event::Printed { line } => {
                    trace.hear(line);
                    trace.cut_short = is_half_an_object(line).then_some(line);
                }
                Event::Ended { .. } => trace.held_back = trace.told.is_empty(),
                _ => {}
            }
        }
        trace.published = numbers.len();
        trace
    }

    fn hear(&mut self, line: &'a str) {
        let Some(object) = printed::object(line) else {
            return self.hear_other(line);
        };
        match Quantity::of(&object, "n") {
            Quantity::Absent => self.hear_other(line),
            n => match n.number().and_then(count) {
                Some(n) => self.told.push(Told {
                    n,
                    mean: Quantity::of(&object, "mean"),
                    variance: Quantity::of(&object, "variance"),
                    sent_by_then: self.sent.len(),
                    line,
                }),
                None => self.odd_n = self.odd_n.or(Some(line)),
            },
        }
    }

    fn hear_other(&mut self, line: &'a str) {
        self.other_lines += 1;
        self.first_other_line = self.first_other_line.or(Some(line));
    }

    /// The lines whose n can be held against what was sent: at least 1, and no more than it was sent in the end.
    pub fn comparable(&self) -> impl Iterator<Item = &Told<'a>> {
        let all = self.sent.len() as u64;
        let least = if self.any_order { all.max(1) } else { 1 };
        self.told
            .iter()
            .filter(move |told| (least..=all).contains(&told.n))
    }
}

/// Whether `line` begins like an object, and ends before it is one.
fn is_half_an_object(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('{') && !line.ends_with('}')
}

/// The n that `line` tells, if it does.
pub fn n_of(line: &str) -> Option<u64> {
    Quantity::of(&printed::object(line)?, "n")
        .number()
        .and_then(count)
}

/// `number` as a count: whole, not negative, and small enough to be exact.
fn count(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
}

fn number_of(message: &str) -> Option<f64> {
    let number = Quantity::of(&printed::object(message)?, "number");
    number.number().filter(|number| number.is_finite())
}
