//! What is refused at once.

use mesos_sdk::resources::Scalar;

use crate::error::{Error, ErrorKind};
use crate::spec::{Batch, Command, Task};
use crate::store::MAX_RECORD;

/// The longest name of a batch.
const MAX_NAME: usize = 100;
/// The most tasks of a launcher.
const MAX_TASKS: usize = 50_000;
/// The largest description of the tasks of a batch, in bytes: it is written at once.
const MAX_DESCRIPTION: usize = 16 << 20;

/// Checks a batch, and returns the records of its tasks.
pub(crate) fn batch(batch: &Batch) -> Result<Vec<String>, Error> {
    let is_fine = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '.');
    if batch.name.is_empty() || batch.name.len() > MAX_NAME || !batch.name.chars().all(is_fine) {
        let begin: String = batch.name.chars().take(MAX_NAME).collect();
        let text =
            format!("the name {begin:?} must have 1 to {MAX_NAME} of the characters a to z, 0 to 9, - and .");
        return Err(invalid(text));
    }
    let terms = &batch.terms;
    let field = match () {
        () if terms.at_once == Some(0) => "at_once must be at least 1",
        () if terms.may_fail.is_some_and(|share| !(0.0..=1.0).contains(&share)) => "may_fail must be 0 to 1",
        () if terms.retry.attempts == 0 || terms.retry.platform_attempts == 0 => {
            "retry must be at least 1 attempt"
        }
        () if !terms.retry.backoff.is_valid() => "the factor of the back-off must be a number from 1",
        () => return tasks(batch),
    };
    Err(invalid(format!("batch {:?}: {field}", batch.name)))
}

/// Returns the records of the tasks.
fn tasks(batch: &Batch) -> Result<Vec<String>, Error> {
    total(batch.tasks.len())?;
    let (mut texts, mut size) = (Vec::with_capacity(batch.tasks.len()), 0);
    for (index, one) in batch.tasks.iter().enumerate() {
        let wrong = |why: String| invalid(format!("task {index} of batch {:?}: {why}", batch.name));
        let text = task(one).map_err(wrong)?;
        size += text.len();
        texts.push(text);
    }
    match size <= MAX_DESCRIPTION {
        true => Ok(texts),
        false => Err(invalid(format!(
            "the tasks of batch {:?} are described by {size} bytes: at most {MAX_DESCRIPTION} are allowed; submit \
             several batches, or put data into files",
            batch.name
        ))),
    }
}

/// Returns the record of a task.
fn task(task: &Task) -> Result<String, String> {
    for (name, amount) in &task.needs {
        if !amount.is_finite() || *amount < 0.0 {
            return Err(format!("{name} must be a number that is not negative, and is {amount}"));
        }
    }
    if task.needs.values().all(|amount| Scalar::new(*amount) == Scalar::ZERO) {
        return Err("it needs nothing, and Mesos launches no such task: set cpus or mem".to_owned());
    }
    if matches!(&task.command, Command::Argv(arguments) if arguments.is_empty()) {
        return Err("argv must name a program".to_owned());
    }
    let text = serde_json::to_string(task).map_err(|error| error.to_string())?;
    match text.len() <= MAX_RECORD {
        true => Ok(text),
        false => Err(format!("it is described by more than {MAX_RECORD} bytes: put data into files")),
    }
}

/// Checks how many tasks there would be.
pub(crate) fn total(tasks: usize) -> Result<(), Error> {
    match tasks <= MAX_TASKS {
        true => Ok(()),
        false => Err(invalid(format!(
            "with this batch there would be {tasks} tasks: at most {MAX_TASKS} are allowed; forget batches that have ended"
        ))),
    }
}

fn invalid(text: String) -> Error {
    Error::new(ErrorKind::Invalid, text)
}
