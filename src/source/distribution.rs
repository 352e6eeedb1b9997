//! The families of distributions that a stream's numbers can come from.

use serde::{Deserialize, Serialize};

/// A distribution of numbers. Every family has a finite fourth moment, without which an estimate of the variance has no
/// standard error to be judged by.
///
/// The parameters are as in the usual textbooks (Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions*);
/// a `location` moves a family along the line and a `scale` stretches it. They hold together only where
/// [`check`](Self::check) says so.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "family", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the parameters are the families' own")]
pub enum Distribution {
    /// Also called Gaussian.
    Normal { mean: f64, standard_deviation: f64 },
    /// From `low` to `high`, `high` itself left out.
    Uniform { low: f64, high: f64 },
    /// From `location` upwards.
    Exponential { location: f64, scale: f64 },
    /// From `location` upwards, with that shape.
    Gamma { location: f64, scale: f64, shape: f64 },
    /// From `location` upwards: `scale` times e to the power of a normal number with mean 0 and standard deviation
    /// `sigma`.
    LogNormal { location: f64, scale: f64, sigma: f64 },
    /// Two exponential ones, back to back.
    Laplace { location: f64, scale: f64 },
    /// Like a normal one with somewhat heavier tails.
    Logistic { location: f64, scale: f64 },
    /// With heavy tails; more than 4 degrees of freedom.
    StudentT {
        location: f64,
        scale: f64,
        degrees_of_freedom: f64,
    },
    /// That of the largest of many numbers.
    Gumbel { location: f64, scale: f64 },
    /// From `low` to `high`, most often near `mode`.
    Triangular { low: f64, mode: f64, high: f64 },
}

/// Parameters that make no distribution, or none with finite moments.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("there is no {distribution}: {rule}")]
pub struct ParameterError {
    distribution: Distribution,
    rule: &'static str,
}

impl Distribution {
    /// Whether the parameters make a distribution with four finite moments.
    ///
    /// # Errors
    ///
    /// Names the rule that is broken.
    pub fn check(&self) -> Result<(), ParameterError> {
        use Distribution::*;
        let (holds, rule) = match *self {
            Normal {
                standard_deviation, ..
            } => (standard_deviation > 0.0, "its standard deviation must be above 0"),
            Uniform { low, high } => (low < high, "its high must be above its low"),
            Exponential { scale, .. }
            | Laplace { scale, .. }
            | Logistic { scale, .. }
            | Gumbel { scale, .. } => (scale > 0.0, "its scale must be above 0"),
            Gamma { scale, shape, .. } => (
                scale > 0.0 && shape > 0.0,
                "its scale and its shape must be above 0",
            ),
            LogNormal { scale, sigma, .. } => (
                scale > 0.0 && sigma > 0.0,
                "its scale and its sigma must be above 0",
            ),
            StudentT {
                scale,
                degrees_of_freedom,
                ..
            } => (
                scale > 0.0 && degrees_of_freedom > 4.0,
                "its scale must be above 0 and its degrees of freedom above 4, or its fourth moment is infinite",
            ),
            Triangular { low, mode, high } => (
                low < high && low <= mode && mode <= high,
                "its low, mode and high must be in that order and apart",
            ),
        };
        // Infinite parameters, and finite ones too large to compute with, end in moments that are not finite.
        let is_finite = self.mean().is_finite() && self.fourth_central_moment().is_finite();
        match (holds, is_finite) {
            (true, true) => Ok(()),
            (true, false) => Err(ParameterError {
                distribution: *self,
                rule: "its first four moments must be finite",
            }),
            (false, _) => Err(ParameterError {
                distribution: *self,
                rule,
            }),
        }
    }

    /// The distribution of `shift + factor * x`, where `x` has this one and `factor` is above 0.
    pub(super) fn affine(self, shift: f64, factor: f64) -> Distribution {
        use Distribution::*;
        let at = |x: f64| shift + factor * x;
        let by = |x: f64| factor * x;
        match self {
            Normal {
                mean,
                standard_deviation,
            } => Normal {
                mean: at(mean),
                standard_deviation: by(standard_deviation),
            },
            Uniform { low, high } => Uniform {
                low: at(low),
                high: at(high),
            },
            Exponential { location, scale } => Exponential {
                location: at(location),
                scale: by(scale),
            },
            Gamma {
                location,
                scale,
                shape,
            } => Gamma {
                location: at(location),
                scale: by(scale),
                shape,
            },
            LogNormal {
                location,
                scale,
                sigma,
            } => LogNormal {
                location: at(location),
                scale: by(scale),
                sigma,
            },
            Laplace { location, scale } => Laplace {
                location: at(location),
                scale: by(scale),
            },
            Logistic { location, scale } => Logistic {
                location: at(location),
                scale: by(scale),
            },
            StudentT {
                location,
                scale,
                degrees_of_freedom,
            } => StudentT {
                location: at(location),
                scale: by(scale),
                degrees_of_freedom,
            },
            Gumbel { location, scale } => Gumbel {
                location: at(location),
                scale: by(scale),
            },
            Triangular { low, mode, high } => Triangular {
                low: at(low),
                mode: at(mode),
                high: at(high),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::unwrap_used,
        reason = "a test that cannot go on should stop where it stands"
    )]
    use super::Distribution::*;
    use super::*;

    #[test]
    fn what_makes_no_distribution_is_refused_with_its_rule() {
        let no_deviation = Normal {
            mean: 0.0,
            standard_deviation: 0.0,
        };
        assert_eq!(
            no_deviation.check().unwrap_err().to_string(),
            "there is no normal distribution with mean 0 and standard deviation 0: its standard deviation must be above 0"
        );
        for wrong in [
            Normal {
                mean: f64::NAN,
                standard_deviation: 1.0,
            },
            Normal {
                mean: f64::INFINITY,
                standard_deviation: 1.0,
            },
            Normal {
                mean: 0.0,
                standard_deviation: 1e100,
            },
            Uniform { low: 2.0, high: 2.0 },
            Exponential {
                location: 0.0,
                scale: -1.0,
            },
            Gamma {
                location: 0.0,
                scale: 1.0,
                shape: 0.0,
            },
            LogNormal {
                location: 0.0,
                scale: 1.0,
                sigma: f64::NAN,
            },
            StudentT {
                location: 0.0,
                scale: 1.0,
                degrees_of_freedom: 4.0,
            },
            Triangular {
                low: 0.0,
                mode: 3.0,
                high: 2.0,
            },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
        assert_eq!(
            Triangular {
                low: 0.0,
                mode: 0.0,
                high: 2.0
            }
            .check(),
            Ok(())
        );
    }

    #[test]
    fn a_distribution_is_named_parameter_by_parameter_in_json() {
        let json = r#"{"family":"student-t","location":0.1,"scale":2.5,"degrees_of_freedom":7.0}"#;
        let t = StudentT {
            location: 0.1,
            scale: 2.5,
            degrees_of_freedom: 7.0,
        };
        assert_eq!(serde_json::to_string(&t).unwrap(), json);
        assert_eq!(serde_json::from_str::<Distribution>(json).unwrap(), t);

        let unknown = json.replace("location", "middle");
        assert!(serde_json::from_str::<Distribution>(&unknown).is_err());
        let surplus = json.replace("}", r#","shape":1.0}"#);
        assert!(serde_json::from_str::<Distribution>(&surplus).is_err());
    }
}
