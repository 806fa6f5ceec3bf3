//! Executors are paid for once on each agent.

use mesos_placement::{Executor, Needs, Placer, Running, Settings, Task};
use mesos_sdk::proto::v1::ExecutorId;
use mesos_sdk::resources::Resources;

use crate::cluster::{agent, offer, placer, ports, scalar};

fn task(id: &str, cpus: f64) -> Task {
    Task::new(id, Needs::new(cpus, 1.0)).executor(Executor::new("worker", Needs::new(0.5, 2.0)))
}

fn why(placer: &mut Placer) -> String {
    placer.explain()[0].refusals.to_string()
}

#[test]
fn first_task_pays_for_the_executor() {
    let mut placer = placer(Settings::default(), [agent("a", 2.5, 8.0)]);
    for id in ["t1", "t2", "t3"] {
        placer.submit(task(id, 1.0)).unwrap();
    }
    let round = placer.place();
    let executors = round.assigned.iter().map(|one| one.executor.clone().map(Resources::from));
    let executors: Vec<_> = executors.map(|one| one.map(|resources| resources.to_string())).collect();
    assert_eq!(executors, [Some("cpus:0.5; mem:2".to_owned()), None]);
    assert_eq!(Resources::from(round.assigned[1].resources.clone()).to_string(), "cpus:1; mem:1");
    placer.set_agent(agent("a", 0.0, 4.0)).unwrap();
    assert_eq!(why(&mut placer), "1 of 1 agents: too little cpus: 1 asked for, 2.5 of 2.5 in use (on a)");
}

#[test]
fn reason_names_the_executor() {
    let mut placer = placer(Settings::default(), [agent("a", 1.25, 8.0)]);
    placer.submit(task("t", 1.0)).unwrap();
    assert_eq!(placer.place().unplaced, 1);
    assert_eq!(why(&mut placer), "1 of 1 agents: too little cpus: 1.5 asked for, 0 of 1.25 in use (on a)");
}

#[test]
fn executor_in_an_offer_is_running() {
    let mut placer = Placer::new(Settings::default()).unwrap();
    let mut offer = offer("o", "a", vec![scalar("cpus", 1.0), scalar("mem", 1.0)]);
    offer.executor_ids = vec![ExecutorId { value: "worker".to_owned() }];
    placer.add_offer(&offer).unwrap();
    placer.submit(task("t", 1.0)).unwrap();
    let round = placer.place();
    assert_eq!(round.assigned[0].executor, None);
}

#[test]
fn executor_lives_as_long_as_its_tasks() {
    let mut placer = placer(Settings::default(), [agent("a", 1.0, 8.0)]);
    for id in ["r1", "r2"] {
        let mut running = Running::new(id, "a");
        running.executor = Some("worker".to_owned());
        placer.set_running(running).unwrap();
    }
    let is_allowed = |placer: &mut Placer| placer.ranking(&task("t", 1.0)).unwrap().len() == 1;
    assert!(is_allowed(&mut placer));
    placer.remove_running("r1");
    assert!(is_allowed(&mut placer));
    placer.remove_running("r2");
    assert!(!is_allowed(&mut placer));
}

#[test]
fn executor_resources_return_after_last_task() {
    let mut placer = placer(Settings::default(), [agent("a", 4.0, 8.0)]);
    for id in ["t1", "t2"] {
        placer.submit(task(id, 1.0)).unwrap();
    }
    assert_eq!(placer.place().assigned.len(), 2);
    let used = |placer: &mut Placer| {
        placer.set_agent(agent("a", 0.0, 8.0)).unwrap();
        placer.reasons(&Task::new("new", Needs::new(1.0, 1.0))).unwrap()[0].1[0].to_string()
    };
    assert_eq!(used(&mut placer), "too little cpus: 1 asked for, 2.5 of 2.5 in use");
    placer.remove_running("t2");
    assert_eq!(used(&mut placer), "too little cpus: 1 asked for, 1.5 of 1.5 in use");
    placer.remove_running("t1");
    assert_eq!(used(&mut placer), "too little cpus: 1 asked for, 0 of 0 in use");
}

#[test]
fn executor_has_its_own_ports() {
    let needs = Needs::new(0.0, 0.0).fixed_port(10);
    let task =
        |id| Task::new(id, Needs::default().dynamic_ports(1)).executor(Executor::new("e", needs.clone()));
    let mut placer = Placer::new(Settings::default()).unwrap();
    placer.add_offer(&offer("o", "a", vec![ports(10, 11)])).unwrap();
    // The task's own port is 10, as that is the lowest one, and so the executor's is gone.
    assert_eq!(placer.reasons(&task("t")).unwrap()[0].1.len(), 1);
    placer.add_offer(&offer("o", "b", vec![ports(9, 10)])).unwrap();
    placer.submit(task("t")).unwrap();
    let round = placer.place();
    assert_eq!(Resources::from(round.assigned[0].executor.clone().unwrap()).to_string(), "ports:[10-10]");
}
