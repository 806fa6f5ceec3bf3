//! Offer constraints: from which agents a framework wants offers.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::scheduler::OfferConstraints;
use mesos_sdk::proto::v1::scheduler::attribute_constraint::predicate::Predicate;
use mesos_sdk::proto::v1::scheduler::attribute_constraint::selector::{PseudoattributeType, Selector};
use mesos_sdk::proto::v1::scheduler::{AttributeConstraint, offer_constraints};
use mesos_sdk::proto::v1::{AgentInfo, Attribute, domain_info, value};
use mesos_sdk::validation::{self, ValidationError};
use regex::bytes::Regex;

use super::re2;

/// The validated constraints of one framework.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    message: OfferConstraints,
    /// By role: alternatives, each with conditions that must all hold.
    roles: BTreeMap<String, Vec<Vec<Condition>>>,
}

#[derive(Debug)]
struct Condition {
    selector: Selector,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Exists,
    NotExists,
    Equals(String),
    NotEquals(String),
    Matches(Regex),
    NotMatches(Regex),
}

/// What a selector finds on an agent.
enum Found<'a> {
    Nothing,
    Text(&'a str),
    /// A number, ranges or a set. Text tests accept these.
    Other,
}

impl Constraints {
    /// Validates the constraints. The error is in Mesos' words.
    pub(super) fn new(message: OfferConstraints) -> Result<Self, String> {
        validation::offer_constraints(&message).map_err(ValidationError::into_reason)?;
        let roles = message.role_constraints.iter();
        let roles = roles.map(|(role, groups)| Ok((role.clone(), alternatives(role, groups)?)));
        let roles = roles.collect::<Result<_, String>>()?;
        Ok(Self { message, roles })
    }

    /// Returns the constraints as the framework sent them.
    pub(super) fn message(&self) -> &OfferConstraints {
        &self.message
    }

    /// Returns whether the framework does not want this agent for the role.
    pub(super) fn exclude(&self, role: &str, agent: &AgentInfo) -> bool {
        let holds = |group: &Vec<Condition>| group.iter().all(|condition| condition.holds(agent));
        self.roles.get(role).is_some_and(|groups| !groups.iter().any(holds))
    }
}

fn alternatives(
    role: &str,
    constraints: &offer_constraints::RoleConstraints,
) -> Result<Vec<Vec<Condition>>, String> {
    let group = |group: &offer_constraints::role_constraints::Group| {
        let conditions = group.attribute_constraints.iter().filter_map(Condition::new);
        conditions
            .collect::<Result<_, _>>()
            .map_err(|reason| format!("A role {role} has an invalid 'AttributeConstraint': {reason}"))
    };
    constraints.groups.iter().map(group).collect()
}

impl Condition {
    /// Validates a condition. The error is that of a regular expression.
    fn new(constraint: &AttributeConstraint) -> Option<Result<Self, String>> {
        let selector = constraint.selector.selector.clone()?;
        let test = match constraint.predicate.predicate.clone()? {
            Predicate::Exists(_) => Ok(Test::Exists),
            Predicate::NotExists(_) => Ok(Test::NotExists),
            Predicate::TextEquals(text) => Ok(Test::Equals(text.value)),
            Predicate::TextNotEquals(text) => Ok(Test::NotEquals(text.value)),
            Predicate::TextMatches(text) => re2::whole(&text.regex).map(Test::Matches),
            Predicate::TextNotMatches(text) => re2::whole(&text.regex).map(Test::NotMatches),
        };
        Some(test.map(|test| Self { selector, test }))
    }

    fn holds(&self, agent: &AgentInfo) -> bool {
        match (&self.test, find(&self.selector, agent)) {
            (Test::Exists, found) => !matches!(found, Found::Nothing),
            (Test::NotExists, found) => matches!(found, Found::Nothing),
            (Test::Equals(_) | Test::Matches(_), Found::Nothing) => false,
            (Test::NotEquals(_) | Test::NotMatches(_), Found::Nothing) | (_, Found::Other) => true,
            (Test::Equals(text), Found::Text(found)) => found == text,
            (Test::NotEquals(text), Found::Text(found)) => found != text,
            (Test::Matches(regex), Found::Text(found)) => regex.is_match(found.as_bytes()),
            (Test::NotMatches(regex), Found::Text(found)) => !regex.is_match(found.as_bytes()),
        }
    }
}

