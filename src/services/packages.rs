//! The command that installs something on this system.

use std::path::Path;

use crate::program;

/// Something that a system's package manager has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Package {
    /// Python 3.
    Python,
    /// The parts of Python that make a virtual environment and fill it.
    Venv,
    /// A Redis or Valkey server.
    Redis,
    /// Node.js.
    Node,
    /// curl.
    Curl,
}

/// Package managers, in the order in which they are looked for, with what each is told and what it calls the packages.
/// Where a system has none of them, the first is as good an example as any.
const MANAGERS: [(&str, &str, [&str; 5]); 6] = [
    (
        "apt",
        "sudo apt install",
        ["python3", "python3-venv", "redis-server", "nodejs", "curl"],
    ),
    (
        "dnf",
        "sudo dnf install",
        ["python3", "python3-pip", "valkey", "nodejs", "curl"],
    ),
    (
        "pacman",
        "sudo pacman -S",
        ["python", "python-pip", "valkey", "nodejs", "curl"],
    ),
    (
        "zypper",
        "sudo zypper install",
        ["python3", "python3-pip", "valkey", "nodejs", "curl"],
    ),
    (
        "apk",
        "sudo apk add",
        ["python3", "py3-pip", "valkey", "nodejs", "curl"],
    ),
    (
        "brew",
        "brew install",
        ["python3", "python3", "valkey", "node", "curl"],
    ),
];

/// The command that installs `package` where programs are found on `path`.
pub fn install_command(package: Package, path: &str) -> String {
    let on_path = |name: &str| program::find(name, Path::new("/"), path).is_ok();
    let brew = MANAGERS.iter().find(|(name, ..)| *name == "brew");
    let found = match brew {
        // macOS has an `apt` of its own, which is about something else.
        Some(brew) if cfg!(target_os = "macos") => brew,
        _ => MANAGERS
            .iter()
            .find(|(name, ..)| on_path(name))
            .unwrap_or(&MANAGERS[0]),
    };
    format!("{} {}", found.1, found.2[package as usize])
}
