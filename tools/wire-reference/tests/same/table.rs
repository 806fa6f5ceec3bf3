//! All that stands in the library's table, by two lists of checks.

use crate::compare;

/// The library's messages.
mod ours {
    pub(super) use mesos_sdk::proto::{google, v1};
}

type Check = fn(&[u8], &[u8]);

macro_rules! messages {
    ($($what:ident $name:ident in $($scope:ident)::+ { $($body:tt)* })*) => {
        /// For each message, its name and what compares it with its reference in two contents.
        pub(crate) fn messages() -> Vec<(&'static str, Check)> {
            let mut found: Vec<(&'static str, Check)> = Vec::new();
            $(entry!($what found, $name, ($($scope)::+), { $($body)* });)*
            found
        }
        /// For each enum what compares it with its reference.
        pub(crate) fn enums() -> Vec<fn()> {
            let mut found: Vec<fn()> = Vec::new();
            $(enum_entry!($what found, $name, ($($scope)::+));)*
            found
        }
    };
}

macro_rules! entry {
    (message $found:ident, $name:ident, ($($scope:ident)::+), {$(
        $label:ident $kind:ident $(($of:path))? $field:ident = $($tag:literal)|+ $(, default $default:expr)? $(, set $set:ident)? $(, or $or:ident)?
            $(, deprecated $deprecated:literal)? $(, place $place:literal)?;
    )*}) => {
        $found.push((stringify!($($scope)::+::$name), |first, second| {
            type Ours = ours::$($scope)::+::$name;
            type Reference = wire_reference::$($scope)::+::$name;
            let (mut ours, mut reference) = compare::messages::<Ours, Reference>(first, second);
            $(accessor!($label $kind $field $($set)?, [$($default)? $($or)?], ours, reference);)*
            compare::written(&ours, &reference);
            let _ = (&mut ours, &mut reference);
        }));
    };
    ($what:ident $found:ident, $name:ident, ($($scope:ident)::+), $body:tt) => {};
}

macro_rules! accessor {
    (optional message $field:ident, [], $ours:ident, $reference:ident) => {};
    (optional boxed $field:ident, [], $ours:ident, $reference:ident) => {};
    (optional oneof $field:ident, [], $ours:ident, $reference:ident) => {};
    // Ours are options where no default is declared.
    (optional enumeration $field:ident $set:ident, [], $ours:ident, $reference:ident) => {
        assert_eq!($ours.$field().unwrap_or_default() as i32, $reference.$field() as i32);
        $ours.$set($ours.$field().unwrap_or_default());
        $reference.$set($reference.$field());
    };
    (optional bool $field:ident, [], $ours:ident, $reference:ident) => {
        assert_eq!($ours.$field(), $reference.$field);
    };
    (repeated enumeration $field:ident $push:ident, [], $ours:ident, $reference:ident) => {
        let numbers: Vec<_> = $ours.$field().map(|value| value as i32).collect();
        assert_eq!(numbers, $reference.$field().map(|value| value as i32).collect::<Vec<_>>());
        $ours.$push(Default::default());
        $reference.$push(Default::default());
    };
    ($label:ident enumeration $field:ident $set:ident, [$($default:expr)?], $ours:ident, $reference:ident) => {
        assert_eq!($ours.$field() as i32, $reference.$field() as i32);
        $ours.$set($ours.$field());
        $reference.$set($reference.$field());
    };
    (optional $kind:ident $field:ident, [$($default:expr)?], $ours:ident, $reference:ident) => {
        compare::shown(&$ours.$field(), &$reference.$field());
    };
    ($label:ident $kind:ident $field:ident, [$($default:expr)?], $ours:ident, $reference:ident) => {};
}

macro_rules! enum_entry {
    (enumeration $found:ident, $name:ident, ($($scope:ident)::+)) => {
        $found.push(|| {
            type Ours = ours::$($scope)::+::$name;
            type Reference = wire_reference::$($scope)::+::$name;
            compare::enums::<Ours, Reference>(Ours::is_valid, Reference::is_valid);
        });
    };
    ($what:ident $found:ident, $name:ident, ($($scope:ident)::+)) => {};
}

include!("../../../../mesos-sdk/src/proto/generated/messages.rs");
