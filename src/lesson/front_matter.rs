//! A `lesson.md`: TOML between two lines of `+++`, then Markdown.

use std::fmt;
use std::num::NonZeroU16;
use std::time::Duration;

use serde::Deserialize;

use super::CourseError;

/// The line before and after the front matter.
const FENCE: &str = "+++";

/// A lesson: what its front matter says, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// What the section is called.
    pub title: String,
    /// What the live workshop has to run for it.
    pub services: Vec<Service>,
    /// What the live workshop publishes for it; `None` where the student publishes by hand.
    pub stream: Option<Stream>,
    /// How long the section takes, reading and exercises together.
    pub minutes: NonZeroU16,
    /// The text, CommonMark with tables and `$…$` formulas, without the front matter.
    pub markdown: &'static str,
    /// The line of `lesson.md` on which the text begins, counted from 1.
    pub first_line: usize,
}

impl Lesson {
    /// How long the section takes, reading and exercises together.
    pub fn duration(&self) -> Duration {
        Duration::from_secs(u64::from(self.minutes.get()) * 60)
    }
}

/// A part of the live workshop that a section can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// One message in, a copy to every subscriber out.
    Pubsub,
    /// First in, first out, over HTTP.
    Simplequeue,
    /// Moves messages from the pubsub into the queue; the tutorial calls it `ps_to_http`.
    Bridge,
    /// A real Redis or Valkey.
    Redis,
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pubsub => "pubsub",
            Self::Simplequeue => "simplequeue",
            Self::Bridge => "bridge",
            Self::Redis => "redis",
        })
    }
}

/// A stream that the live workshop can publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Numbers between 0 and 1, with a few among them that a reader cannot handle.
    Numbers,
    /// Clicks on short links, and the heartbeats between them; or a capture of such.
    Clicks,
    /// Integers of several named distributions, whose counts several readers keep together.
    Integers,
    /// Numbers of a distribution that nobody knows until it is revealed.
    Secret,
}

impl Stream {
    /// How many messages a second it publishes where nobody asks for another rate.
    pub fn usual_rate(self) -> f64 {
        match self {
            Self::Clicks | Self::Integers => 50.0,
            // Slow enough to follow by eye.
            Self::Numbers => 20.0,
            Self::Secret => 200.0,
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Numbers => "numbers",
            Self::Clicks => "clicks",
            Self::Integers => "integers",
            Self::Secret => "secret",
        })
    }
}

/// The front matter as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    services: Vec<Service>,
    stream: Option<Stream>,
    minutes: NonZeroU16,
}

/// Reads the `lesson.md` of the section in `folder`.
pub(super) fn parse(folder: &str, text: &'static str) -> Result<Lesson, CourseError> {
    let (matter, markdown) = split(text).ok_or_else(|| CourseError::NoFrontMatter {
        folder: folder.to_owned(),
    })?;
    let broken = |line, message: &str| CourseError::FrontMatter {
        folder: folder.to_owned(),
        line,
        message: message.trim_end().replace('\n', ", "),
    };
    let parsed: FrontMatter = toml::from_str(matter).map_err(|error| {
        // The first line of the file is the fence, so the front matter begins on line 2.
        let before = error
            .span()
            .map_or("", |span| matter.get(..span.start).unwrap_or_default());
        broken(2 + before.matches('\n').count(), error.message())
    })?;
    if parsed.title.trim().is_empty() {
        return Err(broken(2, "the title is empty; say what the section is called"));
    }
    Ok(Lesson {
        title: parsed.title,
        services: parsed.services,
        stream: parsed.stream,
        minutes: parsed.minutes,
        markdown,
        first_line: 1 + text[..text.len() - markdown.len()].matches('\n').count(),
    })
}

/// The text between the fences and the text after them; `None` where there are no two fences.
fn split(text: &'static str) -> Option<(&'static str, &'static str)> {
    let (first, rest) = text.split_once('\n')?;
    if first.trim_end() != FENCE {
        return None;
    }
    let mut matter = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((&rest[..matter], &rest[matter + line.len()..]));
        }
        matter += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Lesson, Service, Stream, parse};

    fn message(text: &'static str) -> String {
        parse("07-sample", text)
            .expect_err("this front matter is broken")
            .to_string()
    }

    #[test]
    fn front_matter_and_text_come_apart() {
        let lesson = parse(
            "07-sample",
            "+++\ntitle = \"A sample\"\nservices = [\"pubsub\", \"redis\"]\nstream = \"secret\"\nminutes = 25\n+++\n# A\n\n+++\n",
        )
        .expect("this front matter is sound");
        assert_eq!(
            lesson,
            Lesson {
                title: "A sample".to_owned(),
                services: vec![Service::Pubsub, Service::Redis],
                stream: Some(Stream::Secret),
                minutes: 25.try_into().expect("25 is not 0"),
                markdown: "# A\n\n+++\n",
                first_line: 7,
            }
        );
        assert_eq!(lesson.duration().as_secs(), 1500);
    }

    #[test]
    fn lines_may_end_as_on_windows() {
        let lesson = parse(
            "07-sample",
            "+++\r\ntitle = \"A\"\r\nservices = []\r\nminutes = 5\r\n+++\r\n# A\r\n",
        );
        let lesson = lesson.expect("this front matter is sound");
        assert_eq!((lesson.stream, lesson.markdown), (None, "# A\r\n"));
    }

    #[test]
    fn a_lesson_without_fences_is_told_how_to_begin() {
        for text in [
            "",
            "# A\n",
            "+++",
            "+++\ntitle = \"A\"\n",
            " +++\ntitle = \"A\"\n+++\n",
        ] {
            assert!(
                message(text).starts_with("lessons/07-sample/lesson.md does not begin with front matter")
            );
        }
    }

    #[test]
    fn an_error_names_the_line_and_the_value() {
        let unknown_service = message("+++\ntitle = \"A\"\nservices = [\"kafka\"]\nminutes = 5\n+++\n");
        assert!(
            unknown_service.starts_with("lessons/07-sample/lesson.md, line 3: "),
            "{unknown_service}"
        );
        assert!(unknown_service.contains("`kafka`") && unknown_service.contains("`simplequeue`"));

        let unknown_key = message("+++\ntitle = \"A\"\nservices = []\nminutes = 5\nhours = 1\n+++\n");
        assert!(
            unknown_key.starts_with("lessons/07-sample/lesson.md, line 5: "),
            "{unknown_key}"
        );
        assert!(unknown_key.contains("`hours`"));

        let no_minutes = message("+++\ntitle = \"A\"\nservices = []\n+++\n");
        assert!(no_minutes.contains("`minutes`"), "{no_minutes}");

        for minutes in ["0", "-1", "70000", "\"ten\""] {
            let text = format!("+++\ntitle = \"A\"\nservices = []\nminutes = {minutes}\n+++\n").leak();
            assert!(
                message(text).starts_with("lessons/07-sample/lesson.md, line 4: "),
                "{minutes}"
            );
        }

        let no_title = message("+++\ntitle = \" \"\nservices = []\nminutes = 5\n+++\n");
        assert!(no_title.contains("the title is empty"), "{no_title}");

        let not_toml = message("+++\ntitle: A\n+++\n");
        assert!(
            not_toml.starts_with("lessons/07-sample/lesson.md, line 2: "),
            "{not_toml}"
        );
    }
}
