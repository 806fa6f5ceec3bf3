//! Where an endpoint of an agent is.

use crate::server::is_at;

/// A path, and the same below the agent's name.
#[derive(Debug)]
pub(super) struct Paths([String; 2]);

impl Paths {
    pub(super) fn new(name: &str, path: &str) -> Self {
        Self([path.to_owned(), format!("/{name}{path}")])
    }

    /// Clients write the parentheses of the name as they like.
    pub(super) fn contains(&self, path: &str) -> bool {
        let path = path.replace("%28", "(").replace("%29", ")");
        self.0.iter().any(|endpoint| is_at(endpoint, &path))
    }
}
