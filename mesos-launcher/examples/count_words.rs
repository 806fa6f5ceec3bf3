//! Counts the words of files on agents, which run this same program as their executor:
//! `cargo run -p mesos-launcher --example count_words -- MASTER FILE...`
use mesos_launcher::{Context, Error, Launcher, Map, Retry, WorkError};
use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Chunk {
    path: String,
}

#[derive(Serialize, Deserialize, Payload)]
struct Count {
    words: usize,
}

/// Runs on an agent. An error is tried again, unless it is fatal.
#[mesos_launcher::work]
async fn count(chunk: Chunk, context: Context) -> Result<Count, WorkError> {
    if chunk.path.is_empty() {
        return Err(WorkError::fatal("it has no path"));
    }
    println!("attempt {} to read {}", context.attempt(), chunk.path); // to stdout in the sandbox
    let text = tokio::fs::read_to_string(&chunk.path).await?;
    Ok(Count { words: text.split_whitespace().count() })
}

#[mesos_sdk::main(work(count))]
async fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let master = mesos_local::master(&arguments.next().unwrap_or("local".to_owned()))?;
    let files: Vec<_> = arguments.collect();
    let launcher = Launcher::builder("count-words").master(master).start().await?;
    let chunks = files.iter().map(|path| Chunk { path: path.clone() });
    let map = Map::<count>::new("words", chunks).cpus(0.1).mem(64.0).retry(Retry::attempts(2));
    let mut results = launcher.submit(map).await?;
    let mut total = 0;
    while let Some((index, result)) = results.next_result().await {
        match result {
            Ok(count) => total += count.words,
            Err(end) => eprintln!("{}: {end}", files[index]),
        }
    }
    println!("{total} words");
    results.forget().await?;
    launcher.stop().await
}
