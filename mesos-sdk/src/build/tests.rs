use std::time::Duration;

use super::*;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::{LaunchGroup, Type};
use crate::proto::v1::resource::disk_info::source;
use crate::proto::v1::resource::{AllocationInfo, reservation_info};
use crate::proto::v1::{AgentId, FrameworkId, Offer, executor_info};
use crate::resources::Resources;

fn agent() -> AgentId {
    AgentId::from("a")
}

fn task() -> Task {
    Task::new("t").cpus(0.1).mem(32.0)
}

fn refused(task: &Task) -> (String, String) {
    let invalid = task.build(&agent()).unwrap_err();
    (invalid.field().to_owned(), invalid.reason().to_owned())
}

#[test]
fn a_task_has_its_agent_and_its_amounts() {
    let built = task().command("true").cpus(0.2).ports(31_000..=31_001).gpus(1).build(&agent()).unwrap();
    assert_eq!((&built.name[..], &built.task_id.value[..], &built.agent_id), ("t", "t", &agent()));
    let resources = Resources::from(&built.resources[..]);
    assert_eq!(resources.to_string(), "cpus:0.3; mem:32; ports:[31000-31001]; gpus:1");
}

#[statement::proves(cmdxor)]
#[test]
fn task_has_a_command_or_an_executor() {
    let reason = "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
    let both = task().command("true").executor(Executor::custom("e", "run"));
    for wrong in [task(), both] {
        assert_eq!(refused(&wrong), ("executor".to_owned(), reason.to_owned()));
    }
    let default_executor = task().executor(Executor::default_executor("e"));
    assert_eq!(refused(&default_executor).1, "'ExecutorInfo.type' must be 'CUSTOM'");
}

#[statement::proves(nores, id, gpu, limits)]
#[test]
fn what_the_master_refuses_is_not_built() {
    let run = || task().command("true");
    for (wrong, field, reason) in [
        (Task::new("t").command("true"), "resources", "Task uses no resources"),
        (Task::new("").command("true").cpus(1.0), "task_id", "ID must not be empty"),
        (run().cpus(-1.0), "resources", "Resource 'cpus:-1' is invalid: Invalid scalar resource: value <= 0"),
        (run().cpus_limit(0.05), "limits", "The cpu limit must be greater than or equal to the cpu request"),
        (
            run().health_check(HealthCheck::http(80).path("x")),
            "health_check",
            "Task uses invalid health check: The path 'x' of HTTP health check must start with '/'",
        ),
        (
            run().container(Container::mesos().share_cgroups(false)),
            "container",
            "Only tasks in a task group may have 'share_cgroups' set to 'false'",
        ),
    ] {
        assert_eq!(refused(&wrong), (field.to_owned(), reason.to_owned()));
    }
    run().cpus_limit(f64::INFINITY).mem_limit(64.0).build(&agent()).unwrap();
}

#[test]
fn commands_are_lines_or_programs() {
    let shell = task().command(Command::shell("a | b").env("V", "1").user("u").uri("http://x/y.tgz"));
    let shell = shell.build(&agent()).unwrap().command.unwrap();
    assert!(shell.shell());
    assert_eq!((shell.value(), shell.user(), &shell.uris[0].value[..]), ("a | b", "u", "http://x/y.tgz"));
    assert_eq!(shell.environment.unwrap().variables[0].value(), "1");
    let argv = task().command(Command::argv(["prog", "-x"])).build(&agent()).unwrap().command.unwrap();
    assert!(!argv.shell());
    assert_eq!((argv.value(), &argv.arguments[..]), ("prog", &["prog".to_owned(), "-x".to_owned()][..]));
}

#[statement::proves(hc)]
#[test]
fn unset_fields_are_left_to_mesos() {
    let check: crate::proto::v1::HealthCheck = HealthCheck::tcp(80).into();
    assert_eq!(
        (check.delay_seconds(), check.interval_seconds(), check.timeout_seconds()),
        (15.0, 10.0, 20.0)
    );
    assert_eq!((check.consecutive_failures(), check.grace_period_seconds()), (3, 10.0));
    let check: crate::proto::v1::CheckInfo = Check::command("true").into();
    assert_eq!(
        (check.delay_seconds(), check.interval_seconds(), check.timeout_seconds()),
        (15.0, 10.0, 20.0)
    );
    let second = Duration::from_secs(1);
    let check = HealthCheck::http(80).https().delay(second).interval(second).timeout(second);
    let check: crate::proto::v1::HealthCheck = check.grace_period(second).failures(1).into();
    assert_eq!((check.delay_seconds(), check.interval_seconds(), check.timeout_seconds()), (1.0, 1.0, 1.0));
    assert_eq!((check.consecutive_failures(), check.grace_period_seconds()), (1, 1.0));
    assert_eq!(check.http.unwrap().scheme(), "https");
}

