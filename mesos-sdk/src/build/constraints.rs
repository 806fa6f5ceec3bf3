//! Constraints on the agents that send offers.

use crate::proto::v1::scheduler::attribute_constraint::predicate::{
    Exists, NotExists, Predicate as Kind, TextEquals, TextMatches, TextNotEquals, TextNotMatches,
};
use crate::proto::v1::scheduler::attribute_constraint::selector::{PseudoattributeType, Selector as What};
use crate::proto::v1::scheduler::attribute_constraint::{Predicate, Selector};
use crate::proto::v1::scheduler::offer_constraints::role_constraints::Group;
use crate::proto::v1::scheduler::{AttributeConstraint, OfferConstraints};
use crate::validation::{self, ValidationError};

/// A condition on an agent: that an attribute exists, or what its text is.
///
/// If the agent does not have the attribute, [`is`](Self::is) and [`matches`](Self::matches) are
/// false, and their opposites true. If the attribute is not text, all four are true.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Constraint(AttributeConstraint);

impl Constraint {
    /// Requires that the agent has an attribute with this name.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::on(What::AttributeName(name.into()))
    }

    /// Requires that the agent has a host name.
    pub fn hostname() -> Self {
        Self::on(What::PseudoattributeType(PseudoattributeType::Hostname.into()))
    }

    /// Requires that the agent has a region.
    pub fn region() -> Self {
        Self::on(What::PseudoattributeType(PseudoattributeType::Region.into()))
    }

    /// Requires that the agent has a zone.
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

    /// Requires that it does not exist.
    pub fn absent(self) -> Self {
        self.with(Kind::NotExists(NotExists {}))
    }

    /// Requires that its text equals `value`.
    pub fn is(self, value: impl Into<String>) -> Self {
        self.with(Kind::TextEquals(TextEquals { value: value.into() }))
    }

    /// Requires that its text does not equal `value`.
    pub fn is_not(self, value: impl Into<String>) -> Self {
        self.with(Kind::TextNotEquals(TextNotEquals { value: value.into() }))
    }

    /// Requires that its whole text matches this RE2 regular expression. Masters refuse large
    /// expressions.
    pub fn matches(self, regex: impl Into<String>) -> Self {
        self.with(Kind::TextMatches(TextMatches { regex: regex.into() }))
    }

    /// Requires that its text does not match this RE2 regular expression.
    pub fn not_matches(self, regex: impl Into<String>) -> Self {
        self.with(Kind::TextNotMatches(TextNotMatches { regex: regex.into() }))
    }
}

/// Builder for the constraints on the agents that send offers, by role. A role that is not named
/// accepts all agents.
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
    /// Creates constraints that accept all agents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts, for this role, agents on which all of these constraints hold. Further calls for the
    /// same role add alternatives.
    pub fn group(mut self, role: impl Into<String>, all: impl IntoIterator<Item = Constraint>) -> Self {
        let attribute_constraints = all.into_iter().map(|constraint| constraint.0).collect();
        let groups = &mut self.0.role_constraints.entry(role.into()).or_default().groups;
        groups.push(Group { attribute_constraints });
        self
    }

    /// Builds the constraints, for `SchedulerDriver` or `SchedulerHandle::update_framework`.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse them, except for regular expressions, which only the master
    /// checks.
    pub fn build(&self) -> Result<OfferConstraints, ValidationError> {
        validation::offer_constraints(&self.0)?;
        Ok(self.0.clone())
    }
}
