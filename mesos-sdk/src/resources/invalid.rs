//! Why a resource is not valid.

use super::roles::RoleError;

/// What is wrong with a resource. It will not become valid by trying again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResourceError {
    /// The name is empty.
    #[error("a resource needs a name")]
    NoName,
    /// The type is none that a resource can have.
    #[error("type {0} is none of a resource: use SCALAR, RANGES or SET")]
    Type(String),
    /// The value is missing, or one of another type is there too.
    #[error("a {0} resource must have a {0} value, and no other")]
    Value(&'static str),
    /// The scalar is negative, not a number or infinite.
    #[error("scalar {0} is not an amount: it must be zero or more, and finite")]
    Amount(String),
    /// A range ends before it begins.
    #[error("range {begin}-{end} ends before it begins")]
    InvertedRange {
        /// The first number.
        begin: u64,
        /// The last number.
        end: u64,
    },
    /// A range begins inside of one before it.
    #[error("range {begin}-{end} overlaps another one")]
    OverlappingRanges {
        /// The first number.
        begin: u64,
        /// The last number.
        end: u64,
    },
    /// A set holds an item twice.
    #[error("the set has {0:?} twice")]
    DuplicateItem(String),
    /// Only the resource `disk` can have a `DiskInfo`.
    #[error("{0:?} has a DiskInfo, which is for \"disk\" only")]
    DiskInfo(String),
    /// The disk's source is of no known type.
    #[error("the disk's source is of no known type: use PATH, MOUNT, BLOCK or RAW")]
    DiskSource,
    /// A BLOCK or RAW disk with a mount or a path.
    #[error("a {source_type} disk cannot have a {field}")]
    DiskRoot {
        /// The type of the disk's source.
        source_type: &'static str,
        /// The field that must not be set.
        field: &'static str,
    },
    /// A role that is reserved to, or was in the old format, has no valid name.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// A field that each reservation needs.
    #[error("a reservation needs a {0}")]
    ReservationWithout(&'static str),
    /// Nothing can be reserved to `*`.
    #[error("a resource cannot be reserved to role \"*\"")]
    ReservedToAll,
    /// Only the first reservation of a stack can be static.
    #[error("a refined reservation cannot be STATIC")]
    StaticRefinement,
    /// A reservation must be to a role below that of the one before it.
    #[error("role {role:?} is not a refinement of {of:?}: a refinement must be to a role below it")]
    NoRefinement {
        /// The role of the refinement.
        role: String,
        /// The role it should be below.
        of: String,
    },
    /// The old fields `role` and `reservation` cannot be combined so.
    #[error("the old fields 'role' and 'reservation' do not fit the rest: {0}")]
    OldFormat(&'static str),
    /// Only persistent volumes can be shared.
    #[error("{0:?} cannot be shared: only persistent volumes can")]
    Shared(String),
}
