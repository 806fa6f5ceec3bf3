//! What the program itself has for the handler.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures::Stream;

/// A stream of notifications; nothing once that has ended.
pub(crate) struct Notifications<'a, N>(Option<Pin<&'a mut (dyn Stream<Item = N> + Send + 'a)>>);

impl<'a, N> Notifications<'a, N> {
    /// No notifications.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// What `stream` gives.
    pub(crate) fn of(stream: Pin<&'a mut (dyn Stream<Item = N> + Send + 'a)>) -> Self {
        Self(Some(stream))
    }

    /// The next one. The end of the stream is that of the notifications, and of nothing else.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<N> {
        let Some(stream) = &mut self.0 else { return Poll::Pending };
        match ready!(stream.as_mut().poll_next(context)) {
            Some(notification) => Poll::Ready(notification),
            None => {
                self.0 = None;
                Poll::Pending
            }
        }
    }
}

impl<N> fmt::Debug for Notifications<'_, N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Notifications")
    }
}
