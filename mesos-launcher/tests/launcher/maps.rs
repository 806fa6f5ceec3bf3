//! Maps, whose functions agents run by starting this test program.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_launcher::{
    Binary, Context, Failure, FileLog, Launcher, Map, Outcome, Retry, Work, WorkError, Worker,
};
use mesos_sdk::payload::{Bytes, PayloadError};
use mesos_sdk::{ExecutorDriver, Master, Payload};
use testkit::TestCluster;
use tokio::time::{sleep, timeout};

use crate::start::{PATIENCE, USER, example, example_path, start};

testkit::cases![
    results_come_in_any_order_and_are_collected,
    failures_are_those_of_the_function,
    stopped_map_ends,
    program_is_fetched,
    count_words,
    results_survive_a_restart,
];

/// A text as it is.
#[derive(Clone, Debug, PartialEq)]
struct Text(String);

impl Payload for Text {
    fn to_bytes(&self) -> Result<Bytes, PayloadError> {
        Ok(Bytes::copy_from_slice(self.0.as_bytes()))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, PayloadError> {
        let text = std::str::from_utf8(bytes).map_err(|error| PayloadError::mismatch("Text", error))?;
        Ok(Self(text.to_owned()))
    }
}

/// Does what its input names.
struct Script;

impl Work for Script {
    const NAME: &'static str = "script";
    type Input = Text;
    type Output = Text;

    async fn run(input: Text, context: Context) -> Result<Text, WorkError> {
        let text = input.0.as_str();
        match text {
            "refuse" => return Err(WorkError::fatal("no such word")),
            "panic" => panic!("a bug"),
            "exit" => {
                sleep(Duration::from_secs(1)).await; // it is known to run
                std::process::exit(7)
            }
            "wait" => {
                context.killed().await;
                return Err(WorkError::retry("interrupted"));
            }
            "again" if context.attempt() < 3 => return Err(WorkError::retry("not yet")),
            _ => std::fs::write(context.sandbox().join("seen"), text)?,
        }
        // Something is in the sandbox, and each attempt has its own.
        if let Some(file) = text.strip_prefix("append ") {
            use std::io::Write as _;
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file)?;
            // In one write: several processes append to the file.
            file.write_all(format!("{}\n", context.index()).as_bytes())?;
            sleep(Duration::from_millis(300)).await;
        }
        Ok(Text(format!("{text} {} {}", context.index(), context.attempt())))
    }
}

/// Runs the function, if an agent has started this program for that.
#[tokio::main]
pub(crate) async fn executor() -> Result<()> {
    Ok(ExecutorDriver::from_env()?.run(&mut Worker::<Script>::default()).await?)
}

fn map(name: &str, inputs: &[&str]) -> Map<Script> {
    Map::new(name, inputs.iter().map(|text| Text((*text).to_owned())))
}

async fn results_come_in_any_order_and_are_collected(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let mut map = launcher.submit(map("words", &["a", "again", "c"]).mem(16.0)).await?;
    let mut seen = Vec::new();
    while let Some((index, result)) = timeout(PATIENCE, map.next_result()).await? {
        seen.push((index, result?));
    }
    seen.sort_by_key(|(index, _)| *index);
    let wanted = ["a 0 1", "again 1 3", "c 2 1"].map(|text| Text(text.to_owned()));
    ensure!(seen.iter().map(|(_, result)| result).eq(&wanted), "{seen:?}");
    let all = map.results().await?.into_iter().collect::<Result<Vec<_>, _>>()?;
    ensure!(all == wanted, "{all:?}");
    map.forget().await?;
    launcher.stop().await?;
    Ok(())
}

async fn failures_are_those_of_the_function(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let retry = Retry::attempts(2).platform_attempts(2);
    let map = launcher.submit(map("failing", &["refuse", "panic", "exit"]).retry(retry)).await?;
    let ends = timeout(PATIENCE, map.results()).await??;
    let failed = ends.iter().filter_map(|result| result.as_ref().err());
    let failed: Vec<_> = failed.map(|end| (&end.outcome, end.attempts, end.message.as_str())).collect();
    ensure!(failed.len() == 3, "{ends:?}");
    ensure!(failed[0] == (&Outcome::Failed(Failure::Fatal), 1, "no such word"), "{failed:?}");
    ensure!(failed[1] == (&Outcome::Failed(Failure::Failed), 2, "panicked: a bug"), "{failed:?}");
    ensure!((failed[2].0, failed[2].1) == (&Outcome::Failed(Failure::ExecutorLost), 2), "{failed:?}");
    launcher.stop().await?;
    Ok(())
}

