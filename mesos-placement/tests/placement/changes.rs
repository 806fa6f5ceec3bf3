//! What happens after tasks got their places: they end, stop or can't be reached, agents leave,
//! rounds are cut short.

use mesos_placement::{
    Agent, Condition, Constraint, Key, Needs, Place, Placer, Preference, Reason, Running, Select, Settings,
    State, Task,
};
use mesos_sdk::proto::v1::resource::AllocationInfo;
use mesos_sdk::proto::v1::{Offer, TaskState, TaskStatus};

use crate::cluster::{agent, offer, placer, scalar};

fn task(id: &str) -> Task {
    Task::new(id, Needs::new(1.0, 1.0)).group("tasks")
}

fn unique(id: &str) -> Task {
    task(id).constraint(Constraint::limit(Key::Hostname, 1))
}

fn status(task: &str, state: TaskState) -> TaskStatus {
    let mut status = TaskStatus { state: state.into(), ..TaskStatus::default() };
    task.clone_into(&mut status.task_id.value);
    status
}

#[test]
fn status_decides_whether_a_task_counts() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    placer.set_running(Running::new("r", "a").group("tasks")).unwrap();
    for (state, known) in [
        (TaskState::Running, Some(State::Running)),
        (TaskState::Unreachable, Some(State::Unreachable)),
        (TaskState::Running, Some(State::Running)),
        (TaskState::Killing, Some(State::Stopping)),
        (TaskState::Running, Some(State::Stopping)),
        (TaskState::Failed, None),
    ] {
        assert!(placer.update(&status("r", state)));
        assert_eq!(placer.state("r"), known, "{state:?}");
        assert_eq!(placer.ranking(&unique("t")).unwrap().len(), usize::from(known.is_none()));
    }
    assert!(!placer.update(&status("r", TaskState::Running)));
}

#[test]
fn a_task_that_stops_counts_but_for_spread() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0), agent("b", 8.0, 8.0)]);
    placer.set_running(Running::new("r", "a").group("tasks")).unwrap();
    let spread = task("t").constraint(Constraint::spread(Key::Agent, 1));
    let allowed = |placer: &mut Placer, task: &Task| placer.ranking(task).unwrap().concat();
    assert_eq!(allowed(&mut placer, &spread), ["b"]);
    assert!(placer.set_state("r", State::Stopping));
    assert_eq!(allowed(&mut placer, &spread), ["a", "b"]);
    assert_eq!(allowed(&mut placer, &unique("t")), ["b"]);
    for state in [State::Reserved, State::Unreachable] {
        assert!(placer.set_state("r", state));
        assert_eq!(allowed(&mut placer, &spread), ["b"]);
    }
    assert!(!placer.set_state("unknown", State::Stopping));
}

#[test]
fn lost_agent_takes_its_offers_and_tasks_along() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0), agent("b", 8.0, 8.0)]);
    let near = task("t").constraint(Constraint::near(Key::Region, Select::group("tasks")));
    for id in ["r1", "r2"] {
        placer.set_running(Running::new(id, "a").group("tasks")).unwrap();
    }
    placer.submit(task("waits").constraint(Constraint::equals(Key::Agent, "a"))).unwrap();
    assert_eq!(placer.remove_agent("a"), ["r1", "r2"]);
    assert_eq!(placer.remove_agent("a"), Vec::<String>::new());
    assert_eq!(placer.offers().map(|offer| offer.value.as_str()).collect::<Vec<_>>(), ["offer of b"]);
    assert_eq!((placer.state("r1"), placer.ranking(&near).unwrap().len()), (None, 0));
    assert_eq!(placer.place().unplaced, 1);
    placer.set_agent(agent("a", 8.0, 8.0)).unwrap();
    assert_eq!(placer.place().assigned.len(), 1);
}

#[test]
fn new_agents_take_the_places_of_old_ones() {
    let mut placer = placer(Settings::default(), [agent("stays", 0.0, 0.0)]);
    for round in 0..1000 {
        let id = format!("agent {round}");
        placer.set_agent(agent(&id, 1.0, 1.0)).unwrap();
        placer.submit(unique(&format!("t{round}"))).unwrap();
        let round_of_one = placer.place();
        assert_eq!(round_of_one.assigned[0].agent, id);
        assert_eq!(placer.remove_agent(&id).len(), 1);
        let mut elsewhere = Running::new("elsewhere", "");
        let mut known = Agent::new("stays");
        known.region = Some(id);
        elsewhere.place = Place::Elsewhere(Box::new(known));
        placer.set_running(elsewhere).unwrap();
    }
    assert!(format!("{placer:?}").len() < 100_000);
}

#[test]
fn interrupted_round_continues() {
    let mut placer = placer(Settings::default(), [agent("a", 3.0, 64.0)]);
    placer.submit(Task::new("hopeless", Needs::new(9.0, 1.0))).unwrap();
    for id in ["t1", "t2", "t3"] {
        placer.submit(task(id)).unwrap();
    }
    let mut steps = 2;
    let round = placer.place_until(|| {
        steps -= 1;
        steps < 0
    });
    assert_eq!((round.assigned.len(), round.unplaced, round.postponed), (1, 1, 2));
    placer.set_agent(agent("a", 2.0, 64.0)).unwrap();
    let mut steps = 1;
    let round = placer.place_until(|| {
        steps -= 1;
        steps < 0
    });
    assert_eq!(round.assigned[0].task, "t2");
    assert_eq!(placer.place_until(|| true).postponed, 2);
    placer.set_agent(agent("a", 1.0, 64.0)).unwrap();
    assert_eq!(placer.place().assigned[0].task, "t3");
}

