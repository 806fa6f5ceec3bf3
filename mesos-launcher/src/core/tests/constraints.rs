//! Constraints on where tasks run.

use std::time::Duration;

use mesos_placement::{Constraint, Key, Preference, Select, Test};
use mesos_sdk::proto::v1::domain_info::FaultDomain;
use mesos_sdk::proto::v1::domain_info::fault_domain::{RegionInfo, ZoneInfo};
use mesos_sdk::proto::v1::{DomainInfo, Offer, OfferId, TaskState};
use mesos_sdk::resources::{Attributes, Resources};

use super::super::Input;
use super::bench::{Bench, SECOND, launched, tasks};
use crate::batch::Batch;
use crate::error::ErrorKind;
use crate::service::Service;
use crate::task::Task;

fn task() -> Task {
    Task::shell("work").cpus(1.0).mem(1.0)
}

fn service(instances: usize, constraint: Constraint) -> Service {
    Service::new("b", task().constraint(constraint)).instances(instances)
}

fn unique() -> Constraint {
    Constraint::limit(Key::Hostname, 1)
}

/// An offer of an agent, with its own host, at `zone/rack`.
fn offer(number: usize, agent: &str, place: &str) -> Offer {
    let (zone, rack) = place.split_once('/').unwrap_or((place, "none"));
    let (region, zone) = (RegionInfo { name: "region".to_owned() }, ZoneInfo { name: zone.to_owned() });
    let domain = DomainInfo { fault_domain: Some(Box::new(FaultDomain { region, zone })) };
    Offer {
        id: OfferId::from(format!("{agent} {number}")),
        agent_id: agent.to_owned().into(),
        hostname: format!("host of {agent}"),
        resources: "cpus:2;mem:100".parse::<Resources>().unwrap().into_iter().collect(),
        attributes: format!("rack:{rack};cores:8.0").parse::<Attributes>().unwrap().into(),
        domain: Some(domain),
        ..Offer::default()
    }
}

/// Lets agents make offers in one turn, and returns the agents of the tasks that are launched.
fn offer_all(bench: &mut Bench, agents: &[(&str, &str)]) -> Vec<String> {
    bench.offers += 1;
    let number = bench.offers;
    let offers = agents.iter().map(|(agent, place)| offer(number, agent, place));
    let turn = bench.step(vec![Input::Offers(offers.collect())]);
    let mut at: Vec<_> = tasks(&turn).into_iter().map(|task| task.agent_id.value.clone()).collect();
    at.sort();
    at
}

/// Returns the tasks that are launched when an agent makes an offer.
fn offer_one(bench: &mut Bench, agent: &str, place: &str) -> Vec<String> {
    bench.offers += 1;
    let offer = offer(bench.offers, agent, place);
    launched(&bench.step(vec![Input::Offers(vec![offer])]))
}

fn refusals(bench: &Bench) -> String {
    let mut refusals = bench.core.standings().filter_map(|(_, standing)| standing.refusals);
    refusals.next().map(|refusals| refusals.to_string()).unwrap_or_default()
}

#[test]
fn each_instance_has_its_own_host() {
    let mut bench = Bench::with(service(3, unique()));
    assert_eq!(offer_all(&mut bench, &[("a", "z"), ("c", "z")]), ["a", "c"]);
    assert_eq!(offer_all(&mut bench, &[("a", "z"), ("c", "z")]), [""; 0]);
    assert_eq!(
        refusals(&bench),
        "2 of 2 agents: not met: at most 1 task of group b with the same @hostname; host of a has 1 (on a)"
    );
    assert_eq!(offer_all(&mut bench, &[("d", "z")]), ["d"]);
}

#[test]
fn host_stays_unique_after_a_restart() {
    let mut bench = Bench::with(service(2, unique()));
    let tasks = offer_one(&mut bench, "a", "z");
    bench.update(&tasks[0], TaskState::Running);
    bench.restart();
    assert_eq!(offer_one(&mut bench, "a", "z"), [""; 0]);
    assert_eq!(offer_one(&mut bench, "c", "z").len(), 1);
}

#[test]
fn rack_and_zone_are_known_after_a_restart() {
    for (constraint, placed) in [
        (Constraint::limit("rack", 1), 1),
        (Constraint::limit(Key::Zone, 1), 1),
        (Constraint::even("rack", 2, 1), 1),
        (Constraint::spread(Key::Zone, 1), 2),
    ] {
        let mut bench = Bench::with(service(placed + 1, constraint.clone()));
        let first = offer_one(&mut bench, "a", "z1/r1");
        assert_eq!(first.len(), placed, "{constraint}");
        bench.update(&first[0], TaskState::Running);
        bench.restart();
        // Another agent at the same place, while the first offers nothing.
        assert_eq!(offer_all(&mut bench, &[("c", "z1/r1"), ("d", "z2/r2")]), ["d"], "{constraint}");
    }
}

