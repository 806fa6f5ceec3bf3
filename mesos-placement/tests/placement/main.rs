//! What the placer promises, from outside.

mod cluster;
mod input;
mod properties;
mod reference;
mod rounds;
