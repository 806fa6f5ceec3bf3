//! Container images.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::proto::v1::Image;

calls! { AgentOperator of agent;
    /// Removes images that no container uses, except for `excluded_images` and those that the
    /// agent's own settings exclude.
    Change prune_images(excluded_images: Vec<Image>) = PruneImages { prune_images: PruneImages { excluded_images } };
}
