//! What there is to draw.

use serde::Deserialize;

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
