//! The pictures of the built-in site: drawn from the boards' names and colours.

use serde::Deserialize;

use super::{motif, people::PersonsBoard};

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Motif {
    Arches,
    Bubbles,
    Hills,
    Petals,
    Skyline,
    Stripes,
    Tiles,
    Waves,
}

/// The size in which a picture is drawn.
pub(super) const WIDTH: u32 = 400;
/// See [`WIDTH`].
pub(super) const HEIGHT: u32 = 300;

/// Colours that go together.
pub(super) struct Palette {
    pub(super) paper: String,
    pub(super) light: String,
    pub(super) middle: String,
    pub(super) deep: String,
    pub(super) spot: String,
}

/// A picture of a board in SVG: the cover, of 4 to 3, when `number` is 0, else a square.
pub(super) fn svg(board: &PersonsBoard, number: u32) -> String {
    let palette = Palette::new(board.hue + number * 6);
    let mut dice = Dice::new(&format!("{}{number}", board.name));
    let drawing = match board.motif {
        Motif::Arches => motif::arches(&mut dice, &palette),
        Motif::Bubbles => motif::bubbles(&mut dice, &palette),
        Motif::Hills => motif::hills(&mut dice, &palette),
        Motif::Petals => motif::petals(&mut dice, &palette),
        Motif::Skyline => motif::skyline(&mut dice, &palette),
        Motif::Stripes => motif::stripes(&mut dice, &palette),
        Motif::Tiles => motif::tiles(&mut dice, &palette),
        Motif::Waves => motif::waves(&mut dice, &palette),
    };
    let view = if number == 0 {
        "width='400' height='300' viewBox='0 0 400 300'"
    } else {
        "width='160' height='160' viewBox='50 0 300 300'"
    };
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' {view}><path fill='{}' d='M0 0h400v300H0z'/>{drawing}</svg>",
        palette.paper
    )
}

impl Palette {
    fn new(hue: u32) -> Self {
        let colour = |turn: u32, saturation: u32, light: u32| {
            format!("hsl({},{saturation}%,{light}%)", (hue + turn) % 360)
        };
        Self {
            paper: colour(20, 60, 90),
            light: colour(30, 62, 76),
            middle: colour(0, 58, 58),
            deep: colour(345, 48, 32),
            spot: colour(165, 72, 58),
        }
    }
}

/// Numbers that look random and are the same for the same name, on every machine.
pub(super) struct Dice(u32);

impl Dice {
    fn new(name: &str) -> Self {
        // FNV-1a
        Self(name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
    }

    /// A number from 0 to below `sides`.
    pub(super) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // The lower bits of such a sequence repeat soon.
        (self.0 >> 8) % sides.max(1)
    }

    /// One of the things.
    pub(super) fn pick<'a>(&mut self, things: &[&'a str]) -> &'a str {
        let count = u32::try_from(things.len()).unwrap_or(u32::MAX);
        usize::try_from(self.roll(count))
            .ok()
            .and_then(|place| things.get(place))
            .copied()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_the_same_each_time_and_differ_from_each_other() {
        let board =
            |name: &str| PersonsBoard { name: name.to_owned(), pins: 1, motif: Motif::Bubbles, hue: 30 };
        let kettle = svg(&board("Kettles"), 0);
        assert_eq!(kettle, svg(&board("Kettles"), 0));
        assert_ne!(kettle, svg(&board("Kettles"), 1));
        assert_ne!(kettle, svg(&board("Noren"), 0));
        assert!(kettle.starts_with("<svg") && kettle.ends_with("</svg>"));
    }
}
