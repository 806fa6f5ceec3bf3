//! Which agents a framework wants offers from.

use crate::proto::v1::scheduler::attribute_constraint::predicate::{
    Exists, NotExists, Predicate as Kind, TextEquals, TextMatches, TextNotEquals, TextNotMatches,
};
use crate::proto::v1::scheduler::attribute_constraint::selector::{PseudoattributeType, Selector as What};
use crate::proto::v1::scheduler::attribute_constraint::{Predicate, Selector};
use crate::proto::v1::scheduler::offer_constraints::role_constraints::Group;
use crate::proto::v1::scheduler::{AttributeConstraint, OfferConstraints};
use crate::validation::{self, ValidationError};

/// One condition on an agent: that an attribute exists, or what its text is.
///
/// On an attribute that is not there, [`is`](Self::is) and [`matches`](Self::matches) are false, and their opposites
/// true. On one that is no text, all four are true.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Constraint(AttributeConstraint);

impl Constraint {
    /// The agent's attribute with this name exists.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::on(What::AttributeName(name.into()))
    }

    /// The agent has a host name.
    pub fn hostname() -> Self {
        Self::on(What::PseudoattributeType(PseudoattributeType::Hostname.into()))
    }

    /// The agent has a region.
    pub fn region() -> Self {
        Self::on(What::PseudoattributeType(PseudoattributeType::Region.into()))
    }

    /// The agent has a zone.
    pub fn zone() -> Self {
        Self::on(What::PseudoattributeType(PseudoattributeType::Zone.into()))
    }

    fn on(what: What) -> Self {
        let selector = Selector { selector: Some(what) };
        let predicate = Predicate { predicate: Some(Kind::Exists(Exists {})) };
        Self(AttributeConstraint { selector, predicate })
    }

    fn with(mut self, kind: Kind) -> Self {
        self.0.predicate.predicate = Some(kind);
        self
    }

    /// It does not exist.
    pub fn absent(self) -> Self {
        self.with(Kind::NotExists(NotExists {}))
    }

    /// Its text is this.
    pub fn is(self, value: impl Into<String>) -> Self {
        self.with(Kind::TextEquals(TextEquals { value: value.into() }))
    }

    /// Its text is not this.
    pub fn is_not(self, value: impl Into<String>) -> Self {
        self.with(Kind::TextNotEquals(TextNotEquals { value: value.into() }))
    }

    /// The whole of its text matches this regular expression of RE2. Masters refuse large ones.
    pub fn matches(self, regex: impl Into<String>) -> Self {
        self.with(Kind::TextMatches(TextMatches { regex: regex.into() }))
    }

    /// Its text does not match this regular expression of RE2.
    pub fn not_matches(self, regex: impl Into<String>) -> Self {
        self.with(Kind::TextNotMatches(TextNotMatches { regex: regex.into() }))
    }
}

/// Which agents a framework wants offers from, by role. A role that is not named takes all.
///
/// ```
/// use mesos_sdk::build::{Constraint, Constraints};
/// let constraints = Constraints::new()
///     .group("web", [Constraint::attribute("rack").is("r1"), Constraint::attribute("ssd")])
///     .group("web", [Constraint::hostname().matches("web-.*")])
///     .build()?;
/// assert_eq!(constraints.role_constraints["web"].groups.len(), 2);
/// # Ok::<(), mesos_sdk::validation::ValidationError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Constraints(OfferConstraints);

impl Constraints {
    /// All agents.
    pub fn new() -> Self {
        Self::default()
    }

    /// For this role, agents on which all of these hold. Called again for a role, it is an alternative.
    pub fn group(mut self, role: impl Into<String>, all: impl IntoIterator<Item = Constraint>) -> Self {
        let attribute_constraints = all.into_iter().map(|constraint| constraint.0).collect();
        let groups = &mut self.0.role_constraints.entry(role.into()).or_default().groups;
        groups.push(Group { attribute_constraints });
        self
    }

    /// The constraints, for `SchedulerDriver` or `SchedulerHandle::update_framework`.
    ///
    /// # Errors
    /// The master would refuse them; of regular expressions only the master can tell.
    pub fn build(&self) -> Result<OfferConstraints, ValidationError> {
        validation::offer_constraints(&self.0)?;
        Ok(self.0.clone())
    }
}
