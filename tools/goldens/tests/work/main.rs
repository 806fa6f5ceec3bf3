//! Work functions that must not compile, with the compiler's messages.
//!
//! After a change, or with another compiler, `TRYBUILD=overwrite cargo test -p goldens` writes the
//! current messages: read the difference.

#[test]
fn mistakes_are_named_with_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/work/fail/*.rs");
}
