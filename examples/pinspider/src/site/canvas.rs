//! What pictures are drawn with.

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

impl Palette {
    pub(super) fn new(hue: u32) -> Self {
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
    pub(super) fn new(name: &str) -> Self {
        // FNV-1a
        Self(name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
    }

    /// Returns a random number from 0 to below `sides`.
    pub(super) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // The lower bits of such a sequence repeat soon.
        (self.0 >> 8) % sides.max(1)
    }

    /// Returns one of the things, at random.
    pub(super) fn pick<'a>(&mut self, things: &[&'a str]) -> &'a str {
        let count = u32::try_from(things.len()).unwrap_or(u32::MAX);
        usize::try_from(self.roll(count))
            .ok()
            .and_then(|place| things.get(place))
            .copied()
            .unwrap_or_default()
    }
}
