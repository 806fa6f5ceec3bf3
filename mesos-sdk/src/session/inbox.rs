//! What waits for the handler: deliveries of the engine, and notifications of the program.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures::Stream;
use futures::future::BoxFuture;
use tokio::sync::mpsc;

use crate::HandlerResult;

/// Calls `notified` of a scheduler or executor `U` with the notification that it contains, and with
/// the handle `H`.
pub(crate) type Notify<U, H> =
    Box<dyn for<'a> FnOnce(&'a mut U, &'a H) -> BoxFuture<'a, HandlerResult> + Send>;

/// A stream of notifications, which is pending once it has ended.
pub(crate) struct Notifications<'a, N>(Option<Pin<&'a mut (dyn Stream<Item = N> + Send + 'a)>>);

impl<'a, N> Notifications<'a, N> {
    /// Creates a stream without notifications.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Creates a stream of what `stream` yields.
    pub(crate) fn of(stream: Pin<&'a mut (dyn Stream<Item = N> + Send + 'a)>) -> Self {
        Self(Some(stream))
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<N> {
        let Some(stream) = &mut self.0 else { return Poll::Pending };
        let next = ready!(stream.as_mut().poll_next(context));
        if next.is_none() {
            self.0 = None;
        }
        next.map_or(Poll::Pending, Poll::Ready)
    }
}

/// What the handler gets next.
pub(super) enum Next<N> {
    /// The deliveries in [`Inbox::batch`].
    Deliveries,
    Notification(N),
    /// Nothing: the engine has ended, and all deliveries are handled.
    End,
}

/// What waits for the handler.
pub(super) struct Inbox<'a, D, N> {
    deliveries: mpsc::UnboundedReceiver<Vec<D>>,
    /// The deliveries that arrived together and are not handled yet.
    batch: vec::IntoIter<D>,
    notifications: Notifications<'a, N>,
    /// Whether a notification is next if a delivery waits too.
    notification_first: bool,
}

impl<'a, D, N> Inbox<'a, D, N> {
    pub(super) fn new(
        deliveries: mpsc::UnboundedReceiver<Vec<D>>,
        notifications: Notifications<'a, N>,
    ) -> Self {
        Self { deliveries, batch: Vec::new().into_iter(), notifications, notification_first: false }
    }

    /// Waits for a delivery or a notification; takes no notification while `may_notify` returns
    /// false.
    pub(super) async fn next(&mut self, may_notify: impl Fn() -> bool) -> Next<N> {
        let next = poll_fn(|context| self.poll_next(context, may_notify())).await;
        self.notification_first = matches!(next, Next::Deliveries);
        next
    }

    fn poll_next(&mut self, context: &mut Context<'_>, may_notify: bool) -> Poll<Next<N>> {
        if may_notify
            && self.notification_first
            && let Poll::Ready(notification) = self.notifications.poll_next(context)
        {
            return Poll::Ready(Next::Notification(notification));
        }
        match self.poll_deliveries(context) {
            Poll::Pending if may_notify && !self.notification_first => {
                self.notifications.poll_next(context).map(Next::Notification)
            }
            polled => polled,
        }
    }

    fn poll_deliveries(&mut self, context: &mut Context<'_>) -> Poll<Next<N>> {
        while self.batch.len() == 0 {
            match ready!(self.deliveries.poll_recv(context)) {
                Some(batch) => self.batch = batch.into_iter(),
                None => return Poll::Ready(Next::End),
            }
        }
        Poll::Ready(Next::Deliveries)
    }

    /// Returns the deliveries that are next.
    pub(super) fn batch(&mut self) -> &mut vec::IntoIter<D> {
        &mut self.batch
    }

    /// Returns a delivery that has arrived.
    pub(super) fn try_next(&mut self) -> Option<D> {
        loop {
            match self.batch.next() {
                Some(delivery) => return Some(delivery),
                None => self.batch = self.deliveries.try_recv().ok()?.into_iter(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::FutureExt as _;
    use futures::stream;

    use super::*;

    /// Returns what the inbox yields next, if anything, handling a delivery at once.
    fn next(inbox: &mut Inbox<'_, &'static str, u32>, may_notify: bool) -> Option<String> {
        Some(match inbox.next(|| may_notify).now_or_never()? {
            Next::Deliveries => inbox.batch().next().expect("a delivery").to_owned(),
            Next::Notification(number) => number.to_string(),
            Next::End => "the end".to_owned(),
        })
    }

    #[test]
    fn deliveries_and_notifications_alternate() {
        let (sender, deliveries) = mpsc::unbounded_channel();
        let notifications = pin!(stream::iter([1, 2]));
        let mut inbox = Inbox::new(deliveries, Notifications::of(notifications));
        sender.send(vec!["a", "b"]).unwrap();
        sender.send(vec!["c"]).unwrap();
        let all: Vec<_> = std::iter::from_fn(|| next(&mut inbox, true)).collect();
        assert_eq!(all, ["a", "1", "b", "2", "c"]);
        sender.send(vec!["d"]).unwrap();
        drop(sender);
        assert_eq!(next(&mut inbox, true).as_deref(), Some("d"));
        assert_eq!(next(&mut inbox, true).as_deref(), Some("the end"));
    }

    #[test]
    fn notification_needs_no_delivery() {
        let (sender, deliveries) = mpsc::unbounded_channel();
        let notifications = pin!(stream::iter(1..));
        let mut inbox = Inbox::new(deliveries, Notifications::of(notifications));
        assert_eq!(
            [next(&mut inbox, true), next(&mut inbox, true)],
            ["1", "2"].map(|it| Some(it.to_owned()))
        );
        assert_eq!(next(&mut inbox, false), None);
        sender.send(vec!["a", "b"]).unwrap();
        assert_eq!(inbox.try_next(), Some("a"));
        assert_eq!(next(&mut inbox, false).as_deref(), Some("b"));
        assert_eq!(next(&mut inbox, false), None);
        assert_eq!(next(&mut inbox, true).as_deref(), Some("3"));
    }
}
