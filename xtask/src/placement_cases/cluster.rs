//! Agents, tasks that run, and settings of a case.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use mesos_placement as placement;
use mesos_placement::{Gpus, HeldOffer, Home, Place, Settings, Shares, State, Strategy, Unavailable};
use mesos_sdk::proto::v1::resource::disk_info::{Source, source};
use mesos_sdk::proto::v1::resource::{DiskInfo, ReservationInfo};
use mesos_sdk::proto::v1::{Attribute, Label, Labels, Resource, value};
use mesos_sdk::resources::Scalar;
use serde_json::Value as Json;

use super::constraint;
use super::form::{self, Fields};

/// What an agent has that does not say.
const FREE: [(&str, f64); 3] = [("cpus", 64.0), ("mem", 65536.0), ("disk", 100_000.0)];

pub(super) fn agent(form: &form::Agent) -> Result<placement::Agent> {
    let mut agent = placement::Agent::new(&form.id);
    agent.hostname = form.hostname.clone().unwrap_or_else(|| form.id.clone());
    (agent.region, agent.zone, agent.max_tasks) = (form.region.clone(), form.zone.clone(), form.max_tasks);
    for (name, value) in &form.attributes {
        match value {
            Json::Array(values) => {
                agent
                    .attributes
                    .extend(values.iter().map(|value| attribute(name, value)).collect::<Result<Vec<_>>>()?);
            }
            value => agent.attributes.push(attribute(name, value)?),
        }
    }
    if let Some(planned) = &form.unavailable {
        let unavailable = agent.unavailable.insert(Unavailable::new(time(planned.start_s)?));
        unavailable.duration = planned.duration_s.map(time).transpose()?;
    }
    agent.total = form.total.iter().map(|(name, amount)| (name.clone(), Scalar::new(*amount))).collect();
    agent.offers = offers(form)?;
    Ok(agent)
}

fn offers(form: &form::Agent) -> Result<Vec<HeldOffer>> {
    let Some(offers) = &form.offers else {
        let resources = form.free.as_ref().map_or_else(|| Ok(default()), free)?;
        return Ok(vec![HeldOffer::new(format!("offer of {}", form.id), resources)]);
    };
    let offer = |offer: &form::Offer| {
        let resources = offer.resources.iter().map(piece).collect::<Result<Vec<_>>>()?;
        Ok(HeldOffer::new(offer.id.clone(), resources))
    };
    offers.iter().map(offer).collect()
}

fn default() -> Vec<Resource> {
    let scalars = FREE.iter().map(|(name, amount)| scalar(name, *amount));
    scalars.chain([ranges("ports", &[(1, 65535)])]).collect()
}

fn free(free: &Fields<Json>) -> Result<Vec<Resource>> {
    let resource = |(name, value): (&String, &Json)| match value.as_f64() {
        Some(amount) => Ok(scalar(name, amount)),
        None => Ok(ranges(name, &serde_json::from_value::<Vec<(u64, u64)>>(value.clone())?)),
    };
    free.iter().map(resource).collect()
}

fn piece(form: &form::Piece) -> Result<Resource> {
    let mut resource = match (&form.value, &form.ranges) {
        (Some(amount), None) => scalar(&form.name, *amount),
        (None, Some(list)) => ranges(&form.name, list),
        _ => bail!("a resource {:?} with neither a value nor ranges", form.name),
    };
    if let Some(role) = form.role.as_ref().filter(|role| *role != "*") {
        let label = |(key, value): (&String, &String)| Label { key: key.clone(), value: Some(value.clone()) };
        let labels = form.labels.as_ref().map(|labels| Labels { labels: labels.iter().map(label).collect() });
        let mut reservation =
            ReservationInfo { role: Some(role.clone()), labels, ..ReservationInfo::default() };
        reservation.set_type(mesos_sdk::proto::v1::resource::reservation_info::Type::Dynamic);
        resource.reservations.push(reservation);
    }
    resource.disk = form.disk.as_ref().map(disk).transpose()?;
    Ok(resource)
}

fn disk(form: &form::Disk) -> Result<DiskInfo> {
    let kind = match form.r#type.as_str() {
        "root" => return Ok(DiskInfo::default()),
        "path" => source::Type::Path,
        "mount" => source::Type::Mount,
        "raw" => source::Type::Raw,
        "block" => source::Type::Block,
        other => bail!("no type of disk: {other:?}"),
    };
    let mut of = Source::default();
    of.set_type(kind);
    match kind {
        source::Type::Path => of.path = Some(source::Path { root: form.path.clone() }),
        source::Type::Mount => of.mount = Some(source::Mount { root: form.path.clone() }),
        _ => {}
    }
    Ok(DiskInfo { source: Some(Box::new(of)), ..DiskInfo::default() })
}

