//! The README shows the smallest scheduler and executor as they are in `examples/`.

const README: &str = include_str!("../../README.md");

/// An example without the line that documents it.
fn shown(example: &'static str) -> &'static str {
    example.split_once("\n\n").map_or(example, |(_, code)| code)
}

#[test]
fn the_readme_shows_the_smallest_scheduler() {
    assert!(README.contains(shown(include_str!("../examples/smallest_scheduler.rs"))));
}

#[test]
fn the_readme_shows_the_smallest_executor() {
    assert!(README.contains(shown(include_str!("../examples/smallest_executor.rs"))));
}
