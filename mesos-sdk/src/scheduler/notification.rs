//! Events of the program itself.

use async_trait::async_trait;

use super::{Scheduler, SchedulerHandle};
use crate::HandlerResult;
use crate::session::Notify;

/// A [`Scheduler`] that gets the events of the program itself too, such as signals, ticks of a
/// timer and requests of an API.
///
/// [`SchedulerDriver::run_with`](super::SchedulerDriver::run_with) takes them from a stream, and
/// calls [`notified`](Self::notified) between the methods of [`Scheduler`]. So the framework needs
/// no lock.
///
/// ```
/// use std::time::Duration;
///
/// use futures::stream::{self, Stream};
/// use mesos_sdk::proto::v1::{Offer, TaskStatus};
/// use mesos_sdk::scheduler::NotificationHandler;
/// use mesos_sdk::{Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
/// use tokio::time::interval;
///
/// #[derive(Default)]
/// struct Counter {
///     updates: u64,
/// }
///
/// struct Report;
///
/// #[async_trait]
/// impl Scheduler for Counter {
///     async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
///         handle.decline(offers.into_iter().map(|offer| offer.id)).detach();
///         Ok(())
///     }
///
///     async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
///         self.updates += 1;
///         Ok(())
///     }
/// }
///
/// #[async_trait]
/// impl NotificationHandler<Report> for Counter {
///     async fn notified(&mut self, _: &SchedulerHandle, _: Report) -> HandlerResult {
///         println!("{} updates", self.updates);
///         Ok(())
///     }
/// }
///
/// fn reports() -> impl Stream<Item = Report> {
///     stream::unfold(interval(Duration::from_secs(60)), |mut minutes| async {
///         minutes.tick().await;
///         Some((Report, minutes))
///     })
/// }
///
/// async fn run(driver: SchedulerDriver) -> Result<(), Error> {
///     driver.run_with(&mut Counter::default(), reports()).await
/// }
/// ```
#[async_trait]
#[diagnostic::on_unimplemented(note = "implement `notified`, under `#[mesos_sdk::async_trait]`")]
pub trait NotificationHandler<N: Send + 'static>: Scheduler {
    /// Handles the next notification. An `Err` means the same as one of [`Scheduler::offers`].
    async fn notified(&mut self, handle: &SchedulerHandle, notification: N) -> HandlerResult;
}

pub(super) fn notify<S, N>(notification: N) -> Notify<S, SchedulerHandle>
where
    S: NotificationHandler<N> + ?Sized,
    N: Send + 'static,
{
    Box::new(move |scheduler, handle| scheduler.notified(handle, notification))
}
