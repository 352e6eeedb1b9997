//! What surrounds every view: the head of the document, the navigation, the place where the connection is spoken of.

use maud::{DOCTYPE, Markup, html};

use super::view::{Page, View};

/// What the shell says on every page.
pub(super) struct Shell<'a> {
    pub views: &'a [Box<dyn View>],
    /// The view that is shown; `None` for a page that belongs to none.
    pub current: Option<&'a str>,
    /// What the page must say to act.
    pub token: &'a str,
    /// Tells this workshop from the next one at the same address.
    pub instance: &'a str,
    /// The section that is live.
    pub section: u8,
}

impl Shell<'_> {
    /// The whole document.
    pub fn around(&self, page: Page) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="token" content=(self.token);
                    meta name="instance" content=(self.instance);
                    meta name="feed" content=(page.feed);
                    title { (page.title) " · workshop" }
                    link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                    link rel="stylesheet" href="/assets/page.css";
                    @if let Some(style) = page.style {
                        link rel="stylesheet" href={ "/assets/" (style) };
                    }
                    script type="module" src="/assets/shell.js" {}
                    @if let Some(module) = page.module {
                        script type="module" src={ "/assets/" (module) } {}
                    }
                }
                body class=[self.current] {
                    a.skip href="#main" { "To the content" }
                    header.bar {
                        a.brand href="/" { "workshop" }
                        nav aria-label="Views" {
                            ul {
                                @for view in self.views {
                                    li {
                                        @let current = self.current == Some(view.name());
                                        a href={ "/" (view.name()) } aria-current=[current.then_some("page")] {
                                            (view.title())
                                        }
                                    }
                                }
                            }
                        }
                        span.live { "section " (self.section) " is live" }
                    }
                    p #connection role="status" {}
                    main #main tabindex="-1" { (page.main) }
                }
            }
        }
    }
}
