//! The placer beside the slow reference, on clusters that chance makes.

use std::collections::{BTreeMap, BTreeSet};

use mesos_placement::{
    Agent, Constraint, Domains, First, HeldOffer, Key, Needs, Place, Placer, Reason, Rule, Running, Select,
    Settings, Shares, Spread, State, Strategy, Task,
};
use mesos_sdk::proto::v1::OfferId;
use mesos_sdk::resources::{Resources, Scalar};
use proptest::prelude::*;
use proptest::strategy::Strategy as Chance;

use crate::cluster::{scalar, text};
use crate::reference::{Plain, There, World};

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
        let domains = if tasks { Domains::Tasks } else { Domains::Agents };
        Rule::Spread(Spread { max_skew, min_domains, domains, counts_all_agents: all })
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

fn task() -> impl Chance<Value = Task> {
    let constraints = prop::collection::vec(constraint(), 0..3);
    (prop::sample::select(&GROUPS[..]), 0..5_u8, 0..3_u8, constraints).prop_map(
        |(group, cpus, mem, constraints)| {
            let mut task = Task::new("", Needs::new(f64::from(cpus) / 2.0, f64::from(mem))).group(group);
            task.constraints = constraints;
            task
        },
    )
}

#[derive(Clone, Debug)]
struct Scene {
    agents: Vec<(usize, u8, u8)>,
    there: Vec<(Task, usize, bool)>,
    come: Vec<Task>,
    packs: bool,
}

fn scene() -> impl Chance<Value = Scene> {
    let agents = prop::collection::vec((0..RACKS.len(), 0..6_u8, 0..6_u8), 1..7);
    let there = prop::collection::vec((task(), 0..64_usize, any::<bool>()), 0..6);
    let come = prop::collection::vec(task(), 1..8);
    (agents, there, come, any::<bool>()).prop_map(|(agents, there, come, packs)| Scene {
        agents,
        there,
        come,
        packs,
    })
}

impl Scene {
    fn world(&self) -> World {
        let agents = self.agents.iter().enumerate().map(|(index, (rack, cpus, mem))| Plain {
            id: format!("a{index}"),
            rack: RACKS[*rack].map(str::to_owned),
            free: BTreeMap::from([
                ("cpus".to_owned(), i64::from(*cpus) * 1000),
                ("mem".to_owned(), i64::from(*mem) * 1000),
            ]),
        });
        let there = self.there.iter().enumerate().map(|(index, (task, agent, is_stopping))| There {
            task: named(task, format!("there {index}")),
            agent: agent % self.agents.len(),
            is_stopping: *is_stopping,
        });
        World { agents: agents.collect(), there: there.collect() }
    }

    fn tasks(&self) -> Vec<Task> {
        let tasks = self.come.iter().enumerate();
        tasks.map(|(index, task)| named(task, format!("t{index}"))).collect()
    }

    fn placer(&self, world: &World) -> Placer {
        let mut settings = Settings::default();
        if self.packs {
            settings.strategy = Strategy::Pack(Shares::default());
        }
        let mut placer = Placer::new(settings).unwrap();
        for plain in &world.agents {
            placer.set_agent(agent(plain)).unwrap();
        }
        for there in &world.there {
            let mut running = Running::new(there.task.id.clone(), "");
            running.place = Place::Agent(world.agents[there.agent].id.clone());
            running.group.clone_from(&there.task.group);
            running.constraints.clone_from(&there.task.constraints);
            running.state = if there.is_stopping { State::Stopping } else { State::Running };
            placer.set_running(running).unwrap();
        }
        placer
    }
}

fn agent(plain: &Plain) -> Agent {
    let mut agent = Agent::new(plain.id.clone());
    agent.attributes = plain.rack.iter().map(|rack| text("rack", rack)).collect();
    let amount = |name: &str| scalar(name, Scalar::from_thousandths(plain.free[name]).as_f64());
    let resources = vec![amount("cpus"), amount("mem")];
    agent.offers = vec![HeldOffer { id: OfferId::from(format!("offer of {}", plain.id)), resources }];
    agent
}

fn named(task: &Task, id: String) -> Task {
    let mut task = task.clone();
    task.id = id;
    task
}

fn kinds(reasons: &[Reason]) -> BTreeSet<String> {
    reasons.iter().map(Reason::kind).collect()
}

/// Follows the placements one by one.
fn follow(scene: &Scene) -> Result<(), TestCaseError> {
    let mut world = scene.world();
    let mut placer = scene.placer(&world);
    let tasks = scene.tasks();
    let submitted: Vec<_> = tasks.into_iter().filter(|task| placer.submit(task.clone()).is_ok()).collect();
    let round = placer.place();
    let mut assigned = round.assigned.iter();
    for task in &submitted {
        let allowed: Vec<_> =
            (0..world.agents.len()).filter(|agent| world.reasons(task, *agent).is_empty()).collect();
        if allowed.is_empty() {
            prop_assert!(!round.assigned.iter().any(|assigned| assigned.task == task.id), "{}", task.id);
            continue;
        }
        let next = assigned.next();
        prop_assert!(next.is_some_and(|next| next.task == task.id), "{} is not placed: {next:?}", task.id);
        let Some(next) = next else { continue };
        let agent = world.agents.iter().position(|agent| agent.id == next.agent);
        let agent = agent.filter(|agent| allowed.contains(agent));
        prop_assert!(agent.is_some(), "{} on {}", task.id, next.agent);
        let Some(agent) = agent else { continue };
        if !scene.packs {
            prop_assert_eq!(agent, allowed[0]);
        }
        let taken = Resources::from(next.resources.clone());
        for (name, asked) in &task.needs.scalars {
            prop_assert_eq!(taken.scalar(name).unwrap_or_default(), *asked);
            *world.agents[agent].free.get_mut(name).unwrap() -= asked.thousandths();
        }
        world.there.push(There { task: task.clone(), agent, is_stopping: false });
    }
    prop_assert!(assigned.next().is_none());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_reasons_are_those_of_the_reference(scene in scene()) {
        let world = scene.world();
        let mut placer = scene.placer(&world);
        for task in scene.tasks() {
            for (agent, (id, reasons)) in placer.reasons(&task).unwrap().iter().enumerate() {
                prop_assert_eq!(kinds(reasons), world.reasons(&task, agent), "{} on {}", task.id, id);
            }
        }
    }

    #[test]
    fn each_task_gets_a_place_that_the_reference_allows(scene in scene()) {
        follow(&scene)?;
    }
}