#[test]
fn times_of_checks_have_limits() {
    let [least, most] = [Duration::from_millis(10), Duration::from_secs(9_000_000_000)];
    for (time, interval, other) in [
        (Duration::ZERO, least, Duration::ZERO),
        (Duration::from_nanos(1), least, Duration::from_nanos(1)),
        (Duration::MAX, most, most),
    ] {
        let check = HealthCheck::tcp(80).delay(time).interval(time).timeout(time).grace_period(time);
        let check: crate::proto::v1::HealthCheck = check.into();
        let times = [check.delay_seconds(), check.timeout_seconds(), check.grace_period_seconds()];
        assert!(times.iter().all(|time| Duration::try_from_secs_f64(*time) == Ok(other)), "{times:?}");
        assert_eq!(Duration::try_from_secs_f64(check.interval_seconds()), Ok(interval));
    }
}

#[statement::proves(killpolicy)]
#[test]
fn times_are_nanoseconds() {
    let built = task().command("true").kill_grace(Duration::from_secs(3)).max_completion_time(Duration::MAX);
    let built = built.build(&agent()).unwrap();
    assert_eq!(built.kill_policy.unwrap().grace_period.unwrap().nanoseconds, 3_000_000_000);
    assert_eq!(built.max_completion_time.unwrap().nanoseconds, i64::MAX);
}

