//! Payloads as JSON.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::PayloadError;

/// What `#[derive(Payload)]` needs of a type: serde's `Serialize` and `Deserialize`. Every such type has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written as JSON and read back",
    label = "lacks serde's `Serialize` or `Deserialize`",
    note = "write `#[derive(serde::Serialize, serde::Deserialize)]` above `{Self}`"
)]
pub trait Json: Serialize + DeserializeOwned {}
impl<T: Serialize + DeserializeOwned> Json for T {}

/// How one type is written as JSON; what `#[derive(Payload)]` works with.
///
/// ```
/// use mesos_sdk::payload::JsonFormat;
/// let format = JsonFormat::new("Sizes", 100).with_prefix("sizes ");
/// assert_eq!(format.write(&[1, 2])?, "sizes [1,2]");
/// assert_eq!(format.read::<Vec<u8>>(b"sizes [1,2]")?, [1, 2]);
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
    /// JSON in one line without a prefix, of at most `limit` bytes. Errors call the type `payload`.
    pub const fn new(payload: &'static str, limit: usize) -> Self {
        Self { payload, limit, prefix: "", pretty: false }
    }

    /// Text before the JSON, required when reading. Default: none.
    #[must_use]
    pub const fn with_prefix(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }

    /// Whether the JSON takes several lines, indented by 2. Default: no. Both are read.
    #[must_use]
    pub const fn with_pretty(self, pretty: bool) -> Self {
        Self { pretty, ..self }
    }

    /// Writes the prefix and the JSON of `value`.
    ///
    /// # Errors
    /// [`PayloadError::Unwritable`] and [`PayloadError::TooLarge`].
    pub fn write<T: Serialize + ?Sized>(self, value: &T) -> Result<Bytes, PayloadError> {
        let mut bytes = self.prefix.as_bytes().to_vec();
        let written = if self.pretty {
            serde_json::to_writer_pretty(&mut bytes, value)
        } else {
            serde_json::to_writer(&mut bytes, value)
        };
        written.map_err(|error| PayloadError::unwritable(self.payload, error))?;
        PayloadError::check_size(self.payload, bytes.len(), self.limit)?;
        Ok(bytes.into())
    }

    /// Reads what [`write`](Self::write) wrote. White space may surround the JSON.
    ///
    /// # Errors
    /// [`PayloadError::TooLarge`], [`OtherKind`](PayloadError::OtherKind), [`NotJson`](PayloadError::NotJson) and
    /// [`Mismatch`](PayloadError::Mismatch).
    pub fn read<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, PayloadError> {
        PayloadError::check_size(self.payload, bytes.len(), self.limit)?;
        let json = bytes.strip_prefix(self.prefix.as_bytes()).ok_or_else(|| self.other_kind(bytes))?;
        serde_json::from_slice(json).map_err(|error| self.malformed(&error))
    }

    fn other_kind(self, bytes: &[u8]) -> PayloadError {
        let begin = &bytes[..bytes.len().min(self.prefix.len())];
        let found = String::from_utf8_lossy(begin).into_owned();
        PayloadError::OtherKind { payload: self.payload, expected: self.prefix, found }
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

    /// Where the mistake is in the whole data: serde counts from the end of the prefix.
    fn position(self, error: &serde_json::Error) -> (usize, usize) {
        let lines_before = self.prefix.matches('\n').count();
        let last_line = self.prefix.rsplit('\n').next().map_or(0, str::len);
        let shift = if error.line() == 1 { last_line } else { 0 };
        (error.line() + lines_before, error.column() + shift)
    }
}
