//! The operations on bare values, labels, roles and attributes.

use anyhow::Result;
use mesos_sdk::proto::v1;
use mesos_sdk::resources::{self, Attributes, Ranges, Scalar, roles, value};

use super::answer::Answer;
use super::case::Case;

/// Returns the answer to a case; `None` if `op` is none of these.
pub(super) fn answer(op: &str, case: &Case) -> Option<Result<Answer>> {
    let answer = match op {
        "ranges_normalize" => case.ranges("a").and_then(|a| exact_ranges(case, &a)),
        "ranges_add" => ranges_add(case),
        "ranges_contains" => ranges_contains(case),
        "scalar_compare" => scalar_compare(case),
        "scalar_add" => scalars(case, |a, b| a + b),
        "scalar_subtract" => scalars(case, |a, b| a - b),
        "labels_equal" => labels_equal(case),
        "value_parse" => value_parse(case),
        "value_parse_error" => value_parse_error(case),
        "roles_validate_ok" => validated_roles(case).map(Answer::succeeds),
        "roles_validate_error" => validated_roles(case).map(Answer::fails),
        "roles_parse" => roles_parse(case),
        "roles_parse_error" => case.text("text").map(|text| Answer::fails(roles::parse(text))),
        "roles_ancestors" => roles_ancestors(case),
        "roles_strict_subrole" => roles_strict_subrole(case),
        "attributes_parse" => attributes_parse(case),
        "attributes_equal" | "attributes_not_equal" => attributes_equal(case),
        _ => return None,
    };
    Some(answer)
}

fn exact_ranges(case: &Case, got: &Ranges) -> Result<Answer> {
    Ok(Answer::exactly(case.field::<Vec<v1::value::Range>>("want")?, got.as_slice().to_vec()))
}

fn ranges_add(case: &Case) -> Result<Answer> {
    let mut total = case.ranges("a")?;
    total += &case.ranges("b")?;
    exact_ranges(case, &total)
}

fn ranges_contains(case: &Case) -> Result<Answer> {
    Ok(Answer::exactly(case.field("want")?, case.ranges("a")?.contains(&case.ranges("b")?)))
}

fn scalar_compare(case: &Case) -> Result<Answer> {
    Ok(Answer::exactly(case.field("want")?, case.scalar("a")?.cmp(&case.scalar("b")?) as i8))
}

fn scalars(case: &Case, op: impl FnOnce(Scalar, Scalar) -> Scalar) -> Result<Answer> {
    Ok(Answer::exactly(case.scalar("want")?, op(case.scalar("a")?, case.scalar("b")?)))
}

fn labels_equal(case: &Case) -> Result<Answer> {
    let (a, b) = (case.field("a")?, case.field("b")?);
    Ok(Answer::exactly(case.field("want")?, resources::equal_labels(&a, &b)))
}

fn value_parse(case: &Case) -> Result<Answer> {
    Ok(match value::parse(case.text("text")?) {
        Ok(value) => Answer::exactly(case.field("want")?, value),
        error => Answer::succeeds(error),
    })
}

/// Checks that a text that is not a value is not the value of a resource either.
fn value_parse_error(case: &Case) -> Result<Answer> {
    let text = case.text("text")?;
    let resource = resources::Resources::parse(&format!("x:{text}"), "*");
    Ok(Answer::fails(value::parse(text)).and(Answer::fails(resource)))
}

fn validated_roles(case: &Case) -> Result<Result<(), roles::RoleError>> {
    let roles: Vec<String> = case.text("a").map(|role| vec![role.to_owned()]).or_else(|_| case.field("a"))?;
    Ok(roles.iter().try_for_each(|role| roles::validate(role)))
}

fn roles_parse(case: &Case) -> Result<Answer> {
    Ok(match roles::parse(case.text("text")?) {
        Ok(roles) => Answer::exactly(case.field("want")?, roles),
        error => Answer::succeeds(error),
    })
}

fn roles_ancestors(case: &Case) -> Result<Answer> {
    let got = roles::ancestors(case.text("a")?).map(str::to_owned).collect();
    Ok(Answer::exactly(case.field::<Vec<String>>("want")?, got))
}

fn roles_strict_subrole(case: &Case) -> Result<Answer> {
    Ok(Answer::exactly(case.field("want")?, roles::is_strict_subrole_of(case.text("a")?, case.text("b")?)))
}

fn attributes_parse(case: &Case) -> Result<Answer> {
    Ok(match case.text("text")?.parse::<Attributes>() {
        Ok(attributes) => Answer::exactly(case.field::<Vec<v1::Attribute>>("want")?, attributes.into()),
        error => Answer::succeeds(error),
    })
}

fn attributes_equal(case: &Case) -> Result<Answer> {
    let attributes = |field| case.field::<Vec<v1::Attribute>>(field).map(Attributes::from);
    Ok(Answer::exactly(case.field("want")?, attributes("a")? == attributes("b")?))
}
