//! Convergence: the estimates of the program that runs, and the band in which they should be.

use std::time::Duration;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::feed::Feed;
use super::view::{Answer, Answering, Asked, Page, View};
use crate::services::Live;
use crate::source::Secret;
use crate::workspace::Workspace;

/// How often it is looked whether the program has printed more.
const PERIOD: Duration = Duration::from_millis(500);

/// The section whose stream has a mean and a variance to be found.
const SECTION: u8 = 3;

/// The view `/convergence`.
pub(super) struct Convergence {
    feed: Feed,
}

impl Convergence {
    pub fn new(live: &Live) -> Self {
        let workspace = live.workspace.clone();
        Self {
            feed: Feed::every(PERIOD, move || {
                let workspace = workspace.clone();
                async move {
                    let read = tokio::task::spawn_blocking(move || now(&workspace));
                    read.await.unwrap_or(Value::Null)
                }
            }),
        }
    }
}

/// The estimates so far; and the truth, but only once it is no secret any more.
fn now(workspace: &Workspace) -> Value {
    let estimates = workspace.estimates().unwrap_or_default();
    let points: Vec<Value> = estimates
        .iter()
        .map(|estimate| json!([estimate.n, estimate.mean, estimate.variance]))
        .collect();
    json!({"points": points, "truth": truth(workspace)})
}

fn truth(workspace: &Workspace) -> Option<Value> {
    let mut progress = workspace.progress().ok()?;
    let section = progress.section(SECTION);
    if section.revealed.is_none() && section.passed.is_none() {
        return None;
    }
    let secret = Secret::load(&workspace.secret_path()).ok()?;
    let distribution = secret.distribution();
    Some(json!({
        "mean": distribution.mean(),
        "variance": distribution.variance(),
        "fourth": distribution.fourth_central_moment(),
    }))
}

fn page() -> Markup {
    html! {
        h1 { "Convergence" }
        p {
            "What your program says of the secret stream under " code { "workshop run" } ", against the number of numbers "
            "that it has read. The axis is logarithmic: an estimate needs four times as many numbers to be twice as good."
        }
        p #waiting .quiet hidden { "Asking for the estimates…" }
        div #nothing .card hidden {
            p { strong { "No estimates yet." } " They appear here while your program prints them:" }
            pre { code { "workshop start 3\nworkshop run" } }
            p {
                "Each line is to be an object such as " code { "{\"n\": 100, \"mean\": 1.25, \"variance\": 0.5}" }
                ". What is sent into a file (" code { "> FILE" } ") is not seen here."
            }
        }
        div #something hidden {
            div.charts {
                (chart("mean", "Mean"))
                (chart("variance", "Variance"))
            }
            p #spoken .unseen role="status" {}
            ul.key {
                li { "your estimate" }
                li #before .is-band {
                    "two standard errors around your latest estimate: a right method seldom leaves it (for the variance, "
                    "as if the numbers were normal)"
                }
                li #after .is-band.is-truth hidden { "two standard errors around the truth" }
                li.is-rule { "the middle of the band" }
            }
            details {
                summary { "The same in numbers, " span #n .number { "0" } " read" }
                div.scrolled {
                    table {
                        thead { tr { th scope="col" { "n" } th scope="col" { "mean" } th scope="col" { "variance" } } }
                        tbody #values {}
                    }
                }
            }
        }
        p { a href="/convergence/lab" { "The lab: where a sum of squares collapses" } }
    }
}

fn chart(id: &str, title: &str) -> Markup {
    html! {
        figure.chart.card {
            figcaption {
                h2 { (title) }
                span.number id={ (id) "-now" } {}
                span.quiet.number id={ (id) "-error" } {}
            }
            svg id=(id) role="img" aria-labelledby={ (id) "-title" } {
                title id={ (id) "-title" } { "The " (id) " against n; the same numbers are in the table below" }
            }
        }
    }
}

