//! Resources as Mesos prints them.

use std::fmt;

use crate::proto::v1::resource::disk_info::Source;
use crate::proto::v1::resource::disk_info::source::Type as SourceType;
use crate::proto::v1::resource::{DiskInfo, ReservationInfo};
use crate::proto::v1::value::Type;
use crate::proto::v1::volume::Mode;
use crate::proto::v1::{Labels, Resource, Volume};

use super::entry::{Entry, item, range, scalar};
use super::{Resources, ranges, set};

/// Writes the entries in the order in which they were put in, `{}` if there are none.
///
/// Entries with a name and a value only can be read back with `parse`; the rest is for people.
impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.entries.split_first() else { return f.write_str("{}") };
        write!(f, "{first}")?;
        rest.iter().try_for_each(|entry| write!(f, "; {entry}"))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", One(&self.resource))?;
        if self.resource.shared.is_some() { write!(f, "<{}>", self.copies) } else { Ok(()) }
    }
}

/// One resource as it is, valid or not.
pub(crate) struct One<'a>(pub(crate) &'a Resource);

impl fmt::Display for One<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let resource = self.0;
        f.write_str(&resource.name)?;
        if let Some(allocation) = &resource.allocation_info {
            write!(f, "(allocated: {})", allocation.role())?;
        }
        write_reservations(f, &resource.reservations)?;
        if let Some(disk) = &resource.disk {
            write_disk(f, disk)?;
        }
        f.write_str(if resource.revocable.is_some() { "{REV}" } else { "" })?;
        f.write_str(if resource.shared.is_some() { "<SHARED>" } else { "" })?;
        f.write_str(":")?;
        write_value(f, resource)
    }
}

fn write_value(f: &mut fmt::Formatter<'_>, resource: &Resource) -> fmt::Result {
    match resource.r#type() {
        Type::Scalar => write!(f, "{}", scalar(resource)),
        Type::Ranges => ranges::write(f, range(resource)),
        Type::Set => set::write(f, item(resource)),
        Type::Text => Ok(()),
    }
}

fn write_reservations(f: &mut fmt::Formatter<'_>, reservations: &[ReservationInfo]) -> fmt::Result {
    let Some((first, refinements)) = reservations.split_first() else { return Ok(()) };
    f.write_str("(reservations: [")?;
    write_reservation(f, first)?;
    for refinement in refinements {
        f.write_str(", ")?;
        write_reservation(f, refinement)?;
    }
    f.write_str("])")
}

