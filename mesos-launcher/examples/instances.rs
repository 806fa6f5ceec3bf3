//! Five instances, always: `cargo run -p mesos-launcher --example instances -- [MASTER [FOLDER]]`
use mesos_launcher::{FileLog, Launcher, Service, Task};
use std::{env, error::Error};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = env::args().skip(1);
    let master = arguments.next().unwrap_or("local".to_owned());
    let mut launcher = Launcher::builder("instances").master(mesos_local::master(&master)?);
    if let Some(folder) = arguments.next() {
        launcher = launcher.store(FileLog::new(folder)); // a process that is killed can be started again
    }
    let launcher = launcher.start().await?;
    let server = Task::shell("echo instance $INSTANCE; exec sleep 1000").cpus(0.1).mem(32.0);
    let web = Service::new("web", server).instances(5); // on different hosts, if there are enough
    let mut web = launcher.submit(web).await?; // the same service again changes nothing
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            status = web.next_status() => match status {
                Some(status) => println!("{status}"), // 4 of 5 run, 1 waits
                None => break,
            },
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            _ = hang_up.recv() => return Ok(launcher.stop_with_failover().await?), // the next process takes over
        }
    }
    Ok(launcher.stop().await?) // the instances are killed
}
