//! What has to be the same.

use std::any::type_name;
use std::fmt::Debug;

use mesos_sdk::wire::Encoding;
use prost::{DecodeError, Message};

/// Compares a message that is read from `first` and then from `second` too. Returns both forms of
/// what `first` has.
pub(crate) fn messages<O, R>(first: &[u8], second: &[u8]) -> (O, R)
where
    O: mesos_sdk::wire::Message + Clone + Debug,
    R: Message + Default + Clone + Debug,
{
    let (mut ours, mut reference) = (O::default(), R::default());
    written(&ours, &reference);
    read(ours.merge(first), reference.merge(first));
    written(&ours, &reference);
    if reference.encoded_len() > 0 {
        let encoded = reference.encode_to_vec();
        let again = (Encoding::Protobuf.decode::<O>(&encoded).ok(), R::decode(&encoded[..]).ok());
        assert_eq!(again.0.is_some(), again.1.is_some());
        if let (Some(ours), Some(reference)) = again {
            written(&ours, &reference);
        }
    }
    let kept = (ours.clone(), reference.clone());
    read(ours.merge(second), reference.merge(second));
    written(&ours, &reference);
    ours.clear();
    reference.clear();
    written(&ours, &reference);
    kept
}

/// Both have the same bytes, and are shown alike. The library's are longer where a map has a
/// default value, which prost leaves out; they mean the same.
pub(crate) fn written<O: Message + Debug, R: Message + Default + Debug>(ours: &O, reference: &R) {
    let (own, bytes) = (ours.encode_to_vec(), reference.encode_to_vec());
    assert_eq!(ours.encoded_len(), own.len());
    let own = match own.len() > bytes.len() {
        true => {
            R::decode(&own[..]).map_or_else(|error| error.to_string().into(), |read| read.encode_to_vec())
        }
        false => own,
    };
    assert_eq!(own, bytes);
    shown(ours, reference);
}

/// The library shows fields in the order of their tags, and prost in that of the file.
pub(crate) fn shown<O: Debug + ?Sized, R: Debug + ?Sized>(ours: &O, reference: &R) {
    let lines = |text: String| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(format!("{ours:#?}")), lines(format!("{reference:#?}")));
}

fn read(ours: Result<(), DecodeError>, reference: Result<(), DecodeError>) {
    assert_eq!(ours.map_err(|error| error.to_string()), reference.map_err(|error| error.to_string()));
}

/// The enums whose variants lack the first word of their values, and that word.
const SHORTENED: [(&str, &str); 3] =
    [("::v1::TaskState", "Task"), ("::v1::OperationState", "Operation"), ("::v1::Status", "Driver")];

/// Compares all small numbers.
pub(crate) fn enums<O, R>(ours_valid: fn(i32) -> bool, reference_valid: fn(i32) -> bool)
where
    O: TryFrom<i32, Error = prost::UnknownEnumValue> + Into<i32> + Default + Debug,
    R: TryFrom<i32, Error = prost::UnknownEnumValue> + Into<i32> + Default + Debug,
{
    assert_eq!(O::default().into(), R::default().into());
    let shortened = SHORTENED.iter().find(|(name, _)| type_name::<O>().ends_with(name));
    let word = shortened.map_or("", |(_, word)| word);
    for number in -2..2000 {
        assert_eq!(ours_valid(number), reference_valid(number));
        let ours = O::try_from(number).map(|value| (format!("{word}{value:?}"), value.into()));
        let reference = R::try_from(number).map(|value| (format!("{value:?}"), value.into()));
        assert_eq!(ours, reference);
    }
}
