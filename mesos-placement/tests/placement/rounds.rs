//! Rounds one after the other: what is known, what is taken, and what goes on waiting.

use mesos_placement::{
    Constraint, Domains, Key, Needs, Rule, Running, Select, Settings, Shares, Spread, Strategy, Task,
};
use mesos_sdk::proto::v1::OfferId;
use mesos_sdk::resources::Resources;

use crate::cluster::{agent, offer, placer, ports, scalar, text};

fn task(id: &str, cpus: f64) -> Task {
    Task::new(id, Needs::new(cpus, 1.0)).group("tasks")
}

#[test]
fn several_offers_of_an_agent_are_one_pool() {
    let mut placer = placer(Settings::default(), []);
    placer.add_offer(&offer("o1", "a", vec![scalar("cpus", 1.0), scalar("mem", 8.0)])).unwrap();
    placer.submit(task("t", 2.0)).unwrap();
    let round = placer.place();
    assert_eq!((round.assigned.len(), placer.waiting()), (0, 1));
    assert_eq!(
        placer.explain()[0].refusals.to_string(),
        "1 of 1 agents: too little cpus: 2 asked for, 0 of 1 in use (on a)"
    );
    placer.add_offer(&offer("o2", "a", vec![scalar("cpus", 1.5)])).unwrap();
    let round = placer.place();
    let assignment = &round.assigned[0];
    assert_eq!((assignment.task.as_str(), assignment.agent.as_str()), ("t", "a"));
    assert_eq!(assignment.offers.iter().map(|offer| offer.value.as_str()).collect::<Vec<_>>(), ["o1", "o2"]);
    assert_eq!(Resources::from(assignment.resources.clone()).to_string(), "cpus:2; mem:1");
    assert_eq!((placer.offers().count(), placer.waiting()), (0, 0));
}

#[test]
fn an_offer_that_is_dropped_offers_nothing() {
    let mut placer = placer(Settings::default(), []);
    placer.add_offer(&offer("o1", "a", vec![scalar("cpus", 4.0), scalar("mem", 8.0)])).unwrap();
    assert!(placer.remove_offer(&OfferId::from("o1")));
    assert!(!placer.remove_offer(&OfferId::from("o1")));
    placer.submit(task("t", 1.0)).unwrap();
    assert_eq!(placer.place().unplaced, 1);
    assert_eq!(placer.explain()[0].refusals.to_string(), "no agent offers anything");
}

#[test]
fn repeated_offer_is_the_same_one() {
    let mut placer = placer(Settings::default(), []);
    for _ in 0..2 {
        placer.add_offer(&offer("o1", "a", vec![scalar("cpus", 1.0), scalar("mem", 8.0)])).unwrap();
    }
    placer.submit(task("t", 2.0)).unwrap();
    assert_eq!(placer.place().assigned.len(), 0);
}

#[test]
fn ports_are_given_once() {
    let mut placer = placer(Settings::default(), []);
    placer
        .add_offer(&offer("o1", "a", vec![scalar("cpus", 4.0), scalar("mem", 8.0), ports(10, 12)]))
        .unwrap();
    for id in ["t1", "t2"] {
        let mut task = task(id, 1.0);
        task.needs.ports.dynamic = 2;
        placer.submit(task).unwrap();
    }
    let round = placer.place();
    assert_eq!(round.assigned.len(), 1);
    assert_eq!(Resources::from(round.assigned[0].resources.clone()).ports().to_string(), "[10-11]");
    // What is left of the offer comes with another one.
    let rest = vec![scalar("cpus", 3.0), scalar("mem", 7.0), ports(12, 12)];
    placer.add_offer(&offer("o2", "a", rest)).unwrap();
    assert_eq!(placer.place().unplaced, 1);
    assert_eq!(placer.explain()[0].refusals.kinds.keys().collect::<Vec<_>>(), ["resource:ports"]);
}

#[test]
fn placed_tasks_count_until_they_end() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    let unique = |id| task(id, 1.0).constraint(Constraint::limit(Key::Hostname, 1));
    placer.submit(unique("t1")).unwrap();
    assert_eq!(placer.place().assigned.len(), 1);
    placer.set_agent(agent("a", 7.0, 7.0)).unwrap();
    placer.submit(unique("t2")).unwrap();
    assert_eq!(placer.place().unplaced, 1);
    assert!(placer.remove_running("t1"));
    assert_eq!(placer.place().assigned.len(), 1);
}

