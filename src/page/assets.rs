//! The style sheets and scripts of the page.

use hyper::header::HeaderValue;
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "src/page/assets/"]
#[include = "*.css"]
#[include = "*.js"]
#[include = "*.svg"]
struct Assets;

/// The asset called `name`, and its type; `None` where there is none of this name.
pub(super) fn asset(name: &str) -> Option<(HeaderValue, Vec<u8>)> {
    let (_, extension) = name.rsplit_once('.')?;
    let kind = match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    };
    Some((
        HeaderValue::from_static(kind),
        Assets::get(name)?.data.into_owned(),
    ))
}
