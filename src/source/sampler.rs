//! Drawing numbers from a distribution.

use rand::distr::Open01;
use rand::{Rng, RngExt};
use rand_distr::{Exp1, StandardNormal};

use super::{Distribution, ParameterError};

/// A distribution made ready to draw from. All that it draws is finite.
#[derive(Debug, Clone)]
pub struct Sampler {
    standard: Standard,
    shift: f64,
    factor: f64,
}

/// A family at location 0 and scale 1.
#[derive(Debug, Clone)]
enum Standard {
    Normal,
    Uniform,
    Exponential,
    Gamma(rand_distr::Gamma<f64>),
    LogNormal(f64),
    Laplace,
    Logistic,
    StudentT(rand_distr::StudentT<f64>),
    Gumbel,
    /// The mode, between 0 and 1.
    Triangular(f64),
}

impl Distribution {
    /// Makes ready to draw from it.
    ///
    /// # Errors
    ///
    /// Where the parameters fail [`check`](Self::check).
    pub fn sampler(&self) -> Result<Sampler, ParameterError> {
        self.check()?;
        let (standard, shift, factor) = match *self {
            Distribution::Normal {
                mean,
                standard_deviation,
            } => (Standard::Normal, mean, standard_deviation),
            Distribution::Uniform { low, high } => (Standard::Uniform, low, high - low),
            Distribution::Exponential { location, scale } => (Standard::Exponential, location, scale),
            Distribution::Gamma {
                location,
                scale,
                shape,
            } => {
                let gamma = rand_distr::Gamma::new(shape, 1.0).expect("a checked shape is above 0");
                (Standard::Gamma(gamma), location, scale)
            }
            Distribution::LogNormal {
                location,
                scale,
                sigma,
            } => (Standard::LogNormal(sigma), location, scale),
            Distribution::Laplace { location, scale } => (Standard::Laplace, location, scale),
            Distribution::Logistic { location, scale } => (Standard::Logistic, location, scale),
            Distribution::StudentT {
                location,
                scale,
                degrees_of_freedom,
            } => {
                let t = rand_distr::StudentT::new(degrees_of_freedom).expect("checked ones are above 4");
                (Standard::StudentT(t), location, scale)
            }
            Distribution::Gumbel { location, scale } => (Standard::Gumbel, location, scale),
            Distribution::Triangular { low, mode, high } => {
                (Standard::Triangular((mode - low) / (high - low)), low, high - low)
            }
        };
        Ok(Sampler {
            standard,
            shift,
            factor,
        })
    }
}

impl Sampler {
    /// Draws a number.
    pub fn sample(&self, rng: &mut impl Rng) -> f64 {
        self.shift + self.factor * self.standard.sample(rng)
    }
}

impl Standard {
    fn sample(&self, rng: &mut impl Rng) -> f64 {
        // Families without a crate of theirs are drawn by inverting their distribution function; the number put into
        // that is never 0 or 1, where some of them are infinite.
        let mut between_0_and_1 = || -> f64 { rng.sample(Open01) };
        match self {
            Standard::Normal => rng.sample(StandardNormal),
            Standard::Uniform => rng.random(),
            Standard::Exponential => rng.sample(Exp1),
            Standard::Gamma(gamma) => rng.sample(gamma),
            Standard::LogNormal(sigma) => {
                let normal: f64 = rng.sample(StandardNormal);
                (sigma * normal).exp()
            }
            Standard::Laplace => {
                let u = between_0_and_1() - 0.5;
                -u.signum() * (1.0 - 2.0 * u.abs()).ln()
            }
            Standard::Logistic => {
                let u = between_0_and_1();
                (u / (1.0 - u)).ln()
            }
            Standard::StudentT(t) => rng.sample(t),
            Standard::Gumbel => -(-between_0_and_1().ln()).ln(),
            Standard::Triangular(mode) => {
                let u = between_0_and_1();
                match u < *mode {
                    true => (u * mode).sqrt(),
                    false => 1.0 - ((1.0 - u) * (1.0 - mode)).sqrt(),
                }
            }
        }
    }
}
