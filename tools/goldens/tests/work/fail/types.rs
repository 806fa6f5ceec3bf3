use mesos_launcher::{Context, WorkError};
use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Text(String);

struct Plain;

#[mesos_launcher::work]
async fn input(_: Plain, _: Context) -> Result<Text, WorkError> {
    Ok(Text(String::new()))
}

#[mesos_launcher::work]
async fn output(_: Text, _: Context) -> Result<Plain, WorkError> {
    Ok(Plain)
}

#[mesos_launcher::work]
async fn no_work_error(text: Text) -> Result<Text, String> {
    Ok(text)
}

fn main() {}
