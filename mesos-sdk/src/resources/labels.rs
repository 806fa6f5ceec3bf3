//! Equality of labels.

use crate::proto::v1::{Label, Labels};

/// Returns whether two lists of labels are equal in Mesos' eyes: as many, and each of the left is
/// found in the right.
///
/// The order does not matter; a label without a value equals one with an empty value. With the same
/// label twice on the left the result may differ from that of the other way round, in Mesos too.
pub fn equal(left: &Labels, right: &Labels) -> bool {
    left.labels.len() == right.labels.len()
        && left.labels.iter().all(|label| right.labels.iter().any(|other| same(label, other)))
}

pub(super) fn optional_equal(left: Option<&Labels>, right: Option<&Labels>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => equal(left, right),
        (left, right) => left.is_none() && right.is_none(),
    }
}

fn same(left: &Label, right: &Label) -> bool {
    left.key == right.key && left.value() == right.value()
}
