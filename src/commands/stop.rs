//! `workshop stop`

use std::path::Path;

use super::exit::Exit;
use super::{Outcome, say};
use crate::services::launch::{self, Stopped};
use crate::workspace::Workspace;

pub async fn stop(dir: Option<&Path>) -> Outcome {
    let workspace = Workspace::find(dir)?;
    say::say(match launch::stop(&workspace).await? {
        Stopped::Stopped => "The live workshop is stopped. Your files and your progress stay as they are.\n",
        Stopped::HadDied => "The live workshop had died; what it left is cleaned up.\n",
        Stopped::NothingToStop => "No live workshop is running.\n",
    })?;
    Ok(Exit::Done)
}
