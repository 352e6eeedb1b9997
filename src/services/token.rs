//! Tokens: what whoever gives orders must know.

use anyhow::Context as _;

/// 128 bits from the operating system, as hex digits.
pub fn token() -> anyhow::Result<String> {
    use rand::TryRng as _;
    let mut bytes = [0; 16];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .context("the operating system gives no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
