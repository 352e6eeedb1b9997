//! Where the labels of a picture stand, so that none covers another, or a node.

use unicode_width::UnicodeWidthChar as _;

/// A rectangle, in the units of the picture, y downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl Rectangle {
    /// Whether the two have an inner point in common.
    pub fn overlaps(&self, other: &Rectangle) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    /// Whether `other` lies inside.
    pub fn contains(&self, other: &Rectangle) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.x + other.width <= self.x + self.width
            && other.y + other.height <= self.y + self.height
    }

    fn touches(&self, circle: &Circle) -> bool {
        let nearest_x = circle.x.clamp(self.x, self.x + self.width);
        let nearest_y = circle.y.clamp(self.y, self.y + self.height);
        (circle.x - nearest_x).hypot(circle.y - nearest_y) < circle.radius
    }
}

/// A node of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Circle {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) radius: f64,
}

/// How far a label keeps from its node.
const GAP: f64 = 3.0;

/// The height of a line of text, in font sizes.
const LINE: f64 = 1.2;

/// The room that `text` takes in a sans-serif font of this size: wide by the usual widths of its letters. (The picture
/// tells the viewer's font to keep to it.)
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|letter| letter_width(letter) * size).sum()
}

fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' => 0.28,
        'f' | 't' | 'r' | '/' | '\\' | '(' | ')' | '-' | ' ' | 'I' | '[' | ']' => 0.36,
        'm' | 'M' | 'w' | 'W' | '@' | '%' | '…' => 0.88,
        'A'..='Z' => 0.68,
        _ => match letter.width() {
            Some(0) => 0.0,
            Some(2) => 1.0,
            _ => 0.57,
        },
    }
}

/// So many of the most important nodes have a label even where nodes crowd around them, as they do around the hub of a
/// graph: it then covers some of them.
const ALWAYS: usize = 5;

/// Places for labels of the nodes, one after another, within `frame`: at the first place beside its node, if there is
/// one, where it covers no node and no label that has its place already. `None` for those without room.
///
/// `labels` holds, for each label in the order of importance, its node, its text's width, and the font size.
pub(super) fn place(
    labels: &[(usize, f64, f64)],
    circles: &[Circle],
    taken: &[Rectangle],
    frame: &Rectangle,
) -> Vec<Option<Rectangle>> {
    let mut taken = taken.to_vec();
    labels
        .iter()
        .enumerate()
        .map(|(rank, &(node, width, size))| {
            let height = size * LINE;
            let is_free =
                |place: &Rectangle| frame.contains(place) && !taken.iter().any(|other| other.overlaps(place));
            let free: Vec<Rectangle> = candidates(&circles[node], width, height)
                .into_iter()
                .filter(is_free)
                .collect();
            let clear = free
                .iter()
                .find(|place| !circles.iter().any(|circle| place.touches(circle)));
            let over = || {
                let circle = &circles[node];
                let (x, y) = (circle.x - width / 2.0, circle.y - height / 2.0);
                let middle = Rectangle { x, y, width, height };
                (rank < ALWAYS && is_free(&middle)).then_some(middle)
            };
            let found = clear.copied().or_else(over);
            taken.extend(found);
            found
        })
        .collect()
}

/// Places beside a node, the preferred ones first: at its sides, above and below, at its corners; then further away.
fn candidates(circle: &Circle, width: f64, height: f64) -> Vec<Rectangle> {
    let at = |x: f64, y: f64| Rectangle { x, y, width, height };
    let mut places = Vec::with_capacity(16);
    for far in [0.0, 7.0] {
        let reach = circle.radius + GAP + far;
        let (right, left) = (circle.x + reach, circle.x - reach - width);
        let (above, below) = (circle.y - reach - height, circle.y + reach);
        let (middle_x, middle_y) = (circle.x - width / 2.0, circle.y - height / 2.0);
        places.extend([
            at(right, middle_y),
            at(left, middle_y),
            at(middle_x, below),
            at(middle_x, above),
        ]);
        let corner = reach * std::f64::consts::FRAC_1_SQRT_2;
        let (right, left) = (circle.x + corner, circle.x - corner - width);
        let (above, below) = (circle.y - corner - height, circle.y + corner);
        places.extend([
            at(right, above),
            at(right, below),
            at(left, above),
            at(left, below),
        ]);
    }
    places
}
