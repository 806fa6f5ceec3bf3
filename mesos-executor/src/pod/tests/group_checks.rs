//! Checks and health checks of tasks.

use mesos_sdk::proto::v1::environment::Variable;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{
    CheckInfo, CheckStatusInfo, Environment, HealthCheck, check_info, check_status_info, health_check,
};

use super::*;

fn checked() -> TaskInfo {
    let check = CheckInfo {
        r#type: Some(check_info::Type::Tcp.into()),
        tcp: Some(check_info::Tcp { port: 80 }),
        ..CheckInfo::default()
    };
    TaskInfo { check: Some(Box::new(check)), ..task("a") }
}

fn with_health(command: CommandInfo) -> TaskInfo {
    let health_check = HealthCheck {
        r#type: Some(health_check::Type::Command.into()),
        command: Some(Box::new(command)),
        grace_period_seconds: Some(0.0),
        consecutive_failures: Some(1),
        ..HealthCheck::default()
    };
    TaskInfo { health_check: Some(Box::new(health_check)), ..task("a") }
}

fn status(succeeded: Option<bool>) -> CheckStatusInfo {
    CheckStatusInfo {
        r#type: Some(check_info::Type::Tcp.into()),
        tcp: Some(check_status_info::Tcp { succeeded }),
        ..CheckStatusInfo::default()
    }
}

#[statement::proves(hc)]
#[test]
fn unhealthy_task_is_killed() {
    let mut bench = Bench::running(&[with_health(CommandInfo::default()), task("b")]);
    bench.sleep();
    assert!(matches!(&bench.actions[..], [Action::Probe(of, Which::Health, _)] if *of == container("a")));
    bench.step(Input::Probed(container("a"), Which::Health, Outcome::Exited(256)));
    assert_eq!(bench.states(), [("a", TaskState::Running), ("a", TaskState::Killing)]);
    assert_eq!(bench.reported()[0].healthy, Some(false));
    assert_eq!(bench.reported()[0].reason(), Some(Reason::TaskHealthCheckStatusUpdated));
    bench.ends("a", 15);
    assert_eq!(bench.states(), [("a", TaskState::Killed), ("b", TaskState::Killing)]);
    assert_eq!(bench.reported()[0].healthy, Some(false));
}

#[statement::proves(hc)]
#[test]
fn only_running_tasks_report_their_checks() {
    let mut bench = Bench::launched(&[checked()]);
    assert_eq!(bench.reported()[0].check_status.as_deref(), Some(&status(None)));
    bench.starts("a").sleep();
    bench.step(Input::Probed(container("a"), Which::Check, Outcome::Connected(true)));
    assert_eq!(bench.reported()[0].check_status.as_deref(), Some(&status(Some(true))));
    bench.ends("a", 0);
    assert_eq!(bench.reported()[0].check_status.as_deref(), Some(&status(None)));
}

#[test]
fn checks_pause_without_the_agent() {
    let mut bench = Bench::running(&[checked()]);
    bench.sleep();
    bench.step(Input::Disconnected);
    assert_eq!(bench.actions, [Action::StopWaiting, Action::Abandon(container("a"), Which::Check)]);
    assert_eq!(bench.machine.deadline(), None);
    bench.subscribe();
    assert!(matches!(bench.actions[..], [Action::Wait(_), Action::Probe(..)]), "{:?}", bench.actions);
}

#[test]
fn slow_probe_is_abandoned() {
    let mut bench = Bench::running(&[with_health(CommandInfo::default())]);
    bench.sleep();
    assert_eq!(bench.sleep(), seconds(20));
    assert!(bench.has(&Action::Abandon(container("a"), Which::Health)));
    assert_eq!(bench.states(), [("a", TaskState::Running), ("a", TaskState::Killing)]);
}

#[test]
fn check_has_the_variables_of_its_task() {
    let with = |name: &str| CommandInfo {
        environment: Some(Environment {
            variables: vec![Variable { name: name.to_owned(), ..Variable::default() }],
        }),
        ..CommandInfo::default()
    };
    let task = TaskInfo { command: Some(Box::new(with("OF_TASK"))), ..with_health(with("OF_CHECK")) };
    let mut bench = Bench::running(&[task]);
    bench.sleep();
    let [Action::Probe(_, _, probe)] = &bench.actions[..] else { panic!("{:?}", bench.actions) };
    let Probe::Command(command) = probe.as_ref() else { panic!("{probe:?}") };
    let names = command.environment.as_ref().unwrap().variables.iter().map(|it| it.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["OF_TASK", "OF_CHECK"]);
}
