//! What a spec needs of an agent, also where the agent decides which.

use crate::proto::v1::Resource;
use crate::resources::Scalar;

/// One thing that a spec needs of an agent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ResourceNeed {
    /// This amount, these ranges or these items.
    Resource(Resource),
    /// So many numbers of a resource of ranges, such as `ports`, whichever they are.
    Any {
        /// The name of the resource.
        name: String,
        /// How many.
        count: u64,
    },
    /// A part of a disk, or a whole one.
    Volume(VolumeSpec),
}

/// A volume that is not on the root disk.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VolumeSpec {
    /// Its size in megabytes, at least.
    pub size: Scalar,
    /// What it is taken from.
    pub disk: VolumeDisk,
    /// A regular expression that the whole path of the disk matches.
    pub path: Option<String>,
    /// The largest disk to take, in megabytes.
    pub max_size: Option<Scalar>,
}

/// What a volume is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VolumeDisk {
    /// A part of a disk of type `PATH`.
    Path,
    /// A whole disk of type `MOUNT`.
    Mount,
}

impl VolumeSpec {
    /// Describes a volume of this size; what `#[derive(ResourceSpec)]` works with.
    pub fn new(size: Scalar, disk: VolumeDisk, path: Option<&str>, max_size: Option<u64>) -> Self {
        let max_size = max_size.map(|most| {
            Scalar::from_thousandths(i64::try_from(most).unwrap_or(i64::MAX).saturating_mul(1000))
        });
        Self { size, disk, path: path.map(str::to_owned), max_size }
    }
}
