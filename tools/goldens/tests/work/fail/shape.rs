use mesos_launcher::{Context, WorkError};
use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Text(String);

#[mesos_launcher::work]
fn not_async(text: Text, _: Context) -> Result<Text, WorkError> {
    Ok(text)
}

#[mesos_launcher::work]
async fn no_input() -> Result<Text, WorkError> {
    Ok(Text(String::new()))
}

#[mesos_launcher::work]
async fn three(text: Text, _: Context, _: u32) -> Result<Text, WorkError> {
    Ok(text)
}

#[mesos_launcher::work]
async fn no_result(_: Text, _: Context) {}

#[mesos_launcher::work]
async fn generic<T>(text: Text, _: Context) -> Result<Text, WorkError> {
    Ok(text)
}

#[mesos_launcher::work(at_once = 8)]
async fn other_key(text: Text, _: Context) -> Result<Text, WorkError> {
    Ok(text)
}

fn main() {}
