//! `workshop start N`

use std::path::Path;

use anyhow::Context as _;

use super::exit::{Exit, Usage};
use super::{Outcome, build, language, names, own_bridge, prepare, replay, run, say};
use crate::cli;
use crate::lesson::{Language, SETTINGS_PART, Section, Service, Stream};
use crate::program;
use crate::render::{self, Style};
use crate::services::state::{self, LiveState, Presence};
use crate::services::{Client, LiveOptions, launch};
use crate::source::{Pace, Secret};
use crate::workspace::{Added, Workspace};

pub async fn start(dir: Option<&Path>, arguments: &cli::Start) -> Outcome {
    let section = names::section(arguments.section)?;
    let rate = rate(section, arguments)?;
    let asked = match &arguments.language {
        Some(name) => Some(language::asked(section, name)?),
        None => None,
    };
    let workspace = match Workspace::find(dir) {
        Ok(workspace) => workspace,
        Err(_) => Workspace::create(&Workspace::place(dir)?)?,
    };
    workspace.tidy()?;
    let _one_at_a_time = workspace.lock()?;
    let (language, note) = match asked {
        Some(language) => (Some(language), None),
        None => language::usual(section, &workspace.progress()?),
    };
    let added = workspace.add_section(section, language.map_or("", |language| language.name.as_str()))?;
    if let Some(course) = section.course() {
        // Before the background process, which has to find the section too.
        workspace.update_progress(|progress| progress.course = Some(course.to_owned()))?;
    }
    names::tools(&workspace)?;
    let secret = secret(&workspace, section)?;
    // Before a Redis and packages are seen to, which may take a while.
    let replay = match &arguments.replay {
        Some(file) => Some(replay::capture(&workspace, file)?),
        None => None,
    };
    // Before anything that runs is touched: where there is none, it goes on as it is.
    let (redis, redis_note) = prepare::redis(section, arguments.redis_url.as_deref()).await?;
    let packages_note = prepare::packages(&workspace, section).await?;
    let options = LiveOptions {
        section: section.number,
        rate,
        redis,
        replay,
    };
    let mut notes: Vec<String> = note.into_iter().collect();
    notes.extend(bring_up(&workspace, section, &options).await?);
    notes.extend(redis_note.into_iter().chain(packages_note));
    if let Some(language) = language.filter(|_| section.has_program()) {
        let path = build::path_of(&run::environment(Some(&workspace), &workspace.python_client()));
        let missing = language::missing(language, &workspace.section(section), &path).await;
        // Whose packages are missing for the same reason, has been told it.
        let is_said = |missing: &String| {
            let why = missing.split_once(": ").map(|(_, why)| why);
            why.is_some_and(|why| notes.iter().any(|note| note.contains(why)))
        };
        let missing: Vec<String> = missing.into_iter().filter(|missing| !is_said(missing)).collect();
        notes.extend(missing);
    }
    let noted = workspace.update_progress(|progress| {
        progress.current_section = Some(section.number);
        if let Some(language) = asked {
            progress.language = Some(language.name.clone());
        }
        let progress = progress.section(section.number);
        progress.note_started();
        progress.language = language.map(|language| language.name.clone());
    });
    noted.with_context(|| format!("section {} is live, but that cannot be noted", section.number))?;

    let style = Style::for_stdout();
    say::say(&render::lesson(section.lesson.markdown, &style))?;
    let Presence::Running(live) = state::presence(&workspace)? else {
        anyhow::bail!(
            "the live workshop went away again; its log is {}",
            state::log_path(&workspace).display()
        );
    };
    say::say(&end_of_screen(
        &workspace,
        section,
        language,
        &added,
        &notes,
        secret.as_ref(),
        &live,
    ))?;
    Ok(Exit::Done)
}

/// How many messages a second the section's stream publishes; 0 for none, and for a capture at its own pace.
fn rate(section: &Section, arguments: &cli::Start) -> Result<f64, Usage> {
    let number = section.number;
    if arguments.replay.is_some() && section.lesson.stream != Some(Stream::Clicks) {
        return Err(Usage(format!(
            "section {number} has no clicks in whose place --replay could put a capture; `workshop publish FILE` \
             publishes one by hand"
        )));
    }
    let Some(stream) = section.lesson.stream else {
        return match arguments.rate {
            None => Ok(0.0),
            Some(_) => Err(Usage(format!(
                "section {number} has no stream whose --rate could be set; there you publish yourself"
            ))),
        };
    };
    let rate = match (arguments.rate, &arguments.replay) {
        (None, Some(_)) => return Ok(0.0),
        (asked, _) => asked.unwrap_or(stream.usual_rate()),
    };
    Pace::check(rate).map_err(|error| Usage(error.to_string()))?;
    Ok(rate)
}

/// The secret of the section's stream, drawn if it is not there yet; `None` where the section has none.
fn secret(workspace: &Workspace, section: &Section) -> anyhow::Result<Option<Secret>> {
    if section.lesson.stream != Some(Stream::Secret) {
        return Ok(None);
    }
    Ok(Some(Secret::load_or_draw(&workspace.secret_path())?))
}

