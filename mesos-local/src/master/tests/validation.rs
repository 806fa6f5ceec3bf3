//! What a task may ask for, in Mesos' words; each was compared with a real master.

use mesos_sdk::proto::v1::environment::{Variable, variable};
use mesos_sdk::proto::v1::volume::{Mode, Source, source};
use mesos_sdk::proto::v1::{
    CheckInfo, ContainerInfo, Environment, HealthCheck, LinuxInfo, Secret, Volume, check_info,
    container_info, health_check, resource, secret, value,
};

use super::launching::error;
use super::*;

fn health(check: HealthCheck) -> String {
    let words = error(|task, _| task.health_check = Some(Box::new(check))).unwrap();
    words.strip_prefix("Task uses invalid health check: ").unwrap().to_owned()
}

fn check(check: CheckInfo) -> String {
    let words = error(|task, _| task.check = Some(Box::new(check))).unwrap();
    words.strip_prefix("Task uses invalid check: ").unwrap().to_owned()
}

#[statement::proves(hc)]
#[test]
fn health_checks_are_complete() {
    let typed =
        |kind: health_check::Type| HealthCheck { r#type: Some(kind.into()), ..HealthCheck::default() };
    let http = |scheme: &str, path: &str| health_check::HttpCheckInfo {
        scheme: Some(scheme.into()),
        path: Some(path.into()),
        port: 80,
        ..health_check::HttpCheckInfo::default()
    };
    let on_http = |http| HealthCheck { http: Some(Box::new(http)), ..typed(health_check::Type::Http) };
    assert_eq!(health(HealthCheck::default()), "HealthCheck must specify 'type'");
    assert_eq!(
        health(typed(health_check::Type::Command)),
        "Expecting 'command' to be set for COMMAND health check"
    );
    assert_eq!(health(typed(health_check::Type::Tcp)), "Expecting 'tcp' to be set for TCP health check");
    assert_eq!(health(on_http(http("ftp", "/"))), "Unsupported HTTP health check scheme: 'ftp'");
    assert_eq!(health(on_http(http("https", "x"))), "The path 'x' of HTTP health check must start with '/'");
    let empty = HealthCheck {
        command: Some(Box::new(CommandInfo { shell: Some(false), ..CommandInfo::default() })),
        ..typed(health_check::Type::Command)
    };
    assert_eq!(health(empty), "Command health check must contain 'executable path'");
    let late = HealthCheck { timeout_seconds: Some(-1.0), ..on_http(http("http", "/")) };
    assert_eq!(health(late), "Expecting 'timeout_seconds' to be non-negative");
}

#[statement::proves(hc)]
#[test]
fn checks_are_complete() {
    let typed = |kind: check_info::Type| CheckInfo { r#type: Some(kind.into()), ..CheckInfo::default() };
    assert_eq!(check(CheckInfo::default()), "CheckInfo must specify 'type'");
    assert_eq!(check(typed(check_info::Type::Http)), "Expecting 'http' to be set for HTTP check");
    let empty = CheckInfo {
        command: Some(Box::new(check_info::Command { command: CommandInfo::default() })),
        ..typed(check_info::Type::Command)
    };
    assert_eq!(check(empty), "Command check must contain 'shell command'");
}

#[test]
fn check_without_a_type_is_accepted() {
    let command = Some(Box::new(CommandInfo { value: Some("true".into()), ..CommandInfo::default() }));
    let check = HealthCheck { command, ..HealthCheck::default() };
    assert_eq!(error(|task, _| task.health_check = Some(Box::new(check))), None);
}

#[test]
fn environments_have_values_or_secrets() {
    let with = |variable: Variable| {
        let environment = Environment { variables: vec![Variable { name: "V".into(), ..variable }] };
        let words = error(|task, _| task.command.as_mut().unwrap().environment = Some(environment)).unwrap();
        let start = "Task's `CommandInfo` is invalid: Environment variable 'V' ";
        words.strip_prefix(start).unwrap().to_owned()
    };
    let secret = |secret: Secret| Variable {
        r#type: Some(variable::Type::Secret.into()),
        secret: Some(secret),
        ..Variable::default()
    };
    let value = |data: &'static [u8]| Secret {
        r#type: Some(secret::Type::Value.into()),
        value: Some(Box::new(secret::Value { data: Bytes::from_static(data) })),
        ..Secret::default()
    };
    assert_eq!(with(Variable::default()), "of type 'VALUE' must have a value set");
    let both = Variable { value: Some("x".into()), ..secret(value(b"x")) };
    assert_eq!(with(both), "of type 'SECRET' must not have a value set");
    let reason = "specifies an invalid secret: Secret of type VALUE must have the 'value' field set";
    assert_eq!(with(secret(Secret { value: None, ..value(b"") })), reason);
    let reason = "specifies a secret containing null bytes, which is not allowed in the environment";
    assert_eq!(with(secret(value(b"a\0b"))), reason);
}

#[test]
fn containers_are_complete() {
    let with =
        |container: ContainerInfo| error(|task, _| task.container = Some(Box::new(container))).unwrap();
    let mesos = ContainerInfo { r#type: container_info::Type::Mesos.into(), ..ContainerInfo::default() };
    let volume = Volume { mode: Mode::Rw.into(), container_path: "x".into(), ..Volume::default() };
    let on_volume = |volume| with(ContainerInfo { volumes: vec![volume], ..mesos.clone() });
    let start = "Task's `ContainerInfo` is invalid:";
    let words = "Invalid volume: Only one of them should be set: 'host_path', 'image' and 'source'";
    assert_eq!(on_volume(volume.clone()), format!("{start} {words}"));
    let source = Source { r#type: Some(source::Type::HostPath.into()), ..Source::default() };
    let words = "Invalid volume: 'source.host_path' is not set for HOST_PATH volume";
    assert_eq!(on_volume(Volume { source: Some(Box::new(source)), ..volume }), format!("{start} {words}"));
    let linux = LinuxInfo { share_cgroups: Some(false), ..LinuxInfo::default() };
    let words = "Only tasks in a task group may have 'share_cgroups' set to 'false'";
    assert_eq!(with(ContainerInfo { linux_info: Some(Box::new(linux)), ..mesos }), words);
    let docker = ContainerInfo { r#type: container_info::Type::Docker.into(), ..ContainerInfo::default() };
    let words = "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
    assert_eq!(with(docker), format!("{start} {words}"));
}

fn scalar(name: &str, value: f64) -> mesos_sdk::proto::v1::Resource {
    mesos_sdk::proto::v1::Resource {
        name: name.into(),
        r#type: value::Type::Scalar.into(),
        scalar: Some(value::Scalar { value }),
        ..mesos_sdk::proto::v1::Resource::default()
    }
}

fn on_resources(resources: Vec<mesos_sdk::proto::v1::Resource>) -> String {
    error(|task, _| task.resources = resources).unwrap()
}

#[statement::proves(inval)]
#[test]
fn malformed_resources_are_named() {
    let ranges = mesos_sdk::proto::v1::Resource { r#type: value::Type::Ranges.into(), ..scalar("cpus", 1.0) };
    for (resource, words) in [
        (scalar("cpus", -1.0), "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0"),
        (scalar("", 1.0), "Resource ':1' is invalid: Empty resource name"),
        (ranges, "Resource 'cpus:[]' is invalid: Invalid ranges resource"),
    ] {
        assert_eq!(on_resources(vec![resource]), words);
    }
}

#[statement::proves(gpu)]
#[test]
fn gpus_are_whole_numbers() {
    let words = "Task uses invalid resources: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned \
                 integer";
    assert_eq!(on_resources(vec![scalar("gpus", 0.5)]), words);
}

#[statement::proves(rev)]
#[test]
fn revocable_and_regular_do_not_mix() {
    let revocable = mesos_sdk::proto::v1::Resource {
        revocable: Some(resource::RevocableInfo::default()),
        ..scalar("cpus", 1.0)
    };
    let words = "Task mixes revocable and non-revocable resources: Cannot use both revocable and non-revocable \
                 'cpus' at the same time";
    assert_eq!(on_resources(vec![revocable, scalar("cpus", 1.0)]), words);
}

#[statement::proves(alloc)]
#[test]
fn allocation_is_to_one_role() {
    let other = resource::AllocationInfo { role: Some("other".into()) };
    let other = mesos_sdk::proto::v1::Resource { allocation_info: Some(other), ..scalar("cpus", 1.0) };
    let words = "Invalid task resources: The resources have multiple allocation roles ('*' and 'other') but \
                 only one allocation role is allowed";
    assert_eq!(on_resources(vec![other, scalar("mem", 32.0)]), words);
}

#[statement::proves(pv)]
#[test]
fn persistent_volumes_need_reserved_disk() {
    let disk =
        |disk: resource::DiskInfo| mesos_sdk::proto::v1::Resource { disk: Some(disk), ..scalar("disk", 1.0) };
    let words = "Task uses invalid resources: Invalid DiskInfo: DiskInfo is set but empty";
    assert_eq!(on_resources(vec![disk(resource::DiskInfo::default())]), words);
    let persistence = resource::disk_info::Persistence { id: "p".into(), principal: None };
    let volume =
        resource::DiskInfo { persistence: Some(Box::new(persistence)), ..resource::DiskInfo::default() };
    let words = "Task uses invalid resources: Invalid DiskInfo: Persistent volumes cannot be created from \
                 unreserved resources";
    assert_eq!(on_resources(vec![disk(volume)]), words);
}
