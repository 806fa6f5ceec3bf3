//! Work: a function from an input to a result, which runs on agents.

mod attempt;
mod context;
mod error;
#[cfg(test)]
mod tests;
mod worker;

use mesos_sdk::Payload;

pub(crate) use self::attempt::too_large;
pub use self::context::Context;
pub use self::error::WorkError;
pub use self::worker::Worker;

/// The largest input of a task, in bytes: it is kept by the master, the agent and the store.
pub const MAX_INPUT: usize = 64 << 10;
/// The largest result of a task, in bytes: it is kept by the agent, the store, and in memory until
/// its map is forgotten.
pub const MAX_RESULT: usize = 64 << 10;

/// The data of the update of a task that failed for good.
pub(crate) const FATAL: &[u8] = b"fatal";
/// The labels of a task with the number of its input, and with that of its attempt.
pub(crate) const INDEX: &str = "index";
pub(crate) const ATTEMPT: &str = "attempt";

/// What a work function returns: a `Result` whose error is a [`WorkError`].
#[diagnostic::on_unimplemented(
    message = "a work function does not return `{Self}`",
    label = "not a `Result<Output, WorkError>`",
    note = "write `-> Result<Output, WorkError>`: an error is tried again unless it is `WorkError::fatal`"
)]
#[doc(hidden)]
pub trait Returned {
    /// The result.
    type Output;
}

impl<T> Returned for Result<T, WorkError> {
    type Output = T;
}

/// A function from an input to a result, which a [`Map`](crate::Map) runs on agents.
///
/// Write it with the attribute [`work`](macro@crate::work), or implement the trait:
///
/// ```
/// use mesos_launcher::{Context, Work, WorkError};
/// use mesos_sdk::Payload;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Text(String);
///
/// #[derive(Serialize, Deserialize, Payload)]
/// struct Words(usize);
///
/// struct Count;
///
/// impl Work for Count {
///     const NAME: &'static str = "count";
///     type Input = Text;
///     type Output = Words;
///
///     async fn run(input: Text, _: Context) -> Result<Words, WorkError> {
///         Ok(Words(input.0.split_whitespace().count()))
///     }
/// }
/// ```
///
/// It runs **at least once** for each input: again if it fails, and if its agent is lost. Write
/// what it leaves behind so that a second time does no harm.
///
/// # Blocking
///
/// The function shares its threads with what reports its state and learns that it is to be killed.
/// Await [`tokio::task::spawn_blocking`] for what computes or blocks for long. What does not
/// return is ended with its process when it was killed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a work function",
    note = "write `#[mesos_launcher::work]` above the function"
)]
pub trait Work: Send + Sync + 'static {
    /// The name of the work in the command line of its executor.
    const NAME: &'static str;
    /// How many tasks one executor runs at the same time; others wait for their turn. A map gives
    /// each task its own executor.
    const MAX_CONCURRENT: usize = 64;
    /// What one task works on: at most [`MAX_INPUT`] bytes.
    type Input: Payload + Send + 'static;
    /// What one task returns: at most [`MAX_RESULT`] bytes.
    type Output: Payload + Send + 'static;

    /// Works on one input.
    ///
    /// An `Err`, and a panic, is a failure of the program, after which the task is [tried
    /// again](crate::Retry) unless the error is [fatal](WorkError::fatal).
    fn run(
        input: Self::Input,
        context: Context,
    ) -> impl Future<Output = Result<Self::Output, WorkError>> + Send;
}
