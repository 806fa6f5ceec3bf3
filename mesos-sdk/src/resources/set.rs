//! Values of sets: items without order.

use std::fmt;

/// Returns whether every item of `inner` is in `outer`.
pub(super) fn contains(outer: &[String], inner: &[String]) -> bool {
    inner.len() <= outer.len() && inner.iter().all(|item| outer.contains(item))
}

pub(super) fn add(items: &mut Vec<String>, more: &[String]) {
    for item in more {
        if !items.contains(item) {
            items.push(item.clone());
        }
    }
}

pub(super) fn subtract(items: &mut Vec<String>, less: &[String]) {
    items.retain(|item| !less.contains(item));
}

pub(super) fn write(f: &mut fmt::Formatter<'_>, items: &[String]) -> fmt::Result {
    write!(f, "{{{}}}", items.join(", "))
}
