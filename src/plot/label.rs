//! Text with raised, lowered and slanted parts.

use std::fmt::Write;

use kuva::render::color::Color;
use kuva::render::render::{Primitive, Scene, TextAnchor};

/// Size of raised and lowered letters relative to the others.
const SMALL: f64 = 0.7;
/// How far they are raised and lowered, in the height of the other letters.
const RAISE: [f64; 3] = [0.0, 0.38, -0.2];

/// Private-use characters that stand for a change of style until the SVG is written: `FIRST + 6 from + 2 to + slant`,
/// where `from` and `to` are 0 on the line, 1 raised, 2 lowered.
const FIRST: u32 = 0xE000;
const CLOSE: char = '\u{E012}';

/// Parts of a label: text, level (0 on the line, 1 raised, 2 lowered), slanted.
fn parts(label: &str) -> Vec<(String, u32, bool)> {
    let mut parts: Vec<(String, u32, bool)> = vec![(String::new(), 0, false)];
    let mut inside = false;
    let mut rest = label.chars().peekable();
    while let Some(c) = rest.next() {
        let mark = match c {
            '^' => Some((1, false)),
            '_' => Some((2, false)),
            '*' => Some((0, true)),
            _ => None,
        };
        match mark {
            Some((level, slanted)) if !inside && rest.peek() == Some(&'{') => {
                rest.next();
                parts.push((String::new(), level, slanted));
                inside = true;
            }
            _ if inside && c == '}' => {
                parts.push((String::new(), 0, false));
                inside = false;
            }
            _ => {
                // Private-use and control characters have no business in a label, and would be taken for marks.
                let private = (FIRST..FIRST + 0x100).contains(&u32::from(c));
                if let (false, Some(last)) = (private || c.is_control(), parts.last_mut()) {
                    last.0.push(c);
                }
            }
        }
    }
    parts.retain(|(text, ..)| !text.is_empty());
    parts
}

/// The label with its marks as private-use characters.
fn encode(label: &str) -> String {
    let mut out = String::with_capacity(label.len() + 8);
    let mut before = 0;
    for (text, level, slanted) in parts(label) {
        if (before, level, slanted) == (0, 0, false) {
            out.push_str(&text);
            continue;
        }
        let mark = FIRST + 6 * before + 2 * level + u32::from(slanted);
        out.push(char::from_u32(mark).unwrap_or(CLOSE));
        out.push_str(&text);
        out.push(CLOSE);
        before = level;
    }
    out
}

/// Puts the spans of raised, lowered and slanted text in place of the marks.
pub(super) fn decode(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len() + svg.len() / 8);
    for c in svg.chars() {
        let code = u32::from(c);
        if c == CLOSE {
            out.push_str("</tspan>");
        } else if (FIRST..FIRST + 18).contains(&code) {
            let (from, to, slanted) = ((code - FIRST) / 6, (code - FIRST) / 2 % 3, code % 2 == 1);
            out.push_str("<tspan");
            let size = if to == 0 { 1.0 } else { SMALL };
            let fall = (RAISE[from as usize] - RAISE[to as usize]) / size;
            if from != to {
                let _ = write!(out, " dy=\"{fall:.3}em\"");
            }
            if to > 0 {
                let _ = write!(out, " font-size=\"{:.0}%\"", SMALL * 100.0);
            }
            if slanted {
                out.push_str(" font-style=\"italic\"");
            }
            out.push('>');
        } else {
            out.push(c);
        }
    }
    out
}

/// Width of a label in pixels: an estimate from above, by the widest of the usual fonts.
pub(super) fn width(label: &str, size: f64) -> f64 {
    let advance = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ' ' | '\'' | '|' | ':' | ';' | 'I' => 0.32,
        '(' | ')' | '[' | ']' | 'f' | 't' | 'r' | '/' | '-' | '⟨' | '⟩' => 0.42,
        'm' | 'w' | 'M' | 'W' | '−' | '=' | '+' | '×' | '~' | '<' | '>' => 0.86,
        c if c.is_uppercase() => 0.7,
        _ => 0.63,
    };
    parts(label)
        .iter()
        .map(|(text, level, _)| {
            let size = if *level == 0 { size } else { SMALL * size };
            text.chars().map(advance).sum::<f64>() * size
        })
        .sum()
}

/// Draws a label with its base line at `y`.
pub(super) fn draw(
    scene: &mut Scene,
    label: &str,
    [x, y]: [f64; 2],
    size: u32,
    anchor: TextAnchor,
    turned: bool,
) {
    scene.add(Primitive::Text {
        x,
        y,
        content: encode(label),
        size,
        anchor,
        rotate: turned.then_some(-90.0),
        bold: false,
        color: Some(Color::Rgb(0, 0, 0)),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_spans() {
        assert_eq!(decode(&encode("plain_text * 2^4")), "plain_text * 2^4");
        assert_eq!(
            decode(&encode("*{τ}_{α} (ps)")),
            "<tspan font-style=\"italic\">τ</tspan><tspan dy=\"0.286em\" font-size=\"70%\">α</tspan>\
             <tspan dy=\"-0.200em\"> (ps)</tspan>"
        );
        assert_eq!(
            decode(&encode("a^{2}_{b}")),
            "a<tspan dy=\"-0.543em\" font-size=\"70%\">2</tspan><tspan dy=\"0.829em\" font-size=\"70%\">b</tspan>"
        );
    }

    #[test]
    fn no_label_can_forge_a_mark() {
        assert_eq!(encode("a\u{E003}b\u{7}"), "ab");
        assert_eq!(decode(&encode("open ^{brace")), decode(&encode("open ^{brace}")));
    }
}
