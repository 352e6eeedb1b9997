//! Streams of numbers that publish, the secret one of section 3 among them.

mod describe;
mod distribution;
mod integers;
mod mixed;
mod moments;
mod numbers;
mod pace;
mod sampler;
mod secret;
mod secret_draw;

pub use distribution::{Distribution, ParameterError};
pub use integers::{Integers, integer_message};
pub use mixed::mixed;
pub use numbers::{Messages, Numbers, message};
pub use pace::{Pace, RateError};
pub use sampler::Sampler;
pub use secret::{Secret, SecretError};
