//! From LaTeX to a tree of what the layouts know.

use pulldown_latex::event::{
    Content, Dimension, DimensionUnit, EnvironmentFlow, Event, Font, Grouping, ScriptPosition, ScriptType,
    StateChange, Visual,
};
use pulldown_latex::{Parser, Storage};

use super::{FormulaError, characters};

/// Nesting deeper than this is no formula that anybody could read on a line.
const MAX_DEPTH: usize = 24;

/// A piece of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Atom {
        text: String,
        class: Class,
    },
    /// What stands in braces, as one piece.
    Group(Vec<Node>),
    /// `\left( … \right)`; a side may have no delimiter.
    Fenced {
        open: Option<char>,
        close: Option<char>,
        inside: Vec<Node>,
    },
    Fraction {
        above: Box<Node>,
        below: Box<Node>,
    },
    Root {
        index: Option<Box<Node>>,
        inside: Box<Node>,
    },
    /// A letter, or several, with a bar, a hat or the like, given as a combining character.
    Accent {
        base: Box<Node>,
        mark: char,
    },
    Script {
        base: Box<Node>,
        sub: Option<Box<Node>>,
        sup: Option<Box<Node>>,
        limits: bool,
    },
    /// Space that was asked for, in columns.
    Space(usize),
}

/// What an atom is, for the space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter, a number.
    Ordinary,
    /// `log`, `lim`: set off from its argument.
    Function,
    /// `∑`.
    Large,
    /// `+`, `·`.
    Binary,
    /// `=`, `≤`.
    Relation,
    Open,
    Close,
    Punctuation,
}

impl Node {
    /// What this piece is to its neighbours.
    pub(super) fn class(&self) -> Class {
        match self {
            Self::Atom { class, .. } => *class,
            Self::Script { base, .. } => base.class(),
            _ => Class::Ordinary,
        }
    }
}

/// Parses a formula.
pub(super) fn parse(latex: &str) -> Result<Vec<Node>, FormulaError> {
    let storage = Storage::new();
    let events = Parser::new(latex, &storage).collect::<Result<Vec<_>, _>>();
    let events = events.map_err(|source| FormulaError::Syntax {
        latex: latex.to_owned(),
        source: Box::new(source),
    })?;
    let mut reader = Reader {
        events: events.into_iter(),
        depth: 0,
    };
    let unsupported = |reason| FormulaError::Unsupported {
        latex: latex.to_owned(),
        reason,
    };
    let mut nodes = Vec::new();
    while let Some(event) = reader.events.next() {
        nodes.extend(reader.node(event).map_err(unsupported)?);
    }
    Ok(nodes)
}

/// Reads elements off the parser's events. Its errors say what is in the way.
struct Reader<'formula> {
    events: std::vec::IntoIter<Event<'formula>>,
    depth: usize,
}

