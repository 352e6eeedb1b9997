//! What is served beside the live workshop, and sees it: a page for whoever would rather look than read.

use std::pin::Pin;

use tokio::net::TcpListener;

use super::parts::Parts;
use crate::lesson::Section;
use crate::workspace::Workspace;

/// What lives, for whoever is served beside it. Clones see the same.
#[derive(Debug, Clone)]
pub struct Live {
    /// The student's folder.
    pub workspace: Workspace,
    /// The section that it was started for.
    pub section: &'static Section,
    /// The servers, the stream and the Redis.
    pub parts: Parts,
}

/// Comes when the workshop ends.
pub type Ended = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Serves until the workshop ends.
pub type Serving = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// Serves something beside a live workshop, on a bound listener. It shares the one thread of the servers, so it must not
/// keep it for long; whether and how it ends is nothing to them.
pub type Companion = fn(TcpListener, Live, Ended) -> Serving;
