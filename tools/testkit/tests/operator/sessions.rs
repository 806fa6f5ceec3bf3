//! What a container's process writes, and what it reads.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures::StreamExt as _;
use mesos_sdk::operator::{AgentOperator, ProcessOutput};
use mesos_sdk::proto::v1::agent::call::{LaunchContainer, LaunchNestedContainerSession};
use mesos_sdk::proto::v1::agent::process_io::data;
use mesos_sdk::proto::v1::{
    CommandInfo, ContainerId, ContainerInfo, TtyInfo, container_info, tty_info::WindowSize,
};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, ErrorKind};
use serde_json::{Value, json};
use testkit::{Backend, Framework, TestCluster, framework_info};
use tokio::time::timeout;

use crate::cluster::{agent, ensure_refused};
use crate::containers::{command, id, with_parent};
use crate::task::{launch, offer, scalar};

testkit::cases![
    session_returns_output_and_ends,
    a_missing_program_is_named_in_the_output,
    session_reads_its_input_to_the_end,
    session_with_unread_output_is_killed,
    a_session_in_json_is_the_same,
    a_terminal_is_read_written_and_resized,
    the_keys_of_a_terminal_send_signals,
    a_task_with_a_terminal_is_attached_to,
    a_program_with_a_terminal_is_attached_to,
    a_container_takes_one_input_at_a_time,
    heartbeats_keep_input_and_output_open,
    attaching_needs_a_terminal,
];

const PATIENCE: Duration = Duration::from_secs(60);

async fn session(agent: &AgentOperator, container_id: ContainerId, text: &str) -> Result<ProcessOutput> {
    let command = Some(command(text).into());
    let launch = LaunchNestedContainerSession { container_id, command, container: None };
    Ok(agent.launch_nested_container_session(launch).await?)
}

/// What a process has written to its standard output and to its standard error.
#[derive(Debug, Default)]
struct Written {
    out: String,
    err: String,
    heartbeats: usize,
}

impl Written {
    /// Reads on until what has come is as wanted; at the stream's end it must be.
    async fn until(&mut self, output: &mut ProcessOutput, wanted: impl Fn(&Self) -> bool) -> Result<()> {
        while !wanted(self) {
            let next =
                timeout(PATIENCE, output.next()).await.with_context(|| format!("no more than {self:?}"))?;
            let Some(record) = next else { bail!("the stream ended with {self:?}") };
            self.take(record?)?;
        }
        Ok(())
    }

    /// Reads to the end.
    async fn all(output: &mut ProcessOutput) -> Result<Self> {
        let mut written = Self::default();
        while let Some(record) = timeout(PATIENCE, output.next()).await.context("the stream does not end")? {
            written.take(record?)?;
        }
        Ok(written)
    }

    fn take(&mut self, record: mesos_sdk::proto::v1::agent::ProcessIo) -> Result<()> {
        let Some(data) = record.data else {
            self.heartbeats += 1;
            return Ok(());
        };
        let text = str::from_utf8(data.data())?;
        match data.r#type() {
            data::Type::Stdout => self.out.push_str(text),
            data::Type::Stderr => self.err.push_str(text),
            other => bail!("{other:?} among the output"),
        }
        Ok(())
    }
}

async fn session_returns_output_and_ends(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("session", Some(parent));
    let mut output = session(&agent, nested.clone(), "echo out; echo err >&2; exit 4").await?;
    let written = Written::all(&mut output).await?;
    ensure!(written.out == "out\n" && written.err == "err\n", "{written:?}");
    let ended = agent.wait_container(nested).await?;
    ensure!(ended.exit_status == Some(4 << 8), "{ended:?}");
    Ok(())
}

