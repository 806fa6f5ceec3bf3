//! Comparing an answer with the wanted one.

use std::fmt::{Debug, Display};

use mesos_sdk::resources::Resources;

/// An answer beside the wanted one.
pub(super) struct Answer {
    pub(super) agrees: bool,
    pub(super) wanted: String,
    pub(super) got: String,
}

impl Answer {
    #[expect(clippy::needless_pass_by_value, reason = "callers have no other use for the two")]
    pub(super) fn exactly<T: PartialEq + Debug>(wanted: T, got: T) -> Self {
        Self { agrees: wanted == got, wanted: format!("{wanted:?}"), got: format!("{got:?}") }
    }

    /// Compares resources more strictly than Mesos does: the entries must match one to one, with as
    /// many copies.
    pub(super) fn resources(wanted: &Resources, got: &Resources) -> Self {
        let agrees = wanted == got && match_one_to_one(wanted, got);
        Self { agrees, wanted: wanted.to_string(), got: got.to_string() }
    }

    pub(super) fn succeeds<T, E: Display>(result: Result<T, E>) -> Self {
        let (agrees, got) = match result {
            Ok(_) => (true, "success".to_owned()),
            Err(error) => (false, error.to_string()),
        };
        Self { agrees, wanted: "success".to_owned(), got }
    }

    pub(super) fn fails<T: Debug, E>(result: Result<T, E>) -> Self {
        let (agrees, got) = match result {
            Ok(value) => (false, format!("{value:?}")),
            Err(_) => (true, "an error".to_owned()),
        };
        Self { agrees, wanted: "an error".to_owned(), got }
    }

    /// Requires that both agree; the first that does not is shown.
    pub(super) fn and(self, other: Self) -> Self {
        if self.agrees { other } else { self }
    }
}

fn match_one_to_one(wanted: &Resources, got: &Resources) -> bool {
    let mut unmatched: Vec<_> = wanted.iter().collect();
    let all_found = got.iter().all(|resource| {
        let alone = Resources::from(resource.clone());
        let twin = unmatched.iter().position(|other| {
            Resources::from((*other).clone()) == alone && wanted.count(other) == got.count(resource)
        });
        twin.map(|twin| unmatched.swap_remove(twin)).is_some()
    });
    all_found && unmatched.is_empty()
}