async fn stopped_map_ends(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let map = launcher.submit(map("stopped", &["wait"])).await?;
    timeout(PATIENCE, async {
        while map.progress().is_none_or(|progress| progress.running == 0) {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await?;
    sleep(Duration::from_secs(1)).await;
    map.stop().await?;
    let ends = timeout(PATIENCE, map.results()).await??;
    ensure!(
        ends.iter().all(|end| end.as_ref().is_err_and(|end| end.outcome == Outcome::Stopped)),
        "{ends:?}"
    );
    launcher.stop().await?;
    Ok(())
}

async fn program_is_fetched(cluster: TestCluster) -> Result<()> {
    let launcher = start(&cluster).await?;
    let program = std::env::current_exe()?.display().to_string();
    let map = launcher.submit(map("fetched", &["a"]).binary(Binary::uri(program))).await?;
    let results = timeout(PATIENCE, map.results()).await??;
    ensure!(results == [Ok(Text("a 0 1".to_owned()))], "{results:?}");
    launcher.stop().await?;
    Ok(())
}

/// Runs the example as a user does, and its executor by hand.
async fn count_words(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("one"), "one two three")?;
    std::fs::write(file("two"), "four\nfive\n")?;
    let mut words = example("count_words", &cluster)?;
    words.args([file("one"), file("two"), Path::new("").to_owned(), file("none")]);
    let output = timeout(PATIENCE, words.output()).await??;
    let (printed, failed) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    ensure!(output.status.success() && printed == "5 words\n", "{printed}{failed}");
    ensure!(failed.contains("failed for good") && failed.contains("it has no path"), "{failed}");
    ensure!(failed.contains("No such file or directory"), "{failed}");
    let by_hand = by_hand().await?;
    let explained = String::from_utf8(by_hand.stderr)?;
    ensure!(
        by_hand.status.code() == Some(2) && explained.contains("which a Mesos agent starts"),
        "{explained}"
    );
    Ok(())
}

/// Starts the example as an executor, without an agent.
async fn by_hand() -> Result<std::process::Output> {
    let mut command = tokio::process::Command::new(example_path("count_words")?);
    command.args(["mesos-executor", "count"]).env_remove("MESOS_AGENT_ENDPOINT");
    Ok(timeout(PATIENCE, command.output()).await??)
}

/// How many tasks each append a line to a file, and how often their scheduler is abandoned.
const LINES: usize = 30;
const RESTARTS: u64 = 3;

/// Each input has its result, and was worked on once, whenever the scheduler is replaced.
async fn results_survive_a_restart(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let lines = folder.path().join("lines");
    let inputs = vec![format!("append {}", lines.display()); LINES];
    let inputs: Vec<_> = inputs.iter().map(String::as_str).collect();
    for restart in 1..=RESTARTS {
        let launcher = start_with(&cluster, folder.path()).await?;
        let mut map = launcher.submit(map("lines", &inputs).mem(8.0).max_concurrent(6)).await?;
        // It ends in the midst of results.
        let _ = timeout(Duration::from_millis(700 * restart), async {
            while map.next_result().await.is_some() {}
        })
        .await;
        launcher.stop_with_failover().await?;
    }
    let launcher = start_with(&cluster, folder.path()).await?;
    let map = launcher.submit(map("lines", &inputs).mem(8.0).max_concurrent(6)).await?;
    let results = timeout(PATIENCE, map.results()).await??;
    for (index, result) in results.into_iter().enumerate() {
        let text = result?.0;
        // A launch that was recorded and not sent before the scheduler ended is an attempt.
        let (text, _attempt) = text.rsplit_once(' ').context(text.clone())?;
        ensure!(text.ends_with(&format!(" {index}")), "{text:?}");
    }
    let text = std::fs::read_to_string(lines)?;
    let mut numbers: Vec<usize> = text.lines().map(str::parse).collect::<Result<_, _>>()?;
    numbers.sort_unstable();
    ensure!(numbers == (0..LINES).collect::<Vec<_>>(), "{numbers:?}");
    map.forget().await?;
    launcher.stop().await?;
    Ok(())
}

async fn start_with(cluster: &TestCluster, folder: &Path) -> Result<Launcher> {
    let master: Master = cluster.address().parse()?;
    let store = FileLog::new(folder.join("store"));
    Ok(Launcher::builder("maps").user(USER).master(master).store(store).start().await?)
}