/// The status is the one that Mesos 1.11 reports: its launcher notes the status 256 twice.
async fn a_missing_program_is_named_in_the_output(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let command =
        CommandInfo { shell: Some(false), value: Some("/no/such".to_owned()), ..CommandInfo::default() };
    let message = "Failed to execute '/no/such': No such file or directory";
    for terminal in [false, true] {
        let nested = id(&format!("missing-{terminal}"), Some(parent.clone()));
        let container = ContainerInfo {
            r#type: container_info::Type::Mesos.into(),
            tty_info: terminal.then(TtyInfo::default),
            ..ContainerInfo::default()
        };
        let (command, container) = (Some(command.clone().into()), Some(container.into()));
        let launch = LaunchNestedContainerSession { container_id: nested.clone(), command, container };
        let mut output = agent.launch_nested_container_session(launch).await?;
        let written = Written::all(&mut output).await?;
        let (shown, other) =
            if terminal { (&written.out, &written.err) } else { (&written.err, &written.out) };
        ensure!(shown.trim_end() == message && other.is_empty(), "{written:?}");
        let ended = agent.wait_container(nested).await?;
        ensure!(ended.exit_status == Some(256_256), "{ended:?}");
    }
    Ok(())
}

async fn session_reads_its_input_to_the_end(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("session", Some(parent));
    let mut output = session(&agent, nested.clone(), "cat; echo over").await?;
    let mut input = agent.attach_container_input(nested).await?;
    let mut written = Written::default();
    for text in ["one\n", "two\n"] {
        input.write(text).await?;
        written.until(&mut output, |written| written.out.ends_with(text)).await?;
    }
    input.close().await?;
    written.until(&mut output, |written| written.out == "one\ntwo\nover\n").await
}

async fn a_session_in_json_is_the_same(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let agent = agent.client_options(ClientOptions::new().encoding(Encoding::Json));
    let nested = id("session", Some(parent));
    let mut output = session(&agent, nested.clone(), "read line; echo \"got $line\"").await?;
    let mut input = agent.attach_container_input(nested).await?;
    input.write("json\n").await?;
    let mut written = Written::default();
    written.until(&mut output, |written| written.out == "got json\n").await
}

async fn session_with_unread_output_is_killed(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("session", Some(parent));
    let mut output = session(&agent, nested.clone(), "echo up; sleep 1000").await?;
    Written::default().until(&mut output, |written| written.out == "up\n").await?;
    drop(output);
    let ended = agent.wait_container(nested).await?;
    ensure!(ended.exit_status == Some(9), "{ended:?}");
    Ok(())
}

/// Starts a container that has a terminal.
async fn with_terminal(agent: &AgentOperator, container_id: ContainerId, text: &str) -> Result<()> {
    let container = ContainerInfo {
        r#type: container_info::Type::Mesos.into(),
        tty_info: Some(TtyInfo::default()),
        ..ContainerInfo::default()
    };
    let (command, container) = (Some(command(text).into()), Some(container.into()));
    Ok(agent
        .launch_container(LaunchContainer { container_id, command, container, ..Default::default() })
        .await?)
}

fn window(rows: u32, columns: u32) -> TtyInfo {
    TtyInfo { window_size: Some(WindowSize { rows, columns }) }
}

async fn a_terminal_is_read_written_and_resized(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("terminal", Some(parent));
    let text = "stty -echo; while read line; do stty size; done; echo over";
    with_terminal(&agent, nested.clone(), text).await?;
    let mut output = agent.attach_container_output(nested.clone()).await?;
    let mut input = agent.attach_container_input(nested.clone()).await?;
    let mut written = Written::default();
    // A signal that comes before the command runs ends the container, and another size is one.
    input.write("look\n").await?;
    written.until(&mut output, |written| written.out.ends_with("0 0\r\n")).await?;
    for (rows, columns, size) in [(31, 117, "31 117\r\n"), (7, 9, "7 9\r\n")] {
        input.resize(window(rows, columns)).await?;
        input.write("look\n").await?;
        written.until(&mut output, |written| written.out.ends_with(size)).await?;
    }
    // What ends a terminal's input is a character.
    input.write("\u{4}").await?;
    written.until(&mut output, |written| written.out.ends_with("over\r\n")).await?;
    // How it has ended is not the same each time: the end of a terminal is a failure for the
    // switchboard.
    agent.wait_container(nested).await?;
    Ok(())
}

/// Prints what it reads, and when it is interrupted, once it is ready.
const CATCHES: &str =
    "stty -echo; trap 'echo caught' INT; echo ready; while :; do read line && echo \"got $line\"; done";

