//! Streams of numbers that publish, the secret one of section 3 among them.
//! Streams that publish: numbers, the secret ones of section 3, clicks, edges, a recorded file; and the pace they keep.

mod capture;
mod clicks;
mod counts;
mod describe;
mod dice;
mod distribution;
mod edges;
mod flow;
mod integers;
mod mixed;
mod moments;
mod numbers;
mod pace;
mod recorded;
mod sampler;
mod secret;
mod secret_draw;

pub use capture::{Capture, CaptureError, LONGEST_LINE, LeftOut};
pub use clicks::{Click, ClickLine, Clicks};
pub use counts::counts;
pub use distribution::{Distribution, ParameterError};
pub use edges::edges;
pub use flow::{Flow, Pacing};
pub use integers::{Integers, integer_message};
pub use mixed::mixed;
pub use numbers::{Messages, Numbers, message};
pub use pace::{Pace, RateError};
pub use sampler::Sampler;
pub use secret::{Secret, SecretError};
