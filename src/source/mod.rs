//! Streams of numbers that publish, and the secret one of section 3.

mod describe;
mod distribution;
mod mixed;
mod moments;
mod numbers;
mod pace;
mod sampler;
mod secret;
mod secret_draw;

pub use distribution::{Distribution, ParameterError};
pub use mixed::mixed;
pub use numbers::{Messages, Numbers, message};
pub use pace::{Pace, RateError};
pub use sampler::Sampler;
pub use secret::{Secret, SecretError};
