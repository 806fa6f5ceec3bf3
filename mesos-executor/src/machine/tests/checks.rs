//! Checks and health checks.

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{CheckInfo, CheckStatusInfo, check_info, network_info};

use super::*;

fn healthy_when_true() -> HealthCheck {
    HealthCheck {
        r#type: Some(health_check::Type::Command.into()),
        command: Some(Box::new(CommandInfo { value: Some("true".to_owned()), ..CommandInfo::default() })),
        ..HealthCheck::default()
    }
}

fn with_health(health: HealthCheck) -> Bench {
    Bench::running(TaskInfo { health_check: Some(Box::new(health)), ..task() })
}

fn with_check(check: CheckInfo) -> Bench {
    Bench::running(TaskInfo { check: Some(Box::new(check)), ..task() })
}

fn check() -> CheckInfo {
    CheckInfo {
        r#type: Some(check_info::Type::Tcp.into()),
        tcp: Some(check_info::Tcp { port: 80 }),
        ..CheckInfo::default()
    }
}

/// What the last step wants looked at.
fn probe(bench: &Bench) -> (Which, Probe, Option<Duration>) {
    match &bench.actions[..] {
        [Action::Probe(which, probe, timeout)] => (*which, *probe.clone(), *timeout),
        other => panic!("{other:?}"),
    }
}

fn succeeded(bench: &Bench) -> Option<bool> {
    bench.reported()[0].check_status.as_ref().unwrap().tcp.unwrap().succeeded
}

#[statement::proves(hc)]
#[test]
fn health_check_defaults() {
    let mut bench = with_health(healthy_when_true());
    assert_eq!(bench.sleep(), seconds(15));
    assert!(
        matches!(probe(&bench), (Which::Health, Probe::Command(_), Some(timeout)) if timeout == seconds(20))
    );
    bench.step(Input::Probed(Which::Health, Outcome::Exited(0)));
    assert_eq!(bench.reported()[0].healthy, Some(true));
    assert_eq!(bench.reported()[0].reason(), Some(Reason::TaskHealthCheckStatusUpdated));
    assert_eq!(bench.sleep(), seconds(10));
    bench.step(Input::Probed(Which::Health, Outcome::Exited(0)));
    assert_eq!(bench.actions, [], "no news");
    for failure in 1..=3 {
        bench.sleep();
        bench.step(Input::Probed(Which::Health, Outcome::Exited(256)));
        assert_eq!(bench.reported()[0].healthy, Some(false));
        assert_eq!(bench.has(&Action::Terminate), failure == 3, "failure {failure}");
    }
    bench.step(Input::Exited(15));
    assert_eq!(bench.states(), [TaskState::Killed]);
    assert_eq!(bench.reported()[0].healthy, Some(false));
}

#[statement::proves(hc)]
#[test]
fn failures_do_not_count_in_grace_period() {
    let check = HealthCheck { delay_seconds: Some(1.0), interval_seconds: Some(4.0), ..healthy_when_true() };
    let mut bench = with_health(check);
    for reported in [0, 0, 0, 1] {
        // At 1, 5 and 9 seconds, and at 13.
        bench.sleep();
        bench.step(Input::Probed(Which::Health, Outcome::Failed("refused".to_owned())));
        assert_eq!(bench.reported().len(), reported, "at {:?}", bench.now);
    }
}

#[statement::proves(hc)]
#[test]
fn failure_counts_once_healthy() {
    let mut bench = with_health(HealthCheck {
        delay_seconds: Some(1.0),
        interval_seconds: Some(1.0),
        ..healthy_when_true()
    });
    bench.sleep();
    bench.step(Input::Probed(Which::Health, Outcome::Exited(0)));
    bench.sleep();
    bench.step(Input::Probed(Which::Health, Outcome::Exited(1)));
    assert_eq!(bench.reported()[0].healthy, Some(false));
    bench.sleep();
    bench.step(Input::Probed(Which::Health, Outcome::Exited(0)));
    assert_eq!(bench.reported()[0].healthy, Some(true), "and health is reported again");
}

#[statement::proves(hc)]
#[test]
fn http_200_to_399_is_healthy() {
    for (status, healthy) in [(199, false), (200, true), (399, true), (400, false), (500, false)] {
        let http = health_check::HttpCheckInfo {
            port: 8080,
            path: Some("/health".to_owned()),
            protocol: Some(network_info::Protocol::IPv6.into()),
            ..health_check::HttpCheckInfo::default()
        };
        let check = HealthCheck {
            r#type: Some(health_check::Type::Http.into()),
            http: Some(Box::new(http)),
            grace_period_seconds: Some(0.0),
            ..HealthCheck::default()
        };
        let mut bench = with_health(check);
        bench.sleep();
        assert_eq!(probe(&bench).1, Probe::Http("http://[::1]:8080/health".to_owned()));
        bench.step(Input::Probed(Which::Health, Outcome::Responded(status)));
        assert_eq!(bench.reported()[0].healthy, Some(healthy), "{status}");
    }
}

