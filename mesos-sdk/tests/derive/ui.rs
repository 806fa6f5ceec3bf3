//! Small programs that compile, and some that must not, with what the compiler says.

#[test]
fn mistakes_are_named_with_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/derive/pass/*.rs");
    cases.compile_fail("tests/derive/fail/*.rs");
}
