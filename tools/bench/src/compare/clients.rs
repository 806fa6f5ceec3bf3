//! Who is measured.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::suite::Workload;
use crate::orders::Until;

/// A program that takes orders.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) name: String,
    pub(super) command: Vec<String>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Answers nothing.
    Reads,
    /// Waits for the answer to each call.
    Waits,
    /// Answers with pipelining.
    Pipelines,
    Ours,
    Peer,
}

impl Client {
    /// Returns whether it can do this, in a time that anyone would wait.
    pub(super) fn does(&self, workload: &Workload) -> bool {
        match self.kind {
            Kind::Reads => workload.until == Until::Teardown,
            Kind::Pipelines => workload.until == Until::Answers,
            Kind::Waits => workload.until == Until::Answers && !workload.is_long,
            Kind::Peer => !workload.is_long,
            Kind::Ours => true,
        }
    }

    /// Returns whether it waits for the answer to each call.
    fn is_patient(&self) -> bool {
        self.kind == Kind::Waits
    }

    /// Returns whether the others are compared with it.
    pub(super) fn is_floor(&self) -> bool {
        matches!(self.name.as_str(), "raw-decode" | "raw-pipe")
    }
}

/// Returns those that can do this, but for the floor that waits for each answer.
pub(super) fn able(clients: &[Client], until: Until) -> Vec<&Client> {
    let unable = match until {
        Until::Answers => Kind::Reads,
        Until::Teardown => Kind::Pipelines,
    };
    clients.iter().filter(|client| !client.is_patient() && client.kind != unable).collect()
}

/// Returns the floors, the library, and the programs in the folder of peers.
pub(super) fn clients(peers: Option<&Path>) -> Result<Vec<Client>> {
    let own = std::env::current_exe()?.display().to_string();
    let client = |name: &str, arguments: &[&str], kind| {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        Client { name: name.to_owned(), command: [own.clone()].into_iter().chain(arguments).collect(), kind }
    };
    let mut clients = vec![
        client("raw-scan", &["floor", "scan"], Kind::Reads),
        client("raw-decode", &["floor", "decode"], Kind::Reads),
        client("raw-seq", &["floor", "seq"], Kind::Waits),
        client("raw-pipe", &["floor", "pipe"], Kind::Pipelines),
        client("mesos-sdk", &["framework"], Kind::Ours),
    ];
    if let Some(folder) = peers {
        clients.extend(programs(folder)?);
    }
    Ok(clients)
}

/// Returns the library's framework that launches tasks, and the programs that do so, too.
pub(super) fn launchers(peers: Option<&Path>) -> Result<Vec<Client>> {
    let own = std::env::current_exe()?.display().to_string();
    let ours =
        Client { name: "mesos-sdk".to_owned(), command: vec![own, "launch".to_owned()], kind: Kind::Ours };
    let peers = peers.map(programs).transpose()?;
    Ok([ours].into_iter().chain(peers.unwrap_or_default()).collect())
}

fn programs(folder: &Path) -> Result<Vec<Client>> {
    let folder = folder.canonicalize().with_context(|| format!("no folder {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            found.push(Client { name, command: vec![path.display().to_string()], kind: Kind::Peer });
        }
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}
