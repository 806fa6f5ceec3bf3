//! What a spec needs where the agent decides: ports and volumes.

use mesos_sdk::ResourceSpec;
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::proto::v1::resource::DiskInfo;
use mesos_sdk::proto::v1::resource::disk_info::{Source, source};
use mesos_sdk::resource_spec::{Ports, ResourceNeed, ResourceSpecErrorKind, VolumeDisk, VolumeSpec};
use mesos_sdk::resources::{Resources, Scalar};

#[derive(ResourceSpec, Clone, Debug, PartialEq)]
struct Database {
    cpus: f64,
    #[resource(default = 0)]
    disk: u64,
    ports: Ports<2>,
    #[resource(volume = "mount", path = "/mnt/.*", max_size = 900)]
    data: u64,
    #[resource(volume = "path", default = 0)]
    log: u64,
}

fn database() -> Database {
    Database { cpus: 1.5, disk: 5, ports: Ports::any(), data: 100, log: 20 }
}

fn resources(text: &str) -> Vec<Resource> {
    text.parse::<Resources>().unwrap_or_default().into_iter().collect()
}

fn disk(kind: source::Type, size: f64) -> Resource {
    let source = Source { r#type: kind.into(), ..Source::default() };
    let disk = DiskInfo { source: Some(Box::new(source)), ..DiskInfo::default() };
    let mut resource = resources(&format!("disk:{size}")).remove(0);
    resource.disk = Some(disk);
    resource
}

fn offered(ports: &str, disks: &[Resource]) -> Vec<Resource> {
    [resources(&format!("cpus:9; disk:50; ports:{ports}")), disks.to_vec()].concat()
}

#[test]
fn agent_decides_needs_not_resources() {
    assert_eq!(Resources::from(database().to_resources()).to_string(), "cpus:1.5; disk:5");
    let mount = VolumeSpec::new(Scalar::new(100.0), VolumeDisk::Mount, Some("/mnt/.*"), Some(900));
    let path = VolumeSpec::new(Scalar::new(20.0), VolumeDisk::Path, None, None);
    let mut needs = database().to_needs();
    assert_eq!(
        needs.split_off(2),
        [
            ResourceNeed::Any { name: "ports".to_owned(), count: 2 },
            ResourceNeed::Volume(mount),
            ResourceNeed::Volume(path),
        ]
    );
    assert_eq!(needs, database().to_resources().into_iter().map(ResourceNeed::Resource).collect::<Vec<_>>());
}

#[test]
fn what_was_given_is_read_back() {
    let given = [
        resources("cpus:1.5; disk:5; ports:[7-7, 9-9]"),
        vec![disk(source::Type::Mount, 300.0), disk(source::Type::Path, 20.0)],
    ];
    let got = Database::from_resources(&given.concat()).unwrap();
    assert_eq!(got, Database { ports: [9, 7].into(), data: 300, ..database() });
    assert_eq!(got.ports.numbers(), Some(&[7, 9]));
    assert_eq!(Resources::from(got.to_resources()).to_string(), "cpus:1.5; disk:5; ports:[7-7, 9-9]");
}

#[test]
fn too_few_ports_and_no_volume_are_errors() {
    let mount = disk(source::Type::Mount, 300.0);
    let error = |ports, disks: &[Resource]| Database::from_resources(&offered(ports, disks)).unwrap_err();
    let few = error("[7-7]", std::slice::from_ref(&mount));
    assert_eq!(few.to_string(), "resource \"ports\" of Database is 1, and the field holds more ports");
    assert_eq!(error("[7-9]", &[]).problem, ResourceSpecErrorKind::Missing);
}

#[statement::proves(fit)]
#[test]
fn agent_choices_count() {
    let mount = |size| disk(source::Type::Mount, size);
    let path = |size| disk(source::Type::Path, size);
    let times = |ports, disks: &[Resource]| database().count_in(&offered(ports, disks));
    assert_eq!(times("[1-9]", &[mount(100.0), mount(900.0), path(61.0)]), 2);
    assert_eq!(times("[1-9]", &[mount(99.0), mount(901.0), path(61.0)]), 0);
    assert_eq!(times("[1-9]", &[mount(100.0), mount(100.0), path(21.0)]), 1);
    assert_eq!(times("[1-1]", &[mount(100.0), path(61.0)]), 0);
    assert_eq!(times("[1-3]", &[mount(100.0), mount(100.0), path(61.0)]), 1);
}
