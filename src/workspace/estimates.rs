//! What the student's program has estimated on the live stream, for whoever wants to see it converge:
//! `.workshop/estimates.jsonl`.
//!
//! A run of hours prints millions of lines, and a picture with a logarithmic axis shows a few hundred of them. So a line
//! is kept where its n is 2 % past that of the one kept before.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Workspace;
use super::atomic::unfinished;

/// How much n grows from one line that is kept to the next: 116 of them for each power of ten.
const GROWTH: f64 = 1.02;

/// As many lines are kept of a run. Counted in this way, n would be past 10^15; a program that counts in another way
/// is not recorded to its end.
const MOST_LINES: usize = 4000;

/// No line that tells an estimate is longer, in bytes.
const LONGEST_LINE: usize = 4096;

/// No file that was written here is longer, in bytes.
const LONGEST_FILE: u64 = 1 << 20;

/// A line that a program has printed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// How many numbers it is made from.
    pub n: u64,
    /// The mean, in the unit of the numbers.
    pub mean: f64,
    /// The variance, in that unit squared; a single number has none.
    pub variance: Option<f64>,
}

impl Estimate {
    /// The estimate that `line` tells; `None` where it tells something else.
    pub fn in_line(line: &[u8]) -> Option<Self> {
        // A list of the three would do for serde.
        let is_object = line.trim_ascii_start().starts_with(b"{");
        let estimate: Self = is_object.then(|| serde_json::from_slice(line).ok())??;
        (estimate.n > 0).then_some(estimate)
    }
}

/// Listens to what a program prints, and keeps some of its estimates.
#[derive(Debug)]
pub struct EstimateLog {
    /// `None` once it cannot be written any more.
    file: Option<File>,
    line: Vec<u8>,
    last: Option<u64>,
    lines: usize,
}

impl EstimateLog {
    /// Begins anew at `path`, in a file that its owner alone can read. A run that still writes there goes on writing into
    /// a file that nobody finds any more.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let folder = path
            .parent()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a path without a folder"))?;
        let file = tempfile::Builder::new()
            .prefix(&unfinished())
            .tempfile_in(folder)?
            .persist(path)?;
        Ok(Self {
            file: Some(file),
            line: Vec::new(),
            last: None,
            lines: 0,
        })
    }

    /// Takes what the program printed next, wherever its lines begin and end.
    pub fn take(&mut self, mut printed: &[u8]) {
        while let Some(end) = memchr::memchr(b'\n', printed) {
            self.extend(&printed[..end]);
            if self.line.len() <= LONGEST_LINE
                && let Some(estimate) = Estimate::in_line(&self.line)
            {
                self.keep(estimate);
            }
            self.line.clear();
            printed = &printed[end + 1..];
        }
        self.extend(printed);
    }

    /// One byte more than the longest line tells that it is too long.
    fn extend(&mut self, part: &[u8]) {
        let room = (LONGEST_LINE + 1).saturating_sub(self.line.len());
        self.line.extend_from_slice(&part[..part.len().min(room)]);
    }

    fn keep(&mut self, estimate: Estimate) {
        // A program that begins to count again is at a smaller n.
        let is_due = self
            .last
            .is_none_or(|last| estimate.n < last || estimate.n as f64 >= last as f64 * GROWTH);
        if !is_due || self.lines >= MOST_LINES {
            return;
        }
        let Some(file) = &mut self.file else { return };
        let line = serde_json::to_string(&estimate).unwrap_or_default() + "\n";
        // A full disk is no reason to disturb the program.
        if file.write_all(line.as_bytes()).is_err() {
            self.file = None;
        }
        self.last = Some(estimate.n);
        self.lines += 1;
    }
}

impl Workspace {
    /// The file of the estimates of the last run.
    pub fn estimates_path(&self) -> PathBuf {
        self.state().join("estimates.jsonl")
    }

    /// The estimates that were kept of the last run, in the order in which they were printed; none where nothing was run.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn estimates(&self) -> io::Result<Vec<Estimate>> {
        let mut text = Vec::new();
        match File::open(self.estimates_path()) {
            Ok(file) => file.take(LONGEST_FILE).read_to_end(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        Ok(text
            .split(|byte| *byte == b'\n')
            .filter_map(Estimate::in_line)
            .take(MOST_LINES)
            .collect())
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;

    fn kept(printed: &[&[u8]]) -> Vec<(u64, f64, Option<f64>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("estimates.jsonl");
        let mut log = EstimateLog::begin(&path).unwrap();
        for part in printed {
            log.take(part);
        }
        let text = std::fs::read(&path).unwrap();
        text.split(|byte| *byte == b'\n')
            .filter_map(Estimate::in_line)
            .map(|estimate| (estimate.n, estimate.mean, estimate.variance))
            .collect()
    }

    #[test]
    fn estimates_are_found_among_whatever_is_printed() {
        let long = format!("{{\"n\": 5, \"mean\": 1, \"x\": \"{}\"}}\n", "y".repeat(1 << 20));
        let found = kept(&[
            b"hello\n{\"n\": 1, \"mean\": 2.5, \"variance\": null}\n",
            b"{\"n\": 2, \"me",
            b"an\": 3, \"variance\": 0.5, \"more\": [1]}\n\xff\xfe\0\n",
            b"{\"n\": 0, \"mean\": 1, \"variance\": 1}\n{\"n\": -1, \"mean\": 1, \"variance\": 1}\n",
            b"{\"n\": 3, \"mean\": \"<script>\", \"variance\": 1}\n[3, 1, 1]\n\n",
            long.as_bytes(),
            b"{\"n\": 4, \"mean\": 1e3, \"variance\": 4}\n{\"n\": 9, \"mean\": 1",
        ]);
        assert_eq!(
            found,
            [(1, 2.5, None), (2, 3.0, Some(0.5)), (4, 1000.0, Some(4.0))]
        );
    }

    fn lines(numbers: impl Iterator<Item = u64>) -> Vec<u8> {
        let line = |n| format!("{{\"n\":{n},\"mean\":0.5,\"variance\":1.0}}\n").into_bytes();
        numbers.flat_map(line).collect()
    }

    #[test]
    fn a_long_run_stays_small_and_even_on_a_logarithmic_axis() {
        let found = kept(&[&lines(1..=200_000)]);
        let numbers: Vec<u64> = found.iter().map(|estimate| estimate.0).collect();
        assert_eq!(numbers[..50], (1..=50).collect::<Vec<_>>(), "2 % of 50 is one");
        assert!(numbers.len() < 600, "{}", numbers.len());
        for pair in numbers.windows(2).skip(50) {
            let growth = pair[1] as f64 / pair[0] as f64;
            assert!((1.02..1.04).contains(&growth), "{pair:?}");
        }
        assert!(numbers.last() > Some(&195_000));
    }

    #[test]
    fn a_program_that_counts_to_two_for_ever_fills_no_disk() {
        let found = kept(&[&lines((0..100_000).map(|n| 1 + n % 2))]);
        assert_eq!(found.len(), MOST_LINES);
    }
}
