//! How far chance goes: bounds on how many of n independent trials succeed.

/// The counts that `trials` trials of probability `p` stay within, but for a chance of `outside` on each side: the
/// smallest and the largest. `p` lies between 0 and 1, and both are excluded.
pub fn bounds(trials: usize, p: f64, outside: f64) -> (usize, usize) {
    // The distribution from its definition, in logarithms: P(0) = (1-p)^n, P(k+1) = P(k) (n-k)/(k+1) p/(1-p).
    let mut log_probability = trials as f64 * (1.0 - p).ln();
    let mut probabilities = Vec::with_capacity(trials + 1);
    for k in 0..=trials {
        probabilities.push(log_probability.exp());
        log_probability += ((trials - k) as f64 / (k + 1) as f64).ln() + (p / (1.0 - p)).ln();
    }
    let within = |sum: &mut f64, probability: &f64| {
        *sum += probability;
        Some(*sum <= outside)
    };
    let below = probabilities
        .iter()
        .scan(0.0, within)
        .take_while(|within| *within)
        .count();
    let above = probabilities
        .iter()
        .rev()
        .scan(0.0, within)
        .take_while(|within| *within)
        .count();
    (below, trials - above)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases_by_hand() {
        // Of ten fair coins, P(0) = 1/1024 and P(0 or 1) = 11/1024.
        assert_eq!(bounds(10, 0.5, 0.0), (0, 10));
        assert_eq!(bounds(10, 0.5, 1.5 / 1024.0), (1, 9));
        assert_eq!(bounds(10, 0.5, 11.5 / 1024.0), (2, 8));
        // P(all of 3) = 1/64, P(none of 3) = 27/64.
        assert_eq!(bounds(3, 0.25, 0.02), (0, 2));
    }

    #[test]
    fn many_trials_as_the_normal_distribution_has_it() {
        // 500 ± 6.1 * 19.4, and the tails of the binomial are not symmetric.
        let (least, most) = bounds(2_000, 0.25, 5e-10);
        assert!(
            (375..=390).contains(&least) && (615..=625).contains(&most),
            "{least} {most}"
        );
    }
}
