//! Programs that must not compile, in `tests`, with the compiler's messages.
//!
//! They are in a package of few dependencies, because each run of their test in a new folder builds
//! these once more.
