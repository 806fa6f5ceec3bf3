//! Small programs that compile, and some that must not, with what the compiler says.
//!
//! After a change, or with another compiler, `TRYBUILD=overwrite cargo test -p mesos-sdk --test derive` writes what is
//! said now: read the difference.

#[test]
fn mistakes_are_named_with_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/derive/pass/*.rs");
    cases.compile_fail("tests/derive/fail/*.rs");
}
