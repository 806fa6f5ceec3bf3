use mesos_launcher::{Context, WorkError};
use mesos_sdk::Payload;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Text(String);

async fn count(text: Text, _: Context) -> Result<Text, WorkError> {
    Ok(text)
}

struct Counter;

fn main() {
    let _ = mesos_launcher::Map::<count>::new("words", [Text(String::new())]);
    let _ = mesos_launcher::Map::<Counter>::new("words", []);
}
