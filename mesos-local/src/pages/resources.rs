//! Resources as pages show them: summed up by name, or one by one.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::Resource;
use mesos_sdk::resources::{Resources, Scalar, downgrade};
use serde_json::{Map, Value, json};

use super::message;

/// The names that are always there.
const USUAL: [&str; 4] = ["disk", "mem", "gpus", "cpus"];

/// Resources summed up by name: numbers, and text for the rest.
pub(crate) fn sums(resources: &Resources) -> Value {
    let mut sums: Map<_, _> = USUAL.map(|name| (name.to_owned(), json!(0.0))).into_iter().collect();
    add_sums(&mut sums, &resources.non_revocable(), "");
    add_sums(&mut sums, &resources.revocable(), "_revocable");
    Value::Object(sums)
}

fn add_sums(sums: &mut Map<String, Value>, resources: &Resources, suffix: &str) {
    for name in resources.names() {
        let value = match (resources.scalar(name), resources.ranges(name), resources.set(name)) {
            (Some(scalar), ..) => json!(Scalar::as_f64(scalar)),
            (_, Some(ranges), _) => json!(ranges.to_string()),
            (.., Some(items)) => json!(format!("{{{}}}", items.join(", "))),
            _ => continue,
        };
        sums.insert(format!("{name}{suffix}"), value);
    }
}

/// Returns what is reserved for each role, summed up.
pub(crate) fn sums_by_role(resources: &Resources) -> Value {
    by_role(resources, sums)
}

/// Returns what is reserved for each role, one by one.
pub(crate) fn full_by_role(resources: &Resources) -> Value {
    by_role(resources, full)
}

fn by_role(resources: &Resources, show: impl Fn(&Resources) -> Value) -> Value {
    let reservations: BTreeMap<_, _> = resources.reservations();
    reservations.into_iter().map(|(role, resources)| (role, show(&resources))).collect()
}

/// Resources one by one, with their role in the older form as well, where that can say it.
pub(crate) fn full(resources: &Resources) -> Value {
    resources.iter().map(|resource| message(&in_both_forms(resource))).collect()
}

fn in_both_forms(resource: &Resource) -> Resource {
    let mut older = resource.clone();
    match downgrade(&mut older) {
        Ok(()) => Resource { reservations: resource.reservations.clone(), ..older },
        Err(_) => resource.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Resources {
        Resources::parse(text, "*").unwrap()
    }

    #[test]
    fn sums_are_named_and_non_scalars_are_text() {
        let shown = sums(&parsed("cpus:1.5;cpus(r):1;ports:[1-2, 4-5];set:{a,b}"));
        let wanted = json!({"cpus": 2.5, "mem": 0.0, "disk": 0.0, "gpus": 0.0, "ports": "[1-2, 4-5]", "set": "{a, b}"});
        assert_eq!(shown, wanted);
    }

    #[test]
    fn reservations_are_in_both_forms() {
        let resources = parsed("cpus:1;mem(r):64");
        assert_eq!(sums_by_role(&resources)["r"]["mem"], 64.0);
        assert_eq!(full(&resources.unreserved())[0]["role"], "*");
        let reserved = &full_by_role(&resources)["r"][0];
        assert_eq!((&reserved["role"], &reserved["reservations"][0]["role"]), (&json!("r"), &json!("r")));
    }
}
