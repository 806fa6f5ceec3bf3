//! Typed data of tasks, of status updates and of framework messages.
//!
//! Mesos transports these as bytes that only the framework interprets: `TaskInfo.data` from the
//! scheduler to the executor, `TaskStatus.data` back, and messages in both directions. A
//! [`Payload`] is a type that is encoded as such bytes and decoded from them.

mod error;
#[cfg(feature = "derive")]
mod finite;
#[cfg(feature = "derive")]
mod json;

pub use bytes::Bytes;

pub use self::error::PayloadError;
#[cfg(feature = "derive")]
pub use self::json::{JsonFormat, JsonPayload};

/// The default limit of a payload in bytes: 1 MiB.
///
/// Mesos sets no limit, but master and agent keep payloads in memory, and the agent writes them to
/// its disk when the framework checkpoints. Larger data is better fetched from a store that the
/// payload names.
pub const DEFAULT_LIMIT: usize = 1024 * 1024;

/// Data that Mesos transports as bytes.
///
/// Derive it with the macro of the same name, or implement it for your own format:
///
/// ```
/// use mesos_sdk::payload::{Bytes, Payload, PayloadError};
///
/// #[derive(Debug, PartialEq)]
/// struct Url(String);
///
/// impl Payload for Url {
///     fn to_bytes(&self) -> Result<Bytes, PayloadError> {
///         PayloadError::check_size("Url", self.0.len(), Self::LIMIT)?;
///         Ok(Bytes::copy_from_slice(self.0.as_bytes()))
///     }
///
///     fn from_bytes(bytes: &[u8]) -> Result<Self, PayloadError> {
///         PayloadError::check_size("Url", bytes.len(), Self::LIMIT)?;
///         let text = std::str::from_utf8(bytes).map_err(|error| PayloadError::mismatch("Url", error))?;
///         Ok(Self(text.to_owned()))
///     }
/// }
/// # assert_eq!(Url::from_bytes(&Url("http://a".into()).to_bytes()?)?, Url("http://a".into()));
/// # Ok::<(), PayloadError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a payload",
    label = "not a type that Mesos can carry as data",
    note = "write `#[derive(serde::Serialize, serde::Deserialize, mesos_sdk::Payload)]` above `{Self}`"
)]
pub trait Payload: Sized {
    /// The maximum size of a payload of this type in bytes, for encoding and decoding.
    const LIMIT: usize = DEFAULT_LIMIT;

    /// Encodes the value for `TaskInfo.data`, `TaskStatus.data` or a message.
    ///
    /// # Errors
    ///
    /// Fails if the bytes would be more than [`LIMIT`](Self::LIMIT), or the value cannot be
    /// encoded. Do not retry.
    fn to_bytes(&self) -> Result<Bytes, PayloadError>;

    /// Decodes the value that [`to_bytes`](Self::to_bytes) encoded.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are another kind of payload, malformed, or more than
    /// [`LIMIT`](Self::LIMIT).
    fn from_bytes(bytes: &[u8]) -> Result<Self, PayloadError>;
}

/// Derives [`Payload`](trait@Payload) for a struct or enum: its JSON through serde.
///
/// ```
/// use mesos_sdk::Payload;
/// use serde::{Deserialize, Serialize};
///
/// /// What one crawling task has to fetch.
/// #[derive(Serialize, Deserialize, Payload, Debug, PartialEq)]
/// struct Fetch {
///     url: String,
///     depth: u32,
/// }
///
/// let fetch = Fetch { url: "http://pins.example/techcrunch".into(), depth: 1 };
/// let data = fetch.to_bytes()?;
/// assert_eq!(&data[..], br#"{"url":"http://pins.example/techcrunch","depth":1}"#);
/// assert_eq!(Fetch::from_bytes(&data)?, fetch);
/// # Ok::<(), mesos_sdk::PayloadError>(())
/// ```
///
/// `#[payload(…)]` above the type takes:
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `prefix = "userprofile :"` | text before the JSON; without it nothing is read | none |
/// | `pretty` | JSON in several lines, indented by 2 | one line |
/// | `max_bytes = 65536` | [`LIMIT`](trait@Payload#associatedconstant.LIMIT), the prefix included | [`DEFAULT_LIMIT`] |
/// | `crate = "path::to::mesos_sdk"` | where this crate is, when you re-export it | `::mesos_sdk` |
///
/// Prefixes distinguish several kinds of payload. [`PayloadError::is_other_kind`] reports that one
/// kind did not match, so that you try the next:
///
/// ```
/// # use mesos_sdk::{Payload, PayloadError};
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize, Payload)]
/// #[payload(prefix = "userprofile :", pretty, max_bytes = 65536)]
/// struct Profile {
///     name: String,
/// }
///
/// #[derive(Serialize, Deserialize, Payload)]
/// #[payload(prefix = "userboard :")]
/// struct Board {
///     title: String,
/// }
///
/// fn describe(message: &[u8]) -> Result<String, PayloadError> {
///     match Profile::from_bytes(message) {
///         Ok(profile) => Ok(format!("user {}", profile.name)),
///         Err(error) if error.is_other_kind() => Ok(format!("board {}", Board::from_bytes(message)?.title)),
///         Err(error) => Err(error),
///     }
/// }
///
/// let profile = Profile { name: "TechCrunch".into() }.to_bytes()?;
/// assert_eq!(profile, "userprofile :{\n  \"name\": \"TechCrunch\"\n}");
/// assert_eq!(describe(&profile)?, "user TechCrunch");
/// assert_eq!(describe(&Board { title: "Gadgets".into() }.to_bytes()?)?, "board Gadgets");
/// # Ok::<(), PayloadError>(())
/// ```
///
/// A number that is infinite or none (NaN) is refused when it is written, with the name of its
/// field: JSON has no form for it.
///
/// A generic type is a payload for those parameters for which it is `Serialize` and
/// `DeserializeOwned`. Types that borrow (`&'a str`) can't be read from bytes that do not outlive
/// the call; write `String`.
#[cfg(feature = "derive")]
pub use mesos_sdk_derive::Payload;
