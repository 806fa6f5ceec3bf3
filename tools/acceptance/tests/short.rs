//! A short acceptance run, on every test backend.

use std::process::ExitCode;
use std::time::Duration;

use acceptance::{Framework, Plan, Program, World, run};
use anyhow::Result;
use testkit::TestCluster;

testkit::cases![
    killed_leaders_and_schedulers_lose_nothing,
    killed_agents_and_schedulers_lose_nothing,
    killed_launchers_lose_nothing;
    embedded only:
    chaos,
    chaos_of_a_launcher;
    several masters:
    chaos,
    chaos_of_a_launcher,
    killed_leaders_of_several_lose_nothing,
];

fn main() -> ExitCode {
    if cfg!(not(target_os = "linux")) {
        println!(
            "SKIPPED: what processes use and whether they are there is read from /proc, which Linux has"
        );
        return ExitCode::SUCCESS;
    }
    testkit::run(cases())
}

async fn accept(cluster: TestCluster, plan: Plan) -> Result<()> {
    let program = Program::at(env!("CARGO_BIN_EXE_acceptance"));
    let table = run(&mut World::from(cluster), &plan, &program, None).await?;
    println!("{table}");
    table.verdict()
}

fn plan(tasks: usize, seconds: u64) -> Plan {
    Plan::peaceful(tasks, Duration::from_secs(seconds)).killing_the_scheduler(2)
}

/// Agents of the first backend would not look for the new master in time.
#[statement::proves(intent)]
async fn killed_leaders_and_schedulers_lose_nothing(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    accept(cluster, plan(120, 16).killing_the_leader(Duration::from_secs(9))).await
}

#[statement::proves(eunack)]
async fn killed_agents_and_schedulers_lose_nothing(cluster: TestCluster) -> Result<()> {
    accept(cluster, plan(120, 16).killing_the_agent(Duration::from_secs(5))).await
}

#[statement::proves(zk1, intent)]
async fn killed_leaders_of_several_lose_nothing(cluster: TestCluster) -> Result<()> {
    accept(cluster, plan(150, 40).killing_the_leader(Duration::from_secs(18))).await
}

/// Each life is killed within a second or so.
async fn killed_launchers_lose_nothing(cluster: TestCluster) -> Result<()> {
    let plan = Plan::peaceful(60, Duration::from_secs(16)).killing_the_scheduler(16);
    accept(cluster, plan.of(Framework::Launcher)).await
}

async fn chaos(cluster: TestCluster) -> Result<()> {
    torment(cluster, 300, Framework::Driver).await
}

async fn chaos_of_a_launcher(cluster: TestCluster) -> Result<()> {
    torment(cluster, 100, Framework::Launcher).await
}

/// The embedded cluster has one master and no ZooKeeper. A single real one is the same with less to
/// torment: agents find several by ZooKeeper.
async fn torment(cluster: TestCluster, tasks: usize, framework: Framework) -> Result<()> {
    let kind = cluster.backend();
    drop(cluster);
    let mut world = World::behind_proxies(kind, 2).await?;
    let plan = Plan::short_chaos(tasks, world.shape(framework)).of(framework);
    let table = run(&mut world, &plan, &Program::at(env!("CARGO_BIN_EXE_acceptance")), None).await?;
    println!("{plan}\n{table}");
    table.verdict()
}
