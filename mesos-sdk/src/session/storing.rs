//! Stores records, one after the other.

use std::collections::VecDeque;
use std::future::pending;

use futures::future::BoxFuture;

use super::Api;
use crate::Error;

/// Stores a record.
pub(crate) type Store<R> = Box<dyn Fn(<R as Api>::Record) -> BoxFuture<'static, Result<(), Error>> + Send>;

/// The records that are not stored yet, in order. The machine bounds their number.
pub(super) struct Storing<R: Api> {
    store: Store<R>,
    queue: VecDeque<R::Record>,
    current: Option<BoxFuture<'static, Result<(), Error>>>,
}

impl<R: Api> Storing<R> {
    pub(super) fn new(store: Store<R>) -> Self {
        Self { store, queue: VecDeque::new(), current: None }
    }

    pub(super) fn push(&mut self, record: R::Record) {
        self.queue.push_back(record);
    }

    /// Waits for the result of the next record. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<(), Error> {
        if self.current.is_none() {
            self.current = self.queue.pop_front().map(&self.store);
        }
        let Some(current) = &mut self.current else { return pending().await };
        let result = current.await;
        self.current = None;
        result
    }

    /// Stores all records that are left, until one fails.
    pub(super) async fn finish(&mut self) -> Result<(), Error> {
        while self.current.is_some() || !self.queue.is_empty() {
            self.next().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::Duration;

    use futures::FutureExt as _;
    use tokio::time::sleep;

    use super::*;
    use crate::ErrorKind;
    use crate::proto::v1::FrameworkId;
    use crate::scheduler::{IdRecord, SchedulerRole};

    fn record(id: &str) -> IdRecord {
        IdRecord::Save(FrameworkId { value: id.to_owned() })
    }

    #[tokio::test(start_paused = true)]
    async fn records_are_written_in_order() {
        let written = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&written);
        let store: Store<SchedulerRole> = Box::new(move |record| {
            let log = Arc::clone(&log);
            async move {
                sleep(Duration::from_secs(1)).await;
                log.lock().unwrap_or_else(PoisonError::into_inner).push(record);
                Ok(())
            }
            .boxed()
        });
        let mut storing = Storing::<SchedulerRole>::new(store);
        assert!(storing.next().now_or_never().is_none(), "there is nothing to write");
        for id in ["a", "b", "c"] {
            storing.push(record(id));
        }
        assert!(storing.next().now_or_never().is_none());
        storing.next().await.unwrap();
        assert_eq!(*written.lock().unwrap(), [record("a")]);
        storing.finish().await.unwrap();
        assert_eq!(*written.lock().unwrap(), ["a", "b", "c"].map(record));
    }

    #[tokio::test]
    async fn failed_record_blocks_the_later_ones() {
        let failing: Store<SchedulerRole> =
            Box::new(|_| async { Err(Error::new(ErrorKind::Store, "no disk")) }.boxed());
        let mut storing = Storing::<SchedulerRole>::new(failing);
        for id in ["a", "b"] {
            storing.push(record(id));
        }
        assert_eq!(storing.finish().await.unwrap_err().kind(), ErrorKind::Store);
        assert_eq!(storing.queue.len(), 1);
    }
}