fn lab() -> Markup {
    const OFFSETS: [(&str, &str); 4] = [
        ("0", "0"),
        ("1000", "a thousand"),
        ("1000000", "a million"),
        ("1000000000", "a thousand million"),
    ];
    html! {
        h1 { "Far from zero" }
        p {
            "Normal numbers with a standard deviation of 1, so that the true variance is 1, around a mean that you choose. "
            "Both methods read the same numbers, here, in your browser."
        }
        div #controls hidden {
            fieldset.offsets {
                legend { "The mean" }
                @for (value, name) in OFFSETS {
                    label {
                        input type="radio" name="offset" value=(value) checked[value == "1000000000"];
                        (name)
                    }
                }
            }
            p { button #play type="button" { "Start" } }
        }
        figure.chart.tall.card {
            figcaption { h2 { "Variance" } }
            svg #variances role="img" aria-labelledby="variances-title" {
                title #variances-title { "Two estimates of the variance against n; what they say now stands below" }
            }
        }
        ul.key {
            li { "Welford: M2 += (x − old mean)(x − new mean)" }
            li.is-naive { "a sum of squares: (Σx² − (Σx)²/n) / (n − 1)" }
            li.is-rule { "the truth, 1" }
        }
        dl.figures {
            div.card { dt { "n" } dd #lab-n {} }
            div.card { dt { "Welford" } dd #lab-welford .is-welford {} }
            div.card { dt { "sum of squares" } dd #lab-naive .is-naive {} }
            div.card { dt { "Σx²" } dd #lab-squares {} }
            div.card { dt { "from Σx² to the next number that fits into 64 bits" } dd #lab-gap {} }
        }
        p #lab-spoken .unseen role="status" {}
        p {
            "Σx² and (Σx)²/n are two huge numbers that differ by about n. Once the steps between the numbers that fit into "
            "64 bits are larger than that, what is left of the difference is rounding: it may be zero, thousands, or negative. "
            "Welford adds up squares of small distances and never makes the huge numbers. "
            "(The height is logarithmic beyond 1 and −1.)"
        }
        p { a href="/convergence" { "Back to your own estimates" } }
    }
}

impl View for Convergence {
    fn name(&self) -> &'static str {
        "convergence"
    }

    fn title(&self) -> &'static str {
        "Convergence"
    }

    fn answer<'a>(&'a self, asked: &'a Asked) -> Answering<'a> {
        Box::pin(async move {
            match (asked.acts(), asked.rest.as_str()) {
                (false, "") => Page::new(self.title(), page())
                    .with_module("convergence.js")
                    .with_style("convergence.css")
                    .with_feed("/convergence/events")
                    .into(),
                (false, "lab") => Page::new("Far from zero", lab())
                    .with_module("convergence-lab.js")
                    .with_style("convergence.css")
                    .into(),
                (false, "events") => Answer::Events(self.feed.clone()),
                _ => Answer::NotFound,
            }
        })
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on should stop where it stands"
)]
mod tests {
    use super::*;
    use crate::workspace::EstimateLog;
    use jiff::Timestamp;

    #[test]
    fn the_truth_is_told_only_once_it_is_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".workshop")).unwrap();
        let workspace = Workspace::find(Some(folder.path())).unwrap();
        assert_eq!(now(&workspace), json!({"points": [], "truth": null}));
        let secret = Secret::load_or_draw(&workspace.secret_path()).unwrap();
        EstimateLog::begin(&workspace.estimates_path())
            .unwrap()
            .take(b"{\"n\": 1, \"mean\": 2, \"variance\": null}\n{\"n\": 2, \"mean\": 3, \"variance\": 2}\n");
        let hidden = now(&workspace);
        assert_eq!(
            hidden,
            json!({"points": [[1, 2.0, null], [2, 3.0, 2.0]], "truth": null})
        );
        let open: [fn(&mut crate::workspace::SectionProgress); 2] = [
            |section| section.revealed = Some(Timestamp::now()),
            |section| section.passed = Some(Timestamp::now()),
        ];
        for open in open {
            workspace
                .update_progress(|progress| {
                    *progress = crate::workspace::Progress::default();
                    open(progress.section(SECTION));
                })
                .unwrap();
            let told = now(&workspace)["truth"]["mean"].as_f64();
            assert_eq!(told, Some(secret.distribution().mean()));
        }
    }
}