#[test]
fn corrected_rack_moves_its_tasks() {
    let racked = |id: &str, rack: &str| {
        let mut agent = agent(id, 8.0, 8.0);
        agent.attributes.push(text("rack", rack));
        agent
    };
    let mut placer = placer(Settings::default(), [racked("a", "r1"), racked("b", "r2")]);
    placer.set_running(Running::new("r", "a").group("tasks")).unwrap();
    let near = task("t", 1.0).constraint(Constraint::near("rack", Select::group("tasks")));
    let allowed = |placer: &mut mesos_placement::Placer| placer.ranking(&near).unwrap();
    assert_eq!(allowed(&mut placer), [["a"]]);
    placer.set_agent(racked("a", "r2")).unwrap();
    assert_eq!(allowed(&mut placer), [["a", "b"]]);
}

#[test]
fn tasks_beyond_the_limit_wait() {
    let mut settings = Settings::default();
    settings.max_placements = Some(2);
    let mut placer = placer(settings, [agent("a", 8.0, 8.0), agent("b", 8.0, 8.0)]);
    for id in ["t1", "t2", "t3"] {
        placer.submit(task(id, 8.0)).unwrap();
    }
    assert!(placer.withdraw("t2"));
    placer.submit(task("t4", 1.0)).unwrap();
    let round = placer.place();
    assert_eq!((round.assigned.len(), round.postponed), (2, 1));
    assert_eq!(placer.waiting(), 1);
}

#[test]
fn tasks_are_packed_or_spread() {
    for (strategy, agents) in
        [(Strategy::Pack(Shares::default()), 1), (Strategy::Spread(Shares::default()), 4)]
    {
        let mut settings = Settings::default();
        settings.strategy = strategy;
        let four = ["a", "b", "c", "d"].map(|id| agent(id, 8.0, 8.0));
        let mut placer = placer(settings, four);
        for id in ["t1", "t2", "t3", "t4"] {
            placer.submit(task(id, 1.0)).unwrap();
        }
        assert_eq!(placer.place().accepts().len(), agents);
    }
}

#[test]
fn replacement_may_stand_beside_its_task() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0)]);
    placer.set_running(Running::new("old", "a").group("tasks")).unwrap();
    let mut new = task("new", 1.0).constraint(Constraint::limit(Key::Agent, 1));
    assert_eq!(placer.ranking(&new).unwrap().len(), 0);
    new.replaces = Some("old".to_owned());
    placer.submit(new).unwrap();
    assert_eq!(placer.place().assigned.len(), 1);
}

#[test]
fn thousands_of_distinct_tasks_count() {
    let mut placer = placer(Settings::default(), [agent("a", 8.0, 8.0), agent("b", 8.0, 8.0)]);
    let away =
        |id: &str| task(id, 0.0).group(id).constraint(Constraint::away(Key::Agent, Select::group("z")));
    placer.submit(away("first")).unwrap();
    assert_eq!(placer.place().assigned[0].agent, "a");
    placer.submit(task("big", 9.0)).unwrap();
    for round in 0..12 {
        for agent_id in ["a", "b"] {
            placer.set_agent(agent(agent_id, 8.0, 8.0)).unwrap();
        }
        for index in 0..100 {
            let id = format!("{round}.{index}");
            placer
                .submit(Task::new(id.clone(), Needs::new(0.0, f64::from(index) / 1000.0)).group(id))
                .unwrap();
        }
        let round = placer.place();
        assert_eq!((round.assigned.len(), round.unplaced), (100, 1));
    }
    for agent_id in ["a", "b"] {
        placer.set_agent(agent(agent_id, 9.0, 8.0)).unwrap();
    }
    placer.submit(task("z", 1.0).group("z")).unwrap();
    let round = placer.place();
    assert_eq!(round.assigned.iter().map(|one| one.agent.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn spread_may_count_agents_without_offers() {
    let zoned = |id: &str, zone: &str| {
        let mut agent = agent(id, 8.0, 8.0);
        agent.zone = Some(zone.to_owned());
        agent
    };
    for (domains, placed) in [(Domains::Agents, 1), (Domains::Known, 0)] {
        let mut placer = placer(Settings::default(), [zoned("a", "z1"), zoned("b", "z2")]);
        placer.set_running(Running::new("r", "a").group("tasks")).unwrap();
        assert!(placer.remove_offer(&OfferId::from("offer of b")));
        let mut spread = Spread::new(1);
        spread.domains = domains;
        placer.submit(task("t", 1.0).constraint(Constraint::group(Rule::Spread(spread), Key::Zone))).unwrap();
        assert_eq!(placer.place().assigned.len(), placed, "{domains:?}");
        placer.remove_agent("b");
        assert_eq!(placer.place().assigned.len(), 1 - placed, "{domains:?}, without the other zone");
    }
}
