//! The companion page: what the live workshop shows to whoever opens it in a browser.
//!
//! The background process serves it, on a loopback port of its own, on the one thread of the servers: whatever takes more
//! than a millisecond goes to `spawn_blocking`, and what is computed again and again goes through a [`feed::Feed`], once
//! for all who look.
//!
//! # To add a view
//!
//! 1. A file (or folder) here with a type that implements [`view::View`]: its `name` is its path (`/race`) and the name
//!    of its assets; `answer` gets what was asked below that path and returns a page (HTML by `maud`, which escapes), JSON,
//!    a feed of events, or a redirection. A POST reaches it only with the token and from the page itself.
//! 2. A line in [`views::all`], which is the order of the navigation.
//! 3. `assets/NAME.js`, an ES module, and `assets/NAME.css`, where it needs them: a page names them by
//!    [`view::Page::with_module`] and [`view::Page::with_style`]. `assets/shell.js` brings `onData(handler)`, which is given
//!    each event of the page's feed ([`view::Page::with_feed`]) as parsed JSON and survives the end of the workshop, and
//!    `act(path, fields)`, a POST with the token. `assets/page.css` has the colours (`--accent`, `--good`, …) and the
//!    common parts. No inline script, no `style` attribute: the policy of the page forbids both.
//! 4. A test in `tests/page/` for what it answers, and `tests/browser/NAME.test.mjs` for what is seen.
//!
//! Text from elsewhere (messages, a program's output, names in Redis) is shown through `maud`'s escaping or
//! `textContent`, never as HTML. The secret is not for any view before it was revealed or solved.

mod answer;
mod assets;
mod checks;
mod convergence;
mod events;
mod feed;
mod graph;
mod graph_changes;
mod ledger;
mod lesson;
mod pipeline;
mod race;
mod records;
mod router;
mod shell;
mod token;
mod view;
mod views;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;

use crate::server::{self, Access, Limits, Terms};
use crate::services::{Ended, Live, Serving};
use router::Router;

/// A browser opens six connections for a page; a classroom is not expected here.
const MOST_CONNECTIONS: usize = 128;

/// How long requests that are under way at the end have to finish. Feeds end at once.
const DRAIN: Duration = Duration::from_secs(1);

/// Serves the page of `live` until `ended`. To be given to [`crate::services::live::run`].
pub fn companion(listener: TcpListener, live: Live, ended: Ended) -> Serving {
    Box::pin(async move {
        let router = Arc::new(Router::new(live)?);
        let terms = Terms {
            limits: Limits {
                max_connections: MOST_CONNECTIONS,
                drain_timeout: DRAIN,
                ..Limits::default()
            },
            access: Access::default(),
            log: None,
        };
        server::serve(listener, router, terms, ended)
            .await
            .context("the page can be served no more")
    })
}