fn find<'a>(selector: &Selector, agent: &'a AgentInfo) -> Found<'a> {
    let fault_domain = agent.domain.as_ref().and_then(|domain| domain.fault_domain.as_deref());
    let part = |name: fn(&domain_info::FaultDomain) -> &str| {
        fault_domain.map_or(Found::Nothing, |domain| Found::Text(name(domain)))
    };
    match selector {
        Selector::AttributeName(name) => {
            let attribute = agent.attributes.iter().find(|attribute| attribute.name == *name);
            attribute.map_or(Found::Nothing, text)
        }
        Selector::PseudoattributeType(kind) => match PseudoattributeType::try_from(*kind) {
            Ok(PseudoattributeType::Hostname) => Found::Text(&agent.hostname),
            Ok(PseudoattributeType::Region) => part(|domain| &domain.region.name),
            Ok(PseudoattributeType::Zone) => part(|domain| &domain.zone.name),
            Ok(PseudoattributeType::Unknown) | Err(_) => Found::Nothing,
        },
    }
}

fn text(attribute: &Attribute) -> Found<'_> {
    match (attribute.r#type(), &attribute.text) {
        (value::Type::Text, Some(text)) => Found::Text(&text.value),
        _ => Found::Other,
    }
}

#[cfg(test)]
mod tests {
    use mesos_sdk::proto::v1::scheduler::attribute_constraint;
    use mesos_sdk::proto::v1::scheduler::attribute_constraint::predicate;
    use mesos_sdk::resources::Attributes;

    use super::*;

    fn agent() -> AgentInfo {
        AgentInfo {
            hostname: "host1".into(),
            attributes: "rack:r1;number:7".parse::<Attributes>().unwrap().into(),
            ..AgentInfo::default()
        }
    }

    fn attribute(name: &str) -> Selector {
        Selector::AttributeName(name.into())
    }

    fn hostname() -> Selector {
        Selector::PseudoattributeType(PseudoattributeType::Hostname.into())
    }

    fn equals(text: &str) -> Predicate {
        Predicate::TextEquals(predicate::TextEquals { value: text.into() })
    }

    fn matches(regex: &str) -> Predicate {
        Predicate::TextMatches(predicate::TextMatches { regex: regex.into() })
    }

    fn constraints(groups: Vec<Vec<(Selector, Predicate)>>) -> Result<Constraints, String> {
        let condition = |(selector, predicate)| AttributeConstraint {
            selector: attribute_constraint::Selector { selector: Some(selector) },
            predicate: attribute_constraint::Predicate { predicate: Some(predicate) },
        };
        let group = |group: Vec<_>| offer_constraints::role_constraints::Group {
            attribute_constraints: group.into_iter().map(condition).collect(),
        };
        let groups = groups.into_iter().map(group).collect();
        let role_constraints = [("*".to_owned(), offer_constraints::RoleConstraints { groups })].into();
        Constraints::new(OfferConstraints { role_constraints })
    }

    fn wanted(selector: Selector, predicate: Predicate) -> bool {
        !constraints(vec![vec![(selector, predicate)]]).unwrap().exclude("*", &agent())
    }

    #[statement::proves(constr)]
    #[test]
    fn predicates() {
        assert!(wanted(attribute("rack"), Predicate::Exists(predicate::Exists {})));
        assert!(!wanted(attribute("rack"), Predicate::NotExists(predicate::NotExists {})));
        assert!(wanted(attribute("rack"), equals("r1")) && !wanted(attribute("rack"), equals("r2")));
        assert!(wanted(hostname(), matches("host.")) && !wanted(hostname(), matches("host")));
        assert!(!wanted(attribute("other"), equals("r1")));
        assert!(wanted(attribute("number"), equals("r1")), "tests of texts say yes to other values");
        let differs = Predicate::TextNotEquals(predicate::TextNotEquals { value: "r1".into() });
        assert!(!wanted(attribute("rack"), differs.clone()) && wanted(attribute("other"), differs));
    }

    #[statement::proves(constr)]
    #[test]
    fn groups_are_ored_and_constraints_anded() {
        let (yes, no) = ((hostname(), equals("host1")), (hostname(), equals("other")));
        let wanted = |groups| !constraints(groups).unwrap().exclude("*", &agent());
        assert!(!wanted(vec![vec![yes.clone(), no.clone()]]));
        assert!(wanted(vec![vec![no.clone()], vec![yes]]));
        assert!(!constraints(vec![vec![no]]).unwrap().exclude("other role", &agent()));
    }

    #[statement::proves(constr)]
    #[test]
    fn lists_need_entries_and_regexes_have_limits() {
        let words = "'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role *";
        assert_eq!(constraints(vec![]).unwrap_err(), words);
        let words = "'OfferConstraints::RoleConstraints::groups' for role *contains an empty \
                     RoleConstraints::Group";
        assert_eq!(constraints(vec![vec![]]).unwrap_err(), words);
        let error = |regex| constraints(vec![vec![(hostname(), matches(regex))]]).unwrap_err();
        let start = "A role * has an invalid 'AttributeConstraint': ";
        assert!(error("(").starts_with(&format!("{start}Failed to construct regex from pattern '(': ")));
        assert!(error("a{100}").starts_with(&format!("{start}Regex 'a{{100}}' is too complex")));
    }
}
