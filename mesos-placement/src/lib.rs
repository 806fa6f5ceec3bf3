//! Matches the tasks of an Apache Mesos framework with what a cluster offers: tasks and offers in, assignments and reasons
//! out.

mod agent;
mod check;
mod constraint;
mod engine;
mod invalid;
mod key;
mod marathon;
mod needs;
mod pattern;
mod placer;
mod preference;
mod reason;
mod round;
mod select;
mod settings;
mod task;
mod test;
mod value;

pub use agent::{Agent, HeldOffer, Unavailable};
pub use constraint::{Constraint, Domains, First, GroupConstraint, Missing, Rule, Spread};
pub use invalid::Invalid;
pub use key::Key;
pub use needs::{DiskType, Needs, PortNeeds, VolumeNeed};
pub use pattern::Pattern;
pub use placer::Placer;
pub use preference::{Preference, Share, Wish};
pub use reason::{Reason, Shortage};
pub use round::{Assignment, Refusal, Refusals, Round, Unplaced};
pub use select::{LabelTest, Select};
pub use settings::{Gpus, Home, Maintenance, Settings, Shares, Strategy};
pub use task::{GpuAgents, Place, Running, State, Task};
pub use test::Test;
