//! Resources and their algebra.

use super::messages::explained;
use crate::proto::v1::Resource;
use crate::resources::{ResourceQuantities, Resources, downgrade, upgrade, validate};

/// Reads two texts of resources, separated by a NUL, in either form. The results can be printed and
/// read again.
pub fn resource_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (left, right) = text.split_once('\0').unwrap_or((text, ""));
    if let (Some(left), Some(right)) = (parse(left), parse(right)) {
        combine(&left, &right);
    }
}

fn parse(text: &str) -> Option<Resources> {
    explained(Resources::parse(text, "eng"));
    let resources = text.parse::<Resources>().inspect_err(|error| explained(Err::<(), _>(error))).ok()?;
    // The text of reserved resources is for people only, and can't be read again.
    if !resources.is_empty() && resources.reserved().is_empty() && resources.iter().all(is_plain) {
        let printed = resources.to_string();
        assert_eq!(printed.parse().as_ref(), Ok(&resources), "{printed:?}");
    }
    let json = serde_json::to_string(&Vec::from(resources.clone())).unwrap_or_default();
    assert_eq!(json.parse().as_ref(), Ok(&resources), "{json}");
    Some(resources)
}

/// Returns whether the text form can express the resource: it prints 15 digits of large numbers,
/// and a name in JSON may contain characters that the text form reserves.
fn is_plain(resource: &Resource) -> bool {
    let is_mark = |letter: char| ";:(){},".contains(letter) || letter.is_whitespace() || letter.is_control();
    let is_name = |text: &str| !text.is_empty() && !text.contains(is_mark);
    let mut items = resource.set.iter().flat_map(|set| &set.item);
    resource.scalar.is_none_or(|scalar| scalar.value < 1e12)
        && is_name(&resource.name)
        && items.all(|item| is_name(item))
}

/// Reads a list of resources in JSON, such as a master has: reserved, shared, of volumes and of
/// providers.
pub fn resource_list(data: &[u8]) {
    let Ok(mut list) = serde_json::from_slice::<Vec<Resource>>(data) else { return };
    for resource in &list {
        explained(validate(resource));
        let mut changed = resource.clone();
        upgrade(&mut changed);
        explained(downgrade(&mut changed));
    }
    let right = list.split_off(list.len() / 2);
    combine(&Resources::from(list), &Resources::from(right));
}

/// Checks what must hold for any two resources.
fn combine(left: &Resources, right: &Resources) {
    assert!(left.contains(left), "{left}");
    let sum = left + right;
    assert!(sum.contains(left) && sum.contains(right), "{left} and {right} make {sum}");
    let rest = left - right;
    assert!(left.contains(&rest), "{left} without {right} is {rest}");
    assert!((left - &left.clone()).is_empty(), "{left}");
    // One at a time, because several may find the same resource.
    for target in right {
        let found = left.find(&Resources::from(target.clone()));
        assert!(found.is_none_or(|found| left.contains(&found)), "{right} found in {left}");
    }
    let quantities = ResourceQuantities::from(left);
    assert!(left.contains_quantities(&quantities), "{left} is {quantities}");
    assert!(left.contains(&left.shrink_to(&ResourceQuantities::from(right))));
    assert_eq!(left.reservations().into_values().sum::<Resources>(), left.reserved());
}
