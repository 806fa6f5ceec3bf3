//! What a cluster asks of its agents.

use tokio::net::TcpListener;

use super::config::MasterLink;

/// What the cluster asks of an agent.
#[derive(Debug)]
pub(super) enum Order {
    /// As SIGKILL does: connections break, executors live on.
    Kill,
    /// After [`Order::Kill`]: a new run of the agent, which recovers what the old one left.
    Restart(Option<TcpListener>, MasterLink),
    /// As SIGSTOP does: everything waits until [`Order::Thaw`].
    Freeze,
    Thaw,
    /// Use this master from now on.
    Connect(MasterLink),
    /// End all executors in good order, then the agent.
    Shutdown,
}