fn allocated(id: &str, role: &str, cpus: f64) -> Offer {
    let mut offer = offer(id, "a", vec![scalar("cpus", cpus), scalar("mem", 8.0)]);
    for resource in &mut offer.resources {
        resource.allocation_info = Some(AllocationInfo { role: Some(role.to_owned()) });
    }
    offer
}

#[test]
fn offers_of_different_roles_are_separate() {
    let mut placer = Placer::new(Settings::default()).unwrap();
    for offer in [allocated("o1", "dev", 1.0), allocated("o2", "ops", 2.0), allocated("o3", "qa", 9.0)] {
        placer.add_offer(&offer).unwrap();
    }
    for (id, role) in [("t1", "dev"), ("t2", "ops"), ("t3", "ops"), ("t4", "dev")] {
        placer.submit(task(id).allocated_to(role)).unwrap();
    }
    assert_eq!(accepts(&mut placer), ["t1 from o1", "t2, t3 from o2"]);
    assert_eq!(placer.offers().map(|offer| offer.value.as_str()).collect::<Vec<_>>(), ["o3"]);
}

/// What is accepted in a round.
fn accepts(placer: &mut Placer) -> Vec<String> {
    let round = placer.place();
    let accepts = round.accepts();
    let texts = accepts.iter().map(|accept| {
        let tasks: Vec<_> = accept.assignments.iter().map(|one| one.task.as_str()).collect();
        let offers: Vec<_> = accept.offers.iter().map(|offer| offer.value.as_str()).collect();
        format!("{} from {}", tasks.join(", "), offers.join(", "))
    });
    texts.collect()
}

#[test]
fn task_does_not_mix_offers_of_roles() {
    let mut placer = Placer::new(Settings::default()).unwrap();
    for offer in [allocated("o1", "dev", 2.0), allocated("o2", "ops", 4.0), allocated("o3", "dev", 1.0)] {
        placer.add_offer(&offer).unwrap();
    }
    let task = |id: &str, cpus: f64| Task::new(id, Needs::new(cpus, 1.0));
    for task in [task("t1", 3.0), task("t2", 3.0), task("t3", 2.0), task("t4", 1.0)] {
        placer.submit(task).unwrap();
    }
    // They have 7 together, but none has 5 alone.
    let why = placer.reasons(&task("t", 5.0)).unwrap();
    assert_eq!(why, [("a".to_owned(), vec![Reason::Allocation])]);
    assert_eq!(accepts(&mut placer), ["t1 from o1, o3", "t2, t4 from o2"]);
    placer.add_offer(&allocated("o4", "dev", 1.0)).unwrap();
    placer.add_offer(&allocated("o5", "ops", 1.0)).unwrap();
    let text = placer.explain()[0].refusals.to_string();
    assert_eq!(text, "1 of 1 agents: offers to different roles cannot be accepted together (on a)");
}

#[test]
fn offers_to_a_role_of_the_task_come_first() {
    let mut placer = Placer::new(Settings::default()).unwrap();
    for offer in [allocated("o1", "dev", 4.0), allocated("o2", "ops", 4.0)] {
        placer.add_offer(&offer).unwrap();
    }
    placer.submit(task("t1").roles(["*", "ops"])).unwrap();
    placer.submit(task("t2")).unwrap();
    assert_eq!(accepts(&mut placer), ["t2 from o1", "t1 from o2"]);
}

#[test]
fn preferences_count_the_selected_tasks() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0), agent("b", 8.0, 8.0)]);
    placer.set_running(Running::new("r", "a").group("others")).unwrap();
    let fewest = Preference::new(Condition::Fewest { by: Key::Agent, of: 4 }, 1.0);
    let ranking =
        |placer: &mut Placer, preference| placer.ranking(&task("t").preference(preference)).unwrap();
    assert_eq!(ranking(&mut placer, fewest.clone()), [["a", "b"]]);
    let mut others = fewest.select(Select::group("others"));
    assert_eq!(ranking(&mut placer, others.clone()), [["b"], ["a"]]);
    placer.set_state("r", State::Stopping);
    assert_eq!(ranking(&mut placer, others.clone()), [["a", "b"]]);
    others.counts_stopping = true;
    assert_eq!(ranking(&mut placer, others.clone()), [["b"], ["a"]]);
    others.same_version = true;
    assert_eq!(ranking(&mut placer, others.clone()), [["b"], ["a"]]);
    let mut newer = Running::new("r", "a").group("others");
    "2".clone_into(&mut newer.version);
    placer.set_running(newer).unwrap();
    assert_eq!(ranking(&mut placer, others), [["a", "b"]]);
}

#[test]
fn what_is_exclusive_within_others_is_so() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    let alone = Constraint::All(vec![Constraint::exists(Key::Agent), Constraint::Exclusive]);
    placer.submit(task("alone").constraint(alone)).unwrap();
    assert_eq!(placer.place().assigned.len(), 1);
    placer.set_agent(agent("a", 8.0, 8.0)).unwrap();
    assert_eq!(placer.reasons(&task("t")).unwrap()[0].1[0].kind(), "exclusive");
}

#[test]
fn ranges_of_ports_may_overlap() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    let mut needs = Needs::new(1.0, 1.0).dynamic_ports(4);
    needs.ports.within = vec![(1000, 1002), (1001, 1003)];
    placer.submit(Task::new("t", needs.clone())).unwrap();
    assert_eq!(placer.place().assigned.len(), 1);
    needs.ports.dynamic = 5;
    assert_eq!(placer.ranking(&Task::new("t", needs)).unwrap().len(), 0);
}
