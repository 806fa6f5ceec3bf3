//! Creates a persistent volume, counts in it with two tasks, one after the other, and destroys it.

use mesos_sdk::build::{Framework, PersistentVolume, Reservation, Task};
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::{Offer, Resource, TaskState, TaskStatus};
use mesos_sdk::validation::ValidationError;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};

const ROLE: &str = "examples";

struct Visits {
    disk: Vec<Resource>,
    volume: Resource,
    step: u32,
    is_running: bool,
}

impl Visits {
    /// Returns what to do with an offer: nothing declines it.
    fn operations(&mut self, offer: &Offer) -> Result<Vec<Operation>, ValidationError> {
        let (disk, volume) = (self.disk.clone(), vec![self.volume.clone()]);
        let visit = Task::new(format!("visit-{}", self.step + 1)).cpus(0.1).mem(32.0);
        let visit = visit.command("echo visited >> data/visits && wc -l < data/visits");
        let fits_unreserved = visit.clone().disk(64.0).fits(offer);
        let visit = visit.resources(volume.clone()); // which fits only where the volume is
        let launch = Operation::launch(vec![visit.build(&offer.agent_id)?]);
        let operations = match self.step {
            _ if self.is_running => return Ok(Vec::new()),
            0 if fits_unreserved => vec![Operation::reserve(disk), Operation::create(volume), launch],
            1 if visit.fits(offer) => vec![launch],
            2 if visit.fits(offer) => vec![Operation::destroy(volume), Operation::unreserve(disk)],
            _ => return Ok(Vec::new()),
        };
        self.step += 1;
        self.is_running = true;
        Ok(operations)
    }
}

#[async_trait]
impl Scheduler for Visits {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let operations = self.operations(&offer)?;
            handle.accept([offer.id], operations).await?;
        }
        if self.step == 3 {
            handle.stop(); // the master has destroyed the volume
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        println!("{} is {}. {}", status.task_id, status.state().as_str_name(), status.message());
        if status.state() == TaskState::Finished {
            print!("{}", handle.stdout(&status.task_id).await?);
            self.is_running = false;
            handle.revive_all().detach(); // clears the filters, so that the volume is offered at once
        } else if status.fate().is_over() {
            handle.stop();
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let master = mesos_local::master(std::env::args().nth(1).as_deref().unwrap_or("local"))?;
    let disk = Reservation::for_role(ROLE).build(&"disk:64".parse()?)?;
    let volume = PersistentVolume::new("visits", "data").build(&disk[0])?;
    let mut visits = Visits { disk, volume, step: 0, is_running: false };
    let framework = Framework::new("volume", "nobody").roles([ROLE]).build()?;
    SchedulerDriver::new(master, framework).run(&mut visits).await?;
    Ok(())
}