fn scalar(name: &str, amount: f64) -> Resource {
    let mut resource = Resource { name: name.to_owned(), ..Resource::default() };
    resource.set_type(value::Type::Scalar);
    resource.scalar = Some(value::Scalar { value: amount });
    resource
}

fn ranges(name: &str, list: &[(u64, u64)]) -> Resource {
    let mut resource = Resource { name: name.to_owned(), ..Resource::default() };
    resource.set_type(value::Type::Ranges);
    let range = list.iter().map(|(begin, end)| value::Range { begin: *begin, end: *end }).collect();
    resource.ranges = Some(value::Ranges { range });
    resource
}

fn attribute(name: &str, json: &Json) -> Result<Attribute> {
    let mut attribute = Attribute { name: name.to_owned(), ..Attribute::default() };
    match json {
        Json::String(text) => {
            attribute.set_type(value::Type::Text);
            attribute.text = Some(value::Text { value: text.clone() });
        }
        Json::Number(number) => {
            attribute.set_type(value::Type::Scalar);
            attribute.scalar = Some(value::Scalar { value: number.as_f64().context("a number")? });
        }
        Json::Object(fields) if fields.contains_key("ranges") => {
            attribute.set_type(value::Type::Ranges);
            let list: Vec<(u64, u64)> = serde_json::from_value(fields["ranges"].clone())?;
            let range = list.iter().map(|(begin, end)| value::Range { begin: *begin, end: *end }).collect();
            attribute.ranges = Some(value::Ranges { range });
        }
        Json::Object(fields) if fields.contains_key("set") => {
            attribute.set_type(value::Type::Set);
            attribute.set = Some(value::Set { item: serde_json::from_value(fields["set"].clone())? });
        }
        other => bail!("no attribute: {other}"),
    }
    Ok(attribute)
}

pub(super) fn running(form: &form::Running) -> Result<placement::Running> {
    let mut running = placement::Running::new(&form.id, form.agent.as_deref().unwrap_or_default());
    if let Some(elsewhere) = &form.elsewhere {
        running.place = Place::Elsewhere(Box::new(agent(elsewhere)?));
    }
    let form::Belongs { group, version, labels, space } = form.belongs.clone();
    (running.group, running.version, running.labels, running.namespace) = (group, version, labels, space);
    let scalars =
        form.uses.iter().filter_map(|(name, amount)| Some((name.clone(), Scalar::new(amount.as_f64()?))));
    running.uses = scalars.collect();
    running.constraints = form.constraints.iter().map(constraint::read).collect::<Result<_>>()?;
    running.state = match form.state.as_deref() {
        None | Some("running") => State::Running,
        Some("stopping") => State::Stopping,
        Some("reserved") => State::Reserved,
        Some("unreachable") => State::Unreachable,
        Some(other) => bail!("no state: {other:?}"),
    };
    Ok(running)
}

pub(super) fn settings(form: &form::Settings) -> Result<Settings> {
    let mut settings = Settings::default();
    if let Some(strategy) = &form.strategy {
        let default = || vec!["cpus".to_owned(), "mem".to_owned()];
        let names = strategy.over.clone().unwrap_or_else(default);
        let weight = |name: &String| strategy.weights.get(name).copied().unwrap_or(1.0);
        let shares = Shares(names.iter().map(|name| (name.clone(), weight(name))).collect());
        settings.strategy = match strategy.kind.as_str() {
            "first" => Strategy::First,
            "pack" => Strategy::Pack(shares),
            "spread" => Strategy::Spread(shares),
            other => bail!("no strategy: {other:?}"),
        };
    }
    settings.max_placements = form.max_placements;
    if let Some(maintenance) = form.maintenance.as_ref().filter(|maintenance| !maintenance.ignore) {
        let now = time(form.now_s.unwrap_or_default())?;
        settings.maintenance = Some(placement::Maintenance::new(now, time(maintenance.margin_s)?));
    }
    settings.gpus = if form.gpus.as_deref() == Some("keep") { Gpus::Keep } else { Gpus::Share };
    settings.home = match &form.home_region {
        Some(Json::String(region)) => Some(Home::Region(region.clone())),
        Some(_) if form.home_unknown.as_deref() != Some("accept") => Some(Home::Unknown),
        Some(_) | None => None,
    };
    let limits = |limits: &Fields<f64>| {
        limits.iter().map(|(name, limit)| (name.clone(), Scalar::new(*limit))).collect()
    };
    settings.group_limits = form.group_limits.iter().map(|(group, of)| (group.clone(), limits(of))).collect();
    settings.refuse_unlisted_groups = form.unlisted_groups.as_deref() == Some("refuse");
    Ok(settings)
}

fn time(seconds: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds).with_context(|| format!("no time: {seconds} s"))
}