/// Sees to it that a live workshop of this kind runs. Returns what the student should know.
async fn bring_up(
    workspace: &Workspace,
    section: &Section,
    options: &LiveOptions,
) -> anyhow::Result<Vec<String>> {
    let mut notes = Vec::new();
    // The live workshop whose pubsub somebody else is subscribed to.
    let mut left = None;
    match state::presence(workspace)? {
        Presence::Running(live) if serves(&live, options) => match Client::of(&live).status().await {
            Ok(status) if status.broken => {
                notes.push("a part of the last one was gone; this is a new one".into())
            }
            Ok(_) => return Ok(vec!["the live workshop was running already, and goes on".into()]),
            Err(error) => notes.push(format!("{error}; this is a new one")),
        },
        Presence::Running(live) if Client::of(&live).subscribers().await > 0 => left = Some(live),
        Presence::Died(live) => {
            notes.push(format!(
                "the last live workshop (process {}) had died; this is a new one",
                live.pid
            ));
        }
        _ => {}
    }
    launch::stop(workspace).await?;
    notes.extend(launch::start(workspace, options).await?);
    if let (Some(old), Presence::Running(new)) = (left, state::presence(workspace)?) {
        notes.push(own_bridge::goes_on(&old, &new, section));
    }
    Ok(notes)
}

fn serves(live: &LiveState, options: &LiveOptions) -> bool {
    let same_redis = match (&live.redis, &options.redis) {
        (Some(place), Some(choice)) => place.is(choice),
        (None, None) => true,
        _ => false,
    };
    live.section == options.section
        && live.rate == options.rate
        && same_redis
        && live.replay == options.replay
        && live.version == env!("CARGO_PKG_VERSION")
}

fn end_of_screen(
    workspace: &Workspace,
    section: &Section,
    language: Option<&Language>,
    added: &Added,
    notes: &[String],
    secret: Option<&Secret>,
    live: &LiveState,
) -> String {
    let style = &Style::for_stdout();
    let number = section.number;
    let mut text = format!("\n{}\n", style.strong(&format!("Section {number} is live")));
    let mut row = |label: &str, what: &str| text.push_str(&say::labelled(label, what, style));
    row("pubsub", &format!("http://{}", live.pubsub));
    row("simplequeue", &format!("http://{}", live.simplequeue));
    if let Some(redis) = &live.redis {
        row("redis", &redis.shown());
    }
    if let Some(page) = live.page_url() {
        row("page", &page);
    }
    row("workspace", &say::shown(workspace.root()));
    for (index, path) in added.iter().enumerate() {
        row(if index == 0 { "added" } else { "" }, &path.display().to_string());
    }
    if let Some(secret) = secret {
        row("commitment", &secret.commitment());
        row(
            "",
            "SHA-256 of the secret, so that it cannot change behind your back",
        );
    }
    for note in notes {
        row("note", note);
    }
    if !section.has_program() {
        let path = std::env::var("PATH").unwrap_or_default();
        if let Err(missing) = program::find("curl", workspace.root(), &path) {
            row("note", &missing.to_string());
        }
    }
    if let Some(other) = language.and_then(|language| other_program(workspace, section, language)) {
        text.push_str(&other);
    }
    text.push('\n');
    let name = match names::folder_missing_from_path() {
        Some(folder) => match say::shown(&folder.join("workshop")) {
            // A shell looks for a bare name on its PATH alone.
            bare if !bare.contains('/') => format!("./{bare}"),
            path => say::word(&path),
        },
        None => "workshop".into(),
    };
    // A workspace that was named is not found by itself; `env` passes the name on to the commands after it.
    let found = Workspace::find(None).is_ok_and(|found| found.root() == workspace.root());
    let named = if found {
        String::new()
    } else {
        format!(" --dir {}", say::word(&say::shown(workspace.root())))
    };
    let file = |name: &str| say::word(&say::shown(&workspace.section(section).join(name)));
    let mut lines = vec![
        (
            format!("eval \"$({name}{named} env)\""),
            "first, so that `workshop` is known here",
        ),
        (
            format!("workshop lesson {number}"),
            "the lesson again, page by page",
        ),
    ];
    if live.page.is_some() {
        lines.push(("workshop open".into(), "the same in a browser, and what goes on"));
    }
    if let Some(language) = language.filter(|_| section.has_program()) {
        lines.extend([
            (
                format!("$EDITOR {}", file(&language.file("reader"))),
                "your program",
            ),
            ("workshop run".into(), "runs it on the live stream"),
        ]);
    } else {
        lines.push((format!("$EDITOR {}", file("answers.toml")), "your predictions"));
    }
    lines.extend([
        ("workshop check".into(), "is it right?"),
        ("workshop stop".into(), "when you are done for today"),
    ]);
    if !section.lesson.services.contains(&Service::Bridge) {
        text.push_str(&own_bridge::line(live, style));
    }
    text.push_str(&say::commands("What next", &lines, style));
    text
}

/// What to tell where `workshop.toml`, which is the student's, goes on to run a program in another language: what to
/// write there, as it stands.
fn other_program(workspace: &Workspace, section: &Section, language: &Language) -> Option<String> {
    let programs = workspace.programs(section).ok()?;
    let part = section
        .starter(&language.name)
        .find(|file| file.path == SETTINGS_PART)?;
    if programs.run() == language.run("reader") {
        return None;
    }
    let mut text = format!(
        "\nworkshop.toml goes on to run `{}` in this section. For {}, let its table be\n\n",
        programs.run().join(" "),
        language.title
    );
    for line in String::from_utf8_lossy(part.contents).lines() {
        text.push_str(&format!("    {line}\n"));
    }
    Some(text)
}
