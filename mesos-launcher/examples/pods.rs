//! Two pods, each a server and a helper: `cargo run -p mesos-launcher --example pods -- [MASTER]`
use mesos_launcher::{Error, Launcher, Pod, Service, Task};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = std::env::args().nth(1).unwrap_or("local".to_owned());
    let launcher = Launcher::builder("pods").master(mesos_local::master(&master)?).start().await?;
    let server = Task::shell("while sleep 0.5; do echo page >> log/access; done").cpus(0.2).mem(64.0);
    let shipper = Task::shell("until [ -e log/access ]; do sleep 0.1; done; exec tail -f log/access");
    let pod = Pod::new().task("server", server).helper("shipper", shipper).shared_folder("log");
    let clock = launcher.submit(Service::new("clock", pod).instances(2)).await?;
    clock.until_running(2).await?; // both tasks of both pods run
    for pod in clock.instances() {
        println!("clock.{} runs on {}", pod.index, pod.host);
    }
    launcher.stop().await // all tasks are killed
}
