//! The derive macros, from outside: what they implement and what they refuse.

#![expect(missing_docs, reason = "types of tests")]

mod fit;
mod payload;
mod resource_spec;
mod ui;
