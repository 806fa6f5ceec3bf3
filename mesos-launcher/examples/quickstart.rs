//! Five shell tasks: `cargo run -p mesos-launcher --example quickstart -- [MASTER]`
use mesos_launcher::{Batch, Error, Launcher, Task};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = std::env::args().nth(1).unwrap_or("local".to_owned());
    let launcher = Launcher::builder("quickstart").master(mesos_local::master(&master)?).start().await?;
    let hello = (1..=5).map(|n| Task::shell(format!("echo hello from task {n}")).cpus(0.1).mem(32.0));
    let mut batch = launcher.submit(Batch::new("hello", hello)).await?;
    while let Some(end) = batch.next_end().await {
        println!("{end}"); // hello.3 finished on agent1 after 0.2 s
    }
    launcher.stop().await
}