#[statement::proves(hc)]
#[test]
fn slow_probe_is_a_failure() {
    let check =
        HealthCheck { timeout_seconds: Some(2.0), grace_period_seconds: Some(0.0), ..healthy_when_true() };
    let mut bench = with_health(check);
    bench.sleep();
    assert_eq!(bench.sleep(), seconds(2));
    assert!(bench.has(&Action::Abandon(Which::Health)));
    assert_eq!(bench.reported()[0].healthy, Some(false));
    bench.step(Input::Probed(Which::Health, Outcome::Exited(0)));
    assert_eq!(bench.actions, [], "it comes too late");
}

#[test]
fn a_timeout_of_zero_is_none() {
    let mut bench = with_health(HealthCheck { timeout_seconds: Some(0.0), ..healthy_when_true() });
    bench.sleep();
    assert_eq!(probe(&bench).2, None);
    assert_eq!(bench.machine.deadline(), None);
}

#[statement::proves(hc)]
#[test]
fn check_defaults() {
    let mut bench = with_check(check());
    let unknown = CheckStatusInfo {
        r#type: Some(check_info::Type::Tcp.into()),
        tcp: Some(mesos_sdk::proto::v1::check_status_info::Tcp::default()),
        ..CheckStatusInfo::default()
    };
    assert!(
        bench.reported().iter().all(|status| status.check_status.as_deref() == Some(&unknown)),
        "from the first update on"
    );
    assert_eq!(bench.sleep(), seconds(15));
    assert_eq!(probe(&bench), (Which::Check, Probe::Tcp("127.0.0.1", 80), Some(seconds(20))));
    bench.step(Input::Probed(Which::Check, Outcome::Connected(true)));
    assert_eq!(bench.reported()[0].reason(), Some(Reason::TaskCheckStatusUpdated));
    assert_eq!(succeeded(&bench), Some(true));
    for (outcome, reported) in [
        (Outcome::Connected(true), None),
        (Outcome::Connected(false), Some(Some(false))),
        (Outcome::Failed("no".to_owned()), Some(None)),
    ] {
        assert_eq!(bench.sleep(), seconds(10));
        bench.step(Input::Probed(Which::Check, outcome));
        let is = (!bench.actions.is_empty()).then(|| succeeded(&bench));
        assert_eq!(is, reported);
    }
    assert!(!bench.has(&Action::Terminate), "a check kills nothing");
}

#[test]
fn nothing_is_looked_at_while_the_task_ends() {
    let mut bench = with_check(check());
    bench.sleep();
    assert!(bench.kill(None).has(&Action::Abandon(Which::Check)));
    bench.step(Input::Probed(Which::Check, Outcome::Connected(true)));
    assert_eq!(bench.actions, []);
    assert_eq!(bench.sleep(), seconds(3), "only SIGKILL is due");
}

#[test]
fn exit_code_of_a_check_is_reported() {
    let command = check_info::Command { command: command() };
    let check = CheckInfo {
        r#type: Some(check_info::Type::Command.into()),
        command: Some(Box::new(command)),
        ..CheckInfo::default()
    };
    let mut bench = with_check(check);
    bench.sleep();
    bench.step(Input::Probed(Which::Check, Outcome::Exited(7 << 8)));
    assert_eq!(bench.reported()[0].check_status.as_ref().unwrap().command.unwrap().exit_code, Some(7));
}

#[test]
fn every_port_that_a_master_accepts_is_probed() {
    for port in [0, 65_536, u32::MAX] {
        let mut bench = with_check(CheckInfo { tcp: Some(check_info::Tcp { port }), ..check() });
        bench.sleep();
        assert_eq!(probe(&bench), (Which::Check, Probe::Tcp("127.0.0.1", port), Some(seconds(20))));
        bench.step(Input::Probed(Which::Check, Outcome::Connected(false)));
        assert_eq!(bench.sleep(), seconds(10), "it does not become due at once");
    }
}

#[test]
fn incomplete_check_is_never_due() {
    let incomplete = HealthCheck { command: None, ..healthy_when_true() };
    assert_eq!(with_health(incomplete).machine.deadline(), None);
    assert_eq!(with_check(CheckInfo { tcp: None, ..check() }).machine.deadline(), None);
}
