//! Compiles and runs the examples in the project's pages, as tests of the documentation.

#![cfg(doctest)]

#[doc = include_str!("../../../docs/writing-a-framework.md")]
struct WritingAFramework;

#[doc = include_str!("../../../docs/testing-a-framework.md")]
struct TestingAFramework;

#[doc = include_str!("../../../docs/high-availability.md")]
struct HighAvailability;

#[doc = include_str!("../../../docs/operator.md")]
struct Operators;

#[doc = include_str!("../../../docs/security.md")]
struct Security;

#[doc = include_str!("../../../docs/placement.md")]
struct Placement;

#[doc = include_str!("../../../docs/window.md")]
struct Window;
