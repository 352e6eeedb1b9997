//! What is judged: the section's program in a workspace, or a command given by itself.

use std::path::{Path, PathBuf};

use super::super::exit::Usage;
use super::super::names;
use crate::checks::{self, Check};
use crate::cli;
use crate::lesson::Section;
use crate::workspace::Workspace;

/// Whose check it is, before any file of the student's was read.
pub struct Place {
    pub section: &'static Section,
    pub check: &'static dyn Check,
    pub workspace: Option<Workspace>,
    /// The command given by itself; empty where the section's own work is judged.
    given: Vec<String>,
    /// Where programs run.
    pub directory: PathBuf,
}

/// What is judged.
pub struct Subject<'a> {
    pub place: &'a Place,
    pub command: Vec<String>,
    pub extras: Vec<(String, Vec<String>)>,
    /// What has to be run before them.
    pub build: Option<Vec<String>>,
}

impl Place {
    /// The place that `program` means.
    pub fn find(dir: Option<&Path>, program: cli::Program) -> anyhow::Result<Self> {
        let found = Workspace::find(dir);
        let own = program.command.is_empty();
        let (section, workspace) = match (program.section, own, found) {
            (Some(number), false, found) => (names::section(number)?, found.ok()),
            (number, true, found) => {
                let workspace = found?;
                (names::started(number, &workspace)?, Some(workspace))
            }
            (None, false, found) => {
                let workspace = found?;
                (names::section_or_current(None, &workspace)?, Some(workspace))
            }
        };
        let check = checks::of_section(section.number)
            .ok_or_else(|| Usage(format!("section {} has no check", section.number)))?;
        if !own && !section.has_program() {
            return Err(Usage(format!(
                "section {number} judges no program, so there is nothing to name after `--`: `workshop check {number}` \
                 looks at what you have running, and at your answers",
                number = section.number
            ))
            .into());
        }
        let directory = match &workspace {
            Some(workspace) if own => workspace.section(section),
            _ => std::env::current_dir()?,
        };
        Ok(Self {
            section,
            check,
            workspace,
            given: program.command,
            directory,
        })
    }

    /// Whether it is the section's own program, whose passing means that the section is done.
    pub fn is_own(&self) -> bool {
        self.given.is_empty()
    }

    /// The files and folders whose change may change what the check comes to.
    pub fn depends_on(&self) -> Vec<PathBuf> {
        match &self.workspace {
            Some(workspace) if self.is_own() && self.section.has_program() => {
                vec![self.directory.clone(), workspace.settings_path()]
            }
            Some(workspace) if self.is_own() => vec![workspace.answers_path(self.section)],
            _ => vec![self.directory.clone()],
        }
    }

    /// What is judged there, as the student's files say now.
    pub fn subject(&self) -> anyhow::Result<Subject<'_>> {
        let (command, extras, build) = match &self.workspace {
            Some(workspace) if self.is_own() && self.section.has_program() => {
                let programs = workspace.programs(self.section)?;
                let extras = programs
                    .extras()
                    .map(|(name, command)| (name.to_owned(), command.to_vec()))
                    .collect();
                let build = programs.build().map(<[String]>::to_vec);
                (programs.run().to_vec(), extras, build)
            }
            _ => (self.given.clone(), Vec::new(), None),
        };
        Ok(Subject {
            place: self,
            command,
            extras,
            build,
        })
    }
}
