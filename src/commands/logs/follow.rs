//! `workshop logs --follow`

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::time::Duration;

use tokio::time::sleep;

use super::Part;
use super::lines::Printer;
use crate::commands::Outcome;
use crate::commands::exit::Exit;
use crate::commands::interruption::Interruption;
use crate::commands::output;

/// How often it is looked whether more was written.
const TICK: Duration = Duration::from_millis(100);

/// Prints what is written to the log of `part`, until a signal ends it or nobody reads any more. Where the log begins
/// anew, since the workshop was started again, or another check began, so does what is printed.
pub fn follow(part: &Part) -> Outcome {
    let runtime = crate::commands::runtime()?;
    runtime.block_on(async {
        let mut interruption = Interruption::listen()?;
        tokio::select! {
            outcome = for_ever(part) => outcome,
            signal = interruption.number() => Ok(Exit::Interrupted(signal)),
        }
    })
}

async fn for_ever(part: &Part) -> Outcome {
    let mut printer = Printer::of(part.mark);
    let mut open: Option<Open> = None;
    loop {
        let there = std::fs::metadata(&part.path).ok();
        if let Some(log) = &mut open {
            log.read += printer.print_more(&mut log.file)?;
            let another = there.as_ref().is_none_or(|there| there.ino() != log.inode);
            if another || log.file.metadata()?.len() < log.read {
                printer.end()?;
                open = None;
            }
        }
        if open.is_none() && there.is_some() {
            open = Open::at(part)?;
            // At once: there is no need to wait for what is there already.
            continue;
        }
        output::is_read()?;
        sleep(TICK).await;
    }
}

/// The file that is being followed. Kept open, so that no other one can get its inode.
struct Open {
    file: File,
    inode: u64,
    read: u64,
}

impl Open {
    /// `None` where it has gone in the meantime.
    fn at(part: &Part) -> io::Result<Option<Self>> {
        let file = match File::open(&part.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let inode = file.metadata()?.ino();
        Ok(Some(Self { file, inode, read: 0 }))
    }
}