#[statement::proves(group)]
#[test]
fn pod_is_of_the_offer_and_its_executor() {
    let offer = Offer { framework_id: FrameworkId::from("f"), agent_id: agent(), ..Offer::default() };
    let executor = Executor::default_executor("e").cpus(0.1).mem(32.0);
    let pod = Pod::new(executor.clone()).task(task().command("true"));
    assert_eq!(pod.build(&offer).unwrap_err().reason(), "Executor 'e' uses no disk");
    let pod = Pod::new(executor.disk(1.0)).task(task().command("true"));
    let group = pod.build(&offer).unwrap();
    assert_eq!(group.executor.framework_id, Some(offer.framework_id.clone()));
    assert_eq!(group.executor.r#type(), executor_info::Type::Default);
    assert_eq!(group.task_group.tasks[0].agent_id, agent());
    let docker = pod.task(Task::new("u").command("true").cpus(0.1).container(Container::docker("i")));
    let reason = "Task 'u' is invalid: Docker ContainerInfo is not supported on the task";
    assert_eq!(docker.build(&offer).unwrap_err().reason(), reason);
}

#[test]
fn container_builders_set_every_field() {
    let container = Container::docker("nginx").port(31_000, 80).host_volume("/data", "data");
    let built = task().command("true").container(container).build(&agent()).unwrap().container.unwrap();
    let docker = built.docker.unwrap();
    assert_eq!((&docker.image[..], docker.port_mappings[0].host_port), ("nginx", 31_000));
    assert_eq!(built.volumes[0].host_path(), "/data");
    let container = Container::mesos().image("alpine").network("n").port(31_000, 80);
    let container = container.shared_volume("x", "y").docker_volume("d", "v", "z");
    let built = task().command("true").container(container).build(&agent()).unwrap().container.unwrap();
    assert_eq!(built.mesos.unwrap().image.unwrap().docker.unwrap().name, "alpine");
    assert_eq!(built.network_infos[0].port_mappings[0].container_port, 80);
    assert_eq!(built.volumes.len(), 2);
}

#[statement::proves(noreserve, refine, pv)]
#[test]
fn reservations_and_volumes_are_checked() {
    let disk: Resources = "disk:64".parse().unwrap();
    let reason =
        |result: Result<_, crate::validation::ValidationError>| result.map(drop).unwrap_err().into_reason();
    assert!(reason(Reservation::for_role("*").build(&disk)).ends_with("role \"*\" cannot be reserved"));
    let reserved = Reservation::for_role("a").principal("p").label("k", "v").build(&disk).unwrap();
    let refined = Reservation::for_role("b").build(&reserved.clone().into());
    assert!(reason(refined).ends_with("role 'b' is not a refinement of 'a'"));
    Reservation::for_role("a/b").build(&reserved.clone().into()).unwrap();
    let volume = PersistentVolume::new("v", "data").principal("p");
    let unreserved = Vec::from(disk).remove(0);
    assert!(reason(volume.build(&unreserved).map(|_| vec![])).contains("created from unreserved"));
    let created = volume.shared().build(&reserved[0]).unwrap();
    assert!(created.shared.is_some());
    let operation = Operation::create(vec![created]);
    assert!(Resources::from(reserved).apply(&operation).unwrap().persistent_volumes().len() == 1);
}

#[test]
fn each_operation_has_its_type() {
    let resource = || crate::proto::v1::Resource::default();
    let disk = source::Type::Mount;
    for (operation, kind) in vec![
        (Operation::launch(vec![]), Type::Launch),
        (Operation::launch_group(LaunchGroup::default()), Type::LaunchGroup),
        (Operation::reserve(vec![]), Type::Reserve),
        (Operation::unreserve(vec![]), Type::Unreserve),
        (Operation::create(vec![]), Type::Create),
        (Operation::destroy(vec![]), Type::Destroy),
        (Operation::grow_volume(resource(), resource()), Type::GrowVolume),
        (Operation::shrink_volume(resource(), 1.0), Type::ShrinkVolume),
        (Operation::create_disk(resource(), disk, None), Type::CreateDisk),
        (Operation::destroy_disk(resource()), Type::DestroyDisk),
    ] {
        let operation = operation.with_id("o");
        assert_eq!((operation.r#type(), &operation.id.unwrap().value[..]), (kind, "o"));
    }
}

#[statement::proves(constr)]
#[test]
fn empty_groups_are_refused() {
    let reason = Constraints::new().group("r", []).build().unwrap_err().into_reason();
    assert!(reason.contains("for role r"), "{reason}");
    let one = Constraint::hostname().is_not("h");
    let built = Constraints::new().group("r", [one, Constraint::zone().absent()]).build().unwrap();
    assert_eq!(built.role_constraints["r"].groups[0].attribute_constraints.len(), 2);
}

#[statement::proves(roles, ft2)]
#[test]
fn frameworks_are_checked() {
    let framework = || Framework::new("n", "u");
    assert_eq!(framework().build().unwrap().capabilities, []);
    assert_eq!(framework().roles(["a", "b"]).build().unwrap().capabilities.len(), 1);
    assert_eq!(framework().roles(["a", "a"]).build().unwrap_err().field(), "roles");
    let endless = framework().failover_timeout(Duration::MAX).build().unwrap_err();
    assert_eq!(endless.field(), "failover_timeout");
    let nothing = framework().min_allocatable("*", Vec::<(String, f64)>::new()).build().unwrap_err();
    assert_eq!(nothing.reason(), "Resource quantities must contain at least one quantity");
    framework().min_allocatable("*", [("cpus", 1.0)]).build().unwrap();
}

#[test]
fn an_executor_is_counted_where_it_starts() {
    let resources = "cpus:1; mem:64".parse::<Resources>().unwrap().into();
    let mut offer = Offer { resources, ..Offer::default() };
    for resource in &mut offer.resources {
        resource.allocation_info = Some(AllocationInfo { role: Some("web".to_owned()) });
    }
    let executor = || Executor::custom("e", "run").cpus(0.5);
    let task = || Task::new("t").executor(executor()).mem(64.0);
    assert!(task().cpus(0.5).fits(&offer));
    assert!(!task().cpus(0.6).fits(&offer));
    assert!(!task().cpus(-1.0).fits(&offer));
    offer.executor_ids.push("e".into());
    assert!(task().cpus(1.0).fits(&offer));
    assert!(!task().cpus(1.1).fits(&offer));
}

#[test]
fn resources_are_taken_as_they_are_reserved() {
    let resources = "cpus:1; disk(db):64".parse::<Resources>().unwrap().into();
    let offer = Offer { resources, ..Offer::default() };
    let disk = Reservation::for_role("db").build(&"disk:64".parse().unwrap()).unwrap();
    assert!(!Task::new("t").disk(64.0).fits(&offer));
    let is_static = |disk: &mut crate::proto::v1::Resource| {
        disk.reservations[0].set_type(reservation_info::Type::Static);
    };
    let mut disk = disk;
    assert!(!Task::new("t").resources(disk.clone()).fits(&offer));
    disk.iter_mut().for_each(is_static);
    assert!(Task::new("t").cpus(1.0).resources(disk).fits(&offer));
}

#[test]
fn tasks_are_taken_from_an_offer_until_it_is_used_up() {
    let allocation = AllocationInfo { role: Some("web".to_owned()) };
    let mut resources: Resources = "cpus:1; mem:100".parse().unwrap();
    resources.allocate("web");
    let allocation_info = Some(allocation.clone());
    let mut offer = Offer { resources: resources.into(), allocation_info, ..Offer::default() };
    let task = |id: &str| Task::new(id).executor(Executor::custom("e", "run").cpus(0.4)).cpus(0.3).mem(20.0);
    let taken: Vec<_> = ["a", "b", "c"].map(|id| task(id).take_from(&mut offer).unwrap().is_some()).into();
    assert_eq!(taken, [true, true, false]);
    assert_eq!(offer.executor_ids, ["e".into()]);
    let [left] = &offer.resources[..] else { panic!("{:?}", offer.resources) };
    assert_eq!((left.name.as_str(), left.allocation_info.as_ref()), ("mem", Some(&allocation)));
    assert!(task("a/b").take_from(&mut offer).is_err());
}
