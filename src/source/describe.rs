//! A distribution in words.

use std::fmt;

use super::Distribution;

impl Distribution {
    /// What it is, in words, its parameters to six digits: `normal distribution with mean 3.14159 and …`.
    pub fn describe(&self) -> String {
        use Distribution::*;
        let n = six_digits;
        match *self {
            Normal {
                mean,
                standard_deviation,
            } => {
                format!(
                    "normal distribution with mean {} and standard deviation {}",
                    n(mean),
                    n(standard_deviation)
                )
            }
            Uniform { low, high } => format!("uniform distribution from {} to {}", n(low), n(high)),
            Exponential { location, scale } => {
                format!(
                    "exponential distribution from {} upwards with scale {}",
                    n(location),
                    n(scale)
                )
            }
            Gamma {
                location,
                scale,
                shape,
            } => {
                let (location, scale, shape) = (n(location), n(scale), n(shape));
                format!("gamma distribution from {location} upwards with scale {scale} and shape {shape}")
            }
            LogNormal {
                location,
                scale,
                sigma,
            } => {
                let (location, scale, sigma) = (n(location), n(scale), n(sigma));
                format!(
                    "log-normal distribution from {location} upwards with scale {scale} and sigma {sigma}"
                )
            }
            Laplace { location, scale } => {
                format!(
                    "Laplace distribution around {} with scale {}",
                    n(location),
                    n(scale)
                )
            }
            Logistic { location, scale } => {
                format!(
                    "logistic distribution around {} with scale {}",
                    n(location),
                    n(scale)
                )
            }
            StudentT {
                location,
                scale,
                degrees_of_freedom,
            } => format!(
                "Student's t distribution around {} with scale {} and {} degrees of freedom",
                n(location),
                n(scale),
                n(degrees_of_freedom)
            ),
            Gumbel { location, scale } => {
                format!(
                    "Gumbel distribution with location {} and scale {}",
                    n(location),
                    n(scale)
                )
            }
            Triangular { low, mode, high } => {
                format!(
                    "triangular distribution from {} to {} with mode {}",
                    n(low),
                    n(high),
                    n(mode)
                )
            }
        }
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

/// A number to six significant digits, trailing zeros left off.
fn six_digits(x: f64) -> String {
    // Through the exponent form, which rounds to digits rather than to decimals.
    let rounded: f64 = format!("{x:.5e}").parse().unwrap_or(x);
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use super::Distribution::*;

    #[test]
    fn a_distribution_is_described_to_six_digits() {
        let normal = Normal {
            mean: -std::f64::consts::PI,
            standard_deviation: 12_345_678.9,
        };
        assert_eq!(
            normal.describe(),
            "normal distribution with mean -3.14159 and standard deviation 12345700"
        );
        let t = StudentT {
            location: 0.5,
            scale: 0.000_123_456_789,
            degrees_of_freedom: 7.0,
        };
        assert_eq!(
            t.to_string(),
            "Student's t distribution around 0.5 with scale 0.000123457 and 7 degrees of freedom"
        );
    }
}
