//! What a client sends.

use super::{LONGEST_LENGTH, Line, Malformed, Text, length};

/// As many bytes of an argument as are kept: keys are compared by these.
const KEPT_OF_ARGUMENT: usize = 512;

/// As many arguments of a command as are kept.
const KEPT_ARGUMENTS: usize = 256;

/// The longest command typed by hand, in bytes, as in Redis.
const LONGEST_INLINE: usize = 64 * 1024;

/// As many arguments, and as long a one, as Redis accepts.
const MOST_ARGUMENTS: i64 = 1024 * 1024;
const LONGEST_ARGUMENT: i64 = 512 * 1024 * 1024;

/// A command: its name and its arguments, trimmed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// The first 512 bytes of each of the first 256 arguments; the first of them is the command's name.
    pub arguments: Vec<Vec<u8>>,
    /// How many arguments there are, the name included.
    pub count: usize,
}

impl Command {
    /// The name in small letters.
    pub fn name(&self) -> String {
        self.arguments
            .first()
            .map(|name| String::from_utf8_lossy(name).to_ascii_lowercase())
            .unwrap_or_default()
    }

    /// Whether there is nothing in it: Redis does not answer an empty line.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// Finds the end of each command in what a client sends.
#[derive(Debug, Default)]
pub struct CommandScanner {
    at: At,
    command: Command,
    arguments_left: i64,
}

#[derive(Debug, Default)]
enum At {
    #[default]
    Beginning,
    Inline(Line),
    Count(Line),
    Length(Line),
    Argument(Text),
}

impl CommandScanner {
    /// Reads on in `input` up to the end of the command. Says how many bytes of it belong to the command, and the
    /// command where it is whole.
    ///
    /// # Errors
    /// The bytes are no command; the scanner is of no more use.
    pub fn scan(&mut self, input: &[u8]) -> Result<(usize, Option<Command>), Malformed> {
        let mut used = 0;
        while used < input.len() {
            let rest = &input[used..];
            let (taken, done) = self.step(rest)?;
            used += taken;
            if done {
                self.at = At::Beginning;
                return Ok((used, Some(std::mem::take(&mut self.command))));
            }
        }
        Ok((used, None))
    }

    /// What is known so far of a command that is not whole yet.
    pub fn so_far(&self) -> Command {
        let mut command = self.command.clone();
        command.count += usize::try_from(self.arguments_left).unwrap_or(0);
        command
    }

    fn step(&mut self, input: &[u8]) -> Result<(usize, bool), Malformed> {
        match &mut self.at {
            At::Beginning => {
                self.at = if input[0] == b'*' {
                    At::Count(Line::default())
                } else {
                    At::Inline(Line::default())
                };
                Ok((0, false))
            }
            At::Inline(line) => {
                let (used, whole) = line.take(input, LONGEST_INLINE);
                if line.length > LONGEST_INLINE {
                    return Err(Malformed);
                }
                let Some(line) = whole else {
                    return Ok((used, false));
                };
                // Redis looks for the end of a line as in a C string, and does not find it behind a zero.
                if line.contains(&0) {
                    return Err(Malformed);
                }
                for word in line
                    .split(u8::is_ascii_whitespace)
                    .filter(|word| !word.is_empty())
                {
                    // Quotes matter to what is done, which the server decides, but not to where the line ends.
                    let word = word.strip_prefix(b"\"").unwrap_or(word);
                    self.argument(word.strip_suffix(b"\"").unwrap_or(word).to_vec());
                }
                Ok((used, true))
            }
            At::Count(line) => {
                let (used, whole) = line.take(input, LONGEST_LENGTH);
                if line.length > LONGEST_LENGTH {
                    return Err(Malformed);
                }
                let Some(line) = whole else {
                    return Ok((used, false));
                };
                self.arguments_left = length(&line[1..])?;
                if self.arguments_left > MOST_ARGUMENTS {
                    return Err(Malformed);
                }
                self.at = At::Length(Line::default());
                Ok((used, self.arguments_left <= 0))
            }
            At::Length(line) => {
                let (used, whole) = line.take(input, LONGEST_LENGTH);
                if line.length > LONGEST_LENGTH {
                    return Err(Malformed);
                }
                let Some(line) = whole else {
                    return Ok((used, false));
                };
                let length = length(line.strip_prefix(b"$").ok_or(Malformed)?)?;
                if !(0..=LONGEST_ARGUMENT).contains(&length) {
                    return Err(Malformed);
                }
                self.at = At::Argument(Text::new(length.unsigned_abs(), KEPT_OF_ARGUMENT));
                Ok((used, false))
            }
            At::Argument(text) => {
                let used = text.take(input);
                if text.left > 0 {
                    return Ok((used, false));
                }
                let text = std::mem::take(&mut text.kept);
                self.argument(text);
                self.arguments_left -= 1;
                self.at = At::Length(Line::default());
                Ok((used, self.arguments_left == 0))
            }
        }
    }

