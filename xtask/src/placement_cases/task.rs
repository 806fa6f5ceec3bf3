//! Tasks of a case.

use anyhow::{Context, Result, bail};
use mesos_placement as placement;
use mesos_placement::{DiskType, GpuAgents, Needs, Pattern, PortNeeds, VolumeNeed};
use mesos_sdk::resources::Scalar;
use serde_json::Value as Json;

use super::form::{self, Fields};
use super::{constraint, form::Task};

pub(super) fn read(form: &Task) -> Result<placement::Task> {
    let mut task = placement::Task::new(&form.id, needs(&form.needs)?);
    let form::Belongs { group, version, labels, space } = form.belongs.clone();
    (task.group, task.version, task.labels, task.namespace) = (group, version, labels, space);
    if let Some(roles) = &form.roles {
        task.roles.clone_from(roles);
    }
    task.reserved_for.clone_from(&form.reserved_for);
    task.gpu_agents = match form.gpu_agents.as_deref() {
        None => None,
        Some("allowed") => Some(GpuAgents::Allowed),
        Some("refused") => Some(GpuAgents::Refused),
        Some(other) => bail!("gpu_agents: {other:?}"),
    };
    task.constraints = form.constraints.iter().map(constraint::read).collect::<Result<_>>()?;
    task.preferences = form.prefer.iter().map(constraint::preference).collect::<Result<_>>()?;
    task.replaces.clone_from(&form.replaces);
    Ok(task)
}

fn needs(form: &Fields<Json>) -> Result<Needs> {
    let mut needs = Needs::default();
    for (name, value) in form {
        match name.as_str() {
            "ports" => needs.ports = ports(serde_json::from_value(value.clone())?),
            "volume" => needs.volumes.push(volume(&serde_json::from_value(value.clone())?)?),
            name => {
                let amount = value.as_f64().with_context(|| format!("no amount of {name}: {value}"))?;
                needs.scalars.insert(name.to_owned(), Scalar::new(amount));
            }
        }
    }
    Ok(needs)
}

fn ports(form: form::Ports) -> PortNeeds {
    let within = form.within.into_iter().map(|(begin, end)| (begin, end.unwrap_or(u64::from(u16::MAX))));
    let mut ports = PortNeeds::default();
    (ports.dynamic, ports.fixed, ports.within) = (form.dynamic, form.fixed, within.collect());
    ports
}

fn volume(form: &form::Volume) -> Result<VolumeNeed> {
    let disk = match form.r#type.as_deref() {
        None | Some("root") => DiskType::Root,
        Some("path") => DiskType::Path,
        Some("mount") => DiskType::Mount,
        Some(other) => bail!("no type of volume: {other:?}"),
    };
    let mut volume = VolumeNeed::new(form.size, disk);
    volume.path_matches = form.path_matches.as_deref().map(Pattern::new).transpose()?;
    volume.max_size = form.max_size.map(Scalar::new);
    Ok(volume)
}
