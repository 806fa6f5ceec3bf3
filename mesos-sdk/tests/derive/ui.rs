//! Small programs that compile, and some that must not, with the compiler's messages.
//!
//! After a change, or with another compiler, `TRYBUILD=overwrite cargo test -p mesos-sdk --test
//! derive` writes the current messages: read the difference.

#[test]
fn mistakes_are_named_with_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/derive/pass/*.rs");
    cases.compile_fail("tests/derive/fail/*.rs");
}
