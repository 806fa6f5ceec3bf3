//! Input that can't be right is an error that names where, and changes nothing.

use std::time::Instant;

use mesos_placement::{
    Agent, Constraint, DiskType, Executor, Needs, Pattern, Place, PlacementError, Placer, Preference,
    Running, Settings, Shares, Strategy, Task, VolumeNeed,
};
use mesos_sdk::resources::{Resources, Scalar};

use crate::cluster::{agent, placer, ports, scalar, text};

fn refused(task: Task) -> String {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    let error = placer.submit(task).unwrap_err();
    assert_eq!(placer.waiting(), 0);
    assert!(matches!(&error, PlacementError::Task { task, .. } if task == "odd"), "{error:?}");
    error.to_string()
}

fn odd() -> Task {
    Task::new("odd", Needs::new(1.0, 1.0))
}

#[test]
fn tasks() {
    let negative = Task::new("odd", Needs::new(-1.0, 1.0));
    assert_eq!(refused(negative), r#"task "odd": it asks for a negative amount of cpus"#);
    let half = Task::new("odd", Needs::new(1.0, 1.0).scalar("gpus", 0.5));
    assert_eq!(refused(half), r#"task "odd": it asks for a part of a GPU: Mesos has whole ones only"#);
    let never = odd().constraint(Constraint::limit("rack", 0));
    assert_eq!(refused(never), r#"task "odd": limit: max must be at least 1"#);
    let both = odd()
        .constraint(Constraint::equals("@hostname", "a"))
        .constraint(Constraint::equals("@hostname", "b"));
    assert_eq!(refused(both), r#"task "odd": no agent meets both: @hostname is a, and @hostname is b"#);
    let weight = odd().preference(Preference::met(Constraint::exists("ssd"), f64::NAN));
    assert_eq!(refused(weight), r#"task "odd": a preference's weight must be a finite number"#);
    let mut empty = odd();
    empty.needs.ports.within.push((9, 8));
    assert!(refused(empty).contains("within 9-8"));
    let deep = (0..20).fold(Constraint::exists("x"), |inner, _| Constraint::Not(Box::new(inner)));
    assert!(refused(odd().constraint(deep)).contains("nested too deeply"));
    assert!(refused(odd().constraint(Constraint::Any(vec![]))).contains("never met"));
}

#[test]
fn amounts_that_are_not_numbers() {
    for amount in [f64::NAN, f64::INFINITY] {
        let task = Task::new("odd", Needs::new(1.0, amount));
        assert_eq!(refused(task), r#"task "odd": it asks for an amount of mem that is not a number"#);
        let executor = Executor::new("worker", Needs::new(amount, 1.0));
        let text = refused(odd().executor(executor));
        assert_eq!(
            text,
            r#"task "odd": its executor "worker": it asks for an amount of cpus that is not a number"#
        );
    }
}

#[test]
fn volumes_and_ports() {
    let of = |needs: Needs| refused(Task::new("odd", needs));
    let volume = |size: f64| Needs::default().volume(VolumeNeed::new(size, DiskType::Mount));
    for size in [0.0, -1.0, f64::NAN] {
        assert_eq!(of(volume(size)), r#"task "odd": it asks for a volume without a size"#);
    }
    let mut narrow = volume(10.0);
    narrow.volumes[0].max_size = Some(Scalar::new(9.0));
    assert!(of(narrow).contains("at least 10 MB"));
    assert_eq!(
        of(Needs::default().fixed_port(80).fixed_port(80)),
        r#"task "odd": it asks for port 80 twice"#
    );
    let all = Resources::from(vec![ports(0, u64::MAX)]);
    assert!(of(Needs::from(&all)).contains("more ports than there are"));
}

#[test]
fn uncountable_ports_fit_nowhere() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    placer.submit(Task::new("t", Needs::new(1.0, 1.0).dynamic_ports(usize::MAX).fixed_port(1000))).unwrap();
    assert_eq!(placer.place().unplaced, 1);
    assert_eq!(placer.explain()[0].refusals.kinds.keys().collect::<Vec<_>>(), ["resource:ports"]);
}

#[test]
fn very_many_constraints_cost_little() {
    let start = Instant::now();
    let mut many = odd();
    many.constraints = (0..100_000).map(|index| Constraint::equals("x", index.to_string())).collect();
    let nested = odd().constraint(Constraint::All(many.constraints.clone()));
    for task in [many, nested] {
        assert!(refused(task).contains("at most 1024 are taken"));
    }
    assert!(start.elapsed().as_secs() < 10);
}

#[test]
fn ids_are_given_once() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    placer.submit(odd()).unwrap();
    let twice = r#"task "odd": a task with this id waits already"#;
    assert_eq!(placer.submit(odd()).unwrap_err().to_string(), twice);
    assert_eq!(placer.place().assigned.len(), 1);
    placer.submit(odd()).unwrap();
    assert!(placer.withdraw("odd"));
    placer.submit(odd()).unwrap();
    assert_eq!(placer.submit(Task::default()).unwrap_err().to_string(), r#"task "": it has no id"#);
}

#[test]
fn patterns_that_explode_cost_little() {
    for text in ["(", "a{1000}{1000}{1000}", "\\1", &"(a|b)".repeat(10_000)] {
        let start = Instant::now();
        assert!(matches!(Pattern::new(text), Err(PlacementError::Constraint(_))), "{}", &text[..1]);
        assert!(start.elapsed().as_secs() < 5);
    }
}

#[test]
fn agents() {
    let mut placer = Placer::new(Settings::default()).unwrap();
    let mut large = Agent::new("large");
    large.attributes = vec![text("x", &"y".repeat(2 << 20))];
    let error = placer.set_agent(large).unwrap_err().to_string();
    assert_eq!(error, r#"agent "large": its attributes have 2097159 bytes; at most 1048576 are taken"#);
    assert!(placer.set_agent(Agent::new("")).is_err());
    let mut total = agent("total", 1.0, 1.0);
    total.total.insert("cpus".to_owned(), Scalar::new(-1.0));
    let error = placer.set_agent(total).unwrap_err().to_string();
    assert_eq!(error, r#"agent "total": it has a negative amount of cpus in all"#);
    let mut not_a_number = agent("odd", 1.0, 1.0);
    not_a_number.offers[0].resources.push(scalar("disk", f64::NAN));
    assert!(placer.set_agent(not_a_number).unwrap_err().to_string().starts_with(r#"agent "odd": "#));
    let mut negative = agent("negative", 1.0, 1.0);
    negative.offers[0].resources.push(scalar("disk", -1.0));
    let error = placer.set_agent(negative).unwrap_err();
    assert!(matches!(error, PlacementError::Agent { agent, .. } if agent == "negative"));
    assert_eq!(placer.offers().count(), 0);
}

#[test]
fn an_agent_elsewhere_is_checked_too() {
    let mut elsewhere = Agent::new("large");
    elsewhere.attributes = vec![text("x", &"y".repeat(2 << 20))];
    let mut running = Running::new("r", "");
    running.place = Place::Elsewhere(Box::new(elsewhere));
    let error = Placer::new(Settings::default()).unwrap().set_running(running).unwrap_err();
    assert!(matches!(error, PlacementError::Agent { agent, .. } if agent == "large"));
}

#[test]
fn running_tasks_may_exceed_all_numbers() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    for id in ["r1", "r2"] {
        let mut running = Running::new(id, "a");
        running.uses.insert("cpus".to_owned(), Scalar::new(f64::MAX));
        placer.set_running(running).unwrap();
    }
    assert!(placer.remove_running("r1") && placer.remove_running("r2"));
    placer.submit(Task::new("t", Needs::new(1.0, 1.0))).unwrap();
    assert_eq!(placer.place().assigned.len(), 1);
}

#[test]
fn tasks_that_run_and_settings() {
    let mut placer = Placer::new(Settings::default()).unwrap();
    let error = placer.set_running(Running::new("r", "nowhere")).unwrap_err().to_string();
    assert_eq!(error, r#"task "r": its agent "nowhere" is not known"#);
    placer.set_agent(agent("a", 1.0, 1.0)).unwrap();
    let mut negative = Running::new("r", "a");
    negative.uses.insert("cpus".to_owned(), Scalar::new(-1.0));
    let error = placer.set_running(negative).unwrap_err().to_string();
    assert_eq!(error, r#"task "r": it uses a negative amount of cpus"#);
    let mut settings = Settings::default();
    settings.strategy = Strategy::Pack(Shares(vec![("cpus".to_owned(), f64::INFINITY)]));
    assert!(matches!(Placer::new(settings), Err(PlacementError::Settings(_))));
}
