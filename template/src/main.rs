//! A Mesos framework that keeps some workers running: `cargo run -- [MASTER]`

mod keeper;
#[cfg(test)]
mod tests;

use mesos_sdk::SchedulerDriver;
use tokio::signal::ctrl_c;
use tracing_subscriber::EnvFilter;

use self::keeper::{Keeper, framework};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let driver = SchedulerDriver::new(master, framework()?);
    let handle = driver.handle();
    tokio::spawn(async move {
        if ctrl_c().await.is_ok() {
            handle.stop(); // the master kills the workers
        }
    });
    Ok(driver.run(&mut Keeper::new(3)).await?)
}
