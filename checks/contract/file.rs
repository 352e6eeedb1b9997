//! `check.toml`: what each key means, what is refused, and in which words.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::{ClaimHead, printed};
use super::compare::Order;
use super::messages::Publish;
use super::reference::Reference;
use super::stored::Stored;
use crate::lesson::{File, Section};

/// No check has more experiments, which run side by side; and no experiment more readers.
const MOST_CLAIMS: usize = 16;
const MOST_READERS: u8 = 8;

/// No more lines are expected of a program: each may be compared with each.
pub const MOST_LINES: usize = 2000;

/// A contract cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("checks/{folder}/check.toml, line {line}: {problem}")]
pub struct ContractError {
    folder: String,
    line: usize,
    problem: String,
}

/// What is done for a claim, and what is expected.
#[derive(Debug)]
pub struct Experiment {
    /// Which extra program is tried; `None` for the section's own.
    pub program: Option<String>,
    pub readers: u8,
    pub publish: Publish,
    /// Where the expected lines come from; `None` where nothing that is printed is compared.
    pub lines: Option<Lines>,
    pub order: Order,
    /// How far a number may be off: relatively, and absolutely where it is below 1.
    pub tolerance: f64,
    /// The exit status with which it is to end of itself; `None` where it is to go on, as a reader of a stream does.
    pub exit: Option<i32>,
    /// What is to stand in database 1 of Redis at the end, by key.
    pub redis: BTreeMap<String, Stored>,
}

/// Where the expected lines come from.
#[derive(Debug)]
pub enum Lines {
    Given(Vec<String>),
    Computed(Reference),
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    claims: Vec<Spanned<WrittenClaim>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClaim {
    id: String,
    title: String,
    #[serde(default = "yes")]
    required: bool,
    program: Option<String>,
    #[serde(default = "one")]
    readers: u8,
    publish: WrittenPublish,
    #[serde(default)]
    expect: WrittenExpect,
    #[serde(default)]
    redis: BTreeMap<String, Stored>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPublish {
    pub messages: Option<Vec<String>>,
    pub file: Option<String>,
    pub stream: Option<String>,
    pub limit: Option<usize>,
    pub rate: Option<f64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenExpect {
    lines: Option<Vec<String>>,
    reference: Option<Vec<String>>,
    #[serde(default)]
    compare: Order,
    #[serde(default)]
    tolerance: f64,
    exit: Option<i32>,
}

fn yes() -> bool {
    true
}

fn one() -> u8 {
    1
}

/// Reads the contract of `section` from `file`.
pub fn read(
    section: &'static Section,
    file: &File,
) -> Result<(Vec<ClaimHead>, Vec<Experiment>), ContractError> {
    let wrong = |line: usize, problem: String| ContractError {
        folder: section.folder.to_owned(),
        line,
        problem,
    };
    let text =
        std::str::from_utf8(file.contents).map_err(|_| wrong(1, "is not UTF-8; save it as UTF-8".into()))?;
    let line_of = |position: usize| 1 + text.get(..position).unwrap_or_default().matches('\n').count();
    let written: Written = toml::from_str(text).map_err(|error| {
        let line = line_of(error.span().map_or(0, |span| span.start));
        wrong(line, error.message().trim_end().replace('\n', ", "))
    })?;
    if !(1..=MOST_CLAIMS).contains(&written.claims.len()) {
        return Err(wrong(
            1,
            format!(
                "a check has 1 to {MOST_CLAIMS} [[claims]], and this one {}",
                written.claims.len()
            ),
        ));
    }
    let (mut heads, mut experiments): (Vec<ClaimHead>, Vec<Experiment>) = Default::default();
    for claim in written.claims {
        let line = line_of(claim.span().start);
        let claim = claim.into_inner();
        let id = claim.id.clone();
        if heads.iter().any(|head| head.id == id) {
            return Err(wrong(
                line,
                format!("id = {id:?} stands here for the second time; give each claim its own"),
            ));
        }
        let (head, experiment) = understand(claim, section)
            .map_err(|problem| wrong(line, format!("the claim {id:?}: {problem}")))?;
        heads.push(head);
        experiments.push(experiment);
    }
    if !heads.iter().any(|head| head.required) {
        return Err(wrong(
            1,
            "no claim is required, so nobody could pass; let one be".into(),
        ));
    }
    Ok((heads, experiments))
}

/// Makes of a claim what is done for it, or says what is wrong with it.
fn understand(claim: WrittenClaim, section: &'static Section) -> Result<(ClaimHead, Experiment), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    // The record calls its first entry `check`.
    if claim.id.is_empty() || claim.id.len() > 20 || !claim.id.chars().all(plain) || claim.id == "check" {
        return Err("an id is up to 20 of a-z, 0-9 and dashes, like every-number, and not `check`".into());
    }
    if claim.title.trim().is_empty() || claim.title.contains('\n') {
        return Err("title says in one line what is claimed; write it".into());
    }
    if claim.required && claim.program.is_some() {
        return Err(
            "program names an extra program, which not everybody writes; add required = false".into(),
        );
    }
    if !(1..=MOST_READERS).contains(&claim.readers) {
        return Err(format!("readers = {} must be 1 to {MOST_READERS}", claim.readers));
    }
    let expect = claim.expect;
    if !(0.0..=1.0).contains(&expect.tolerance) {
        return Err(format!(
            "expect.tolerance = {} must be from 0 to 1, like 1e-9",
            expect.tolerance
        ));
    }
    let lines = match (expect.lines, expect.reference) {
        (Some(_), Some(_)) => {
            return Err("expect.lines and expect.reference say the same twice; take one away".into());
        }
        (Some(lines), None) => Some(Lines::Given(given(lines)?)),
        (None, Some(command)) => Some(Lines::Computed(Reference::new(command, section)?)),
        (None, None) => None,
    };
    if lines.is_none() && !claim.redis.values().any(Stored::is_something) {
        return Err(
            "nothing is expected, so a program that does nothing would pass; write expect.lines, expect.reference, or a \
             table redis.KEY that is not of the type none"
                .into(),
        );
    }
    if claim.readers > 1 && lines.is_some() && expect.compare != Order::Any {
        return Err(
            "several readers share the messages, and the order of their lines is chance; write expect.compare = \"any-order\""
                .into(),
        );
    }
    let head = ClaimHead {
        id: claim.id.leak(),
        title: claim.title.leak(),
        required: claim.required,
    };
    let experiment = Experiment {
        program: claim.program,
        readers: claim.readers,
        publish: Publish::new(claim.publish, section)?,
        lines,
        order: expect.compare,
        tolerance: expect.tolerance,
        exit: expect.exit,
        redis: claim.redis,
    };
    Ok((head, experiment))
}

/// Lines that are expected as they stand.
fn given(lines: Vec<String>) -> Result<Vec<String>, String> {
    if !(1..=MOST_LINES).contains(&lines.len()) {
        return Err(format!(
            "expect.lines must be 1 to {MOST_LINES} lines, and has {}",
            lines.len()
        ));
    }
    match lines
        .iter()
        .find(|line| line.contains('\n') || printed::object(line).is_none())
    {
        Some(line) => Err(format!(
            "expect.lines has {line:?}, which is no JSON object on one line; write it like '{{\"n\": 1}}'"
        )),
        None => Ok(lines),
    }
}
