//! A cluster from its start to its end.

use std::net::SocketAddr;
use std::process;
use std::sync::Arc;

use mesos_local::Cluster;
use mesos_sdk::operator::MasterOperator;
use mesos_window::{Faults as _, Window};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::control::Control;
use super::faults::ClusterFaults;
use super::options::Up;
use super::outcome::Outcome;
use super::{narrate, output, window};

/// Runs a cluster until it is asked to end.
pub(crate) async fn run(up: Up) -> Outcome {
    if up.session {
        rustix::process::setsid()?;
    }
    // Before the cluster starts, so that no signal is missed.
    let mut signals = Signals::new()?;
    let cluster = Arc::new(start(&up).await?);
    let faults = ClusterFaults::new(&cluster);
    let mut beside = JoinSet::new();
    let page = match up.no_ui {
        true => None,
        false => Some(open(&up, &cluster, &faults, &mut beside).await?),
    };
    let control = Control::listen(cluster.address().port())?;
    let (end, mut ended) = mpsc::channel(1);
    announce(&up, &cluster, &faults, page);
    if up.verbose {
        // Nobody reads the standard output of a cluster in the background.
        let print = if up.session { output::log } else { output::line };
        beside.spawn(narrate::run(MasterOperator::new(cluster.master()), print));
    }
    // Whoever asked for the end waits until this is closed.
    let asked = tokio::select! {
        () = signals.next() => None,
        asked = ended.recv() => asked,
        () = control.serve(&faults, &end) => None,
    };
    beside.shutdown().await;
    drop((control, faults));
    if !up.json && !up.session {
        output::line("Ending; again to end at once.");
    }
    if let Some(cluster) = Arc::into_inner(cluster) {
        tokio::select! {
            () = cluster.shutdown() => {}
            () = signals.next() => {}
        }
    }
    drop(asked);
    Ok(())
}

async fn start(up: &Up) -> Result<Cluster, mesos_local::StartError> {
    let builder = Cluster::builder()
        .agents(up.agents)
        .port(up.port)
        .agent_port(up.agent_port)
        .resources(&up.resources)
        .attributes(&up.attributes)
        .master_domain(&up.master_domain)
        .agent_domains(&up.agent_domains);
    let builder = match &up.work_dir {
        Some(work_dir) => builder.work_dir(work_dir),
        None => builder,
    };
    builder.start().await
}

/// Opens the window on the cluster. Returns its address.
async fn open(
    up: &Up,
    cluster: &Cluster,
    faults: &ClusterFaults,
    beside: &mut JoinSet<()>,
) -> Result<SocketAddr, std::io::Error> {
    let listener = window::listen(&up.page).await?;
    let address = listener.local_addr()?;
    let window = window::window(Window::new(cluster.master()), &up.page).faults(faults.clone());
    beside.spawn(window.serve(listener));
    Ok(address)
}

fn announce(up: &Up, cluster: &Cluster, faults: &ClusterFaults, page: Option<SocketAddr>) {
    let (address, agents) = (cluster.address(), faults.agents());
    let page = page.map(|page| format!("http://{page}"));
    if up.json || up.session {
        let ready = json!({
            "master": address.to_string(), "window": page, "agents": agents, "pid": process::id(),
        });
        return output::line(&ready.to_string());
    }
    let plural = if agents.len() == 1 { "agent" } else { "agents" };
    output::line(&format!(
        "A Mesos master with {} {plural} listens on {address}; Ctrl-C ends it.",
        agents.len()
    ));
    if let Some(page) = page {
        output::line(&format!("Its window:  {page}"));
    }
    output::line(&format!("Its state:   curl http://{address}/master/state"));
    let option = if address.port() == 5050 { String::new() } else { format!(" --port {}", address.port()) };
    output::line(&format!("A fault:     mesos-local kill-agent 0{option}   (mesos-local help lists them)"));
}

/// What ends the program from outside.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> Result<Self, std::io::Error> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
