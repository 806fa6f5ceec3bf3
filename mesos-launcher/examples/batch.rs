//! 100 commands, none lost: `cargo run -p mesos-launcher --example batch -- [MASTER [FOLDER]]`
use mesos_launcher::{Batch, FileLog, Launcher, Retry, Task};
use std::{env, error::Error, process::ExitCode};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = env::args().skip(1);
    let master = arguments.next().unwrap_or("local".to_owned());
    let mut launcher = Launcher::builder("batch").master(mesos_local::master(&master)?);
    if let Some(folder) = arguments.next() {
        launcher = launcher.store(FileLog::new(folder)); // a process that is killed can be started again
    }
    let launcher = launcher.start().await?;
    let commands = (0..100).map(|n| Task::shell(format!("echo {n}; sleep 0.1")).cpus(0.1).mem(16.0));
    let commands = Batch::new("commands", commands).max_concurrent(20).retry(Retry::attempts(3));
    let mut batch = launcher.submit(commands).await?; // the same batch again changes nothing
    while let Some(end) = batch.next_end().await {
        println!("{end}"); // commands.42 finished on agent1 after 0.1 s
    }
    let progress = batch.ended().await?;
    batch.forget().await?; // its name can be used again
    launcher.stop().await?;
    Ok(if progress.finished == 100 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
