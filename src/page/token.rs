//! The token that a page is given, without which nothing acts.

use sha2::{Digest as _, Sha256};

/// What a page must say to act: it proves that whoever asks could read the page.
#[derive(Debug)]
pub(super) struct Token(String);

impl Token {
    /// A new one from the operating system's randomness.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(crate::services::token()?))
    }

    /// As it stands in the page.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether `given` is it. Digests are compared, so that the time it takes says nothing of how much of it is right.
    pub fn is(&self, given: &[u8]) -> bool {
        Sha256::digest(given) == Sha256::digest(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_the_token_itself_is_it() {
        let token = Token::new().expect("there is randomness");
        assert!(token.is(token.text().as_bytes()));
        for other in [
            String::new(),
            token.text()[1..].to_owned(),
            format!("{} ", token.text()),
        ] {
            assert!(!token.is(other.as_bytes()), "{other:?}");
        }
        assert!(
            !Token::new()
                .expect("there is randomness")
                .is(token.text().as_bytes())
        );
    }
}