/// Reads and writes what runs [`CATCHES`], and interrupts it.
async fn interrupt(agent: &AgentOperator, container: ContainerId) -> Result<()> {
    let mut output = agent.attach_container_output(container.clone()).await?;
    let mut input = agent.attach_container_input(container).await?;
    let mut written = Written::default();
    // The output that came before is not given again.
    for (text, response) in [("one\n", "got one\r\n"), ("\u{3}", "caught\r\n"), ("two\n", "got two\r\n")] {
        input.write(text).await?;
        written.until(&mut output, |written| written.out.contains(response)).await?;
    }
    Ok(())
}

async fn the_keys_of_a_terminal_send_signals(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("terminal", Some(parent));
    with_terminal(&agent, nested.clone(), CATCHES).await?;
    interrupt(&agent, nested.clone()).await?;
    agent.kill_container(nested, None).await?;
    Ok(())
}

async fn a_task_with_a_terminal_is_attached_to(cluster: TestCluster) -> Result<()> {
    attach_to_task(&cluster, json!({"value": CATCHES})).await
}

async fn a_program_with_a_terminal_is_attached_to(cluster: TestCluster) -> Result<()> {
    attach_to_task(&cluster, json!({"shell": false, "value": "sh", "arguments": ["sh", "-c", CATCHES]})).await
}

async fn attach_to_task(cluster: &TestCluster, command: Value) -> Result<()> {
    let mut framework = Framework::subscribe(cluster, framework_info("terminal")).await?;
    let offer = offer(&mut framework).await?;
    let task = json!({
        "name": "terminal", "task_id": {"value": "terminal"}, "agent_id": offer["agent_id"],
        "resources": [scalar("cpus", 0.1), scalar("mem", 32.0)], "command": command,
        "container": {"type": "MESOS", "tty_info": {}},
    });
    launch(&framework, &[offer["id"].clone()], &[task]).await?;
    let status = framework.events.event("UPDATE").await?["status"].clone();
    ensure!(status["state"] == "TASK_STARTING", "{status}");
    let container = status["container_status"]["container_id"]["value"].as_str().context("no container")?;
    interrupt(&agent(cluster).await?, id(container, None)).await
}

async fn a_container_takes_one_input_at_a_time(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("session", Some(parent));
    let mut output = session(&agent, nested.clone(), "cat").await?;
    let mut first = agent.attach_container_input(nested.clone()).await?;
    first.write("first").await?;
    let mut written = Written::default();
    written.until(&mut output, |written| written.out == "first").await?;
    let mut second = agent.attach_container_input(nested.clone()).await?.close().await;
    // The refusing side hangs up, and an agent that is still forwarding the call may see only that:
    // 500.
    while second.as_ref().is_err_and(|error| error.to_string().ends_with("Broken pipe")) {
        second = agent.attach_container_input(nested.clone()).await?.close().await;
    }
    ensure_refused(second, ErrorKind::Conflict, "Multiple input connections are not allowed")?;
    first.write(" still").await?;
    written.until(&mut output, |written| written.out == "first still").await
}

async fn heartbeats_keep_input_and_output_open(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let nested = id("session", Some(parent));
    let mut output = session(&agent, nested.clone(), "cat").await?;
    let mut input = agent.attach_container_input(nested).await?;
    let mut written = Written::default();
    // Each side sends one every 30 s, so that the input's first has gone when the output's second
    // comes. The embedded cluster is spared the second half minute.
    let enough = if cluster.backend() == Backend::Embedded { 1 } else { 2 };
    written.until(&mut output, |written| written.heartbeats == enough).await?;
    input.write("still there").await?;
    written.until(&mut output, |written| written.out == "still there").await
}

async fn attaching_needs_a_terminal(cluster: TestCluster) -> Result<()> {
    let (_running, agent, parent) = with_parent(&cluster).await?;
    let refused = agent.attach_container_output(parent.clone()).await;
    ensure_refused(
        refused,
        ErrorKind::Unavailable,
        "I/O switchboard server was disabled for this container",
    )?;
    let input = agent.attach_container_input(parent).await?;
    ensure_refused(input.close().await, ErrorKind::Unavailable, "I/O switchboard")
}
