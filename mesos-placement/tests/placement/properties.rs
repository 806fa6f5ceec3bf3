//! The placer beside the slow reference, on clusters that chance makes.

use std::collections::{BTreeMap, BTreeSet};

use mesos_placement::{Agent, Assignment, Constraint, HeldOffer, Placer, Reason, Rule, Task};
use mesos_sdk::proto::v1::Resource;
use mesos_sdk::resources::Resources;
use proptest::prelude::*;

use crate::choice;
use crate::reference::{There, World, has_volumes};
use crate::scene::{Scene, agent, crowd, scene};

fn kinds(reasons: &[Reason]) -> BTreeSet<String> {
    reasons.iter().map(Reason::kind).collect()
}

fn placer(scene: &Scene) -> Placer {
    scene.placer(scene.world().agents.iter().map(agent))
}

/// Submits the tasks, and returns those that are taken.
fn submit(placer: &mut Placer, tasks: Vec<Task>) -> Vec<Task> {
    tasks.into_iter().filter(|task| placer.submit(task.clone()).is_ok()).collect()
}

/// Follows the placements one by one.
fn follow(scene: &Scene) -> Result<(), TestCaseError> {
    let (mut world, mut placer) = (scene.world(), placer(scene));
    let submitted = submit(&mut placer, scene.tasks());
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
        let best = choice::best(&world, &scene.strategy, task, &allowed);
        let agent = world.agents.iter().position(|agent| *agent.id == *next.agent);
        let agent = agent.filter(|agent| best.contains(agent));
        prop_assert!(agent.is_some(), "{} on {}, not one of {best:?}", task.id, next.agent);
        let Some(agent) = agent else { continue };
        prop_assert!(scene.seed.is_some() || agent == best[0], "{} on {}, not {}", task.id, agent, best[0]);
        take(&mut world, task, agent, next)?;
    }
    prop_assert!(assigned.next().is_none());
    Ok(())
}

/// Takes from an agent what the task got there, which is what it needs.
fn take(world: &mut World, task: &Task, agent: usize, got: &Assignment) -> Result<(), TestCaseError> {
    let here = &mut world.agents[agent];
    let starts = task.executor.as_ref().filter(|executor| !here.executors.contains(&executor.id));
    prop_assert_eq!(got.executor.is_some(), starts.is_some(), "the executor of {}", task.id);
    let all = Resources::from([got.resources.clone(), got.executor.clone().unwrap_or_default()].concat());
    for name in ["cpus", "mem", "gpus"] {
        let thousandths = all.scalar(name).unwrap_or_default().thousandths();
        prop_assert_eq!(thousandths, here.asked(task, name), "{} of {}", name, task.id);
    }
    let volumes: Vec<_> = got.resources.iter().filter_map(volume).collect();
    let taken = here.volumes.iter().filter(|one| volumes.contains(&one.id));
    let taken: Vec<_> = taken.cloned().collect();
    prop_assert_eq!(volumes.len(), task.needs.persistent.len());
    prop_assert!(has_volumes(&task.needs.persistent, &taken), "{} got {:?}", task.id, volumes);
    here.take(task);
    for one in here.volumes.iter_mut().filter(|one| volumes.contains(&one.id)) {
        one.is_taken = !one.is_shared;
    }
    world.there.push(There { task: task.clone(), agent, is_stopping: false });
    Ok(())
}

/// The id of a persistent volume.
fn volume(resource: &Resource) -> Option<String> {
    let persistence = resource.disk.as_ref()?.persistence.as_ref()?;
    Some(persistence.id.clone())
}

/// Where the tasks get their places.
fn outcome(mut placer: Placer, tasks: Vec<Task>) -> BTreeMap<String, String> {
    submit(&mut placer, tasks);
    placer.place().assigned.iter().map(|one| (one.task.clone(), one.agent.clone())).collect()
}

/// The same agent in two offers, and with all its lists in another order.
fn turned(mut agent: Agent) -> Agent {
    let mut resources: Vec<_> = agent.offers.iter().flat_map(|offer| offer.resources.clone()).rev().collect();
    let others = resources.split_off(resources.len() / 2);
    let offers = [resources, others].into_iter().enumerate();
    let offers = offers
        .map(|(number, resources)| HeldOffer::new(format!("offer {number} of {}", agent.id), resources));
    agent.offers = offers.collect();
    agent.attributes.reverse();
    agent
}

fn turned_task(mut task: Task) -> Task {
    task.constraints.reverse();
    task.roles.reverse();
    task
}

/// Whether it matters which task came first.
fn is_ordered(task: &Task) -> bool {
    task.constraints.iter().any(|one| matches!(one, Constraint::Group(group) if group.rule == Rule::Same))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_reasons_are_those_of_the_reference(scene in scene()) {
        let (world, mut placer) = (scene.world(), placer(&scene));
        for task in scene.tasks() {
            for (agent, (id, reasons)) in placer.reasons(&task).unwrap().iter().enumerate() {
                prop_assert_eq!(kinds(reasons), world.reasons(&task, agent), "{} on {}", task.id, id);
            }
        }
    }

    #[test]
    fn each_task_gets_the_best_reference_place(scene in scene()) {
        follow(&scene)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_same_seed_gives_the_same_outcome(scene in crowd()) {
        prop_assert_eq!(outcome(placer(&scene), scene.tasks()), outcome(placer(&scene), scene.tasks()));
    }

    #[test]
    fn order_of_input_does_not_matter(scene in scene()) {
        let agents = scene.world().agents;
        let turned = scene.placer(agents.iter().map(|plain| turned(agent(plain))));
        let tasks = scene.tasks().into_iter().map(turned_task).collect();
        prop_assert_eq!(outcome(turned, tasks), outcome(placer(&scene), scene.tasks()));
    }

    #[test]
    fn the_order_of_agents_changes_no_reason(scene in scene()) {
        let agents = scene.world().agents;
        let mut turned = scene.placer(agents.iter().rev().map(agent));
        let mut placer = placer(&scene);
        for task in scene.tasks().iter().filter(|task| !is_ordered(task)) {
            let mut reasons = turned.reasons(task).unwrap();
            reasons.reverse();
            prop_assert_eq!(reasons, placer.reasons(task).unwrap(), "{}", task.id);
        }
    }

    #[test]
    fn many_similar_tasks_get_the_best_places(scene in crowd()) {
        follow(&scene)?;
    }
}
