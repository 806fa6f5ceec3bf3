//! Clusters and tasks that chance makes.

use std::collections::BTreeMap;
use std::ops::Range;

use mesos_placement::{
    Agent, Constraint, Domains, Executor, First, HeldOffer, Key, Needs, PersistentNeed, Place, Placer, Rule,
    Running, Select, Settings, Shares, Spread, State, Strategy, Task,
};
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::resources::Scalar;
use proptest::prelude::*;
use proptest::strategy::Strategy as Chance;

use crate::cluster::{scalar, text};
use crate::reference::{Plain, There, Volume, World};
use crate::volumes::{persistent, shared};

const GROUPS: [&str; 3] = ["x", "y", "z"];
const RACKS: [Option<&str>; 4] = [Some("r1"), Some("r2"), Some("r3"), None];

fn key() -> impl Chance<Value = Key> {
    prop_oneof![Just(Key::Agent), Just(Key::from("rack")), Just(Key::from("rack"))]
}

fn select() -> impl Chance<Value = Select> {
    prop_oneof![Just(Select::Group(None)), prop::sample::select(&GROUPS[..]).prop_map(Select::group)]
}

fn spread() -> impl Chance<Value = Rule> {
    (1..3_usize, 0..4_usize, any::<bool>(), any::<bool>()).prop_map(|(max_skew, min_domains, tasks, all)| {
        let mut spread = Spread::new(max_skew);
        spread.min_domains = min_domains;
        spread.domains = if tasks { Domains::Tasks } else { Domains::Agents };
        spread.counts_all_agents = all;
        Rule::Spread(spread)
    })
}

fn rule() -> impl Chance<Value = Rule> {
    let first = prop_oneof![Just(First::Refuse), Just(First::Accept), Just(First::IfSelf)];
    prop_oneof![
        (1..4_usize).prop_map(Rule::Limit),
        Just(Rule::Same),
        (1..4_usize, 1..9_usize).prop_map(|(groups, instances)| Rule::Even { groups, instances }),
        spread(),
        first.prop_map(Rule::Near),
        Just(Rule::Away),
    ]
}

fn constraint() -> impl Chance<Value = Constraint> {
    let values = || prop::collection::btree_set(prop::sample::select(vec!["r1", "r2", "r3"]), 1..3);
    prop_oneof![
        4 => (rule(), key(), select()).prop_map(|(rule, by, select)| Constraint::group(rule, by).select(select)),
        1 => values().prop_map(|values| Constraint::one_of("rack", values)),
        1 => values().prop_map(|values| Constraint::none_of("rack", values)),
        1 => Just(Constraint::exists("rack")),
        1 => Just(Constraint::Exclusive),
    ]
}

fn strategy() -> impl Chance<Value = Strategy> {
    let shares = || {
        let weights = [("cpus", 1.0), ("mem", 2.0), ("gpus", 1.0)].map(|(name, one)| (name.to_owned(), one));
        prop_oneof![
            Just(Shares::default()),
            Just(Shares::over(["cpus", "mem", "gpus"])),
            Just(Shares::over(["gpus"])),
            Just(Shares(weights.to_vec())),
        ]
    };
    prop_oneof![
        Just(Strategy::First),
        shares().prop_map(Strategy::Pack),
        shares().prop_map(Strategy::Spread),
        shares().prop_map(Strategy::Align),
    ]
}

fn executor() -> impl Chance<Value = Executor> {
    let id = prop::sample::select(vec!["e1", "e2"]);
    (id, 0..3_u8, 0..2_u8)
        .prop_map(|(id, cpus, mem)| Executor::new(id, Needs::new(f64::from(cpus) / 2.0, mem.into())))
}

/// One of these volumes, or any of a size.
fn volume() -> impl Chance<Value = PersistentNeed> {
    prop_oneof![
        prop::sample::select(vec!["v0", "v1", "v2"]).prop_map(PersistentNeed::id),
        (1..4_u8).prop_map(|size| {
            let mut need = PersistentNeed::default();
            need.size = Scalar::new(f64::from(size));
            need
        }),
    ]
}

fn needs() -> impl Chance<Value = Needs> {
    let volumes = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(volume(), 1..3)];
    (0..5_u8, 0..3_u8, prop_oneof![2 => Just(0_u8), 1 => 1..3_u8], volumes).prop_map(
        |(cpus, mem, gpus, volumes)| {
            let needs = Needs::new(f64::from(cpus) / 2.0, f64::from(mem)).scalar("gpus", f64::from(gpus));
            volumes.into_iter().fold(needs, Needs::persistent)
        },
    )
}

fn task() -> impl Chance<Value = Task> {
    let constraints = prop_oneof![Just(Vec::new()), prop::collection::vec(constraint(), 0..3)];
    let executor = prop_oneof![2 => Just(None), 1 => executor().prop_map(Some)];
    (prop::sample::select(&GROUPS[..]), needs(), executor, constraints).prop_map(
        |(group, needs, executor, constraints)| {
            let mut task = Task::new("", needs).group(group).roles(["*", "db"]);
            (task.executor, task.constraints) = (executor, constraints);
            task
        },
    )
}

