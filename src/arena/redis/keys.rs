//! Which keys a command reads and which it writes, as the server itself says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use redis::aio::MultiplexedConnection;
use redis::{Value, cmd};

use super::connect_to;
use crate::protocol::resp::Command;

/// As many keys of one command as are looked at.
const MOST_KEYS: usize = 64;

/// As many shapes of commands whose keys depend on their options as are remembered.
const MOST_SHAPES: usize = 1024;

/// What a command does to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Doing {
    /// What it answers depends on what is there.
    pub reads: bool,
    /// It changes what is there.
    pub writes: bool,
    /// It is a script, which may do either or both.
    pub script: bool,
}

impl Doing {
    /// From the flags of a key specification: <https://redis.io/docs/latest/develop/reference/key-specs/>
    fn from_flags(flags: &[String]) -> Self {
        let has = |name: &str| flags.iter().any(|flag| flag.eq_ignore_ascii_case(name));
        Self {
            reads: has("RO") || has("access"),
            writes: !has("RO"),
            script: false,
        }
    }

    /// Whether it may change what is there whatever was there: what such a write is based on was read before.
    pub fn may_be_blind(self) -> bool {
        self.writes && (!self.reads || self.script)
    }
}

/// A key that a command concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Access {
    /// Where it stands among the arguments.
    pub position: usize,
    pub key: Vec<u8>,
    pub doing: Doing,
}

/// The commands of one server.
#[derive(Debug)]
pub(super) struct CommandTable {
    commands: HashMap<String, Entry>,
    server: MultiplexedConnection,
    shapes: Mutex<HashMap<Vec<Vec<u8>>, Vec<Doing>>>,
}

#[derive(Debug, Default, Clone)]
struct Entry {
    blocking: bool,
    keys: Vec<Keys>,
    subcommands: bool,
}

/// Where the keys of a command stand.
#[derive(Debug, Clone)]
struct Keys {
    doing: Doing,
    /// What it does depends on its options.
    variable: bool,
    begin: Begin,
    find: Find,
}

#[derive(Debug, Clone)]
enum Begin {
    Index(usize),
    /// Behind this word, looked for from here on; from the end where it is negative.
    Keyword(Vec<u8>, i64),
}

#[derive(Debug, Clone)]
enum Find {
    /// Up to the last one, counted from the first, or from the end of the command where it is negative.
    Range { last: i64, step: usize, limit: usize },
    /// As many as the argument at `count` says, both counted from where they begin.
    Counted { count: usize, first: usize, step: usize },
}

impl CommandTable {
    /// Asks the server at `address` which commands it has.
    pub async fn of(address: SocketAddr) -> redis::RedisResult<Self> {
        let mut server = connect_to(address, 0).await?;
        let answer: Value = cmd("COMMAND").query_async(&mut server).await?;
        let mut commands = HashMap::new();
        for command in list(&answer) {
            note(command, &mut commands);
        }
        Ok(Self {
            commands,
            server,
            shapes: Mutex::default(),
        })
    }

    /// Whether the command may be answered late, when somebody else has done something.
    pub fn is_blocking(&self, command: &Command) -> bool {
        self.entry(command).is_some_and(|entry| entry.blocking)
    }

    /// The keys that the command concerns, each with what is done to it.
    pub async fn accesses(&self, command: &Command) -> Vec<Access> {
        let Some(entry) = self.entry(command) else {
            return Vec::new();
        };
        let mut accesses = Vec::new();
        let mut variable = false;
        for keys in &entry.keys {
            let found = keys.find(command);
            variable |= keys.variable && !found.is_empty();
            accesses.extend(found.into_iter().map(|(position, key)| Access {
                position,
                key,
                doing: keys.doing,
            }));
        }
        accesses.truncate(MOST_KEYS);
        if variable && let Some(doings) = self.doings(command).await {
            for (access, doing) in accesses.iter_mut().zip(doings) {
                access.doing.reads = doing.reads;
                access.doing.writes = doing.writes;
            }
        }
        accesses
    }

