//! Ids are text, and lengths of time are [`Duration`]s: conversions of the messages that hold them.

use std::borrow::Borrow;
use std::fmt;
use std::time::Duration;

use super::v1::{
    AgentId, ContainerId, DurationInfo, ExecutorId, Filters, FrameworkId, OfferId, OperationId,
    ResourceProviderId, TaskId, TimeInfo,
};

/// What an id of text alone has in common with that text.
macro_rules! ids {
    ($($id:ident),*) => {
        $(
            impl $id {
                /// Returns the id as text.
                pub fn as_str(&self) -> &str {
                    &self.value
                }
            }

            impl From<String> for $id {
                fn from(value: String) -> Self {
                    Self { value }
                }
            }

            impl From<$id> for String {
                fn from(id: $id) -> Self {
                    id.value
                }
            }

            impl From<&str> for $id {
                fn from(id: &str) -> Self {
                    Self::from(id.to_owned())
                }
            }

            impl From<&String> for $id {
                fn from(id: &String) -> Self {
                    Self::from(id.clone())
                }
            }

            impl fmt::Display for $id {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.pad(&self.value)
                }
            }

            impl AsRef<str> for $id {
                fn as_ref(&self) -> &str {
                    &self.value
                }
            }

            /// A map with ids as keys can be asked by text.
            impl Borrow<str> for $id {
                fn borrow(&self) -> &str {
                    &self.value
                }
            }
        )*
    };
}

ids!(AgentId, ExecutorId, FrameworkId, OfferId, OperationId, ResourceProviderId, TaskId);

/// A container at the top level.
impl From<String> for ContainerId {
    fn from(value: String) -> Self {
        Self { value, parent: None }
    }
}

/// A container at the top level.
impl From<&str> for ContainerId {
    fn from(id: &str) -> Self {
        Self::from(id.to_owned())
    }
}

/// As Mesos writes it: the ids from the outermost container to this one, with dots between them.
impl fmt::Display for ContainerId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = &self.parent {
            write!(formatter, "{parent}.")?;
        }
        formatter.write_str(&self.value)
    }
}

/// Rounds what is longer than the message can hold, 292 years, down to that.
impl From<Duration> for DurationInfo {
    fn from(duration: Duration) -> Self {
        Self { nanoseconds: i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX) }
    }
}

/// A negative duration becomes zero.
impl From<DurationInfo> for Duration {
    fn from(info: DurationInfo) -> Self {
        Self::from_nanos(u64::try_from(info.nanoseconds).unwrap_or_default())
    }
}

/// The time that has passed since 1970. What is longer than the message can hold, 292 years,
/// becomes that.
impl From<Duration> for TimeInfo {
    fn from(since_1970: Duration) -> Self {
        Self { nanoseconds: i64::try_from(since_1970.as_nanos()).unwrap_or(i64::MAX) }
    }
}

/// The time that has passed since 1970; a moment before it becomes zero.
impl From<TimeInfo> for Duration {
    fn from(time: TimeInfo) -> Self {
        Self::from_nanos(u64::try_from(time.nanoseconds).unwrap_or_default())
    }
}

/// How long declined resources are not offered again.
impl From<Duration> for Filters {
    fn from(refused_for: Duration) -> Self {
        Self { refuse_seconds: Some(refused_for.as_secs_f64()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn ids_are_text() {
        let id = TaskId::from("t");
        assert_eq!((id.to_string().as_str(), id.as_str(), id.as_ref()), ("t", "t", "t"));
        assert_eq!(format!("{id:>3}"), "  t");
        let text = "t".to_owned();
        assert_eq!([TaskId::from(&text), TaskId::from(text)], [id.clone(), id.clone()]);
        assert_eq!(String::from(id.clone()), "t");
        assert_eq!(HashMap::from([(id, 1)]).get("t"), Some(&1));
    }

    #[test]
    fn container_ids_contain_their_parents() {
        let outer = ContainerId::from("a");
        let inner = ContainerId { parent: Some(Box::new(outer.clone())), ..ContainerId::from("b") };
        assert_eq!([outer.to_string(), inner.to_string()], ["a", "a.b"]);
    }

    #[test]
    fn durations_saturate_both_ways() {
        let nanoseconds = |duration: Duration| {
            assert_eq!(DurationInfo::from(duration).nanoseconds, TimeInfo::from(duration).nanoseconds);
            DurationInfo::from(duration).nanoseconds
        };
        assert_eq!(nanoseconds(Duration::from_millis(1500)), 1_500_000_000);
        assert_eq!(nanoseconds(Duration::MAX), i64::MAX);
        for (nanoseconds, duration) in [(7, Duration::from_nanos(7)), (-7, Duration::ZERO)] {
            assert_eq!(Duration::from(DurationInfo { nanoseconds }), duration);
            assert_eq!(Duration::from(TimeInfo { nanoseconds }), duration);
        }
    }
}
