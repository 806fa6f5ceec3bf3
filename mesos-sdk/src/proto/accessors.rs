//! The methods of messages that get and set what their fields hold, from the table of messages.

/// The getter of an optional field, which knows its default, and getter and setter of one that
/// holds an enum. Where no default is declared, what is not set must not pass for a value: truth
/// values and enums are options there.
macro_rules! accessors {
    (optional enumeration($of:path), $field:ident, set $set:ident, or $or:ident) => {
        accessors!(optional enumeration($of), $field, default <$of>::$or, set $set);
    };
    (optional enumeration($of:path), $field:ident, default $default:expr, set $set:ident) => {
        #[doc = concat!("The value of `", stringify!($field), "`, or the default if it is not set or not known here.")]
        pub fn $field(&self) -> $of {
            self.$field.and_then(|value| value.try_into().ok()).unwrap_or($default)
        }
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $set(&mut self, value: $of) {
            self.$field = Some(value as i32);
        }
    };
    (optional enumeration($of:path), $field:ident, set $set:ident) => {
        #[doc = concat!("The value of `", stringify!($field), "`; `None` if it is not set, or not known here.")]
        pub fn $field(&self) -> Option<$of> {
            self.$field.and_then(|value| value.try_into().ok())
        }
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $set(&mut self, value: $of) {
            self.$field = Some(value as i32);
        }
    };
    (repeated enumeration($of:path), $field:ident, set $push:ident) => {
        #[doc = concat!("The values of `", stringify!($field), "` that are known here.")]
        pub fn $field(&self) -> impl Iterator<Item = $of> {
            self.$field.iter().filter_map(|value| (*value).try_into().ok())
        }
        #[doc = concat!("Adds to `", stringify!($field), "`.")]
        pub fn $push(&mut self, value: $of) {
            self.$field.push(value as i32);
        }
    };
    (required enumeration($of:path), $field:ident, set $set:ident, or $or:ident) => {
        accessors!(required enumeration($of), $field, default <$of>::$or, set $set);
    };
    ($label:ident enumeration($of:path), $field:ident $(, default $default:expr)?, set $set:ident) => {
        #[doc = concat!(
            "The value of `", stringify!($field), "`, or ", stringify_or!($($default)?),
            " if it is not known here: the field itself holds its number."
        )]
        pub fn $field(&self) -> $of {
            self.$field.try_into().unwrap_or(or_default!(<$of>::default() $(, $default)?))
        }
        #[doc = concat!("Sets `", stringify!($field), "`.")]
        pub fn $set(&mut self, value: $of) {
            self.$field = value as i32;
        }
    };
    (optional $kind:ident($of:path), $field:ident) => {};
    (optional string, $field:ident $(, default $default:expr)?) => {
        #[doc = concat!("The value of `", stringify!($field), "`, or the default if it is not set.")]
        pub fn $field(&self) -> &str {
            self.$field.as_deref().unwrap_or(or_default!("" $(, $default)?))
        }
    };
    (optional bytes, $field:ident) => {
        #[doc = concat!("The value of `", stringify!($field), "`, or the default if it is not set.")]
        pub fn $field(&self) -> &[u8] {
            self.$field.as_deref().unwrap_or_default()
        }
    };
    (optional bool, $field:ident) => {
        #[doc = concat!("The value of `", stringify!($field), "`, if it is set.")]
        pub fn $field(&self) -> Option<bool> {
            self.$field
        }
    };
    (optional $kind:ident, $field:ident $(, default $default:expr)?) => {
        #[doc = concat!("The value of `", stringify!($field), "`, or the default if it is not set.")]
        pub fn $field(&self) -> number!($kind) {
            self.$field.unwrap_or(or_default!(Default::default() $(, $default)?))
        }
    };
    ($label:ident $kind:ident $(($of:path))?, $field:ident $(, default $default:expr)?) => {};
}

macro_rules! stringify_or {
    () => {
        "the default"
    };
    ($default:expr) => {
        stringify!($default)
    };
}

macro_rules! or_default {
    ($usual:expr) => {
        $usual
    };
    ($usual:expr, $default:expr) => {
        $default
    };
}

macro_rules! number {
    (bool) => {
        bool
    };
    (double) => {
        f64
    };
    (int32) => {
        i32
    };
    (int64) => {
        i64
    };
    (uint32) => {
        u32
    };
    (uint64) => {
        u64
    };
}
