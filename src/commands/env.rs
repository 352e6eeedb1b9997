//! `workshop env`, for `eval "$(workshop env)"`

use std::path::Path;

use super::exit::Exit;
use super::{Outcome, names, run, say};
use crate::workspace::Workspace;

pub fn env(dir: Option<&Path>) -> Outcome {
    let workspace = Workspace::find(dir)?;
    let live = run::running(&workspace)?;
    let mut text = String::new();
    for (name, value) in run::addresses(&live) {
        text.push_str(&format!("export {name}={}\n", say::word(&value)));
    }
    if dir.is_some() {
        // It was named, so the commands after this one would not find it by themselves.
        let root = workspace.root().display().to_string();
        text.push_str(&format!("export WORKSHOP_DIR={}\n", say::word(&root)));
    }
    let client = workspace.python_client();
    let known = std::env::var_os("PYTHONPATH").unwrap_or_default();
    if !std::env::split_paths(&known).any(|path| path == client) {
        let client = say::word(&client.display().to_string());
        text.push_str(&format!(
            "export PYTHONPATH={client}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        ));
    }
    let known = std::env::var_os("PATH").unwrap_or_default();
    let own = names::tools(&workspace)?;
    let mut folders = Vec::new();
    folders.extend((!std::env::split_paths(&known).any(|path| path == own)).then_some(own));
    let tools = workspace.root().join(".venv").join("bin");
    folders.extend(tools.is_dir().then_some(tools));
    folders.extend(names::folder_missing_from_path());
    for folder in folders {
        text.push_str(&format!(
            "export PATH={}:\"$PATH\"\n",
            say::word(&folder.display().to_string())
        ));
    }
    say::say(&text)?;
    Ok(Exit::Done)
}