#[test]
fn records_of_agents_go_with_their_last_run() {
    let mut bench = Bench::with(service(2, Constraint::same("rack")));
    let agents = |bench: &Bench| {
        let keys = bench.store.keys().filter(|key| key.starts_with("agent/"));
        keys.cloned().collect::<Vec<_>>()
    };
    let tasks = offer_one(&mut bench, "a", "z");
    assert_eq!((tasks.len(), agents(&bench)), (2, vec!["agent/a".to_owned()]));
    bench.update(&tasks[0], TaskState::Failed);
    bench.restart();
    assert_eq!(agents(&bench), ["agent/a"]);
    bench.update(&tasks[1], TaskState::Failed);
    assert_eq!(agents(&bench), [""; 0]);
}

#[test]
fn changed_agent_is_stored_again() {
    let mut bench = Bench::with(service(2, Constraint::limit("rack", 1)));
    assert_eq!(offer_one(&mut bench, "a", "z/r1").len(), 1);
    assert_eq!(offer_one(&mut bench, "a", "z/r2"), [""; 0]);
    bench.restart();
    assert_eq!(offer_one(&mut bench, "c", "z/r2"), [""; 0]);
    assert_eq!(offer_one(&mut bench, "c", "z/r1").len(), 1);
}

#[test]
fn what_is_killed_or_unreachable_counts() {
    for state in [TaskState::Running, TaskState::Unreachable] {
        let mut bench = Bench::with(service(1, unique()));
        let tasks = offer_one(&mut bench, "a", "z");
        bench.update(&tasks[0], state);
        if state == TaskState::Running {
            bench.command(Input::Scale("b".to_owned(), 0, 1)).unwrap();
        }
        bench.command(Input::Scale("b".to_owned(), 2, 1)).unwrap();
        for _ in 0..2 {
            assert_eq!(offer_one(&mut bench, "a", "z"), [""; 0], "{state:?}");
            bench.restart();
        }
    }
}

#[test]
fn abandoned_run_counts_when_its_agent_is_back() {
    let mut bench = Bench::with(service(1, Constraint::limit(Key::Zone, 1)));
    let old = offer_one(&mut bench, "a", "z1");
    bench.update(&old[0], TaskState::Unreachable);
    bench.pass(SECOND * 300);
    bench.pass(SECOND * 2);
    bench.restart();
    assert_eq!(offer_one(&mut bench, "c", "z1").len(), 1, "its agent is away");
    bench.command(Input::Scale("b".to_owned(), 2, 1)).unwrap();
    bench.command(Input::Scale("b".to_owned(), 1, 1)).unwrap();
    let mut bench = Bench::with(service(1, unique()));
    let old = offer_one(&mut bench, "a", "z1");
    bench.update(&old[0], TaskState::Unreachable);
    bench.pass(SECOND * 300);
    bench.pass(SECOND * 2);
    for _ in 0..2 {
        assert_eq!(offer_one(&mut bench, "a", "z1"), [""; 0], "it may live there");
        bench.restart();
    }
    bench.update(&old[0], TaskState::Gone);
    assert_eq!(offer_one(&mut bench, "a", "z1").len(), 1);
}

#[test]
fn even_follows_the_number_of_instances() {
    let mut bench = Bench::with(service(2, Constraint::even("rack", 2, 77)));
    assert_eq!(offer_one(&mut bench, "a", "z/r1").len(), 1);
    bench.command(Input::Scale("b".to_owned(), 4, 1)).unwrap();
    assert_eq!(offer_one(&mut bench, "a", "z/r1").len(), 1);
    assert_eq!(offer_one(&mut bench, "a", "z/r1"), [""; 0]);
    assert_eq!(bench.submit(service(4, Constraint::even("rack", 2, 4))), Ok(()), "the same service");
}

#[test]
fn spread_counts_agents_that_offer_nothing_now() {
    let mut bench = Bench::with(service(4, Constraint::spread(Key::Zone, 1)));
    let first = offer_all(&mut bench, &[("a", "z1"), ("c", "z2")]);
    assert_eq!(first, ["a", "a", "c", "c"]);
    bench.command(Input::Scale("b".to_owned(), 6, 1)).unwrap();
    assert_eq!(offer_all(&mut bench, &[("d", "z1")]), ["d"], "and not two");
}

#[test]
fn agent_that_is_gone_holds_up_no_spread() {
    let mut bench = Bench::with(service(2, Constraint::spread(Key::Zone, 1)));
    assert_eq!(offer_all(&mut bench, &[("a", "z1"), ("c", "z2")]), ["a", "c"]);
    bench.command(Input::Scale("b".to_owned(), 4, 1)).unwrap();
    let lost: Vec<_> = bench.core.instances().map(|(_, _, instance)| instance.task_id).collect();
    bench.update(&lost[1], TaskState::GoneByOperator);
    bench.pass(SECOND * 2);
    assert_eq!(offer_one(&mut bench, "a", "z1").len(), 0);
    bench.pass(Duration::from_secs(700));
    assert_eq!(offer_one(&mut bench, "a", "z1").len(), 2);
}

