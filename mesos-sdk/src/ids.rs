//! Ids that nobody has had before.

use uuid::Uuid;

/// Returns a random UUID.
///
/// With `--cfg mesos_sdk_simulation` it comes from `fastrand`, which a simulation seeds to have the
/// same run again. Without, it does not: a program that seeds `fastrand` for other purposes
/// must not give two frameworks the same id.
pub(crate) fn uuid() -> Uuid {
    #[cfg(mesos_sdk_simulation)]
    return uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid();
    #[cfg(not(mesos_sdk_simulation))]
    return Uuid::new_v4();
}
