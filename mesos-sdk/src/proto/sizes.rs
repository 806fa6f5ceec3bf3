//! Checks the sizes that code generation assumes: every optional message that is larger than a
//! string is boxed, and no other.

use super::{google, v1};

macro_rules! messages {
    ($($what:ident $name:ident in $($scope:ident)::+ { $($body:tt)* })*) => {
        #[test]
        fn only_messages_larger_than_a_string_are_boxed() {
            $($what!($($scope)::+::$name, { $($body)* });)*
        }
    };
}

macro_rules! message {
    ($path:path, {$(
        $label:ident $kind:ident $(($of:path))? $field:ident = $($tag:literal)|+ $(, default $default:expr)? $(, set $set:ident)? $(, or $or:ident)?
            $(, deprecated $deprecated:literal)? $(, place $place:literal)?;
    )*}) => {
        $(field!($label $kind $(($of))?, concat!(stringify!($path), ".", stringify!($field)));)*
    };
}

macro_rules! field {
    (optional message($of:path), $name:expr) => {
        assert!(size_of::<$of>() <= size_of::<String>(), "{} has {} bytes", $name, size_of::<$of>());
    };
    (optional boxed($of:path), $name:expr) => {
        assert!(size_of::<$of>() > size_of::<String>(), "{} has {} bytes", $name, size_of::<$of>());
    };
    ($label:ident $kind:ident $(($of:path))?, $name:expr) => {};
}

macro_rules! oneof {
    ($path:path, $body:tt) => {};
}

macro_rules! enumeration {
    ($path:path, $body:tt) => {};
}

include!("generated/messages.rs");

#[test]
fn frequent_messages_are_small() {
    assert!(size_of::<v1::scheduler::Event>() <= 168);
    assert!(size_of::<v1::scheduler::Call>() <= 240);
    assert!(size_of::<v1::executor::Event>() <= 96);
    assert!(size_of::<v1::executor::Call>() <= 80);
    assert!(size_of::<v1::master::Event>() <= 104);
    assert!(size_of::<v1::Task>() <= 328);
    assert!(size_of::<v1::TaskInfo>() <= 256);
    assert!(size_of::<v1::TaskStatus>() <= 280);
    assert!(size_of::<v1::ExecutorInfo>() <= 224);
    assert!(size_of::<v1::Operation>() <= 416);
    assert!(size_of::<v1::offer::Operation>() <= 176);
    assert!(size_of::<v1::Offer>() <= 240);
    assert!(size_of::<v1::Resource>() <= 232);
}
