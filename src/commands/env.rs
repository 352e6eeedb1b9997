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
        text.push_str(&format!("export {name}={}\n", quoted(&value)));
    }
    let client = workspace.python_client();
    let known = std::env::var_os("PYTHONPATH").unwrap_or_default();
    if !std::env::split_paths(&known).any(|path| path == client) {
        let client = quoted(&client.display().to_string());
        text.push_str(&format!(
            "export PYTHONPATH={client}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        ));
    }
    let mut folders = Vec::new();
    let tools = workspace.root().join(".venv").join("bin");
    folders.extend(tools.is_dir().then_some(tools));
    folders.extend(names::folder_missing_from_path());
    for folder in folders {
        text.push_str(&format!(
            "export PATH={}:\"$PATH\"\n",
            quoted(&folder.display().to_string())
        ));
    }
    say::say(&text)?;
    Ok(Exit::Done)
}

/// `text` as one word of a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in ["plain", "a b", "it's", "$HOME `id` \"x\" \\ *", "line\nbreak", ""] {
            let script = format!("printf %s {}", quoted(text));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output()
                .expect("a shell");
            assert_eq!(String::from_utf8_lossy(&output.stdout), text);
        }
    }
}
