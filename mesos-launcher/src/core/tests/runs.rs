//! Runs of the core with the model of Mesos, which follow from a seed.

use std::time::Duration;

use super::super::Input;
use super::checks::Checks;
use super::shell::Defect;
use super::world::World;
use crate::store::Records;

/// How many seeds the test runs; `MESOS_LAUNCHER_RUNS` sets another number.
const RUNS: u64 = 2000;
/// How many things happen before calm.
const STEPS: usize = 120;
/// How many rounds everything may take to end after that.
const ROUNDS: usize = 60;

/// Runs a seed, and returns what is stored in the end, and what was done.
fn run(seed: u64, defect: Defect) -> (Records, Vec<String>) {
    let mut world = World::new(seed, defect);
    let stops = world.random.u8(..4) == 0;
    for step in 0..STEPS {
        something_happens(&mut world);
        if stops && step == STEPS / 2 {
            world.inbox.push_back(Input::Stop("b".to_owned(), 1));
        }
        world.check();
        world.checks.note_failures(&world.store, world.now);
    }
    world.is_calm = true;
    let ended = (0..ROUNDS).any(|_| {
        calm(&mut world);
        world.has_ended()
    });
    assert!(ended, "not everything has ended: {:#?}", world.store);
    Checks::at_the_end(&world.store);
    (world.store, world.checks.trace)
}

fn something_happens(world: &mut World) {
    let number = world.random.usize(..world.agents.len());
    match world.random.u8(..60) {
        0 => world.crash(),
        1 => world.disconnect(),
        2 => world.fail_over(),
        3 => world.agents[number].is_cut_off = true,
        4..7 => world.lose(number),
        7 => world.reboot(number),
        8..10 => world.come_back(number),
        10..12 => world.reconcile(),
        12..14 => world.deliver_delayed(),
        14 => world.fence(),
        15..17 => world.pass(Duration::from_secs(400)),
        17..20 => world.resend(number),
        20..27 => world.progress(number),
        27..33 => world.offer(number),
        33..35 => {
            let time = Duration::from_millis(world.random.u64(..1500));
            world.pass(time);
        }
        35..42 => world.subscribe(),
        _ => {
            if world.core.is_none() {
                world.start();
            }
            world.turn();
        }
    }
}

/// Everything works for a while.
fn calm(world: &mut World) {
    if world.core.is_none() {
        world.start();
    }
    world.subscribe();
    world.fence();
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
    let defects = [
        Defect::ActsBeforeTheWrite,
        Defect::SameLife,
        Defect::GoneWithoutFence,
        Defect::UnreachableIsGone,
        Defect::LosesEstranged,
        Defect::LosesBackoff,
        Defect::LosesStop,
        Defect::LosesEnds,
        Defect::WritesHalf,
    ];
    let missed: Vec<_> = defects.into_iter().filter(|defect| !is_found(*defect)).collect();
    drop(std::panic::take_hook());
    assert_eq!(missed, []);
}