    fn entry(&self, command: &Command) -> Option<&Entry> {
        let name = command.name();
        let entry = self.commands.get(&name)?;
        if !entry.subcommands {
            return Some(entry);
        }
        let subcommand = String::from_utf8_lossy(command.arguments.get(1)?).to_ascii_lowercase();
        self.commands.get(&format!("{name}|{subcommand}")).or(Some(entry))
    }

    /// What a command whose doings depend on its options does with these: asked once for each shape of the command,
    /// which is its name and the words among its options.
    async fn doings(&self, command: &Command) -> Option<Vec<Doing>> {
        let word = |argument: &&Vec<u8>| {
            argument.len() <= 12 && !argument.is_empty() && argument.iter().all(u8::is_ascii_alphabetic)
        };
        let options = command.arguments.iter().skip(2).filter(word);
        let mut shape: Vec<Vec<u8>> = options.map(|option| option.to_ascii_uppercase()).collect();
        shape.push(command.name().into_bytes());
        shape.push(command.count.to_string().into_bytes());
        if let Some(doings) = self.shapes().get(&shape) {
            return Some(doings.clone());
        }
        if command.count != command.arguments.len() {
            return None;
        }
        let mut question = cmd("COMMAND");
        question.arg("GETKEYSANDFLAGS");
        for argument in &command.arguments {
            question.arg(argument.as_slice());
        }
        // A server older than 7, or a command that it will refuse anyway: what the table says holds.
        let answer: Value = question.query_async(&mut self.server.clone()).await.ok()?;
        let doings: Vec<Doing> = list(&answer)
            .iter()
            .filter_map(|key| Some(Doing::from_flags(&words(list(key).get(1)?))))
            .collect();
        let mut shapes = self.shapes();
        if shapes.len() < MOST_SHAPES {
            shapes.insert(shape, doings.clone());
        }
        Some(doings)
    }

