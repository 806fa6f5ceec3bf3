//! Which resources are valid.

use std::collections::{BTreeMap, HashSet};

use crate::proto::v1::Resource;
use crate::proto::v1::resource::DiskInfo;
use crate::proto::v1::resource::disk_info::source;
use crate::proto::v1::value::{Range, Type};

use super::{ResourceError, format, ranges};

/// Checks one resource by itself, in the format with a stack of reservations or in the old one with
/// `role` and `reservation`.
///
/// Whether it fits an agent or a framework is not looked at.
pub fn validate(resource: &Resource) -> Result<(), ResourceError> {
    if resource.name.is_empty() {
        return Err(ResourceError::NoName);
    }
    value(resource)?;
    if let Some(disk) = &resource.disk {
        validate_disk(&resource.name, disk)?;
    }
    format::validate(resource)?;
    let can_be_shared = resource.disk.as_ref().is_some_and(|disk| disk.persistence.is_some());
    if resource.shared.is_some() && !can_be_shared {
        return Err(ResourceError::Shared(resource.name.clone()));
    }
    Ok(())
}

fn value(resource: &Resource) -> Result<(), ResourceError> {
    let invalid = |name| Err(ResourceError::Value(name));
    match (Type::try_from(resource.r#type), &resource.scalar, &resource.ranges, &resource.set) {
        (Ok(Type::Scalar), Some(scalar), None, None) => amount(scalar.value),
        (Ok(Type::Scalar), ..) => invalid("scalar"),
        (Ok(Type::Ranges), None, Some(ranges), None) => validate_ranges(&ranges.range),
        (Ok(Type::Ranges), ..) => invalid("ranges"),
        (Ok(Type::Set), None, None, Some(set)) => items(&set.item),
        (Ok(Type::Set), ..) => invalid("set"),
        (Ok(other), ..) => Err(ResourceError::Type(other.as_str_name().to_owned())),
        (Err(_), ..) => Err(ResourceError::Type(resource.r#type.to_string())),
    }
}

fn amount(value: f64) -> Result<(), ResourceError> {
    if value < 0.0 || !value.is_finite() {
        return Err(ResourceError::Amount(value.to_string()));
    }
    Ok(())
}

fn validate_ranges(ranges: &[Range]) -> Result<(), ResourceError> {
    if let Some(&Range { begin, end }) = ranges.iter().find(|range| range.begin > range.end) {
        return Err(ResourceError::InvertedRange { begin, end });
    }
    if ranges::is_normal(ranges) { Ok(()) } else { overlaps(ranges) }
}

/// Checks that no range begins inside an earlier one. As in Mesos, it may reach over the begin of
/// one.
fn overlaps(ranges: &[Range]) -> Result<(), ResourceError> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    for &Range { begin, end } in ranges {
        if seen.range(..=begin).next_back().is_some_and(|(_, seen_end)| *seen_end >= begin) {
            return Err(ResourceError::OverlappingRanges { begin, end });
        }
        let mut joined = end;
        while let Some((&inner, &inner_end)) = seen.range(begin..=joined).next() {
            joined = joined.max(inner_end);
            seen.remove(&inner);
        }
        seen.insert(begin, joined);
    }
    Ok(())
}

fn items(items: &[String]) -> Result<(), ResourceError> {
    let mut seen = HashSet::with_capacity(items.len());
    match items.iter().find(|item| !seen.insert(*item)) {
        Some(twice) => Err(ResourceError::DuplicateItem(twice.clone())),
        None => Ok(()),
    }
}

fn validate_disk(name: &str, disk: &DiskInfo) -> Result<(), ResourceError> {
    if name != "disk" {
        return Err(ResourceError::DiskInfo(name.to_owned()));
    }
    let Some(source) = &disk.source else { return Ok(()) };
    let source_type = match source::Type::try_from(source.r#type) {
        Ok(source::Type::Path | source::Type::Mount) => return Ok(()),
        Ok(whole @ (source::Type::Block | source::Type::Raw)) => whole.as_str_name(),
        Ok(source::Type::Unknown) | Err(_) => return Err(ResourceError::DiskSource),
    };
    match (&source.mount, &source.path) {
        (Some(_), _) => Err(ResourceError::DiskRoot { source_type, field: "mount" }),
        (None, Some(_)) => Err(ResourceError::DiskRoot { source_type, field: "path" }),
        (None, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::resource::SharedInfo;
    use crate::proto::v1::resource::disk_info::Source;
    use crate::proto::v1::resource::disk_info::source::Path;
    use crate::proto::v1::value::{Ranges, Scalar, Set};

    use super::*;

    fn cpus(value: f64) -> Resource {
        Resource { name: "cpus".to_owned(), scalar: Some(Scalar { value }), ..Resource::default() }
    }

    fn ports(ranges: &[(u64, u64)]) -> Resource {
        let range = ranges.iter().map(|&(begin, end)| Range { begin, end }).collect();
        let (name, r#type) = ("ports".to_owned(), Type::Ranges.into());
        Resource { name, r#type, ranges: Some(Ranges { range }), ..Resource::default() }
    }

    fn disk(kind: source::Type) -> Resource {
        let source =
            Some(Source { r#type: kind.into(), path: Some(Path::default()), ..Source::default() }.into());
        let disk = Some(DiskInfo { source, ..DiskInfo::default() });
        Resource { name: "disk".to_owned(), disk, ..cpus(1.0) }
    }

    #[test]
    fn values_must_fit_the_type() {
        assert_eq!(validate(&cpus(0.0)), Ok(()));
        assert_eq!(validate(&Resource { name: String::new(), ..cpus(1.0) }), Err(ResourceError::NoName));
        for value in [-0.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(validate(&cpus(value)), Err(ResourceError::Amount(_))), "{value}");
        }
        let with_set = Resource { set: Some(Set::default()), ..cpus(1.0) };
        assert_eq!(validate(&with_set), Err(ResourceError::Value("scalar")));
        for kind in [Type::Ranges as i32, Type::Set as i32, Type::Text as i32, 99] {
            assert!(validate(&Resource { r#type: kind, ..cpus(1.0) }).is_err(), "{kind}");
        }
        let twice = Some(Set { item: vec!["a".to_owned(), "b".to_owned(), "a".to_owned()] });
        let twice = Resource { r#type: Type::Set.into(), scalar: None, set: twice, ..cpus(1.0) };
        assert_eq!(validate(&twice), Err(ResourceError::DuplicateItem("a".to_owned())));
    }

    #[test]
    fn ranges_may_be_unsorted_but_not_overlap() {
        for valid in [&[][..], &[(5, 5), (1, 2), (3, 4)], &[(5, 10), (1, 6)]] {
            assert_eq!(validate(&ports(valid)), Ok(()), "{valid:?}");
        }
        for overlapping in [&[(1, 6), (5, 10)][..], &[(1, 1), (1, 1)], &[(5, 10), (1, 6), (7, 7)]] {
            let error = validate(&ports(overlapping)).unwrap_err();
            assert!(matches!(error, ResourceError::OverlappingRanges { .. }), "{overlapping:?}");
        }
        let inverted = ResourceError::InvertedRange { begin: 3, end: 2 };
        assert_eq!(validate(&ports(&[(3, 2)])), Err(inverted));
    }

    #[test]
    fn block_and_raw_disks_have_no_root() {
        assert_eq!(validate(&disk(source::Type::Path)), Ok(()));
        let (source_type, field) = ("RAW", "path");
        let root = ResourceError::DiskRoot { source_type, field };
        assert_eq!(validate(&disk(source::Type::Raw)), Err(root));
        assert_eq!(validate(&disk(source::Type::Unknown)), Err(ResourceError::DiskSource));
        let elsewhere = Resource { name: "cpus".to_owned(), ..disk(source::Type::Path) };
        assert_eq!(validate(&elsewhere), Err(ResourceError::DiskInfo("cpus".to_owned())));
        let shared = Resource { shared: Some(SharedInfo::default()), ..disk(source::Type::Path) };
        assert_eq!(validate(&shared), Err(ResourceError::Shared("disk".to_owned())));
    }
}
