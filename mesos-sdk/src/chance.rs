//! Chance that is no secret.

use std::fmt;

/// A random UUID, shown in its usual form.
pub(crate) struct Uuid(pub(crate) [u8; 16]);

/// With the feature `simulation` it comes from `fastrand`, which a simulation seeds to have the same run again. Without,
/// it does not: a program that seeds `fastrand` for purposes of its own must not give two frameworks the same id.
pub(crate) fn uuid() -> Uuid {
    #[cfg(feature = "simulation")]
    return Uuid::version_4(fastrand::u128(..));
    #[cfg(not(feature = "simulation"))]
    return Uuid::version_4(random());
}

/// By the keys that the standard library has from the system's randomness for its hash maps. With the number in them no
/// input is hashed twice, and with the process's id not even where a fork has the keys and the count of its parent.
#[cfg(not(feature = "simulation"))]
fn random() -> u128 {
    use std::hash::{BuildHasher as _, RandomState};
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);

    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let half = |half: u8| u128::from(KEYS.hash_one((std::process::id(), number, half)));
    half(0) << 64 | half(1)
}

impl Uuid {
    fn version_4(random: u128) -> Self {
        let mut bytes = random.to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(bytes)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            let hyphen = if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{hyphen}{byte:02x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_uuid_has_its_usual_form() {
        let uuid = Uuid::version_4(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
        assert_eq!(uuid.to_string(), "00112233-4455-4677-8899-aabbccddeeff");
        assert_eq!(Uuid::version_4(u128::MAX).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn no_uuid_comes_twice() {
        let drawn: HashSet<_> = (0..10_000).map(|_| uuid().0).collect();
        assert_eq!(drawn.len(), 10_000);
    }
}
