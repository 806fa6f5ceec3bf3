//! Versions of a service: `cargo run -p mesos-launcher --example web [MASTER [FOLDER [VERSION]]]`
use mesos_launcher::{FileLog, Health, Launcher, RolloutState, Service, Task, Update};
use std::{env, error::Error, time::Duration};

/// Three instances of a version. A real server has a port, and a check such as `Health::http`.
fn web(version: &str) -> Service {
    let server = Task::shell("echo version $VERSION; exec sleep 1000").env("VERSION", version);
    let check = Health::command("true").delay(Duration::ZERO).interval(Duration::from_secs(1));
    let update = Update::rolling().surge(1).missing(0); // up to 4, and never fewer than 3 that are healthy
    let update = update.canaries(1).healthy_for(Duration::from_secs(2));
    Service::new("web", server.health(check)).instances(3).update(update)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = env::args().skip(1);
    let master = arguments.next().unwrap_or("local".to_owned());
    let (folder, version) = (arguments.next(), arguments.next());
    let mut launcher = Launcher::builder("web").master(mesos_local::master(&master)?);
    if let Some(folder) = &folder {
        launcher = launcher.store(FileLog::new(folder)); // the next process continues the rollout
    }
    let launcher = launcher.start().await?;
    for version in version.map_or(vec!["1".to_owned(), "2".to_owned()], |version| vec![version]) {
        let mut web = launcher.submit(web(&version)).await?;
        while let Some(status) = web.next_status().await {
            println!("{status}"); // 4 of 3 run; rolling, 1 updated
            match status.rollout {
                RolloutState::AwaitingPromotion => web.promote().await?, // or after a look at the canary
                state if state.is_over() && status.running >= status.desired => break,
                _ => {}
            }
        }
        println!("{}", web.rolled_out().await?); // version 2 done
    }
    match folder {
        Some(_) => launcher.stop_with_failover().await?, // the instances continue
        None => launcher.stop().await?,
    }
    Ok(())
}
