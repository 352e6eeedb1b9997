//! The views there are.

use super::lesson::Lesson;
use super::pipeline::Pipeline;
use super::view::View;
use crate::services::Live;

/// Every view, in the order of the navigation. The first is what the bare address leads to.
pub(super) fn all(live: &Live) -> Vec<Box<dyn View>> {
    vec![Box::new(Lesson::new(live)), Box::new(Pipeline::new(live))]
}
