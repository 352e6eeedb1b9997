//! `workshop stop`

use std::path::Path;

use super::exit::Exit;
use super::{Outcome, say};
use crate::services::Client;
use crate::services::launch::{self, Stopped};
use crate::services::state::{self, Presence};
use crate::workspace::Workspace;

pub async fn stop(dir: Option<&Path>) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let subscribers = match state::presence(&workspace)? {
        Presence::Running(live) => Client::of(&live).subscribers().await,
        _ => 0,
    };
    say::say(match launch::stop(&workspace).await? {
        Stopped::Stopped => "The live workshop is stopped. Your files and your progress stay as they are.\n",
        Stopped::HadDied => "The live workshop had died; what it left is cleaned up.\n",
        Stopped::NothingToStop => "No live workshop is running.\n",
    })?;
    if subscribers > 0 {
        say::say(
            "What you had subscribed to its pubsub, such as a bridge, is yours and goes on;\nCtrl-C ends it where it \
             runs.\n",
        )?;
    }
    Ok(Exit::Done)
}
