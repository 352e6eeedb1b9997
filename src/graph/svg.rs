//! A picture of a graph, as SVG 1.1 that needs nothing else: no font, no style sheet, no script.

use std::fmt::Write as _;

use super::graphml::escape;
use super::labels::{self, Circle, Rectangle};
use super::{Edge, Graph, layout};

/// The size of the picture, in pixels of a slide.
const WIDTH: f64 = 1600.0;
const HEIGHT: f64 = 1000.0;

/// What is kept free around the graph, and above it for the heading.
const MARGIN: f64 = 24.0;
const HEADING: f64 = 92.0;
const LEGEND: f64 = 44.0;

/// The radii of the lightest and of the heaviest node, before the whole is made to fit.
const SMALLEST: f64 = 4.0;
const LARGEST: f64 = 38.0;

/// A graph of few nodes is not blown up more than so much.
const MOST_STRETCH: f64 = 2.2;

/// The widths of the lightest and of the heaviest edge.
const THINNEST: f64 = 0.8;
const THICKEST: f64 = 7.0;

/// The length of an arrowhead.
const ARROW: f64 = 9.0;

/// The font sizes of labels, for the lightest and the heaviest node, and how long labels are, in letters.
const SMALL_TEXT: f64 = 12.0;
const LARGE_TEXT: f64 = 24.0;
const LABEL: usize = 34;

/// A slide with more labels is not read. The heaviest nodes have theirs.
const MOST_LABELS: usize = 80;

/// No tooltip is longer, in letters.
const TOOLTIP: usize = 400;

/// A colour for nodes that edges only leave, only reach, and both.
const KINDS: [(&str, &str); 3] = [
    ("#1f6f8b", "leads on"),
    ("#d9722e", "is led to"),
    ("#7b4f9d", "both"),
];

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The SVG document.
    pub svg: String,
    /// Where each label stands that there was room for.
    pub labels: Vec<Rectangle>,
    /// How many edges are drawn.
    pub edges: usize,
}

/// Draws the `most` heaviest edges of `graph` and the nodes at their ends.
///
/// The larger a node, the larger its part of the weight (its area is in proportion); the wider an edge, the heavier. The
/// same graph always gives the same picture.
pub fn svg(graph: &Graph, most: usize) -> Picture {
    let drawn = graph.heaviest(most);
    let strengths = drawn.strengths();
    let radii = radii(&strengths);
    let (circles, scale) = fit(&layout::places(&drawn, &radii), &radii);
    // What goes along edges shrinks with the whole, up to where it could not be seen.
    let fine = scale.clamp(0.3, 1.0);
    let mut svg = head(graph, &drawn, ARROW * fine);
    edges(&mut svg, &drawn, &circles, fine);
    nodes(&mut svg, &drawn, &circles);
    let labels = texts(&mut svg, &drawn, &strengths, &circles);
    legend(&mut svg);
    svg.push_str("</svg>\n");
    Picture {
        svg,
        labels,
        edges: drawn.edges().len(),
    }
}

/// How much of the heaviest something is, from 0 to 1. A weight below zero counts for nothing.
fn share(value: f64, largest: f64) -> f64 {
    if largest > 0.0 {
        (value / largest).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, f64::max)
}

fn radii(strengths: &[f64]) -> Vec<f64> {
    let most = largest(strengths.iter().copied());
    strengths
        .iter()
        .map(|&strength| (LARGEST * share(strength, most).sqrt()).max(SMALLEST))
        .collect()
}

/// Where the graph itself may stand.
const FRAME: Rectangle = Rectangle {
    x: MARGIN,
    y: HEADING,
    width: WIDTH - 2.0 * MARGIN,
    height: HEIGHT - HEADING - LEGEND,
};

