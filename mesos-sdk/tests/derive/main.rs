//! The derive macros, from outside: what they implement and what they refuse.

mod fit;
mod needs;
mod payload;
mod resource_spec;
mod ui;
