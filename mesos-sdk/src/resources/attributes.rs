//! Attributes of an agent: `rack:r1;ports:[1-2]`.

use std::str::FromStr;

use crate::proto::v1::value::Type;
use crate::proto::v1::{Attribute, Value};

use super::value::{self, ValueError, tokens};
use super::{Ranges, Scalar};

/// Attributes of an agent, in their order; a name may come more than once.
#[derive(Clone, Debug, Default)]
pub struct Attributes(Vec<Attribute>);

/// A text that gives no attributes. Reading it again gives the same error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttributesError {
    /// Not `name:value`.
    #[error("{0:?} is not an attribute: write name:value, as in rack:r1")]
    Pair(String),
    /// The value cannot be read.
    #[error("attribute {name:?} cannot be read")]
    Value {
        /// The attribute.
        name: String,
        /// What is wrong with the value.
        source: ValueError,
    },
    /// Attributes cannot be sets.
    #[error("attribute {0:?} is a set: write a number, ranges or text")]
    Set(String),
}

impl Attributes {
    /// Returns the attributes in their order.
    pub fn as_slice(&self) -> &[Attribute] {
        &self.0
    }
}

impl From<Vec<Attribute>> for Attributes {
    fn from(attributes: Vec<Attribute>) -> Self {
        Self(attributes)
    }
}

impl From<Attributes> for Vec<Attribute> {
    fn from(attributes: Attributes) -> Self {
        attributes.0
    }
}

/// Reads `name:value` separated by `;` or line ends; the first colon ends the name.
impl FromStr for Attributes {
    type Err = AttributesError;
    fn from_str(text: &str) -> Result<Self, AttributesError> {
        tokens(text, &[';', '\n']).map(read_pair).collect::<Result<_, _>>().map(Self)
    }
}

/// As many attributes, and each is found in the other list; the order has no meaning.
impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        let all_in = |some: &Self, all: &Self| {
            some.0.iter().all(|attribute| all.0.iter().any(|other| equal(attribute, other)))
        };
        self.0.len() == other.0.len() && all_in(self, other) && all_in(other, self)
    }
}

fn read_pair(token: &str) -> Result<Attribute, AttributesError> {
    let pair = token.split_once(':').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, text) = pair.ok_or_else(|| AttributesError::Pair(token.to_owned()))?;
    let name = name.to_owned();
    match value::parse(text) {
        Err(source) => Err(AttributesError::Value { name, source }),
        Ok(Value { set: Some(_), .. }) => Err(AttributesError::Set(name)),
        Ok(Value { r#type, scalar, ranges, text, .. }) => {
            Ok(Attribute { name, r#type, scalar, ranges, set: None, text })
        }
    }
}

fn equal(left: &Attribute, right: &Attribute) -> bool {
    left.name == right.name
        && left.r#type == right.r#type
        && match left.r#type() {
            Type::Scalar => left.scalar.map(Scalar::from) == right.scalar.map(Scalar::from),
            Type::Ranges => left.ranges.clone().map(Ranges::from) == right.ranges.clone().map(Ranges::from),
            Type::Set => left.set == right.set,
            Type::Text => left.text == right.text,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Attributes {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_colon_ends_the_name() {
        let attributes = read("rack:r1;url:http://a\nports:[1-2];level:3");
        let kinds: Vec<_> = attributes.as_slice().iter().map(Attribute::r#type).collect();
        assert_eq!(kinds, [Type::Text, Type::Text, Type::Ranges, Type::Scalar]);
        assert_eq!(attributes.as_slice()[1].text.as_ref().unwrap().value, "http://a");
        assert!(matches!("rack".parse::<Attributes>(), Err(AttributesError::Pair(_))));
        assert!(matches!("a:{b}".parse::<Attributes>(), Err(AttributesError::Set(_))));
    }

    #[test]
    fn the_order_has_no_meaning_for_equality() {
        assert_eq!(read("a:1;b:x"), read("b:x;a:1.0001"));
        assert_ne!(read("a:1"), read("a:1;a:1"));
        assert_ne!(read("a:1;b:x"), read("a:1;b:y"));
    }
}
