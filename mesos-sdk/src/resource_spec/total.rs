//! The total of the resources of one name.

use super::ResourceProblem;
use crate::proto::v1::Resource;
use crate::proto::v1::value::{Range, Ranges, Scalar, Set, Type};

/// Adds up resources of one name; the sum has this name, one type and its value, and nothing else.
pub(super) fn total<'a>(
    resources: impl Iterator<Item = &'a Resource>,
) -> Result<Option<Resource>, ResourceProblem> {
    let mut sum: Option<Resource> = None;
    // Copies of a shared resource are one resource, handed out several times.
    let mut shared: Vec<&Resource> = Vec::new();
    for resource in resources {
        if resource.shared.is_some() {
            if shared.contains(&resource) {
                continue;
            }
            shared.push(resource);
        }
        sum = Some(match sum {
            Some(sum) => add(sum, resource)?,
            None => add(nothing(resource), resource)?,
        });
    }
    Ok(sum)
}

/// A scalar in thousandths: Mesos compares and adds them so.
pub(super) fn thousandths(scalar: Scalar) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a scalar beyond 9e15 stays at the limit, NaN is 0")]
    let rounded = (scalar.value * 1000.0).round() as i64;
    rounded
}

/// The scalar of so many thousandths.
pub(super) fn scalar(thousandths: i64) -> Scalar {
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 thousandths, as in Mesos")]
    let value = thousandths as f64 / 1000.0;
    Scalar { value }
}

/// Sorts ranges and joins those that overlap or touch. A range that ends before it begins is none.
pub(super) fn coalesce(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.retain(|range| range.begin <= range.end);
    ranges.sort_unstable_by_key(|range| range.begin);
    let mut joined: Vec<Range> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.begin <= last.end.saturating_add(1) => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

fn nothing(resource: &Resource) -> Resource {
    Resource { name: resource.name.clone(), r#type: resource.r#type, ..Resource::default() }
}

fn add(sum: Resource, more: &Resource) -> Result<Resource, ResourceProblem> {
    if sum.r#type() != more.r#type() {
        return Err(ResourceProblem::WrongType { expected: sum.r#type(), found: more.r#type() });
    }
    let missing = ResourceProblem::NoValue;
    match sum.r#type() {
        Type::Scalar => {
            let before = sum.scalar.map_or(0, thousandths);
            let added = thousandths(more.scalar.ok_or(missing)?);
            Ok(Resource { scalar: Some(scalar(before.saturating_add(added))), ..sum })
        }
        Type::Ranges => {
            let mut ranges = sum.ranges.map_or_else(Vec::new, |ranges| ranges.range);
            ranges.extend(&more.ranges.as_ref().ok_or(missing)?.range);
            Ok(Resource { ranges: Some(Ranges { range: coalesce(ranges) }), ..sum })
        }
        Type::Set => {
            let mut items = sum.set.map_or_else(Vec::new, |set| set.item);
            items.extend(more.set.as_ref().ok_or(missing)?.item.iter().cloned());
            items.sort_unstable();
            items.dedup();
            Ok(Resource { set: Some(Set { item: items }), ..sum })
        }
        Type::Text => Err(missing),
    }
}
