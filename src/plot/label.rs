//! Text with raised, lowered and slanted parts.

use ::svg::node::Text;
use ::svg::node::element::TSpan;

/// Size of the letters, and how far they are raised, relative to those on the line.
type Level = (f64, f64);

const LINE: Level = (1.0, 0.0);
const RAISED: Level = (0.7, 0.38);
const LOWERED: Level = (0.7, -0.2);

/// Text in one style: its level, and whether it is slanted.
type Part = (String, Level, bool);

/// Parts of a label. A hyphen that joins no two words is a minus sign; characters that XML has no
/// place for are left out.
fn parts(label: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![(String::new(), LINE, false)];
    let (mut inside, mut before) = (false, None);
    let mut rest = label.chars().peekable();
    while let Some(c) = rest.next() {
        let mark = match c {
            '^' => Some((RAISED, false)),
            '_' => Some((LOWERED, false)),
            '*' => Some((LINE, true)),
            _ => None,
        };
        match mark {
            Some((level, slanted)) if !inside && rest.peek() == Some(&'{') => {
                rest.next();
                parts.push((String::new(), level, slanted));
                inside = true;
                before = before.filter(|_| level == LINE);
            }
            _ if inside && c == '}' => {
                parts.push((String::new(), LINE, false));
                inside = false;
            }
            _ if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            _ => {
                if let Some((text, level, _)) = parts.last_mut() {
                    let joins = *level != RAISED && before.is_some_and(char::is_alphanumeric);
                    text.push(if c == '-' && !joins { '−' } else { c });
                    before = Some(c);
                }
            }
        }
    }
    parts.retain(|(text, ..)| !text.is_empty());
    parts
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
    let widths = parts(label).into_iter().map(|(text, (relative, _), _)| {
        let letters: f64 = text.chars().map(advance).sum();
        letters * size * relative
    });
    widths.sum()
}

/// The inside of a text element. The crate `svg` would begin a new line before every span, and a
/// new line within a text is a space: the spans are joined here.
pub(super) fn spans(label: &str) -> String {
    let mut risen = 0.0;
    let span = |(text, (size, rise), slanted): Part| {
        let fall = (risen - rise) / size;
        risen = rise;
        if fall == 0.0 && !slanted {
            return Text::new(text).to_string();
        }
        let mut span = TSpan::new(text);
        if fall != 0.0 {
            span = span.set("dy", format!("{fall:.3}em"));
        }
        if size != LINE.0 {
            span = span.set("font-size", format!("{:.0}%", 100.0 * size));
        }
        if slanted {
            span = span.set("font-style", "italic");
        }
        span.to_string()
    };
    parts(label).into_iter().map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_spans() {
        assert_eq!(spans("plain_text * 2^4"), "plain_text * 2^4");
        assert_eq!(
            spans("*{τ}_{α} (ps)"),
            "<tspan font-style=\"italic\">τ</tspan><tspan dy=\"0.286em\" font-size=\"70%\">α</tspan>\
             <tspan dy=\"-0.200em\"> (ps)</tspan>"
        );
        assert_eq!(
            spans("a^{2}_{b}"),
            "a<tspan dy=\"-0.543em\" font-size=\"70%\">2</tspan><tspan dy=\"0.829em\" font-size=\"70%\">b</tspan>"
        );
        assert_eq!(spans("open ^{brace"), spans("open ^{brace}"));
    }

    #[test]
    fn a_hyphen_joins_words_and_is_a_minus_sign_elsewhere() {
        let plain = |label: &str| {
            parts(label)
                .into_iter()
                .map(|(text, ..)| text)
                .collect::<String>()
        };
        for (label, shown) in [
            ("10^{-3} *{σ}^{-1}", "10−3 σ−1"),
            ("x^{n-1}", "xn−1"),
            ("from -0.5 to -0.1", "from −0.5 to −0.1"),
            ("*{a} - *{b}", "a − b"),
            (
                "Adam-Gibbs, *{S}_{A-B}, *{τ}-relaxation",
                "Adam-Gibbs, SA-B, τ-relaxation",
            ),
        ] {
            assert_eq!(plain(label), shown);
        }
    }

    #[test]
    fn characters_without_a_place_in_xml_are_left_out() {
        assert_eq!(spans("a\u{7}b\u{FFFF}<&>"), "ab&lt;&amp;&gt;");
    }
}
