//! The ports of tasks.

use mesos_sdk::proto::v1::TaskInfo;

use super::bench::{Bench, tasks};
use crate::error::ErrorKind;
use crate::health::Health;
use crate::service::Service;
use crate::task::Task;

fn server() -> Task {
    Task::shell("serve").cpus(1.0).mem(1.0).port("http").port("admin-api")
}

fn variables(task: &TaskInfo) -> Vec<(&str, &str)> {
    let environment = task.command.as_ref().and_then(|command| command.environment.as_ref()).unwrap();
    let all = environment.variables.iter().map(|one| (one.name.as_str(), one.value()));
    all.filter(|(name, _)| name.starts_with("PORT_")).collect()
}

#[test]
fn ports_are_chosen_and_shown() {
    let task = server().health(Health::http("admin-api", "/"));
    let mut bench = Bench::with(Service::new("b", task).instances(2));
    let turn = bench.offer_of("a", "cpus:2;mem:100;ports:[31000-31001,31005-31006]");
    let launched = tasks(&turn);
    let known: Vec<_> = bench.core.instances().map(|(_, _, instance)| instance.ports).collect();
    for (index, (http, admin)) in [(31000, 31001), (31005, 31006)].into_iter().enumerate() {
        let (http_text, admin_text) = (http.to_string(), admin.to_string());
        let wanted = [("PORT_ADMIN_API", admin_text.as_str()), ("PORT_HTTP", http_text.as_str())];
        assert_eq!(variables(launched[index]), wanted);
        let checked = launched[index].health_check.as_ref().and_then(|check| check.http.as_ref());
        assert_eq!(checked.map(|check| check.port), Some(admin.into()));
        let shown: Vec<_> = known[index].iter().map(|(name, port)| (name.as_str(), *port)).collect();
        assert_eq!(shown, [("admin-api", admin), ("http", http)]);
        let discovery = launched[index].discovery.as_ref().unwrap();
        assert_eq!(discovery.name(), "b");
        let published = discovery.ports.iter().flat_map(|ports| &ports.ports);
        let published: Vec<_> = published.map(|port| (port.name(), port.number)).collect();
        assert_eq!(published, [("admin-api", admin.into()), ("http", http.into())]);
    }
    bench.restart();
    let after: Vec<_> = bench.core.instances().map(|(_, _, instance)| instance.ports).collect();
    assert_eq!(after, known);
}

#[test]
fn instance_waits_for_enough_ports() {
    let mut bench = Bench::with(Service::new("b", server()));
    assert!(tasks(&bench.offer_of("a", "cpus:2;mem:100;ports:[31000-31000]")).is_empty());
    assert_eq!(tasks(&bench.offer_of("c", "cpus:2;mem:100;ports:[31000-31001]")).len(), 1);
}

#[test]
fn task_without_ports_publishes_nothing() {
    let mut bench = Bench::with(Service::new("b", Task::shell("work").cpus(1.0).mem(1.0)));
    let turn = bench.offer_of("a", "cpus:2;mem:100;ports:[31000-31001]");
    assert!(tasks(&turn)[0].discovery.is_none());
}

#[test]
fn invalid_ports_are_refused() {
    let mut bench = Bench::new();
    for task in [
        server().port("http"),
        server().port(""),
        server().port("HTTP"),
        server().port("a".repeat(64)),
        server().health(Health::http("web", "/")),
        server().health(Health::tcp("web")),
        (0..100).fold(server(), |task, number| task.port(number.to_string())),
    ] {
        assert_eq!(bench.submit(Service::new("b", task)), Err(ErrorKind::Invalid));
    }
    bench.submit(Service::new("b", server().health(Health::tcp(80)))).unwrap();
}