#[test]
fn other_workloads_are_named() {
    let mut bench = Bench::new();
    let near = task().constraint(Constraint::near("rack", Select::group("db")));
    let away = task().constraint(Constraint::away(Key::Hostname, Select::group("db")));
    bench.submit(Batch::new("near", [near])).unwrap();
    bench.submit(Batch::new("xaway", [away])).unwrap();
    assert_eq!(offer_all(&mut bench, &[("a", "z/r1")]), ["a"], "only the one that keeps away");
    bench.submit(Service::new("db", task())).unwrap();
    assert_eq!(offer_all(&mut bench, &[("a", "z/r1")]), [""; 0], "it stays away, too");
    assert_eq!(offer_all(&mut bench, &[("c", "z/r2")]), ["c"]);
    bench.restart();
    assert_eq!(offer_all(&mut bench, &[("a", "z/r1")]), [""; 0]);
    assert_eq!(
        refusals(&bench),
        "1 of 1 agents: not met: at a rack with a task of group db; r1 has none of 1 (on a)"
    );
    assert_eq!(offer_all(&mut bench, &[("d", "z/r2")]), ["d"]);
}

#[test]
fn service_is_spread_and_batch_is_packed() {
    let both = [("a", "z"), ("c", "z")];
    let mut bench = Bench::with(Service::new("b", task()).instances(2));
    assert_eq!(offer_all(&mut bench, &both), ["a", "c"]);
    let mut bench = Bench::with(Service::new("b", task()).instances(2).pack());
    assert_eq!(offer_all(&mut bench, &both), ["a", "a"]);
    let mut bench = Bench::with(Batch::new("b", [task(), task()]));
    assert_eq!(offer_all(&mut bench, &both), ["a", "a"]);
}

#[test]
fn preferences_are_heeded() {
    let preferred = Preference::met(Constraint::equals("rack", "r2"), 2.0);
    let mut bench = Bench::with(Batch::new("b", [task().preference(preferred)]));
    assert_eq!(offer_all(&mut bench, &[("a", "z/r1"), ("c", "z/r2")]), ["c"]);
}

#[test]
fn attributes_are_compared_as_they_are() {
    let at_least = Constraint::test("cores", Test::AtLeast("8".to_owned()));
    let mut bench = Bench::with(Batch::new("b", [task().constraint(at_least)]));
    assert_eq!(offer_one(&mut bench, "a", "z").len(), 1);
    let mut bench = Bench::with(Batch::new("b", [task().constraint(Constraint::equals("rack", "r1"))]));
    assert_eq!(offer_one(&mut bench, "a", "z/r2"), [""; 0]);
    assert_eq!(refusals(&bench), "1 of 1 agents: not met: rack is r1; it is r2 (on a)");
}

#[test]
fn marathon_is_understood() {
    let task = task().marathon("hostname:UNIQUE,rack:GROUP_BY:3").unwrap();
    assert_eq!(task.constraints, [unique(), Constraint::even("rack", 3, 1)]);
    assert_eq!(task.marathon("hostname:NEAR").unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn constraints_that_are_never_met_are_refused() {
    let mut bench = Bench::new();
    let deep = (0..100).fold(unique(), |inner, _| Constraint::Not(Box::new(inner)));
    for task in [
        task().constraint(Constraint::limit("rack", 0)),
        task()
            .constraint(Constraint::equals(Key::Hostname, "a"))
            .constraint(Constraint::equals(Key::Hostname, "c")),
        task().constraint(deep),
        task().constraint(Constraint::near("rack", Select::label("tier", "db"))),
        task().preference(Preference::met(unique(), f64::NAN)),
        task().preference(Preference::level("rack", 1.0).select(Select::label("tier", "db"))),
    ] {
        assert_eq!(bench.submit(Service::new("b", task)), Err(ErrorKind::Invalid));
    }
    assert!(bench.store.is_empty());
}

#[test]
fn agent_with_very_many_attributes_is_not_used() {
    let mut bench = Bench::with(Batch::new("b", [task()]));
    assert_eq!(offer_one(&mut bench, "a", &format!("z/{}", "r".repeat(17_000))), [""; 0]);
    assert_eq!(offer_one(&mut bench, "a", "z/r").len(), 1);
}

#[test]
fn older_records_can_be_read() {
    let mut bench = Bench::with(Service::new("b", task()));
    let old = offer_one(&mut bench, "a", "z");
    assert!(
        !bench.store["task/b/0"].contains("constraints") && !bench.store["workload/b"].contains("packed")
    );
    bench.store.remove("agent/a");
    bench
        .store
        .insert("abandoned/old".to_owned(), r#"{"agent":"a","since":{"secs":1,"nanos":0}}"#.to_owned());
    bench.restart();
    assert_eq!(bench.submit(Service::new("b", task())), Ok(()));
    bench.update(&old[0], TaskState::Running);
    assert_eq!(offer_one(&mut bench, "a", "z"), [""; 0]);
}
