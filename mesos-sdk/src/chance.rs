//! Chance that is no secret.

/// A random UUID. All chance of the drivers comes from `fastrand`, which is seeded by the system unless a simulation
/// seeds it, to have the same run again.
pub(crate) fn uuid() -> uuid::Uuid {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid()
}
