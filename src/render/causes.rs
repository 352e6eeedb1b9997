//! An error for a person, on one line.

use std::error::Error;

/// What `error` says, and what its causes say that is not said by then: many a sentence has its cause in it already.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        next = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::causes;

    #[test]
    fn a_cause_is_said_once() {
        let cause = anyhow::Error::msg("no such file");
        let whole = cause.context("cannot open a.txt").context("nothing was done");
        let expected = "nothing was done: cannot open a.txt: no such file";
        assert_eq!(causes(whole.as_ref()), expected);
        let cause = anyhow::Error::msg("no such file");
        let within = cause.context("cannot open a.txt: no such file; correct the name");
        let expected = "cannot open a.txt: no such file; correct the name";
        assert_eq!(causes(within.as_ref()), expected);
    }
}