fn write_reservation(f: &mut fmt::Formatter<'_>, reservation: &ReservationInfo) -> fmt::Result {
    write!(f, "({},{}", reservation.r#type().as_str_name(), reservation.role())?;
    if let Some(principal) = &reservation.principal {
        write!(f, ",{principal}")?;
    }
    if let Some(labels) = &reservation.labels {
        f.write_str(",")?;
        write_labels(f, labels)?;
    }
    f.write_str(")")
}

fn write_labels(f: &mut fmt::Formatter<'_>, labels: &Labels) -> fmt::Result {
    f.write_str("{")?;
    for (index, label) in labels.labels.iter().enumerate() {
        write!(f, "{}{}", if index == 0 { "" } else { ", " }, label.key)?;
        if let Some(value) = &label.value {
            write!(f, ": {value}")?;
        }
    }
    f.write_str("}")
}

fn write_disk(f: &mut fmt::Formatter<'_>, disk: &DiskInfo) -> fmt::Result {
    f.write_str("[")?;
    if let Some(source) = &disk.source {
        write_source(f, source)?;
    }
    if let Some(persistence) = &disk.persistence {
        write!(f, "{}{}", if disk.source.is_some() { "," } else { "" }, persistence.id)?;
    }
    if let Some(volume) = &disk.volume {
        write_volume(f, volume)?;
    }
    f.write_str("]")
}

fn write_source(f: &mut fmt::Formatter<'_>, source: &Source) -> fmt::Result {
    let kind = source.r#type();
    f.write_str(kind.as_str_name())?;
    if kind == SourceType::Unknown {
        return Ok(());
    }
    if source.id.is_some() || source.profile.is_some() {
        return write!(f, "({},{},{})", source.vendor(), source.id(), source.profile());
    }
    let root = match kind {
        SourceType::Mount => source.mount.as_ref().and_then(|mount| mount.root.as_ref()),
        SourceType::Path => source.path.as_ref().and_then(|path| path.root.as_ref()),
        SourceType::Block | SourceType::Raw | SourceType::Unknown => None,
    };
    root.map_or(Ok(()), |root| write!(f, ":{root}"))
}

fn write_volume(f: &mut fmt::Formatter<'_>, volume: &Volume) -> fmt::Result {
    let Some(host_path) = &volume.host_path else { return write!(f, ":{}", volume.container_path) };
    let mode = match volume.mode() {
        Mode::Rw => "rw",
        Mode::Ro => "ro",
    };
    write!(f, ":{host_path}:{}:{mode}", volume.container_path)
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::resource::disk_info::Persistence;
    use crate::proto::v1::resource::disk_info::source::{Mount, Path};
    use crate::proto::v1::resource::{AllocationInfo, RevocableInfo, SharedInfo};
    use crate::proto::v1::{Label, value};

    use super::*;

    fn disk(source: Option<Source>) -> Resource {
        Resource {
            name: "disk".to_owned(),
            scalar: Some(value::Scalar { value: 1.5 }),
            disk: Some(DiskInfo { source: source.map(Box::new), ..DiskInfo::default() }),
            ..Resource::default()
        }
    }

    fn printed(resource: Resource) -> String {
        Resources::from(resource).to_string()
    }

    #[test]
    fn every_decoration_has_its_place() {
        let volume = Volume {
            mode: Mode::Ro.into(),
            container_path: "/data".to_owned(),
            host_path: Some("/host".to_owned()),
            ..Volume::default()
        };
        let label =
            |key: &str, value: Option<&str>| Label { key: key.to_owned(), value: value.map(str::to_owned) };
        let mut resource = disk(None);
        resource.disk = Some(DiskInfo {
            persistence: Some(Box::new(Persistence { id: "v".to_owned(), principal: None })),
            volume: Some(Box::new(volume)),
            source: None,
        });
        resource.allocation_info = Some(AllocationInfo { role: Some("eng/web".to_owned()) });
        resource.revocable = Some(RevocableInfo::default());
        resource.shared = Some(SharedInfo::default());
        resource.reservations = vec![
            ReservationInfo { r#type: Some(1), role: Some("eng".to_owned()), ..ReservationInfo::default() },
            ReservationInfo {
                r#type: Some(2),
                role: Some("eng/web".to_owned()),
                principal: Some("p".to_owned()),
                labels: Some(Labels { labels: vec![label("a", Some("b")), label("c", None)] }),
            },
        ];
        assert_eq!(
            (Resources::from(resource.clone()) + resource).to_string(),
            "disk(allocated: eng/web)(reservations: [(STATIC,eng), (DYNAMIC,eng/web,p,{a: b, c})])\
             [v:/host:/data:ro]{REV}<SHARED>:1.5<2>"
        );
    }

    #[test]
    fn sources_show_identity_then_root() {
        let source = |kind: SourceType| Source { r#type: kind.into(), ..Source::default() };
        let root = || Some("/mnt".to_owned());
        let mount = Source { mount: Some(Mount { root: root() }), ..source(SourceType::Mount) };
        let path = Source { path: Some(Path { root: root() }), ..source(SourceType::Path) };
        let csi = Source { profile: Some("fast".to_owned()), ..mount.clone() };
        assert_eq!(printed(disk(Some(mount))), "disk[MOUNT:/mnt]:1.5");
        assert_eq!(printed(disk(Some(path))), "disk[PATH:/mnt]:1.5");
        assert_eq!(printed(disk(Some(csi))), "disk[MOUNT(,,fast)]:1.5");
        assert_eq!(printed(disk(Some(source(SourceType::Raw)))), "disk[RAW]:1.5");
        assert_eq!(Resources::new().to_string(), "{}");
    }
}
