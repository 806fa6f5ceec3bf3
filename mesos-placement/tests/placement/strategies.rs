//! Custom strategies, and seeds.

use std::collections::BTreeSet;

use mesos_placement::{Needs, Placer, Settings, Shares, Strategy, Task};

use crate::cluster::{agent, placer, scalar};

const AGENTS: [(&str, f64); 4] = [("a", 4.0), ("b", 8.0), ("c", 6.0), ("d", 2.0)];

fn with(strategy: Strategy, seed: Option<u64>) -> Placer {
    let mut settings = Settings::default();
    (settings.strategy, settings.seed) = (strategy, seed);
    placer(settings, AGENTS.map(|(id, cpus)| agent(id, cpus, 8.0)))
}

fn task(id: &str) -> Task {
    Task::new(id, Needs::new(1.0, 1.0).dynamic_ports(1))
}

#[test]
fn a_function_decides() {
    let mut placer = with(
        Strategy::custom(|fit| {
            let (cpus, ports) = (fit.amount("cpus"), fit.amount("ports"));
            assert_eq!(
                (ports.asked, cpus.asked, fit.task().group.as_str()),
                (1.0, 1.0, fit.task().id.as_str())
            );
            match fit.agent().id.as_str() {
                "b" => f64::NAN,
                "c" => -0.0,
                _ => cpus.total - cpus.used - cpus.asked - 3.0,
            }
        }),
        None,
    );
    // Negative scores, both zeros, and what is not a number.
    assert_eq!(placer.ranking(&task("t")).unwrap(), [vec!["a", "c"], vec!["d"], vec!["b"]]);
    for id in ["t1", "t2", "t3"] {
        placer.submit(task(id)).unwrap();
    }
    let agents: Vec<_> = placer.place().assigned.into_iter().map(|one| one.agent).collect();
    assert_eq!(agents, ["a", "c", "c"]);
}

fn chosen(strategy: &Strategy, seed: Option<u64>) -> Vec<String> {
    let mut placer = with(strategy.clone(), seed);
    for number in 0..8 {
        placer.submit(task(&number.to_string())).unwrap();
    }
    placer.place().assigned.into_iter().map(|one| one.agent).collect()
}

#[test]
fn seed_breaks_ties_alone() {
    let equal = Strategy::custom(|_| 1.0);
    for strategy in [Strategy::First, equal] {
        assert_eq!(chosen(&strategy, None)[0], "a");
        let firsts: BTreeSet<_> = (0..40).map(|seed| chosen(&strategy, Some(seed))[0].clone()).collect();
        assert_eq!(firsts.len(), 4, "{firsts:?}");
        assert_eq!(chosen(&strategy, Some(7)), chosen(&strategy, Some(7)));
        let ranking = with(strategy, Some(7)).ranking(&task("t")).unwrap();
        assert_eq!(ranking, [["a", "b", "c", "d"]]);
    }
    for strategy in [Strategy::Pack(Shares::default()), Strategy::custom(|fit| -fit.amount("cpus").total)] {
        for seed in [None, Some(1), Some(2)] {
            assert_eq!(chosen(&strategy, seed)[0], "d");
        }
    }
}

/// Two agents with as many GPUs, but one with more cpus for each: packing by GPUs cannot
/// distinguish them, and lets a GPU idle.
#[test]
fn aligned_tasks_leave_no_gpu_idle() {
    let gpus = |id: &str, cpus: f64| {
        let mut agent = agent(id, cpus, 64.0);
        agent.offers[0].resources.push(scalar("gpus", 4.0));
        agent
    };
    let placed = |strategy: Strategy| {
        let mut settings = Settings::default();
        settings.strategy = strategy;
        let mut placer = placer(settings, [gpus("many", 32.0), gpus("few", 8.0)]);
        for number in 0..8 {
            let cpus = if number % 2 == 0 { 1.0 } else { 5.0 };
            let needs = Needs::new(cpus, 1.0).scalar("gpus", 1.0);
            placer.submit(Task::new(number.to_string(), needs)).unwrap();
        }
        placer.place().assigned.len()
    };
    assert_eq!(placed(Strategy::Pack(Shares::over(["gpus"]))), 7);
    assert_eq!(placed(Strategy::Align(Shares::over(["cpus", "mem", "gpus"]))), 8);
}

#[test]
fn aligned_ties_go_to_the_first_agent() {
    // On average they have 8/3 cores and twice as many megabytes: a core counts twice as much.
    let agents = [agent("a", 2.0, 5.0), agent("b", 2.0, 3.0), agent("c", 4.0, 8.0)];
    let mut settings = Settings::default();
    settings.strategy = Strategy::Align(Shares::over(["cpus", "mem"]));
    let mut placer = placer(settings, agents);
    for number in 0..8 {
        placer.submit(Task::new(format!("t{number}"), Needs::new(0.5, 1.0))).unwrap();
    }
    let round = placer.place();
    let taken: Vec<_> = round.assigned.iter().map(|assigned| assigned.agent.as_str()).collect();
    assert_eq!(taken, ["c", "c", "c", "c", "a", "c", "a", "b"]);
}