    fn shapes(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<Vec<u8>>, Vec<Doing>>> {
        // What is in it is whole, whoever panicked elsewhere.
        self.shapes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys {
    fn find(&self, command: &Command) -> Vec<(usize, Vec<u8>)> {
        self.positions(command)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|position| Some((position, command.arguments.get(position)?.clone())))
            .collect()
    }

    fn positions(&self, command: &Command) -> Option<Vec<usize>> {
        let count = command.count;
        let begin = match &self.begin {
            Begin::Index(index) => *index,
            Begin::Keyword(word, from) => {
                let is_word = |position: &usize| {
                    command
                        .arguments
                        .get(*position)
                        .is_some_and(|argument| argument.eq_ignore_ascii_case(word))
                };
                let from_end = usize::try_from(from.unsigned_abs()).ok()?;
                let found = if *from >= 0 {
                    (from_end..count).find(is_word)
                } else {
                    (1..count.saturating_sub(from_end) + 1).rev().find(is_word)
                };
                found? + 1
            }
        };
        let (first, end, step) = match self.find {
            Find::Range { last, step, limit } => {
                let offset = usize::try_from(last.unsigned_abs()).ok()?;
                let end = if last >= 0 {
                    begin + offset + 1
                } else if limit > 1 {
                    begin + count.saturating_sub(begin) / limit
                } else {
                    count.saturating_sub(offset) + 1
                };
                (begin, end, step)
            }
            Find::Counted {
                count: at,
                first,
                step,
            } => {
                let number = std::str::from_utf8(command.arguments.get(begin + at)?).ok()?;
                let number = number.parse::<usize>().ok()?.min(MOST_KEYS);
                (begin + first, begin + first + number * step.max(1), step)
            }
        };
        let end = end.min(count).min(first + MOST_KEYS * step.max(1));
        Some((first..end).step_by(step.max(1)).collect())
    }
}

/// Notes one entry of the reply to COMMAND, and those of its subcommands:
/// <https://redis.io/docs/latest/commands/command/>
fn note(command: &Value, commands: &mut HashMap<String, Entry>) {
    let parts = list(command);
    let (Some(name), Some(flags)) = (parts.first().and_then(text), parts.get(2).map(words)) else {
        return;
    };
    let subcommands = parts.get(9).map(list).unwrap_or_default();
    let script = parts
        .get(6)
        .is_some_and(|categories| words(categories).iter().any(|category| category == "@scripting"));
    let mut keys: Vec<Keys> = match parts.get(8) {
        Some(specifications) => list(specifications).iter().filter_map(specification).collect(),
        None => by_position(parts, &flags).into_iter().collect(),
    };
    for keys in &mut keys {
        keys.doing.script = script;
    }
    let entry = Entry {
        blocking: flags.iter().any(|flag| flag == "blocking"),
        keys,
        subcommands: !subcommands.is_empty(),
    };
    commands.insert(name.to_ascii_lowercase(), entry);
    for subcommand in subcommands {
        note(subcommand, commands);
    }
}

/// The keys of a command on a server older than 7, which says of whole commands only whether they read or write.
fn by_position(parts: &[Value], flags: &[String]) -> Option<Keys> {
    let first = usize::try_from(integer(parts.get(3)?)?).ok()?;
    if first == 0 {
        return None;
    }
    let last = integer(parts.get(4)?)?;
    let writes = flags.iter().any(|flag| flag == "write");
    Some(Keys {
        doing: Doing {
            reads: !writes,
            writes,
            script: false,
        },
        variable: false,
        begin: Begin::Index(first),
        find: Find::Range {
            last: if last >= 0 {
                (last - i64::try_from(first).ok()?).max(0)
            } else {
                last
            },
            step: usize::try_from(integer(parts.get(5)?)?).ok()?,
            limit: 0,
        },
    })
}

fn specification(specification: &Value) -> Option<Keys> {
    let flags = words(field(specification, "flags")?);
    let begin = field(specification, "begin_search")?;
    let spec = field(begin, "spec")?;
    let begin = match text(field(begin, "type")?)?.as_str() {
        "index" => Begin::Index(size(spec, "index")?),
        "keyword" => Begin::Keyword(
            text(field(spec, "keyword")?)?.into_bytes(),
            integer(field(spec, "startfrom")?)?,
        ),
        _ => return None,
    };
    let find = field(specification, "find_keys")?;
    let spec = field(find, "spec")?;
    let find = match text(field(find, "type")?)?.as_str() {
        "range" => Find::Range {
            last: integer(field(spec, "lastkey")?)?,
            step: size(spec, "keystep")?,
            limit: size(spec, "limit")?,
        },
        "keynum" => Find::Counted {
            count: size(spec, "keynumidx")?,
            first: size(spec, "firstkey")?,
            step: size(spec, "keystep")?,
        },
        _ => return None,
    };
    Some(Keys {
        doing: Doing::from_flags(&flags),
        variable: flags
            .iter()
            .any(|flag| flag.eq_ignore_ascii_case("variable_flags")),
        begin,
        find,
    })
}

/// The value beside `name` in a map, which RESP2 writes as a list.
fn field<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    match map {
        Value::Map(pairs) => pairs
            .iter()
            .find(|(key, _)| text(key).as_deref() == Some(name))
            .map(|(_, value)| value),
        _ => list(map)
            .chunks_exact(2)
            .find(|pair| text(&pair[0]).as_deref() == Some(name))
            .map(|pair| &pair[1]),
    }
}

fn size(map: &Value, name: &str) -> Option<usize> {
    usize::try_from(integer(field(map, name)?)?).ok()
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(parts) | Value::Set(parts) => parts,
        _ => &[],
    }
}

fn words(value: &Value) -> Vec<String> {
    list(value).iter().filter_map(text).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}
