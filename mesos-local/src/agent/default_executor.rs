//! The default executor. It runs in this process, as the executors of commands do.

use std::sync::Arc;

use mesos_executor::DefaultExecutor;
use mesos_sdk::Error;

use super::in_process::{Executor, InProcessEnvironment};

/// Returns what runs in place of the program that a real agent starts.
pub(super) fn executor() -> Arc<Executor> {
    Arc::new(|environment| {
        Box::pin(async move {
            match run(environment).await {
                Ok(()) => 0,
                Err(error) => {
                    tracing::warn!(%error, "a default executor has failed");
                    1
                }
            }
        })
    })
}

async fn run(environment: InProcessEnvironment) -> Result<(), Error> {
    let ip = environment.variables().get("LIBPROCESS_IP").cloned().unwrap_or_default();
    let driver = environment.driver()?;
    let mut executor = DefaultExecutor::new(&driver, ip)?;
    driver.run(&mut executor).await
}
