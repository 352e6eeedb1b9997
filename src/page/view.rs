//! What a view is: asked something below its path, it answers.

use std::borrow::Cow;
use std::pin::Pin;

use bytes::Bytes;
use hyper::{Method, StatusCode};
use maud::Markup;

use super::feed::Feed;
use crate::protocol::query;

/// One view of the page.
pub(super) trait View: Send + Sync {
    /// Its path, without the slash: `pipeline`.
    fn name(&self) -> &'static str;

    /// What the navigation calls it.
    fn title(&self) -> &'static str;

    /// Answers a GET (or HEAD, whose body is left out), or a POST that comes from the page itself.
    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a>;
}

/// An answer that may take a moment.
pub(super) type Answering<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// What was asked of a view.
#[derive(Debug)]
pub(super) struct Asked {
    /// GET or POST.
    pub method: Method,
    /// The path below the view's own, without the slash; empty for the view itself.
    pub rest: String,
    /// The query of the address.
    pub query: Option<String>,
    /// The token for a form on the page: the value of a hidden field `token`.
    pub token: String,
    /// The body of a POST, at most [`super::router::LONGEST_BODY`] bytes.
    pub body: Bytes,
}

impl Asked {
    /// Whether this is a POST.
    pub fn acts(&self) -> bool {
        self.method == Method::POST
    }

    /// A parameter of the address.
    pub fn parameter(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        query::parameter(self.query.as_deref(), name)
    }

    /// A field of the form that was posted.
    pub fn field(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        query::parameter(std::str::from_utf8(&self.body).ok(), name)
    }
}

/// What a view says.
#[derive(Debug)]
pub(super) enum Answer {
    /// A page, for the shell to put its navigation around.
    Page(Page),
    /// A document for the view's own script.
    Json(serde_json::Value),
    /// Events for the view's own script, for as long as it listens.
    Events(Feed),
    /// Another address to go to: after a POST, so that going back does not post again.
    SeeOther(String),
    /// A sentence about what was wrong.
    Sentence(StatusCode, String),
    /// There is nothing at this address.
    NotFound,
}

/// A page inside the shell.
#[derive(Debug)]
pub(super) struct Page {
    /// The name of the window.
    pub title: String,
    /// What stands in `<main>`, its `<h1>` first.
    pub main: Markup,
    /// Where its script gets events from.
    pub feed: &'static str,
    /// Its script, in `assets/`.
    pub module: Option<&'static str>,
    /// Its own style sheet, in `assets/`.
    pub style: Option<&'static str>,
}

impl Page {
    /// A page without a script of its own.
    pub fn new(title: impl Into<String>, main: Markup) -> Self {
        Self {
            title: title.into(),
            main,
            feed: super::router::EVENTS,
            module: None,
            style: None,
        }
    }

    /// With a script in `assets/`: `race.js`.
    pub fn with_module(mut self, module: &'static str) -> Self {
        self.module = Some(module);
        self
    }

    /// With a style sheet in `assets/`: `race.css`.
    pub fn with_style(mut self, style: &'static str) -> Self {
        self.style = Some(style);
        self
    }

    /// With events from this path: `/race/events`.
    pub fn with_feed(mut self, feed: &'static str) -> Self {
        self.feed = feed;
        self
    }
}

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}
