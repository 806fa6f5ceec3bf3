//! How many elements of a list follow one another, so that it gets its memory in one piece and
//! nothing to spare: most lists have one or two elements, and the large ones a million.

use std::cell::Cell;

use prost::bytes::Buf;
use prost::encoding::{WireType, decode_varint};

thread_local! {
    /// How many bytes are left in the buffer where the message that is being decoded ends. Were it
    /// wrong, lists would grow in more steps.
    static AFTER: Cell<usize> = const { Cell::new(0) };
}

/// Begins a message within another one, with its length next in the buffer. Returns what
/// [`end`] needs.
#[inline]
pub(super) fn begin(buf: &impl Buf) -> usize {
    let mut rest = buf.chunk();
    let length = if rest.is_empty() { 0 } else { decode_varint(&mut rest).unwrap_or_default() };
    let own = (buf.chunk().len() - rest.len()).saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    AFTER.replace(buf.remaining().saturating_sub(own))
}

/// Continues with the message around the one that has ended.
#[inline]
pub(super) fn end(outer: usize) {
    AFTER.set(outer);
}

/// Returns how many elements of this field follow, the first one's length being next in the
/// buffer; 0 if that is not known.
pub(super) fn elements(tag: u32, wire_type: WireType, buf: &impl Buf) -> usize {
    if wire_type != WireType::LengthDelimited {
        return 0;
    }
    let within = buf.remaining().saturating_sub(AFTER.get());
    let mut rest = buf.chunk().get(..within).unwrap_or_default();
    let key = u64::from(tag << 3 | wire_type as u32);
    let mut elements = 0;
    while let Some(after) = element(rest) {
        elements += 1;
        rest = after;
        if rest.is_empty() || decode_varint(&mut rest).ok() != Some(key) {
            break;
        }
    }
    elements
}

/// Returns what follows an element.
#[inline]
fn element(mut rest: &[u8]) -> Option<&[u8]> {
    if rest.is_empty() {
        return None;
    }
    let length = decode_varint(&mut rest).ok()?;
    rest.get(usize::try_from(length).ok()?..)
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::proto::v1::master::response::{GetState, GetTasks};
    use crate::proto::v1::{Label, Labels, Task, TaskStatus};

    #[test]
    fn elements_are_counted_up_to_another_field_and_to_the_end() {
        let list = b"\x02ab\x0a\x00\x0a\x01c";
        assert_eq!(elements(1, WireType::LengthDelimited, &&list[..]), 3);
        assert_eq!(elements(1, WireType::LengthDelimited, &&[&list[..], b"\x12\x00"].concat()[..]), 3);
        assert_eq!(elements(2, WireType::LengthDelimited, &&list[..]), 1);
        assert_eq!(elements(1, WireType::Varint, &&list[..]), 0);
        for cut in [&b""[..], b"\x03ab", b"\x80", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"] {
            assert_eq!(elements(1, WireType::LengthDelimited, &cut), 0, "{cut:?}");
        }
    }

    #[test]
    fn lists_have_room_for_their_elements_alone_in_messages_within_messages() {
        let label = |key: &str| Label { key: key.to_owned(), value: None };
        let labels = Labels { labels: vec![label("a"), label("b"), label("c")] };
        let task = Task { labels: Some(labels), statuses: vec![TaskStatus::default(); 5], ..Task::default() };
        let tasks = GetTasks { tasks: vec![task; 7], ..GetTasks::default() };
        let state = GetState { get_tasks: Some(tasks.into()), ..GetState::default() };
        let read = GetState::decode(&state.encode_to_vec()[..]).unwrap();
        assert_eq!(read, state);
        let tasks = read.get_tasks.unwrap().tasks;
        assert_eq!(tasks.capacity(), 7);
        for task in tasks {
            assert_eq!((task.statuses.capacity(), task.labels.unwrap().labels.capacity()), (5, 3));
        }
    }
}