/// Moves and scales the whole into its frame, and says how much it was scaled.
fn fit(places: &[[f64; 2]], radii: &[f64]) -> (Vec<Circle>, f64) {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for (place, radius) in places.iter().zip(radii) {
        for axis in 0..2 {
            low[axis] = low[axis].min(place[axis] - radius);
            high[axis] = high[axis].max(place[axis] + radius);
        }
    }
    // Room for a line of text at the edges.
    let (room_x, room_y) = (FRAME.width - 120.0, FRAME.height - 40.0);
    let scale = (room_x / (high[0] - low[0]))
        .min(room_y / (high[1] - low[1]))
        .min(MOST_STRETCH);
    let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0];
    let circles = places.iter().zip(radii).map(|(place, radius)| Circle {
        x: FRAME.x + FRAME.width / 2.0 + (place[0] - middle[0]) * scale,
        y: FRAME.y + FRAME.height / 2.0 + (place[1] - middle[1]) * scale,
        radius: (radius * scale).max(1.2),
    });
    (circles.collect(), scale)
}

fn head(graph: &Graph, drawn: &Graph, arrow: f64) -> String {
    let weight = |graph: &Graph| graph.edges().iter().map(|edge| edge.weight).sum::<f64>();
    let (all, part) = (graph.edges().len(), drawn.edges().len());
    let heading = format!(
        "{} nodes, {all} edges, weight {}",
        graph.nodes().len(),
        weight(graph)
    );
    let drawn_part = if part < all && weight(graph) > 0.0 {
        format!(
            "drawn are the {part} heaviest edges, {:.0} % of the weight",
            100.0 * weight(drawn) / weight(graph)
        )
    } else {
        "all edges are drawn".to_owned()
    };
    let heaviest = graph.edges().first().map_or(String::new(), |edge| {
        let (from, to, weight) = graph.named(edge);
        format!(
            " The heaviest edge leads from {} to {}, with weight {weight}.",
            from.shown(LABEL * 3),
            to.shown(LABEL * 3)
        )
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">\n\
         <title id=\"title\">A graph of {heading}</title>\n\
         <desc id=\"desc\">A directed graph; {drawn_part}.{}</desc>\n\
         <defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" \
         markerWidth=\"{arrow:.1}\" markerHeight=\"{arrow:.1}\" orient=\"auto\"><path d=\"M0 1 L10 5 L0 9 z\" fill=\"#5c6670\"/></marker>\
         </defs>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fcfcfa\"/>\n\
         <text x=\"{MARGIN}\" y=\"44\" font-size=\"26\" font-weight=\"bold\" fill=\"#22272c\">{heading}</text>\n\
         <text x=\"{MARGIN}\" y=\"72\" font-size=\"17\" fill=\"#5c6670\">{drawn_part}</text>\n",
        escape(&heaviest),
    )
}

fn edges(svg: &mut String, graph: &Graph, circles: &[Circle], fine: f64) {
    let most = largest(graph.edges().iter().map(|edge| edge.weight));
    svg.push_str("<g fill=\"none\" stroke=\"#5c6670\" stroke-opacity=\"0.45\">\n");
    // The heaviest come last, above the others.
    for edge in graph.edges().iter().rev() {
        let width = fine * (THINNEST + (THICKEST - THINNEST) * share(edge.weight, most).sqrt());
        let _ = writeln!(
            svg,
            "<path d=\"{}\" stroke-width=\"{width:.2}\" marker-end=\"url(#arrow)\"/>",
            path(edge, circles)
        );
    }
    svg.push_str("</g>\n");
}

/// From the rim of one node to that of the other, slightly bent, so that an edge and the one back stay apart.
fn path(edge: &Edge, circles: &[Circle]) -> String {
    let (from, to) = (&circles[edge.from], &circles[edge.to]);
    if edge.from == edge.to {
        let (x, top, reach) = (from.x, from.y - from.radius * 0.8, from.radius * 0.6 + 4.0);
        return format!(
            "M{:.1} {top:.1} C{:.1} {:.1} {:.1} {:.1} {:.1} {top:.1}",
            x - reach,
            x - 2.0 * reach,
            top - 4.0 * reach,
            x + 2.0 * reach,
            top - 4.0 * reach,
            x + reach
        );
    }
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let distance = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / distance, dy / distance);
    let bend = 0.08 * distance;
    let middle = (
        (from.x + to.x) / 2.0 - uy * bend,
        (from.y + to.y) / 2.0 + ux * bend,
    );
    format!(
        "M{:.1} {:.1} Q{:.1} {:.1} {:.1} {:.1}",
        from.x + ux * from.radius,
        from.y + uy * from.radius,
        middle.0,
        middle.1,
        to.x - ux * (to.radius + 1.0),
        to.y - uy * (to.radius + 1.0)
    )
}

