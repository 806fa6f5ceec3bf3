//! Programs that are their own executors: see [`main`](macro@crate::main).

use std::fmt;
use std::process::{ExitCode, Termination};

use crate::executor::{Executor, ExecutorDriver};
use crate::{Error, ErrorKind};

/// The first argument of a program that an agent starts as an executor; the second one is the
/// executor's name.
pub const EXECUTOR_ARGUMENT: &str = "mesos-executor";
/// Set by agents.
const ENDPOINT: &str = "MESOS_AGENT_ENDPOINT";
/// The exit status of a program that was started the wrong way.
const USAGE: u8 = 2;

/// An executor that a program contains, by its name.
pub struct Entry {
    name: &'static str,
    create: fn() -> Box<dyn Executor>,
}

impl Entry {
    /// Names an executor.
    pub const fn new<E: Executor + Default + 'static>(name: &'static str) -> Self {
        Self { name, create: || Box::new(E::default()) }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Entry").field(&self.name).finish()
    }
}

/// Runs the executor that the arguments of this process name, or else `main`. This is what
/// [`main`](macro@crate::main) expands to.
pub fn run<F, T, E>(entries: &[Entry], main: impl FnOnce() -> F) -> ExitCode
where
    F: Future<Output = Result<T, E>>,
    T: Termination,
    E: fmt::Display,
{
    let arguments: Vec<_> = std::env::args_os().map(|text| text.to_string_lossy().into_owned()).collect();
    match executor(&arguments, std::env::var_os(ENDPOINT).is_some(), entries) {
        Ok(None) => finished(block_on(main())),
        Ok(Some(entry)) => {
            let mut executor = (entry.create)();
            let run = async { ExecutorDriver::from_env()?.run(&mut *executor).await };
            finished(block_on(run))
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::from(USAGE)
        }
    }
}

/// Returns the executor that this process is to run, if it is to run one.
fn executor<'e>(
    arguments: &[String],
    is_started_by_agent: bool,
    entries: &'e [Entry],
) -> Result<Option<&'e Entry>, String> {
    if arguments.get(1).map(String::as_str) != Some(EXECUTOR_ARGUMENT) {
        return Ok(None);
    }
    if !is_started_by_agent {
        return Err(format!(
            "with the argument {EXECUTOR_ARGUMENT}, this program is an executor, which a Mesos agent starts: \
             leave the argument out to run the scheduler"
        ));
    }
    let name = arguments.get(2).map_or("", String::as_str);
    entries.iter().find(|entry| entry.name == name).map(Some).ok_or_else(|| {
        let names: Vec<_> = entries.iter().map(|entry| entry.name).collect();
        format!(
            "this program has no executor {name:?}, but {names:?}: does the agent have the program that the \
             scheduler runs?"
        )
    })
}

fn finished<T: Termination, E: fmt::Display>(result: Result<Result<T, E>, Error>) -> ExitCode {
    let error = match result {
        Ok(Ok(done)) => return done.report(),
        Ok(Err(error)) => one_line(&error),
        Err(error) => one_line(&error),
    };
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// Runs a future. What its tasks block on afterwards is not waited for.
fn block_on<O>(future: impl Future<Output = O>) -> Result<O, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ErrorKind::Invalid, "no tokio runtime").with_source(error))?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(output)
}

/// Returns an error with its causes on one line.
fn one_line(error: &impl fmt::Display) -> String {
    let text = format!("{error:#}");
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::ExecutorHandle;
    use crate::proto::v1::{KillPolicy, TaskId, TaskInfo};
    use crate::{HandlerResult, async_trait};

    #[derive(Default)]
    struct Idle;

    #[async_trait]
    impl Executor for Idle {
        async fn launch(&mut self, _: &ExecutorHandle, _: TaskInfo) -> HandlerResult {
            Ok(())
        }

        async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
            Ok(())
        }
    }

    const ENTRIES: [Entry; 2] = [Entry::new::<Idle>("count"), Entry::new::<Idle>("sum")];

    fn chosen(arguments: &[&str], is_started_by_agent: bool) -> Result<Option<&'static str>, String> {
        let arguments: Vec<_> = ["program"].iter().chain(arguments).map(|text| (*text).to_owned()).collect();
        Ok(executor(&arguments, is_started_by_agent, &ENTRIES)?.map(|entry| entry.name))
    }

    #[test]
    fn agent_and_argument_make_an_executor() {
        assert_eq!(chosen(&["mesos-executor", "sum"], true), Ok(Some("sum")));
        // A scheduler that runs as a task.
        assert_eq!(chosen(&["10.0.0.1:5050"], true), Ok(None));
        assert_eq!(chosen(&[], false), Ok(None));
    }

    #[test]
    fn wrong_start_is_explained() {
        let by_hand = chosen(&["mesos-executor", "sum"], false).unwrap_err();
        assert!(by_hand.starts_with("with the argument mesos-executor, this program is an executor"));
        let other = chosen(&["mesos-executor", "product"], true).unwrap_err();
        assert!(other.starts_with("this program has no executor \"product\", but [\"count\", \"sum\"]"));
        assert!(chosen(&["mesos-executor"], true).is_err());
    }

    #[test]
    fn error_is_one_line() {
        let error = Error::new(ErrorKind::Invalid, "no master").with_source("two\n  lines");
        assert_eq!(one_line(&error), "no master: two lines");
    }
}
