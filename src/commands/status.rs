//! `workshop status`

use std::path::Path;

use anyhow::anyhow;
use jiff::tz::TimeZone;

use super::exit::Exit;
use super::{Outcome, say};
use crate::render::{self, Style};
use crate::services::state::{self, Presence};
use crate::services::{Client, PartStatus};
use crate::workspace::Workspace;

pub async fn status(dir: Option<&Path>) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let live = match state::presence(&workspace)? {
        Presence::Running(live) => live,
        Presence::Absent => return absent("No live workshop is running."),
        Presence::Busy => return absent("A live workshop is just coming up or going down; ask again."),
        Presence::Died(live) => {
            state::remove(&workspace)?;
            return absent(&format!(
                "The live workshop has died (it was process {}); what it left is cleaned up.",
                live.pid
            ));
        }
    };
    let status = Client::of(&live).status().await.map_err(|error| {
        anyhow!(
            "{error}; `workshop start {}` replaces it by a new one",
            live.section
        )
    })?;
    let style = Style::for_stdout();
    let since = live
        .since
        .to_zoned(TimeZone::system())
        .strftime("%H:%M")
        .to_string();
    let head = format!(
        "Section {}, live since {since}, in {}",
        status.section,
        say::shown(workspace.root())
    );
    let rows: Vec<Vec<String>> = status.parts.iter().map(row).collect();
    let table = render::table(&["part", "address", "state", "in", "out", "depth"], &rows, &style);
    say::say(&format!("{}\n\n{}\n", style.strong(&head), table.trim_end()))?;
    if let Some(page) = live.page_url() {
        say::say(&say::labelled("page", &page, &style))?;
    }
    for note in &status.notes {
        say::say(&say::labelled("note", note, &style))?;
    }
    Ok(Exit::Done)
}

fn absent(sentence: &str) -> Outcome {
    say::say(&format!("{sentence} `workshop start N` brings up section N's.\n"))?;
    Ok(Exit::Failed)
}

fn row(part: &PartStatus) -> Vec<String> {
    let count = |count: Option<u64>| count.map_or("-".into(), |count| count.to_string());
    vec![
        part.part.clone(),
        part.address.clone(),
        part.state.clone(),
        count(part.messages_in),
        count(part.messages_out),
        count(part.depth),
    ]
}
