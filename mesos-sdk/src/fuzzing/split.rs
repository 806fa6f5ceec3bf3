//! Messages that are split into elements as they arrive.

use crate::proto::v1::master::Response;
use crate::wire::Encoding;
use crate::wire::split::{Content, Field, SplitError, Splitter};

/// The largest element that is accepted.
const MAX_ELEMENT: usize = 4096;

const FIELDS: &[Field<()>] = &[Field {
    tag: 13,
    name: "get_tasks",
    content: Content::Message(&[Field { tag: 2, name: "tasks", content: Content::Elements(()) }]),
}];

type Elements = (Vec<Vec<u8>>, Result<(), SplitError>);

/// Splits a message, in either encoding. The first byte sets how many bytes arrive at a time, which
/// must not change the result. A whole message in JSON has as many elements.
pub fn split(data: &[u8]) {
    let Some((at_a_time, message)) = data.split_first() else { return };
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let whole = elements(encoding, message, message.len().max(1));
        assert_eq!(elements(encoding, message, usize::from(*at_a_time).max(1)), whole);
        let bytes: usize = whole.0.iter().map(Vec::len).sum();
        assert!(bytes <= message.len() && whole.0.iter().all(|element| element.len() <= MAX_ELEMENT));
    }
    // `Response` also takes the values of a message's fields as a list, which Mesos does not.
    let has_objects = serde_json::from_slice(message).is_ok_and(|value: serde_json::Value| {
        value.is_object() && value.get("get_tasks").is_none_or(|tasks| !tasks.is_array())
    });
    if let (true, Ok(response)) = (has_objects, serde_json::from_slice::<Response>(message)) {
        let (elements, end) = elements(Encoding::Json, message, message.len());
        let tasks = response.get_tasks.as_ref().map_or(0, |tasks| tasks.tasks.len());
        let agrees = match end {
            Ok(()) => elements.len() == tasks && response.get_tasks.is_some(),
            Err(SplitError::Missing) => response.get_tasks.is_none(),
            Err(error) => matches!(error, SplitError::TooLarge(_)),
        };
        assert!(agrees, "{end:?} and {} elements, not {tasks}", elements.len());
    }
}

/// Returns the elements, and how the message ends.
fn elements(encoding: Encoding, message: &[u8], at_a_time: usize) -> Elements {
    let (mut splitter, mut elements) = (Splitter::new(encoding, FIELDS, MAX_ELEMENT), Vec::new());
    for piece in message.chunks(at_a_time) {
        splitter.push(piece);
        loop {
            match splitter.next() {
                Ok(Some(((), element))) => elements.push(element.to_vec()),
                Ok(None) => break,
                Err(error) => return (elements, Err(error)),
            }
        }
    }
    let end = splitter.end();
    (elements, end)
}
