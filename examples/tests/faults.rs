//! Runs the tests of the example `faults`.

#[path = "../faults.rs"]
#[expect(dead_code, reason = "the program itself is run by the gallery")]
mod faults;