    fn argument(&mut self, mut text: Vec<u8>) {
        if self.command.arguments.len() < KEPT_ARGUMENTS {
            text.truncate(KEPT_OF_ARGUMENT);
            self.command.arguments.push(text);
        }
        self.command.count += 1;
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::{Command, CommandScanner, Malformed};
    use proptest::prelude::*;

    fn all(input: &[u8], piece: usize) -> Result<Vec<Command>, Malformed> {
        let mut scanner = CommandScanner::default();
        let mut commands = Vec::new();
        for mut piece in input.chunks(piece) {
            while !piece.is_empty() {
                let (used, command) = scanner.scan(piece)?;
                commands.extend(command);
                piece = &piece[used..];
            }
        }
        Ok(commands)
    }

    fn words(command: &Command) -> Vec<String> {
        let text = |argument: &Vec<u8>| String::from_utf8_lossy(argument).into_owned();
        command.arguments.iter().map(text).collect()
    }

    #[test]
    fn a_pipeline_is_cut_where_its_commands_end_whatever_the_pieces() {
        let input =
            b"*2\r\n$3\r\nGET\r\n$1\r\nn\r\nPING\r\n\r\n*0\r\n*3\r\n$3\r\nSET\r\n$1\r\nn\r\n$4\r\na\r\nb\r\n";
        for piece in 1..=input.len() {
            let commands: Vec<_> = all(input, piece).unwrap().iter().map(words).collect();
            let expected: [&[&str]; 5] = [&["GET", "n"], &["PING"], &[], &[], &["SET", "n", "a\r\nb"]];
            assert_eq!(commands, expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn a_big_value_is_not_kept() {
        let mut input = b"*3\r\n$3\r\nSET\r\n$1\r\nn\r\n$1000000\r\n".to_vec();
        input.extend(vec![b'x'; 1_000_000]);
        input.extend(b"\r\n");
        let commands = all(&input, 4096).unwrap();
        assert_eq!(commands[0].count, 3);
        assert_eq!(commands[0].arguments[2].len(), 512);
        let mut scanner = CommandScanner::default();
        let (used, none) = scanner.scan(&input[..500]).unwrap();
        assert_eq!((used, none), (500, None));
        assert_eq!(words(&scanner.so_far()), ["SET", "n"]);
        assert_eq!(scanner.so_far().count, 3, "the value is on its way");
    }

    #[test]
    fn what_is_no_command_is_refused() {
        for input in [
            "*x\r\n",
            "PING \0\r\n",
            "*9999999999\r\n",
            "*1\r\n:1\r\n",
            "*1\r\n$-1\r\n",
            "*1\r\n$536870913\r\n",
            "*11111111111111111111111111111111111",
        ] {
            assert_eq!(all(input.as_bytes(), 3), Err(Malformed), "{input}");
        }
        assert_eq!(
            all(&vec![b'x'; 100_000], 1000),
            Err(Malformed),
            "a line without end"
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(input in proptest::collection::vec(any::<u8>(), 0..200), piece in 1_usize..20) {
            let _ = all(&input, piece);
        }

        #[test]
        fn what_was_written_is_read(
            commands in proptest::collection::vec(proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 1..5), 1..5),
            piece in 1_usize..50,
        ) {
            let mut input = Vec::new();
            for command in &commands {
                input.extend(format!("*{}\r\n", command.len()).into_bytes());
                for argument in command {
                    input.extend(format!("${}\r\n", argument.len()).into_bytes());
                    input.extend(argument);
                    input.extend(b"\r\n");
                }
            }
            let read: Vec<_> = all(&input, piece).unwrap().into_iter().map(|command| command.arguments).collect();
            prop_assert_eq!(read, commands);
        }
    }
}
