//! All that can happen within a number of steps, to a map of two inputs, to a service of two
//! instances, or to one pod, on two agents.
//!
//! A step is one thing that happens, and the turn of the scheduler that follows. The scheduler may
//! die before and after each write and each call of its turn; an ACCEPT may be handled, refused or
//! delayed, get lost before or after the master, and its response may be late; a KILL or an
//! acknowledgement may get lost. States that differ only in the names of tasks and offers count
//! once. From a share of the states, everything has to end as soon as everything works.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::super::RolloutCommand;
use super::chance::Chance;
use super::rolling::rollout_of;
use super::runs;
use super::shell::Defect;
use super::state::state;
use super::step::Step;
use super::workloads::{batch, map, pods, service, with_volumes};
use super::world::World;
use crate::spec::Spec;

/// How many steps the tests search for a map and a service, to which more can happen;
/// `MESOS_LAUNCHER_STEPS` sets another number.
const STEPS: usize = 3;
const STEPS_OF_SERVICE: usize = 2;
/// One of so many states is followed until everything has ended.
const ENDS: u64 = 16;

/// Agents that are out of sight for so long are forgotten: the model of Mesos does not do that.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// What has happened before: nothing, both tasks run, their batch is stopped, their agent is lost,
/// and they were replaced.
const BEGINNINGS: [&[Step]; 5] = [
    &[Step::Turn],
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Progress(0)],
    &[Step::Turn, Step::Offer(0), Step::Stop],
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::CutOff(0), Step::Lose(0)],
    &[
        Step::Turn,
        Step::Offer(0),
        Step::CutOff(0),
        Step::Lose(0),
        Step::Wait,
        Step::Offer(1),
        Step::Progress(1),
    ],
];

/// Only for services: an instance is not wanted any more; one is started again; a rollout has
/// begun; its first instance runs well.
const OF_SERVICES: [&[Step]; 4] = [
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Progress(0), Step::Scale(1)],
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Restart(0)],
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Progress(0), Step::Version(2)],
    &[
        Step::Turn,
        Step::Offer(0),
        Step::Progress(0),
        Step::Progress(0),
        Step::Version(2),
        Step::Offer(1),
        Step::Progress(1),
        Step::Wait,
    ],
];

const POSSIBLE: [Step; 30] = [
    Step::Turn,
    Step::Subscribe,
    Step::Offer(0),
    Step::Offer(1),
    Step::Progress(0),
    Step::Progress(1),
    Step::Respond,
    Step::Crash,
    Step::Disconnect,
    Step::FailOver,
    Step::CutOff(0),
    Step::CutOff(1),
    Step::Lose(0),
    Step::Lose(1),
    Step::Reboot(0),
    Step::Reboot(1),
    Step::ComeBack(0),
    Step::ComeBack(1),
    Step::Reconcile,
    Step::Arrive,
    Step::Fence,
    Step::Wait,
    Step::Stop,
    Step::Scale(1),
    Step::Scale(2),
    Step::Restart(0),
    Step::Replace(0),
    Step::Destroy,
    Step::Version(2),
    Step::Rollout(RolloutCommand::RollBack),
];

/// Only for services with volumes: one has its volume again; it is to get another one, which is
/// there; the service is stopped, and its volumes are to be destroyed.
const OF_VOLUMES: [&[Step]; 3] = [
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Restart(0)],
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Progress(0), Step::Replace(0), Step::Offer(1)],
    &[Step::Turn, Step::Offer(0), Step::Progress(0), Step::Stop, Step::Destroy],
];

/// A step, and what was chosen in it.
pub(super) type Path = Vec<(Step, Vec<usize>)>;

pub(super) struct Search {
    /// How many steps were left at most where each state was met.
    met: HashMap<u64, usize>,
    /// How many steps were tried, each with all that may be chosen in it.
    tried: usize,
    path: Path,
}

impl Search {
    fn from(&mut self, world: &World, left: usize) {
        for step in POSSIBLE.into_iter().filter(|step| world.is_possible(*step)) {
            let mut script = Some(Vec::new());
            while let Some(choices) = script {
                self.tried += 1;
                self.path.push((step, choices.clone()));
                let mut next = World { chance: Chance::script(choices), ..world.clone() };
                next.happens_with_turn(step);
                next.check();
                script = next.chance.next_script();
                self.meet(&next, left - 1);
                self.path.pop();
            }
        }
    }

    fn meet(&mut self, world: &World, left: usize) {
        let mut hasher = DefaultHasher::new();
        state(world).hash(&mut hasher);
        let hash = hasher.finish();
        let before = self.met.get(&hash).copied();
        if before.is_some_and(|before| before >= left) {
            return;
        }
        self.met.insert(hash, left);
        if before.is_none() && hash.is_multiple_of(ENDS) {
            runs::ends(&mut World { chance: Chance::script(Vec::new()), ..world.clone() });
        }
        if left > 0 {
            self.from(world, left);
        }
    }
}

