//! The connections over which a program asks the queue, and whether it uses several of them side by side.

use std::collections::VecDeque;

use crate::server::Connection;

/// So many are remembered.
const MOST: usize = 64;

/// A connection, and whether messages were got over it.
#[derive(Debug)]
struct Used {
    connection: Connection,
    messages: bool,
}

/// The connections of one program, the one used last at the end.
#[derive(Debug, Default)]
pub(super) struct Connections {
    used: VecDeque<Used>,
    in_turn: bool,
}

impl Connections {
    /// The program asked over `connection`, and got `messages` or not. One that is used again after another was takes
    /// turns with it.
    pub(super) fn asked(&mut self, connection: &Connection, messages: bool) {
        let known = self.used.iter().rposition(|used| used.connection.is(connection));
        self.in_turn |= known.is_some_and(|at| at + 1 < self.used.len());
        let before = known.and_then(|at| self.used.remove(at));
        if self.used.len() >= MOST {
            // A program that opens a new one each time has closed the old ones.
            self.used.retain(|used| used.connection.is_open());
            if self.used.len() >= MOST {
                self.used.pop_front();
            }
        }
        self.used.push_back(Used {
            connection: connection.clone(),
            messages: messages || before.is_some_and(|used| used.messages),
        });
    }

    /// Whether several are in use: they take turns, or messages came over more than one of those that are open now. Then
    /// what was got first need not be handled first.
    ///
    /// Of one connection after another, each closed before the next is opened, none of this holds.
    pub(super) fn are_several(&self) -> bool {
        let holding = |used: &&Used| used.messages && used.connection.is_open();
        self.in_turn || self.used.iter().filter(holding).count() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether these requests show several connections: the number of the connection, and whether it got messages. All
    /// of them are open in the end, or only the last.
    fn are_several(requests: &[(usize, bool)], all_open: bool) -> bool {
        let pretended: Vec<_> = (0..MOST + 2).map(|_| Connection::pretended()).collect();
        let mut connections = Connections::default();
        for (number, messages) in requests {
            connections.asked(&pretended[*number].1, *messages);
        }
        let last = requests.last().map_or(0, |(number, _)| *number);
        let open: Vec<_> = pretended
            .into_iter()
            .enumerate()
            .filter(|(number, _)| all_open || *number == last)
            .collect();
        let several = connections.are_several();
        drop(open);
        several
    }

    #[test]
    fn one_connection_after_another_is_no_turn_taking() {
        let fresh: Vec<_> = (0..MOST + 2).map(|number| (number, true)).collect();
        assert!(!are_several(&fresh, false));
        assert!(!are_several(
            &[(1, true), (1, true), (2, true), (2, false)],
            false
        ));
    }

    #[test]
    fn a_connection_that_comes_again_takes_turns() {
        assert!(are_several(&[(1, true), (2, true), (1, false)], false));
        assert!(are_several(&[(1, true), (2, true), (3, true), (1, true)], false));
    }

    #[test]
    fn one_that_holds_messages_is_in_use_while_others_go_on() {
        assert!(are_several(&[(1, true), (2, true), (2, true), (2, false)], true));
        assert!(!are_several(&[(1, false), (2, true), (2, true)], true));
    }
}
