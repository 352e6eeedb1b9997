//! What Unicode has for LaTeX: raised and lowered characters, and marks over letters.

/// The characters that have a subscript form, and those forms, in the same order.
const SUBSCRIPTS: (&str, &str) = (
    "0123456789+−-=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
);

/// As [`SUBSCRIPTS`], for superscripts.
const SUPERSCRIPTS: (&str, &str) = (
    "0123456789+−-=()abcdefghijklmnoprstuvwxyzβγδθ′",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵝᵞᵟᶿ′",
);

/// Lowers every character, or `None` where Unicode lacks one. A comma stays on its line: `M₂,ₙ` can be read.
pub(super) fn subscript(text: &str) -> Option<String> {
    text.chars()
        .map(|character| {
            if character == ',' {
                Some(',')
            } else {
                convert(SUBSCRIPTS, character)
            }
        })
        .collect()
}

/// Raises every character, or `None` where Unicode lacks one.
pub(super) fn superscript(text: &str) -> Option<String> {
    text.chars()
        .map(|character| convert(SUPERSCRIPTS, character))
        .collect()
}

fn convert((from, to): (&str, &str), character: char) -> Option<char> {
    from.chars()
        .zip(to.chars())
        .find(|&(plain, _)| plain == character)
        .map(|(_, form)| form)
}

/// The combining character for an accent, which the parser gives as a sign of its own.
pub(super) fn combining(accent: &str) -> Option<char> {
    match accent {
        "‾" | "¯" | "ˉ" => Some('\u{304}'),
        "^" | "ˆ" => Some('\u{302}'),
        "~" | "˜" => Some('\u{303}'),
        "→" | "⃗" => Some('\u{20d7}'),
        "˙" => Some('\u{307}'),
        "¨" => Some('\u{308}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{SUBSCRIPTS, SUPERSCRIPTS};

    #[test]
    fn every_character_has_its_form() {
        for (from, to) in [SUBSCRIPTS, SUPERSCRIPTS] {
            assert_eq!(from.chars().count(), to.chars().count());
        }
    }
}
