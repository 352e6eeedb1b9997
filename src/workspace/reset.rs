//! A fresh start of a section: the student's folder is kept under a dated name, and the starter takes its place.
//!
//! Where a step fails, all steps before it are undone. Where this process is killed in between, a note in the state folder
//! tells the next command what was begun, and that command brings it to its end. No file of the student's is ever copied
//! or removed on the way: the folder is renamed, and renamed back.

use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{Unread, Unwritten, Workspace, settings, write_atomically};
use crate::lesson::{self, SETTINGS_PART, Section};

/// The file beside the student's work that keeps the section's table of `workshop.toml`.
const KEPT_SETTINGS: &str = "workshop.before-reset.toml";

/// What a reset came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The folder that has the student's work.
    pub copy: PathBuf,
    /// The file in it that has the section's table of `workshop.toml`, where that was not the starter's.
    pub settings: Option<PathBuf>,
}

/// A reset that was begun: what it takes to finish it.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    section: u8,
    language: String,
    /// The name of the dated folder, in the workspace.
    copy: String,
}

impl Workspace {
    /// Keeps the folder of `section` under a dated name, and puts the starter in `language` in its place, with its part of
    /// `workshop.toml`. Whoever calls holds the lock of `start`.
    ///
    /// # Errors
    /// Nothing is changed then, and the sentence says why; or a part could not be undone, and it says what is where.
    pub fn reset(&self, section: &Section, language: &str) -> anyhow::Result<Reset> {
        // A file that cannot be understood is not to be found out about half way.
        settings::parse(&self.settings_path(), &settings::text(&self.settings_path())?)?;
        let begun = Begun {
            section: section.number,
            language: language.to_owned(),
            copy: self.free_name(section),
        };
        let text = serde_json::to_vec(&begun).context("the note of a reset does not fit into JSON")?;
        let note = self.reset_note();
        write_atomically(&note, &text).map_err(Unwritten::to("write", &note))?;
        let (folder, copy) = (self.section(section), self.root.join(&begun.copy));
        let renamed = fs::rename(&folder, &copy).map_err(Unwritten::to("rename", &folder));
        match renamed
            .map_err(Into::into)
            .and_then(|()| self.bring_to_its_end(section, &begun))
        {
            Ok(reset) => {
                // From here on all is done, and nothing is undone.
                self.forget_note()?;
                Ok(reset)
            }
            Err(error) => {
                self.undo(section, &begun)?;
                Err(error.context("nothing is reset"))
            }
        }
    }

    /// Brings a reset to its end that was begun by a command which was killed, where there is one.
    pub fn finish_reset(&self) -> anyhow::Result<()> {
        let note = self.reset_note();
        let text = match fs::read(&note) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Unread::at(&note)(error).into()),
        };
        let begun: Option<Begun> = serde_json::from_slice(&text).ok();
        let section = begun.as_ref().and_then(|begun| lesson::section(begun.section));
        match (begun, section) {
            (Some(begun), Some(section)) if self.root.join(&begun.copy).is_dir() => {
                self.bring_to_its_end(section, &begun)?;
                self.forget_note()
            }
            // The folder was not renamed yet, so nothing has happened.
            _ => self.forget_note(),
        }
    }

    /// What there is to do once the student's folder has its dated name. Doing it twice does no harm.
    fn bring_to_its_end(&self, section: &Section, begun: &Begun) -> anyhow::Result<Reset> {
        let copy = self.root.join(&begun.copy);
        self.add_section(section, &begun.language)?;
        let path = self.settings_path();
        let text = settings::text(&path)?;
        let part = section
            .starter(&begun.language)
            .find(|file| file.path == SETTINGS_PART)
            .map(|file| String::from_utf8_lossy(file.contents).trim().to_owned());
        let mut kept = None;
        if let (Some(part), Some(own)) = (part, settings::table_of(&text, section.folder))
            && text[own.clone()] != part
        {
            let file = copy.join(KEPT_SETTINGS);
            write_atomically(&file, text[own.clone()].as_bytes()).map_err(Unwritten::to("write", &file))?;
            kept = Some(file);
            let fresh = format!("{}{part}{}", &text[..own.start], &text[own.end..]);
            settings::parse(&path, &fresh)?;
            super::atomic::replace(&path, fresh.as_bytes()).map_err(Unwritten::to("write", &path))?;
        }
        Ok(Reset { copy, settings: kept })
    }

    /// Puts the student's folder back to its place, with nothing changed in it.
    fn undo(&self, section: &Section, begun: &Begun) -> anyhow::Result<()> {
        let (folder, copy) = (self.section(section), self.root.join(&begun.copy));
        if copy.is_dir() {
            // What it says is in workshop.toml still. One that stays does no harm.
            let _ = fs::remove_file(copy.join(KEPT_SETTINGS));
            // Only the starter's files, of a moment ago.
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| {
                        format!(
                            "cannot put your work back from {} to {}",
                            copy.display(),
                            folder.display()
                        )
                    });
                }
                _ => {}
            }
            fs::rename(&copy, &folder).with_context(|| {
                format!(
                    "cannot put your work back from {} to {}",
                    copy.display(),
                    folder.display()
                )
            })?;
        }
        self.forget_note()
    }

    fn forget_note(&self) -> anyhow::Result<()> {
        let note = self.reset_note();
        Ok(fs::remove_file(&note).map_err(Unwritten::to("remove", &note))?)
    }

    fn reset_note(&self) -> PathBuf {
        self.state().join("reset.json")
    }

    /// A name for the copy that nothing has, even where a clock was set back.
    fn free_name(&self, section: &Section) -> String {
        let time = jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S");
        let name = format!("{}.{time}", section.folder);
        let mut free = name.clone();
        let mut count = 1;
        while self.root.join(&free).symlink_metadata().is_ok() {
            count += 1;
            free = format!("{name}-{count}");
        }
        free
    }
}
