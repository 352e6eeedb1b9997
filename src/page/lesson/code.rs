//! Code blocks of a lesson.

use maud::{Markup, html};

use crate::render::{self, CodeKind};

/// A code block: highlighted, and with the commands of a terminal session marked, so that they can be copied without
/// the signs before them.
pub(super) fn block(language: &str, text: &str) -> Markup {
    let session = language == "console";
    html! {
        figure.code {
            // What is wider than the window is scrolled, by the keyboard too.
            pre tabindex="0" class=[session.then_some("session")] {
                code {
                    @for line in render::code(language, text) {
                        @for (kind, piece) in line {
                            @match class(kind) {
                                Some(class) => span class=(class) { (piece) },
                                None => (piece),
                            }
                        }
                        "\n"
                    }
                }
            }
        }
    }
}

fn class(kind: CodeKind) -> Option<&'static str> {
    match kind {
        CodeKind::Plain => None,
        CodeKind::Prompt => Some("prompt"),
        CodeKind::Command => Some("command"),
        CodeKind::Keyword => Some("keyword"),
        CodeKind::Literal => Some("literal"),
        CodeKind::Comment => Some("comment"),
    }
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn only_commands_are_marked_as_such() {
        let shown = block("console", "$ cat <x\na < b\n> y\n").into_string();
        assert!(
            shown.contains(
                "<span class=\"prompt\">$ </span><span class=\"command\">cat &lt;x</span>\na &lt; b\n"
            ),
            "{shown}"
        );
        assert!(shown.contains("<span class=\"command\">y</span>\n"), "{shown}");
    }
}
