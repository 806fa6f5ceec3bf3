//! Two instances that keep their files:
//! `cargo run -p mesos-launcher --example stateful -- [MASTER [FOLDER]]`
use mesos_launcher::{Error, FileLog, Launcher, Memory, Service, Task};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = std::env::args().skip(1);
    let master = arguments.next().unwrap_or("local".to_owned());
    let launcher = Launcher::builder("stateful").master(mesos_local::master(&master)?).role("database");
    let launcher = match arguments.next() {
        Some(folder) => launcher.store(FileLog::new(folder)), // the next process finds the volumes again
        None => launcher.store(Memory::default()),
    };
    let launcher = launcher.start().await?;
    let server = Task::shell("echo started >> data/log; exec sleep 1000").volume("data", 16.0);
    let database = launcher.submit(Service::new("database", server).instances(2)).await?;
    database.until_running(2).await?;
    database.restart(0).await?; // where its volume is, with all its files
    database.until_running(2).await?;
    for volume in database.volumes() {
        println!("database.{} has a volume on {}", volume.index, volume.host);
    }
    database.stop().await?; // the volumes stay until they are destroyed
    database.stopped().await?;
    for volume in database.volumes() {
        database.destroy(&volume.id).await?;
    }
    database.destroyed().await?;
    launcher.stop().await
}
