//! The operations on quantities and limits.

use anyhow::Result;
use mesos_sdk::resources::{ResourceLimits, ResourceQuantities, Scalar};

use super::answer::Answer;
use super::case::Case;

/// Returns the answer to a case; `None` if `op` is none of these.
pub(super) fn answer(op: &str, case: &Case) -> Option<Result<Answer>> {
    let answer = match op {
        "quantities_parse" => parse(case, |quantities: &ResourceQuantities| owned(quantities.iter())),
        "quantities_parse_error" => {
            case.text("text").map(|text| Answer::fails(text.parse::<ResourceQuantities>()))
        }
        "quantities_from_resources" => {
            case.resources("a").and_then(|a| quantities(case, &ResourceQuantities::from(&a)))
        }
        "quantities_add" => of_quantities(case, |a, b| a + &b),
        "quantities_subtract" => of_quantities(case, |a, b| a - &b),
        "quantities_sum" => sum(case),
        "quantities_contains" => contains(case),
        "quantities_print" => print(case),
        "quantities_in_resources" => in_resources(case),
        "quantities_shrink" => shrink(case),
        "limits_parse" => parse(case, |limits: &ResourceLimits| owned(limits.iter())),
        "limits_parse_error" => case.text("text").map(|text| Answer::fails(text.parse::<ResourceLimits>())),
        "limits_contains" => limits_contain(case),
        "limits_contains_quantities" => limits_allow(case),
        "limits_subtract" => limits_subtract(case),
        "limits_shrink" => limits_shrink(case),
        _ => return None,
    };
    Some(answer)
}

type Amounts = Vec<(String, Scalar)>;

fn owned<'a>(amounts: impl Iterator<Item = (&'a str, Scalar)>) -> Amounts {
    amounts.map(|(name, amount)| (name.to_owned(), amount)).collect()
}

fn quantities(case: &Case, got: &ResourceQuantities) -> Result<Answer> {
    Ok(Answer::exactly(case.amounts::<Amounts>("want")?, owned(got.iter())))
}

fn parse<T>(case: &Case, amounts: impl FnOnce(&T) -> Amounts) -> Result<Answer>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    Ok(match case.text("text")?.parse::<T>() {
        Ok(parsed) => Answer::exactly(case.amounts("want")?, amounts(&parsed)),
        error => Answer::succeeds(error),
    })
}

fn of_quantities(
    case: &Case,
    op: impl FnOnce(ResourceQuantities, ResourceQuantities) -> ResourceQuantities,
) -> Result<Answer> {
    quantities(case, &op(case.amounts("a")?, case.amounts("b")?))
}

fn sum(case: &Case) -> Result<Answer> {
    let parts: Vec<Vec<(String, f64)>> = case.field("a")?;
    let parts = parts.into_iter().map(|part| {
        part.into_iter().map(|(name, value)| (name, Scalar::new(value))).collect::<ResourceQuantities>()
    });
    quantities(case, &parts.collect::<Vec<_>>().iter().sum())
}

fn contains(case: &Case) -> Result<Answer> {
    let (a, b): (ResourceQuantities, ResourceQuantities) = (case.amounts("a")?, case.amounts("b")?);
    Ok(Answer::exactly(case.field("want")?, a.contains(&b)))
}

fn print(case: &Case) -> Result<Answer> {
    let quantities: ResourceQuantities = case.amounts("a")?;
    Ok(Answer::exactly(case.text("want")?.to_owned(), quantities.to_string()))
}

fn in_resources(case: &Case) -> Result<Answer> {
    let got = case.resources("a")?.contains_quantities(&case.amounts("b")?);
    Ok(Answer::exactly(case.field("want")?, got))
}

fn shrink(case: &Case) -> Result<Answer> {
    let got = case.resources("a")?.shrink_to(&case.amounts("b")?);
    Ok(Answer::resources(&case.resources("want")?, &got))
}

fn limits_contain(case: &Case) -> Result<Answer> {
    let (a, b): (ResourceLimits, ResourceLimits) = (case.amounts("a")?, case.amounts("b")?);
    Ok(Answer::exactly(case.field("want")?, a.contains(&b)))
}

fn limits_allow(case: &Case) -> Result<Answer> {
    let limits: ResourceLimits = case.amounts("a")?;
    Ok(Answer::exactly(case.field("want")?, limits.allow(&case.amounts("b")?)))
}

fn limits_subtract(case: &Case) -> Result<Answer> {
    let left = case.amounts::<ResourceLimits>("a")? - &case.amounts("b")?;
    Ok(Answer::exactly(case.amounts::<Amounts>("want")?, owned(left.iter())))
}

fn limits_shrink(case: &Case) -> Result<Answer> {
    let got = case.resources("a")?.shrink_to_limits(&case.amounts("b")?);
    Ok(Answer::resources(&case.resources("want")?, &got))
}
