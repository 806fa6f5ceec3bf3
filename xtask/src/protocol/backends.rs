//! The test backends on which a test runs.

/// Both are false for a test that runs on neither, such as a unit test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Backends {
    pub(super) embedded: bool,
    pub(super) real: bool,
}

impl Backends {
    pub(super) const BOTH: Self = Self { embedded: true, real: true };

    /// Returns those of a part of `cases!`, by the words before its colon.
    pub(super) fn of(part: &str) -> Self {
        match part {
            "embedded only" => Self { embedded: true, real: false },
            "several masters" | "real only" => Self { embedded: false, real: true },
            _ => Self::BOTH,
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { embedded: self.embedded || other.embedded, real: self.real || other.real }
    }

    pub(super) fn name(self) -> &'static str {
        match (self.embedded, self.real) {
            (true, true) => "both",
            (true, false) => "embedded",
            (false, true) => "real",
            (false, false) => "neither",
        }
    }
}
