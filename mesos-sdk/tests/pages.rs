//! The README of the crate shows the smallest scheduler as it is in `examples/`.

const README: &str = include_str!("../README.md");
const EXAMPLE: &str = include_str!("../examples/smallest_scheduler.rs");

#[test]
fn the_readme_shows_the_smallest_scheduler() {
    let (_, code) = EXAMPLE.split_once("\n\n").expect("a line that documents it");
    assert!(README.contains(code));
}