/// Agents are of few sizes, so that several are equally good.
fn plain() -> impl Chance<Value = Plain> {
    let volumes = prop::collection::vec((1..4_i64, any::<bool>()), 0..3);
    let executors = prop::collection::btree_set(Just("e1".to_owned()), 0..2);
    let amounts = prop_oneof![
        (0..6_u8, 0..6_u8, 0..3_u8),
        (prop_oneof![Just(4_u8), Just(8)], Just(8_u8), prop_oneof![Just(0_u8), Just(2)]),
    ];
    (0..RACKS.len(), amounts, executors, volumes).prop_map(|(rack, (cpus, mem, gpus), executors, volumes)| {
        let amounts = [("cpus", cpus), ("mem", mem), ("gpus", gpus)];
        let total: BTreeMap<_, _> =
            amounts.map(|(name, amount)| (name.to_owned(), i64::from(amount) * 1000)).into();
        let volume = |(index, (size, is_shared))| Volume {
            id: format!("v{index}"),
            size: size * 1000,
            is_shared,
            is_taken: false,
        };
        Plain {
            id: String::new(),
            rack: RACKS[rack].map(str::to_owned),
            free: total.clone(),
            total,
            executors,
            volumes: volumes.into_iter().enumerate().map(volume).collect(),
        }
    })
}

#[derive(Clone, Debug)]
pub(crate) struct Scene {
    agents: Vec<Plain>,
    there: Vec<(Task, usize, bool)>,
    come: Vec<Task>,
    pub(crate) strategy: Strategy,
    pub(crate) seed: Option<u64>,
}

/// Few tasks, each of another kind.
pub(crate) fn scene() -> impl Chance<Value = Scene> {
    some(1..9, prop::collection::vec(task(), 1..8))
}

/// Many tasks of few kinds: agents are kept in order for them.
pub(crate) fn crowd() -> impl Chance<Value = Scene> {
    let kinds = prop::collection::vec(task(), 1..4);
    let come = (kinds, prop::collection::vec(0..64_usize, 16..48));
    some(
        1..60,
        come.prop_map(|(kinds, come)| {
            come.into_iter().map(|kind| kinds[kind % kinds.len()].clone()).collect()
        }),
    )
}

fn some(agents: Range<usize>, come: impl Chance<Value = Vec<Task>>) -> impl Chance<Value = Scene> {
    let agents = prop::collection::vec(plain(), agents);
    let there = prop::collection::vec((task(), 0..64_usize, any::<bool>()), 0..6);
    let seed = prop_oneof![2 => Just(None), 1 => any::<u64>().prop_map(Some)];
    (agents, there, come, strategy(), seed).prop_map(|(agents, there, come, strategy, seed)| Scene {
        agents,
        there,
        come,
        strategy,
        seed,
    })
}

impl Scene {
    pub(crate) fn world(&self) -> World {
        let agents = self.agents.iter().enumerate();
        let agents = agents.map(|(index, plain)| Plain { id: format!("a{index}"), ..plain.clone() });
        let mut agents: Vec<_> = agents.collect();
        let there = self.there.iter().enumerate().map(|(index, (task, agent, is_stopping))| There {
            task: named(task, format!("there {index}")),
            agent: agent % agents.len(),
            is_stopping: *is_stopping,
        });
        let there: Vec<_> = there.collect();
        for there in &there {
            let executor = there.task.executor.iter().map(|executor| executor.id.clone());
            agents[there.agent].executors.extend(executor);
        }
        World { agents, there }
    }

    pub(crate) fn tasks(&self) -> Vec<Task> {
        let tasks = self.come.iter().enumerate();
        tasks.map(|(index, task)| named(task, format!("t{index}"))).collect()
    }

    pub(crate) fn placer(&self, agents: impl IntoIterator<Item = Agent>) -> Placer {
        let mut settings = Settings::default();
        (settings.strategy, settings.seed) = (self.strategy.clone(), self.seed);
        let mut placer = Placer::new(settings).unwrap();
        agents.into_iter().for_each(|agent| placer.set_agent(agent).unwrap());
        let world = self.world();
        for there in &world.there {
            let mut running = Running::new(there.task.id.clone(), "");
            running.place = Place::Agent(world.agents[there.agent].id.clone());
            running.group.clone_from(&there.task.group);
            running.constraints.clone_from(&there.task.constraints);
            running.executor = there.task.executor.as_ref().map(|executor| executor.id.clone());
            running.state = if there.is_stopping { State::Stopping } else { State::Running };
            placer.set_running(running).unwrap();
        }
        placer
    }
}

fn named(task: &Task, id: String) -> Task {
    let mut task = task.clone();
    task.id = id;
    task
}

/// An agent that offers what is free.
pub(crate) fn agent(plain: &Plain) -> Agent {
    let mut agent = Agent::new(plain.id.clone());
    agent.attributes = plain.rack.iter().map(|rack| text("rack", rack)).collect();
    agent.executors.clone_from(&plain.executors);
    let resources = resources(plain);
    agent.offers = vec![HeldOffer::new(format!("offer of {}", plain.id), resources)];
    agent
}

fn resources(plain: &Plain) -> Vec<Resource> {
    let amount = |name: &str, amount: i64| scalar(name, Scalar::from_thousandths(amount).as_f64());
    let volumes = plain.volumes.iter().map(|volume| {
        let disk = persistent(amount("disk", volume.size), &volume.id);
        if volume.is_shared { shared(disk) } else { disk }
    });
    let scalars = ["cpus", "mem", "gpus"].map(|name| amount(name, plain.free[name]));
    scalars.into_iter().chain(volumes).collect()
}
