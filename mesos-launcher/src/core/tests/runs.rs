//! Runs of the core with the model of Mesos, which follow from a seed.

use std::time::Duration;

use fastrand::Rng;

use super::super::RolloutCommand;
use super::chance::Chance;
use super::checks::Checks;
use super::shell::Defect;
use super::step::Step;
use super::workloads::{batch, map, pods, service, unique, with_volumes};
use super::world::World;
use crate::store::Records;
use crate::update::{OnFailure, Update};

/// How many seeds the test runs; `MESOS_LAUNCHER_RUNS` sets another number.
const RUNS: u64 = 2000;
/// How many things happen before calm.
const STEPS: usize = 120;
/// How many rounds everything may take to end after that.
const ROUNDS: usize = 60;

/// What happens, and how often.
const CHANCES: [(u32, Step); 44] = [
    (2, Step::Crash),
    (2, Step::Disconnect),
    (2, Step::FailOver),
    (1, Step::CutOff(0)),
    (1, Step::CutOff(1)),
    (3, Step::Lose(0)),
    (3, Step::Lose(1)),
    (1, Step::Reboot(0)),
    (1, Step::Reboot(1)),
    (2, Step::ComeBack(0)),
    (2, Step::ComeBack(1)),
    (4, Step::Reconcile),
    (4, Step::Arrive),
    (4, Step::Respond),
    (2, Step::Fence),
    (4, Step::Pass(400_000)),
    (3, Step::Resend(0)),
    (3, Step::Resend(1)),
    (7, Step::Progress(0)),
    (7, Step::Progress(1)),
    (6, Step::Offer(0)),
    (6, Step::Offer(1)),
    (1, Step::Pass(1)),
    (1, Step::Pass(200)),
    (1, Step::Pass(700)),
    (1, Step::Pass(999)),
    (1, Step::Pass(1001)),
    (14, Step::Subscribe),
    (36, Step::Turn),
    (1, Step::Scale(1)),
    (1, Step::Scale(2)),
    (1, Step::Scale(3)),
    (1, Step::Restart(0)),
    (1, Step::Restart(1)),
    (1, Step::Replace(0)),
    (1, Step::Replace(1)),
    (1, Step::Destroy),
    (1, Step::Version(1)),
    (2, Step::Version(2)),
    (1, Step::Version(3)),
    (1, Step::Rollout(RolloutCommand::Pause)),
    (1, Step::Rollout(RolloutCommand::Resume)),
    (1, Step::Rollout(RolloutCommand::Promote)),
    (1, Step::Rollout(RolloutCommand::RollBack)),
];

/// Returns how the service of a seed is updated.
fn update(seed: u64) -> Update {
    let update = Update::rolling().healthy_for(Duration::from_secs(1));
    match seed / 16 % 6 {
        0 => update,
        1 => update.surge(0).missing(1),
        2 => update.missing(1).max_failures(2),
        3 => update.canaries(1).max_failures(1),
        4 => update.surge(2).max_failures(9),
        _ => update.surge(0).missing(1).canaries(1).on_failure(OnFailure::Pause),
    }
}

/// Runs a seed, and returns what is stored in the end, and what was done.
pub(super) fn run(seed: u64, defect: Defect) -> (Records, Vec<String>) {
    let chance = Chance::Seed(Rng::with_seed(seed));
    let mut world = match seed % 16 {
        15 => World { room: 12, ..World::new(chance, service(12).update(update(seed)), defect) },
        // One instance for each agent: a surge would never fit.
        13 => World::new(chance, unique(2).update(update(16)), defect),
        1 | 3 | 5 | 7 | 9 => World::new(chance, service(2).update(update(seed)), defect),
        11 => World::new(chance, pods(2), defect),
        8 | 14 => World::new(chance, with_volumes(2), defect),
        4 | 12 => World::new(chance, map(batch(3, 3).max_concurrent(2)), defect),
        _ => World::new(chance, batch(3, 3).max_concurrent(2), defect),
    };
    world.checks.trace = Some(Vec::new());
    let stops = world.chance.once_in(4);
    for step in 0..STEPS {
        let next = world.chance.among(&CHANCES.map(|(weight, _)| weight));
        world.happens(CHANCES[next].1);
        if stops && step == STEPS / 2 {
            world.happens(Step::Stop);
        }
        world.check();
    }
    ends(&mut world);
    (world.store, world.checks.trace.unwrap_or_default())
}

/// Everything ends, or runs, once everything works.
pub(super) fn ends(world: &mut World) {
    world.is_calm = true;
    let ended = (0..ROUNDS).any(|_| {
        calm(world);
        world.has_settled()
    });
    assert!(ended, "not everything is as it should be: {:#?}", world.store);
    if !world.spec.policy.is_service() {
        Checks::at_the_end(&world.store);
    }
}

/// Everything works for a while.
fn calm(world: &mut World) {
    world.start();
    world.subscribe();
    world.fence();
    world.let_roll();
    world.inbox.extend(std::mem::take(&mut world.responses));
    for number in 0..world.agents.len() {
        world.come_back(number);
        world.resend(number);
        world.turn();
        world.offer(number);
        world.turn();
        world.progress(number);
        world.turn();
    }
    world.reconcile();
    world.turn();
    world.pass(Duration::from_secs(30));
    world.check();
}

fn runs() -> u64 {
    std::env::var("MESOS_LAUNCHER_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(RUNS)
}

#[test]
fn whatever_dies_each_task_ends_once() {
    let first = std::env::var("MESOS_LAUNCHER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    for seed in first..first + runs() {
        let is_fine = std::panic::catch_unwind(|| run(seed, Defect::None)).is_ok();
        assert!(is_fine, "MESOS_LAUNCHER_SEED={seed} MESOS_LAUNCHER_RUNS=1 repeats it");
    }
}

#[test]
fn same_seed_stores_the_same() {
    for seed in 0..50 {
        assert!(run(seed, Defect::None) == run(seed, Defect::None), "seed {seed}");
    }
}

#[test]
fn defects_are_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let is_found = |defect| (0..RUNS).any(|seed| std::panic::catch_unwind(|| run(seed, defect)).is_err());
    let missed: Vec<_> = Defect::ALL.into_iter().filter(|defect| !is_found(*defect)).collect();
    drop(std::panic::take_hook());
    assert_eq!(missed, []);
}