impl World {
    fn happens_with_turn(&mut self, step: Step) {
        let was_dead = self.core.is_none();
        self.happens(step);
        if was_dead && self.core.is_some() {
            self.subscribe();
        }
        self.turn();
    }

    /// Returns whether a step may change anything.
    fn is_possible(&self, step: Step) -> bool {
        let lives = self.core.is_some();
        match step {
            Step::Turn => !lives,
            Step::Subscribe => lives && !self.is_subscribed,
            Step::Crash | Step::Respond | Step::Stop => lives,
            Step::Wait => self.wait().is_some_and(|time| time < LONG),
            Step::Disconnect | Step::Reconcile | Step::Arrive | Step::Fence | Step::Offer(_) => {
                self.is_subscribed
            }
            Step::Scale(instances) => lives && self.spec.policy.is_service() && self.spec.slots != instances,
            Step::Restart(_) => lives && self.spec.policy.is_service(),
            Step::Replace(_) | Step::Destroy => lives && self.has_volumes(),
            Step::Version(2) => {
                lives
                    && self.spec.policy.is_service()
                    && self.spec.tasks[0] == Spec::from(service(1)).tasks[0]
            }
            Step::Rollout(_) => lives && rollout_of(&self.store).is_some_and(|rollout| rollout.is_open()),
            Step::CutOff(number) => !self.agents[number].is_cut_off,
            Step::Lose(number) => self.agents[number].is_cut_off && self.agents[number].is_registered,
            Step::ComeBack(number) => self.agents[number].is_cut_off || !self.agents[number].is_registered,
            Step::Reboot(number) | Step::Progress(number) => self.agents[number].live().next().is_some(),
            _ => true,
        }
    }
}

/// Searches everything within so many steps that can happen to a map and to a service, or returns
/// what leads to a failure.
pub(super) fn search(steps: usize, defect: Defect) -> Result<(), Path> {
    search_map(steps, defect)?;
    search_pods(steps, defect)?;
    search_volumes(steps, defect)?;
    search_service(steps, defect).map(drop)
}

fn search_map(steps: usize, defect: Defect) -> Result<Search, Path> {
    search_from(&BEGINNINGS, &map(batch(2, 2)), steps, defect)
}

fn search_service(steps: usize, defect: Defect) -> Result<Search, Path> {
    search_from(&[&BEGINNINGS[..], &OF_SERVICES].concat(), &Spec::from(service(2)), steps, defect)
}

fn search_pods(steps: usize, defect: Defect) -> Result<Search, Path> {
    search_from(&[&BEGINNINGS[..], &OF_SERVICES[..2]].concat(), &Spec::from(pods(1)), steps, defect)
}

fn search_volumes(steps: usize, defect: Defect) -> Result<Search, Path> {
    search_from(&[&BEGINNINGS[..], &OF_VOLUMES].concat(), &Spec::from(with_volumes(1)), steps, defect)
}

fn search_from(beginnings: &[&[Step]], spec: &Spec, steps: usize, defect: Defect) -> Result<Search, Path> {
    let mut search = Search { met: HashMap::new(), tried: 0, path: Path::new() };
    let all = AssertUnwindSafe(|| {
        for beginning in beginnings {
            let mut world = World::new(Chance::script(Vec::new()), spec.clone(), defect);
            search.path = beginning.iter().map(|step| (*step, Vec::new())).collect();
            for step in *beginning {
                world.happens_with_turn(*step);
            }
            search.meet(&world, steps);
        }
    });
    match catch_unwind(all) {
        Ok(()) => Ok(search),
        Err(_) => Err(search.path),
    }
}

/// Searches as many steps as are set, or the usual number.
fn search_some(search: fn(usize, Defect) -> Result<Search, Path>, usual: usize) {
    let steps = std::env::var("MESOS_LAUNCHER_STEPS").map_or(usual, |steps| steps.parse().unwrap());
    let found = search(steps, Defect::None);
    let Search { met, tried, .. } = found.unwrap_or_else(|path| panic!("{path:?}"));
    println!("{} states within {steps} steps, of which {tried} were tried", met.len());
    assert!(met.len() > 500);
}

#[test]
fn nothing_goes_wrong_within_some_steps() {
    search_some(search_map, STEPS);
}

#[test]
fn no_service_goes_wrong_within_some_steps() {
    search_some(search_service, STEPS_OF_SERVICE);
}

#[test]
fn no_pod_goes_wrong_within_some_steps() {
    search_some(search_pods, STEPS_OF_SERVICE);
}

#[test]
fn no_volume_is_lost_within_some_steps() {
    search_some(search_volumes, STEPS_OF_SERVICE);
}

#[test]
fn defects_are_found_within_few_steps() {
    std::panic::set_hook(Box::new(|_| {}));
    let is_missed = |defect: &Defect| (1..=STEPS + 1).all(|steps| search(steps, *defect).is_ok());
    let missed: Vec<_> = Defect::ALL.into_iter().filter(is_missed).collect();
    drop(std::panic::take_hook());
    assert_eq!(missed, []);
}
