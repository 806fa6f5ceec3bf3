//! Payloads as JSON.

use bytes::Bytes;
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use serde_json::error::Category;

use super::{PayloadError, finite};

/// What `#[derive(Payload)]` needs of a type. Every type that is serde's `Serialize` and
/// `DeserializeOwned` has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written as JSON and read back",
    label = "lacks serde's `Serialize` or `Deserialize`",
    note = "write `#[derive(serde::Serialize, serde::Deserialize)]` above `{Self}`"
)]
pub trait JsonPayload: Sized {
    /// Writes the prefix and the JSON of this value.
    ///
    /// # Errors
    /// [`PayloadError::Unwritable`], as with a number that is infinite or none, and
    /// [`PayloadError::TooLarge`].
    fn to_json(&self, format: JsonFormat) -> Result<Bytes, PayloadError>;

    /// Reads what [`to_json`](Self::to_json) wrote. White space may surround the JSON.
    ///
    /// # Errors
    /// [`PayloadError::TooLarge`], [`OtherKind`](PayloadError::OtherKind),
    /// [`NotJson`](PayloadError::NotJson) and [`Mismatch`](PayloadError::Mismatch).
    fn from_json(bytes: &[u8], format: JsonFormat) -> Result<Self, PayloadError>;
}

// Without it the compiler complains about serde's traits one by one, and not in the words above.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> JsonPayload for T {
    fn to_json(&self, format: JsonFormat) -> Result<Bytes, PayloadError> {
        finite::check(self).map_err(|problem| PayloadError::unwritable(format.payload, problem))?;
        let mut bytes = format.prefix.as_bytes().to_vec();
        let written = if format.pretty {
            serde_json::to_writer_pretty(&mut bytes, self)
        } else {
            serde_json::to_writer(&mut bytes, self)
        };
        written.map_err(|error| PayloadError::unwritable(format.payload, error))?;
        PayloadError::check_size(format.payload, bytes.len(), format.limit)?;
        Ok(bytes.into())
    }

    fn from_json(bytes: &[u8], format: JsonFormat) -> Result<Self, PayloadError> {
        let JsonFormat { payload, limit, prefix, .. } = format;
        PayloadError::check_size(payload, bytes.len(), limit)?;
        let json = bytes.strip_prefix(prefix.as_bytes());
        let json = json.ok_or_else(|| PayloadError::other_kind(payload, prefix, bytes))?;
        serde_json::from_slice(json).map_err(|error| format.malformed(&error))
    }
}

/// How one type is written as JSON; what `#[derive(Payload)]` works with.
///
/// ```
/// use mesos_sdk::payload::{JsonPayload, JsonFormat};
/// let format = JsonFormat::new("Sizes", 100).with_prefix("sizes ");
/// assert_eq!(vec![1, 2].to_json(format)?, "sizes [1,2]");
/// assert_eq!(Vec::<u8>::from_json(b"sizes [1,2]", format)?, [1, 2]);
/// # Ok::<(), mesos_sdk::PayloadError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonFormat {
    payload: &'static str,
    limit: usize,
    prefix: &'static str,
    pretty: bool,
}

impl JsonFormat {
    /// Creates a format for JSON in one line without a prefix, of at most `limit` bytes. Errors
    /// call the type `payload`.
    pub const fn new(payload: &'static str, limit: usize) -> Self {
        Self { payload, limit, prefix: "", pretty: false }
    }

    /// Sets the text before the JSON, required when reading. Default: none.
    #[must_use]
    pub const fn with_prefix(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// Sets whether the JSON is written on several lines, indented by 2. Default: no. Both forms
    /// are read.
    #[must_use]
    pub const fn with_pretty(self, pretty: bool) -> Self {
        Self { pretty, ..self }
    }

    fn malformed(self, error: &serde_json::Error) -> PayloadError {
        let (line, column) = self.position(error);
        let text = error.to_string();
        let own_position = format!(" at line {} column {}", error.line(), error.column());
        let reason = text.strip_suffix(&own_position).unwrap_or(&text).to_owned();
        match error.classify() {
            Category::Data => {
                PayloadError::mismatch(self.payload, format!("line {line}, column {column}: {reason}"))
            }
            _ => PayloadError::NotJson { payload: self.payload, line, column, reason },
        }
    }

    /// Returns where the mistake is in the whole data: serde counts from the end of the prefix.
    fn position(self, error: &serde_json::Error) -> (usize, usize) {
        let lines_before = self.prefix.matches('\n').count();
        let last_line = self.prefix.rsplit('\n').next().map_or(0, str::len);
        let shift = if error.line() == 1 { last_line } else { 0 };
        (error.line() + lines_before, error.column() + shift)
    }
}
