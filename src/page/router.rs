//! Which request is answered by what, and which is refused.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use hyper::{Method, Request, Response, StatusCode};
use maud::html;
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use super::events::{Events, PageBody};
use super::feed::Feed;
use super::shell::Shell;
use super::token::Token;
use super::view::{Answer, Asked, Page, View};
use super::{answer, assets, views};
use crate::server::{Control, Handler, JSON, read_body, sentence, typed};
use crate::services::Live;

/// The longest body of a POST, in bytes: a message that a view passes on may be a megabyte, and escaping triples it.
pub(super) const LONGEST_BODY: usize = 4 << 20;

/// As many browsers' windows may listen at once.
const MOST_LISTENERS: usize = 64;

/// The feed of a page that has none of its own.
pub(super) const EVENTS: &str = "/events";

const TOKEN: HeaderName = HeaderName::from_static("x-workshop-token");

/// Answers the requests of one live workshop's page.
pub(super) struct Router {
    views: Vec<Box<dyn View>>,
    token: Token,
    instance: String,
    section: u8,
    alive: Feed,
    listeners: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

impl Router {
    pub fn new(live: Live) -> anyhow::Result<Self> {
        let section = live.section.number;
        Ok(Self {
            views: views::all(&live),
            token: Token::new()?,
            // Not a secret: it only differs from one workshop to the next.
            instance: format!("{:016x}", rand::random::<u64>()),
            section,
            alive: Feed::every(Duration::from_secs(1), move || async move {
                json!({"section": section})
            }),
            listeners: Arc::new(Semaphore::new(MOST_LISTENERS)),
            closing: watch::Sender::new(false),
        })
    }

    async fn reply(&self, request: Request<Incoming>, control: &Control) -> Response<PageBody> {
        let head = request.method() == Method::HEAD;
        let method = match *request.method() {
            Method::GET | Method::HEAD => Method::GET,
            Method::POST => Method::POST,
            _ => {
                return sentence(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "this page answers GET, HEAD and POST",
                );
            }
        };
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let (first, rest) = path.split_once('/').unwrap_or((&path, ""));
        if method == Method::GET {
            match (first, rest) {
                ("", _) => return answer::see_other(&format!("/{}", self.views[0].name())),
                ("assets", name) => {
                    return match assets::asset(name) {
                        Some((kind, contents)) => typed(StatusCode::OK, kind, Bytes::from(contents)),
                        None => self.not_found(&path),
                    };
                }
                ("events", "") => return self.events(&self.alive, head),
                _ => {}
            }
        }
        let Some(view) = self.views.iter().find(|view| view.name() == first) else {
            return self.not_found(&path);
        };
        let from_here = is_from_here(&request);
        let token = request.headers().get(TOKEN).cloned();
        let mut asked = Asked {
            method,
            rest: rest.to_owned(),
            query: request.uri().query().map(str::to_owned),
            token: self.token.text().to_owned(),
            body: Bytes::new(),
        };
        if asked.acts() {
            if !from_here {
                return refused("only this page itself may ask for that");
            }
            asked.body = match read_body(request.into_body(), LONGEST_BODY, control).await {
                Ok(body) => body.to_owned_bytes(),
                Err(error) => return error.reply(),
            };
            if !self.has_token(&asked, token.as_ref()) {
                return refused("the token of this page is missing or old; load the page again");
            }
        }
        match view.answer(&asked).await {
            Answer::Page(page) => answer::html(StatusCode::OK, self.shell(Some(view.name())).around(page)),
            Answer::Json(document) => typed(StatusCode::OK, JSON, Bytes::from(document.to_string())),
            Answer::Events(feed) => self.events(&feed, head),
            Answer::SeeOther(address) => answer::see_other(&address),
            Answer::Sentence(status, text) => sentence(status, text),
            Answer::NotFound => self.not_found(&path),
        }
    }

    /// The token stands in a header where a script asks, in a field where a form does.
    fn has_token(&self, asked: &Asked, header: Option<&HeaderValue>) -> bool {
        match header {
            Some(token) => self.token.is(token.as_bytes()),
            None => asked.field("token").is_some_and(|token| self.token.is(&token)),
        }
    }

    fn shell<'a>(&'a self, current: Option<&'a str>) -> Shell<'a> {
        Shell {
            views: &self.views,
            current,
            token: self.token.text(),
            instance: &self.instance,
            section: self.section,
        }
    }

    fn events(&self, feed: &Feed, head: bool) -> Response<PageBody> {
        const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");
        if head {
            return typed(StatusCode::OK, EVENT_STREAM, Bytes::new());
        }
        let Ok(place) = Arc::clone(&self.listeners).try_acquire_owned() else {
            return sentence(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("{MOST_LISTENERS} windows are open already; close some"),
            );
        };
        let greeting = format!(
            "retry: 1000\nevent: workshop\ndata: {}\n\n",
            json!({"instance": self.instance})
        );
        let events = Events::new(Bytes::from(greeting), feed, self.closing.subscribe(), place);
        let mut reply = Response::new(PageBody::Events(events));
        reply.headers_mut().insert(CONTENT_TYPE, EVENT_STREAM);
        reply
    }

    fn not_found(&self, path: &str) -> Response<PageBody> {
        let page = Page::new(
            "Not found",
            html! {
                h1 { "There is nothing here" }
                p { "This workshop has no " code { "/" (crate::render::untrusted(path, 200)) } "." }
            },
        );
        answer::html(StatusCode::NOT_FOUND, self.shell(None).around(page))
    }
}

/// Whether a page of ours asks: browsers say so with every POST.
fn is_from_here<B>(request: &Request<B>) -> bool {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header(ORIGIN), header(HOST)) {
        (Some(origin), Some(host)) => origin == format!("http://{host}"),
        _ => false,
    }
}

fn refused(why: &str) -> Response<PageBody> {
    sentence(StatusCode::FORBIDDEN, why)
}

impl Handler for Router {
    type Body = PageBody;

    async fn answer(&self, request: Request<Incoming>, control: &Arc<Control>) -> Response<PageBody> {
        self.reply(request, control).await
    }

    fn finish(&self, headers: &mut HeaderMap) {
        answer::guard(headers);
    }

    fn drain(&self) {
        self.closing.send_replace(true);
    }

    fn warn(&self, sentence: &str) {
        // The log of the background process.
        eprintln!("the page: {sentence}");
    }
}
