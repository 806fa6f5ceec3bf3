//! The sandboxes of a framework's tasks.

use std::sync::PoisonError;

use super::SchedulerHandle;
use crate::operator::{MasterOperator, Sandbox};
use crate::proto::v1::TaskId;
use crate::{Error, ErrorKind};

impl SchedulerHandle {
    /// Returns the sandbox of a task of this framework, which contains the task's output and files.
    /// It is found through the [operator API](crate::operator) of the master, with the driver's
    /// [options](crate::ClientOptions).
    ///
    /// # Errors
    ///
    /// [`NotSubscribed`](ErrorKind::NotSubscribed) if the framework has no id yet,
    /// [`Stopped`](ErrorKind::Stopped) if the driver has ended, and those of
    /// [`MasterOperator::sandbox`].
    pub async fn sandbox(&self, task: &TaskId) -> Result<Sandbox, Error> {
        let operator = self.operator()?;
        let framework = self.status().framework_id.ok_or_else(|| {
            let text = "the framework has no id yet, and no tasks: call `sandbox` after `subscribed`";
            Error::new(ErrorKind::NotSubscribed, text)
        })?;
        operator.sandbox(&framework, task).await
    }

    /// Reads what a task of this framework has written to its standard output.
    ///
    /// ```
    /// # use mesos_sdk::SchedulerHandle;
    /// # use mesos_sdk::proto::v1::TaskStatus;
    /// # async fn example(handle: &SchedulerHandle, status: TaskStatus) -> Result<(), mesos_sdk::Error> {
    /// print!("{}", handle.stdout(&status.task_id).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`sandbox`](Self::sandbox), and of
    /// [`FileChunks::text`](crate::operator::FileChunks::text).
    pub async fn stdout(&self, task: &TaskId) -> Result<String, Error> {
        self.sandbox(task).await?.stdout().text().await
    }

    fn operator(&self) -> Result<MasterOperator, Error> {
        let text = "no sandbox can be found: the driver has ended";
        let operator = self.operator.upgrade().ok_or_else(|| Error::new(ErrorKind::Stopped, text))?;
        let operator = operator.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(operator.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::FrameworkInfo;
    use crate::{Address, SchedulerDriver};

    #[tokio::test]
    async fn sandbox_needs_a_driver_that_is_subscribed() {
        let driver = SchedulerDriver::new(Address::new("localhost", 1), FrameworkInfo::default());
        let (handle, task) = (driver.handle(), TaskId::from("t"));
        assert_eq!(handle.sandbox(&task).await.unwrap_err().kind(), ErrorKind::NotSubscribed);
        drop(driver);
        assert_eq!(handle.sandbox(&task).await.unwrap_err().kind(), ErrorKind::Stopped);
    }
}