fn nodes(svg: &mut String, graph: &Graph, circles: &[Circle]) {
    let (mut leads_on, mut is_led_to) = (vec![false; circles.len()], vec![false; circles.len()]);
    for edge in graph.edges() {
        leads_on[edge.from] = true;
        is_led_to[edge.to] = true;
    }
    svg.push_str("<g stroke=\"#fcfcfa\" stroke-width=\"1\">\n");
    for (index, circle) in circles.iter().enumerate() {
        let kind = match (leads_on[index], is_led_to[index]) {
            (true, false) => 0,
            (false, _) => 1,
            (true, true) => 2,
        };
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{}\"><title>{}</title></circle>",
            circle.x,
            circle.y,
            circle.radius,
            KINDS[kind].0,
            escape(&graph.nodes()[index].shown(TOOLTIP))
        );
    }
    svg.push_str("</g>\n");
}

fn texts(svg: &mut String, graph: &Graph, strengths: &[f64], circles: &[Circle]) -> Vec<Rectangle> {
    let most = largest(strengths.iter().copied());
    let mut order: Vec<usize> = (0..circles.len()).collect();
    order.sort_by(|&left, &right| strengths[right].total_cmp(&strengths[left]));
    let wanted: Vec<(usize, String, f64)> = order
        .into_iter()
        .map(|node| {
            let size = SMALL_TEXT + (LARGE_TEXT - SMALL_TEXT) * share(strengths[node], most).sqrt();
            (node, graph.nodes()[node].label(LABEL), size)
        })
        .filter(|(_, text, _)| !text.is_empty())
        .take(MOST_LABELS)
        .collect();
    let sizes: Vec<(usize, f64, f64)> = wanted
        .iter()
        .map(|(node, text, size)| (*node, labels::text_width(text, *size), *size))
        .collect();
    let places = labels::place(&sizes, circles, &[], &FRAME);
    svg.push_str("<g fill=\"#22272c\" stroke=\"#fcfcfa\" stroke-width=\"3\" paint-order=\"stroke\">\n");
    for ((_, text, size), place) in wanted.iter().zip(&places) {
        let Some(place) = place else { continue };
        // The text is told its length, so that no viewer's font makes it wider than its place.
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size:.1}\" textLength=\"{:.1}\" \
             lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            place.x,
            place.y + place.height * 0.78,
            place.width,
            escape(text)
        );
    }
    svg.push_str("</g>\n");
    places.into_iter().flatten().collect()
}

fn legend(svg: &mut String) {
    let y = HEIGHT - LEGEND / 2.0;
    let mut x = MARGIN + 8.0;
    svg.push_str("<g font-size=\"15\" fill=\"#5c6670\">\n");
    for (colour, text) in KINDS {
        let _ = writeln!(
            svg,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"7\" fill=\"{colour}\"/><text x=\"{}\" y=\"{}\">{text}</text>",
            x + 13.0,
            y + 5.0
        );
        x += 40.0 + labels::text_width(text, 15.0);
    }
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\">the larger a node and the wider an edge, the more weight</text>\n</g>",
        x,
        y + 5.0
    );
}
