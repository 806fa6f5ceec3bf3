//! The pictures of the built-in site: drawn from the boards' names and colours.

use super::canvas::{Dice, Palette};
use super::motif;
use super::people::PersonsBoard;
use super::shown::Motif;

/// Returns a picture of a board in SVG: the cover, of 4 to 3, when `number` is 0, else a square.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_stable_and_distinct() {
        let board =
            |name: &str| PersonsBoard { name: name.to_owned(), pins: 1, motif: Motif::Bubbles, hue: 30 };
        let kettle = svg(&board("Kettles"), 0);
        assert_eq!(kettle, svg(&board("Kettles"), 0));
        assert_ne!(kettle, svg(&board("Kettles"), 1));
        assert_ne!(kettle, svg(&board("Noren"), 0));
        assert!(kettle.starts_with("<svg") && kettle.ends_with("</svg>"));
    }
}
