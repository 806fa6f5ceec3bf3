//! The cluster's side of an agent.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use super::config::{AgentConfig, MasterLink};
use super::containers::Containers;
use super::order::Order;
use super::shell::Shell;
use super::socket;

/// Where agents listen by default.
const AGENT_PORT: u16 = 5051;
/// How often, and how long apart, to try to listen where the killed agent did: its socket closes in
/// its own time.
const LISTEN_ATTEMPTS: u32 = 50;
const LISTEN_PAUSE: Duration = Duration::from_millis(20);
/// Orders that may wait for the agent.
const WAITING_ORDERS: usize = 16;

/// Starts an agent, which registers over `link`. Must be called within a tokio runtime.
///
/// # Errors
///
/// If the address can't be listened on.
pub(crate) async fn start(config: AgentConfig, link: MasterLink) -> io::Result<AgentHandle> {
    config.domain_socket.as_deref().map_or(Ok(()), socket::check)?;
    let listener = listen(config.listen, config.address).await?;
    let address = listener.as_ref().map_or(Ok(nominal(config.address)), TcpListener::local_addr)?;
    let listens = config.listen;
    let (orders, receiver) = mpsc::channel(WAITING_ORDERS);
    let (shell, containers) = Shell::new(config, address, receiver);
    let task = tokio::spawn(shell.run(listener, link)).abort_handle();
    Ok(AgentHandle { orders, address, listens, containers, task })
}

/// Returns the address of an agent that does not listen: only a name, but one that can be parsed as
/// an address.
/// address.
fn nominal(mut address: SocketAddr) -> SocketAddr {
    if address.port() == 0 {
        address.set_port(AGENT_PORT);
    }
    address
}

/// Opens a listener, unless the agent is reached only through memory.
async fn listen(wanted: bool, address: SocketAddr) -> io::Result<Option<TcpListener>> {
    if wanted { TcpListener::bind(address).await.map(Some) } else { Ok(None) }
}

/// A running agent. Dropping it ends the agent and all its processes at once.
#[derive(Debug)]
pub(crate) struct AgentHandle {
    orders: mpsc::Sender<(Order, oneshot::Sender<()>)>,
    address: SocketAddr,
    listens: bool,
    containers: Arc<Containers>,
    task: AbortHandle,
}

impl AgentHandle {
    /// Returns where executors reach the agent.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the agent as SIGKILL does: all connections break, and executors survive.
    pub(crate) async fn kill(&self) {
        self.order(Order::Kill).await;
    }

    /// Starts the agent again after [`Self::kill`], with the same id. Executors of checkpointed
    /// frameworks are recovered, the others killed.
    ///
    /// # Errors
    ///
    /// If its port is taken meanwhile.
    pub(crate) async fn restart(&self, link: MasterLink) -> io::Result<()> {
        let mut attempts = LISTEN_ATTEMPTS;
        let listener = loop {
            match listen(self.listens, self.address).await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts > 0 => attempts -= 1,
                listener => break listener?,
            }
            tokio::time::sleep(LISTEN_PAUSE).await;
        };
        self.order(Order::Restart(listener, link)).await;
        Ok(())
    }

    /// Stops the agent as SIGSTOP does: nothing moves until [`Self::thaw`].
    pub(crate) async fn freeze(&self) {
        self.order(Order::Freeze).await;
    }

    /// Resumes the agent as SIGCONT does.
    pub(crate) async fn thaw(&self) {
        self.order(Order::Thaw).await;
    }

    /// Makes the agent register with another master, or with the same one after that has lost its
    /// state.
    pub(crate) async fn connect(&self, link: MasterLink) {
        self.order(Order::Connect(link)).await;
    }

    /// Ends all executors in good order, then the agent; kills what is left after the shutdown
    /// grace period.
    pub(crate) async fn shutdown(self) {
        self.order(Order::Shutdown).await;
    }

    /// Waits until the order is obeyed. An agent that has ended needs none.
    async fn order(&self, order: Order) {
        let (done, obeyed) = oneshot::channel();
        if self.orders.send((order, done)).await.is_ok() {
            let _ = obeyed.await;
        }
    }
}

impl Drop for AgentHandle {
    fn drop(&mut self) {
        self.task.abort();
        self.containers.close();
    }
}