impl<'formula> Reader<'formula> {
    /// The element that begins with this event; `None` where it leaves nothing to see.
    fn node(&mut self, event: Event<'formula>) -> Result<Option<Node>, &'static str> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("it is nested too deeply");
        }
        let node = match event {
            Event::Content(content) => Some(atom(content)),
            Event::Begin(grouping) => Some(self.group(grouping)?),
            Event::Visual(visual) => Some(self.visual(visual)?),
            Event::Script { ty, position } => Some(self.script(ty, position)?),
            Event::Space { width, .. } => width.and_then(columns).map(Node::Space),
            // A terminal has one font; of the others only the letters for sets of numbers mean something by themselves.
            Event::StateChange(StateChange::Font(Some(Font::DoubleStruck))) => {
                return Err("it uses \\mathbb; write the letter itself, as in ℝ");
            }
            Event::StateChange(_) => None,
            Event::End => return Err("a group ends before it begins"),
            Event::EnvironmentFlow(EnvironmentFlow::Alignment) => return Err("it uses & outside of a table"),
            Event::EnvironmentFlow(_) => return Err("it has several lines; make it several formulas"),
        };
        self.depth -= 1;
        Ok(node)
    }

    /// The next element, which has to be there.
    fn element(&mut self) -> Result<Box<Node>, &'static str> {
        while let Some(event) = self.events.next() {
            if let Some(node) = self.node(event)? {
                return Ok(Box::new(node));
            }
        }
        Err("a piece is missing at its end")
    }

    fn group(&mut self, grouping: Grouping) -> Result<Node, &'static str> {
        if !matches!(grouping, Grouping::Normal | Grouping::LeftRight(..)) {
            return Err("it uses \\begin; make it several formulas");
        }
        let mut inside = Vec::new();
        loop {
            match self.events.next() {
                Some(Event::End) => break,
                Some(event) => inside.extend(self.node(event)?),
                None => return Err("a group does not end"),
            }
        }
        match grouping {
            Grouping::LeftRight(open, close) => Ok(Node::Fenced { open, close, inside }),
            _ => Ok(Node::Group(inside)),
        }
    }

    fn visual(&mut self, visual: Visual) -> Result<Node, &'static str> {
        match visual {
            Visual::SquareRoot => Ok(Node::Root {
                index: None,
                inside: self.element()?,
            }),
            Visual::Root => {
                let inside = self.element()?;
                Ok(Node::Root {
                    index: Some(self.element()?),
                    inside,
                })
            }
            // A line of its own thickness is no fraction: \binom has one of thickness 0.
            Visual::Fraction(Some(_)) => Err("it stacks two things without a line, as \\binom does"),
            Visual::Fraction(None) => {
                let above = self.element()?;
                Ok(Node::Fraction {
                    above,
                    below: self.element()?,
                })
            }
            Visual::Negation => Err("it uses \\not; write the sign itself, as in \\ne"),
        }
    }

    fn script(&mut self, ty: ScriptType, position: ScriptPosition) -> Result<Node, &'static str> {
        let base = self.element()?;
        let sub = if ty == ScriptType::Superscript {
            None
        } else {
            Some(self.element()?)
        };
        let sup = if ty == ScriptType::Subscript {
            None
        } else {
            Some(self.element()?)
        };
        if position != ScriptPosition::AboveBelow {
            return Ok(Node::Script {
                base,
                sub,
                sup,
                limits: position == ScriptPosition::Movable,
            });
        }
        match (sub, sup.as_deref()) {
            (None, Some(Node::Atom { text, .. })) => {
                let mark = characters::combining(text)
                    .ok_or("it puts a sign over another that no letter can bear")?;
                Ok(Node::Accent { base, mark })
            }
            _ => Err("it puts something above or below something else"),
        }
    }
}

fn atom(content: Content<'_>) -> Node {
    let (text, class) = match content {
        Content::Text(text) => (text.to_owned(), Class::Ordinary),
        Content::Number(text) => (text.to_owned(), Class::Ordinary),
        Content::Function(text) => (text.to_owned(), Class::Function),
        Content::Ordinary { content, .. } => (content.to_string(), Class::Ordinary),
        Content::LargeOp { content, .. } => (content.to_string(), Class::Large),
        // The slash is a quotient written small: no space around it.
        Content::BinaryOp { content: '/', .. } => ("/".to_owned(), Class::Ordinary),
        // TeX's multiplication dot is ⋅ U+22C5, which many fonts lack; the middle dot looks the same.
        Content::BinaryOp { content: '⋅', .. } => ("·".to_owned(), Class::Binary),
        Content::BinaryOp { content, .. } => (content.to_string(), Class::Binary),
        Content::Relation { content, .. } => {
            let mut buffer = [0; 8];
            (
                String::from_utf8_lossy(content.encode_utf8_to_buf(&mut buffer)).into_owned(),
                Class::Relation,
            )
        }
        Content::Delimiter { content, ty, .. } => {
            use pulldown_latex::event::DelimiterType;
            let class = match ty {
                DelimiterType::Open => Class::Open,
                DelimiterType::Close => Class::Close,
                DelimiterType::Fence => Class::Ordinary,
            };
            (content.to_string(), class)
        }
        Content::Punctuation(character) => (character.to_string(), Class::Punctuation),
    };
    Node::Atom { text, class }
}

/// The columns that stand for a space; `None` for one that is too thin or negative.
fn columns(width: Dimension) -> Option<usize> {
    let em = match width.unit {
        DimensionUnit::Em => width.value,
        DimensionUnit::Mu => width.value / 18.0,
        // Other units are lengths on paper; a column is as good as any.
        _ => width.value.signum() * 0.5,
    };
    match em {
        wide if wide >= 0.9 => Some(2),
        thin if thin >= 0.15 => Some(1),
        _ => None,
    }
}
